//! What looks like an item: merge it in, or remember that it is another.

use super::After;
use super::confirm::{Confirm, Then};
use super::frame::{on_panel, panel};
use super::history::{highlight, step};
use crate::model::{AutomationId, InboxRow, ItemView};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::layers::Layer;
use crate::tui::paint::Painter;
use crate::tui::phrases::{age, counted, kind_word, share};
use crate::tui::state::State;
use std::collections::HashSet;

/// Merging more than this asks first.
const ASK_ABOVE: usize = 10;

#[derive(Debug)]
pub(in crate::tui) struct LookAlikes {
    lead: AutomationId,
    title: String,
    rows: Vec<InboxRow>,
    marked: HashSet<AutomationId>,
    cursor: usize,
}

impl LookAlikes {
    pub(in crate::tui) fn new(view: &ItemView) -> Self {
        Self {
            lead: view.automation.id,
            title: sanitize_line(&view.automation.content.title).into_owned(),
            rows: view.duplicates.clone(),
            marked: HashSet::new(),
            cursor: 0,
        }
    }

    pub(super) fn lead(&self) -> AutomationId {
        self.lead
    }

    pub(super) fn renew(&mut self, view: &ItemView) {
        let (marked, cursor) = (std::mem::take(&mut self.marked), self.cursor);
        *self = Self::new(view);
        self.marked = marked;
        self.cursor = cursor.min(self.rows.len().saturating_sub(1));
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action, count: Option<u32>) -> After {
        let current = self.rows.get(self.cursor).map(|row| row.id);
        match (action, current) {
            (Action::Mark, Some(id)) => {
                if !self.marked.remove(&id) {
                    self.marked.insert(id);
                }
                step(&mut self.cursor, self.rows.len(), Action::Down, None)
            }
            (Action::MarkAll, _) => {
                self.marked = self.rows.iter().map(|row| row.id).collect();
                After::Keep
            }
            (Action::MergeThem, Some(_)) => {
                self.merge(state);
                After::Close
            }
            (Action::KeepApart, Some(id)) => {
                state.keep_apart(self.lead, id);
                self.rows.remove(self.cursor);
                self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
                if self.rows.is_empty() { After::Close } else { After::Keep }
            }
            _ => step(&mut self.cursor, self.rows.len(), action, count),
        }
    }

    fn merge(&self, state: &mut State) {
        let is_meant = |row: &&InboxRow| self.marked.is_empty() || self.marked.contains(&row.id);
        let members: Vec<AutomationId> =
            self.rows.iter().filter(is_meant).map(|row| row.id).collect();
        if members.len() > ASK_ABOVE {
            let what = format!("merge {} into “{}”", counted(members.len(), "item"), self.title);
            let then = Then::Merge { lead: self.lead, members };
            state.open(Layer::Confirm(Confirm::new(what, then)));
        } else {
            state.merge(self.lead, members);
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let height = (self.rows.len() as u16).clamp(1, 14) + 2;
        let hint = match self.marked.len() {
            0 => "m merges all, x keeps one apart".to_owned(),
            n => format!("m merges {}", counted(n, "marked item")),
        };
        let hint = hint
            .replacen('m', &state.keymap.shown_key(Action::MergeThem), 1)
            .replace(", x ", &format!(", {} ", state.keymap.shown_key(Action::KeepApart)));
        let body = panel(painter, state.size, (84, height), "look-alikes", &hint);
        let (text, dim) = (on_panel(painter.theme, Role::Text), on_panel(painter.theme, Role::Dim));
        let accent = on_panel(painter.theme, Role::Accent);
        painter.styled(body.x, body.y, body.width, &format!("into  {}", self.title), accent);
        let rows = body.height.saturating_sub(2);
        let top = (self.cursor + 1).saturating_sub(usize::from(rows));
        for (y, (at, row)) in
            (body.y + 2..body.bottom()).zip(self.rows.iter().enumerate().skip(top))
        {
            let is_marked = self.marked.contains(&row.id);
            let glyph = if is_marked { if painter.is_plain { "x" } else { "●" } } else { " " };
            let mark = on_panel(painter.theme, Role::Marked);
            painter.styled(body.x, y, 1, glyph, mark);
            let room = body.width.saturating_sub(36);
            painter.styled(body.x + 2, y, room, &sanitize_line(&row.title), text);
            let mut x = body.x + room + 3;
            painter.styled(x, y, 10, kind_word(row.kind), dim);
            x += 11;
            let origin = sanitize_line(row.origin.as_deref().unwrap_or_default());
            painter.styled(x, y, 11, &origin, dim);
            x += 12;
            painter.styled(x, y, 3, &share(row.confidence), dim);
            painter.styled(x + 4, y, 3, &age(row.dated, state.now), dim);
            highlight(painter, body, y, at == self.cursor);
        }
    }
}
