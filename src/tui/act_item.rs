//! What actions do to the item under the cursor, or to the marked ones.

use super::layers::confirm::{Confirm, Then};
use super::layers::history::History;
use super::layers::look_alikes::LookAlikes;
use super::layers::reasons::Reasons;
use super::layers::tags::Tags;
use super::layers::today::Today;
use super::layers::{Layer, form};
use super::layout::Focus;
use super::message::{Command, Level};
use super::phrases::{counted, verdict_order};
use super::session::Screen;
use super::state::State;
use super::{draft, filter, markdown};
use crate::model::{AutomationId, ItemView, QueueFilter, Verdict};
use crate::settings::Action;
use crate::text::sheet;
use jiff::ToSpan;
use std::sync::Arc;

/// Bulk verdicts above so many ask first.
const ASK_ABOVE: usize = 10;
/// How long a plain defer puts away.
const DEFER_DAYS: u32 = 7;

impl State {
    pub(super) fn act_on_item(&mut self, action: Action, count: Option<u32>) {
        let times = count.unwrap_or(1).min(10_000) as isize;
        match action {
            Action::NextField => return self.move_light(times),
            Action::PreviousField => return self.move_light(-times),
            Action::SourceDown => return self.scroll_source(times * 3),
            Action::SourceUp => return self.scroll_source(-times * 3),
            _ => {}
        }
        if self.current_id().is_none() {
            return self.nothing_to(action);
        }
        match action {
            Action::Approve => self.verdict(Verdict::Approve),
            Action::Reject => self.verdict(Verdict::Reject { reason: None }),
            Action::Reopen => self.verdict(Verdict::Reopen),
            Action::Defer => {
                let days = count.unwrap_or(DEFER_DAYS).clamp(1, 3650);
                let until = self.now.checked_add((i64::from(days) * 24).hours());
                self.verdict(Verdict::Defer { until: until.unwrap_or(self.now) });
            }
            Action::RejectWithReason => {
                let ids = self.chosen();
                self.open(Layer::Reasons(Reasons::new(ids)));
            }
            Action::Tags => self.open_tags(),
            Action::LookAlikes => self.open_look_alikes(),
            Action::UndoItem => {
                let id = self.current_id();
                self.out.push(Command::Undo { id });
            }
            Action::TakeApart => {
                self.out.extend(self.current_id().map(|id| Command::TakeApart { id }));
            }
            _ => self.act_on_view(action),
        }
    }

    /// Actions that need the item's whole contents.
    fn act_on_view(&mut self, action: Action) {
        let Some(view) = self.current_view() else {
            return self.tell(Level::Info, "the item is still on its way; try again");
        };
        match action {
            Action::Edit => form::open(self, &view),
            Action::EditInEditor => self.edit_in_editor(view.automation.id),
            Action::History => self.open(Layer::History(History::new(&view))),
            Action::OpenUrl => match link(&view) {
                Some(url) => {
                    self.tell(Level::Info, format!("opening {url}"));
                    self.out.push(Command::OpenUrl(url));
                }
                None => self.tell(Level::Info, "this item has no link"),
            },
            Action::CopyLink => match link(&view) {
                Some(url) => {
                    self.tell(Level::Done, format!("copied {url}"));
                    self.out.push(Command::Copy(url));
                }
                None => self.tell(Level::Info, "this item has no link"),
            },
            _ => {
                self.out.push(Command::Copy(markdown::write(&view)));
                self.tell(Level::Done, "copied the item as Markdown");
            }
        }
    }

    /// Hands the item's fields to the editor, or its draft with what is wrong in it.
    pub(super) fn edit_in_editor(&mut self, id: AutomationId) {
        let Some(view) = self.pane.view(id) else {
            return self.tell(Level::Info, "the item is still on its way; try again");
        };
        let automation = &view.automation;
        let text = match self.drafts.get(&id.0) {
            Some(text) => {
                let problem = sheet::read(text, automation).err();
                draft::noted(text, problem.as_ref(), automation)
            }
            None => sheet::write(automation),
        };
        let revision = automation.revision;
        self.out.push(Command::EditInEditor { id, revision, text });
    }

    /// The item under the cursor, if it is here.
    pub(super) fn current_view(&self) -> Option<Arc<ItemView>> {
        self.pane.view(self.current_id()?).cloned()
    }

    /// The marked items, or the one under the cursor.
    pub(super) fn chosen(&self) -> Vec<AutomationId> {
        self.list().map(super::list::List::chosen).unwrap_or_default()
    }

    /// Gives a verdict on the chosen items, asking first where they are many.
    pub(super) fn verdict(&mut self, verdict: Verdict) {
        let ids = self.chosen();
        if let Some(waits) = self.only_waits(&ids) {
            return self.tell(Level::Info, waits);
        }
        self.decide_or_ask(ids, verdict);
    }

    /// Decides at once on a few items in sight; asks where they are many, or where the filter hides
    /// some of them.
    fn decide_or_ask(&mut self, ids: Vec<AutomationId>, verdict: Verdict) {
        let hidden = self.list().map_or(0, |list| list.marks.hidden_count());
        if ids.len() <= ASK_ABOVE && hidden == 0 {
            return self.decide_and_advance(ids, verdict);
        }
        let mut what = format!("{} {}", verdict_order(&verdict), counted(ids.len(), "item"));
        if hidden > 0 {
            what.push_str(&format!(", {hidden} of them out of sight"));
        }
        self.open(Layer::Confirm(Confirm::new(what, Then::Decide { ids, verdict })));
    }

    /// A single item whose last write is not confirmed yet is not written again.
    fn only_waits(&self, ids: &[AutomationId]) -> Option<String> {
        let [id] = ids else { return None };
        self.writes.pending(*id)?;
        Some("the last decision on this item is still being written".to_owned())
    }

    pub(super) fn decide_and_advance(&mut self, ids: Vec<AutomationId>, verdict: Verdict) {
        let is_bulk = self.list().is_some_and(|list| list.marked_count() > 0);
        self.decide(ids, verdict);
        let Some(list) = self.list_mut() else { return };
        if is_bulk {
            list.settle_range();
            list.marks.clear();
        } else if list.step(1) {
            self.moved();
        }
        self.touch();
    }

    /// Rejects with the reason that was chosen or typed.
    pub(super) fn reject_with(&mut self, ids: Vec<AutomationId>, reason: Option<String>) {
        self.decide_or_ask(ids, Verdict::Reject { reason });
    }

    /// Opens what was decided today.
    pub(super) fn open_today(&mut self) {
        self.open(Layer::Today(Today::default()));
        self.ask_today();
    }

    /// Asks for what was decided today, where that is open.
    pub(super) fn ask_today(&mut self) {
        let generation = self.next_number();
        let open = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Today(today) => Some(today),
            _ => None,
        });
        if let Some(today) = open {
            today.asked = generation;
            self.out.push(Command::LoadToday { generation });
        }
    }

    /// Puts the cursor on an item, wherever it stands.
    pub(super) fn go_to_item(&mut self, id: AutomationId) {
        self.go(Screen::Inbox);
        self.set_focus(Focus::List);
        self.inbox.is_untouched = false;
        if let Some(line) = self.inbox.list.ids.iter().position(|known| *known == id) {
            self.inbox.list.go_to(line);
            return self.moved();
        }
        self.inbox.list.want(vec![id]);
        let filter = filter::parse("status:all", &self.inbox.filter);
        self.set_filter(QueueFilter { folds_duplicates: false, ..filter });
        self.tell(Level::Info, "it is not in the inbox: showing every status");
    }

    fn open_tags(&mut self) {
        let ids = self.chosen();
        if self.tags.is_empty() {
            self.out.push(Command::LoadTags);
        }
        let views: Vec<_> = ids.iter().take(50).filter_map(|id| self.pane.get(*id)).collect();
        let has: Vec<String> = match views.as_slice() {
            [view] if ids.len() == 1 => view.automation.content.tags.clone(),
            _ => Vec::new(),
        };
        if let [id] = ids.as_slice() {
            self.out.push(Command::SuggestTags(*id));
        }
        self.open(Layer::Tags(Tags::new(ids, has, &self.tags)));
    }

    fn open_look_alikes(&mut self) {
        let Some(list) = self.list() else { return };
        let Some(lead) = list.current() else { return };
        if list.marked_count() > 0 {
            let members: Vec<_> = list.chosen().into_iter().filter(|id| *id != lead).collect();
            if members.is_empty() {
                let said = "mark the items to fold in, then put the cursor on the one to keep";
                return self.tell(Level::Info, said);
            }
            let title = self.rows.get(lead).map(|row| row.title.clone()).unwrap_or_default();
            let what = format!("merge {} into “{title}”", counted(members.len(), "item"));
            return self.open(Layer::Confirm(Confirm::new(what, Then::Merge { lead, members })));
        }
        match self.current_view() {
            Some(view) if view.duplicates.is_empty() => {
                let said = "nothing looks like this one; mark two or more items to merge them";
                self.tell(Level::Info, said);
            }
            Some(view) => self.open(Layer::LookAlikes(LookAlikes::new(&view))),
            None => self.tell(Level::Info, "the item is still on its way; try again"),
        }
    }

    fn move_light(&mut self, by: isize) {
        let is_moved = self.pane.shown.as_mut().is_some_and(|shown| shown.step_evidence(by));
        if !is_moved {
            self.tell(Level::Info, "no further evidence in this item");
        }
    }

    fn scroll_source(&mut self, by: isize) {
        let is_moved = self.pane.shown.as_mut().is_some_and(|shown| shown.scroll_source(by));
        if !is_moved {
            self.tell(Level::Info, "no more source text that way");
        }
    }
}

/// The most exact link to where the item stands, if it is one that a browser may be given.
pub(super) fn link(view: &ItemView) -> Option<String> {
    let own = view.automation.location.url.as_ref();
    let url = own.or_else(|| view.document.as_ref()?.url.as_ref())?;
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_clean = !url.contains(|c: char| c.is_control() || c.is_whitespace());
    (is_web && is_clean).then(|| url.clone())
}
