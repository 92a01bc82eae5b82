//! Events in, commands out.

use super::layers;
use super::message::{Command, Event, Level};
use super::phrases::thousands;
use super::state::State;
use crate::settings::key::show_sequence;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context, Key, Scope};
use crossterm::event::{KeyEvent, KeyEventKind, KeyModifiers};
use jiff::{SignedDuration, Timestamp};

/// How long a digit that also opens a screen waits for what it counts.
const DIGIT_WAIT: SignedDuration = SignedDuration::from_millis(300);
/// How long a prefix waits before the hints appear.
const HINT_WAIT: SignedDuration = SignedDuration::from_millis(350);
/// Most characters taken from a paste: by the form, and by what is one line.
const MOST_PASTED: usize = 100_000;
const MOST_PASTED_LINE: usize = 2_000;
/// The largest count that is taken.
const MOST_COUNT: u32 = 999_999;

/// Takes an event at the moment `now` and says what to carry out.
pub fn update(state: &mut State, now: Timestamp, event: Event) -> Vec<Command> {
    state.now = now.max(state.now);
    match event {
        Event::Key(key) => state.on_key(key),
        Event::Mouse(mouse) => state.on_mouse(mouse),
        Event::Paste(text) => state.on_paste(&text),
        Event::Resize(width, height) => {
            state.size = (width, height);
            state.is_dirty = true;
        }
        Event::Focus(is_watched) => state.is_watched = is_watched,
        Event::Tick => {}
        Event::Loaded(loaded) => state.on_loaded(*loaded),
    }
    state.on_time();
    state.ask_next();
    state.settle();
    std::mem::take(&mut state.out)
}

impl State {
    fn on_key(&mut self, event: KeyEvent) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        self.press(Key::from(event));
    }

    fn press(&mut self, key: Key) {
        if self.take_digit(key) {
            return;
        }
        self.keys.prefix.push(key);
        let context = self.context();
        let found = self.keymap.lookup(context, &self.keys.prefix);
        if let (Some(held), 1) = (self.keys.held, self.keys.prefix.len()) {
            let counts =
                matches!(found, Lookup::Action(action) if action.entry().traits.takes_count);
            if !counts && found != Lookup::Prefix {
                // The digit was no count: it acts first, and the key is read anew.
                self.drop_keys();
                self.act(held, None);
                self.press(key);
                return;
            }
        }
        match found {
            Lookup::Action(action) => {
                let count = self.keys.count;
                self.drop_keys();
                self.act(action, count);
            }
            Lookup::Prefix => {
                self.keys.due = Some(self.now + HINT_WAIT);
                self.is_dirty = true;
            }
            Lookup::Nothing => self.unknown_key(key),
        }
    }

    /// Takes a digit as part of a count; one that also means an action is held for a moment.
    fn take_digit(&mut self, key: Key) -> bool {
        let Some(digit) = key.digit().filter(|_| self.keys.prefix.is_empty()) else { return false };
        let context = self.context();
        if context.takes_text() || !context.scopes().contains(&Scope::List) {
            return false;
        }
        if let Some(count) = self.keys.count {
            self.keys.count = Some((count.saturating_mul(10) + digit).min(MOST_COUNT));
            self.keys.held = None;
            self.keys.due = None;
        } else {
            let bound = match self.keymap.lookup(context, &[key]) {
                Lookup::Action(action) => Some(action),
                Lookup::Prefix => return false,
                Lookup::Nothing if digit == 0 => return false,
                Lookup::Nothing => None,
            };
            self.keys.count = Some(digit);
            self.keys.held = bound;
            self.keys.due = bound.map(|_| self.now + DIGIT_WAIT);
        }
        self.is_dirty = true;
        true
    }

    fn unknown_key(&mut self, key: Key) {
        let keys = std::mem::take(&mut self.keys.prefix);
        let had_count = self.keys.count.is_some();
        self.drop_keys();
        let context = self.context();
        // Also while something is typed: a terminal's own key, which no text has.
        let has_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if has_control && self.keymap.keys_of(Action::Suspend).contains(&vec![key]) {
            return self.act(Action::Suspend, None);
        }
        if keys.len() == 1 && context.takes_text() {
            if layers::type_key(self, key) {
                self.is_dirty = true;
                return;
            }
        } else if had_count && key.code == crossterm::event::KeyCode::Esc {
            return;
        }
        let help = self.keymap.shown_key(Action::Help);
        let pressed = show_sequence(&keys);
        let hint = if context.takes_text() || help.is_empty() {
            String::new()
        } else {
            format!("; {help} shows the keys")
        };
        self.tell(Level::Info, format!("`{pressed}` does nothing here{hint}"));
    }

    /// Forgets keys that mean nothing yet.
    pub(super) fn drop_keys(&mut self) {
        self.is_dirty |=
            self.keys.shows_hints || self.keys.count.is_some() || !self.keys.prefix.is_empty();
        self.keys = super::state::PendingKeys::default();
    }

    fn on_paste(&mut self, text: &str) {
        let most = if self.context() == Context::Form { MOST_PASTED } else { MOST_PASTED_LINE };
        let cut = text.char_indices().nth(most).map(|(at, _)| &text[..at]);
        if layers::paste(self, cut.unwrap_or(text)) {
            if cut.is_some() {
                let most = thousands(most as u64);
                self.tell(Level::Warning, format!("the first {most} characters were taken"));
            }
        } else {
            self.tell(
                Level::Info,
                "pasting goes into prompts and forms only; nothing is open to take it",
            );
        }
        self.is_dirty = true;
    }

    /// Does what was put off until now.
    fn on_time(&mut self) {
        let now = self.now;
        let is_due = |at: &Timestamp| *at <= now;
        if self.keys.due.take_if(|at| is_due(at)).is_some() {
            match self.keys.held.take() {
                Some(action) => {
                    self.drop_keys();
                    self.act(action, None);
                }
                None => self.keys.shows_hints = true,
            }
            self.is_dirty = true;
        }
        if self.pane.rests_until.take_if(|at| is_due(at)).is_some() {
            self.pane.moved = None;
        }
        if self.saves_at.take_if(|at| is_due(at)).is_some() {
            let session = self.session();
            self.out.push(Command::SaveSession(Box::new(session)));
        }
        if self.inbox.reloads_at.take_if(|at| is_due(at)).is_some() {
            self.load_inbox();
        }
        if self.duplicates.reloads_at.take_if(|at| is_due(at)).is_some() {
            self.load_duplicates();
        }
        if self.overview.reloads_at.take_if(|at| is_due(at)).is_some() {
            self.load_overview();
        }
        if self.library.asks_at.take_if(|at| is_due(at)).is_some() {
            self.search();
        }
        self.drop_old_toasts();
    }

    fn drop_old_toasts(&mut self) {
        let now = self.now;
        for message in self.messages.iter_mut().rev().take(16) {
            if message.until <= now && message.until != Timestamp::MIN {
                message.until = Timestamp::MIN;
                self.is_dirty = true;
            }
        }
    }
}
