//! The embed stage: a sentence vector for each automation that has none for its present text.
//!
//! Vectors of two models are never compared. While another model than the one searched by is asked
//! for, its vectors are made beside the others; search turns to them once every item has one.

use super::embedder::Embedder;
use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::embed::{MODEL_NAME, Vector};
use crate::llm::LlmError;
use crate::model::{AutomationId, Stage};
use crate::search::encode as encode_text;
use crate::store::{Reading, StoreError};
use rayon::prelude::*;
use std::sync::Arc;

const BATCH: usize = 1_000;
/// Texts of one question to an endpoint.
const ASKED: usize = 64;
/// A text that no endpoint has reason to refuse.
const HARMLESS: &str = "invoice";
/// Where the store keeps which model's vectors are searched by.
const SEARCHED_BY: &str = "search.vectors";

struct Text {
    id: AutomationId,
    revision: u32,
    text: String,
    hash: [u8; 32],
}

/// A text with its vector, where it has one.
type Embedded = (Text, Option<Vector>);

/// The name of the model whose vectors are searched by.
///
/// # Errors
/// Where the store cannot be read.
pub fn searched_by(reading: &Reading<'_>) -> Result<String, StoreError> {
    Ok(reading.find_setting(SEARCHED_BY)?.unwrap_or_else(|| MODEL_NAME.to_owned()))
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let searched = pipeline.store.read(searched_by).await?;
    let embedder = pipeline.embedder.as_ref();
    let wanted = embedder.map_or_else(|| MODEL_NAME.to_owned(), Embedder::name);
    // They cost nothing: the inbox is ordered by them, and searched by until the others are whole.
    let mut parts = vec![format!("{} vectors", embed_here(pipeline, reporter).await?)];
    if let Some(embedder) = embedder {
        let embedder = embedder.for_run(reporter.row().run);
        let there = embed_there(pipeline, &embedder, reporter).await?;
        parts.push(format!("{} vectors by {wanted}", there.done));
        if there.refused > 0 {
            parts.push(format!("{} refused", there.refused));
        }
        if let Some(halt) = there.halt {
            parts.push(format!("the rest waits: {halt}"));
        }
    }
    if searched != wanted {
        parts.push(match turn(pipeline, wanted).await? {
            0 => "search now goes by them".to_owned(),
            left => format!("search goes by {searched} until the last {left} are there"),
        });
    }
    Ok(parts.join("; "))
}

/// Lets search go by the vectors of `wanted` and drops those that nothing goes by any more, once each item has one; else how
/// many lack one.
async fn turn(pipeline: &Pipeline, wanted: String) -> Result<usize, JobsError> {
    let now = pipeline.store.now();
    let turned = pipeline.store.write(move |writing| {
        let left = writing.count_unembedded(&wanted)?;
        if left == 0 {
            writing.save_setting(SEARCHED_BY, &wanted, now)?;
            writing.drop_vectors_but([&wanted, MODEL_NAME])?;
        }
        Ok::<_, StoreError>(left)
    });
    Ok(usize::try_from(turned.await?).unwrap_or(usize::MAX))
}

async fn embed_here(pipeline: &Pipeline, reporter: &Reporter) -> Result<usize, JobsError> {
    let (mut after, mut done) = (AutomationId(0), 0);
    loop {
        let list = move |reading: &Reading<'_>| texts(reading, MODEL_NAME, after, BATCH);
        let texts = pipeline.store.read(list).await?;
        let Some(last) = texts.last() else { return Ok(done) };
        after = last.id;
        done += texts.len();
        let embedded = encode(pipeline, texts).await?;
        save(pipeline, MODEL_NAME.to_owned(), embedded).await?;
        reporter.tell(progress(done, done, 0)).await?;
    }
}

/// What came of asking an endpoint.
#[derive(Default)]
struct There {
    /// Vectors made.
    done: usize,
    /// Texts that it will make none of.
    refused: usize,
    /// Why the rest waits.
    halt: Option<LlmError>,
}

async fn embed_there(
    pipeline: &Pipeline,
    embedder: &Embedder,
    reporter: &Reporter,
) -> Result<There, JobsError> {
    let name = embedder.name();
    let (mut after, mut there) = (AutomationId(0), There::default());
    let left = {
        let name = name.clone();
        pipeline.store.read(move |reading| reading.count_unembedded(&name)).await?
    };
    let total = usize::try_from(left).unwrap_or(usize::MAX);
    loop {
        let model = name.clone();
        let list = move |reading: &Reading<'_>| {
            let all = texts(reading, &model, after, ASKED)?;
            let is_known = |text: &Text| reading.is_embedded(text.id, &model, &text.hash);
            let known = all.iter().map(is_known).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, StoreError>((all, known))
        };
        let (all, known) = pipeline.store.read(list).await?;
        let Some(last) = all.last() else { return Ok(there) };
        after = last.id;
        let (mut same, mut new) = (Vec::new(), Vec::new());
        for (text, is_known) in all.into_iter().zip(known) {
            if is_known { same.push((text, None)) } else { new.push(text) }
        }
        // A text that only its item's state has changed around keeps its vector.
        save(pipeline, name.clone(), same).await?;
        let plain: Vec<String> = new.iter().map(|text| text.text.clone()).collect();
        let item = match (new.first(), new.last()) {
            (Some(first), Some(last)) => format!("items {} to {}", first.id, last.id),
            _ => continue,
        };
        let halt = match embedder.embed(&item, &plain, reporter.cancel()).await {
            Ok(vectors) => {
                there.done += new.len();
                save(pipeline, name.clone(), new.into_iter().zip(vectors).collect()).await?;
                None
            }
            Err(error) if may_lie_in_a_text(&error) => {
                let Singly { taken, refused, halt } = singly(embedder, new, reporter).await;
                there.done += taken.len();
                there.refused += refused.len();
                let refused = refused.into_iter().map(|text| (text, None));
                save(pipeline, name.clone(), taken.into_iter().chain(refused).collect()).await?;
                halt
            }
            Err(error) => Some(error),
        };
        let done = there.done + there.refused;
        match halt {
            None => {}
            Some(LlmError::Cancelled) => return Err(JobsError::Cancelled),
            Some(error) if error.is_waiting() => return Ok(There { halt: Some(error), ..there }),
            Some(error) => return Err(error.into()),
        }
        reporter.tell(progress(done, total.max(done), there.refused)).await?;
    }
}

fn may_lie_in_a_text(error: &LlmError) -> bool {
    matches!(
        error,
        LlmError::Refused { .. } | LlmError::Unusable { .. } | LlmError::Truncated { .. }
    )
}

/// What came of texts that an endpoint would not take together.
#[derive(Default)]
struct Singly {
    taken: Vec<Embedded>,
    refused: Vec<Text>,
    /// Why the others have none.
    halt: Option<LlmError>,
}

/// Asks about each text by itself. One is held to be refused for its own sake only where the endpoint
/// takes another; else it is asked about again by a later run.
async fn singly(embedder: &Embedder, texts: Vec<Text>, reporter: &Reporter) -> Singly {
    let mut singly = Singly::default();
    for text in texts {
        let item = format!("item {}", text.id);
        let asked = embedder.embed(&item, std::slice::from_ref(&text.text), reporter.cancel());
        match asked.await {
            Ok(mut vectors) => singly.taken.push((text, vectors.pop().flatten())),
            Err(error) if may_lie_in_a_text(&error) => {
                tracing::warn!(item, %error, "an endpoint makes no vector of a text");
                singly.refused.push(text);
            }
            Err(error) => {
                singly.halt = Some(error);
                break;
            }
        }
    }
    let takes_any = singly.taken.iter().any(|(_, vector)| vector.is_some());
    if !takes_any && !singly.refused.is_empty() {
        let harmless = [HARMLESS.to_owned()];
        if singly.halt.is_none() {
            let asked = embedder.embed("a harmless word", &harmless, reporter.cancel());
            singly.halt = asked.await.err();
        }
        if singly.halt.is_some() {
            singly.refused.clear();
        }
    }
    singly
}

async fn save(
    pipeline: &Pipeline,
    model: String,
    embedded: Vec<Embedded>,
) -> Result<(), JobsError> {
    let saved = pipeline.store.write(move |writing| {
        for (text, vector) in embedded {
            let bytes = vector.map(|vector| vector.to_bytes()).unwrap_or_default();
            writing.save_vector(text.id, text.revision, &model, &text.hash, &bytes)?;
        }
        Ok::<_, StoreError>(())
    });
    Ok(saved.await?)
}

fn texts(
    reading: &Reading<'_>,
    model: &str,
    after: AutomationId,
    limit: usize,
) -> Result<Vec<Text>, StoreError> {
    let mut texts = Vec::new();
    for id in reading.list_unembedded(model, after, limit)? {
        if let Some(automation) = reading.find_automation(id)? {
            let text = automation.content.meaning();
            let hash = *blake3::hash(text.as_bytes()).as_bytes();
            texts.push(Text { id, revision: automation.revision, text, hash });
        }
    }
    Ok(texts)
}

async fn encode(pipeline: &Pipeline, texts: Vec<Text>) -> Result<Vec<Embedded>, JobsError> {
    let threads = Arc::clone(&pipeline.threads);
    let one = |text: Text| {
        let vector = encode_text(&text.text);
        (text, vector)
    };
    tokio::task::spawn_blocking(move || {
        threads.install(|| texts.into_par_iter().map(one).collect())
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Embed))
}
