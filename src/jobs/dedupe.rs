//! The dedupe stage: look-alikes are proposed on arrival and folded behind the one that leads.

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::dedupe::{Item, clusters, find};
use crate::embed::{MODEL_NAME, Vector};
use crate::model::{AutomationId, DuplicatePair, DuplicateVerdict, Stage, Status, ToolRole};
use crate::store::{Reading, StoreError};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// The newest automation that was compared with all others, kept in the store.
const COMPARED_UP_TO: &str = "dedupe.compared_up_to";
const VECTORS_A_READ: usize = 50_000;

/// An item with what decides who leads a group.
struct Candidate {
    item: Item,
    standing: Standing,
}

/// Sorts leaders first: judged before unjudged, surer before less sure, older before newer.
#[derive(Clone, Copy)]
struct Standing {
    status: Status,
    confidence: f32,
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let (candidates, compared) = pipeline.store.read(load).await?;
    let total = candidates.len();
    reporter.tell(progress(0, total, 0)).await?;
    let newest = candidates.iter().map(|candidate| candidate.item.id).max();
    let standings: HashMap<AutomationId, Standing> =
        candidates.iter().map(|candidate| (candidate.item.id, candidate.standing)).collect();
    let items: Vec<Item> = candidates.into_iter().map(|candidate| candidate.item).collect();
    let threads = Arc::clone(&pipeline.threads);
    let pairs =
        tokio::task::spawn_blocking(move || threads.install(|| find(&items, &|id| id > compared)))
            .await
            .map_err(|_| JobsError::Panicked(Stage::Dedupe))?;
    let found = pairs.iter().filter(|pair| pair.verdict == DuplicateVerdict::Same).count();
    let folded = save(pipeline, pairs, standings, newest).await?;
    reporter.tell(progress(total, total, 0)).await?;
    Ok(format!("{found} pairs alike, {folded} items folded"))
}

fn load(reading: &Reading<'_>) -> Result<(Vec<Candidate>, AutomationId), StoreError> {
    let compared = reading.find_setting(COMPARED_UP_TO)?.unwrap_or(AutomationId(0));
    let mut vectors = HashMap::new();
    let mut seq = 0;
    loop {
        let stored = reading.list_vectors(MODEL_NAME, seq, VECTORS_A_READ)?;
        let Some(last) = stored.last() else { break };
        seq = last.seq;
        for stored in stored {
            // An empty or damaged vector only means that meaning does not help with this item.
            if let Ok(vector) = Vector::from_bytes(&stored.vector) {
                vectors.insert(stored.automation, vector);
            }
        }
    }
    let mut candidates = Vec::new();
    for id in reading.list_automation_ids(AutomationId(0), usize::MAX >> 1)? {
        let Some(automation) = reading.find_automation(id)? else { continue };
        if matches!(automation.status, Status::Rejected | Status::Merged) {
            continue;
        }
        let content = &automation.content;
        let used = content.tools.iter().filter(|tool| tool.role == ToolRole::Used);
        candidates.push(Candidate {
            standing: Standing { status: automation.status, confidence: automation.confidence },
            item: Item {
                id,
                title: content.title.clone(),
                text: content.meaning(),
                trigger: content.trigger.as_ref().map(|trigger| trigger.kind),
                steps: content.steps.iter().map(|step| step.text.clone()).collect(),
                tools: used.map(|tool| tool.name.clone()).collect(),
                url: automation.location.url.clone(),
                vector: vectors.remove(&id),
            },
        });
    }
    Ok((candidates, compared))
}

/// Stores the pairs and folds every group anew; tells how many items are folded.
async fn save(
    pipeline: &Pipeline,
    pairs: Vec<DuplicatePair>,
    standings: HashMap<AutomationId, Standing>,
    newest: Option<AutomationId>,
) -> Result<usize, JobsError> {
    let now = Timestamp::now();
    let folded = pipeline
        .store
        .write(move |writing| {
            writing.save_pairs(&pairs, now)?;
            let mut same = writing.list_same_pairs()?;
            // An item that was rejected or merged since no longer leads or follows.
            same.retain(|pair| standings.contains_key(&pair.a) && standings.contains_key(&pair.b));
            let groups = clusters(&same, &|a, b| before(&standings, a, b));
            writing.save_leads(&groups)?;
            if let Some(newest) = newest {
                writing.save_setting(COMPARED_UP_TO, &newest, now)?;
            }
            Ok::<_, StoreError>(groups.iter().map(|(_, members)| members.len()).sum())
        })
        .await?;
    Ok(folded)
}

fn before(
    standings: &HashMap<AutomationId, Standing>,
    a: AutomationId,
    b: AutomationId,
) -> std::cmp::Ordering {
    let rank = |id| {
        let standing = standings.get(&id);
        let judged = match standing.map(|standing| standing.status) {
            Some(Status::Approved) => 0,
            Some(Status::Deferred) => 1,
            _ => 2,
        };
        (judged, standing.map_or(0.0, |standing| standing.confidence))
    };
    let ((judged_a, sure_a), (judged_b, sure_b)) = (rank(a), rank(b));
    judged_a.cmp(&judged_b).then(sure_b.total_cmp(&sure_a)).then(a.cmp(&b))
}
