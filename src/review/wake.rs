//! Deferred items whose time has come, back in the inbox.

use super::act::apply;
use super::{ReviewError, Reviewer};
use crate::model::{Automation, DecisionKind, Field, FieldChange, Origin, Status};
use crate::store::Store;
use jiff::Timestamp;

/// Who stands in the journal for what time does.
const CLOCK: &str = "the clock";

/// Brings the items whose deferral has run out back to the inbox, as one batch; writes nothing
/// where none is due.
///
/// # Errors
/// Where the store fails.
pub async fn wake(store: &Store, now: Timestamp) -> Result<Vec<Automation>, ReviewError> {
    // Looked for by a reader first: a write would wait for other processes' writes.
    if store.read(move |reading| reading.list_due(now)).await?.is_empty() {
        return Ok(Vec::new());
    }
    store
        .write(move |writing| {
            let due = writing.list_due(now)?;
            if due.is_empty() {
                return Ok(Vec::new());
            }
            let who = Reviewer { name: CLOCK.to_owned(), origin: Origin::Clock, now };
            let batch =
                writing.open_batch(DecisionKind::Wake, &who.name, who.origin, None, who.now)?;
            let mut waking = Vec::with_capacity(due.len());
            for id in due {
                let Some(item) = writing.find_automation(id)? else { continue };
                let inbox =
                    Automation { status: Status::Inbox, deferred_until: None, ..item.clone() };
                let mut changes = item.changes_to(&inbox);
                // What was put off together comes back together.
                let fold = writing.find_newest_verdict_change(id, Field::Fold)?;
                changes.extend(fold.map(|fold| fold.inverse()));
                waking.push((item, changes));
            }
            let leads = |changes: &[FieldChange]| {
                let fold = changes.iter().find(|change| change.field == Field::Fold);
                fold.is_some_and(|fold| fold.after["folded"].get(0).is_some())
            };
            // Who leads comes last: only what is in the inbox is folded.
            waking.sort_by_key(|(_, changes)| leads(changes));
            let mut woken = Vec::with_capacity(waking.len());
            for (item, changes) in waking {
                woken.push(apply(writing, batch, item, &changes, None, &who)?);
            }
            Ok(woken)
        })
        .await
}
