//! The Pipeline: jobs with progress, dead letters with reasons, the log's tail.

mod view;

use crate::model::{JobRow, JobState};
use crate::settings::Action;
use crate::tui::layers::Layer;
use crate::tui::layers::confirm::{Confirm, Then};
use crate::tui::message::{Command, JobsView, Level};
use crate::tui::phrases::counted;
use crate::tui::state::State;
use jiff::Timestamp;

/// Which part of the screen has the attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) enum Part {
    #[default]
    Jobs,
    DeadLetters,
    Log,
}

const PARTS: [Part; 3] = [Part::Jobs, Part::DeadLetters, Part::Log];

#[derive(Debug, Default)]
pub(in crate::tui) struct Pipeline {
    pub(in crate::tui) view: JobsView,
    pub(in crate::tui) part: Part,
    cursors: [usize; 3],
    /// When the view came: rates are told as of then.
    at: Option<Timestamp>,
}

impl Pipeline {
    /// Takes news; says whether they differ from what is shown.
    pub(in crate::tui) fn take(&mut self, view: JobsView, now: Timestamp) -> bool {
        let is_running = view.rows.iter().any(|job| job.state == JobState::Running);
        let changes = is_running || self.view != view;
        let was_at_end = self.cursors[2] + 1 >= self.view.log.len();
        self.view = view;
        self.at = Some(now);
        if was_at_end {
            self.cursors[2] = self.view.log.len().saturating_sub(1);
        }
        for (at, part) in PARTS.into_iter().enumerate() {
            self.cursors[at] = self.cursors[at].min(self.length(part).saturating_sub(1));
        }
        changes
    }

    pub(in crate::tui) fn next_part(&mut self, by: isize) {
        let at = self.part as isize + by;
        self.part = PARTS[at.rem_euclid(3) as usize];
    }

    pub(in crate::tui) fn running(&self) -> impl Iterator<Item = &JobRow> {
        self.view.rows.iter().filter(|job| job.state == JobState::Running)
    }

    fn length(&self, part: Part) -> usize {
        match part {
            Part::Jobs => self.view.rows.len(),
            Part::DeadLetters => self.view.dead_letters.len(),
            Part::Log => self.view.log.len(),
        }
    }

    fn current_job(&self) -> Option<&JobRow> {
        self.view.rows.get(self.cursors[0])
    }

    pub(in crate::tui) fn now(&self, fallback: Timestamp) -> Timestamp {
        self.at.unwrap_or(fallback)
    }
}

/// Items a second since the job started.
fn rate(job: &JobRow, now: Timestamp) -> Option<f64> {
    let end = job.finished.unwrap_or(now);
    let seconds = end.duration_since(job.started?).as_secs_f64();
    (seconds >= 0.5 && job.progress.done > 0).then(|| job.progress.done as f64 / seconds)
}

/// Seconds until a running job is done at its present rate.
pub(in crate::tui) fn seconds_left(job: &JobRow, now: Timestamp) -> Option<u64> {
    let rate = rate(job, now).filter(|_| job.state == JobState::Running)?;
    let left = job.progress.total.checked_sub(job.progress.done)?;
    (job.progress.total > 0).then(|| (left as f64 / rate).ceil() as u64)
}

/// How much of a job is done, 0..=1, where its size is known.
pub(in crate::tui) fn share_done(job: &JobRow) -> Option<f64> {
    let total = job.progress.total;
    (total > 0).then(|| job.progress.done.min(total) as f64 / total as f64)
}

impl State {
    pub(in crate::tui) fn act_in_pipeline(&mut self, action: Action) {
        match action {
            Action::Run => self.run(false),
            Action::RunSample => self.run(true),
            Action::CancelJob => match self.pipeline.current_job() {
                Some(job) if matches!(job.state, JobState::Running | JobState::Queued) => {
                    let (id, stage) = (job.id, job.stage);
                    self.out.push(Command::CancelJob(id));
                    self.tell(Level::Info, format!("cancelling {stage}"));
                }
                Some(job) => {
                    let said = format!("{} is {} already", job.stage, job.state);
                    self.tell(Level::Info, said);
                }
                None => self.nothing_to(action),
            },
            _ => {
                let dead = self.pipeline.view.dead_letters.len();
                if dead == 0 {
                    return self.tell(Level::Info, "there are no dead letters");
                }
                let what = format!("try {} again", counted(dead, "dead letter"));
                if dead > 10 {
                    self.open(Layer::Confirm(Confirm::new(what, Then::Retry)));
                } else {
                    self.out.push(Command::RetryDeadLetters);
                    self.tell(Level::Info, what);
                }
            }
        }
    }

    pub(in crate::tui) fn run(&mut self, sample: bool) {
        if self.pipeline.running().next().is_some() && !sample {
            return self.tell(Level::Info, "the pipeline is running already");
        }
        self.out.push(Command::RunPipeline { stages: Vec::new(), sample });
        let what = if sample { "the sample week is on its way" } else { "the pipeline starts" };
        let key = self.keymap.shown_key(Action::GoPipeline);
        self.tell(Level::Info, format!("{what}; {key} shows how far it is"));
    }

    pub(in crate::tui) fn move_in_pipeline(&mut self, action: Action, count: Option<u32>) {
        let at = self.pipeline.part as usize;
        let last = self.pipeline.length(self.pipeline.part).saturating_sub(1);
        let times = count.unwrap_or(1) as usize;
        let page = usize::from(self.size.1 / 3).max(1);
        let cursor = &mut self.pipeline.cursors[at];
        *cursor = match action {
            Action::Down => cursor.saturating_add(times),
            Action::Up => cursor.saturating_sub(times),
            Action::HalfDown | Action::PageDown => cursor.saturating_add(times * page),
            Action::HalfUp | Action::PageUp => cursor.saturating_sub(times * page),
            Action::Top => 0,
            Action::Bottom => last,
            Action::Open => return self.tell_line(),
            _ => return self.nothing_to(action),
        }
        .min(last);
    }

    /// Says the line under the cursor whole.
    fn tell_line(&mut self) {
        let at = self.pipeline.cursors[self.pipeline.part as usize];
        let view = &self.pipeline.view;
        let text = match self.pipeline.part {
            Part::Jobs => view.rows.get(at).and_then(|job| job.message.clone()),
            Part::DeadLetters => {
                view.dead_letters.get(at).map(|dead| format!("{}: {}", dead.subject, dead.reason))
            }
            Part::Log => view.log.get(at).cloned(),
        };
        self.tell(
            Level::Info,
            text.unwrap_or_else(|| "nothing more to say of this line".to_owned()),
        );
    }
}
