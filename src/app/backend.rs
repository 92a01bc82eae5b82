//! What answers the screens: the store, search, the pipeline, and the way back to the loop.

use super::log::Tail;
use super::scribe::OwnWrites;
use crate::cli::{CliError, Context};
use crate::jobs::{Finder, JobsError, Pipeline};
use crate::model::{AutomationId, Origin};
use crate::review::Reviewer;
use crate::settings::{ModelsConfig, ReviewConfig};
use crate::store::{Store, StoreError};
use crate::tui::{DeadLetterRow, JobsView, Level, Loaded};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::{Notify, OnceCell, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Jobs and dead letters that the Pipeline screen shows.
const SHOWN_JOBS: usize = 60;
const SHOWN_LETTERS: usize = 200;

/// Shared by every task that answers; cheap to clone.
#[derive(Clone)]
pub struct Backend {
    pub store: Store,
    pub pipeline: Pipeline,
    pub reviewer: String,
    pub index_folder: PathBuf,
    pub edit_folder: PathBuf,
    pub tail: Tail,
    /// Which models may be asked, at what budgets.
    pub models: ModelsConfig,
    pub review: ReviewConfig,
    /// Names this workbench among those open.
    pub workbench: String,
    /// The item that the attention is on.
    pub open_item: Arc<watch::Sender<Option<AutomationId>>>,
    /// Woken when something was claimed here, so that it shows at once.
    pub came: Arc<Notify>,
    /// Woken after each write of this process, so that the index follows at once.
    pub wrote: Arc<Notify>,
    /// What this reviewer wrote, of which the screens need not be told again.
    pub own_writes: OwnWrites,
    /// Cancelled when the workbench closes: runs stop at their next pause.
    pub stop: CancellationToken,
    /// The newest search asked for; older ones are not carried out.
    pub newest_search: Arc<AtomicU64>,
    finder: Arc<OnceCell<Finder>>,
    answers: mpsc::UnboundedSender<Loaded>,
}

impl Backend {
    /// Opens the workspace's store and pipeline; search opens in the background.
    ///
    /// # Errors
    /// Where the store, the settings or the network client cannot be opened.
    pub fn open(
        context: &Context,
        tail: Tail,
        answers: mpsc::UnboundedSender<Loaded>,
    ) -> Result<Self, CliError> {
        let store = context.open_store()?;
        // One core stays free for the screen.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let pipeline = context.pipeline_over(store.clone(), cores.saturating_sub(1).max(1))?;
        Ok(Self {
            store,
            pipeline,
            reviewer: context.reviewer()?.name,
            index_folder: context.workspace.index_folder(),
            edit_folder: context.workspace.cache.join("edit"),
            tail,
            models: context.config()?.models,
            review: context.config()?.review,
            workbench: format!("{}-{}", std::process::id(), jiff::Timestamp::now().as_nanosecond()),
            open_item: Arc::new(watch::Sender::new(None)),
            came: Arc::default(),
            wrote: Arc::default(),
            own_writes: OwnWrites::default(),
            stop: CancellationToken::new(),
            newest_search: Arc::default(),
            finder: Arc::default(),
            answers,
        })
    }

    /// Sends an answer to the loop.
    pub fn answer(&self, loaded: Loaded) {
        // The loop is gone only when the program ends.
        let _ = self.answers.send(loaded);
    }

    /// Tells the reviewer something.
    pub fn notice(&self, level: Level, text: impl Into<String>) {
        self.answer(Loaded::Notice { level, text: text.into() });
    }

    /// Tells the reviewer that something failed, and logs it.
    pub fn failed(&self, doing: &str, error: &dyn std::error::Error) {
        let words = crate::text::with_causes(error);
        tracing::error!(error = %words, "cannot {doing}");
        self.notice(Level::Error, format!("cannot {doing}: {words}"));
    }

    /// Search, opened at first use.
    ///
    /// # Errors
    /// Where the index cannot be opened.
    pub async fn finder(&self) -> Result<&Finder, JobsError> {
        let open = || async {
            let finder = Finder::open(&self.store, &self.index_folder).await?;
            Ok(finder.with_embedder(self.pipeline.embedder()))
        };
        self.finder.get_or_try_init(open).await
    }

    /// Search, if it was used already.
    pub fn opened_finder(&self) -> Option<&Finder> {
        self.finder.get()
    }

    /// Who decides at this workbench, now.
    pub fn who(&self) -> Reviewer {
        Reviewer { name: self.reviewer.clone(), origin: Origin::Workbench, now: self.store.now() }
    }

    /// When the day began where this process is.
    pub fn midnight(&self) -> Timestamp {
        let now = self.store.now().to_zoned(TimeZone::system());
        now.start_of_day().unwrap_or(now).timestamp()
    }

    /// Sends the numbers of the top line, and whether anything was ever stored.
    pub async fn send_counts(&self) {
        let today = self.midnight();
        let reviewer = self.reviewer.clone();
        let read = self
            .store
            .read(move |reading| {
                let is_empty = reading.count_automations()? == 0;
                Ok::<_, StoreError>((reading.load_counts(&reviewer, today)?, is_empty))
            })
            .await;
        match read {
            Ok((counts, has_no_automation)) => {
                self.answer(Loaded::StoreIsEmpty(has_no_automation && counts.documents == 0));
                self.answer(Loaded::Counts(counts));
            }
            Err(error) => self.failed("count what is in the store", &error),
        }
    }

    /// Sends what the Pipeline screen shows.
    pub async fn send_jobs(&self) {
        let read = self
            .store
            .read(|reading| {
                let jobs = reading.list_jobs(SHOWN_JOBS)?;
                Ok::<_, StoreError>((jobs, reading.list_dead_letters(SHOWN_LETTERS)?))
            })
            .await;
        match read {
            Ok((mut rows, letters)) => {
                // Newest run first, its stages in the order in which they run.
                rows.sort_by_key(|row| (std::cmp::Reverse(row.run), row.id));
                let dead_letters = letters
                    .into_iter()
                    .map(|letter| DeadLetterRow {
                        stage: letter.stage,
                        subject: letter.subject,
                        reason: letter.reason,
                        attempts: letter.attempts,
                        at: letter.last,
                    })
                    .collect();
                let log = self.tail.lines();
                self.answer(Loaded::Jobs(JobsView { rows, dead_letters, log }));
            }
            Err(error) => self.failed("list the jobs", &error),
        }
    }
}
