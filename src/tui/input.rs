//! A line (or a few) of text being typed.

use super::paint::{Painter, columns};
use crate::settings::{Key, Role};
use crate::text::{sanitize, sanitize_line};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
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
