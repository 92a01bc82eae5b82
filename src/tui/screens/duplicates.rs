//! The Duplicates: groups of look-alikes, strictest first, and the members of one beside each other.

mod choice;
mod compare;
mod values;
mod view;

use crate::model::{AutomationId, Field, ItemView, Joined, Kept, LookAlikes};
use crate::settings::Action;
use crate::tui::layout::Focus;
use crate::tui::list::List;
use crate::tui::message::{Command, Level};
use crate::tui::paint::columns;
use crate::tui::state::State;
use choice::Choice;
use compare::Comparison;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Position;
use std::collections::HashMap;
use std::sync::Arc;

/// How long writes gather before the groups are found anew.
const RELOAD_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// Members of a group that are shown; the rest comes when these are merged.
const MOST_MEMBERS: usize = 8;

#[derive(Debug, Default)]
pub(in crate::tui) struct Duplicates {
    /// The groups by who leads them, in their order.
    pub(in crate::tui) list: List,
    pub(in crate::tui) focus: Focus,
    /// When the groups are found anew.
    pub(in crate::tui) reloads_at: Option<Timestamp>,
    groups: HashMap<AutomationId, LookAlikes>,
    /// What was chosen in each group, by who leads it.
    choices: HashMap<AutomationId, Choice>,
    shown: Option<Comparison>,
    /// First line of the comparison that shows.
    top: usize,
}

impl Duplicates {
    /// How many groups there are, once it is known.
    pub(in crate::tui) fn count(&self) -> Option<usize> {
        self.list.is_loaded.then_some(self.list.ids.len())
    }

    fn group(&self) -> Option<&LookAlikes> {
        self.groups.get(&self.list.current()?)
    }

    fn choice(&self) -> Choice {
        let lead = self.list.current();
        lead.and_then(|lead| self.choices.get(&lead)).cloned().unwrap_or_default()
    }

    fn change_choice(&mut self, change: impl FnOnce(&mut Choice)) {
        if let Some(lead) = self.list.current() {
            change(self.choices.entry(lead).or_default());
        }
    }
}

impl State {
    pub(in crate::tui) fn load_duplicates(&mut self) {
        let generation = self.next_number();
        self.duplicates.list.asked = generation;
        self.duplicates.reloads_at = None;
        self.out.push(Command::LoadDuplicates { generation });
        self.is_dirty = true;
    }

    /// Once the first screen stands, the groups are asked for, whose number the tab tells.
    pub(in crate::tui) fn first_load_duplicates(&mut self) {
        if self.duplicates.list.asked == 0 {
            self.load_duplicates();
        }
    }

    /// Something was written: the groups are found anew, soon.
    pub(in crate::tui) fn duplicates_changed(&mut self) {
        let is_here = self.screen == crate::tui::session::Screen::Duplicates;
        let wait = if is_here { SignedDuration::ZERO } else { RELOAD_WAIT };
        if self.duplicates.list.asked > 0 {
            self.duplicates.reloads_at = Some(self.now + wait);
        }
        if self.screen == crate::tui::session::Screen::Overview {
            self.overview.reloads_at = Some(self.now + RELOAD_WAIT);
        }
    }

    pub(in crate::tui) fn on_duplicates(&mut self, generation: u64, groups: Vec<LookAlikes>) {
        let duplicates = &mut self.duplicates;
        if generation != duplicates.list.asked {
            return;
        }
        let leads: Arc<[AutomationId]> = groups.iter().filter_map(LookAlikes::lead).collect();
        duplicates.groups =
            groups.into_iter().filter_map(|group| Some((group.lead()?, group))).collect();
        duplicates.list.replace(leads);
        let groups = &duplicates.groups;
        duplicates.choices.retain(|lead, _| groups.contains_key(lead));
        if duplicates.list.ids.is_empty() {
            duplicates.focus = Focus::List;
        }
        self.is_dirty = true;
    }

    /// The members of the group under the cursor that are shown, as far as they are here.
    fn members(&self) -> Vec<(Joined, Option<Arc<ItemView>>)> {
        let members = self.duplicates.group().map(|group| group.members.as_slice());
        let shown = members.unwrap_or_default().iter().take(MOST_MEMBERS);
        shown.map(|member| (*member, self.pane.view(member.id).cloned())).collect()
    }

    /// Every shown member with its contents, or `None` while one is on its way.
    fn whole_members(&self) -> Option<Vec<(Joined, Arc<ItemView>)>> {
        let members = self.members();
        (!members.is_empty())
            .then(|| members.into_iter().map(|(joined, view)| Some((joined, view?))).collect())?
    }

    /// Asks for what the group under the cursor needs, and lays it out.
    pub(in crate::tui) fn settle_group(&mut self) {
        if self.pane.rests_until.is_some() {
            return;
        }
        for (member, _) in self.members() {
            if self.pane.is_missing(member.id) && !self.rows.is_gone(member.id) {
                self.ask_item(member.id);
            }
        }
        let areas = self.areas();
        let width = areas.pane.map_or(self.size.0.saturating_sub(2), |pane| pane.width);
        let height = areas.pane.map_or(self.size.1, |pane| pane.height);
        let Some(members) = self.whole_members() else {
            // While members come anew, what is drawn of them stays.
            let ids: Vec<AutomationId> = self.members().iter().map(|(m, _)| m.id).collect();
            self.duplicates.shown.take_if(|shown| !shown.is_of_members(&ids));
            return;
        };
        let choice = self.duplicates.choice();
        let now = self.now;
        let is_new = self
            .duplicates
            .shown
            .as_ref()
            .is_none_or(|shown| !shown.is_of(&members, &choice, width, self.is_plain));
        if is_new {
            let ids: Vec<AutomationId> = members.iter().map(|(m, _)| m.id).collect();
            let shown = self.duplicates.shown.as_ref();
            let is_other_group = shown.is_none_or(|shown| !shown.is_of_members(&ids));
            if is_other_group {
                self.duplicates.top = 0;
            }
            let shown = Comparison::new(&members, &choice, width, self.is_plain, now);
            self.duplicates.shown = Some(shown);
            self.is_dirty = true;
        }
        if let Some(shown) = &self.duplicates.shown {
            self.duplicates.top = shown.scrolled(&choice, self.duplicates.top, height);
        }
    }

    pub(in crate::tui) fn act_in_duplicates(&mut self, action: Action) {
        if self.duplicates.group().is_none() {
            return self.nothing_to(action);
        }
        if action == Action::CompareLeave {
            return self.set_focus(Focus::List);
        }
        let Some(members) = self.whole_members() else {
            return self.tell(Level::Info, "the group is still on its way; try again");
        };
        match action {
            Action::MergeGroup => self.merge_group(&members),
            Action::NotDuplicate => self.put_apart(&members),
            Action::CompareDown => self.step_field(1),
            Action::CompareUp => self.step_field(-1),
            Action::CompareLeft => self.step_member(-1, members.len()),
            Action::CompareRight => self.step_member(1, members.len()),
            Action::NextDifference => self.step_difference(&members, true),
            Action::PreviousDifference => self.step_difference(&members, false),
            Action::KeepValue => self.keep_value(&members),
            Action::LeaveOut => self.leave_out(&members),
            _ => {
                let at = self.duplicates.choice().member.min(members.len() - 1);
                let id = members[at].0.id;
                self.duplicates.change_choice(|choice| {
                    choice.stays = Some(id);
                    choice.left_out.remove(&id);
                });
            }
        }
        self.is_dirty = true;
    }

    /// Moves over the fields; at an end there is nowhere to go.
    pub(in crate::tui) fn step_field(&mut self, by: isize) {
        let last = Field::EDITABLE.len() - 1;
        let before = self.duplicates.choice().field;
        let next = before.saturating_add_signed(by).min(last);
        self.duplicates.change_choice(|choice| choice.field = next);
        if next == before {
            self.tell(Level::Info, "no further field");
        }
    }

    fn step_member(&mut self, by: isize, count: usize) {
        let before = self.duplicates.choice().member.min(count - 1);
        let next = before.saturating_add_signed(by).min(count - 1);
        self.duplicates.change_choice(|choice| choice.member = next);
        if next == before {
            self.tell(Level::Info, "no further item in this group");
        }
    }

    fn step_difference(&mut self, members: &[(Joined, Arc<ItemView>)], is_next: bool) {
        let at = self.duplicates.choice().field;
        let differs = |at: &usize| {
            values::differ(Field::EDITABLE[*at], members.iter().map(|(_, view)| &**view))
        };
        let found = if is_next {
            (at + 1..Field::EDITABLE.len()).find(differs)
        } else {
            (0..at).rev().find(differs)
        };
        match found {
            Some(field) => self.duplicates.change_choice(|choice| choice.field = field),
            None => self.tell(Level::Info, "no further difference that way"),
        }
    }

    /// The cursor begins where there is something to choose.
    pub(in crate::tui) fn enter_comparison(&mut self) {
        let Some(shown) = &self.duplicates.shown else { return };
        let at = self.duplicates.choice().field;
        let first = shown.differs.iter().position(|differs| *differs);
        if let Some(first) =
            first.filter(|_| !shown.differs.get(at).is_some_and(|differs| *differs))
        {
            self.duplicates.change_choice(|choice| choice.field = first);
        }
    }

    fn keep_value(&mut self, members: &[(Joined, Arc<ItemView>)]) {
        let choice = self.duplicates.choice();
        let id = members[choice.member.min(members.len() - 1)].0.id;
        let field = Field::EDITABLE[choice.field.min(Field::EDITABLE.len() - 1)];
        if choice.left_out.contains(&id) {
            return self.tell(Level::Info, "this item is left out of the merge");
        }
        let is_kept = choice.kept.get(&field) == Some(&Kept::Of(id));
        self.duplicates.change_choice(|choice| {
            // Once more: the default again, which for tags is all of them.
            if is_kept {
                choice.kept.remove(&field);
            } else {
                choice.kept.insert(field, Kept::Of(id));
            }
        });
    }

    fn leave_out(&mut self, members: &[(Joined, Arc<ItemView>)]) {
        let choice = self.duplicates.choice();
        let id = members[choice.member.min(members.len() - 1)].0.id;
        if choice::staying(members, &choice) == id {
            let key = self.keymap.shown_key(Action::LetStay);
            let said = format!("this item stays; {key} on another lets that one stay instead");
            return self.tell(Level::Info, said);
        }
        self.duplicates.change_choice(|choice| {
            if !choice.left_out.remove(&id) {
                choice.left_out.insert(id);
                choice.kept.retain(|_, kept| *kept != Kept::Of(id));
            }
        });
    }

    fn merge_group(&mut self, members: &[(Joined, Arc<ItemView>)]) {
        let choice = self.duplicates.choice();
        let stays = choice::staying(members, &choice);
        let is_in = |id: AutomationId| !choice.left_out.contains(&id);
        let seen = |view: &ItemView| (view.automation.id, Some(view.automation.revision));
        let others: Vec<_> = members
            .iter()
            .filter(|(joined, _)| joined.id != stays && is_in(joined.id))
            .map(|(_, view)| seen(view))
            .collect();
        if others.is_empty() {
            return self.tell(Level::Info, "nothing to merge: every other item is left out");
        }
        let Some((_, lead)) = members.iter().find(|(joined, _)| joined.id == stays) else { return };
        let mut merged = others.iter().map(|(id, _)| *id).chain([stays]);
        if merged.any(|id| self.writes.pending(id).is_some()) {
            return self
                .tell(Level::Info, "the last decision on this group is still being written");
        }
        let differs =
            |field: &Field| values::differ(*field, members.iter().map(|(_, view)| &**view));
        let keep = Field::EDITABLE
            .into_iter()
            .filter(differs)
            .map(|field| (field, choice::kept(members, &choice, field)))
            .filter(|(_, kept)| *kept != Kept::Of(stays))
            .collect();
        self.merge_choosing(seen(lead), others, keep);
        self.set_focus(Focus::List);
    }

    fn put_apart(&mut self, members: &[(Joined, Arc<ItemView>)]) {
        let choice = self.duplicates.choice();
        let stays = choice::staying(members, &choice);
        let at = choice.member.min(members.len() - 1);
        let others: Vec<AutomationId> =
            members.iter().map(|(joined, _)| joined.id).filter(|id| *id != stays).collect();
        let under_cursor = members[at].0.id;
        match (under_cursor == stays, others.as_slice()) {
            (false, _) => self.keep_apart(stays, under_cursor),
            (true, [other]) => self.keep_apart(stays, *other),
            (true, _) if self.duplicates.focus == Focus::List => {
                self.set_focus(Focus::Pane);
                self.tell(Level::Info, "go to the item that is none of these, then say so");
            }
            (true, _) => self.tell(Level::Info, "this item stays; go to the one that is another"),
        }
    }

    /// A click on a value puts the cursor there.
    pub(in crate::tui) fn click_compare(&mut self, at: Position) {
        let areas = self.areas();
        let (Some(area), Some(shown)) = (areas.pane, &self.duplicates.shown) else { return };
        let place = shown.place_at(area, self.duplicates.top, at);
        if let Some((field, member)) = place {
            self.duplicates.change_choice(|choice| {
                choice.field = field;
                choice.member = member.unwrap_or(choice.member);
            });
        }
    }

    /// What an empty list says.
    fn empty_duplicates(&self) -> String {
        let key = |action| self.keymap.shown_key(action);
        if !self.duplicates.list.is_loaded {
            return "looking for look-alikes …".to_owned();
        }
        format!(
            "Nothing looks alike that nobody has judged. Look-alikes are found as items come in: \
             {} opens the Pipeline to gather more. {} on a merged item takes the merge apart.",
            key(Action::GoPipeline),
            key(Action::TakeApart)
        )
    }

    /// The numbers above the groups.
    fn duplicates_status(&self, width: u16, is_plain: bool) -> String {
        let dot = if is_plain { ", " } else { " · " };
        let list = &self.duplicates.list;
        let items: usize = self.duplicates.groups.values().map(|group| group.members.len()).sum();
        let groups = crate::tui::phrases::counted(list.ids.len(), "group");
        let mut parts = vec![groups, crate::tui::phrases::counted(items, "item")];
        let said = "strictest first".to_owned();
        if columns(&parts.join(dot)) + columns(dot) + columns(&said) + 2 <= width {
            parts.push(said);
        }
        parts.join(dot)
    }
}
