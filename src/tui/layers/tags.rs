//! Tags of the chosen items: fuzzy over those in use, a new one where nothing fits.

use super::confirm::{Confirm, Then};
use super::frame::{on_panel, panel};
use super::picker::Picker;
use super::{After, Layer};
use crate::model::{AutomationId, normal_tags};
use crate::settings::{Action, Key, Role};
use crate::text::sanitize_line;
use crate::tui::message::Level;
use crate::tui::paint::Painter;
use crate::tui::phrases::{counted, thousands};
use crate::tui::state::State;
use std::collections::BTreeMap;

/// Tagging more items than this asks first.
const ASK_ABOVE: usize = 10;

#[derive(Debug)]
pub(in crate::tui) struct Tags {
    ids: Vec<AutomationId>,
    /// What the item has (nothing is known of several).
    has: Vec<String>,
    /// What was toggled: to be added (`true`) or removed.
    wanted: BTreeMap<String, bool>,
    /// Every line: a tag and how often it is used.
    known: Vec<(String, u64)>,
    /// What items like this one have, most used first.
    suggested: Vec<String>,
    picker: Picker,
}

impl Tags {
    pub(in crate::tui) fn new(
        ids: Vec<AutomationId>,
        has: Vec<String>,
        known: &[(String, u64)],
    ) -> Self {
        let mut tags = Self {
            ids,
            has,
            wanted: BTreeMap::new(),
            known: Vec::new(),
            suggested: Vec::new(),
            picker: Picker::default(),
        };
        tags.offer(known);
        tags
    }

    /// Takes what items like the one chosen have, unless something is chosen or typed already:
    /// nothing moves under a hand.
    pub(super) fn suggest(
        &mut self,
        id: AutomationId,
        suggested: &[String],
        known: &[(String, u64)],
    ) {
        let is_touched = !self.wanted.is_empty() || !self.picker.query().is_empty();
        if self.ids != [id] || is_touched || self.picker.cursor > 0 {
            return;
        }
        self.suggested = suggested.to_vec();
        self.offer(known);
    }

    /// Takes the tags in use; those of the item stand first, then those that are suggested.
    pub(in crate::tui) fn offer(&mut self, known: &[(String, u64)]) {
        let count = |tag: &str| known.iter().find(|(t, _)| t == tag).map_or(0, |(_, n)| *n);
        let first = self.has.iter().chain(&self.suggested);
        let mut all: Vec<(String, u64)> = first.map(|tag| (tag.clone(), count(tag))).collect();
        let is_first = |tag: &String| self.has.contains(tag) || self.suggested.contains(tag);
        all.extend(known.iter().filter(|(tag, _)| !is_first(tag)).cloned());
        self.known = all;
        self.picker.set_texts(self.known.iter().map(|(tag, _)| tag.clone()).collect());
    }

    /// The tag that is typed, in its normal form, where there is none like it.
    fn new_tag(&self) -> Option<String> {
        let tag = normal_tags(vec![sanitize_line(&self.picker.query()).into_owned()]).pop()?;
        (!self.known.iter().any(|(known, _)| *known == tag)).then_some(tag)
    }

    /// Finds anew; where the typed tag is not in use, the last line creates it.
    fn refind(&mut self) {
        self.picker.refind();
        if self.new_tag().is_some() {
            self.picker.found.push(self.known.len());
        }
    }

    fn is_on(&self, tag: &str) -> bool {
        self.wanted.get(tag).copied().unwrap_or_else(|| self.has.iter().any(|has| has == tag))
    }

    fn toggle(&mut self) {
        let current = self.picker.current().and_then(|at| self.known.get(at));
        let current = current.map(|(tag, _)| tag.clone());
        let tag = match (current, self.new_tag()) {
            (Some(tag), _) => tag,
            (None, Some(tag)) => {
                self.known.insert(0, (tag.clone(), 0));
                tag
            }
            (None, None) => return,
        };
        let is_on = self.is_on(&tag);
        self.wanted.insert(tag, !is_on);
        self.picker.input.set("");
        let texts = self.known.iter().map(|(tag, _)| tag.clone()).collect();
        let cursor = self.picker.cursor;
        self.picker.set_texts(texts);
        self.picker.cursor = cursor.min(self.picker.found.len().saturating_sub(1));
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        let before = self.picker.query();
        // Within a name a blank is a blank; before one it ticks the line.
        if key == Key::char(' ') && before.is_empty() {
            self.toggle();
            return true;
        }
        let is_of_use = self.picker.key(key);
        if self.picker.query() != before {
            self.refind();
        }
        is_of_use
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.picker.paste(text);
        self.refind();
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        match action {
            Action::ToggleTag => {
                self.toggle();
                After::Keep
            }
            Action::PickerAccept => {
                // What is typed or chosen by typing is meant, even if it was not toggled.
                if !self.picker.query().trim().is_empty() {
                    self.toggle();
                }
                self.apply(state);
                After::Close
            }
            Action::PickerCancel => After::Close,
            action if self.picker.act(action) => After::Keep,
            _ => After::Pass,
        }
    }

    fn apply(&self, state: &mut State) {
        let changed = |to: bool| {
            let changes = self.wanted.iter().filter(|(tag, is_on)| {
                **is_on == to && (self.has.contains(*tag) != to || self.ids.len() > 1)
            });
            changes.map(|(tag, _)| tag.clone()).collect::<Vec<_>>()
        };
        let (add, remove) = (changed(true), changed(false));
        if add.is_empty() && remove.is_empty() {
            return state.tell(Level::Info, "tags are as they were");
        }
        let ids = self.ids.clone();
        if ids.len() > ASK_ABOVE {
            let what = format!("set tags of {}", counted(ids.len(), "item"));
            state.open(Layer::Confirm(Confirm::new(what, Then::Tags { ids, add, remove })));
        } else {
            state.set_tags(ids, add, remove);
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let hint = match self.ids.len() {
            0 | 1 => format!("{} toggles, Enter saves", state.keymap.shown_key(Action::ToggleTag)),
            n => counted(n, "item"),
        };
        let body = panel(painter, state.size, (44, 14), "tags", &hint);
        self.picker.paint(painter, body, "no tags yet: type one", |painter, area, at| {
            let Some((tag, count)) = self.known.get(at) else {
                let tag = self.new_tag().unwrap_or_default();
                let style = on_panel(painter.theme, Role::Accent);
                painter.styled(area.x, area.y, area.width, &format!("+ new tag “{tag}”"), style);
                return;
            };
            let glyph = match (self.is_on(tag), painter.is_plain) {
                (true, false) => "✓",
                (true, true) => "x",
                (false, _) => " ",
            };
            let style = on_panel(painter.theme, Role::Approved);
            painter.styled(area.x, area.y, 1, glyph, style);
            let style = on_panel(painter.theme, Role::Text);
            painter.styled(area.x + 2, area.y, area.width - 9, &sanitize_line(tag), style);
            let count = if *count == 0 { String::new() } else { thousands(*count) };
            let style = on_panel(painter.theme, Role::Dim);
            let width = crate::tui::paint::columns(&count);
            painter.styled(area.right() - width, area.y, width, &count, style);
        });
    }
}
