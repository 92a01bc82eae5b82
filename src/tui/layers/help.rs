//! The keys that work here, searchable by name and by key.

use super::After;
use super::frame::{on_panel, panel};
use super::picker::Picker;
use crate::settings::key::show_sequence;
use crate::settings::{Action, Context, Key, REGISTRY, Role};
use crate::tui::paint::{Painter, columns};
use crate::tui::state::State;

const WIDTH: u16 = 90;
const HEIGHT: u16 = 30;

#[derive(Debug)]
pub(in crate::tui) struct Help {
    picker: Picker,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    action: Action,
    keys: Vec<String>,
}

impl Help {
    pub(in crate::tui) fn new(state: &State) -> Self {
        let here = state.context();
        let mut lines = Vec::new();
        let mut contexts = vec![here];
        // What popups take is told after what works here.
        contexts.extend([Context::Search, Context::Input, Context::Picker, Context::Form]);
        let mut scopes = Vec::new();
        for scope in contexts.iter().flat_map(|context| context.scopes()) {
            if !scopes.contains(scope) {
                scopes.push(*scope);
            }
        }
        for scope in scopes {
            for entry in REGISTRY.iter().filter(|entry| entry.scope == scope) {
                let keys = state.keymap.keys_of(entry.action).iter();
                let keys = keys.map(|keys| show_sequence(keys)).collect();
                lines.push(Line { action: entry.action, keys });
            }
        }
        let texts = lines.iter().map(Line::text).collect();
        Self { picker: Picker::new(texts), lines }
    }

    /// What is typed may be a key: then what it does stands first.
    fn find_key(&mut self) {
        let query = self.picker.query();
        let query = query.trim();
        let by_key = |line: &Line| line.keys.iter().any(|key| key == query);
        let mut exact: Vec<usize> =
            (0..self.lines.len()).filter(|at| by_key(&self.lines[*at])).collect();
        if !exact.is_empty() {
            exact.extend(self.picker.found.iter().filter(|at| !by_key(&self.lines[**at])));
            self.picker.found = exact;
        }
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        let is_of_use = self.picker.key(key);
        self.find_key();
        is_of_use
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.picker.paste(text);
        self.find_key();
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        match action {
            Action::PickerAccept => {
                let Some(at) = self.picker.current() else { return After::Keep };
                let action = self.lines[at].action;
                if state.context().scopes().contains(&action.entry().scope) {
                    state.act(action, None);
                    After::Close
                } else {
                    state.nothing_to(action);
                    After::Keep
                }
            }
            Action::PickerCancel => After::Close,
            action if self.picker.act(action) => After::Keep,
            _ => After::Pass,
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let hint = "type a name or a key";
        let body = panel(painter, state.size, (WIDTH, HEIGHT), "keys here", hint);
        self.picker.paint(
            painter,
            body,
            "no key and no action is called that",
            |painter, area, at| {
                let line = &self.lines[at];
                let entry = line.action.entry();
                let key_width = 18.min(area.width / 3);
                let keys = line.keys.join(", ");
                let style = on_panel(painter.theme, Role::Key);
                painter.styled(area.x, area.y, key_width - 1, &keys, style);
                let scope = entry.scope.title();
                let scope_width = if area.width > 60 { columns(scope) } else { 0 };
                let room = area.width.saturating_sub(key_width + scope_width + 2);
                let style = on_panel(painter.theme, Role::Text);
                painter.styled(area.x + key_width, area.y, room, entry.about, style);
                let style = on_panel(painter.theme, Role::Dim);
                let x = area.right().saturating_sub(scope_width);
                painter.styled(x, area.y, scope_width, scope, style);
            },
        );
    }
}

impl Line {
    fn text(&self) -> String {
        let entry = self.action.entry();
        format!("{}\t{} {}", entry.title, entry.about, self.keys.join(" "))
    }
}
