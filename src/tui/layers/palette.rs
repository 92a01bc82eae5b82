//! The palette: every action that can be meant here, orders, themes.

use super::frame::{on_panel, panel};
use super::picker::{HEIGHT, Picker, WIDTH};
use super::{After, Layer};
use crate::model::Order;
use crate::settings::{Action, REGISTRY, Role, Scope};
use crate::tui::message::Level;
use crate::tui::paint::{Painter, columns};
use crate::tui::session::Screen;
use crate::tui::state::State;

#[derive(Debug)]
pub(in crate::tui) struct Palette {
    pub(in crate::tui) picker: Picker,
    lines: Vec<Line>,
    title: &'static str,
    /// The theme in force when it opened: themes show while they are chosen.
    theme: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Action(Action),
    Order(Order),
    Theme(usize),
}

impl Palette {
    /// Everything that can be run from the screen beneath.
    pub(in crate::tui) fn all(state: &State) -> Self {
        let scopes = state.context().scopes();
        let mut lines: Vec<Line> = Vec::new();
        for scope in scopes.iter().filter(|scope| **scope != Scope::List) {
            let entries = REGISTRY.iter().filter(|entry| entry.scope == *scope);
            lines.extend(entries.map(|entry| Line::Action(entry.action)));
        }
        let in_list = [Action::MarkAll, Action::MarkSimilar, Action::Clear].map(Line::Action);
        if scopes.contains(&Scope::List) {
            lines.extend(in_list);
        }
        lines.retain(|line| *line != Line::Action(Action::Palette));
        if state.screen == Screen::Inbox {
            lines.extend(Order::ALL.iter().copied().map(Line::Order));
        }
        lines.extend((0..state.themes.len()).map(Line::Theme));
        Self::new(state, "palette", lines)
    }

    pub(in crate::tui) fn themes(state: &State) -> Self {
        let mut palette =
            Self::new(state, "themes", (0..state.themes.len()).map(Line::Theme).collect());
        palette.picker.cursor = state.theme;
        palette
    }

    fn new(state: &State, title: &'static str, lines: Vec<Line>) -> Self {
        let texts = lines.iter().map(|line| line.text(state)).collect();
        Self { picker: Picker::new(texts), lines, title, theme: state.theme }
    }

    /// The theme in force when it opened.
    pub(in crate::tui) fn theme_before(&self) -> usize {
        self.theme
    }

    fn current(&self) -> Option<Line> {
        self.picker.current().map(|at| self.lines[at])
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        match action {
            Action::PickerAccept => {
                match self.current() {
                    None => return After::Keep,
                    // The palette is off the stack already while this runs.
                    Some(Line::Action(action)) => {
                        state.theme = self.theme;
                        state.act(action, None);
                    }
                    Some(Line::Order(order)) => {
                        state.theme = self.theme;
                        state.set_order(order);
                    }
                    Some(Line::Theme(at)) => {
                        state.theme = at;
                        let name = state.themes[at].name.clone();
                        state.tell(Level::Info, format!("theme: {name}"));
                        state.touch();
                    }
                }
                After::Close
            }
            Action::PickerCancel => {
                state.theme = self.theme;
                After::Close
            }
            action if self.picker.act(action) => {
                state.theme = match self.current() {
                    Some(Line::Theme(at)) => at,
                    _ => self.theme,
                };
                After::Keep
            }
            _ => After::Pass,
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let hint = format!("{} of {}", self.picker.found.len(), self.lines.len());
        let body = panel(painter, state.size, (WIDTH, HEIGHT), self.title, &hint);
        let nothing = "nothing is called that; Esc closes";
        self.picker.paint(painter, body, nothing, |painter, area, at| {
            let line = self.lines[at];
            let (key, name) = match line {
                Line::Action(action) => (state.keymap.shown_key(action), action.name()),
                Line::Order(_) => (String::new(), "order".to_owned()),
                Line::Theme(_) => (String::new(), "theme".to_owned()),
            };
            let key_width = 12;
            let text_style = on_panel(painter.theme, Role::Text);
            let dim = on_panel(painter.theme, Role::Dim);
            let name_width = if area.width > 60 { 20 } else { 0 };
            let room = area.width.saturating_sub(key_width + name_width + 2);
            painter.styled(area.x, area.y, room, &line.title(state), text_style);
            let x = area.right().saturating_sub(key_width + name_width - 1);
            painter.styled(x, area.y, name_width, &name, dim);
            let style = on_panel(painter.theme, Role::Key);
            let x = area.right().saturating_sub(columns(&key).min(key_width));
            painter.styled(x, area.y, key_width, &key, style);
        });
    }
}

impl Line {
    fn title(self, state: &State) -> String {
        match self {
            Self::Action(action) => action.entry().about.to_owned(),
            Self::Order(order) => format!("Order by {order}"),
            Self::Theme(at) => {
                let mark = if at == state.theme { " (in force)" } else { "" };
                format!("Theme {}{mark}", state.themes[at].name)
            }
        }
    }

    /// What is matched: the short title first, so that it weighs most.
    fn text(self, state: &State) -> String {
        match self {
            Self::Action(action) => {
                format!("{}\t{} {}", action.title(), action.entry().about, action.name())
            }
            _ => self.title(state),
        }
    }
}

impl From<Palette> for Layer {
    fn from(palette: Palette) -> Self {
        Self::Palette(palette)
    }
}
