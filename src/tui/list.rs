//! A list of any length: a cursor, a window, marks. Only the window is ever looked at.

use super::message::Generation;
use crate::model::AutomationId;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// How many ids after the cursor are remembered, to stay near where it was.
const FOLLOWERS: usize = 32;

#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) ids: Arc<[AutomationId]>,
    pub(super) cursor: usize,
    /// The first visible line.
    pub(super) top: usize,
    pub(super) marks: Marks,
    /// Where a range of marks began.
    pub(super) range: Option<usize>,
    /// The newest question whose answer fills it.
    pub(super) asked: Generation,
    pub(super) is_loaded: bool,
    /// Where the cursor should land when the ids come.
    wanted: Vec<AutomationId>,
}

/// Marked ids; everything in the list but `set` when `is_inverted`.
#[derive(Debug, Default, Clone)]
pub(super) struct Marks {
    is_inverted: bool,
    set: HashSet<AutomationId>,
}

impl Marks {
    pub(super) fn contains(&self, id: AutomationId) -> bool {
        self.is_inverted != self.set.contains(&id)
    }

    pub(super) fn set(&mut self, id: AutomationId, is_marked: bool) {
        if is_marked == self.is_inverted {
            self.set.remove(&id);
        } else {
            self.set.insert(id);
        }
    }

    pub(super) fn count(&self, of: usize) -> usize {
        if self.is_inverted { of.saturating_sub(self.set.len()) } else { self.set.len() }
    }

    pub(super) fn mark_all(&mut self) {
        self.is_inverted = true;
        self.set.clear();
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl List {
    pub(super) fn current(&self) -> Option<AutomationId> {
        self.ids.get(self.cursor).copied()
    }

    /// The item under the cursor and some that follow.
    pub(super) fn place(&self) -> Vec<AutomationId> {
        if self.ids.is_empty() {
            return self.wanted.clone();
        }
        self.ids.iter().skip(self.cursor).take(FOLLOWERS).copied().collect()
    }

    /// Asks that the cursor land on the first of `place` that the next answer holds.
    pub(super) fn want(&mut self, place: Vec<AutomationId>) {
        self.wanted = place;
    }

    /// Puts the cursor on the first line when the next answer comes.
    pub(super) fn want_top(&mut self) {
        self.wanted.clear();
        self.ids = Arc::default();
        self.cursor = 0;
        self.top = 0;
    }

    /// Takes new ids; the cursor stays by id, else with the nearest that followed, else by line.
    pub(super) fn replace(&mut self, ids: Arc<[AutomationId]>) {
        let place =
            if self.wanted.is_empty() { self.place() } else { std::mem::take(&mut self.wanted) };
        let line = self.cursor.saturating_sub(self.top);
        let mut best: Option<(usize, usize)> = None;
        if !place.is_empty() {
            for (at, id) in ids.iter().enumerate() {
                let rank = place.iter().position(|wanted| wanted == id);
                if let Some(rank) = rank.filter(|rank| best.is_none_or(|(least, _)| *rank < least))
                {
                    best = Some((rank, at));
                    if rank == 0 {
                        break;
                    }
                }
            }
        }
        let last = ids.len().saturating_sub(1);
        self.cursor = best.map_or(self.cursor, |(_, at)| at).min(last);
        self.top = self.cursor.saturating_sub(line);
        if self.ids.len() != ids.len() || self.marks.is_inverted {
            self.range = None;
        }
        if !self.marks.is_inverted && !self.marks.set.is_empty() {
            let present: HashSet<_> =
                ids.iter().filter(|id| self.marks.set.contains(id)).copied().collect();
            self.marks.set = present;
        }
        self.ids = ids;
        self.is_loaded = true;
    }

    pub(super) fn go_to(&mut self, line: usize) {
        self.cursor = line.min(self.ids.len().saturating_sub(1));
    }

    /// Moves by `by` lines; false where there is nowhere to go.
    pub(super) fn step(&mut self, by: isize) -> bool {
        let before = self.cursor;
        self.go_to(self.cursor.saturating_add_signed(by));
        self.cursor != before
    }

    /// Brings the cursor into a window of `height` lines. Leaving it at an edge moves the window
    /// by half, so that most key presses scroll nothing.
    pub(super) fn scroll(&mut self, height: usize) {
        let height = height.max(1);
        if self.cursor < self.top || self.cursor >= self.top + height {
            let is_near = self.cursor + 2 >= self.top && self.cursor <= self.top + height + 1;
            let half = height / 2;
            self.top = if is_near && self.cursor < self.top {
                (self.cursor + 1 + half).saturating_sub(height)
            } else {
                self.cursor.saturating_sub(half)
            };
        }
        self.top = self.top.min(self.ids.len().saturating_sub(height));
    }

    /// The lines of a window of `height` lines, and `more` screens around it.
    pub(super) fn window(&self, height: usize, more: usize) -> Range<usize> {
        let start = self.top.saturating_sub(height * more);
        start..(self.top + height * (more + 1)).min(self.ids.len())
    }

    /// The lines of the range being marked, cursor included.
    pub(super) fn ranged(&self) -> Option<Range<usize>> {
        let start = self.range?;
        Some(start.min(self.cursor)..start.max(self.cursor) + 1)
    }

    pub(super) fn is_marked(&self, line: usize) -> bool {
        let in_range = self.ranged().is_some_and(|range| range.contains(&line));
        in_range || self.ids.get(line).is_some_and(|id| self.marks.contains(*id))
    }

    /// Turns the range into marks.
    pub(super) fn settle_range(&mut self) {
        for line in self.ranged().into_iter().flatten() {
            if let Some(id) = self.ids.get(line) {
                self.marks.set(*id, true);
            }
        }
        self.range = None;
    }

    pub(super) fn marked_count(&self) -> usize {
        let ranged = self.ranged().map_or(0, |range| {
            range
                .filter(|line| self.ids.get(*line).is_some_and(|id| !self.marks.contains(*id)))
                .count()
        });
        self.marks.count(self.ids.len()) + ranged
    }

    /// The marked items in the order of the list, or the one under the cursor.
    pub(super) fn chosen(&self) -> Vec<AutomationId> {
        if self.marked_count() == 0 {
            return self.current().into_iter().collect();
        }
        (0..self.ids.len())
            .filter(|line| self.is_marked(*line))
            .map(|line| self.ids[line])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ids: impl IntoIterator<Item = i64>) -> List {
        let mut list = List::default();
        list.replace(ids.into_iter().map(AutomationId).collect());
        list
    }

    fn renew(list: &mut List, ids: impl IntoIterator<Item = i64>) {
        list.replace(ids.into_iter().map(AutomationId).collect());
    }

    #[test]
    fn the_cursor_stays_on_its_item_when_the_list_is_loaded_again() {
        let mut list = list(0..100);
        list.go_to(40);
        renew(&mut list, (20..100).rev());
        assert_eq!(list.current(), Some(AutomationId(40)));
    }

    #[test]
    fn the_cursor_goes_to_the_next_that_is_left_when_its_item_is_gone() {
        let mut list = list(0..100);
        list.go_to(40);
        renew(&mut list, (0..100).filter(|id| !(38..45).contains(id)));
        assert_eq!(list.current(), Some(AutomationId(45)));
        renew(&mut list, 0..3);
        assert_eq!(list.current(), Some(AutomationId(2)));
        renew(&mut list, []);
        assert_eq!(list.current(), None);
    }

    #[test]
    fn leaving_the_window_moves_it_by_half() {
        let mut list = list(0..100);
        for _ in 0..10 {
            list.step(1);
            list.scroll(10);
        }
        assert_eq!((list.cursor, list.top), (10, 5));
        for _ in 0..6 {
            list.step(-1);
            list.scroll(10);
        }
        assert_eq!((list.cursor, list.top), (4, 0));
        list.go_to(99);
        list.scroll(10);
        assert_eq!(list.top, 90);
    }

    #[test]
    fn marking_all_costs_nothing_and_one_can_be_taken_out() {
        let mut list = list(0..100_000);
        list.marks.mark_all();
        list.marks.set(AutomationId(5), false);
        assert_eq!(list.marked_count(), 99_999);
        assert!(!list.is_marked(5) && list.is_marked(6));
    }

    #[test]
    fn a_range_goes_from_its_start_to_the_cursor() {
        let mut list = list(0..10);
        list.go_to(6);
        list.range = Some(6);
        list.go_to(3);
        assert_eq!(list.marked_count(), 4);
        list.settle_range();
        assert_eq!(list.chosen(), (3..=6).map(AutomationId).collect::<Vec<_>>());
    }

    #[test]
    fn marks_of_items_that_are_gone_are_forgotten() {
        let mut list = list(0..10);
        list.marks.set(AutomationId(2), true);
        list.marks.set(AutomationId(3), true);
        renew(&mut list, 3..10);
        assert_eq!(list.marked_count(), 1);
    }
}
