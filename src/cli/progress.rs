//! Progress on standard error: one line rewritten in a terminal, one line a job elsewhere.

use crate::model::{JobRow, JobState};
use std::io::{IsTerminal, Write};

/// Draws what jobs report.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    is_terminal: bool,
    is_quiet: bool,
}

impl Meter {
    pub fn new(is_quiet: bool) -> Self {
        Self { is_terminal: std::io::stderr().is_terminal(), is_quiet }
    }

    /// Shows a job as it stands.
    pub fn show(self, job: &JobRow) {
        let is_over = !matches!(job.state, JobState::Queued | JobState::Running);
        if self.is_quiet || (!is_over && !self.is_terminal) {
            return;
        }
        self.write(&describe(job), is_over);
    }

    /// Shows a line that the next one may replace.
    pub fn status(self, text: &str) {
        if self.is_terminal && !self.is_quiet {
            self.write(text, false);
        }
    }

    /// Shows a line that stays.
    pub fn line(self, text: &str) {
        if !self.is_quiet {
            self.write(text, true);
        }
    }

    fn write(self, text: &str, stays: bool) {
        let text = crate::text::sanitize_line(text);
        let (clear, end) = match (self.is_terminal, stays) {
            (true, true) => ("\r\x1b[K", "\n"),
            (true, false) => ("\r\x1b[K", ""),
            (false, _) => ("", "\n"),
        };
        let mut out = std::io::stderr().lock();
        // Nobody can be told that standard error does not work.
        let _ = write!(out, "{clear}{text}{end}").and_then(|()| out.flush());
    }
}

fn describe(job: &JobRow) -> String {
    let name = if job.subject.is_empty() {
        format!("{:<8}", job.stage)
    } else {
        format!("{:<8} {}", job.stage, job.subject)
    };
    let progress = job.progress;
    match job.state {
        JobState::Queued | JobState::Running if progress.total > 0 => {
            format!("{name}  {} of {}", progress.done, progress.total)
        }
        JobState::Queued | JobState::Running => format!("{name}  {}", progress.done),
        _ => {
            let took = job.started.zip(job.finished).map(|(from, to)| to.duration_since(from));
            let took = took.map(|took| took.as_secs_f64()).unwrap_or_default();
            let message = job.message.as_deref().unwrap_or_default();
            format!("{name}  {} in {took:.1} s  {message}", job.state)
        }
    }
}
