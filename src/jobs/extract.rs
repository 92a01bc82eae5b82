//! The extract stage: documents that wait become automations with evidence, by the rules first and
//! then, where models are configured, with a model.

use super::pipeline::progress;
use super::refine::{self, Refinery};
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::extract::{Extractor, Input, MADE_BY};
use crate::llm::Freshness;
use crate::model::{DocumentId, Draft, Stage};
use crate::store::{StoreError, WaitingDocument};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Documents read and written together.
const BATCH: usize = 256;

/// What extraction made of one document.
struct Read {
    waiting: WaitingDocument,
    /// `None` where the extractor gave up on it.
    drafts: Option<Vec<Draft>>,
    /// Whether a model shall read it too.
    is_for_model: bool,
}

pub(super) async fn run(
    pipeline: &Pipeline,
    extractor: Arc<Extractor>,
    freshness: Freshness,
    reporter: &Reporter,
) -> Result<String, JobsError> {
    let total = pipeline.store.read(|reading| reading.count_waiting_documents()).await?;
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let (mut after, mut done, mut failed, mut found) = (DocumentId(0), 0, 0, 0);
    loop {
        let waiting = pipeline
            .store
            .read(move |reading| reading.list_waiting_documents(after, BATCH))
            .await?;
        let Some(last) = waiting.last() else { break };
        after = last.document.id;
        done += waiting.len();
        let read = extract(pipeline, &extractor, waiting).await?;
        let (added, given_up) = write(pipeline, read).await?;
        found += added;
        failed += given_up;
        reporter.tell(progress(done, total.max(done), failed)).await?;
    }
    let told = format!("{found} automations in {done} documents");
    let Some(refinery) = pipeline.refinery.clone() else { return Ok(told) };
    let refined = refine::run(pipeline, &refinery, &extractor, freshness, reporter).await?;
    Ok(refined.map_or(told.clone(), |refined| format!("{told}; {refined}")))
}

async fn extract(
    pipeline: &Pipeline,
    extractor: &Arc<Extractor>,
    waiting: Vec<WaitingDocument>,
) -> Result<Vec<Read>, JobsError> {
    let (threads, extractor) = (Arc::clone(&pipeline.threads), Arc::clone(extractor));
    let least = pipeline.settings.minimum_confidence;
    let refinery = pipeline.refinery.clone();
    tokio::task::spawn_blocking(move || {
        threads.install(|| {
            let one = |waiting| extract_one(&extractor, waiting, least, refinery.as_deref());
            waiting.into_par_iter().map(one).collect()
        })
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Extract))
}

/// A document that makes the extractor panic costs itself only.
fn extract_one(
    extractor: &Extractor,
    waiting: WaitingDocument,
    least: f32,
    refinery: Option<&Refinery>,
) -> Read {
    let document = &waiting.document;
    let input = Input {
        title: &document.title,
        readable: &document.readable,
        kind: Some(document.kind),
        url: document.url.as_deref(),
        marks: &document.marks,
        language: document.language.as_deref(),
        raw: waiting.raw.as_ref().map(|raw| raw.bytes.as_slice()),
    };
    let read = catch_unwind(AssertUnwindSafe(|| {
        let drafts = extractor.extract(&input);
        let is_for_model = refinery.is_some_and(|refinery| {
            let likelihood = || extractor.likelihood(&input, &drafts);
            refinery.errand(document.kind, &drafts, least, likelihood).is_some()
        });
        (drafts, is_for_model)
    }));
    let (drafts, is_for_model) = read.ok().unzip();
    let drafts = drafts.map(|drafts| {
        drafts.into_iter().filter(|draft| draft.confidence >= least).collect::<Vec<_>>()
    });
    Read { waiting, drafts, is_for_model: is_for_model.unwrap_or(false) }
}

async fn write(pipeline: &Pipeline, read: Vec<Read>) -> Result<(usize, usize), JobsError> {
    let now = pipeline.store.now();
    let counts = pipeline
        .store
        .write(move |writing| {
            let (mut added, mut given_up) = (0, 0);
            for Read { waiting, drafts, is_for_model } in read {
                let document = &waiting.document;
                writing.await_model(document, is_for_model)?;
                // What a model has read stays until one has read it again: were the budget at its
                // end, the rules alone would make less of it.
                if is_for_model && writing.is_refined(document)? {
                    writing.mark_extracted(document, MADE_BY)?;
                    continue;
                }
                match drafts {
                    Some(drafts) => {
                        writing.clear_dead_letter(Stage::Extract, &document.identity)?;
                        added += writing.store_drafts(document, &drafts, MADE_BY, now)?.added;
                    }
                    None => {
                        given_up += 1;
                        let reason = "the extractor gave up on this text";
                        let hint = "please report it; the other documents went on";
                        let subject = (Some(document.source), document.identity.as_str());
                        writing.record_dead_letter(
                            Stage::Extract,
                            subject,
                            reason,
                            Some(hint),
                            now,
                        )?;
                        writing.mark_extracted(document, MADE_BY)?;
                    }
                }
            }
            Ok::<_, StoreError>((added, given_up))
        })
        .await?;
    Ok(counts)
}
