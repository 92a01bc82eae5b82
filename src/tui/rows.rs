//! Rows of lists by id: bounded, fetched around the windows that show them.

use crate::model::{AutomationId, InboxRow};
use crate::text::sanitize_line;
use std::collections::{HashMap, HashSet};

/// Beyond so many rows, those that no window shows are let go.
const CAPACITY: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Rows {
    known: HashMap<AutomationId, InboxRow>,
    asked: HashSet<AutomationId>,
    /// Those that an answer left out: they no longer exist.
    gone: HashSet<AutomationId>,
}

impl Rows {
    pub(super) fn get(&self, id: AutomationId) -> Option<&InboxRow> {
        self.known.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: AutomationId) -> Option<&mut InboxRow> {
        self.known.get_mut(&id)
    }

    pub(super) fn is_gone(&self, id: AutomationId) -> bool {
        self.gone.contains(&id)
    }

    /// Takes rows in, made safe for the terminal.
    pub(super) fn insert(&mut self, rows: Vec<InboxRow>) {
        for mut row in rows {
            make_safe(&mut row.title);
            row.function
                .iter_mut()
                .chain(&mut row.origin)
                .chain(&mut row.reviewer)
                .for_each(make_safe);
            self.asked.remove(&row.id);
            self.gone.remove(&row.id);
            self.known.insert(row.id, row);
        }
    }

    /// Takes the answer to a question for `asked`.
    pub(super) fn answer(&mut self, asked: &[AutomationId], rows: Vec<InboxRow>) {
        self.insert(rows);
        for id in asked {
            if self.asked.remove(id) && !self.known.contains_key(id) {
                self.gone.insert(*id);
            }
        }
    }

    /// Which of `ids` must be asked for; they count as asked from now on.
    pub(super) fn missing(&mut self, ids: &[AutomationId]) -> Vec<AutomationId> {
        let is_missing = |id: &&AutomationId| {
            !self.known.contains_key(id) && !self.asked.contains(id) && !self.gone.contains(id)
        };
        let missing: Vec<_> = ids.iter().filter(is_missing).copied().collect();
        self.asked.extend(&missing);
        missing
    }

    /// Forgets nothing that is shown, but asks for `ids` anew, of those it knows.
    pub(super) fn stale(&mut self, ids: &[AutomationId]) -> Vec<AutomationId> {
        let stale: Vec<_> = ids.iter().filter(|id| self.known.contains_key(id)).copied().collect();
        self.asked.extend(&stale);
        stale
    }

    /// Forgets what is not in `kept`, when there is much.
    pub(super) fn trim<'a>(&mut self, kept: impl Iterator<Item = &'a AutomationId>) {
        if self.known.len() > CAPACITY {
            let kept: HashSet<_> = kept.copied().collect();
            self.known.retain(|id, _| kept.contains(id));
        }
        if self.gone.len() > CAPACITY {
            self.gone.clear();
        }
    }
}

fn make_safe(text: &mut String) {
    if let std::borrow::Cow::Owned(safe) = sanitize_line(text) {
        *text = safe;
    }
}
