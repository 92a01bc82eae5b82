//! Why items are rejected: the usual reasons, or words of one's own.

use super::After;
use super::frame::{on_panel, panel};
use super::picker::Picker;
use crate::model::{AutomationId, Rejection};
use crate::settings::{Action, Key, Role};
use crate::text::sanitize_line;
use crate::tui::message::Level;
use crate::tui::paint::Painter;
use crate::tui::phrases::counted;
use crate::tui::state::State;

/// Columns of the reasons' names.
const NAME: u16 = 19;

#[derive(Debug)]
pub(in crate::tui) struct Reasons {
    ids: Vec<AutomationId>,
    picker: Picker,
}

impl Reasons {
    pub(in crate::tui) fn new(ids: Vec<AutomationId>) -> Self {
        let names = Rejection::ALL.iter().map(|usual| usual.name().to_owned());
        Self { ids, picker: Picker::new(names.collect()) }
    }

    /// What is typed, where it is no usual reason's name.
    fn own_words(&self) -> Option<String> {
        let typed = Rejection::kept(&sanitize_line(&self.picker.query()));
        (!typed.is_empty() && Rejection::from_name(&typed).is_none()).then_some(typed)
    }

    /// Finds anew; the last line takes what is typed as it stands.
    fn refind(&mut self) {
        self.picker.refind();
        if self.own_words().is_some() {
            self.picker.found.push(Rejection::ALL.len());
        }
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        let before = self.picker.query();
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
            Action::PickerAccept => {
                let Some(at) = self.picker.current() else {
                    state.tell(Level::Info, "choose a reason, or type your own");
                    return After::Keep;
                };
                let usual = Rejection::ALL.get(at).map(|usual| usual.name().to_owned());
                state.reject_with(std::mem::take(&mut self.ids), usual.or(self.own_words()));
                After::Close
            }
            Action::PickerCancel => After::Close,
            action if self.picker.act(action) => After::Keep,
            _ => After::Pass,
        }
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let title = match self.ids.len() {
            0 | 1 => "reject because".to_owned(),
            n => format!("reject {} because", counted(n, "item")),
        };
        let size = (72, Rejection::ALL.len() as u16 + 3);
        let body = panel(painter, state.size, size, &title, "or type your own reason");
        self.picker.paint(painter, body, "type your own reason", |painter, area, at| {
            let Some(usual) = Rejection::ALL.get(at) else {
                let words = format!("“{}”", self.own_words().unwrap_or_default());
                let style = on_panel(painter.theme, Role::Accent);
                painter.styled(area.x, area.y, area.width, &words, style);
                return;
            };
            let style = on_panel(painter.theme, Role::Text);
            painter.styled(area.x, area.y, NAME, usual.name(), style);
            let style = on_panel(painter.theme, Role::Dim);
            let room = area.width.saturating_sub(NAME);
            painter.styled(area.x + NAME, area.y, room, usual.about(), style);
        });
    }
}
