//! The tour of a first session: five hints in the footer of the Inbox, each until it was followed.

use super::message::Level;
use super::paint::Painter;
use super::session::Screen;
use super::state::State;
use crate::settings::{Action, Role};
use ratatui::layout::Rect;

/// A hint: the actions that follow it, and what it says after their keys.
struct Step {
    actions: &'static [Action],
    /// The actions whose keys are named, in order.
    named: &'static [Action],
    says: &'static str,
}

const STEPS: [Step; 5] = [
    Step {
        actions: &[Action::Down, Action::Up],
        named: &[Action::Down, Action::Up],
        says: "move through the queue; what is most worth a look stands first",
    },
    Step {
        actions: &[Action::Approve, Action::Reject, Action::RejectWithReason, Action::Defer],
        named: &[Action::Approve, Action::Reject, Action::Defer],
        says: "approve, reject, or put away for a week",
    },
    Step {
        actions: &[Action::Undo],
        named: &[Action::Undo],
        says: "takes your last decision back, today or tomorrow",
    },
    Step {
        actions: &[Action::Filter],
        named: &[Action::Filter],
        says: "narrows the queue by words, or by function: tool: source:",
    },
    Step {
        actions: &[Action::Palette, Action::Help],
        named: &[Action::Palette, Action::Help],
        says: "find any action, and show the keys that work here",
    },
];

impl State {
    /// Goes on with the tour where `action` follows its hint, or the one after it.
    pub(super) fn tour_saw(&mut self, action: Action) {
        let Some(at) = self.shown_step() else { return };
        let ahead = STEPS.iter().enumerate().skip(at).take(2);
        let followed = ahead.rev().find(|(_, step)| step.actions.contains(&action));
        let Some((followed, _)) = followed else { return };
        self.tour = u8::try_from(followed + 1).ok().filter(|next| usize::from(*next) < STEPS.len());
        if self.tour.is_none() {
            self.tell(Level::Done, "that was the tour: everything else is in the palette");
        }
        self.touch();
    }

    /// Ends the tour; false where there is none.
    pub(super) fn end_tour(&mut self) -> bool {
        let had_one = self.shown_step().is_some() && self.tour.take().is_some();
        if had_one {
            let key = self.keymap.shown_key(Action::Help);
            self.tell(Level::Info, format!("the tour is over; {key} shows the keys at any time"));
            self.touch();
        }
        had_one
    }

    /// The step whose hint shows here.
    fn shown_step(&self) -> Option<usize> {
        let is_here = self.screen == Screen::Inbox && self.layers.is_empty();
        let has_items = !self.shows_welcome() && !self.inbox.list.ids.is_empty();
        let at = usize::from(self.tour?);
        (is_here && has_items && at < STEPS.len()).then_some(at)
    }

    /// Paints the hint over the footer; false where there is none.
    pub(super) fn paint_tour(&self, painter: &mut Painter<'_>, area: Rect) -> bool {
        let Some(at) = self.shown_step() else { return false };
        painter.fill(area, Role::Info);
        let end = area.right().saturating_sub(1);
        let last = format!("{} ends the tour", self.keymap.shown_key(Action::Clear));
        let last_width = super::paint::columns(&last);
        let step = &STEPS[at];
        let keys: Vec<String> =
            step.named.iter().map(|action| self.keymap.shown_key(*action)).collect();
        let text = format!("{} of {}  {}  {}", at + 1, STEPS.len(), keys.join(" "), step.says);
        let room = end.saturating_sub(area.x + 1);
        let has_room = super::paint::columns(&text) + last_width + 2 <= room;
        painter.text(area.x + 1, area.y, room, &text, Role::Info);
        if has_room {
            painter.right(end, area.y, last_width, &last, Role::Info);
        }
        true
    }
}
