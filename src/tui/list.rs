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
    /// The newest question what is similar.
    pub(super) asked_similar: Generation,
    pub(super) is_loaded: bool,
    /// Where the cursor should land when the ids come.
    wanted: Vec<AutomationId>,
    /// Whether the next answer is to another question, so that what it lacks is only out of sight.
    is_asked_anew: bool,
}

/// Marked ids; everything in the list but `set` when `is_inverted`.
#[derive(Debug, Default, Clone)]
pub(super) struct Marks {
    is_inverted: bool,
    set: HashSet<AutomationId>,
    /// Those of `set` that the list does not show, by id.
    hidden: Vec<AutomationId>,
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

    /// Marks all in the list, which are `ids`; what is marked out of sight stays so.
    pub(super) fn mark_all(&mut self, ids: &[AutomationId]) {
        if self.hidden.is_empty() {
            self.is_inverted = true;
            self.set.clear();
        } else {
            self.set.extend(ids);
        }
    }

    /// How many are marked that the list does not show.
    pub(super) fn hidden_count(&self) -> usize {
        self.hidden.len()
    }

    /// Forgets marks out of sight: those of `ids`, or all where none is named.
    pub(super) fn forget_hidden(&mut self, ids: &[AutomationId]) {
        let is_meant = |id: &AutomationId| ids.is_empty() || ids.contains(id);
        for id in self.hidden.extract_if(.., |id| is_meant(id)) {
            self.set.remove(&id);
        }
    }

    /// Takes in that the list shows `ids` instead of `before`.
    fn settle(&mut self, before: &[AutomationId], ids: &[AutomationId], is_asked_anew: bool) {
        if self.is_inverted || self.set.is_empty() {
            return;
        }
        let marked_in = |ids: &[AutomationId]| -> HashSet<AutomationId> {
            ids.iter().filter(|id| self.set.contains(id)).copied().collect()
        };
        let shown = marked_in(ids);
        if !is_asked_anew {
            // It was here and is no more: somebody decided on it.
            let gone = marked_in(before);
            self.set.retain(|id| shown.contains(id) || !gone.contains(id));
        }
        self.hidden = self.set.difference(&shown).copied().collect();
        self.hidden.sort_unstable();
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

    /// Notes that the next answer is to another question: marks stay, by id, in sight or not.
    pub(super) fn ask_anew(&mut self) {
        if self.marks.is_inverted {
            let set = self.ids.iter().filter(|id| self.marks.contains(**id)).copied().collect();
            self.marks = Marks { set, ..Marks::default() };
        }
        self.is_asked_anew = true;
    }

    /// Puts the cursor on the first line when the next answer comes.
    pub(super) fn want_top(&mut self) {
        self.ask_anew();
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
        if !self.is_loaded {
            // Marks of an earlier session, of which nobody knows what became meanwhile.
            self.marks.set.retain(|id| ids.contains(id));
        }
        self.marks.settle(&self.ids, &ids, std::mem::take(&mut self.is_asked_anew));
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

    /// The marked items in the order of the list, then those out of sight; or the one under the
    /// cursor.
    pub(super) fn chosen(&self) -> Vec<AutomationId> {
        if self.marked_count() == 0 {
            return self.current().into_iter().collect();
        }
        let shown = (0..self.ids.len()).filter(|line| self.is_marked(*line));
        shown.map(|line| self.ids[line]).chain(self.marks.hidden.iter().copied()).collect()
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
        list.marks.mark_all(&[]);
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

    #[test]
    fn marks_stay_while_another_filter_hides_their_items() {
        let mut list = list(0..10);
        list.marks.set(AutomationId(2), true);
        list.marks.set(AutomationId(7), true);
        list.ask_anew();
        renew(&mut list, 5..10);
        assert_eq!((list.marked_count(), list.marks.hidden_count()), (2, 1));
        assert_eq!(list.chosen(), [AutomationId(7), AutomationId(2)]);
        // Loaded again, the same filter shows the same: what is hidden stays, what is gone goes.
        renew(&mut list, 8..10);
        assert_eq!(list.chosen(), [AutomationId(2)]);
        list.ask_anew();
        renew(&mut list, 0..10);
        assert_eq!((list.marked_count(), list.marks.hidden_count()), (1, 0));
        list.ask_anew();
        renew(&mut list, 5..10);
        list.marks.forget_hidden(&[AutomationId(2)]);
        assert_eq!(list.marked_count(), 0);
    }

    #[test]
    fn marking_all_marks_what_the_filter_showed_then_and_no_more() {
        let mut list = list(0..10);
        list.marks.mark_all(&list.ids.clone());
        list.ask_anew();
        renew(&mut list, 5..20);
        assert_eq!((list.marked_count(), list.marks.hidden_count()), (10, 5));
        assert!(list.is_marked(4) && !list.is_marked(5));
    }
}
