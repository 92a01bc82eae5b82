//! What was told so far, newest first.

use super::After;
use super::frame::{on_panel, panel};
use super::history::{highlight, step};
use crate::settings::{Action, Role};
use crate::tui::message::Level;
use crate::tui::paint::{Painter, wrapped};
use crate::tui::phrases::age;
use crate::tui::state::{Message, State};
use std::collections::VecDeque;

#[derive(Debug)]
pub(in crate::tui) struct Messages {
    messages: Vec<Message>,
    cursor: usize,
}

impl Messages {
    pub(in crate::tui) fn new(messages: &VecDeque<Message>) -> Self {
        Self { messages: messages.iter().rev().cloned().collect(), cursor: 0 }
    }

    pub(super) fn act(&mut self, action: Action, count: Option<u32>) -> After {
        step(&mut self.cursor, self.messages.len(), action, count)
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let body = panel(painter, state.size, (96, 18), "messages", "newest first");
        let dim = on_panel(painter.theme, Role::Dim);
        if self.messages.is_empty() {
            painter.styled(body.x, body.y, body.width, "nothing was told yet", dim);
            return;
        }
        // The message under the cursor is told whole, below the list.
        let whole = wrapped(&self.messages[self.cursor].text, body.width);
        let below = (whole.len() as u16).min(4) + 1;
        let height = body.height.saturating_sub(below);
        let top = (self.cursor + 1).saturating_sub(usize::from(height));
        let lines = self.messages.iter().enumerate().skip(top);
        for (y, (at, message)) in (body.y..body.y + height).zip(lines) {
            let (word, role) = match message.level {
                Level::Info => ("note", Role::Dim),
                Level::Done => ("done", Role::Approved),
                Level::Warning => ("warning", Role::Deferred),
                Level::Error => ("error", Role::Rejected),
            };
            painter.styled(body.x, y, 4, &age(message.at, state.now), dim);
            let style = on_panel(painter.theme, role);
            painter.styled(body.x + 5, y, 8, word, style);
            let style = on_panel(painter.theme, Role::Text);
            painter.styled(body.x + 14, y, body.width.saturating_sub(14), &message.text, style);
            highlight(painter, body, y, at == self.cursor);
        }
        for (row, line) in whole.iter().take(4).enumerate() {
            let y = body.y + height + 1 + row as u16;
            painter.styled(body.x, y, body.width, line, dim);
        }
    }
}
