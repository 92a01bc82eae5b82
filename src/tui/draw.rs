//! Paints a whole frame from the state, touching memory only.

use super::layers;
use super::layout::{self, LEAST};
use super::message::Link;
use super::paint::{Painter, wrapped};
use super::session::Screen;
use super::state::State;
use crate::settings::Role;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Paints the state.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    draw_linked(state, frame);
}

/// Paints the state, and says which cells lead to an address.
pub fn draw_linked(state: &State, frame: &mut Frame<'_>) -> Vec<Link> {
    let area = frame.area();
    let mut painter = Painter {
        buffer: frame.buffer_mut(),
        theme: state.theme(),
        is_plain: state.is_plain,
        cursor: None,
        links: Vec::new(),
    };
    let whole = Rect::new(0, 0, area.width, area.height);
    painter.tint(whole, Role::Text);
    if layout::is_too_small((area.width, area.height)) {
        too_small(&mut painter, whole);
    } else {
        state.paint_screen(&mut painter);
        layers::paint(state, &mut painter);
        state.paint_toasts(&mut painter);
    }
    let Painter { cursor, links, buffer, .. } = painter;
    // What was painted over leads nowhere.
    let is_there = |(link, text): &(Link, String)| {
        let cells = link.area.intersection(whole).columns().map(|at| buffer[(at.x, at.y)].symbol());
        cells.zip(text.chars()).all(|(cell, c)| cell.chars().eq([c]))
    };
    let links = links.into_iter().filter(is_there).map(|(link, _)| link).collect();
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    links
}

fn too_small(painter: &mut Painter<'_>, area: Rect) {
    let said = format!(
        "Reservoir needs {} columns and {} rows; this terminal has {} and {}.",
        LEAST.0, LEAST.1, area.width, area.height
    );
    for (line, y) in wrapped(&said, area.width).iter().zip(area.top()..area.bottom()) {
        painter.text(area.x, y, area.width, line, Role::Text);
    }
}

impl State {
    fn paint_screen(&self, painter: &mut Painter<'_>) {
        let areas = self.areas();
        self.paint_header(painter, areas.header);
        if let Some(rule) = areas.header_rule {
            painter.rule(rule);
        }
        let body = Rect {
            y: areas.status.y,
            height: areas.footer.y.saturating_sub(areas.status.y),
            x: 0,
            width: self.size.0,
        };
        match self.screen {
            Screen::Inbox if self.shows_welcome() => self.paint_welcome(painter, body),
            Screen::Inbox => self.paint_inbox(painter, &areas),
            Screen::Library => self.paint_library(painter, &areas),
            Screen::Duplicates => self.paint_duplicates(painter, &areas),
            Screen::Ideas => self.paint_ideas(painter, &areas),
            Screen::Sources => self.paint_sources(painter, &areas),
            Screen::Report => self.paint_report(painter, &areas),
            Screen::Overview => self.paint_overview(painter, &areas),
            Screen::Pipeline => {
                self.paint_pipeline(painter, areas.status, areas.list.unwrap_or_default());
            }
        }
        self.paint_footer(painter, areas.footer);
    }
}
