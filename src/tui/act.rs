//! What actions do: everywhere, and in lists. Items and single screens have files of their own.

use super::layers::{
    self, Layer, help::Help, messages::Messages, palette::Palette, prompt::Prompt,
};
use super::layout::Focus;
use super::list::List;
use super::message::{Command, Level};
use super::session::Screen;
use super::state::State;
use crate::model::AutomationId;
use crate::settings::{Action, Scope};

/// So many items like one are marked where no count says otherwise.
const MOST_SIMILAR: usize = 20;

/// The screens there are, in the order of their numbers.
pub(super) const SCREENS: [(Screen, Action); 8] = [
    (Screen::Inbox, Action::GoInbox),
    (Screen::Library, Action::GoLibrary),
    (Screen::Duplicates, Action::GoDuplicates),
    (Screen::Ideas, Action::GoIdeas),
    (Screen::Pipeline, Action::GoPipeline),
    (Screen::Sources, Action::GoSources),
    (Screen::Report, Action::GoReport),
    (Screen::Overview, Action::GoOverview),
];

impl State {
    /// Carries out `action`; `count` is the number typed before it.
    pub(super) fn act(&mut self, action: Action, count: Option<u32>) {
        self.is_dirty = true;
        if layers::act(self, action, count) {
            return;
        }
        self.tour_saw(action);
        self.inbox.is_untouched &= !matches!(action.entry().scope, Scope::List | Scope::Item);
        match action.entry().scope {
            Scope::App => self.act_anywhere(action, count),
            Scope::List => self.act_in_list(action, count),
            Scope::Item => self.act_on_item(action, count),
            Scope::Inbox => self.act_in_inbox(action, count),
            Scope::Library | Scope::Search => self.act_in_library(action, count),
            Scope::Duplicates | Scope::Compare => self.act_in_duplicates(action),
            Scope::Pipeline => self.act_in_pipeline(action),
            Scope::Sources => self.act_in_sources(action),
            Scope::Report => self.act_in_report(action, count),
            Scope::Welcome => self.act_in_welcome(action),
            Scope::LookAlikes
            | Scope::Searches
            | Scope::History
            | Scope::Input
            | Scope::Picker
            | Scope::Tags
            | Scope::Form
            | Scope::Confirm => self.nothing_to(action),
        }
    }

    /// Says that an action has nothing to act on here.
    pub(super) fn nothing_to(&mut self, action: Action) {
        self.tell(Level::Info, format!("nothing here to {}", action.title()));
    }

    fn act_anywhere(&mut self, action: Action, count: Option<u32>) {
        let times = count.unwrap_or(1).clamp(1, 100);
        match action {
            Action::Palette => self.open(Layer::Palette(Palette::all(self))),
            Action::Themes => self.open(Layer::Palette(Palette::themes(self))),
            Action::Help => self.open(Layer::Help(Help::new(self))),
            Action::Messages => self.open(Layer::Messages(Messages::new(&self.messages))),
            Action::Today => self.open_today(),
            Action::ImportPath => self.open(Layer::Prompt(Prompt::import())),
            Action::Undo => self.out.extend((0..times).map(|_| Command::Undo { id: None })),
            Action::Redo => self.out.extend((0..times).map(|_| Command::Redo)),
            Action::GoInbox => self.go(Screen::Inbox),
            Action::GoLibrary => self.go(Screen::Library),
            Action::GoDuplicates => self.go(Screen::Duplicates),
            Action::GoIdeas => self.go(Screen::Ideas),
            Action::GoPipeline => self.go(Screen::Pipeline),
            Action::GoSources => self.go(Screen::Sources),
            Action::GoReport => self.go(Screen::Report),
            Action::GoOverview => self.go(Screen::Overview),
            Action::NextScreen => self.go_by(1),
            Action::PreviousScreen => self.go_by(SCREENS.len() - 1),
            Action::NextPane => self.next_pane(1),
            Action::PreviousPane => self.next_pane(-1),
            Action::WidenList => self.move_split(i32::try_from(times).unwrap_or(1) * 2),
            Action::NarrowList => self.move_split(-i32::try_from(times).unwrap_or(1) * 2),
            Action::ToggleMouse => self.toggle_mouse(),
            Action::Refresh => self.refresh(),
            Action::Suspend => {
                self.save();
                self.out.push(Command::Suspend);
            }
            Action::Back => self.back(),
            _ => self.quit(),
        }
    }

    pub(super) fn open(&mut self, layer: Layer) {
        self.layers.push(layer);
        self.is_dirty = true;
    }

    fn save(&mut self) {
        self.saves_at = None;
        let session = self.session();
        self.out.push(Command::SaveSession(Box::new(session)));
    }

    fn quit(&mut self) {
        self.save();
        self.out.push(Command::Quit);
    }

    /// Closes what is open; on a screen, first the pane, then the workbench.
    fn back(&mut self) {
        if self.layers.pop().is_some() {
            return;
        }
        if self.focus() == Focus::List {
            self.quit();
        } else {
            self.set_focus(Focus::List);
        }
    }

    pub(super) fn go(&mut self, screen: Screen) {
        self.layers.clear();
        if self.screen == screen {
            return;
        }
        self.screen = screen;
        self.pane.rests_until = None;
        match screen {
            Screen::Inbox if !self.inbox.list.is_loaded => self.load_inbox(),
            Screen::Library => self.enter_library(),
            Screen::Inbox => {}
            _ => self.load_screen(),
        }
        self.touch();
        self.is_dirty = true;
    }

    fn go_by(&mut self, by: usize) {
        let at = SCREENS.iter().position(|(screen, _)| *screen == self.screen).unwrap_or(0);
        self.go(SCREENS[(at + by) % SCREENS.len()].0);
    }

    fn next_pane(&mut self, by: isize) {
        let panes: &[Focus] = match self.screen {
            Screen::Inbox | Screen::Duplicates => &[Focus::List, Focus::Pane],
            Screen::Library => &[Focus::Search, Focus::List, Focus::Pane, Focus::Facets],
            Screen::Pipeline => {
                self.pipeline.next_part(by);
                return;
            }
            _ => return self.tell(Level::Info, "this screen has one pane"),
        };
        let at = panes.iter().position(|pane| *pane == self.focus()).unwrap_or(0);
        let next = (at as isize + by).rem_euclid(panes.len() as isize) as usize;
        self.set_focus(panes[next]);
        if panes[next] == Focus::Pane {
            self.enter_pane();
        }
    }

    fn enter_pane(&mut self) {
        match self.screen {
            Screen::Duplicates => self.enter_comparison(),
            _ => self.light_first(),
        }
    }

    /// Puts the light on the first field with evidence, if it stands nowhere.
    pub(super) fn light_first(&mut self) {
        if let Some(shown) = self.pane.shown.as_mut().filter(|shown| shown.light.is_none()) {
            let first = shown.stops.iter().position(|stop| shown.has_evidence(stop)).unwrap_or(0);
            shown.step_light(first as isize + 1);
        }
    }

    fn move_split(&mut self, by: i32) {
        let now = if self.split == 0 { super::layout::DEFAULT_SPLIT } else { self.split };
        self.split = i32::from(now).saturating_add(by).clamp(15, 80) as u16;
        self.touch();
    }

    fn toggle_mouse(&mut self) {
        self.has_mouse = !self.has_mouse;
        self.out.push(Command::SetMouse(self.has_mouse));
        let said = if self.has_mouse {
            "the mouse works here"
        } else {
            "the mouse is the terminal's again: select and copy as usual"
        };
        self.tell(Level::Info, said);
        self.touch();
    }

    fn refresh(&mut self) {
        self.out.push(Command::LoadCounts);
        self.pane.forget_all();
        match self.screen {
            Screen::Inbox => self.load_inbox(),
            Screen::Library => self.search(),
            _ => self.load_screen(),
        }
    }

    /// Asks for what the screen shows, where it is no list of automations.
    pub(super) fn load_screen(&mut self) {
        match self.screen {
            Screen::Inbox | Screen::Library => {}
            Screen::Duplicates => self.load_duplicates(),
            Screen::Ideas => self.load_ideas(),
            Screen::Pipeline => self.out.push(Command::LoadJobs),
            Screen::Sources => self.load_sources(),
            Screen::Report => self.load_report(),
            Screen::Overview => self.load_overview(),
        }
    }

    fn act_in_list(&mut self, action: Action, count: Option<u32>) {
        match (self.screen, self.focus()) {
            (Screen::Pipeline, _) => return self.move_in_pipeline(action, count),
            (Screen::Sources, _) => return self.move_in_sources(action, count),
            (Screen::Ideas | Screen::Report | Screen::Overview, _) => {
                return self.scroll_sheet(action, count);
            }
            (Screen::Duplicates, _) if is_marking(action) => return self.nothing_to(action),
            (_, Focus::Pane) => return self.act_in_pane(action, count),
            (_, Focus::Facets) => return self.act_in_facets(action, count),
            _ => {}
        }
        let height = self.list_height();
        let Some(list) = self.list_mut() else { return };
        if let Some(is_moved) = movement(list, action, count, height) {
            if is_moved {
                self.moved();
            } else {
                self.at_end(action);
            }
            return;
        }
        match action {
            Action::Mark => self.mark(count.unwrap_or(1)),
            Action::Range => match list.range {
                Some(_) => list.settle_range(),
                None => list.range = Some(list.cursor),
            },
            Action::MarkAll => {
                list.range = None;
                list.marks.mark_all(&list.ids);
                let said = format!("{} marked", super::phrases::counted(list.ids.len(), "item"));
                self.tell(Level::Info, said);
            }
            Action::MarkSimilar => self.mark_similar(count),
            Action::Clear => self.clear(),
            _ => {
                self.set_focus(Focus::Pane);
                self.enter_pane();
            }
        }
    }

    /// At an end there is nowhere to go, which is said once, quietly.
    fn at_end(&mut self, action: Action) {
        let is_empty = self.list().is_none_or(|list| list.ids.is_empty());
        let said = match action {
            _ if is_empty => "the list is empty",
            Action::Up | Action::HalfUp | Action::PageUp | Action::Top => {
                "already at the first line"
            }
            _ => "already at the last line",
        };
        self.tell(Level::Info, said);
    }

    fn mark(&mut self, times: u32) {
        let Some(list) = self.list_mut() else { return };
        for _ in 0..times.min(10_000) {
            let Some(id) = list.current() else { return self.at_end(Action::Mark) };
            let is_marked = list.marks.contains(id);
            list.marks.set(id, !is_marked);
            if !list.step(1) {
                break;
            }
        }
        self.moved();
    }

    /// Asks what in the list means nearly the same as the item under the cursor.
    fn mark_similar(&mut self, count: Option<u32>) {
        let generation = self.next_number();
        let Some(list) = self.list_mut() else { return };
        let Some(id) = list.current() else { return self.at_end(Action::MarkSimilar) };
        list.asked_similar = generation;
        let among = list.ids.clone();
        let most = count.map_or(MOST_SIMILAR, |count| count as usize);
        self.out.push(Command::FindSimilar { generation, id, among, most });
    }

    /// Marks the item and what is like it; without an answer nobody knows what it means.
    pub(super) fn on_similar(
        &mut self,
        generation: u64,
        id: AutomationId,
        found: Option<Vec<AutomationId>>,
    ) {
        let clear = self.keymap.shown_key(Action::Clear);
        let lists = [&mut self.inbox.list, &mut self.library.list];
        let Some(list) = lists.into_iter().find(|list| list.asked_similar == generation) else {
            return;
        };
        let Some(found) = found else {
            return self.tell(Level::Info, "nobody has read yet what this item means");
        };
        if found.is_empty() {
            return self.tell(Level::Info, "nothing here means nearly the same");
        }
        // What left the list meanwhile is not marked behind anybody's back.
        let is_here = |id: &&AutomationId| list.ids.contains(id);
        let found: Vec<AutomationId> = found.iter().chain([&id]).filter(is_here).copied().collect();
        found.iter().for_each(|id| list.marks.set(*id, true));
        let others = super::phrases::counted(found.len().saturating_sub(1), "other");
        self.tell(Level::Done, format!("marked this and {others} like it; {clear} clears"));
        self.touch();
    }

    fn clear(&mut self) {
        let Some(list) = self.list_mut() else { return };
        if list.range.take().is_some() {
            return;
        }
        if list.marked_count() > 0 {
            list.marks.clear();
            self.touch();
            return;
        }
        match self.screen {
            Screen::Inbox if !self.shown_filter().is_empty() => self.clear_filter(),
            Screen::Library if self.library.is_narrowed() => self.clear_search(),
            _ => {
                if !self.end_tour() {
                    self.tell(Level::Info, "nothing to clear");
                }
            }
        }
    }

    fn act_in_pane(&mut self, action: Action, count: Option<u32>) {
        let height = self.list_height() as isize;
        let times = count.unwrap_or(1).min(10_000) as isize;
        let Some(shown) = self.pane.shown.as_mut() else { return self.set_focus(Focus::List) };
        let is_moved = match action {
            Action::Down => shown.step_light(times),
            Action::Up => shown.step_light(-times),
            Action::Top => shown.step_light(-10_000),
            Action::Bottom => shown.step_light(10_000),
            Action::HalfDown => shown.scroll_source(times * height / 4),
            Action::HalfUp => shown.scroll_source(-times * height / 4),
            Action::PageDown => shown.scroll_source(times * height / 2),
            Action::PageUp => shown.scroll_source(-times * height / 2),
            Action::Mark => {
                self.mark(1);
                true
            }
            Action::MarkSimilar => {
                self.mark_similar(count);
                true
            }
            Action::Clear | Action::Open => {
                shown.light = None;
                self.set_focus(Focus::List);
                true
            }
            _ => {
                self.nothing_to(action);
                true
            }
        };
        if !is_moved {
            self.tell(Level::Info, "no further in this item");
        }
    }
}

/// Whether an action marks lines, which not every list has a use for.
fn is_marking(action: Action) -> bool {
    use Action as A;
    matches!(action, A::Mark | A::Range | A::MarkAll | A::MarkSimilar | A::Clear)
}

/// Moves a list's cursor by a movement action: whether it moved, or `None` for another action.
pub(super) fn movement(
    list: &mut List,
    action: Action,
    count: Option<u32>,
    height: usize,
) -> Option<bool> {
    let times = count.unwrap_or(1).max(1) as isize;
    let (page, half) = (height.saturating_sub(1).max(1) as isize, (height / 2).max(1) as isize);
    let before = list.cursor;
    match action {
        Action::Down => list.step(times),
        Action::Up => list.step(-times),
        Action::HalfDown => list.step(times.saturating_mul(half)),
        Action::HalfUp => list.step(-times.saturating_mul(half)),
        Action::PageDown => list.step(times.saturating_mul(page)),
        Action::PageUp => list.step(-times.saturating_mul(page)),
        Action::Top | Action::Bottom => {
            let last = list.ids.len().saturating_sub(1);
            let line = count.map(|line| (line as usize).saturating_sub(1));
            list.go_to(line.unwrap_or(if action == Action::Top { 0 } else { last }));
            list.cursor != before
        }
        _ => return None,
    };
    Some(list.cursor != before)
}
