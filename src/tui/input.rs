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
        let is_enter = key.code == KeyCode::Enter;
        let opens_line = is_enter
            || (matches!(key.code, KeyCode::Char('m' | 'j'))
                && key.modifiers == KeyModifiers::CONTROL);
        if key.code == KeyCode::Tab
            || key.code == KeyCode::BackTab
            || (opens_line && !self.has_lines)
        {
            return false;
        }
        let before = (self.cursor(), self.area.lines().to_vec());
        let event = crossterm::event::KeyEvent::new(key.code, key.modifiers);
        let is_known = key.typed().is_some() || self.knows(key);
        if is_known {
            self.area.input(event);
        }
        let is_motion = matches!(
            key.code,
            KeyCode::Left
                | KeyCode::Right
                | KeyCode::Home
                | KeyCode::End
                | KeyCode::Backspace
                | KeyCode::Delete
        );
        is_motion || before != (self.cursor(), self.area.lines().to_vec())
    }

    /// Whether a key without a character edits; keeps search and clipboard keys of the text area
    /// out.
    fn knows(&self, key: Key) -> bool {
        let (is_control, is_alt) = (
            key.modifiers.contains(KeyModifiers::CONTROL),
            key.modifiers.contains(KeyModifiers::ALT),
        );
        match key.code {
            KeyCode::Char(c) if is_control => "abdefhkuwjm".contains(c),
            KeyCode::Char(c) if is_alt => "bdf".contains(c),
            KeyCode::Up | KeyCode::Down => self.has_lines,
            KeyCode::Enter => self.has_lines,
            KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End => true,
            KeyCode::Backspace | KeyCode::Delete => true,
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
