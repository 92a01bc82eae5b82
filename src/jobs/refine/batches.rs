//! Questions that nobody waits for, handed in together by one run and fetched by a later one.

use super::asking::{Asker, Plan};
use super::{BATCH, Tally};
use crate::jobs::report::Reporter;
use crate::jobs::{JobsError, Pipeline};
use crate::llm::{Batch, CallError, Collected, LlmError, Models, Question};
use crate::model::{DocumentId, Stage};
use crate::store::{AwaitingDocument, AwaitingKind, ModelBatch, StoreError};
use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Most documents of one batch.
const MOST: usize = 1_000;
/// A batch of so many bytes of questions is full.
const FULL: usize = 32 << 20;
/// A batch that could not be looked at for so long, since the first look that failed, is given up.
const PATIENCE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Where the store keeps since when which batches cannot be looked at.
const UNSEEN: &str = "batches.unseen";

/// Since when batches cannot be looked at.
type Unseen = BTreeMap<i64, Timestamp>;

/// What fetching brought.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    pub(super) batches: usize,
    pub(super) answered: usize,
    pub(super) failed: usize,
    /// What is to be told besides.
    pub(super) notes: Vec<String>,
}

impl Fetched {
    pub(super) fn is_nothing(&self) -> bool {
        self.batches == 0 && self.notes.is_empty()
    }

    /// Whether batches came back with nothing: then one by one is the way to get on.
    pub(super) fn is_futile(&self) -> bool {
        self.batches > 0 && self.answered == 0
    }
}

/// Fetches what is over; documents of batches that are, or that are given up, wait again.
pub(super) async fn fetch(pipeline: &Pipeline, models: &Models) -> Result<Fetched, JobsError> {
    let mut fetched = Fetched::default();
    let list = |reading: &crate::store::Reading<'_>| {
        let unseen = reading.find_setting::<Unseen>(UNSEEN)?.unwrap_or_default();
        Ok::<_, StoreError>((reading.list_model_batches()?, unseen))
    };
    let (out, mut unseen) = pipeline.store.read(list).await?;
    for batch in out {
        let now = Timestamp::now();
        let before = unseen.remove(&batch.id.0);
        let mut since = before;
        let (is_over, note) = look(models, &batch, now, &mut since, &mut fetched).await?;
        fetched.notes.extend(note);
        since = since.filter(|_| !is_over);
        unseen.extend(since.map(|since| (batch.id.0, since)));
        let kept = (before != since).then(|| unseen.clone());
        let written = pipeline.store.write(move |writing| {
            if let Some(kept) = kept {
                writing.save_setting(UNSEEN, &kept, now)?;
            }
            if is_over {
                writing.return_model_batch(batch.id, now)?;
            }
            Ok::<_, StoreError>(())
        });
        written.await?;
    }
    Ok(fetched)
}

/// Whether a batch is out no more, and what is to be told of it. `unseen` is since when it cannot be
/// looked at, before and after.
async fn look(
    models: &Models,
    batch: &ModelBatch,
    now: Timestamp,
    unseen: &mut Option<Timestamp>,
    fetched: &mut Fetched,
) -> Result<(bool, Option<String>), JobsError> {
    let Ok(known) = serde_json::from_str::<Batch>(&batch.content) else {
        return Ok((true, Some(format!("batch {} is given up: unreadable", batch.name))));
    };
    let collected = models.collect(&known).await;
    if collected.is_ok() {
        *unseen = None;
    }
    match collected {
        Ok(Collected::Waiting) => Ok((false, None)),
        Ok(Collected::Overdue) => {
            // Another batch would fare no better.
            fetched.batches += 1;
            fetched.failed += known.entries.len();
            tracing::warn!(batch = batch.name, "a batch is given up: it is not done in time");
            Ok((true, Some(format!("batch {} is given up: it is not done in time", batch.name))))
        }
        Ok(Collected::Done { answered, failed }) => {
            fetched.batches += 1;
            fetched.answered += answered;
            fetched.failed += failed;
            Ok((true, None))
        }
        Err(error @ (LlmError::Ledger(_) | LlmError::Cache(_))) => Err(error.into()),
        Err(error) => {
            let is_unknown =
                matches!(error, LlmError::Refused { source: CallError::NotOffered { .. }, .. });
            let since = *unseen.get_or_insert(now);
            let is_over = is_unknown || now.duration_since(since) > PATIENCE;
            let so = if is_over { "is given up" } else { "cannot be looked at" };
            tracing::warn!(batch = batch.name, %error, "a batch {so}");
            Ok((is_over, Some(format!("batch {} {so}: {error}", batch.name))))
        }
    }
}

/// Questions about documents, on their way into a batch.
#[derive(Default)]
struct Parcel {
    documents: Vec<(DocumentId, u32)>,
    questions: Vec<Question>,
    /// Of each question, the place of its document.
    owners: Vec<usize>,
    bytes: usize,
}

impl Parcel {
    fn add(&mut self, plan: Plan) {
        let document = &plan.awaiting.document;
        for question in plan.questions {
            self.bytes += question.messages.iter().map(|message| message.text.len()).sum::<usize>();
            self.questions.push(question);
            self.owners.push(self.documents.len());
        }
        self.documents.push((document.id, document.revision));
    }

    fn is_full(&self) -> bool {
        self.documents.len() >= MOST || self.bytes >= FULL
    }
}

/// Hands in what nobody has asked about, in batches, as far as the money goes. What stays is to be
/// asked one by one.
pub(super) async fn hand_in(
    pipeline: &Pipeline,
    asker: &Arc<Asker>,
    reporter: &Reporter,
    stop: &CancellationToken,
    tally: &mut Tally,
) -> Result<(), JobsError> {
    let mut after = DocumentId(0);
    loop {
        let mut parcel = Parcel::default();
        while !parcel.is_full() {
            let list = move |reading: &crate::store::Reading<'_>| {
                reading.list_awaiting_model(AwaitingKind::Unasked, after, BATCH)
            };
            let documents: Vec<AwaitingDocument> = pipeline.store.read(list).await?;
            let Some(last) = documents.last() else { break };
            after = last.document.id;
            let plans = plan(pipeline, asker, documents).await?;
            plans.into_iter().for_each(|plan| parcel.add(plan));
            reporter.tell(reporter.row().progress).await?;
        }
        match asker.models.submit(&parcel.questions, stop).await {
            Ok(None) if parcel.documents.is_empty() => return Ok(()),
            // Too few of these are open; of the next it may be more.
            Ok(None) => {}
            Ok(Some(handed)) => {
                keep(pipeline, &parcel, &handed.batch, &handed.places).await?;
                if let Some(over) = handed.over {
                    let task = "extract".to_owned();
                    tally.halt = Some(LlmError::Budget { task, over });
                    return Ok(());
                }
            }
            Err(LlmError::Cancelled) => return Err(JobsError::Cancelled),
            Err(error @ (LlmError::Ledger(_) | LlmError::Cache(_))) => return Err(error.into()),
            // Asked one by one they meet with the same, or with better luck.
            Err(error) => {
                tracing::warn!(%error, "no batch was taken");
                tally.fetched.notes.push(format!("no batch was taken: {error}"));
                return Ok(());
            }
        }
    }
}

async fn plan(
    pipeline: &Pipeline,
    asker: &Arc<Asker>,
    documents: Vec<AwaitingDocument>,
) -> Result<Vec<Plan>, JobsError> {
    let (threads, asker) = (Arc::clone(&pipeline.threads), Arc::clone(asker));
    let planned = tokio::task::spawn_blocking(move || {
        // What cannot be planned fails where it is asked by itself.
        let one = |awaiting| asker.plan(awaiting).ok().flatten();
        threads.install(|| documents.into_par_iter().filter_map(one).collect())
    });
    planned.await.map_err(|_| JobsError::Panicked(Stage::Extract))
}

/// Keeps a batch, with the documents that it will tell of.
async fn keep(
    pipeline: &Pipeline,
    parcel: &Parcel,
    batch: &Batch,
    places: &[usize],
) -> Result<(), JobsError> {
    let mut owners: Vec<usize> = places.iter().map(|place| parcel.owners[*place]).collect();
    owners.sort_unstable();
    owners.dedup();
    let documents: Vec<_> = owners.into_iter().map(|at| parcel.documents[at]).collect();
    let content = serde_json::to_string(batch).expect("invariant: plain data is JSON");
    let Batch { provider, id, sent, .. } = batch.clone();
    pipeline
        .store
        .write(move |writing| {
            writing.keep_model_batch(&provider, &id, &content, sent, &documents)?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}
