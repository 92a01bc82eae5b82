//! A prompt for one line, in the footer: filter, path, name.

use super::After;
use crate::model::{QueueFilter, SearchQuery};
use crate::settings::{Action, Key, Role};
use crate::text::sanitize_line;
use crate::tui::filter;
use crate::tui::input::Input;
use crate::tui::message::{Command, Level};
use crate::tui::paint::{Painter, columns};
use crate::tui::state::State;
use ratatui::layout::Rect;
use std::path::PathBuf;

#[derive(Debug)]
pub(in crate::tui) struct Prompt {
    input: Input,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Narrows the queue while it is typed; holds what was in force before.
    Filter(Box<QueueFilter>),
    Import,
    Source,
    /// The name to keep a search under.
    SaveSearch(Box<SearchQuery>),
}

impl Prompt {
    pub(in crate::tui) fn filter(text: &str, before: QueueFilter) -> Self {
        Self { input: Input::line(text), what: What::Filter(Box::new(before)) }
    }

    pub(in crate::tui) fn import() -> Self {
        Self { input: Input::default(), what: What::Import }
    }

    pub(in crate::tui) fn source() -> Self {
        Self { input: Input::default(), what: What::Source }
    }

    pub(in crate::tui) fn save_search(query: SearchQuery) -> Self {
        let name = sanitize_line(query.text.trim()).into_owned();
        Self { input: Input::line(&name), what: What::SaveSearch(Box::new(query)) }
    }

    pub(super) fn key(&mut self, state: &mut State, key: Key) -> bool {
        let is_of_use = self.input.key(key);
        self.typed(state);
        is_of_use
    }

    pub(super) fn paste(&mut self, state: &mut State, text: &str) {
        self.input.paste(text);
        self.typed(state);
    }

    fn typed(&self, state: &mut State) {
        if let What::Filter(_) = self.what {
            let filter = filter::parse(&self.input.text(), &state.inbox.filter);
            state.set_filter(filter);
        }
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        let text = self.input.text();
        let text = text.trim();
        match (action, &self.what) {
            (Action::InputCancel, What::Filter(before)) => {
                state.set_filter((**before).clone());
                After::Close
            }
            (Action::InputCancel, _) => After::Close,
            (Action::InputAccept, What::Filter(_)) => After::Close,
            (Action::InputAccept, What::Import) if text.is_empty() => {
                state.tell(Level::Info, "type the path of a file or folder");
                After::Keep
            }
            (Action::InputAccept, What::Import) => {
                state.out.push(Command::Import(PathBuf::from(text)));
                state.tell(Level::Info, format!("importing {text}"));
                After::Close
            }
            (Action::InputAccept, What::Source) if text.is_empty() => {
                state.tell(Level::Info, "paste the address of a feed, or the path of a folder");
                After::Keep
            }
            (Action::InputAccept, What::Source) => {
                state.out.push(Command::AddSource { address: text.to_owned() });
                After::Close
            }
            (Action::InputAccept, What::SaveSearch(_)) if text.is_empty() => {
                state.tell(Level::Info, "type a name for the search");
                After::Keep
            }
            (Action::InputAccept, What::SaveSearch(query)) => {
                let (name, query) = (text.to_owned(), (**query).clone());
                state.out.push(Command::SaveSearch { name, query });
                After::Close
            }
            _ => After::Pass,
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let (width, height) = state.size;
        let area = Rect::new(0, height.saturating_sub(1), width, 1);
        painter.fill(area, Role::Input);
        let (label, hint) = match &self.what {
            What::Filter(_) => {
                ("filter ", "words, function: tool: industry: source: tag: week: status:")
            }
            What::Import => ("import path ", "a file or folder; Enter imports, Esc does not"),
            What::Source => {
                ("add source ", "a feed's address or a folder; Enter adds, Esc does not")
            }
            What::SaveSearch(_) => ("save search as ", "Enter saves, Esc does not"),
        };
        let x = painter.text(1, area.y, width - 1, label, Role::Input);
        let label_area = Rect { x: 1, width: columns(label), ..area };
        painter.tint(label_area, Role::Input);
        let hint_width = columns(hint) + 2;
        let used = columns(&self.input.text()) + 2;
        let has_room = x + used + hint_width < width;
        let end = if has_room { width - hint_width } else { width };
        self.input.paint(painter, Rect { x, width: end.saturating_sub(x + 1), ..area }, true);
        if has_room {
            painter.right(width - 1, area.y, hint_width, hint, Role::Input);
        }
    }
}
