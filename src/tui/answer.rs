//! Answers to commands, and news from outside.

use super::layers::Layer;
use super::layers::confirm::{Confirm, Then};
use super::message::{Command, Level, Loaded};
use super::state::State;
use super::{draft, layers};
use crate::model::AutomationId;
use crate::settings::Action;
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
            Loaded::Similar { generation, id, found } => self.on_similar(generation, id, found),
            Loaded::Today { generation, rows } => {
                layers::today_came(self, generation, &rows);
                self.is_dirty = true;
            }
            Loaded::Duplicates { generation, groups } => self.on_duplicates(generation, groups),
            Loaded::Ideas { generation, ideas } => self.on_ideas(generation, ideas),
            Loaded::Sources { generation, rows } => self.on_sources(generation, rows),
            Loaded::SourcesChanged => self.sources_changed(),
            Loaded::SourceTested { name, outcome } => self.on_source_tested(&name, outcome),
            Loaded::Report { generation, report } => self.on_report(generation, report),
            Loaded::Overview { generation, overview } => self.on_overview(generation, overview),
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
            Loaded::Company(company) => self.on_company(company),
            Loaded::Tags(tags) => {
                self.tags = tags;
                layers::tags_came(self);
                self.is_dirty = true;
            }
            Loaded::SuggestedTags { id, tags } => {
                layers::suggestions_came(self, id, &tags);
                self.is_dirty = true;
            }
            Loaded::Searches(searches) => {
                layers::searches_came(self, &searches);
                self.is_dirty = true;
            }
            Loaded::Edited { id, revision, text, failure } => {
                self.on_edited(id, revision, text, failure);
            }
            Loaded::Looks(new) => self.on_looks(*new),
            Loaded::Notice { level, text } => {
                // What was long on its way is worth a look at a terminal that has no focus;
                // warnings and errors are told there anyway.
                if level == Level::Done && !self.is_watched {
                    self.out.push(Command::Notify(text.clone()));
                }
                self.tell(level, text);
            }
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
        let mut is_first_fill = false;
        let list = if generation == self.inbox.list.asked {
            let inbox = &mut self.inbox;
            inbox.news = 0;
            inbox.has_more_news = false;
            inbox.reloads_at = None;
            inbox.is_untouched |= inbox.list.ids.is_empty();
            is_first_fill = inbox.is_untouched;
            &mut inbox.list
        } else if generation == self.library.list.asked {
            &mut self.library.list
        } else {
            return;
        };
        self.is_dirty |= !list.is_loaded || *list.ids != *ids;
        list.replace(ids);
        if is_first_fill {
            // The item under the cursor stays under it; what came above it is shown too.
            list.top = 0;
        }
        self.first_load_duplicates();
        self.touch();
    }

    /// Others wrote: what is shown is loaded anew; what is new waits until it is asked for, unless
    /// the list has room for it.
    fn on_changed(&mut self, ids: &[AutomationId]) {
        self.library_changed();
        self.duplicates_changed();
        self.ask_today();
        self.out.push(Command::LoadCounts);
        // What was marked and is out of sight is no more what it was when it was marked.
        self.inbox.list.marks.forget_hidden(ids);
        self.library.list.marks.forget_hidden(ids);
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
            if (has_room || self.inbox.is_untouched) && self.inbox.reloads_at.is_none() {
                self.inbox.reloads_at = Some(self.now + RELOAD_WAIT);
            }
            self.is_dirty = true;
        }
    }

    /// The text came back from the editor. Whatever was written is kept until it is saved.
    fn on_edited(
        &mut self,
        id: AutomationId,
        revision: u32,
        text: Option<String>,
        failure: Option<String>,
    ) {
        self.is_dirty = true;
        let key = self.keymap.shown_key(Action::EditInEditor);
        let Some(text) = text else {
            let said = failure.unwrap_or_else(|| "nothing was written in the editor".to_owned());
            return self.tell(Level::Info, said);
        };
        self.touch();
        let text = draft::bare(&text);
        if draft::is_empty(&text) {
            self.drafts.remove(&id.0);
            return self.tell(Level::Info, "the sheet is empty: the item stays as it is");
        }
        self.drafts.insert(id.0, draft::begun(&text, revision));
        if let Some(why) = failure {
            let said = format!("{why}, so nothing is saved; {key} goes on with what you wrote");
            return self.tell(Level::Warning, said);
        }
        let Some(view) = self.pane.view(id).cloned() else {
            let said = format!("the item is gone from view; {key} on it goes on with your draft");
            return self.tell(Level::Warning, said);
        };
        match sheet::read(&text, &view.automation) {
            Ok(values) if values.is_empty() => {
                self.drafts.remove(&id.0);
                self.tell(Level::Info, "nothing was changed in the editor");
            }
            Ok(values) => self.edit(crate::model::Edit { id, revision, values }),
            Err(problem) => {
                let about = vec![
                    format!("{problem}."),
                    format!("The text is kept as the item's draft; {key} opens it at any time."),
                ];
                let question = Confirm::new("edit it again".to_owned(), Then::EditAgain { id });
                self.open(Layer::Confirm(question.about("not saved", about)));
            }
        }
    }
}
