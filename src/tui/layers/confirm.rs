//! A question before something large; answered by another key than the one that raised it.

use super::After;
use super::frame::{on_panel, panel};
use crate::model::{AutomationId, Verdict};
use crate::settings::{Action, Role};
use crate::tui::message::{Command, Level, Seen};
use crate::tui::paint::{Painter, columns, fitted, wrapped};
use crate::tui::state::State;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

/// A question that nobody's key raised takes no answer for so long: the key may have been meant for
/// what was there before.
const STARTLE: SignedDuration = SignedDuration::from_millis(500);

/// Columns of what there is to know.
const ABOUT_WIDTH: u16 = 76;

#[derive(Debug)]
pub(in crate::tui) struct Confirm {
    /// As an order: "reject 14 items".
    what: String,
    then: Then,
    /// What there is to know before answering: a title, and paragraphs.
    about: Option<(String, Vec<String>)>,
    /// When it takes an answer, where it came by itself.
    ready_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(in crate::tui) enum Then {
    Decide {
        ids: Vec<AutomationId>,
        verdict: Verdict,
    },
    /// The same on items as they are now, though others changed them.
    DecideAnyway {
        items: Vec<Seen>,
        verdict: Verdict,
    },
    EditAgain {
        id: AutomationId,
    },
    Tags {
        ids: Vec<AutomationId>,
        add: Vec<String>,
        remove: Vec<String>,
    },
    Merge {
        lead: AutomationId,
        members: Vec<AutomationId>,
    },
    Retry,
    DeleteSearch {
        name: String,
    },
    RemoveSource {
        name: String,
    },
}

impl Confirm {
    pub(in crate::tui) fn new(what: String, then: Then) -> Self {
        Self { what, then, about: None, ready_at: None }
    }

    /// Tells what there is to know first.
    pub(in crate::tui) fn about(self, title: &str, lines: Vec<String>) -> Self {
        Self { about: Some((title.to_owned(), lines)), ..self }
    }

    /// Opens at `now` without a key that asked for it.
    pub(in crate::tui) fn unasked(self, now: Timestamp) -> Self {
        Self { ready_at: Some(now + STARTLE), ..self }
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        if self.ready_at.is_some_and(|at| state.now < at) {
            return After::Keep;
        }
        if action == Action::No {
            state.tell(Level::Info, "left as it was");
            return After::Close;
        }
        match self.then.clone() {
            Then::Decide { ids, verdict } => state.decide_and_advance(ids, verdict),
            Then::DecideAnyway { items, verdict } => state.decide_seen(items, verdict),
            Then::EditAgain { id } => {
                // Off the stack already while this runs.
                state.edit_in_editor(id);
            }
            Then::Tags { ids, add, remove } => state.set_tags(ids, add, remove),
            Then::Merge { lead, members } => {
                state.merge(lead, members);
                if let Some(list) = state.list_mut() {
                    list.settle_range();
                    list.marks.clear();
                }
            }
            Then::Retry => state.out.push(Command::RetryDeadLetters),
            Then::RemoveSource { name } => state.out.push(Command::RemoveSource { name }),
            Then::DeleteSearch { name } => state.out.push(Command::DeleteSearch { name }),
        }
        After::Close
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let (width, height) = state.size;
        self.paint_about(state, painter);
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

    fn paint_about(&self, state: &State, painter: &mut Painter<'_>) {
        let Some((title, lines)) = &self.about else { return };
        let width = ABOUT_WIDTH.min(state.size.0);
        let lines: Vec<String> =
            lines.iter().flat_map(|line| wrapped(line, width.saturating_sub(4))).collect();
        let body = panel(painter, state.size, (width, lines.len() as u16), title, "");
        let style = on_panel(painter.theme, Role::Text);
        for (y, line) in (body.y..body.bottom()).zip(&lines) {
            painter.styled(body.x, y, body.width, line, style);
        }
    }
}
