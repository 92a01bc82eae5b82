//! Panels of figures and words in columns, to scroll over: Overview, Report, Ideas.

use super::message::Level;
use super::paint::{Painter, columns};
use super::session::Screen;
use super::state::State;
use crate::settings::{Action, Role};
use ratatui::layout::Rect;

/// Columns of a number.
const CELL: u16 = 10;
/// Names in a panel take no more than this of its width, in percent.
const MOST_NAME: u16 = 45;
/// Between two columns of panels.
const GAP: u16 = 4;

/// A title with lines below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Panel {
    pub(super) title: String,
    /// What the cells are, right-aligned over them.
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
}

/// A line of a panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// A name, a bar of so much of its room (0..=1) where there is one, and numbers beside it.
    Chart { name: String, bar: Option<f64>, cells: Vec<String> },
    /// Words, indented by so many columns.
    Words { indent: u16, text: String, role: Role },
}

impl Row {
    pub(super) fn chart(name: impl Into<String>, bar: Option<f64>, cells: Vec<String>) -> Self {
        Self::Chart { name: name.into(), bar, cells }
    }

    pub(super) fn words(text: impl Into<String>, role: Role) -> Self {
        Self::Words { indent: 0, text: text.into(), role }
    }
}

impl Panel {
    pub(super) fn new(title: impl Into<String>, heads: &[&'static str], rows: Vec<Row>) -> Self {
        Self { title: title.into(), heads: heads.to_vec(), rows }
    }

    fn height(&self) -> usize {
        self.rows.len() + 2
    }

    /// Paints line `line`; the first is the title, the last is blank.
    fn paint_line(&self, painter: &mut Painter<'_>, area: Rect, line: usize) {
        match line.checked_sub(1) {
            None => self.paint_title(painter, area),
            Some(row) => match self.rows.get(row) {
                Some(Row::Chart { name, bar, cells }) => {
                    self.paint_chart(painter, area, name, *bar, cells);
                }
                Some(Row::Words { indent, text, role }) => {
                    let room = area.width.saturating_sub(*indent);
                    painter.text(area.x + indent, area.y, room, text, *role);
                }
                None => {}
            },
        }
    }

    fn paint_title(&self, painter: &mut Painter<'_>, area: Rect) {
        painter.text(area.x, area.y, area.width, &self.title, Role::Title);
        let mut right = area.right();
        for head in self.heads.iter().rev() {
            painter.right(right, area.y, CELL - 1, head, Role::Dim);
            right = right.saturating_sub(CELL);
        }
    }

    fn paint_chart(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        name: &str,
        bar: Option<f64>,
        cells: &[String],
    ) {
        let most = area.width * MOST_NAME / 100;
        let names = self.rows.iter().filter_map(|row| match row {
            Row::Chart { name, bar: Some(_), .. } => Some(columns(name)),
            Row::Chart { .. } | Row::Words { .. } => None,
        });
        let name_width = names.max().unwrap_or(0).min(most);
        let numbers = CELL * self.heads.len().max(cells.len()) as u16;
        let room = match bar {
            Some(_) => name_width,
            None => area.width.saturating_sub(numbers + 1),
        };
        painter.text(area.x, area.y, room, name, Role::Text);
        let bar_x = area.x + name_width + 2;
        let bar_width = area.right().saturating_sub(bar_x + numbers + 1);
        if let Some(share) = bar.filter(|_| !painter.is_plain && bar_width >= 4) {
            painter.bar(bar_x, area.y, bar_width, share);
        }
        let mut right = area.right();
        for cell in cells.iter().rev() {
            painter.right(right, area.y, CELL - 1, cell, Role::Text);
            right = right.saturating_sub(CELL);
        }
    }
}

/// Lines of a column of panels.
fn height(panels: &[Panel]) -> usize {
    panels.iter().map(Panel::height).sum::<usize>().saturating_sub(1)
}

/// Paints columns of panels, scrolled down by `top` lines.
pub(super) fn paint(
    painter: &mut Painter<'_>,
    area: Rect,
    layout: &[(u16, Vec<Panel>)],
    top: usize,
) {
    let mut x = area.x + 2;
    let rows = visible(layout, area.height);
    for (width, panels) in layout {
        let lines = panels.iter().flat_map(|panel| (0..panel.height()).map(move |at| (panel, at)));
        for (y, (panel, line)) in (area.y..area.y + rows).zip(lines.skip(top)) {
            panel.paint_line(painter, Rect { x, y, width: *width, height: 1 }, line);
        }
        x += width + GAP;
    }
    let below = tallest(layout).saturating_sub(top + usize::from(rows));
    if below > 0 && area.height > 0 {
        let said = format!("{below} more below");
        let said = if painter.is_plain { said } else { format!("↓ {said}") };
        let right = area.right().saturating_sub(1);
        painter.right(right, area.bottom() - 1, columns(&said), &said, Role::Dim);
    }
    if painter.is_plain {
        painter.cursor = Some((area.x + 2, area.y));
    }
}

/// The widths of `count` columns of panels in `width`.
pub(super) fn widths(width: u16, count: u16) -> u16 {
    width.saturating_sub(3 + GAP * (count - 1)) / count.max(1)
}

fn tallest(layout: &[(u16, Vec<Panel>)]) -> usize {
    layout.iter().map(|(_, panels)| height(panels)).max().unwrap_or(0)
}

/// Lines of panels in `rows`: where not all fit, the last line tells how many follow.
fn visible(layout: &[(u16, Vec<Panel>)], rows: u16) -> u16 {
    let fits = tallest(layout) <= usize::from(rows);
    if fits { rows } else { rows.saturating_sub(1) }
}

/// How far a layout can be scrolled in `rows` lines.
fn last_top(layout: &[(u16, Vec<Panel>)], rows: u16) -> usize {
    tallest(layout).saturating_sub(usize::from(visible(layout, rows)))
}

impl State {
    /// The panels of the screen that is on, with how far they are scrolled.
    fn sheet(&self) -> (Vec<(u16, Vec<Panel>)>, usize) {
        let width = self.size.0;
        match self.screen {
            Screen::Ideas => (self.idea_panels(width), self.ideas.top),
            Screen::Report => (self.report_panels(width), self.report.top),
            _ => (self.overview_panels(width), self.overview.top),
        }
    }

    /// Scrolls the screen that is on.
    pub(super) fn scroll_sheet(&mut self, action: Action, count: Option<u32>) {
        let rows = self.areas().list.map_or(1, |area| area.height);
        let (layout, before) = self.sheet();
        let last = last_top(&layout, rows);
        let times = count.unwrap_or(1).clamp(1, 10_000) as usize;
        let (page, half) = (usize::from(rows.max(2) - 1), usize::from(rows / 2).max(1));
        let next = match action {
            Action::Down => before.saturating_add(times),
            Action::Up => before.saturating_sub(times),
            Action::HalfDown => before.saturating_add(times * half),
            Action::HalfUp => before.saturating_sub(times * half),
            Action::PageDown => before.saturating_add(times * page),
            Action::PageUp => before.saturating_sub(times * page),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return self.nothing_to(action),
        }
        .min(last);
        match self.screen {
            Screen::Ideas => self.ideas.top = next,
            Screen::Report => self.report.top = next,
            _ => self.overview.top = next,
        }
        self.is_dirty = true;
        if next == before {
            self.tell(Level::Info, "nothing more that way");
        }
    }
}
