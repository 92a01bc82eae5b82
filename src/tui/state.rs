//! Everything the screens show.

use super::filter;
use super::layers::Layer;
use super::layers::confirm::Confirm;
use super::layout::{self, Areas, Focus};
use super::list::List;
use super::message::{Command, Level};
use super::pane::Pane;
use super::rows::Rows;
use super::screens::{
    duplicates::Duplicates, ideas::Ideas, inbox::Inbox, library::Library, overview::Overview,
    pipeline::Pipeline, report::Report, sources::Sources,
};
use super::session::{Screen, Session};
use super::writes::Writes;
use crate::model::{AutomationId, Company, Counts};
use crate::settings::{Action, Context, Key, Keymap, Theme};
use crate::text::sanitize_line;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Most messages kept for `:messages`.
const MESSAGES: usize = 500;

/// What the workbench is told when it opens.
#[derive(Debug, Clone)]
pub struct StateSettings {
    pub keymap: Keymap,
    /// Every theme to choose from, fit for the terminal's colours; never empty.
    pub themes: Vec<Theme>,
    /// The name of the one in force.
    pub theme: String,
    pub reviewer: String,
    /// Plain labels, no drawn lines, the cursor always where the attention is.
    pub accessible: bool,
    pub mouse: bool,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Share of words in a search, 0..=1.
    pub weight: f32,
    /// Whether a reviewer without a session is shown around.
    pub has_tour: bool,
    pub now: Timestamp,
}

/// Keys pressed that mean nothing yet.
#[derive(Debug, Default)]
pub(super) struct PendingKeys {
    pub(super) prefix: Vec<Key>,
    pub(super) count: Option<u32>,
    /// What the single digit typed so far means, if nothing follows it.
    pub(super) held: Option<Action>,
    /// When `held` acts, or the hints for `prefix` appear.
    pub(super) due: Option<Timestamp>,
    /// Whether the hints are shown.
    pub(super) shows_hints: bool,
}

/// Something that was told.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) level: Level,
    pub(super) text: String,
    pub(super) at: Timestamp,
    /// Shown as a toast until then.
    pub(super) until: Timestamp,
}

/// Everything the screens show; changed by `update` only.
#[derive(Debug)]
pub struct State {
    pub(super) keymap: Keymap,
    pub(super) themes: Vec<Theme>,
    pub(super) theme: usize,
    /// The theme that the config names.
    pub(super) named_theme: String,
    /// The next step of the tour; `None` once it is over.
    pub(super) tour: Option<u8>,
    /// What is wrong in the user's settings, until it is mended.
    pub(super) banner: Option<String>,
    pub(super) reviewer: String,
    pub(super) is_plain: bool,
    pub(super) has_mouse: bool,
    pub(super) size: (u16, u16),
    pub(super) now: Timestamp,
    pub(super) screen: Screen,
    pub(super) inbox: Inbox,
    pub(super) library: Library,
    pub(super) duplicates: Duplicates,
    pub(super) ideas: Ideas,
    pub(super) sources: Sources,
    pub(super) report: Report,
    pub(super) overview: Overview,
    pub(super) pipeline: Pipeline,
    pub(super) rows: Rows,
    pub(super) pane: Pane,
    pub(super) writes: Writes,
    pub(super) counts: Option<Counts>,
    pub(super) company: Company,
    pub(super) tags: Vec<(String, u64)>,
    pub(super) layers: Vec<Layer>,
    /// Questions that came by themselves and wait for a free moment.
    pub(super) questions: VecDeque<Confirm>,
    pub(super) keys: PendingKeys,
    pub(super) messages: VecDeque<Message>,
    pub(super) drafts: BTreeMap<i64, String>,
    pub(super) split: u16,
    pub(super) is_store_empty: bool,
    /// Whether the terminal has the focus.
    pub(super) is_watched: bool,
    pub(super) is_dragging: bool,
    pub(super) is_dirty: bool,
    /// When the session is saved next, if it changed.
    pub(super) saves_at: Option<Timestamp>,
    pub(super) generation: u64,
    pub(super) out: Vec<Command>,
}

impl State {
    /// A workbench that stands where `session` was left.
    pub fn new(settings: StateSettings, session: Option<Session>) -> Self {
        let first = Session { tour: settings.has_tour.then_some(0), ..Session::default() };
        let session = session.unwrap_or(first);
        let name = session.theme.as_ref().unwrap_or(&settings.theme);
        let theme = settings.themes.iter().position(|theme| theme.name == *name).unwrap_or(0);
        let mut inbox = Inbox::new(session.filter);
        inbox.list.want(session.cursor);
        for id in session.marks {
            inbox.list.marks.set(id, true);
        }
        let mut library = Library::new(session.query, settings.weight);
        library.list.want(session.library_cursor);
        Self {
            keymap: settings.keymap,
            themes: settings.themes,
            theme,
            named_theme: settings.theme,
            tour: session.tour,
            banner: None,
            reviewer: settings.reviewer,
            is_plain: settings.accessible,
            has_mouse: session.mouse.unwrap_or(settings.mouse),
            size: settings.size,
            now: settings.now,
            screen: session.screen,
            inbox,
            library,
            duplicates: Duplicates::default(),
            ideas: Ideas::default(),
            sources: Sources::default(),
            report: Report::default(),
            overview: Overview::default(),
            pipeline: Pipeline::default(),
            rows: Rows::default(),
            pane: Pane::default(),
            writes: Writes::default(),
            counts: None,
            company: Company::default(),
            tags: Vec::new(),
            layers: Vec::new(),
            questions: VecDeque::new(),
            keys: PendingKeys::default(),
            messages: VecDeque::new(),
            drafts: session.drafts,
            split: session.split,
            is_store_empty: false,
            is_watched: true,
            is_dragging: false,
            is_dirty: true,
            saves_at: None,
            generation: 0,
            out: Vec::new(),
        }
    }

    /// What to load first. Called once, before the first event.
    pub fn start(&mut self) -> Vec<Command> {
        self.out.push(Command::LoadCounts);
        self.out.push(Command::LoadJobs);
        match self.screen {
            Screen::Library => self.search(),
            Screen::Inbox => self.load_inbox(),
            _ => {
                self.load_screen();
                self.load_inbox();
            }
        }
        self.out.push(Command::SetMouse(self.has_mouse));
        std::mem::take(&mut self.out)
    }

    /// Where the reviewer stands now.
    pub fn session(&self) -> Session {
        let marks = &self.inbox.list;
        let marks = if marks.marked_count() > 1000 { Vec::new() } else { self.marked_inbox() };
        Session {
            screen: self.screen,
            filter: self.inbox.filter.clone(),
            cursor: self.inbox.list.place(),
            marks,
            query: Some(self.library.query.clone()),
            library_cursor: self.library.list.place(),
            drafts: self.all_drafts(),
            split: self.split,
            theme: Some(self.theme().name.clone()),
            mouse: Some(self.has_mouse),
            tour: self.tour,
        }
    }

    fn marked_inbox(&self) -> Vec<AutomationId> {
        let list = &self.inbox.list;
        if list.marked_count() == 0 { Vec::new() } else { list.chosen() }
    }

    fn all_drafts(&self) -> BTreeMap<i64, String> {
        let mut drafts = self.drafts.clone();
        for layer in &self.layers {
            if let Layer::Form(form) = layer {
                drafts.extend(form.draft());
            }
        }
        drafts
    }

    /// Whether something changed since the last call: time to draw.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.is_dirty)
    }

    /// How long after the last event an `Event::Tick` is due; `None` while nothing is timed.
    pub fn next_timer(&self) -> Option<Duration> {
        let toasts = self.messages.iter().rev().take(8).map(|message| message.until);
        let timers = [
            self.keys.due,
            self.pane.rests_until,
            self.saves_at,
            self.inbox.reloads_at,
            self.duplicates.reloads_at,
            self.overview.reloads_at,
            self.library.asks_at,
        ];
        let next = timers.into_iter().flatten().chain(toasts.filter(|at| *at > self.now)).min()?;
        Some(self.now.duration_until(next).max(SignedDuration::ZERO).unsigned_abs())
    }

    pub(super) fn theme(&self) -> &Theme {
        &self.themes[self.theme]
    }

    /// The next number that names a question or a write.
    pub(super) fn next_number(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    /// Where the attention stands.
    pub(super) fn context(&self) -> Context {
        if let Some(layer) = self.layers.last() {
            return layer.context();
        }
        match self.screen {
            Screen::Inbox if self.shows_welcome() => Context::Welcome,
            Screen::Inbox => Context::Inbox,
            Screen::Library if self.library.focus == Focus::Search => Context::Search,
            Screen::Library => Context::Library,
            Screen::Duplicates if self.duplicates.focus == Focus::Pane => Context::Compare,
            Screen::Duplicates => Context::Duplicates,
            Screen::Pipeline => Context::Pipeline,
            Screen::Sources => Context::Sources,
            Screen::Report => Context::Report,
            Screen::Ideas | Screen::Overview => Context::Reading,
        }
    }

    pub(super) fn shows_welcome(&self) -> bool {
        self.is_store_empty && self.screen == Screen::Inbox
    }

    pub(super) fn focus(&self) -> Focus {
        match self.screen {
            Screen::Inbox => self.inbox.focus,
            Screen::Library => self.library.focus,
            Screen::Duplicates => self.duplicates.focus,
            _ => Focus::List,
        }
    }

    pub(super) fn set_focus(&mut self, focus: Focus) {
        match self.screen {
            Screen::Inbox => self.inbox.focus = focus,
            Screen::Library => self.library.focus = focus,
            Screen::Duplicates => self.duplicates.focus = focus,
            _ => {}
        }
        self.is_dirty = true;
    }

    pub(super) fn areas(&self) -> Areas {
        layout::areas(self.size, self.screen, self.split, self.focus())
    }

    /// Lines of the list that are visible.
    pub(super) fn list_height(&self) -> usize {
        let folded = Rect::default();
        let area = self.areas().list.unwrap_or(folded);
        let height = if area.is_empty() { self.size.1.saturating_sub(4) } else { area.height };
        let why = u16::from(self.screen == Screen::Library && self.library.shows_why) * 2;
        usize::from(height.saturating_sub(why)).max(1)
    }

    /// The list of automations on this screen.
    pub(super) fn list(&self) -> Option<&List> {
        match self.screen {
            Screen::Inbox => Some(&self.inbox.list),
            Screen::Library => Some(&self.library.list),
            Screen::Duplicates => Some(&self.duplicates.list),
            _ => None,
        }
    }

    pub(super) fn list_mut(&mut self) -> Option<&mut List> {
        match self.screen {
            Screen::Inbox => Some(&mut self.inbox.list),
            Screen::Library => Some(&mut self.library.list),
            Screen::Duplicates => Some(&mut self.duplicates.list),
            _ => None,
        }
    }

    pub(super) fn current_id(&self) -> Option<AutomationId> {
        self.list().and_then(List::current)
    }

    /// Tells something: as a toast now, under `:messages` later.
    pub(super) fn tell(&mut self, level: Level, text: impl AsRef<str>) {
        let seconds = match level {
            Level::Info | Level::Done => 4,
            Level::Warning => 7,
            Level::Error => 12,
        };
        let text = sanitize_line(text.as_ref()).into_owned();
        let until = self.now + SignedDuration::from_secs(seconds);
        // The same thing said again replaces what it said.
        if let Some(last) = self.messages.back_mut().filter(|last| last.text == text) {
            last.until = until;
            last.at = self.now;
        } else {
            self.messages.push_back(Message { level, text: text.clone(), at: self.now, until });
        }
        if self.messages.len() > MESSAGES {
            self.messages.pop_front();
        }
        if !self.is_watched && matches!(level, Level::Warning | Level::Error) {
            self.out.push(Command::Notify(text));
        }
        self.is_dirty = true;
    }

    /// The filter in force, as it is typed.
    pub(super) fn shown_filter(&self) -> String {
        filter::show(&self.inbox.filter)
    }

    /// Notes that the session changed; it is saved shortly after.
    pub(super) fn touch(&mut self) {
        if self.saves_at.is_none() {
            self.saves_at = Some(self.now + SignedDuration::from_secs(3));
        }
    }
}
