//! What was decided today, by everybody, newest first.

use super::After;
use super::frame::{on_panel, panel};
use super::history::{highlight, step, undo};
use crate::model::{DecisionRow, Origin};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::message::Generation;
use crate::tui::paint::Painter;
use crate::tui::phrases::{age, counted};
use crate::tui::state::State;

/// Lines of the list, where there is room.
const HEIGHT: u16 = 24;

#[derive(Debug, Default)]
pub(in crate::tui) struct Today {
    /// The newest question whose answer fills it.
    pub(in crate::tui) asked: Generation,
    /// `None` until the answer comes.
    rows: Option<Vec<DecisionRow>>,
    cursor: usize,
}

impl Today {
    /// Takes an answer; the cursor stays on its decision.
    pub(super) fn take(&mut self, rows: Vec<DecisionRow>) {
        let here = self.current().map(|row| row.id);
        let at = rows.iter().position(|row| Some(row.id) == here);
        self.cursor = at.unwrap_or(self.cursor).min(rows.len().saturating_sub(1));
        self.rows = Some(rows);
    }

    fn rows(&self) -> &[DecisionRow] {
        self.rows.as_deref().unwrap_or_default()
    }

    fn current(&self) -> Option<&DecisionRow> {
        self.rows().get(self.cursor)
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action, count: Option<u32>) -> After {
        match action {
            Action::UndoDecision => undo(state, self.current()),
            Action::Open => match self.current() {
                Some(row) => {
                    state.go_to_item(row.automation);
                    return After::Close;
                }
                None => return After::Close,
            },
            _ => {
                let length = self.rows().len();
                return step(&mut self.cursor, length, action, count);
            }
        }
        After::Keep
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let rows = self.rows();
        let height = (rows.len() as u16).clamp(1, HEIGHT);
        let hint = counted(rows.len(), "decision");
        let body = panel(painter, state.size, (104, height), "today", &hint);
        let dim = on_panel(painter.theme, Role::Dim);
        if rows.is_empty() {
            let said = match self.rows {
                None => "loading …",
                Some(_) => "nobody decided anything today",
            };
            painter.styled(body.x, body.y, body.width, said, dim);
        }
        let top = (self.cursor + 1).saturating_sub(usize::from(body.height));
        for (y, (at, row)) in (body.y..body.bottom()).zip(rows.iter().enumerate().skip(top)) {
            let text = on_panel(painter.theme, if row.is_undone { Role::Dim } else { Role::Text });
            let door = match row.origin {
                Origin::Workbench => "",
                Origin::CommandLine => ", by command",
                Origin::Clock => ", by the clock",
                Origin::Rule => ", by a rule",
            };
            let undone = if row.is_undone { " (taken back)" } else { "" };
            let said = format!("{}{door}{undone}", sanitize_line(&row.summary));
            let who_width = 12;
            let said_width = (body.width / 3).max(20);
            painter.styled(body.x, y, 4, &age(row.at, state.now), dim);
            painter.styled(body.x + 5, y, who_width, &sanitize_line(&row.reviewer), text);
            let x = body.x + 6 + who_width;
            painter.styled(x, y, said_width, &said, text);
            let x = x + said_width + 1;
            let room = body.right().saturating_sub(x);
            painter.styled(x, y, room, &sanitize_line(&row.title), dim);
            highlight(painter, body, y, at == self.cursor);
        }
    }
}
