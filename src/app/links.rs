//! Links in the terminal (OSC 8): cells that lead to an address.
//!
//! ratatui's cells know no links, and a terminal keeps the link with the cell as it was written. So
//! after a frame the cells of a link are written once more with the link around them, and only when
//! they, or where they lead, changed: the frame's own diff stays as it is.

use crate::tui::Link;
use crossterm::cursor::{RestorePosition, SavePosition};
use crossterm::queue;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

type Cells = Vec<(u16, u16, Cell)>;

/// The links that stand on the screen.
#[derive(Debug, Default)]
pub struct Links {
    size: Rect,
    shown: Vec<(Link, Cells)>,
}

/// Whether the terminal is one that leaves out what it does not know. The Linux console, and
/// terminals from before windows, write parts of it on the screen.
pub fn knows_links(term: &str) -> bool {
    !(term.is_empty() || term == "linux" || term == "dumb" || term.starts_with("vt"))
}

impl Links {
    /// Brings the links on the screen up to the frame that was just drawn.
    pub fn update(&mut self, buffer: &Buffer, links: Vec<Link>) -> Option<Update> {
        if self.size != buffer.area {
            // All cells were written anew.
            *self = Self { size: buffer.area, shown: Vec::new() };
        }
        let next: Vec<(Link, Cells)> = links
            .into_iter()
            .map(|link| (cells(buffer, link.area), link))
            .map(|(c, l)| (l, c))
            .collect();
        if next == self.shown {
            return None;
        }
        let before = std::mem::replace(&mut self.shown, next);
        let plain = before.iter().flat_map(|(link, _)| cells(buffer, link.area)).collect();
        Some(Update { plain, linked: self.shown.clone() })
    }
}

/// What must be written after a frame.
#[derive(Debug)]
pub struct Update {
    /// What was linked until now, without a link.
    plain: Cells,
    linked: Vec<(Link, Cells)>,
}

impl Update {
    /// Writes the cells; the cursor stays where it was.
    ///
    /// # Errors
    /// Where the terminal cannot be written.
    pub fn write<W: Write>(&self, backend: &mut CrosstermBackend<W>) -> io::Result<()> {
        queue!(backend, SavePosition)?;
        draw(backend, &self.plain)?;
        for (link, cells) in &self.linked {
            write!(backend, "\x1b]8;;{}\x1b\\", link.url)?;
            draw(backend, cells)?;
            write!(backend, "\x1b]8;;\x1b\\")?;
        }
        queue!(backend, RestorePosition)
    }
}

fn draw<W: Write>(backend: &mut CrosstermBackend<W>, cells: &Cells) -> io::Result<()> {
    backend.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell)))
}

/// The cells of an area, but those that a wide character before them covers.
fn cells(buffer: &Buffer, area: Rect) -> Cells {
    let area = area.intersection(buffer.area);
    let mut cells = Vec::new();
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let cell = &buffer[(x, y)];
            cells.push((x, y, cell.clone()));
            x += cell.symbol().width().max(1) as u16;
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    fn link(url: &str) -> Vec<Link> {
        vec![Link { area: Rect::new(2, 1, 6, 1), url: url.to_owned() }]
    }

    fn written(update: Option<Update>) -> String {
        let mut bytes = Vec::new();
        if let Some(update) = update {
            update.write(&mut CrosstermBackend::new(&mut bytes)).unwrap();
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_link_is_written_when_it_or_its_cells_change_and_else_costs_nothing() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        buffer.set_string(2, 1, "日本 ab", Style::default());
        let mut links = Links::default();
        let first = written(links.update(&buffer, link("https://a.example/")));
        assert!(first.contains("\x1b]8;;https://a.example/\x1b\\"), "{first:?}");
        assert!(first.contains("日") && first.contains("本"), "{first:?}");
        assert!(first.contains("\x1b]8;;\x1b\\"), "the link is not ended: {first:?}");
        assert_eq!(written(links.update(&buffer, link("https://a.example/"))), "");
        assert!(written(links.update(&buffer, link("https://b.example/"))).contains("b.example"));
        buffer.set_string(2, 1, "other.", Style::default());
        assert!(written(links.update(&buffer, link("https://b.example/"))).contains("other."));
        let gone = written(links.update(&buffer, Vec::new()));
        assert!(gone.contains("other.") && !gone.contains("8;;"), "{gone:?}");
    }

    #[test]
    fn a_new_size_writes_links_anew() {
        let mut links = Links::default();
        let small = Buffer::empty(Rect::new(0, 0, 20, 3));
        assert!(links.update(&small, link("https://a.example/")).is_some());
        let large = Buffer::empty(Rect::new(0, 0, 30, 3));
        assert!(links.update(&large, link("https://a.example/")).is_some());
    }

    #[test]
    fn old_terminals_are_spared() {
        assert!(knows_links("xterm-256color") && knows_links("tmux-256color"));
        assert!(!knows_links("linux") && !knows_links("dumb") && !knows_links("vt220"));
    }
}
