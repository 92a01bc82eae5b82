//! The dedupe stage: look-alikes are proposed on arrival and folded behind the one that leads.

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::dedupe::{Item, clusters, find};
use crate::model::{AutomationId, DocumentId, DuplicatePair, DuplicateVerdict, Stage};
use crate::review;
use crate::store::{Comparable, Reading, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// The newest automation that was compared with all others, kept in the store.
const COMPARED_UP_TO: &str = "dedupe.compared_up_to";

/// An item with the document it is from.
struct Candidate {
    item: Item,
    document: Option<DocumentId>,
    confidence: f32,
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let (candidates, compared) = pipeline.store.read(load).await?;
    let total = candidates.len();
    reporter.tell(progress(0, total, 0)).await?;
    let newest = candidates.iter().map(|candidate| candidate.item.id).max();
    if newest.is_none_or(|newest| newest <= compared) {
        // Rules may be newer than what they apply to.
        return Ok(format!("nothing new to compare{}", apply_rules(pipeline).await?));
    }
    let confidences: HashMap<AutomationId, f32> =
        candidates.iter().map(|candidate| (candidate.item.id, candidate.confidence)).collect();
    let documents: HashMap<AutomationId, DocumentId> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate.item.id, candidate.document?)))
        .collect();
    let items: Vec<Item> = candidates.into_iter().map(|candidate| candidate.item).collect();
    let threads = Arc::clone(&pipeline.threads);
    let finding =
        tokio::task::spawn_blocking(move || threads.install(|| find(&items, &|id| id > compared)));
    // Finding is one piece of seconds: on a cancel it ends by itself, and what it found is dropped.
    let mut pairs = tokio::select! {
        found = finding => found.map_err(|_| JobsError::Panicked(Stage::Dedupe))?,
        () = reporter.cancelled() => return Err(JobsError::Cancelled),
    };
    // Two automations of one document were told apart by whoever wrote it.
    let document = |id| documents.get(&id);
    pairs.retain(|pair| document(pair.a).is_none() || document(pair.a) != document(pair.b));
    let found = pairs.iter().filter(|pair| pair.verdict == DuplicateVerdict::Same).count();
    let folded = save(pipeline, pairs, confidences, newest).await?;
    let ruled = apply_rules(pipeline).await?;
    reporter.tell(progress(total, total, 0)).await?;
    Ok(format!("{found} pairs alike, {folded} items folded{ruled}"))
}

/// Merges what the rules say; tells how much in words to go on with.
async fn apply_rules(pipeline: &Pipeline) -> Result<String, JobsError> {
    let applied = review::apply_rules(&pipeline.store, pipeline.store.now()).await;
    let outcome = applied.map_err(|error| JobsError::Rules(Box::new(error)))?;
    Ok(match outcome.changed.len() {
        0 => String::new(),
        merged => format!(", {merged} merged by rule"),
    })
}

fn load(reading: &Reading<'_>) -> Result<(Vec<Candidate>, AutomationId), StoreError> {
    let compared = reading.find_setting(COMPARED_UP_TO)?.unwrap_or(AutomationId(0));
    let candidate = |found: Comparable| Candidate {
        document: found.document,
        confidence: found.confidence,
        item: Item::of(found.automation, &found.content, found.url, None),
    };
    Ok((reading.list_comparable()?.into_iter().map(candidate).collect(), compared))
}

/// Stores the pairs and folds every group anew; tells how many items are folded.
async fn save(
    pipeline: &Pipeline,
    pairs: Vec<DuplicatePair>,
    confidences: HashMap<AutomationId, f32>,
    newest: Option<AutomationId>,
) -> Result<usize, JobsError> {
    let now = pipeline.store.now();
    let folded = pipeline
        .store
        .write(move |writing| {
            writing.save_pairs(&pairs, now)?;
            let same = writing.list_same_pairs()?;
            let apart = writing.list_apart()?;
            let is_apart = |a: AutomationId, b: AutomationId| apart.contains(&(a.min(b), a.max(b)));
            let rank = |id: AutomationId| rank(confidences.get(&id).copied());
            let groups: Vec<(AutomationId, Vec<AutomationId>)> = clusters(&same, rank)
                .into_iter()
                .map(|cluster| {
                    // Others may link two items that a person has put apart.
                    let mut kept = vec![cluster.lead];
                    for member in cluster.members {
                        let fits =
                            |other: &AutomationId| *other != member && !is_apart(*other, member);
                        if kept.iter().all(fits) {
                            kept.push(member);
                        }
                    }
                    (cluster.lead, kept)
                })
                .collect();
            writing.save_leads(&groups)?;
            if let Some(newest) = newest {
                writing.save_setting(COMPARED_UP_TO, &newest, now)?;
            }
            let folded = groups.iter().map(|(_, members)| members.len() - 1).sum();
            Ok::<usize, StoreError>(folded)
        })
        .await?;
    Ok(folded)
}

/// Who leads a group: the surest; the lowest rank leads.
fn rank(confidence: Option<f32>) -> u32 {
    // Thousandths order well enough, and unlike floats they are `Ord`.
    ((1.0 - confidence.unwrap_or_default()) * 1_000.0) as u32
}
