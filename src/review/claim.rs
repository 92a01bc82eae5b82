//! Claims: items that a reviewer takes for themselves for a while, so that two need not meet.
//!
//! A claim is no decision. It stops nobody from judging an item, is not journaled, raises no revision
//! and ends by itself.

use super::{ReviewError, Reviewer};
use crate::model::{AutomationId, QueueFilter};
use crate::store::{Reading, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

/// How long a claim holds.
pub const CLAIM: SignedDuration = SignedDuration::from_hours(1);

/// Takes the first `count` items of the queue that nobody else has claimed; tells which, in the
/// order of the queue, and until when.
///
/// # Errors
/// Where the store fails.
pub async fn claim(
    store: &Store,
    filter: QueueFilter,
    count: usize,
    who: Reviewer,
) -> Result<(Vec<AutomationId>, Timestamp), ReviewError> {
    let until = who.now.saturating_add(CLAIM).unwrap_or(Timestamp::MAX);
    store
        .write(move |writing| {
            let mut items = list_queue_for(writing, &filter, &who.name, who.now)?;
            let company = writing.load_company(&who.name, who.now)?;
            items.retain(|id| company.claimed_by_other(*id, &who.name).is_none());
            items.truncate(count);
            Ok((writing.save_claims(&items, &who.name, until, who.now)?, until))
        })
        .await
}

/// Gives back all that the reviewer has claimed; tells how many items that were.
///
/// # Errors
/// Where the store fails.
pub async fn release(store: &Store, who: Reviewer) -> Result<usize, ReviewError> {
    store.write(move |writing| Ok(writing.release_claims(&who.name)?)).await
}

/// The queue as a reviewer should take it: what others have claimed, and what waits for others'
/// verdicts after the reviewer's own, stands behind everything else.
///
/// # Errors
/// Where the store cannot be read.
pub fn list_queue_for(
    reading: &Reading<'_>,
    filter: &QueueFilter,
    reviewer: &str,
    now: Timestamp,
) -> Result<Vec<AutomationId>, StoreError> {
    let ids = reading.list_queue(filter)?;
    let company = reading.load_company(reviewer, now)?;
    let claims = company.claimed.iter().filter(|claim| claim.reviewer != reviewer);
    let mut later: HashSet<AutomationId> = claims.map(|claim| claim.automation).collect();
    later.extend(reading.list_judged_by(reviewer)?);
    if later.is_empty() {
        return Ok(ids);
    }
    let (behind, mut first): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| later.contains(id));
    first.extend(behind);
    Ok(first)
}
