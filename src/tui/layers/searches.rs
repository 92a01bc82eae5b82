//! The saved searches: how much is new in each; open one, delete one.

use super::confirm::{Confirm, Then};
use super::frame::{on_panel, panel};
use super::history::{highlight, step};
use super::{After, Layer};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::message::{FoundSearch, Level};
use crate::tui::paint::{Painter, columns};
use crate::tui::phrases::thousands;
use crate::tui::screens::library::in_words;
use crate::tui::state::State;

/// Most lines shown at once.
const HEIGHT: u16 = 14;
const WIDTH: u16 = 76;
/// Columns of a name.
const NAME: u16 = 26;

#[derive(Debug, Default)]
pub(in crate::tui) struct Searches {
    /// `None` until they came.
    lines: Option<Vec<FoundSearch>>,
    cursor: usize,
}

impl Searches {
    pub(in crate::tui) fn take(&mut self, lines: Vec<FoundSearch>) {
        self.cursor = self.cursor.min(lines.len().saturating_sub(1));
        self.lines = Some(lines);
    }

    fn lines(&self) -> &[FoundSearch] {
        self.lines.as_deref().unwrap_or_default()
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action, count: Option<u32>) -> After {
        let current = self.lines().get(self.cursor);
        match (action, current) {
            (Action::Open, Some(line)) => {
                let saved = line.saved.clone();
                state.open_search(saved);
                After::Close
            }
            (Action::DeleteSearch, Some(line)) => {
                let name = line.saved.name.clone();
                let what = format!("delete the saved search “{}”", sanitize_line(&name));
                state.open(Layer::Confirm(Confirm::new(what, Then::DeleteSearch { name })));
                After::Keep
            }
            (Action::Open | Action::DeleteSearch, None) => {
                state.tell(Level::Info, "there is no saved search here");
                After::Keep
            }
            _ => {
                let length = self.lines().len();
                step(&mut self.cursor, length, action, count)
            }
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let key = |action| state.keymap.shown_key(action);
        let hint = format!("{} opens, {} deletes", key(Action::Open), key(Action::DeleteSearch));
        let height = (self.lines().len() as u16).clamp(2, HEIGHT);
        let body = panel(painter, state.size, (WIDTH, height), "saved searches", &hint);
        let dim = on_panel(painter.theme, Role::Dim);
        match &self.lines {
            None => drop(painter.styled(body.x, body.y, body.width, "counting …", dim)),
            Some(lines) if lines.is_empty() => {
                let said = format!(
                    "none yet: {} in the Library saves the search that is on",
                    key(Action::SaveSearch)
                );
                painter.styled(body.x, body.y, body.width, &said, dim);
            }
            Some(_) => {}
        }
        let top = (self.cursor + 1).saturating_sub(usize::from(body.height));
        let lines = self.lines().iter().enumerate().skip(top);
        for (y, (at, line)) in (body.y..body.bottom()).zip(lines) {
            let style = on_panel(painter.theme, Role::Text);
            let name = sanitize_line(&line.saved.name);
            painter.styled(body.x, y, NAME, &name, style);
            let news = match line.new {
                0 => String::new(),
                n => format!("{} new", thousands(n)),
            };
            let style = on_panel(painter.theme, Role::Accent);
            let width = columns(&news);
            painter.styled(body.right().saturating_sub(width), y, width, &news, style);
            let room = body.width.saturating_sub(NAME + 2 + 11);
            painter.styled(body.x + NAME + 1, y, room, &in_words(&line.saved.query), dim);
            highlight(painter, body, y, at == self.cursor);
        }
    }
}
