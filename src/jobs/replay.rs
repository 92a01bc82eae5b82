//! Reading again what is stored: raw bodies through today's readers, without the network.
//!
//! A document whose text comes out otherwise becomes a new revision and waits for extraction; what
//! a person decided on or edited stays as it is. A body that a newer one of the same document has
//! replaced is not read.

use super::intake::{self, Intake};
use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::gather::{Problem, replay};
use crate::model::{BodyId, NewDocument, SourceId, Stage};
use crate::store::{StoreError, Stored, UsedBody, prepare};
use rayon::prelude::*;
use std::sync::Arc;

/// What the job is called, where a crawl is called after its source.
pub(super) const SUBJECT: &str = "what is stored";

/// Bodies read and written together.
const BATCH: usize = 128;

/// What bodies were read as: their documents, for each source that has them.
#[derive(Default)]
struct Read {
    documents: Vec<(SourceId, BodyId, NewDocument)>,
    problems: Vec<(SourceId, Problem)>,
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let total = pipeline.store.read(|reading| reading.count_used_bodies()).await?;
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let (mut after, mut done, mut intake) = (BodyId(0), 0, Intake::default());
    loop {
        let bodies =
            pipeline.store.read(move |reading| reading.list_used_bodies(after, BATCH)).await?;
        let Some(last) = bodies.last() else { break };
        after = last.id;
        done += bodies.len();
        let read = read_all(pipeline, bodies).await?;
        intake.count(&store(pipeline, read.documents).await?);
        for (source, problem) in &read.problems {
            intake::record_problem(&pipeline.store, &mut intake, *source, problem).await?;
        }
        reporter.tell(progress(done, total.max(done), intake.failed)).await?;
    }
    Ok(intake.in_words())
}

async fn read_all(pipeline: &Pipeline, bodies: Vec<UsedBody>) -> Result<Read, JobsError> {
    let threads = Arc::clone(&pipeline.threads);
    let read = tokio::task::spawn_blocking(move || {
        threads.install(|| bodies.into_par_iter().map(read_one).collect::<Vec<_>>())
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Crawl))?;
    Ok(read.into_iter().fold(Read::default(), |mut all, one| {
        all.documents.extend(one.documents);
        all.problems.extend(one.problems);
        all
    }))
}

fn read_one(body: UsedBody) -> Read {
    let (documents, problems) = replay(&Arc::new(body.raw));
    let for_each = |source: &SourceId| {
        let source = *source;
        documents.iter().map(move |document| (source, body.id, document.clone()))
    };
    let problem_of = body.sources.first().copied();
    Read {
        documents: body.sources.iter().flat_map(for_each).collect(),
        problems: problem_of
            .into_iter()
            .flat_map(|source| problems.iter().map(move |problem| (source, problem.clone())))
            .collect(),
    }
}

async fn store(
    pipeline: &Pipeline,
    documents: Vec<(SourceId, BodyId, NewDocument)>,
) -> Result<Vec<Stored>, JobsError> {
    let ready = tokio::task::spawn_blocking(move || {
        let places: Vec<(SourceId, BodyId)> =
            documents.iter().map(|(source, body, _)| (*source, *body)).collect();
        let prepared = prepare(documents.into_iter().map(|(_, _, document)| document).collect())?;
        Ok::<_, StoreError>(places.into_iter().zip(prepared).collect::<Vec<_>>())
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Crawl))??;
    let now = pipeline.store.now();
    let stored = pipeline
        .store
        .write(move |writing| {
            let mut stored = Vec::with_capacity(ready.len());
            for ((source, body), document) in &ready {
                let present = writing.find_body_of(*source, document.identity())?;
                if present.is_none_or(|present| present == *body) {
                    stored.push(writing.store_document(*source, document, now)?);
                }
            }
            Ok::<_, StoreError>(stored)
        })
        .await?;
    Ok(stored)
}
