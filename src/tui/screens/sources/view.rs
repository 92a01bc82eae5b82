//! Paints the Sources.

use crate::model::{SourceHealth, SourceRow};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::layout::Areas;
use crate::tui::list_view::paint_advice;
use crate::tui::paint::{Painter, wrapped};
use crate::tui::phrases::{age, ago, counted, percent, thousands};
use crate::tui::state::State;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Lines about the source under the cursor, with the rule above them.
const DETAIL: u16 = 7;
/// From this width every column has room.
const WIDE: u16 = 110;
const HEALTH: u16 = 13;
const NUMBER: u16 = 10;

/// The part of the screen that the table takes; the rest is about the source under the cursor.
pub(super) fn table(area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(DETAIL), ..area }
}

/// The columns of numbers, from the left.
fn heads(width: u16) -> &'static [&'static str] {
    if width >= WIDE {
        &["every", "last", "next", "found", "7 days", "approved"]
    } else {
        &["last", "next", "7 days", "approved"]
    }
}

impl State {
    pub(in crate::tui) fn paint_sources(&self, painter: &mut Painter<'_>, areas: &Areas) {
        let area = areas.list.unwrap_or_default();
        let status = areas.status;
        let room = status.width.saturating_sub(2);
        let said = self.sources_status(painter.is_plain);
        painter.text(status.x + 1, status.y, room, &said, Role::Dim);
        if self.sources.rows.is_empty() {
            return paint_advice(painter, area, &self.no_sources());
        }
        let table = table(area);
        let heads = heads(area.width);
        paint_head(painter, table, heads);
        let lines = self.sources.rows.iter().enumerate().skip(self.sources.top);
        for (y, (at, row)) in (table.y + 1..table.bottom()).zip(lines) {
            let line = Rect { y, height: 1, ..table };
            self.paint_source(painter, line, row, heads);
            if at == self.sources.cursor {
                painter.tint(line, Role::Selected);
                if painter.is_plain {
                    painter.cursor = Some((line.x, y));
                } else {
                    painter.text(line.x, y, 1, "▌", Role::Accent);
                }
            }
        }
        let detail = Rect { y: table.bottom(), height: area.bottom() - table.bottom(), ..area };
        self.paint_source_detail(painter, detail);
    }

    fn sources_status(&self, is_plain: bool) -> String {
        let dot = if is_plain { ", " } else { " · " };
        let rows = &self.sources.rows;
        let mut parts = vec![counted(rows.len(), "source")];
        let failing = self.sources.failing();
        if failing > 0 {
            parts.push(format!("{} failing", thousands(failing as u64)));
        }
        let due = rows.iter().filter(|row| row.source.is_due(self.now)).count();
        parts.push(format!("{} due now", thousands(due as u64)));
        parts.join(dot)
    }

    fn no_sources(&self) -> String {
        if !self.sources.is_loaded {
            return "loading …".to_owned();
        }
        let key = |action| self.keymap.shown_key(action);
        format!(
            "There are no sources yet. {} adds one: paste the address of a feed, or the path of a \
             folder. {} brings in a file or folder once.",
            key(Action::AddSource),
            key(Action::ImportPath)
        )
    }

    fn paint_source(&self, painter: &mut Painter<'_>, area: Rect, row: &SourceRow, heads: &[&str]) {
        let health = row.health();
        let (y, numbers) = (area.y, NUMBER * heads.len() as u16 + 1);
        paint_health(painter, area.x + 2, y, health);
        let x = area.x + 2 + HEALTH;
        let room = area.right().saturating_sub(x + numbers + 1);
        let role = if health == SourceHealth::Off { Role::Dim } else { Role::Text };
        let name_width = if area.width >= WIDE { (room / 2).min(34) } else { room };
        painter.text(x, y, name_width.saturating_sub(1), &sanitize_line(&row.source.name), role);
        if area.width >= WIDE {
            let about = row.source.title.as_deref().unwrap_or(&row.source.address);
            let room = room.saturating_sub(name_width);
            painter.text(x + name_width, y, room, &sanitize_line(about), Role::Dim);
        }
        let mut right = area.right().saturating_sub(2);
        for head in heads.iter().rev() {
            painter.right(right, y, NUMBER - 1, &self.number(row, head), Role::Text);
            right = right.saturating_sub(NUMBER);
        }
    }

    fn number(&self, row: &SourceRow, head: &str) -> String {
        let source = &row.source;
        match head {
            "every" => source.schedule.map(|every| every.to_string()).unwrap_or_default(),
            "last" => source.last_success.map(|at| age(at, self.now)).unwrap_or_default(),
            "next" => row.next_visit().map(|at| until(at, self.now)).unwrap_or_default(),
            "found" => thousands(row.items),
            "7 days" => thousands(row.week),
            _ if row.judged == 0 => "–".to_owned(),
            _ => percent(row.approved as f64 / row.judged as f64),
        }
    }

    /// What is known of the source under the cursor, and the next step.
    fn paint_source_detail(&self, painter: &mut Painter<'_>, area: Rect) {
        let Some(row) = self.sources.current().filter(|_| area.height > 1) else { return };
        painter.rule(Rect { height: 1, ..area });
        let (x, width) = (area.x + 2, area.width.saturating_sub(4));
        let source = &row.source;
        let dot = if painter.is_plain { ", " } else { " · " };
        let title = source.title.as_deref().unwrap_or(&source.name);
        let mut y = area.y + 1;
        let after = painter.text(x, y, width, &sanitize_line(title), Role::Title) + 2;
        let room = area.right().saturating_sub(after + 2);
        painter.text(after, y, room, source.kind.name(), Role::Dim);
        y += 1;
        painter.text(x, y, width, &sanitize_line(&source.address), Role::Dim);
        y += 1;
        painter.text(x, y, width, &self.visits(row).join(dot), Role::Text);
        y += 1;
        let (said, role) = self.how_it_is(row);
        for line in wrapped(&said, width).iter().take(usize::from(area.bottom().saturating_sub(y)))
        {
            painter.text(x, y, width, line, role);
            y += 1;
        }
    }

    fn visits(&self, row: &SourceRow) -> Vec<String> {
        let source = &row.source;
        if !source.kind.is_visited() {
            let many = counted(row.documents as usize, "document");
            return vec![many, counted(row.items as usize, "item")];
        }
        let every = match source.schedule {
            Some(every) => format!("every {every}"),
            None => "as often as it asks".to_owned(),
        };
        let last = match source.last_success {
            Some(at) => format!("last success {}", ago(at, self.now)),
            None => "no success yet".to_owned(),
        };
        let mut parts = vec![every, last];
        parts.extend(row.next_visit().map(|at| match until(at, self.now).as_str() {
            "now" => "due now".to_owned(),
            wait => format!("next in {wait}"),
        }));
        parts.extend(row.last_seconds.map(|took| format!("the last visit took {took} s")));
        parts.push(counted(row.documents as usize, "document"));
        parts.push(counted(row.items as usize, "item"));
        parts
    }

    /// How the source is, in words, with the next step.
    fn how_it_is(&self, row: &SourceRow) -> (String, Role) {
        let key = |action| self.keymap.shown_key(action);
        let error =
            || sanitize_line(row.source.last_error.as_deref().unwrap_or_default()).into_owned();
        let times = counted(row.source.consecutive_failures as usize, "time");
        if !row.source.kind.is_visited() {
            let said =
                "The program's own: what was brought in is kept, and there is nothing to visit.";
            return (said.to_owned(), Role::Dim);
        }
        match row.health() {
            SourceHealth::Ok => ("Visits work.".to_owned(), Role::Approved),
            SourceHealth::Slow => (
                "Visits work, but take long; a narrower address would help.".to_owned(),
                Role::Deferred,
            ),
            SourceHealth::Failing => {
                let said = format!(
                    "Failed {times}: {}. {} tries it now.",
                    error(),
                    key(Action::CrawlSource)
                );
                (said, Role::Deferred)
            }
            SourceHealth::Dead => {
                let said = format!(
                    "Failed {times} in a row: {}. If it has moved, {} adds its new address, {} removes this one.",
                    error(),
                    key(Action::AddSource),
                    key(Action::RemoveSource)
                );
                (said, Role::Rejected)
            }
            SourceHealth::NeverRun => {
                let said = format!(
                    "Never visited. {} visits it now, {} shows what that would bring.",
                    key(Action::CrawlSource),
                    key(Action::TestSource)
                );
                (said, Role::Accent)
            }
            SourceHealth::Off => {
                (format!("Left out of runs. {} turns it on.", key(Action::ToggleSource)), Role::Dim)
            }
        }
    }
}

fn paint_head(painter: &mut Painter<'_>, area: Rect, heads: &[&str]) {
    painter.text(area.x + 2, area.y, HEALTH, "health", Role::Dim);
    painter.text(area.x + 2 + HEALTH, area.y, 10, "source", Role::Dim);
    let mut right = area.right().saturating_sub(2);
    for head in heads.iter().rev() {
        painter.right(right, area.y, NUMBER, head, Role::Dim);
        right = right.saturating_sub(NUMBER);
    }
}

fn paint_health(painter: &mut Painter<'_>, x: u16, y: u16, health: SourceHealth) {
    let (glyph, role) = match health {
        SourceHealth::Ok => ("✓", Role::Approved),
        SourceHealth::Slow => ("~", Role::Deferred),
        SourceHealth::Failing => ("!", Role::Deferred),
        SourceHealth::Dead => ("✗", Role::Rejected),
        SourceHealth::NeverRun => ("·", Role::Accent),
        SourceHealth::Off => (" ", Role::Dim),
    };
    let x = if painter.is_plain { x } else { painter.text(x, y, 1, glyph, role).max(x + 1) + 1 };
    painter.text(x, y, HEALTH - 2, health.name(), role);
}

/// How long until a moment, in at most three columns; `now` once it has come.
fn until(then: Timestamp, now: Timestamp) -> String {
    if then <= now { "now".to_owned() } else { age(now, then) }
}
