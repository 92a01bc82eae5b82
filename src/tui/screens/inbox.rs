//! The Inbox: this week's candidates and the item under the cursor.

use crate::model::{Order, QueueFilter, Status};
use crate::settings::{Action, Role};
use crate::tui::layers::{Layer, prompt::Prompt};
use crate::tui::layout::{Areas, Focus};
use crate::tui::list::List;
use crate::tui::list_view::paint_advice;
use crate::tui::message::{Command, Level};
use crate::tui::paint::Painter;
use crate::tui::phrases::{counted, thousands};
use crate::tui::state::State;
use crate::tui::{filter, pane_view};
use jiff::Timestamp;
use ratatui::layout::Rect;

#[derive(Debug)]
pub(in crate::tui) struct Inbox {
    pub(in crate::tui) filter: QueueFilter,
    pub(in crate::tui) list: List,
    pub(in crate::tui) focus: Focus,
    /// Items that came since the list was loaded.
    pub(in crate::tui) news: usize,
    /// Whether more came than was counted.
    pub(in crate::tui) has_more_news: bool,
    /// Whether the reviewer did nothing here since the list was filled from empty: then what
    /// comes needs no asking, since there is no place to lose.
    pub(in crate::tui) is_untouched: bool,
    /// When the list is loaded again by itself because something came.
    pub(in crate::tui) reloads_at: Option<Timestamp>,
}

impl Inbox {
    pub(in crate::tui) fn new(filter: QueueFilter) -> Self {
        Self {
            filter,
            list: List::default(),
            focus: Focus::List,
            news: 0,
            has_more_news: false,
            is_untouched: true,
            reloads_at: None,
        }
    }
}

impl State {
    pub(in crate::tui) fn load_inbox(&mut self) {
        let generation = self.next_number();
        self.inbox.list.asked = generation;
        let filter = self.inbox.filter.clone();
        self.out.push(Command::LoadQueue { generation, filter });
        self.is_dirty = true;
    }

    /// Puts another filter in force.
    pub(in crate::tui) fn set_filter(&mut self, filter: QueueFilter) {
        if self.inbox.filter != filter {
            self.inbox.filter = filter;
            self.inbox.list.range = None;
            self.inbox.list.ask_anew();
            self.load_inbox();
            self.touch();
        }
    }

    pub(in crate::tui) fn clear_filter(&mut self) {
        let cleared = filter::parse("", &self.inbox.filter);
        self.set_filter(cleared);
        self.tell(Level::Info, "filter cleared");
    }

    pub(in crate::tui) fn act_in_inbox(&mut self, action: Action, count: Option<u32>) {
        let mut filter = self.inbox.filter.clone();
        match action {
            Action::Claim => {
                let count = count.and_then(|count| usize::try_from(count).ok());
                let holds_some = self.holds_claims();
                return self.out.push(Command::Claim { filter, count, holds_some });
            }
            Action::Filter => {
                let text = self.shown_filter();
                return self.open(Layer::Prompt(Prompt::filter(&text, filter)));
            }
            Action::NextOrder => {
                let at = Order::ALL.iter().position(|order| *order == filter.order).unwrap_or(0);
                let next = Order::ALL[(at + 1) % Order::ALL.len()];
                return self.set_order(next);
            }
            Action::NextStatus => {
                filter.status = match filter.status {
                    Some(Status::Inbox) => Some(Status::Deferred),
                    Some(Status::Deferred) => Some(Status::Approved),
                    Some(Status::Approved) => Some(Status::Rejected),
                    Some(Status::Rejected) => None,
                    Some(Status::Merged) | None => Some(Status::Inbox),
                };
                let said = filter.status.map_or("every status", Status::name);
                self.tell(Level::Info, format!("showing: {said}"));
            }
            _ => {
                filter.folds_duplicates = !filter.folds_duplicates;
                let said =
                    if filter.folds_duplicates { "folded behind the first" } else { "shown" };
                self.tell(Level::Info, format!("look-alikes {said}"));
            }
        }
        self.set_filter(filter);
    }

    pub(in crate::tui) fn set_order(&mut self, order: Order) {
        self.inbox.list.want_top();
        let said = match order {
            Order::Worth => "most worth a look first",
            Order::Uncertain => "most uncertain first",
            Order::Newest => "newest first",
            Order::Source => "by source",
            Order::Cluster => "look-alikes together",
        };
        self.tell(Level::Info, format!("order: {said}"));
        self.set_filter(QueueFilter { order, ..self.inbox.filter.clone() });
    }

    pub(in crate::tui) fn paint_inbox(&self, painter: &mut Painter<'_>, areas: &Areas) {
        self.paint_inbox_status(painter, areas.status);
        if let Some(area) = areas.list {
            self.paint_inbox_list(painter, area);
        }
        self.paint_divided_pane(painter, areas);
    }

    /// The divider and the item, where there is room for them.
    pub(in crate::tui) fn paint_divided_pane(&self, painter: &mut Painter<'_>, areas: &Areas) {
        if let Some(divider) = areas.divider {
            painter.upright(divider.x, divider.top(), divider.bottom());
        }
        let Some(area) = areas.pane else { return };
        match &self.pane.shown {
            Some(shown) => {
                let has_focus = self.focus() == Focus::Pane;
                pane_view::paint(painter, area, shown, self.now, self.terms(), has_focus);
            }
            None if self.current_id().is_some() => {
                painter.text(area.x, area.y, area.width, "…", Role::Dim);
            }
            None => {}
        }
    }

    fn paint_inbox_status(&self, painter: &mut Painter<'_>, area: Rect) {
        let dot = if painter.is_plain { ", " } else { " · " };
        let mut x = area.x + 1;
        let end = area.right().saturating_sub(1);
        let order = self.inbox.filter.order.name();
        let order =
            if painter.is_plain { format!("order {order}") } else { format!("{order} ▾") };
        x = painter.text(x, area.y, end.saturating_sub(x), &order, Role::Accent) + 2;
        let filter = self.shown_filter();
        if !filter.is_empty() {
            let room = end.saturating_sub(x).min(area.width / 2);
            x = painter.text(x, area.y, room, &format!("/{filter}"), Role::Match) + 2;
        }
        let list = &self.inbox.list;
        let mut parts = Vec::new();
        let marked = list.marked_count();
        if marked > 0 {
            let hidden = match list.marks.hidden_count() {
                0 => String::new(),
                hidden => format!(" ({} out of sight)", thousands(hidden as u64)),
            };
            parts.push(format!("{} marked{hidden}", thousands(marked as u64)));
        }
        if list.range.is_some() {
            parts.push("range".to_owned());
        }
        let left = list.ids.len() as u64;
        parts.push(format!("{} here", thousands(left)));
        if let Some(counts) = self.counts {
            parts.push(format!("{} done today", thousands(counts.done_today)));
        }
        parts.extend(self.company_words());
        parts.extend(self.writes.pace(self.now).map(|pace| format!("{pace}/min")));
        let key = self.keymap.shown_key(Action::Refresh);
        match (self.inbox.news, self.inbox.has_more_news) {
            (0, false) => {}
            (0, true) => parts.push(format!("new items, {key}")),
            (news, is_more) => {
                let more = if is_more { "+" } else { "" };
                parts.push(format!("{}{more} new, {key}", thousands(news as u64)));
            }
        }
        painter.text(x, area.y, end.saturating_sub(x), &parts.join(dot), Role::Dim);
    }

    fn paint_inbox_list(&self, painter: &mut Painter<'_>, area: Rect) {
        let list = &self.inbox.list;
        if list.ids.is_empty() {
            return paint_advice(painter, area, &self.empty_inbox());
        }
        let has_focus = self.inbox.focus == Focus::List;
        self.list_view(list, has_focus, true).paint(painter, area);
    }

    /// Never an empty screen without the next step on it.
    fn empty_inbox(&self) -> String {
        let key = |action| self.keymap.shown_key(action);
        if !self.inbox.list.is_loaded {
            "loading …".to_owned()
        } else if self.shown_filter().is_empty() {
            let done = self.counts.map_or(0, |counts| counts.done_today);
            let praise = match done {
                0 => "The inbox is empty.".to_owned(),
                done => {
                    format!("The inbox is empty: {} done today.", counted(done as usize, "item"))
                }
            };
            format!(
                "{praise} {} opens the Pipeline to gather more, {} shows what was deferred or decided, {} opens the Library.",
                key(Action::GoPipeline),
                key(Action::NextStatus),
                key(Action::GoLibrary)
            )
        } else {
            format!(
                "Nothing fits the filter. {} clears it, {} changes it.",
                key(Action::Clear),
                key(Action::Filter)
            )
        }
    }
}
