//! The rank stage: learns from verdicts what is worth seeing first, and puts the inbox in that order.

use super::pipeline::progress;
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::embed::{MODEL_NAME, Vector};
use crate::model::{AutomationId, DecisionId, Judgement, RankReason, Stage, uncertainty};
use crate::rank::{Example, Ranker, Replay, replay};
use crate::store::{Place, Rankable, Reading, Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the store keeps what was learnt.
const SETTING: &str = "ranker.learned";
/// Verdicts learnt from, the newest: half a year's at 200 a week.
const MOST: usize = 5_000;
/// Items put in order at a time: short enough that a reviewer's own write never waits noticeably.
const BATCH: usize = 500;
/// Places that move less than this stay.
const MOVED: f32 = 0.002;
/// While a workbench is open it is learnt anew after so many decisions, or after this share of those
/// that were learnt from, whichever is more.
const FEW: u64 = 5;
const SHARE: u64 = 20;

/// What was learnt, and up to where.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    upto: Option<DecisionId>,
    ranker: Ranker,
}

/// What putting the inbox in order did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ordered {
    /// Verdicts learnt from.
    pub verdicts: usize,
    /// Items looked at, and those whose place changed.
    pub items: usize,
    pub moved: usize,
}

pub(super) async fn run(pipeline: &Pipeline, reporter: &Reporter) -> Result<String, JobsError> {
    let ordered = learn_and_order(&pipeline.store, Some(reporter)).await?;
    Ok(match ordered.verdicts {
        0 => format!("{} items in order; no verdicts to learn from yet", ordered.items),
        verdicts => format!("{} items in order, learnt from {verdicts} verdicts", ordered.items),
    })
}

/// Learns and orders anew once enough was decided since; `None` where it was not.
///
/// # Errors
/// Where the store cannot be read or written.
pub async fn order_when_due(store: &Store) -> Result<Option<Ordered>, JobsError> {
    let since = store
        .read(|reading| {
            let kept = find_kept(reading)?;
            let since = reading.count_decisions_after(kept.upto.unwrap_or(DecisionId(0)))?;
            Ok::<_, StoreError>(since >= FEW.max(kept.ranker.verdicts as u64 / SHARE))
        })
        .await?;
    if !since {
        return Ok(None);
    }
    learn_and_order(store, None).await.map(Some)
}

/// What moves an item up or down its queue, strongest first; `None` where there is no such item.
///
/// # Errors
/// Where the store cannot be read.
pub fn rank_reasons(
    reading: &Reading<'_>,
    id: AutomationId,
    now: Timestamp,
) -> Result<Option<Vec<RankReason>>, StoreError> {
    let Some(found) = reading.find_rankable(MODEL_NAME, id)? else { return Ok(None) };
    let ranker = find_kept(reading)?.ranker;
    Ok(Some(ranker.reasons(&found.item, vector(&found).as_ref(), now)))
}

/// Replays the store's own verdicts, `queue` at a time.
///
/// # Errors
/// Where the store cannot be read.
pub async fn replay_verdicts(store: &Store, queue: usize) -> Result<Replay, JobsError> {
    let judged = store.read(|reading| reading.list_judged(MODEL_NAME, MOST)).await?;
    blocking(move || replay(&examples(judged), queue)).await
}

/// What was learnt is kept once the inbox stands in its order: cut short, it is learnt again.
async fn learn_and_order(store: &Store, reporter: Option<&Reporter>) -> Result<Ordered, JobsError> {
    let kept = learn(store).await?;
    let ordered = order(store, kept.ranker.clone(), reporter).await?;
    let now = store.now();
    store.write(move |writing| writing.save_setting(SETTING, &kept, now)).await?;
    Ok(ordered)
}

/// Learns from all that was judged.
async fn learn(store: &Store) -> Result<Kept, JobsError> {
    let (upto, judged) = store
        .read(|reading| {
            let judged = reading.list_judged(MODEL_NAME, MOST)?;
            Ok::<_, StoreError>((reading.find_newest_decision()?, judged))
        })
        .await?;
    let now = store.now();
    let ranker = blocking(move || Ranker::learn(&examples(judged), now)).await?;
    Ok(Kept { upto, ranker })
}

/// Puts all that waits for a verdict in the order that `ranker` gives.
async fn order(
    store: &Store,
    ranker: Ranker,
    reporter: Option<&Reporter>,
) -> Result<Ordered, JobsError> {
    let now = store.now();
    let mut ordered = Ordered { verdicts: ranker.verdicts, ..Ordered::default() };
    let ranker = std::sync::Arc::new(ranker);
    let mut after = AutomationId(0);
    loop {
        let here =
            store.read(move |reading| reading.list_rankable(MODEL_NAME, after, BATCH)).await?;
        let Some(last) = here.last() else { return Ok(ordered) };
        after = last.item.id;
        ordered.items += here.len();
        let by = std::sync::Arc::clone(&ranker);
        let moved = blocking(move || places(&by, &here, now)).await?;
        ordered.moved += moved.len();
        if !moved.is_empty() {
            store.write(move |writing| writing.save_places(&moved)).await?;
        }
        if let Some(reporter) = reporter {
            reporter.tell(progress(ordered.items, ordered.items, 0)).await?;
        }
    }
}

/// The places of those that move.
fn places(ranker: &Ranker, here: &[Rankable], now: Timestamp) -> Vec<Place> {
    let placed = here.iter().filter_map(|found| {
        let item = &found.item;
        let worth = ranker.worth(item, vector(found).as_ref(), now);
        let uncertainty = uncertainty(worth, item.functions.first().map(|best| best.p));
        let moves = (worth - item.worth).abs().max((uncertainty - item.uncertainty).abs());
        (moves > MOVED).then_some(Place { id: item.id, worth, uncertainty })
    });
    placed.collect()
}

fn examples(judged: Vec<(Rankable, Judgement)>) -> Vec<Example> {
    let known = judged.into_iter().map(|(found, judgement)| Example {
        meaning: vector(&found),
        item: found.item,
        judgement,
    });
    known.collect()
}

fn vector(found: &Rankable) -> Option<Vector> {
    Vector::from_bytes(&found.vector).ok()
}

/// What an older program kept in another form is learnt again.
fn find_kept(reading: &Reading<'_>) -> Result<Kept, StoreError> {
    let kept: Option<serde_json::Value> = reading.find_setting(SETTING)?;
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JobsError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| JobsError::Panicked(Stage::Rank))
}
