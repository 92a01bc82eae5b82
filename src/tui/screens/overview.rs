//! The Overview: what was approved, found, spent and decided, as charts with their numbers.

mod panels;

use crate::settings::Role;
use crate::tui::layout::Areas;
use crate::tui::list_view::paint_advice;
use crate::tui::message::{Command, OverviewView};
use crate::tui::paint::Painter;
use crate::tui::phrases::{counted, thousands};
use crate::tui::sheet::{self, Panel};
use crate::tui::state::State;
use jiff::Timestamp;
use std::sync::Arc;

/// Least columns for two and for three columns of panels.
const TWO_COLUMNS: u16 = 100;
const THREE_COLUMNS: u16 = 150;

#[derive(Debug, Default)]
pub(in crate::tui) struct Overview {
    view: Option<Arc<OverviewView>>,
    asked: u64,
    pub(in crate::tui) top: usize,
    /// When the figures are worked out anew, since something was written.
    pub(in crate::tui) reloads_at: Option<Timestamp>,
}

impl State {
    pub(in crate::tui) fn load_overview(&mut self) {
        let generation = self.next_number();
        self.overview.asked = generation;
        self.overview.reloads_at = None;
        self.out.push(Command::LoadOverview { generation });
        self.is_dirty = true;
    }

    pub(in crate::tui) fn on_overview(&mut self, generation: u64, view: Arc<OverviewView>) {
        if generation == self.overview.asked {
            self.is_dirty |= self.overview.view.as_ref() != Some(&view);
            self.overview.view = Some(view);
        }
    }

    pub(in crate::tui) fn paint_overview(&self, painter: &mut Painter<'_>, areas: &Areas) {
        let area = areas.list.unwrap_or_default();
        let Some(view) = &self.overview.view else {
            return paint_advice(painter, area, "working the figures out …");
        };
        let dot = if painter.is_plain { ", " } else { " · " };
        let total: u64 = view.figures.statuses.iter().map(|(_, count)| count).sum();
        let mut parts = vec![counted(total as usize, "automation")];
        if let Some(counts) = self.counts {
            parts.push(format!("{} documents", thousands(counts.documents)));
        }
        let room = areas.status.width.saturating_sub(2);
        painter.text(areas.status.x + 1, areas.status.y, room, &parts.join(dot), Role::Dim);
        sheet::paint(painter, area, &self.overview_panels(area.width), self.overview.top);
    }

    pub(in crate::tui) fn overview_panels(&self, width: u16) -> Vec<(u16, Vec<Panel>)> {
        let Some(view) = &self.overview.view else { return Vec::new() };
        let figures = &view.figures;
        let (approvals, today) =
            (panels::approvals(figures), panels::today(&figures.today, &figures.agreement));
        let (queue, yields) = (panels::queue(figures), panels::yields(figures));
        let (confidence, corrections) = (panels::confidence(figures), panels::corrections(figures));
        let (spending, disk) = (panels::spending(view), panels::disk(view));
        match width {
            THREE_COLUMNS.. => {
                let column = sheet::widths(width, 3);
                vec![
                    (column, vec![approvals, today, queue]),
                    (column, vec![yields, spending, disk]),
                    (column, vec![confidence, corrections]),
                ]
            }
            TWO_COLUMNS.. => {
                let column = sheet::widths(width, 2);
                vec![
                    (column, vec![today, queue, approvals, disk]),
                    (column, vec![yields, confidence, corrections, spending]),
                ]
            }
            _ => {
                let all =
                    vec![today, queue, approvals, yields, confidence, corrections, spending, disk];
                vec![(sheet::widths(width, 1), all)]
            }
        }
    }
}
