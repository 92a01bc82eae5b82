//! The embed stage: a sentence vector for each automation that has none for its present text.

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::embed::{MODEL_NAME, Vector};
use crate::model::{AutomationId, Stage};
use crate::search::encode as encode_text;
use crate::store::StoreError;
use rayon::prelude::*;
use std::sync::Arc;

const BATCH: usize = 1_000;

struct Text {
    id: AutomationId,
    revision: u32,
    text: String,
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let (mut after, mut done) = (AutomationId(0), 0);
    loop {
        let texts = pipeline.store.read(move |reading| texts(reading, after)).await?;
        let Some(last) = texts.last() else { break };
        after = last.id;
        done += texts.len();
        let vectors = encode(pipeline, texts).await?;
        pipeline
            .store
            .write(move |writing| {
                for (text, hash, vector) in vectors {
                    let bytes = vector.map(|vector| vector.to_bytes()).unwrap_or_default();
                    writing.save_vector(text.id, text.revision, MODEL_NAME, &hash, &bytes)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        reporter.tell(progress(done, done, 0)).await?;
    }
    Ok(format!("{done} vectors"))
}

fn texts(
    reading: &crate::store::Reading<'_>,
    after: AutomationId,
) -> Result<Vec<Text>, StoreError> {
    let mut texts = Vec::new();
    for id in reading.list_unembedded(MODEL_NAME, after, BATCH)? {
        if let Some(automation) = reading.find_automation(id)? {
            let text = automation.content.meaning();
            texts.push(Text { id, revision: automation.revision, text });
        }
    }
    Ok(texts)
}

async fn encode(
    pipeline: &Pipeline,
    texts: Vec<Text>,
) -> Result<Vec<(Text, [u8; 32], Option<Vector>)>, JobsError> {
    let threads = Arc::clone(&pipeline.threads);
    tokio::task::spawn_blocking(move || {
        threads.install(|| {
            let plain: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
            let vectors: Vec<Option<Vector>> =
                plain.par_iter().map(|text| encode_text(text)).collect();
            let hashes: Vec<[u8; 32]> =
                plain.iter().map(|text| *blake3::hash(text.as_bytes()).as_bytes()).collect();
            let pairs = hashes.into_iter().zip(vectors);
            texts
                .into_iter()
                .zip(pairs)
                .map(|(text, (hash, vector))| (text, hash, vector))
                .collect()
        })
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Embed))
}
