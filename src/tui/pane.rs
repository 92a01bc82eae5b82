//! The item beside the list: which one is shown, where the light stands, what is prefetched.

use super::pane_lines::{self, PaneLine, Setting, Stop};
use super::source_text::SourceText;
use crate::model::{AutomationId, Evidence, ItemView};
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Items kept, so that stepping back and forth asks for nothing.
const KEPT: usize = 24;

#[derive(Debug, Default)]
pub(super) struct Pane {
    views: VecDeque<(AutomationId, Arc<ItemView>)>,
    /// Asked for and not yet answered.
    pub(super) asked: HashMap<AutomationId, u64>,
    pub(super) shown: Option<Shown>,
    /// When the cursor last moved by a key, to tell a held key.
    pub(super) moved: Option<Timestamp>,
    /// While the key repeats the pane stays as it is, until then.
    pub(super) rests_until: Option<Timestamp>,
}

/// The item that is drawn, laid out for a width.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) view: Arc<ItemView>,
    pub(super) width: u16,
    pub(super) lines: Vec<PaneLine>,
    pub(super) stops: Vec<Stop>,
    pub(super) source: SourceText,
    /// Where the light stands; `None` lights all evidence alike.
    pub(super) light: Option<usize>,
    /// First line of the fields and of the source text that show.
    pub(super) fields_top: usize,
    pub(super) source_top: usize,
}

impl Shown {
    fn new(view: Arc<ItemView>, setting: &Setting<'_>) -> Self {
        let (lines, stops) = pane_lines::build(&view, setting);
        let text = view.document.as_ref().map(|document| document.readable.as_str());
        let source = SourceText::wrap(text.unwrap_or_default(), setting.width);
        let mut shown = Self {
            width: setting.width,
            lines,
            stops,
            source,
            light: None,
            fields_top: 0,
            source_top: 0,
            view,
        };
        let first = shown.view.evidence.iter().map(|e| e.span.start).min();
        shown.show_offset(first);
        shown
    }

    pub(super) fn id(&self) -> AutomationId {
        self.view.automation.id
    }

    /// Whether a piece of evidence belongs to the field that has the light.
    pub(super) fn is_lit(&self, evidence: &Evidence) -> bool {
        self.light.and_then(|at| self.stops.get(at)).is_some_and(|stop| {
            stop.field == evidence.field && stop.index.is_none_or(|index| index == evidence.index)
        })
    }

    /// Whether the stop has evidence.
    pub(super) fn has_evidence(&self, stop: &Stop) -> bool {
        self.view
            .evidence
            .iter()
            .any(|e| e.field == stop.field && stop.index.is_none_or(|index| index == e.index))
    }

    /// Moves the light by `by` stops; false at the end.
    pub(super) fn step_light(&mut self, by: isize) -> bool {
        let last = self.stops.len().saturating_sub(1);
        let next = match self.light {
            None if by > 0 => (by as usize - 1).min(last),
            None => return false,
            Some(at) => at.saturating_add_signed(by).min(last),
        };
        if self.stops.is_empty() || self.light == Some(next) {
            return false;
        }
        self.light = Some(next);
        let lit = self.view.evidence.iter().filter(|e| self.is_lit(e)).map(|e| e.span.start).min();
        if lit.is_some() {
            self.show_offset(lit);
        }
        true
    }

    /// Moves the light over `by` stops that have evidence; false where there are none further.
    pub(super) fn step_evidence(&mut self, by: isize) -> bool {
        let lit: Vec<usize> =
            (0..self.stops.len()).filter(|at| self.has_evidence(&self.stops[*at])).collect();
        let before = self.light.map_or(0, |light| lit.partition_point(|at| *at < light));
        let is_on = self.light.is_some_and(|light| lit.get(before) == Some(&light));
        // Standing between two of them, the next one is the first step already.
        let from = before as isize - isize::from(by > 0 && !is_on);
        let next = from.saturating_add(by).clamp(0, lit.len().saturating_sub(1) as isize);
        let Some(stop) = lit.get(next as usize).copied() else { return false };
        if self.light == Some(stop) || (by < 0 && self.light.is_none()) {
            return false;
        }
        self.light = None;
        self.step_light(stop as isize + 1)
    }

    /// Scrolls the source so that the byte `offset` stands a little below the top.
    fn show_offset(&mut self, offset: Option<u32>) {
        let line = offset.map_or(0, |offset| self.source.line_of(offset as usize));
        self.source_top = line.saturating_sub(2);
    }

    /// Scrolls the source by `by` lines.
    pub(super) fn scroll_source(&mut self, by: isize) -> bool {
        let before = self.source_top;
        let last = self.source.len().saturating_sub(1);
        self.source_top = self.source_top.saturating_add_signed(by).min(last);
        before != self.source_top
    }

    /// How many lines of `height` the fields take; the rest is the source's, with its rule.
    pub(super) fn fields_height(&self, height: usize) -> usize {
        if self.source.len() == 0 {
            return height;
        }
        let least_source = (height * 2 / 5).min(self.source.len()) + 1;
        self.lines.len().min(height.saturating_sub(least_source))
    }

    /// Scrolls the fields so that the light is in sight of `height` lines.
    pub(super) fn scroll_fields(&mut self, height: usize) {
        let height = self.fields_height(height).max(1);
        let line = self.light.and_then(|at| self.stops.get(at)).map_or(0, |stop| stop.line);
        let end = self
            .light
            .map_or(line, |at| self.lines.iter().rposition(|l| l.stop == Some(at)).unwrap_or(line));
        if line < self.fields_top {
            self.fields_top = line;
        } else if end >= self.fields_top + height {
            self.fields_top = end + 1 - height;
        }
        self.fields_top = self.fields_top.min(self.lines.len().saturating_sub(height));
    }
}

impl Pane {
    pub(super) fn get(&self, id: AutomationId) -> Option<&Arc<ItemView>> {
        self.views.iter().find(|(known, _)| *known == id).map(|(_, view)| view)
    }

    /// The item as it is known or, while it is asked for anew, as it is drawn.
    pub(super) fn view(&self, id: AutomationId) -> Option<&Arc<ItemView>> {
        let drawn = self.shown.as_ref().filter(|shown| shown.id() == id).map(|shown| &shown.view);
        self.get(id).or(drawn)
    }

    pub(super) fn insert(&mut self, id: AutomationId, view: Arc<ItemView>) {
        self.views.retain(|(known, _)| *known != id);
        self.views.push_front((id, view));
        self.views.truncate(KEPT);
    }

    /// Forgets `id`, so that it is asked for anew; what is drawn stays.
    pub(super) fn forget(&mut self, id: AutomationId) {
        self.views.retain(|(known, _)| *known != id);
        self.asked.remove(&id);
    }

    pub(super) fn forget_all(&mut self) {
        self.views.clear();
        self.asked.clear();
    }

    /// Whether the item still has to be asked for.
    pub(super) fn is_missing(&self, id: AutomationId) -> bool {
        self.get(id).is_none() && !self.asked.contains_key(&id)
    }

    /// Draws `id` from now on, if it is here; says whether anything changed.
    pub(super) fn show(&mut self, id: AutomationId, setting: &Setting<'_>) -> bool {
        let Some(view) = self.get(id).cloned() else { return false };
        if let Some(shown) = &self.shown {
            let is_same = Arc::ptr_eq(&shown.view, &view);
            if is_same && shown.width == setting.width {
                return false;
            }
        }
        let mut next = Shown::new(view, setting);
        // The same item, laid out anew: the light stays.
        if let Some(before) = self.shown.take().filter(|before| before.id() == id) {
            next.light = before.light.filter(|at| *at < next.stops.len());
            if before.width == setting.width {
                next.source_top = before.source_top.min(next.source.len().saturating_sub(1));
                next.fields_top = before.fields_top;
            }
        }
        self.shown = Some(next);
        true
    }
}
