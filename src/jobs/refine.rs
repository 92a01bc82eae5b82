//! A model reads documents after the rules, as far as money and providers go.
//!
//! Everything is stored as the rules read it before the first question is asked, so nothing that
//! happens here can lose a document: what is not refined waits, marked, for a later run.

mod asking;
mod words;

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::extract::{Dropped, Extractor};
use crate::llm::{LlmError, Models};
use crate::model::{Document, DocumentId, DocumentKind, Draft, Stage};
use crate::settings::{Refine, load_prompt};
use crate::store::StoreError;
use asking::{Asker, Read};
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

impl Refinery {
    /// Whether a model shall read a document too.
    pub(super) fn wants(&self, kind: DocumentKind, likelihood: impl FnOnce() -> f32) -> bool {
        // A workflow's JSON says exactly what it does.
        if kind == DocumentKind::Workflow {
            return false;
        }
        match self.rule {
            Refine::None => false,
            Refine::All => likelihood() >= LEAST,
            Refine::Unsure => (LEAST..SURE).contains(&likelihood()),
        }
    }
}

/// What came of it all.
#[derive(Debug, Default)]
struct Tally {
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
    /// It keeps what the rules read; asking again would not help.
    Failed(Box<Document>, String),
    /// It waits, and so does all that follows.
    Halted(LlmError),
    Cancelled,
}

/// Refines what waits; what it did, in words, where it did or left anything.
pub(super) async fn run(
    pipeline: &Pipeline,
    refinery: &Refinery,
    extractor: &Arc<Extractor>,
    reporter: &Reporter,
) -> Result<Option<String>, JobsError> {
    let waiting = pipeline.store.read(|reading| reading.count_awaiting_model()).await?;
    if waiting == 0 || refinery.rule == Refine::None {
        return Ok(None);
    }
    let prompt = load_prompt("extract", Some(&refinery.prompts));
    let prompt = prompt.map_err(|error| JobsError::Prompt(Box::new(error)))?;
    let run = reporter.row().run;
    let asker = Asker::new(refinery.models.for_run(run), prompt, Arc::clone(extractor))?;
    let stop = reporter.cancel().child_token();
    let watcher = tokio::spawn({
        let (reporter, stop) = (reporter.clone(), stop.clone());
        async move {
            reporter.cancelled().await;
            stop.cancel();
        }
    });
    let total = usize::try_from(waiting).unwrap_or(usize::MAX);
    let tally = work(pipeline, &asker, reporter, total, &stop).await;
    watcher.abort();
    let tally = tally?;
    let (left, spent) = pipeline
        .store
        .read(move |reading| {
            Ok::<_, StoreError>((reading.count_awaiting_model()?, reading.spending_of_run(run)?))
        })
        .await?;
    Ok(Some(words::told(&tally, left, &spent)))
}

async fn work(
    pipeline: &Pipeline,
    asker: &Asker,
    reporter: &Reporter,
    total: usize,
    stop: &CancellationToken,
) -> Result<Tally, JobsError> {
    let (mut tally, mut after, mut done) = (Tally::default(), DocumentId(0), 0);
    let halted = AtomicBool::new(false);
    while !halted.load(Ordering::Relaxed) {
        let documents =
            pipeline.store.read(move |reading| reading.list_awaiting_model(after, BATCH)).await?;
        let Some(last) = documents.last() else { break };
        after = last.id;
        // What is under way is always heard out: its money is spent. Nothing new is begun.
        let open = documents
            .into_iter()
            .take_while(|_| !halted.load(Ordering::Relaxed) && !stop.is_cancelled());
        let mut reads = futures::stream::iter(open)
            .map(|document| one(asker, document, stop))
            .buffer_unordered(asker.width());
        let mut failure = None;
        while let Some(outcome) = reads.next().await {
            match settle(pipeline, outcome, &mut tally).await {
                Ok(true) => done += 1,
                Ok(false) => halted.store(true, Ordering::Relaxed),
                Err(error) => {
                    stop.cancel();
                    failure = failure.or(Some(error));
                }
            }
            if let Err(error) = reporter.tell(progress(done, total.max(done), tally.failed)).await {
                stop.cancel();
                failure = failure.or(Some(error));
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        if stop.is_cancelled() {
            return Err(JobsError::Cancelled);
        }
    }
    Ok(tally)
}

async fn one(asker: &Asker, document: Document, stop: &CancellationToken) -> Outcome {
    match asker.read(&document, stop).await {
        Ok(read) => Outcome::Read(Box::new(document), read),
        Err(JobsError::Models(LlmError::Cancelled)) => Outcome::Cancelled,
        Err(JobsError::Models(
            error @ (LlmError::Truncated { .. }
            | LlmError::Unusable { .. }
            | LlmError::Refused { .. }),
        )) => Outcome::Failed(Box::new(document), error.to_string()),
        Err(JobsError::Models(error)) => Outcome::Halted(error),
        Err(error) => Outcome::Failed(Box::new(document), crate::text::with_causes(&error)),
    }
}

/// Stores what became of a document; `false` where the rest shall wait.
async fn settle(
    pipeline: &Pipeline,
    outcome: Outcome,
    tally: &mut Tally,
) -> Result<bool, JobsError> {
    match outcome {
        Outcome::Cancelled => Ok(false),
        Outcome::Halted(error) if error.is_waiting() => {
            tally.halt = tally.halt.take().or(Some(error));
            Ok(false)
        }
        Outcome::Halted(error) => Err(error.into()),
        Outcome::Failed(document, reason) => {
            tally.failed += 1;
            tracing::warn!(document = %document.id, %reason, "a model could not read a document");
            let now = Timestamp::now();
            pipeline
                .store
                .write(move |writing| {
                    let hint = "it stays as the rules read it; `reservoir run --again` asks anew";
                    let subject = (Some(document.source), document.identity.as_str());
                    writing.record_dead_letter(
                        Stage::Extract,
                        subject,
                        &reason,
                        Some(hint),
                        now,
                    )?;
                    writing.await_model(&document, false)
                })
                .await?;
            Ok(true)
        }
        Outcome::Read(document, read) => {
            tally.refined += 1;
            tally.dropped.fields += read.dropped.fields;
            tally.dropped.labels += read.dropped.labels;
            tally.dropped.automations += read.dropped.automations;
            let least = pipeline.settings.minimum_confidence;
            let drafts: Vec<Draft> =
                read.drafts.into_iter().filter(|draft| draft.confidence >= least).collect();
            let now = Timestamp::now();
            let made_by = read.made_by;
            let stored = pipeline
                .store
                .write(move |writing| {
                    writing.clear_dead_letter(Stage::Extract, &document.identity)?;
                    let stored = writing.store_drafts(&document, &drafts, &made_by, now)?;
                    writing.mark_refined(&document, &made_by)?;
                    Ok::<_, StoreError>(stored)
                })
                .await?;
            tally.added += stored.added;
            Ok(true)
        }
    }
}
