//! A list narrowed by typing: what palette, help and tags share.

use crate::settings::{Action, Key, Role};
use crate::tui::fuzzy;
use crate::tui::input::Input;
use crate::tui::layout;
use crate::tui::paint::Painter;
use ratatui::layout::{Position, Rect};

/// Columns and lines of a picker, where there is room.
pub(super) const WIDTH: u16 = 76;
pub(super) const HEIGHT: u16 = 18;

#[derive(Debug, Default)]
pub(in crate::tui) struct Picker {
    pub(super) input: Input,
    /// What is matched, one text a line.
    texts: Vec<String>,
    /// The lines that match, best first.
    pub(super) found: Vec<usize>,
    pub(super) cursor: usize,
}

impl Picker {
    pub(super) fn new(texts: Vec<String>) -> Self {
        let found = (0..texts.len()).collect();
        Self { texts, found, ..Self::default() }
    }

    pub(super) fn set_texts(&mut self, texts: Vec<String>) {
        self.texts = texts;
        self.refind();
    }

    pub(super) fn query(&self) -> String {
        self.input.text()
    }

    pub(super) fn refind(&mut self) {
        self.found = fuzzy::rank(&self.input.text(), self.texts.iter().map(String::as_str));
        self.cursor = 0;
    }

    /// The line under the cursor.
    pub(super) fn current(&self) -> Option<usize> {
        self.found.get(self.cursor).copied()
    }

    pub(in crate::tui) fn key(&mut self, key: Key) -> bool {
        let before = self.input.text();
        let is_of_use = self.input.key(key);
        if self.input.text() != before {
            self.refind();
        }
        is_of_use
    }

    pub(in crate::tui) fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.refind();
    }

    /// Moves the cursor; false for an action that is none of its movements.
    pub(super) fn act(&mut self, action: Action) -> bool {
        let last = self.found.len().saturating_sub(1);
        let page = usize::from(HEIGHT) - 3;
        self.cursor = match action {
            Action::PickerDown if self.cursor == last => 0,
            Action::PickerDown => self.cursor + 1,
            Action::PickerUp if self.cursor == 0 => last,
            Action::PickerUp => self.cursor - 1,
            Action::PickerPageDown => (self.cursor + page).min(last),
            Action::PickerPageUp => self.cursor.saturating_sub(page),
            _ => return false,
        };
        true
    }

    /// First visible of the found lines.
    fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }

    /// Puts the cursor where was clicked: `Some(true)` on a line, `Some(false)` beside, `None` out
    /// of the panel.
    pub(in crate::tui) fn line_at(&mut self, size: (u16, u16), at: Position) -> Option<bool> {
        let area = layout::popup(size, WIDTH, HEIGHT + 3);
        if !area.contains(at) {
            return None;
        }
        let row = usize::from(at.y.checked_sub(area.y + 4)?);
        let line = self.top(area.height.saturating_sub(5)) + row;
        if line < self.found.len() {
            self.cursor = line;
            return Some(true);
        }
        Some(false)
    }

    /// Paints the input and the found lines; `line` paints one of them.
    pub(super) fn paint(
        &self,
        painter: &mut Painter<'_>,
        body: Rect,
        nothing: &str,
        mut line: impl FnMut(&mut Painter<'_>, Rect, usize),
    ) {
        let input = Rect { height: 1.min(body.height), ..body };
        painter.tint(input, Role::Input);
        self.input.paint(painter, input, true);
        let list = Rect { y: body.y + 2, height: body.height.saturating_sub(2), ..body };
        let top = self.top(list.height);
        for (row, at) in self.found.iter().skip(top).take(usize::from(list.height)).enumerate() {
            let area = Rect { y: list.y + row as u16, height: 1, ..list };
            line(painter, area, *at);
            if top + row == self.cursor {
                let bar = Rect { x: area.x - 1, width: area.width + 2, ..area };
                painter.tint(bar, Role::Selected);
                if painter.is_plain {
                    painter.cursor = Some((area.x, area.y));
                }
            }
        }
        if self.found.is_empty() && list.height > 0 {
            let style = super::frame::on_panel(painter.theme, Role::Dim);
            painter.styled(list.x, list.y, list.width, nothing, style);
        }
    }
}
