//! A job's progress: noted in the store and told to the watcher, a few times a second.

use super::JobsError;
use crate::model::{JobRow, JobState, Progress, Stage};
use crate::store::Store;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Progress is written and told at most so often.
const PAUSE: Duration = Duration::from_millis(200);

type Watch = Arc<dyn Fn(&JobRow) + Send + Sync>;

/// What a running job reports to; cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    store: Store,
    watch: Watch,
    cancel: CancellationToken,
    /// A std mutex: held for a copy only, never while the watcher hears.
    state: Arc<Mutex<State>>,
}

struct State {
    row: JobRow,
    told: Instant,
}

impl Reporter {
    pub fn new(store: Store, row: JobRow, watch: Watch, cancel: CancellationToken) -> Self {
        let state = Arc::new(Mutex::new(State { row, told: Instant::now() }));
        Self { store, watch, cancel, state }
    }

    pub fn stage(&self) -> Stage {
        self.row().stage
    }

    /// The job as it stands.
    pub fn row(&self) -> JobRow {
        self.lock().row.clone()
    }

    /// Marks the job as running; `false` where it was cancelled while it waited.
    pub async fn start(&self) -> Result<bool, JobsError> {
        if self.cancel.is_cancelled() {
            return Ok(false);
        }
        let (id, now) = (self.row().id, self.store.now());
        let started = self.store.write(move |writing| writing.start_job(id, now)).await?;
        if started {
            let row = {
                let mut state = self.lock();
                state.row.state = JobState::Running;
                state.row.started = Some(now);
                state.row.clone()
            };
            (self.watch)(&row);
        }
        Ok(started)
    }

    /// Notes progress, writes it to the store when it is time, and asks whether to go on.
    ///
    /// # Errors
    /// `JobsError::Cancelled` once this process or another wants the job to stop.
    pub async fn tell(&self, progress: Progress) -> Result<(), JobsError> {
        let due = {
            let mut state = self.lock();
            state.row.progress = progress;
            let is_due = state.told.elapsed() >= PAUSE;
            is_due.then(|| {
                state.told = Instant::now();
                state.row.clone()
            })
        };
        if let Some(row) = &due {
            (self.watch)(row);
        }
        if self.cancel.is_cancelled() {
            return Err(JobsError::Cancelled);
        }
        if let Some(JobRow { id, .. }) = due {
            let wants_cancel = self
                .store
                .write(move |writing| {
                    writing.record_progress(id, progress)?;
                    writing.is_cancel_wanted(id)
                })
                .await?;
            if wants_cancel {
                return Err(JobsError::Cancelled);
            }
        }
        Ok(())
    }

    /// Ends the job.
    pub async fn finish(
        &self,
        end: JobState,
        message: Option<String>,
    ) -> Result<JobRow, JobsError> {
        let now = self.store.now();
        let row = {
            let mut state = self.lock();
            state.row.state = end;
            state.row.message = message;
            state.row.finished = Some(now);
            state.row.clone()
        };
        let ended = row.clone();
        self.store
            .write(move |writing| {
                let message = ended.message.as_deref();
                writing.finish_job(ended.id, ended.state, ended.progress, message, now)
            })
            .await?;
        (self.watch)(&row);
        Ok(row)
    }

    /// Ends when this process or another wants the job to stop: for work in one long piece.
    pub async fn cancelled(&self) {
        let id = self.row().id;
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
            let wanted = self.store.read(move |reading| reading.is_cancel_wanted(id)).await;
            match wanted {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "cannot tell whether a job shall stop"),
            }
        }
    }

    /// Resolves when the job shall stop.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
