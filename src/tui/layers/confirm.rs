//! A question before something large; answered by another key than the one that raised it.

use super::After;
use crate::model::{AutomationId, Verdict};
use crate::settings::{Action, Role};
use crate::tui::message::{Command, Level};
use crate::tui::paint::{Painter, columns, fitted};
use crate::tui::state::State;
use ratatui::layout::Rect;

#[derive(Debug)]
pub(in crate::tui) struct Confirm {
    /// As an order: "reject 14 items".
    what: String,
    then: Then,
}

#[derive(Debug, Clone)]
pub(in crate::tui) enum Then {
    Decide { ids: Vec<AutomationId>, verdict: Verdict },
    Tags { ids: Vec<AutomationId>, add: Vec<String>, remove: Vec<String> },
    Merge { lead: AutomationId, members: Vec<AutomationId> },
    Retry,
}

impl Confirm {
    pub(in crate::tui) fn new(what: String, then: Then) -> Self {
        Self { what, then }
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        if action == Action::No {
            state.tell(Level::Info, "left as it was");
            return After::Close;
        }
        match self.then.clone() {
            Then::Decide { ids, verdict } => state.decide_and_advance(ids, verdict),
            Then::Tags { ids, add, remove } => state.set_tags(ids, add, remove),
            Then::Merge { lead, members } => {
                state.merge(lead, members);
                if let Some(list) = state.list_mut() {
                    list.settle_range();
                    list.marks.clear();
                }
            }
            Then::Retry => state.out.push(Command::RetryDeadLetters),
        }
        After::Close
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let (width, height) = state.size;
        let area = Rect::new(0, height.saturating_sub(1), width, 1);
        painter.fill(area, Role::Warning);
        let key = |action| state.keymap.shown_key(action);
        let keys = format!("{} yes   {} no ", key(Action::Yes), key(Action::No));
        let mut question = self.what.clone();
        if let Some(first) = question.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let room = width.saturating_sub(columns(&keys) + 4);
        let question = format!("{}?", fitted(&question, room));
        painter.text(1, area.y, width - 2, &question, Role::Warning);
        painter.right(width, area.y, columns(&keys), &keys, Role::Warning);
        painter.cursor = Some((1 + columns(&question), area.y));
    }
}
