//! Paints the Pipeline.

use super::{Part, rate, seconds_left, share_done};
use crate::model::{JobRow, JobState};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::paint::Painter;
use crate::tui::phrases::{age, clock, counted, thousands};
use crate::tui::state::State;
use jiff::Timestamp;
use ratatui::layout::Rect;

impl State {
    pub(in crate::tui) fn paint_pipeline(
        &self,
        painter: &mut Painter<'_>,
        status: Rect,
        area: Rect,
    ) {
        self.paint_pipeline_status(painter, status);
        let view = &self.pipeline.view;
        if view.rows.is_empty() && view.dead_letters.is_empty() && view.log.is_empty() {
            let key = |action| self.keymap.shown_key(action);
            let said = format!(
                "Nothing has run yet. {} runs the pipeline, {} loads the sample week, {} imports a path.",
                key(Action::Run),
                key(Action::RunSample),
                key(Action::ImportPath)
            );
            painter.text(area.x + 3, area.y + 1, area.width.saturating_sub(4), &said, Role::Dim);
            return;
        }
        let height = area.height;
        let jobs = (view.rows.len() as u16 + 1).min(height * 2 / 5).max(2.min(height));
        let dead = if view.dead_letters.is_empty() {
            0
        } else {
            (view.dead_letters.len() as u16 + 2).min(height / 3)
        };
        let jobs = Rect { height: jobs, ..area };
        let dead = Rect { y: jobs.bottom(), height: dead, ..area };
        let log =
            Rect { y: dead.bottom(), height: area.bottom().saturating_sub(dead.bottom()), ..area };
        self.paint_jobs(painter, jobs);
        self.paint_dead(painter, dead);
        self.paint_log(painter, log);
    }

    fn paint_pipeline_status(&self, painter: &mut Painter<'_>, area: Rect) {
        let dot = if painter.is_plain { ", " } else { " · " };
        let running = self.pipeline.running().count();
        let mut parts = vec![match running {
            0 => "idle".to_owned(),
            n => format!("{n} running"),
        }];
        let queued =
            self.pipeline.view.rows.iter().filter(|job| job.state == JobState::Queued).count();
        if queued > 0 {
            parts.push(format!("{queued} waiting"));
        }
        if let Some(counts) = self.counts {
            parts.push(format!("{} documents", thousands(counts.documents)));
        }
        parts.push(counted(self.pipeline.view.dead_letters.len(), "dead letter"));
        painter.text(area.x + 1, area.y, area.width.saturating_sub(2), &parts.join(dot), Role::Dim);
    }

    /// First line of a part that keeps its cursor in sight.
    fn part_top(&self, part: Part, height: u16) -> usize {
        let (cursor, length) = (self.pipeline.cursors[part as usize], self.pipeline.length(part));
        let height = usize::from(height);
        (cursor + 1).saturating_sub(height).min(length.saturating_sub(height))
    }

    fn highlight(&self, painter: &mut Painter<'_>, area: Rect, part: Part, at: usize) {
        if self.pipeline.cursors[part as usize] != at || self.pipeline.part != part {
            return;
        }
        painter.tint(area, Role::Selected);
        if painter.is_plain {
            painter.cursor = Some((area.x, area.y));
        } else {
            painter.text(area.x, area.y, 1, "▌", Role::Accent);
        }
    }

    fn paint_jobs(&self, painter: &mut Painter<'_>, area: Rect) {
        let top = self.part_top(Part::Jobs, area.height.saturating_sub(1));
        let rows = self.pipeline.view.rows.iter().enumerate().skip(top);
        for (y, (at, job)) in (area.y..area.bottom().saturating_sub(1)).zip(rows) {
            let line = Rect { y, height: 1, ..area };
            self.paint_job(painter, line, job);
            self.highlight(painter, line, Part::Jobs, at);
        }
    }

    fn paint_job(&self, painter: &mut Painter<'_>, area: Rect, job: &JobRow) {
        let (y, now) = (area.y, self.pipeline.now(self.now));
        let role = match job.state {
            JobState::Done => Role::Approved,
            JobState::Failed | JobState::Dead => Role::Rejected,
            JobState::Cancelled => Role::Deferred,
            JobState::Running => Role::Accent,
            JobState::Queued => Role::Dim,
        };
        let mut x = area.x + 2;
        painter.text(x, y, 9, job.state.name(), role);
        x += 11;
        painter.text(x, y, 8, job.stage.name(), Role::Text);
        x += 9;
        let is_wide = area.width >= 110;
        let subject = if is_wide { 22 } else { 16 };
        painter.text(x, y, subject - 1, &sanitize_line(&job.subject), Role::Dim);
        x += subject;
        let is_over = !matches!(job.state, JobState::Running | JobState::Queued);
        let message = job_message(job);
        if is_over && !is_wide {
            // Where room is scarce, what came of a job matters more than how it went.
            painter.text(x, y, area.right().saturating_sub(x + 9), &message, Role::Dim);
            let right = area.right().saturating_sub(1);
            painter.right(right, y, 8, &job_time(job, now), Role::Dim);
            return;
        }
        let bar = if is_wide { 24 } else { 6 };
        if !painter.is_plain {
            match share_done(job) {
                Some(done) => painter.bar(x, y, bar, done),
                None if job.state == JobState::Running => painter.bar(x, y, bar, 0.0),
                None => {}
            }
            x += bar + 1;
        }
        let progress = match (job.progress.done, job.progress.total) {
            (0, 0) => String::new(),
            (done, 0) => thousands(done),
            (done, total) => format!("{}/{}", thousands(done), thousands(total)),
        };
        x += 14;
        painter.right(x, y, 14, &progress, Role::Text);
        x += 9;
        painter.right(x, y, 8, &rate_words(job, now), Role::Dim);
        x += 8;
        painter.right(x, y, 8, &job_time(job, now), Role::Dim);
        x += 2;
        painter.text(x, y, area.right().saturating_sub(x + 1), &message, Role::Dim);
    }

    fn paint_part_head(&self, painter: &mut Painter<'_>, area: Rect, label: &str) {
        painter.rule(Rect {
            height: 1,
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        });
        let label = if painter.is_plain { format!("{label}:") } else { format!(" {label} ") };
        painter.text(area.x + 3, area.y, area.width.saturating_sub(4), &label, Role::Dim);
    }

    fn paint_dead(&self, painter: &mut Painter<'_>, area: Rect) {
        if area.height < 2 {
            return;
        }
        let dead = &self.pipeline.view.dead_letters;
        let key = self.keymap.shown_key(Action::RetryDeadLetters);
        let label = format!("{} · {key} tries again", counted(dead.len(), "dead letter"));
        self.paint_part_head(painter, area, &label);
        let top = self.part_top(Part::DeadLetters, area.height - 1);
        for (y, (at, letter)) in (area.y + 1..area.bottom()).zip(dead.iter().enumerate().skip(top))
        {
            let line = Rect { y, height: 1, ..area };
            let third = area.width / 3;
            painter.text(area.x + 2, y, 8, letter.stage.name(), Role::Rejected);
            painter.text(
                area.x + 11,
                y,
                third.saturating_sub(12),
                &sanitize_line(&letter.subject),
                Role::Text,
            );
            let room = (area.width - third).saturating_sub(7);
            painter.text(area.x + third, y, room, &sanitize_line(&letter.reason), Role::Dim);
            painter.right(
                area.right().saturating_sub(1),
                y,
                4,
                &age(letter.at, self.now),
                Role::Dim,
            );
            self.highlight(painter, line, Part::DeadLetters, at);
        }
    }

    fn paint_log(&self, painter: &mut Painter<'_>, area: Rect) {
        if area.height < 2 {
            return;
        }
        self.paint_part_head(painter, area, "log");
        let top = self.part_top(Part::Log, area.height - 1);
        let lines = self.pipeline.view.log.iter().enumerate().skip(top);
        for (y, (at, text)) in (area.y + 1..area.bottom()).zip(lines) {
            let line = Rect { y, height: 1, ..area };
            painter.text(
                area.x + 2,
                y,
                area.width.saturating_sub(3),
                &sanitize_line(text),
                Role::Dim,
            );
            self.highlight(painter, line, Part::Log, at);
        }
    }
}

fn rate_words(job: &JobRow, now: Timestamp) -> String {
    match rate(job, now) {
        Some(rate) if rate < 10.0 => format!("{rate:.1}/s"),
        Some(rate) => format!("{}/s", thousands(rate as u64)),
        None => String::new(),
    }
}

/// Time left, with a minus, or time taken.
fn job_time(job: &JobRow, now: Timestamp) -> String {
    match (seconds_left(job, now), job.started) {
        (Some(left), _) => format!("-{}", clock(left)),
        (None, Some(started)) => {
            let end = job.finished.unwrap_or(now);
            clock(end.duration_since(started).as_secs().max(0).unsigned_abs())
        }
        (None, None) => String::new(),
    }
}

fn job_message(job: &JobRow) -> String {
    let message = sanitize_line(job.message.as_deref().unwrap_or_default());
    match job.progress.failed {
        0 => message.into_owned(),
        n if message.is_empty() => format!("{} failed", thousands(n)),
        n => format!("{} failed · {message}", thousands(n)),
    }
}
