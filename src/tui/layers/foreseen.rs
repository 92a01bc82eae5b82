//! What a visit to a source would bring.

use super::After;
use super::frame::{on_panel, panel};
use super::history::{highlight, step};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::message::SourceVisit;
use crate::tui::paint::{Painter, columns};
use crate::tui::state::State;

#[derive(Debug)]
pub(in crate::tui) struct Foreseen {
    name: String,
    visit: SourceVisit,
    cursor: usize,
}

impl Foreseen {
    pub(in crate::tui) fn new(name: &str, visit: SourceVisit) -> Self {
        Self { name: sanitize_line(name).into_owned(), visit, cursor: 0 }
    }

    pub(super) fn act(&mut self, action: Action, count: Option<u32>) -> After {
        step(&mut self.cursor, self.visit.documents.len(), action, count)
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let documents = &self.visit.documents;
        let height = (documents.len() as u16).clamp(1, 18);
        let title = format!("{} would bring", self.name);
        let body = panel(painter, state.size, (96, height), &title, &self.visit.summary);
        if documents.is_empty() {
            let dim = on_panel(painter.theme, Role::Dim);
            painter.styled(body.x, body.y, body.width, "no document at present", dim);
            return;
        }
        let top = (self.cursor + 1).saturating_sub(usize::from(body.height));
        let lines = documents.iter().enumerate().skip(top);
        let state_width = documents.iter().map(|(state, _)| columns(state)).max().unwrap_or(0);
        for (y, (at, (state, title))) in (body.y..body.bottom()).zip(lines) {
            let role = if *state == "known" { Role::Dim } else { Role::Approved };
            painter.styled(body.x, y, state_width, state, on_panel(painter.theme, role));
            let x = body.x + state_width + 2;
            let style = on_panel(painter.theme, Role::Text);
            painter.styled(x, y, body.right().saturating_sub(x), &sanitize_line(title), style);
            highlight(painter, body, y, at == self.cursor);
        }
    }
}
