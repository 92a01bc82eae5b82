//! A model reads documents after the rules, as far as money and providers go.
//!
//! Everything is stored as the rules read it before the first question is asked, so nothing that
//! happens here can lose a document: what is not refined waits, marked, for a later run.

mod asking;
mod batches;
mod prompted;
mod words;

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::extract::{Dropped, Extractor, is_unsorted};
use crate::llm::{Freshness, LlmError, MORE_THAN, Models};
use crate::model::{Document, DocumentId, DocumentKind, Draft, Stage};
use crate::settings::Refine;
use crate::store::{AwaitingDocument, AwaitingKind, StoreError};
use asking::{Asker, Read};
use batches::Fetched;
use futures::StreamExt;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// Documents in which the rules see less are not worth a model's look.
const LEAST: f32 = 0.15;
/// From this confidence on the rules are sure.
const SURE: f32 = 0.8;
/// Documents loaded together.
const BATCH: usize = 64;

/// The models that read after the rules, and when.
pub(super) struct Refinery {
    pub(super) models: Models,
    pub(super) rule: Refine,
    /// The user's prompts.
    pub(super) prompts: PathBuf,
}

/// What a model is asked to do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// To tell what is in it.
    Read,
    /// To tell what the rules' drafts are for, and for whom.
    Sort,
}

impl Refinery {
    /// What a model shall do with a document of which the rules made `drafts`; those less certain
    /// than `least` are not kept.
    pub(super) fn errand(
        &self,
        kind: DocumentKind,
        drafts: &[Draft],
        least: f32,
        likelihood: impl FnOnce() -> f32,
    ) -> Option<Errand> {
        let is_to_read = match self.rule {
            Refine::None => return None,
            // A workflow's JSON says exactly what it does.
            _ if kind == DocumentKind::Workflow => false,
            Refine::All => likelihood() >= LEAST,
            Refine::Unsure => (LEAST..SURE).contains(&likelihood()),
        };
        if is_to_read {
            return Some(Errand::Read);
        }
        let is_open = |draft: &Draft| draft.confidence >= least && is_unsorted(&draft.content);
        drafts.iter().any(is_open).then_some(Errand::Sort)
    }
}

/// What came of it all.
#[derive(Debug, Default)]
struct Tally {
    fetched: Fetched,
    refined: usize,
    failed: usize,
    added: usize,
    dropped: Dropped,
    /// Why the rest waits.
    halt: Option<LlmError>,
}

/// What became of one document.
enum Outcome {
    Read(Box<Document>, Read),
    /// There is nothing to ask about it, as the settings now are.
    Unasked(Box<Document>),
    /// It keeps what the rules read; asking again would not help.
    Failed(Box<Document>, String),
    /// It waits, and so does all that follows.
    Halted(LlmError),
    Cancelled,
}

/// Refines what waits; what it did, in words, where it did or left anything.
pub(super) async fn run(
    pipeline: &Pipeline,
    refinery: &Arc<Refinery>,
    extractor: &Arc<Extractor>,
    freshness: Freshness,
    reporter: &Reporter,
) -> Result<Option<String>, JobsError> {
    let run = reporter.row().run;
    let models = refinery.models.for_run(run);
    let fetched = batches::fetch(pipeline, &models).await?;
    let mut tally = Tally { fetched, ..Tally::default() };
    let waiting = pipeline.store.read(|reading| reading.count_awaiting_model()).await?;
    if refinery.rule != Refine::None && waiting.unasked + waiting.returned > 0 {
        let least = pipeline.settings.minimum_confidence;
        let (refinery, extractor) = (Arc::clone(refinery), Arc::clone(extractor));
        let asker = tokio::task::spawn_blocking(move || {
            Asker::new(models, refinery, extractor, freshness, least)
        });
        let asker = asker.await.map_err(|_| JobsError::Panicked(Stage::Extract))??;
        let stop = reporter.cancel().child_token();
        let watcher = tokio::spawn({
            let (reporter, stop) = (reporter.clone(), stop.clone());
            async move {
                reporter.cancelled().await;
                stop.cancel();
            }
        });
        let work = Work { pipeline, asker: Arc::new(asker), reporter, stop };
        let worked = work.all(&mut tally).await;
        watcher.abort();
        worked?;
    }
    let told = pipeline
        .store
        .write(move |writing| {
            writing.prune_model_batches()?;
            let out = writing.list_model_batches()?;
            Ok::<_, StoreError>((
                writing.count_awaiting_model()?,
                writing.spending_of_run(run)?,
                out,
            ))
        })
        .await?;
    let (left, spent, out) = told;
    if waiting.unasked + waiting.returned + left.out == 0 && tally.fetched.is_nothing() {
        return Ok(None);
    }
    Ok(Some(words::told(&tally, &left, &spent, &out)))
}

/// One run's work.
struct Work<'a> {
    pipeline: &'a Pipeline,
    asker: Arc<Asker>,
    reporter: &'a Reporter,
    stop: CancellationToken,
}

impl Work<'_> {
    /// First what came back, which costs nothing, then the rest, in batches where it is much.
    async fn all(&self, tally: &mut Tally) -> Result<(), JobsError> {
        let (store, asker) = (&self.pipeline.store, &self.asker);
        self.pass(AwaitingKind::Returned, tally).await?;
        let waiting = store.read(|reading| reading.count_awaiting_model()).await?;
        let is_much = waiting.unasked > MORE_THAN as u64;
        if is_much && asker.takes_batches() && !tally.fetched.is_futile() {
            batches::hand_in(self.pipeline, asker, self.reporter, &self.stop, tally).await?;
        }
        self.pass(AwaitingKind::Unasked, tally).await
    }

    /// Asks about each document of a kind by itself.
    async fn pass(&self, kind: AwaitingKind, tally: &mut Tally) -> Result<(), JobsError> {
        let store = &self.pipeline.store;
        let waiting = store.read(|reading| reading.count_awaiting_model()).await?;
        let total = match kind {
            AwaitingKind::Returned => waiting.returned,
            AwaitingKind::Unasked => waiting.unasked,
        };
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let (mut after, mut done) = (DocumentId(0), 0);
        let halted = AtomicBool::new(false);
        while !halted.load(Ordering::Relaxed) {
            let documents =
                store.read(move |reading| reading.list_awaiting_model(kind, after, BATCH)).await?;
            let Some(last) = documents.last() else { break };
            after = last.document.id;
            // What is under way is always heard out: its money is spent. Nothing new is begun.
            let open = documents
                .into_iter()
                .take_while(|_| !halted.load(Ordering::Relaxed) && !self.stop.is_cancelled());
            let mut reads = futures::stream::iter(open)
                .map(|awaiting| self.one(awaiting))
                .buffer_unordered(self.asker.width());
            let mut failure = None;
            while let Some(outcome) = reads.next().await {
                // Of what came back most has its answer, whatever the budget says of the others.
                let goes_on = kind == AwaitingKind::Returned
                    && matches!(outcome, Outcome::Halted(LlmError::Budget { .. }));
                match self.settle(outcome, tally).await {
                    Ok(true) => done += 1,
                    Ok(false) => halted.store(!goes_on, Ordering::Relaxed),
                    Err(error) => {
                        self.stop.cancel();
                        failure = failure.or(Some(error));
                    }
                }
                let told = self.reporter.tell(progress(done, total.max(done), tally.failed)).await;
                if let Err(error) = told {
                    self.stop.cancel();
                    failure = failure.or(Some(error));
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
            if self.stop.is_cancelled() {
                return Err(JobsError::Cancelled);
            }
        }
        Ok(())
    }

    async fn one(&self, awaiting: AwaitingDocument) -> Outcome {
        let document = Box::new(awaiting.document.clone());
        match self.read(awaiting).await {
            Ok(Some(read)) => Outcome::Read(document, read),
            Ok(None) => Outcome::Unasked(document),
            Err(JobsError::Models(LlmError::Cancelled)) => Outcome::Cancelled,
            Err(JobsError::Models(
                error @ (LlmError::Truncated { .. }
                | LlmError::Unusable { .. }
                | LlmError::Refused { .. }),
            )) => Outcome::Failed(document, error.to_string()),
            Err(JobsError::Models(error)) => Outcome::Halted(error),
            Err(error) => Outcome::Failed(document, crate::text::with_causes(&error)),
        }
    }

    async fn read(&self, awaiting: AwaitingDocument) -> Result<Option<Read>, JobsError> {
        let panicked = |_| JobsError::Panicked(Stage::Extract);
        let asker = Arc::clone(&self.asker);
        let planned = tokio::task::spawn_blocking(move || asker.plan(awaiting));
        let Some(plan) = planned.await.map_err(panicked)?? else { return Ok(None) };
        let answers = self.asker.ask(&plan, &self.stop).await?;
        let asker = Arc::clone(&self.asker);
        let joined = tokio::task::spawn_blocking(move || asker.join(plan, answers));
        joined.await.map_err(panicked)?.map(Some)
    }

    /// Stores what became of a document; `false` where the rest shall wait.
    async fn settle(&self, outcome: Outcome, tally: &mut Tally) -> Result<bool, JobsError> {
        match outcome {
            Outcome::Cancelled => Ok(false),
            Outcome::Halted(error) if error.is_waiting() => {
                tally.halt = tally.halt.take().or(Some(error));
                Ok(false)
            }
            Outcome::Halted(error) => Err(error.into()),
            Outcome::Unasked(document) => {
                let store = &self.pipeline.store;
                store.write(move |writing| writing.await_model(&document, false)).await?;
                Ok(true)
            }
            Outcome::Failed(document, reason) => {
                tally.failed += 1;
                tracing::warn!(document = %document.id, %reason, "a model could not read a document");
                self.give_up(*document, reason).await?;
                Ok(true)
            }
            Outcome::Read(document, read) => {
                tally.refined += 1;
                tally.dropped.fields += read.dropped.fields;
                tally.dropped.labels += read.dropped.labels;
                tally.dropped.automations += read.dropped.automations;
                tally.added += self.store(*document, read).await?;
                Ok(true)
            }
        }
    }

    /// Leaves a document as the rules read it, with a letter that says why.
    async fn give_up(&self, document: Document, reason: String) -> Result<(), JobsError> {
        let now = Timestamp::now();
        let given_up = self.pipeline.store.write(move |writing| {
            let hint = "it stays as the rules read it; `reservoir run --again` asks anew";
            let subject = (Some(document.source), document.identity.as_str());
            writing.record_dead_letter(Stage::Extract, subject, &reason, Some(hint), now)?;
            writing.await_model(&document, false)
        });
        Ok(given_up.await?)
    }

    /// Stores what was read; how many items are new.
    async fn store(&self, document: Document, read: Read) -> Result<usize, JobsError> {
        let least = self.pipeline.settings.minimum_confidence;
        let drafts: Vec<Draft> =
            read.drafts.into_iter().filter(|draft| draft.confidence >= least).collect();
        let (now, made_by) = (Timestamp::now(), read.made_by);
        let stored = self.pipeline.store.write(move |writing| {
            writing.clear_dead_letter(Stage::Extract, &document.identity)?;
            let stored = writing.store_drafts(&document, &drafts, &made_by, now)?;
            writing.mark_refined(&document, &made_by)?;
            Ok::<_, StoreError>(stored)
        });
        Ok(stored.await?.added)
    }
}
