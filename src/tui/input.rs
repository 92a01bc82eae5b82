//! A line (or a few) of text being typed.

use super::paint::{Painter, columns};
use crate::settings::{Key, Role};
use crate::text::{sanitize, sanitize_line};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
use std::ops::Range;
use tui_textarea::{CursorMove, TextArea};

pub(super) struct Input {
    area: TextArea<'static>,
    has_lines: bool,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Input").field(&self.text()).finish()
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::line("")
    }
}

impl Input {
    /// One line, holding `text`, the cursor behind it.
    pub(super) fn line(text: &str) -> Self {
        let mut area = TextArea::new(vec![sanitize_line(text).into_owned()]);
        area.move_cursor(CursorMove::End);
        Self { area, has_lines: false }
    }

    /// Several lines, holding `text`.
    pub(super) fn lines(text: &str) -> Self {
        let lines = sanitize(text).lines().map(|line| sanitize_line(line).into_owned()).collect();
        let mut area = TextArea::new(lines);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, has_lines: true }
    }

    pub(super) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    pub(super) fn has_lines(&self) -> bool {
        self.has_lines
    }

    pub(super) fn line_count(&self) -> usize {
        self.area.lines().len()
    }

    /// Line and column (in characters) of the cursor.
    pub(super) fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    pub(super) fn set(&mut self, text: &str) {
        *self = if self.has_lines { Self::lines(text) } else { Self::line(text) };
    }

    /// Takes a key; says whether it was of any use.
    pub(super) fn key(&mut self, key: Key) -> bool {
        match key.typed() {
            Some(c) => {
                self.area.insert_char(c);
                true
            }
            None => self.edit(key),
        }
    }

    /// Moves and deletes as command lines do; false for a key that does neither.
    fn edit(&mut self, key: Key) -> bool {
        let area = &mut self.area;
        let motion = |area: &mut TextArea<'_>, to| {
            area.move_cursor(to);
            true
        };
        // Deleting nothing at an end is no unknown key.
        let done = |_: bool| true;
        match (key.modifiers, key.code) {
            (KeyModifiers::NONE, KeyCode::Left) => motion(area, CursorMove::Back),
            (KeyModifiers::NONE, KeyCode::Right) => motion(area, CursorMove::Forward),
            (KeyModifiers::NONE, KeyCode::Home) => motion(area, CursorMove::Head),
            (KeyModifiers::NONE, KeyCode::End) => motion(area, CursorMove::End),
            (KeyModifiers::NONE, KeyCode::Up) if self.has_lines => motion(area, CursorMove::Up),
            (KeyModifiers::NONE, KeyCode::Down) if self.has_lines => motion(area, CursorMove::Down),
            (KeyModifiers::NONE, KeyCode::Enter) if self.has_lines => {
                area.insert_newline();
                true
            }
            (KeyModifiers::NONE, KeyCode::Backspace) => done(area.delete_char()),
            (KeyModifiers::NONE, KeyCode::Delete) => done(area.delete_next_char()),
            (KeyModifiers::CONTROL, KeyCode::Left) => motion(area, CursorMove::WordBack),
            (KeyModifiers::CONTROL, KeyCode::Right) => motion(area, CursorMove::WordForward),
            (KeyModifiers::ALT, KeyCode::Backspace) => done(area.delete_word()),
            (KeyModifiers::ALT, KeyCode::Char('b')) => motion(area, CursorMove::WordBack),
            (KeyModifiers::ALT, KeyCode::Char('f')) => motion(area, CursorMove::WordForward),
            (KeyModifiers::ALT, KeyCode::Char('d')) => done(area.delete_next_word()),
            (KeyModifiers::CONTROL, KeyCode::Char(c)) => match c {
                'a' => motion(area, CursorMove::Head),
                'e' => motion(area, CursorMove::End),
                'b' => motion(area, CursorMove::Back),
                'f' => motion(area, CursorMove::Forward),
                'd' => done(area.delete_next_char()),
                'h' => done(area.delete_char()),
                'w' => done(area.delete_word()),
                'u' => done(area.delete_line_by_head()),
                'k' => done(area.delete_line_by_end()),
                'z' => done(area.undo()),
                _ => false,
            },
            _ => false,
        }
    }

    /// Swaps the line under the cursor with the one above or below; false at an end.
    pub(super) fn move_line(&mut self, by: isize) -> bool {
        let (line, column) = self.cursor();
        let Some(to) = line.checked_add_signed(by).filter(|to| *to < self.line_count()) else {
            return false;
        };
        let mut lines = self.area.lines().to_vec();
        lines.swap(line, to);
        self.put(lines, to, column);
        true
    }

    /// Opens an empty line below the cursor.
    pub(super) fn open_line(&mut self) -> bool {
        self.area.move_cursor(CursorMove::End);
        self.area.insert_newline();
        true
    }

    /// Drops the line under the cursor; false where there is nothing to drop.
    pub(super) fn drop_line(&mut self) -> bool {
        if self.is_empty() {
            return false;
        }
        let (line, _) = self.cursor();
        let mut lines = self.area.lines().to_vec();
        lines.remove(line);
        let last = lines.len().saturating_sub(1);
        self.put(lines, line.min(last), 0);
        true
    }

    fn put(&mut self, lines: Vec<String>, line: usize, column: usize) {
        self.area = TextArea::new(lines);
        let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(place(line), place(column)));
    }

    /// Takes pasted text, made safe; line breaks become spaces where there is one line.
    pub(super) fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.has_lines {
            self.area.insert_str(&*sanitize(&text));
        } else {
            let line = text.split('\n').collect::<Vec<_>>().join(" ");
            self.area.insert_str(&*sanitize_line(line.trim_end()));
        }
    }

    /// Paints it, scrolled so that the cursor shows; claims the hardware cursor when focused.
    pub(super) fn paint(&self, painter: &mut Painter<'_>, area: Rect, is_focused: bool) {
        if area.is_empty() {
            return;
        }
        if self.has_lines {
            return self.paint_wrapped(painter, area, is_focused);
        }
        let (line, column) = self.cursor();
        let height = usize::from(area.height);
        let top = if is_focused { (line + 1).saturating_sub(height) } else { 0 };
        for (row, text) in self.area.lines().iter().skip(top).take(height).enumerate() {
            let y = area.y + row as u16;
            let is_here = is_focused && top + row == line;
            let before: String = text.chars().take(column).collect();
            let offset = if is_here { columns(&before).saturating_sub(area.width - 1) } else { 0 };
            let shown = without_columns(text, offset);
            let style = painter.style(Role::Input);
            let cut = if is_here { shown } else { &super::paint::fitted(shown, area.width) };
            painter.buffer.set_stringn(area.x, y, cut, usize::from(area.width), style);
            if is_here {
                painter.cursor = Some((area.x + columns(&before) - offset, y));
            }
        }
    }
}

impl Input {
    /// The rows that several lines take in `width` columns: line, and characters of it.
    fn rows(&self, width: u16) -> Vec<(usize, Range<usize>)> {
        let mut rows = Vec::new();
        for (at, line) in self.area.lines().iter().enumerate() {
            let characters: Vec<char> = line.chars().collect();
            let mut start = 0;
            loop {
                let end = row_end(&characters, start, width.max(1));
                rows.push((at, start..end));
                if end >= characters.len() {
                    break;
                }
                start = end;
            }
        }
        rows
    }

    /// How many rows it takes in `width` columns.
    pub(super) fn row_count(&self, width: u16) -> usize {
        if self.has_lines { self.rows(width).len() } else { 1 }
    }

    fn paint_wrapped(&self, painter: &mut Painter<'_>, area: Rect, is_focused: bool) {
        // The cursor behind a full row needs a column of its own.
        let rows = self.rows(area.width.saturating_sub(1));
        let (line, column) = self.cursor();
        let is_here = |(at, range): &(usize, Range<usize>)| *at == line && range.start <= column;
        let here = rows.iter().rposition(is_here).unwrap_or(0);
        let height = usize::from(area.height);
        let top = if is_focused { (here + 1).saturating_sub(height) } else { 0 };
        for (y, (at, row)) in (area.y..area.bottom()).zip(rows.iter().enumerate().skip(top)) {
            let (number, range) = row;
            let line = &self.area.lines()[*number];
            let text: String = line.chars().skip(range.start).take(range.len()).collect();
            if is_focused {
                painter.text(area.x, y, area.width, &text, Role::Input);
            } else {
                let style = painter.style(Role::Text);
                let style = ratatui::style::Style { bg: None, ..style };
                painter.styled(area.x, y, area.width, &text, style);
            }
            if is_focused && at == here {
                let before: String = text.chars().take(column - range.start).collect();
                painter.cursor = Some((area.x + columns(&before), y));
            }
        }
    }
}

/// Where a row that begins at `start` ends: behind the last blank that fits, else where it is full.
fn row_end(characters: &[char], start: usize, width: u16) -> usize {
    let mut used = 0;
    let mut blank = None;
    for (at, c) in characters.iter().enumerate().skip(start) {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > width {
            return blank.unwrap_or(at).max(start + 1);
        }
        if *c == ' ' {
            blank = Some(at + 1);
        }
    }
    characters.len()
}

/// `text` without its first `columns` columns.
fn without_columns(text: &str, skip: u16) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        if used >= skip {
            return &text[at..];
        }
        used += columns(c.encode_utf8(&mut [0; 4]));
    }
    if used >= skip && skip == 0 { text } else { "" }
}
