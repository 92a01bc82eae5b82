//! Writes on their way: asked for, not yet confirmed durable.

use super::message::{Command, DecidedItems, Level, ReversedItems, Seen, Token};
use super::phrases::{counted, verdict_done};
use super::state::State;
use crate::model::{AutomationId, Edit, Field, Kept, Status, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};

/// Verdicts of the last minutes make the pace.
const PACE_WINDOW: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug, Default)]
pub(super) struct Writes {
    pending: HashMap<Token, Write>,
    /// Which write an item waits for, and the status it will have.
    items: HashMap<AutomationId, (Token, Option<Status>)>,
    /// When verdicts were given, oldest first.
    given: VecDeque<(Timestamp, usize)>,
}

#[derive(Debug)]
struct Write {
    what: What,
    items: Vec<AutomationId>,
    /// An item that changes by it too: the one that leads others.
    lead: Option<AutomationId>,
}

#[derive(Debug)]
enum What {
    Verdict(Verdict),
    Tags,
    Edit,
    Merge,
    Apart,
}

impl Writes {
    /// Whether the item waits for a write, and the status it will have by it.
    pub(super) fn pending(&self, id: AutomationId) -> Option<Option<Status>> {
        self.items.get(&id).map(|(_, status)| *status)
    }

    fn begin(
        &mut self,
        token: Token,
        what: What,
        items: Vec<AutomationId>,
        lead: Option<AutomationId>,
    ) {
        let status = match &what {
            What::Verdict(verdict) => Some(verdict.status()),
            What::Merge => Some(Status::Merged),
            What::Tags | What::Edit | What::Apart => None,
        };
        for id in &items {
            self.items.insert(*id, (token, status));
        }
        self.pending.insert(token, Write { what, items, lead });
    }

    fn end(&mut self, token: Token) -> Option<Write> {
        let write = self.pending.remove(&token)?;
        for id in &write.items {
            if self.items.get(id).is_some_and(|(theirs, _)| *theirs == token) {
                self.items.remove(id);
            }
        }
        Some(write)
    }

    /// Verdicts a minute over the last minutes; `None` while there are too few to tell.
    pub(super) fn pace(&self, now: Timestamp) -> Option<usize> {
        let recent = || self.given.iter().filter(|(at, _)| now.duration_since(*at) < PACE_WINDOW);
        let count: usize = recent().map(|(_, n)| n).sum();
        let first = recent().next()?.0;
        let minutes = (now.duration_since(first).as_secs_f64() / 60.0).max(1.0);
        (count >= 3).then(|| (count as f64 / minutes).round() as usize)
    }
}

impl State {
    fn seen(&self, id: AutomationId) -> Seen {
        (id, self.rows.get(id).map(|row| row.revision))
    }

    pub(super) fn decide(&mut self, ids: Vec<AutomationId>, verdict: Verdict) {
        if ids.is_empty() {
            return;
        }
        let items: Vec<Seen> = ids.iter().map(|id| self.seen(*id)).collect();
        self.decide_seen(items, verdict);
    }

    /// Gives a verdict on items as they were seen.
    pub(super) fn decide_seen(&mut self, items: Vec<Seen>, verdict: Verdict) {
        let token = self.next_number();
        let ids: Vec<AutomationId> = items.iter().map(|(id, _)| *id).collect();
        self.writes.given.push_back((self.now, ids.len()));
        if self.writes.given.len() > 4096 {
            self.writes.given.pop_front();
        }
        self.writes.begin(token, What::Verdict(verdict.clone()), ids, None);
        self.out.push(Command::Decide { token, items, verdict });
        self.is_dirty = true;
    }

    pub(super) fn set_tags(
        &mut self,
        ids: Vec<AutomationId>,
        add: Vec<String>,
        remove: Vec<String>,
    ) {
        let token = self.next_number();
        let items: Vec<Seen> = ids.iter().map(|id| self.seen(*id)).collect();
        self.writes.begin(token, What::Tags, ids, None);
        self.out.push(Command::SetTags { token, items, add, remove });
        self.is_dirty = true;
    }

    pub(super) fn edit(&mut self, edit: Edit) {
        let token = self.next_number();
        self.writes.begin(token, What::Edit, vec![edit.id], None);
        self.out.push(Command::Edit { token, edit });
        self.is_dirty = true;
    }

    pub(super) fn merge(&mut self, lead: AutomationId, members: Vec<AutomationId>) {
        let members = members.iter().map(|id| self.seen(*id)).collect();
        self.merge_choosing(self.seen(lead), members, Vec::new());
    }

    /// Merges items as they were seen; the lead takes the values that `keep` names.
    pub(super) fn merge_choosing(
        &mut self,
        lead: Seen,
        members: Vec<Seen>,
        keep: Vec<(Field, Kept)>,
    ) {
        let token = self.next_number();
        let ids = members.iter().map(|(id, _)| *id).collect();
        self.writes.begin(token, What::Merge, ids, Some(lead.0));
        self.out.push(Command::Merge { token, lead, members, keep });
        self.is_dirty = true;
    }

    pub(super) fn keep_apart(&mut self, a: AutomationId, b: AutomationId) {
        let token = self.next_number();
        self.writes.begin(token, What::Apart, Vec::new(), Some(a));
        self.out.push(Command::Apart { token, a, b });
    }

    /// A write is durable, or failed; only now does the screen say so.
    pub(super) fn on_decided(&mut self, token: Token, outcome: Result<DecidedItems, String>) {
        let Some(write) = self.writes.end(token) else { return };
        self.is_dirty = true;
        let items = match outcome {
            Ok(items) => items,
            Err(why) => {
                let kept = match (&write.what, write.items.as_slice()) {
                    (What::Edit, [id]) if self.drafts.contains_key(&id.0) => {
                        "; what you typed is kept as a draft"
                    }
                    _ => "",
                };
                self.tell(Level::Error, format!("nothing was written: {why}{kept}"));
                self.refresh_items(&write.items);
                self.refresh_items(write.lead.as_slice());
                self.duplicates_changed();
                return;
            }
        };
        for (id, revision) in &items.done {
            if let Some(row) = self.rows.get_mut(*id) {
                row.revision = *revision;
                if let What::Verdict(verdict) = &write.what {
                    row.status = verdict.status();
                    row.reviewer = Some(self.reviewer.clone());
                }
                if matches!(write.what, What::Merge) && write.items.contains(id) {
                    row.status = Status::Merged;
                }
            }
        }
        self.say_done(&write, &items);
        if matches!(write.what, What::Edit) {
            // Only now: what was typed is on the disk.
            items.done.iter().for_each(|(id, _)| drop(self.drafts.remove(&id.0)));
        }
        let mut stale: Vec<AutomationId> = items.refused.iter().map(|(id, _)| *id).collect();
        stale.extend(items.conflicts.iter().map(|conflict| conflict.id));
        if let What::Verdict(verdict) = &write.what {
            self.ask_about(items.conflicts.clone(), verdict);
        }
        stale.extend(items.done.iter().map(|(id, _)| *id));
        stale.extend(write.lead);
        self.refresh_items(&stale);
        self.out.push(Command::LoadCounts);
        if matches!(write.what, What::Tags | What::Edit) {
            self.tags.clear();
        }
        self.library_changed();
        self.duplicates_changed();
    }

    fn say_done(&mut self, write: &Write, items: &DecidedItems) {
        let undo = self.keymap.shown_key(crate::settings::Action::Undo);
        let done = items.done.len();
        let said = match &write.what {
            // One verdict shows on its own row; saying it too would only flicker.
            What::Verdict(_) if done <= 1 => None,
            What::Verdict(verdict) => {
                Some(format!("{} {}", verdict_done(verdict), counted(done, "item")))
            }
            What::Tags => Some(format!("tags of {} set", counted(done, "item"))),
            What::Edit => Some("changes saved".to_owned()),
            What::Merge => Some(format!("{} merged", counted(write.items.len(), "item"))),
            What::Apart => Some("kept apart from now on".to_owned()),
        };
        if let Some(said) = said.filter(|_| done > 0 || matches!(write.what, What::Apart)) {
            self.tell(Level::Done, format!("{said}; {undo} takes it back"));
        }
        match items.refused.as_slice() {
            [] => {}
            [(_, why)] => self.tell(Level::Warning, why),
            [(_, why), rest @ ..] => {
                let more = counted(rest.len(), "more item");
                self.tell(Level::Warning, format!("{why}; and {more} refused, see :messages"));
                let texts: Vec<String> = rest.iter().take(50).map(|(_, why)| why.clone()).collect();
                for text in texts {
                    self.note(Level::Warning, &text);
                }
            }
        }
    }

    /// Keeps a message for `:messages` without a toast.
    fn note(&mut self, level: Level, text: &str) {
        self.tell(level, text);
        if let Some(last) = self.messages.back_mut() {
            last.until = Timestamp::MIN;
        }
    }

    pub(super) fn on_reversed(&mut self, is_redo: bool, outcome: Result<ReversedItems, String>) {
        let word = if is_redo { "redo" } else { "undo" };
        let items = match outcome {
            Ok(items) => items,
            Err(why) => {
                self.tell(Level::Warning, format!("cannot {word}: {why}"));
                return;
            }
        };
        for (_, why) in items.refused.iter().take(3) {
            self.tell(Level::Warning, format!("cannot {word}: {why}"));
        }
        let ids: Vec<AutomationId> = items.done.iter().map(|(id, _)| *id).collect();
        self.refresh_items(&ids);
        self.ask_today();
        self.out.push(Command::LoadCounts);
        self.library_changed();
        self.duplicates_changed();
        self.tags.clear();
        let Some(first) = ids.first() else { return };
        let list = self.list_mut();
        let line = list.as_ref().and_then(|list| list.ids.iter().position(|id| id == first));
        let whereabouts = match (line, list) {
            (Some(line), Some(list)) => {
                list.go_to(line);
                ""
            }
            (None, Some(_)) => " (not in this list)",
            (_, None) => "",
        };
        let done = if is_redo { "done again" } else { "taken back" };
        self.tell(Level::Done, format!("{done}: {}{whereabouts}", items.summary));
        self.touch();
    }
}
