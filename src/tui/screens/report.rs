//! The Report: what a week brought, to read and to copy.

mod markdown;

use crate::model::{ReportedItem, Week, WeekReport};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::layout::Areas;
use crate::tui::list_view::paint_advice;
use crate::tui::message::{Command, Level};
use crate::tui::paint::Painter;
use crate::tui::phrases::{counted, thousands};
use crate::tui::sheet::{self, Panel, Row};
use crate::tui::state::State;
use jiff::ToSpan;
use std::sync::Arc;

/// From this width the figures stand beside what was approved.
const TWO_COLUMNS: u16 = 110;
/// Columns of the figures.
const FIGURES: u16 = 40;

#[derive(Debug, Default)]
pub(in crate::tui) struct Report {
    report: Option<Arc<WeekReport>>,
    asked: u64,
    /// The week that is shown; the present one where none was chosen.
    week: Option<Week>,
    pub(in crate::tui) top: usize,
}

impl State {
    pub(in crate::tui) fn load_report(&mut self) {
        let generation = self.next_number();
        self.report.asked = generation;
        let week = self.report.week.unwrap_or_else(|| Week::of(self.now));
        self.out.push(Command::LoadReport { generation, week });
        self.is_dirty = true;
    }

    pub(in crate::tui) fn on_report(&mut self, generation: u64, report: Arc<WeekReport>) {
        if generation == self.report.asked {
            if self.report.report.as_ref().is_some_and(|shown| shown.week != report.week) {
                self.report.top = 0;
            }
            self.report.report = Some(report);
            self.is_dirty = true;
        }
    }

    pub(in crate::tui) fn act_in_report(&mut self, action: Action, count: Option<u32>) {
        let weeks = i64::from(count.unwrap_or(1).min(520));
        match action {
            Action::PreviousWeek => self.go_by_weeks(-weeks),
            Action::NextWeek => self.go_by_weeks(weeks),
            _ => match &self.report.report {
                Some(report) => {
                    let text = markdown::write(report);
                    let week = report.week;
                    self.out.push(Command::Copy(text));
                    self.tell(Level::Done, format!("copied the report of {week} as Markdown"));
                }
                None => self.tell(Level::Info, "the report is still on its way; try again"),
            },
        }
    }

    fn go_by_weeks(&mut self, by: i64) {
        let this = Week::of(self.now);
        let shown = self.report.week.unwrap_or(this);
        let moved = shown.start().checked_add((by * 7 * 24).hours()).map(Week::of);
        let next = moved.unwrap_or(shown).min(this);
        if next == shown {
            return self.tell(Level::Info, "this is the present week; the next has not begun");
        }
        self.report.week = (next != this).then_some(next);
        self.load_report();
    }

    pub(in crate::tui) fn paint_report(&self, painter: &mut Painter<'_>, areas: &Areas) {
        let area = areas.list.unwrap_or_default();
        let Some(report) = &self.report.report else {
            return paint_advice(painter, area, "loading …");
        };
        let status = format!("{}  {}", report.week, span(report.week));
        let room = areas.status.width.saturating_sub(2);
        painter.text(areas.status.x + 1, areas.status.y, room, &status, Role::Dim);
        sheet::paint(painter, area, &self.report_panels(area.width), self.report.top);
    }

    pub(in crate::tui) fn report_panels(&self, width: u16) -> Vec<(u16, Vec<Panel>)> {
        let Some(report) = &self.report.report else { return Vec::new() };
        let figures = vec![week_panel(report), function_panel(report)];
        let items = self.item_panels(report);
        if width >= TWO_COLUMNS {
            let rest = width.saturating_sub(FIGURES + 7).min(100);
            return vec![(FIGURES, figures), (rest, items)];
        }
        vec![(sheet::widths(width, 1), figures.into_iter().chain(items).collect())]
    }

    /// What was approved, by function.
    fn item_panels(&self, report: &WeekReport) -> Vec<Panel> {
        if report.approved.is_empty() {
            let key = |action| self.keymap.shown_key(action);
            let rows = vec![
                Row::words("Nothing was approved in this week.", Role::Dim),
                Row::words(
                    format!(
                        "{} goes to the Inbox, where {} approves; {} shows the week before.",
                        key(Action::GoInbox),
                        key(Action::Approve),
                        key(Action::PreviousWeek)
                    ),
                    Role::Dim,
                ),
            ];
            return vec![Panel::new("Approved", &[], rows)];
        }
        let mut panels: Vec<Panel> = Vec::new();
        for item in &report.approved {
            let title = function_of(item);
            if panels.last().is_none_or(|panel| panel.title != title) {
                panels.push(Panel::new(title, &[], Vec::new()));
            }
            if let Some(panel) = panels.last_mut() {
                panel.rows.extend(item_rows(item));
            }
        }
        if report.unlisted > 0 {
            let said = format!("and {} more, which are not listed", thousands(report.unlisted));
            panels.push(Panel::new("More", &[], vec![Row::words(said, Role::Dim)]));
        }
        panels
    }
}

/// The days of a week: `16 to 22 November 2026`.
fn span(week: Week) -> String {
    let day = |moment: jiff::Timestamp| moment.to_zoned(jiff::tz::TimeZone::UTC);
    let (first, last) = (day(week.start()), day(week.end() - 1.hour()));
    let begins = if first.month() == last.month() {
        first.strftime("%-d").to_string()
    } else {
        first.strftime("%-d %B").to_string()
    };
    format!("{begins} to {}", last.strftime("%-d %B %Y"))
}

fn function_of(item: &ReportedItem) -> String {
    item.function.as_deref().map_or_else(|| "Other".to_owned(), |name| sanitize_line(name).into())
}

fn week_panel(report: &WeekReport) -> Panel {
    let row = |name: &str, count: u64| Row::chart(name, None, vec![thousands(count)]);
    let rows = vec![
        row("documents gathered", report.documents),
        row("automations found", report.found),
        row("approved", report.approved_count()),
        row("rejected", report.rejected),
        row("merged into others", report.merged),
    ];
    Panel::new("The week", &[], rows)
}

fn function_panel(report: &WeekReport) -> Panel {
    let mut counts: Vec<(String, u64)> = Vec::new();
    for item in &report.approved {
        let name = function_of(item);
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let most = counts.first().map_or(1, |(_, count)| *count) as f64;
    let rows = counts
        .into_iter()
        .map(|(name, count)| Row::chart(name, Some(count as f64 / most), vec![thousands(count)]))
        .collect();
    let many = counted(report.approved.len(), "item");
    Panel::new(format!("Approved by function, {many}"), &[], rows)
}

fn item_rows(item: &ReportedItem) -> Vec<Row> {
    let facts = [
        item.origin.as_deref().map(|origin| sanitize_line(origin).into_owned()),
        Some(item.tools.iter().map(|tool| sanitize_line(tool)).collect::<Vec<_>>().join(", ")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
    let indented = |text: String| Row::Words { indent: 2, text, role: Role::Dim };
    let mut rows = vec![Row::words(sanitize_line(&item.title), Role::Text)];
    if !item.description.is_empty() && item.description != item.title {
        rows.push(indented(sanitize_line(&item.description).into_owned()));
    }
    if !facts.is_empty() {
        rows.push(indented(facts.join(" · ")));
    }
    rows
}
