//! After each event: windows in place, their rows asked for, the pane on the cursor's item.

use super::message::Command;
use super::pane_lines::Setting;
use super::session::Screen;
use super::state::State;
use crate::model::AutomationId;
use jiff::SignedDuration;

/// Cursor moves nearer to each other than this come from a key that is held down.
const REPEAT: SignedDuration = SignedDuration::from_millis(120);

/// The longest line that reads well, in columns.
const MEASURE: u16 = 84;

impl State {
    pub(super) fn settle(&mut self) {
        let height = self.list_height();
        let Some(list) = self.list_mut() else { return };
        list.scroll(height);
        self.fetch_rows(height);
        if self.screen == Screen::Duplicates {
            self.settle_group();
        } else {
            self.settle_pane();
        }
    }

    fn fetch_rows(&mut self, height: usize) {
        let Some(list) = self.list() else { return };
        let window = list.window(height, 2);
        let ids: Vec<AutomationId> = list.ids.get(window).unwrap_or_default().to_vec();
        let missing = self.rows.missing(&ids);
        if !missing.is_empty() {
            self.out.push(Command::LoadRows(missing));
            self.rows.trim(ids.iter());
        }
    }

    /// Notes that a key moved the cursor: while it repeats, the pane rests.
    pub(super) fn moved(&mut self) {
        let is_repeat = self.pane.moved.is_some_and(|at| self.now.duration_since(at) < REPEAT);
        self.pane.moved = Some(self.now);
        self.pane.rests_until = is_repeat.then(|| self.now + REPEAT);
        self.is_dirty = true;
        self.touch();
    }

    fn settle_pane(&mut self) {
        let areas = self.areas();
        let Some(id) = self.current_id() else {
            if self.list().is_some_and(|list| list.is_loaded) && self.pane.shown.take().is_some() {
                self.is_dirty = true;
            }
            return;
        };
        if self.pane.rests_until.is_some() {
            return;
        }
        let width = areas.pane.map_or(self.size.0.saturating_sub(2), |pane| pane.width);
        let width = width.min(MEASURE);
        let setting =
            Setting { width, now: self.now, keymap: &self.keymap, is_plain: self.is_plain };
        self.is_dirty |= self.pane.show(id, &setting);
        let height =
            usize::from(areas.pane.map_or(self.size.1.saturating_sub(4), |pane| pane.height));
        if let Some(shown) = &mut self.pane.shown {
            shown.scroll_fields(height);
        }
        for wanted in self.neighbourhood() {
            if self.pane.is_missing(wanted) && !self.rows.is_gone(wanted) {
                self.ask_item(wanted);
            }
        }
    }

    /// The item under the cursor, and, once it is here, those before and after it.
    fn neighbourhood(&self) -> Vec<AutomationId> {
        let Some(list) = self.list() else { return Vec::new() };
        let Some(id) = list.current() else { return Vec::new() };
        if self.pane.get(id).is_none() {
            return vec![id];
        }
        let at = |line: Option<usize>| line.and_then(|line| list.ids.get(line)).copied();
        let next = at(list.cursor.checked_add(1));
        next.into_iter().chain(at(list.cursor.checked_sub(1))).collect()
    }

    pub(super) fn ask_item(&mut self, id: AutomationId) {
        let generation = self.next_number();
        self.pane.asked.insert(id, generation);
        self.out.push(Command::LoadItem { generation, id });
    }

    /// Loads rows and item anew where others wrote them, without moving anything.
    pub(super) fn refresh_items(&mut self, ids: &[AutomationId]) {
        let stale = self.rows.stale(ids);
        if !stale.is_empty() {
            self.out.push(Command::LoadRows(stale));
        }
        for id in ids {
            self.pane.forget(*id);
        }
    }
}
