//! What lies over a screen: a stack; the top one has the attention.

pub(super) mod confirm;
pub(super) mod foreseen;
pub(super) mod form;
pub(super) mod frame;
pub(super) mod help;
pub(super) mod history;
pub(super) mod look_alikes;
pub(super) mod messages;
pub(super) mod palette;
pub(super) mod picker;
pub(super) mod prompt;
pub(super) mod reasons;
pub(super) mod searches;
pub(super) mod tags;
pub(super) mod today;

use super::layout::Focus;
use super::message::{FoundSearch, Generation};
use super::paint::Painter;
use super::session::Screen;
use super::state::State;
use crate::model::{AutomationId, DecisionRow};
use crate::settings::{Action, Context, Key, Scope};
use ratatui::layout::Position;

#[derive(Debug)]
pub(super) enum Layer {
    Palette(palette::Palette),
    Help(help::Help),
    Prompt(prompt::Prompt),
    Confirm(confirm::Confirm),
    Reasons(reasons::Reasons),
    Tags(tags::Tags),
    LookAlikes(look_alikes::LookAlikes),
    History(history::History),
    Today(today::Today),
    Messages(messages::Messages),
    Foreseen(foreseen::Foreseen),
    Searches(searches::Searches),
    Form(Box<form::Form>),
}

/// What becomes of a layer after it acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Keep,
    Close,
    /// It had no use for the action.
    Pass,
}

impl Layer {
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Palette(_) | Self::Help(_) | Self::Reasons(_) => Context::Picker,
            Self::Prompt(_) => Context::Input,
            Self::Confirm(_) => Context::Confirm,
            Self::Tags(_) => Context::Tags,
            Self::LookAlikes(_) => Context::LookAlikes,
            Self::Searches(_) => Context::Searches,
            Self::History(_) | Self::Today(_) => Context::History,
            Self::Messages(_) | Self::Foreseen(_) => Context::Viewer,
            Self::Form(_) => Context::Form,
        }
    }

    fn act(&mut self, state: &mut State, action: Action, count: Option<u32>) -> After {
        match self {
            Self::Palette(palette) => palette.act(state, action),
            Self::Help(help) => help.act(state, action),
            Self::Prompt(prompt) => prompt.act(state, action),
            Self::Confirm(confirm) => confirm.act(state, action),
            Self::Reasons(reasons) => reasons.act(state, action),
            Self::Tags(tags) => tags.act(state, action),
            Self::LookAlikes(look_alikes) => look_alikes.act(state, action, count),
            Self::History(history) => history.act(state, action, count),
            Self::Today(today) => today.act(state, action, count),
            Self::Messages(messages) => messages.act(action, count),
            Self::Foreseen(foreseen) => foreseen.act(action, count),
            Self::Searches(searches) => searches.act(state, action, count),
            Self::Form(form) => form.act(state, action),
        }
    }

    fn key(&mut self, state: &mut State, key: Key) -> bool {
        match self {
            Self::Palette(palette) => palette.picker.key(key),
            Self::Help(help) => help.key(key),
            Self::Prompt(prompt) => prompt.key(state, key),
            Self::Reasons(reasons) => reasons.key(key),
            Self::Tags(tags) => tags.key(key),
            Self::Form(form) => form.key(key),
            Self::Confirm(_)
            | Self::LookAlikes(_)
            | Self::History(_)
            | Self::Today(_)
            | Self::Messages(_)
            | Self::Foreseen(_)
            | Self::Searches(_) => false,
        }
    }

    fn paste(&mut self, state: &mut State, text: &str) -> bool {
        match self {
            Self::Palette(palette) => palette.picker.paste(text),
            Self::Help(help) => help.paste(text),
            Self::Prompt(prompt) => prompt.paste(state, text),
            Self::Reasons(reasons) => reasons.paste(text),
            Self::Tags(tags) => tags.paste(text),
            Self::Form(form) => form.paste(text),
            Self::Confirm(_)
            | Self::LookAlikes(_)
            | Self::History(_)
            | Self::Today(_)
            | Self::Messages(_)
            | Self::Foreseen(_)
            | Self::Searches(_) => return false,
        }
        true
    }
}

/// Lends the top layer to `use_it` together with the state it lies on, and puts it back beneath
/// whatever was opened meanwhile.
fn with_top<T>(
    state: &mut State,
    use_it: impl FnOnce(&mut Layer, &mut State) -> (After, T),
) -> Option<T> {
    let mut layer = state.layers.pop()?;
    let place = state.layers.len();
    let (after, result) = use_it(&mut layer, state);
    if after == After::Close {
        if let Layer::Form(form) = &layer {
            form::closed(state, form);
        }
    } else {
        let place = place.min(state.layers.len());
        state.layers.insert(place, layer);
    }
    Some(result)
}

/// Offers an action to the top layer; true where it was taken.
pub(super) fn act(state: &mut State, action: Action, count: Option<u32>) -> bool {
    // What works everywhere works over a layer too; it closes what it leaves.
    if action.entry().scope == Scope::App {
        return false;
    }
    let taken = with_top(state, |layer, state| {
        let after = layer.act(state, action, count);
        (after, after != After::Pass)
    });
    match taken {
        Some(false) => {
            state.nothing_to(action);
            true
        }
        Some(true) => true,
        None => false,
    }
}

/// Types a key into whatever takes text; true where it was of use.
pub(super) fn type_key(state: &mut State, key: Key) -> bool {
    if state.layers.is_empty() {
        // Who comes here and presses the search key as on other screens means this very box.
        let asks = state.keymap.keys_of(Action::Search).iter().any(|keys| keys[..] == [key]);
        if asks && state.library.input.is_empty() && !key.typed().is_some_and(char::is_alphanumeric)
        {
            return true;
        }
        let is_of_use = state.screen == Screen::Library && state.library.input.key(key);
        state.query_typed();
        return is_of_use;
    }
    with_top(state, |layer, state| (After::Keep, layer.key(state, key))).unwrap_or(false)
}

/// Pastes into whatever takes text; false where nothing does.
pub(super) fn paste(state: &mut State, text: &str) -> bool {
    if state.layers.is_empty() {
        let takes = state.screen == Screen::Library && state.library.focus == Focus::Search;
        if takes {
            state.library.input.paste(text);
            state.query_typed();
        }
        return takes;
    }
    with_top(state, |layer, state| (After::Keep, layer.paste(state, text))).unwrap_or(false)
}

/// Tags came: a tags popup that waits for them takes them.
pub(super) fn tags_came(state: &mut State) {
    let known = &state.tags;
    for layer in &mut state.layers {
        if let Layer::Tags(tags) = layer {
            tags.offer(known);
        }
    }
}

/// Suggestions came: a tags popup on that item takes them.
pub(super) fn suggestions_came(state: &mut State, id: AutomationId, suggested: &[String]) {
    let known = &state.tags;
    for layer in &mut state.layers {
        if let Layer::Tags(tags) = layer {
            tags.suggest(id, suggested, known);
        }
    }
}

/// Saved searches came: the popup that shows them takes them.
pub(super) fn searches_came(state: &mut State, lines: &[FoundSearch]) {
    for layer in &mut state.layers {
        if let Layer::Searches(searches) = layer {
            searches.take(lines.to_vec());
        }
    }
}

/// What was decided today came: the popup that asked takes it.
pub(super) fn today_came(state: &mut State, generation: Generation, rows: &[DecisionRow]) {
    for layer in &mut state.layers {
        match layer {
            Layer::Today(today) if today.asked == generation => today.take(rows.to_vec()),
            _ => {}
        }
    }
}

/// An item came: look-alikes that are open show its newest form.
pub(super) fn item_came(state: &mut State, id: AutomationId) {
    let Some(view) = state.pane.get(id).cloned() else { return };
    for layer in &mut state.layers {
        match layer {
            Layer::LookAlikes(look_alikes) if look_alikes.lead() == id => look_alikes.renew(&view),
            Layer::History(history) if history.id() == id => history.renew(&view),
            _ => {}
        }
    }
}

/// A click while a layer is open: on a line it takes it, outside it closes.
pub(super) fn click(state: &mut State, at: Position) {
    let size = state.size;
    with_top(state, |layer, state| {
        let after = match layer {
            Layer::Palette(palette) => match palette.picker.line_at(size, at) {
                Some(true) => palette.act(state, Action::PickerAccept),
                Some(false) => After::Keep,
                None => After::Close,
            },
            Layer::Help(_)
            | Layer::History(_)
            | Layer::Today(_)
            | Layer::Messages(_)
            | Layer::LookAlikes(_)
            | Layer::Foreseen(_)
            | Layer::Searches(_) => After::Close,
            _ => After::Keep,
        };
        (after, ())
    });
}

/// Paints every layer, bottom first.
pub(super) fn paint(state: &State, painter: &mut Painter<'_>) {
    for layer in &state.layers {
        match layer {
            Layer::Palette(palette) => palette.paint(state, painter),
            Layer::Help(help) => help.paint(state, painter),
            Layer::Prompt(prompt) => prompt.paint(state, painter),
            Layer::Confirm(confirm) => confirm.paint(state, painter),
            Layer::Reasons(reasons) => reasons.paint(state, painter),
            Layer::Tags(tags) => tags.paint(state, painter),
            Layer::LookAlikes(look_alikes) => look_alikes.paint(state, painter),
            Layer::History(history) => history.paint(state, painter),
            Layer::Today(today) => today.paint(state, painter),
            Layer::Messages(messages) => messages.paint(state, painter),
            Layer::Foreseen(foreseen) => foreseen.paint(state, painter),
            Layer::Searches(searches) => searches.paint(state, painter),
            Layer::Form(form) => form.paint(state, painter),
        }
    }
}
