//! Groups of look-alikes, from the pairs in the store.

use super::backend::Backend;
use crate::dedupe;
use crate::model::{AutomationId, LookAlikes, Status};
use crate::store::{Alike, OpenPairs, Reading, StoreError};
use crate::tui::{Generation, Loaded};
use std::collections::HashMap;

/// Sends the groups, strictest first.
pub async fn send(backend: &Backend, generation: Generation) {
    match backend.store.read(find).await {
        Ok(groups) => backend.answer(Loaded::Duplicates { generation, groups }),
        Err(error) => backend.failed("find the look-alikes", &error),
    }
}

fn find(reading: &Reading<'_>) -> Result<Vec<LookAlikes>, StoreError> {
    let OpenPairs { pairs, items } = reading.list_open_pairs()?;
    let apart = reading.list_apart()?;
    Ok(dedupe::groups(&pairs, &apart, |id| rank(&items, id)))
}

/// Who leads: what was approved, then what a person decided on, then what is surest; the lowest
/// rank leads.
fn rank(items: &HashMap<AutomationId, Alike>, id: AutomationId) -> (bool, bool, u32) {
    let Some(item) = items.get(&id) else { return (true, true, u32::MAX) };
    // Thousandths order well enough, and unlike floats they are `Ord`.
    let doubt = ((1.0 - item.confidence) * 1_000.0) as u32;
    (item.status != Status::Approved, !item.is_decided, doubt)
}
