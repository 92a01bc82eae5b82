//! Answers to commands, and news from outside.

use super::layers;
use super::message::{Level, Loaded};
use super::state::State;
use crate::model::AutomationId;
use crate::text::sheet;
use jiff::SignedDuration;
use std::sync::Arc;

/// How long news gather before a short list is loaded again.
const RELOAD_WAIT: SignedDuration = SignedDuration::from_millis(1000);

impl State {
    pub(super) fn on_loaded(&mut self, loaded: Loaded) {
        match loaded {
            Loaded::Queue { generation, ids } => self.on_queue(generation, ids),
            Loaded::Rows { asked, rows } => {
                self.rows.answer(&asked, rows);
                self.is_dirty = true;
            }
            Loaded::Item { generation, id, view } => {
                if self.pane.asked.get(&id) == Some(&generation) {
                    self.pane.asked.remove(&id);
                    match view {
                        Some(view) => self.pane.insert(id, view),
                        None => self.rows.answer(&[id], Vec::new()),
                    }
                    layers::item_came(self, id);
                }
            }
            Loaded::Search { generation, answer, rows } => {
                self.rows.insert(rows);
                self.on_answer(generation, answer);
            }
            Loaded::Counts(counts) => {
                self.is_dirty |= self.counts != Some(counts);
                self.counts = Some(counts);
            }
            Loaded::Jobs(view) => {
                self.is_dirty |= self.pipeline.take(view, self.now);
            }
            Loaded::Decided { token, outcome } => self.on_decided(token, outcome),
            Loaded::Reversed { is_redo, outcome } => self.on_reversed(is_redo, outcome),
            Loaded::Changed { ids } => self.on_changed(&ids),
            Loaded::Tags(tags) => {
                self.tags = tags;
                layers::tags_came(self);
                self.is_dirty = true;
            }
            Loaded::Edited { id, revision, text } => self.on_edited(id, revision, text),
            Loaded::Notice { level, text } => self.tell(level, text),
            Loaded::StoreIsEmpty(is_empty) => {
                let is_first = self.is_store_empty && !is_empty;
                self.is_dirty |= self.is_store_empty != is_empty;
                self.is_store_empty = is_empty;
                if is_first {
                    self.load_inbox();
                }
            }
        }
    }

    fn on_queue(&mut self, generation: u64, ids: Arc<[AutomationId]>) {
        let list = if generation == self.inbox.list.asked {
            self.inbox.news = 0;
            self.inbox.has_more_news = false;
            self.inbox.reloads_at = None;
            &mut self.inbox.list
        } else if generation == self.library.list.asked {
            &mut self.library.list
        } else {
            return;
        };
        self.is_dirty |= !list.is_loaded || *list.ids != *ids;
        list.replace(ids);
        self.touch();
    }

    /// Others wrote: what is shown is loaded anew; what is new waits until it is asked for, unless
    /// the list has room for it.
    fn on_changed(&mut self, ids: &[AutomationId]) {
        self.out.push(super::message::Command::LoadCounts);
        if ids.is_empty() {
            self.pane.forget_all();
            let height = self.list_height();
            let list = &self.inbox.list;
            let window = list.ids.get(list.window(height, 0)).unwrap_or_default().to_vec();
            self.refresh_items(&window);
        } else {
            self.refresh_items(ids);
        }
        let unknown = ids.iter().filter(|id| self.rows.get(**id).is_none()).count();
        if unknown > 0 || ids.is_empty() {
            self.inbox.news += unknown;
            self.inbox.has_more_news |= ids.is_empty();
            let has_room = self.inbox.list.ids.len() < self.list_height();
            if has_room && self.inbox.reloads_at.is_none() {
                self.inbox.reloads_at = Some(self.now + RELOAD_WAIT);
            }
            self.is_dirty = true;
        }
    }

    /// The text came back from the editor.
    fn on_edited(&mut self, id: AutomationId, revision: u32, text: Option<String>) {
        self.is_dirty = true;
        let Some(text) = text else {
            return self.tell(Level::Info, "nothing was changed in the editor");
        };
        let Some(view) = self.pane.get(id).cloned() else {
            self.drafts.insert(id.0, text);
            return self
                .tell(Level::Warning, "the item is gone from view; the text is kept as its draft");
        };
        match sheet::read(&text, &view.automation) {
            Ok(values) if values.is_empty() => {
                self.tell(Level::Info, "nothing was changed in the editor");
            }
            Ok(values) => {
                self.drafts.remove(&id.0);
                self.edit(crate::model::Edit { id, revision, values });
            }
            Err(problem) => {
                self.drafts.insert(id.0, text);
                let said = format!("not saved: {problem}; the text is kept, edit again to mend it");
                self.tell(Level::Error, said);
            }
        }
    }
}
