//! A run: which stages, over what, one after the other.

use super::lease::HeldLease;
use super::refine::Refinery;
use super::report::Reporter;
use super::{
    Embedder, Follower, JobsError, crawl, dedupe, embed, extract, learn, rank, replay, sample,
};
use crate::llm::{Freshness, Models};
use crate::model::{JobRow, JobState, Progress, RunId, Source, SpendingWarning, Stage};
use crate::net::Client;
use crate::review::wake;
use crate::search::Index;
use crate::settings::Refine;
use crate::store::{RunSpending, Store};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the pipeline needs to know beside the store.
#[derive(Debug, Clone)]
pub struct PipelineSettings {
    /// Where the search index lies.
    pub index_folder: PathBuf,
    /// Threads for CPU work.
    pub workers: usize,
    /// Drafts less certain than this are not stored, 0..=1.
    pub minimum_confidence: f32,
    /// Who runs: told to other processes that find the pipeline taken.
    pub owner: String,
}

/// What a run shall do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// These stages, in the pipeline's order; all when empty.
    pub stages: Vec<Stage>,
    /// Crawl these sources only, due or not; the enabled and due ones when empty.
    pub sources: Vec<String>,
    /// Bring in the shipped sample week first.
    pub with_sample: bool,
}

/// What a run takes up again, beside what waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Again {
    #[default]
    Nothing,
    /// Every document is extracted again, from its text as it is stored.
    Extraction,
    /// Every raw body is read again as it is stored, instead of visiting sources; what comes out
    /// otherwise is a new revision.
    Reading,
    /// What died is tried again: sources with dead letters are visited, due or not, and what could
    /// not be imported is imported again.
    DeadLetters,
}

/// Entries of the change feed kept after they are indexed, for workbenches that tell of changes.
const KEPT_CHANGES: i64 = 10_000;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub jobs: Vec<JobRow>,
    /// What models took, where any was asked.
    pub spent: Option<RunSpending>,
    /// What the operator should hear of, where any was asked.
    pub warnings: Vec<SpendingWarning>,
}

impl Summary {
    /// Whether every job did its work; single items that failed do not count.
    pub fn is_success(&self) -> bool {
        self.jobs.iter().all(|job| job.state == JobState::Done)
    }
}

/// The stages with all they need; cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    pub(super) store: Store,
    pub(super) client: Client,
    pub(super) settings: Arc<PipelineSettings>,
    pub(super) threads: Arc<rayon::ThreadPool>,
    /// Models that read after the rules, where some are configured.
    pub(super) refinery: Option<Arc<Refinery>>,
    /// What makes vectors instead of the embedded model, where that is configured.
    pub(super) embedder: Option<Embedder>,
    /// Held by the run of this process: the lease tells processes apart, not runs.
    running: Arc<tokio::sync::Mutex<()>>,
    /// The user's own functions and industries, where there are any.
    pub(super) taxonomy_file: Option<PathBuf>,
}

impl Pipeline {
    /// A pipeline over `store`; its threads start here and sleep until they are needed.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub fn new(
        store: Store,
        client: Client,
        settings: PipelineSettings,
    ) -> Result<Self, JobsError> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.workers.max(1))
            .thread_name(|at| format!("pipeline-{at}"))
            .build()
            .map_err(|error| JobsError::Threads(Box::new(error)))?;
        Ok(Self {
            store,
            client,
            settings: Arc::new(settings),
            threads: Arc::new(threads),
            refinery: None,
            embedder: None,
            running: Arc::default(),
            taxonomy_file: None,
        })
    }

    /// The same, with the user's own functions and industries, if the file exists.
    #[must_use]
    pub fn with_taxonomy_file(mut self, path: PathBuf) -> Self {
        self.taxonomy_file = Some(path);
        self
    }

    /// Lets `models` read after the rules what `rule` says; prompts in `prompts` come before shipped
    /// ones.
    pub fn with_models(mut self, models: Models, rule: Refine, prompts: PathBuf) -> Self {
        self.refinery = Some(Arc::new(Refinery { models, rule, prompts }));
        self
    }

    /// Lets `embedder` make the vectors that are searched by.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Option<Embedder>) -> Self {
        self.embedder = embedder;
        self
    }

    /// What makes vectors instead of the embedded model, where that is configured.
    pub fn embedder(&self) -> Option<Embedder> {
        self.embedder.clone()
    }

    /// Runs `plan`; `watch` hears of each job a few times a second.
    ///
    /// A stage that fails does not keep the later ones from what is there already.
    ///
    /// # Errors
    /// `JobsError::Busy` while another process runs the pipeline; the store's own failures.
    pub async fn run(
        &self,
        plan: Plan,
        watch: impl Fn(&JobRow) + Send + Sync + 'static,
        cancel: CancellationToken,
    ) -> Result<Summary, JobsError> {
        self.run_again(Again::Nothing, plan, watch, cancel).await
    }

    /// As [`Pipeline::run`], taking `again` up again; nothing is marked before the run has the
    /// lease.
    ///
    /// # Errors
    /// As [`Pipeline::run`].
    pub async fn run_again(
        &self,
        again: Again,
        plan: Plan,
        watch: impl Fn(&JobRow) + Send + Sync + 'static,
        cancel: CancellationToken,
    ) -> Result<Summary, JobsError> {
        let busy = |_| JobsError::Busy { owner: self.settings.owner.clone() };
        let _running = self.running.try_lock().map_err(busy)?;
        let lease = HeldLease::take(&self.store, &self.settings.owner, cancel.clone()).await?;
        let outcome = self.run_leased(again, plan, Arc::new(watch), &cancel).await;
        lease.give_back().await;
        outcome
    }

    /// Waits until no run of this process is under way.
    pub async fn idle(&self) {
        drop(self.running.lock().await);
    }

    async fn run_leased(
        &self,
        again: Again,
        plan: Plan,
        watch: Arc<dyn Fn(&JobRow) + Send + Sync>,
        cancel: &CancellationToken,
    ) -> Result<Summary, JobsError> {
        let now = self.store.now();
        wake(&self.store, now).await.map_err(|error| JobsError::Wake(Box::new(error)))?;
        match again {
            Again::Extraction => {
                self.store.write(|writing| writing.mark_for_extraction(None)).await?;
            }
            Again::DeadLetters => {
                self.store.write(|writing| writing.retry_dead_letters()).await?;
            }
            Again::Nothing | Again::Reading => {}
        }
        let sources = match again {
            Again::Reading => Vec::new(),
            _ => self.sources_to_crawl(&plan, again).await?,
        };
        let mut jobs = planned_jobs(&plan, &sources);
        if again == Again::Reading {
            jobs.insert(0, (Stage::Crawl, replay::SUBJECT.to_owned()));
        }
        let owner = self.settings.owner.clone();
        let rows = self
            .store
            .write(move |writing| {
                let run = writing.begin_run(&owner, &jobs, now)?;
                writing.list_jobs_of(run)
            })
            .await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in rows {
            let source = sources.iter().find(|source| source.name == row.subject).cloned();
            let reporter =
                Reporter::new(self.store.clone(), row, Arc::clone(&watch), cancel.child_token());
            ended.push(self.run_job(again, reporter, source).await?);
        }
        let (spent, warnings) = self.end_of_run(ended.first().map(|job| job.run)).await?;
        Ok(Summary { jobs: ended, spent, warnings })
    }

    /// Forgets answers that are not used any more; what the run spent, and what is to be told of it.
    async fn end_of_run(
        &self,
        run: Option<RunId>,
    ) -> Result<(Option<RunSpending>, Vec<SpendingWarning>), JobsError> {
        let models = self.refinery.as_ref().map(|refinery| refinery.models.clone());
        if let Some(moment) = models.as_ref().and_then(Models::find_forgetting) {
            self.store.write(move |writing| writing.prune_model_answers(moment)).await?;
        }
        let Some(run) = run else { return Ok((None, Vec::new())) };
        let spent = self.store.read(move |reading| reading.spending_of_run(run)).await?;
        if spent.calls + spent.cached == 0 {
            return Ok((None, Vec::new()));
        }
        let warnings = match models {
            Some(models) => {
                let today = models.today();
                let today = self.store.read(move |reading| reading.spending(today)).await?;
                models.list_warnings(&today)
            }
            None => Vec::new(),
        };
        Ok((Some(spent), warnings))
    }

    async fn run_job(
        &self,
        again: Again,
        reporter: Reporter,
        source: Option<Source>,
    ) -> Result<JobRow, JobsError> {
        if !reporter.start().await? {
            return reporter.finish(JobState::Cancelled, Some("cancelled".into())).await;
        }
        let outcome = match (reporter.stage(), source) {
            (Stage::Crawl, Some(source)) => crawl::run(self, &source, &reporter).await,
            (Stage::Crawl, None) if reporter.row().subject == replay::SUBJECT => {
                replay::run(self, &reporter).await
            }
            (Stage::Crawl, None) => Ok("no source is due".to_owned()),
            (Stage::Extract, _) => self.extract(again, &reporter).await,
            (Stage::Embed, _) => embed::run(self, &reporter).await,
            (Stage::Dedupe, _) => dedupe::run(self, &reporter).await,
            (Stage::Rank, _) => rank::run(self, &reporter).await,
            (Stage::Index, _) => self.index(&reporter).await,
        };
        match outcome {
            Ok(message) => reporter.finish(JobState::Done, Some(message)).await,
            Err(JobsError::Cancelled) => {
                let message = "cancelled; the next run goes on from here";
                reporter.finish(JobState::Cancelled, Some(message.into())).await
            }
            Err(error) => {
                let words = error.in_words();
                tracing::error!(stage = %reporter.stage(), error = %words, "a job failed");
                reporter.finish(JobState::Failed, Some(words)).await
            }
        }
    }

    async fn extract(&self, again: Again, reporter: &Reporter) -> Result<String, JobsError> {
        let extractor = learn::extractor(self).await?;
        let is_kept = self.refinery.as_ref().is_some_and(|known| !known.models.bounds().forgets);
        // Where answers are kept for it, reading again gives what was given then.
        let freshness = match again {
            Again::Extraction | Again::Reading if is_kept => Freshness::Replay,
            _ => Freshness::Settled,
        };
        extract::run(self, Arc::new(extractor), freshness, reporter).await
    }

    async fn index(&self, reporter: &Reporter) -> Result<String, JobsError> {
        let store = self.store.clone();
        let folder = self.settings.index_folder.clone();
        let (watch, runtime) = (reporter.clone(), tokio::runtime::Handle::current());
        let followed = tokio::task::spawn_blocking(move || {
            let follower = Follower::new(store, Index::open(&folder)?);
            follower.catch_up(&mut |progress| runtime.block_on(watch.tell(progress)))
        })
        .await
        .map_err(|_| JobsError::Panicked(Stage::Index))??;
        Ok(match followed {
            Some(followed) => {
                // What is older is of no use to anybody: a follower behind it rebuilds.
                let upto = followed.seq - KEPT_CHANGES;
                self.store.write(move |writing| writing.prune_changes(upto)).await?;
                followed.in_words()
            }
            None => "another process is keeping the index in step".to_owned(),
        })
    }

    pub(super) async fn sources_to_crawl(
        &self,
        plan: &Plan,
        again: Again,
    ) -> Result<Vec<Source>, JobsError> {
        if !plan.has(Stage::Crawl) && !plan.with_sample {
            return Ok(Vec::new());
        }
        let mut chosen = Vec::new();
        if plan.with_sample {
            chosen.push(sample::prepare(&self.store).await?);
        }
        let known = self.store.read(|reading| Ok::<_, JobsError>(reading.list_sources()?)).await?;
        for name in &plan.sources {
            let found = known.iter().find(|source| source.name == *name);
            chosen.push(found.ok_or_else(|| JobsError::NoSource(name.clone()))?.clone());
        }
        if plan.sources.is_empty() && !plan.with_sample {
            let troubled = match again {
                Again::DeadLetters => {
                    self.store.read(|reading| reading.list_troubled_sources()).await?
                }
                _ => Vec::new(),
            };
            let now = self.store.now();
            chosen.extend(known.into_iter().filter(|source| {
                source.is_due(now) || source.is_enabled && troubled.contains(&source.id)
            }));
        }
        Ok(chosen)
    }
}

impl Plan {
    fn has(&self, stage: Stage) -> bool {
        self.stages.is_empty() || self.stages.contains(&stage)
    }
}

fn planned_jobs(plan: &Plan, sources: &[Source]) -> Vec<(Stage, String)> {
    let crawls = sources.iter().map(|source| (Stage::Crawl, source.name.clone()));
    let later = Stage::ALL.iter().filter(|stage| **stage != Stage::Crawl && plan.has(**stage));
    crawls.chain(later.map(|stage| (*stage, String::new()))).collect()
}

impl super::Followed {
    fn in_words(&self) -> String {
        match &self.rebuilt_because {
            Some(reason) => format!("rebuilt with {} items: {reason}", self.indexed),
            None => format!("{} changes followed", self.indexed),
        }
    }
}

/// Progress of a stage that counts whole items.
pub(super) fn progress(done: usize, total: usize, failed: usize) -> Progress {
    Progress { done: done as u64, total: total as u64, failed: failed as u64 }
}
