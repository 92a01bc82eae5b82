//! Rules: merges that a reviewer does not want to be asked about again.

use super::act::{apply, look_up};
use super::{Outcome, ReviewError, Reviewer};
use crate::model::{AutomationId, DecisionKind, Origin, Refusal, Status};
use crate::store::Store;
use jiff::Timestamp;

/// Who stands in the journal for what a rule does.
pub const RULE: &str = "rule";

/// Makes a rule of where the items come from: what is found the same as something else is merged
/// into it from now on. Tells for which origins there was none.
///
/// # Errors
/// `Refusal::Unknown` for an unknown item, `Refusal::NothingTo` where none of them tells where it is
/// from; the store's own failures.
pub async fn make_rules(
    store: &Store,
    items: Vec<AutomationId>,
    who: Reviewer,
) -> Result<Vec<String>, ReviewError> {
    store
        .write(move |writing| {
            let mut origins = Vec::new();
            for id in items {
                look_up(writing, id, None)?;
                origins.extend(writing.find_origin(id)?);
            }
            if origins.is_empty() {
                return Err(Refusal::NothingTo("make a rule of: no origin is known").into());
            }
            let mut made = Vec::new();
            for origin in origins {
                if writing.save_merge_rule(&origin, &who.name, who.now)? {
                    made.push(origin);
                }
            }
            Ok(made)
        })
        .await
}

/// Forgets a rule. What it merged stays merged.
///
/// # Errors
/// `Refusal::NothingTo` where there is none of this number; the store's own failures.
pub async fn forget_rule(store: &Store, id: i64) -> Result<(), ReviewError> {
    store
        .write(move |writing| match writing.delete_merge_rule(id)? {
            true => Ok(()),
            false => Err(Refusal::NothingTo("forget: there is no rule of this number").into()),
        })
        .await
}

/// Merges what the rules say, as one batch in the journal: it can be taken apart like any merge, and
/// what was taken apart is not merged again. Writes nothing where nothing is to be merged.
///
/// # Errors
/// Where the store fails.
pub async fn apply_rules(store: &Store, now: Timestamp) -> Result<Outcome, ReviewError> {
    let nothing = Outcome { batch: None, changed: Vec::new(), refused: Vec::new() };
    // Looked for by a reader first: a write would wait for other processes' writes.
    if store.read(|reading| reading.list_ruled_pairs(RULE)).await?.is_empty() {
        return Ok(nothing);
    }
    let who = Reviewer { name: RULE.to_owned(), origin: Origin::Rule, now };
    store
        .write(move |writing| {
            let mut outcome = nothing;
            for (id, lead) in writing.list_ruled_pairs(RULE)? {
                let (item, into) = (look_up(writing, id, None)?, look_up(writing, lead, None)?);
                // An earlier pair may have merged either of them.
                if item.status != Status::Inbox || into.merged_into.is_some() {
                    continue;
                }
                let batch = match outcome.batch {
                    Some(batch) => batch,
                    None => {
                        let kind = DecisionKind::Merge;
                        writing.open_batch(kind, &who.name, who.origin, None, who.now)?
                    }
                };
                outcome.batch = Some(batch);
                let changes = item.after_merge_into(lead)?;
                outcome.changed.push(apply(writing, batch, item, &changes, None, &who)?);
            }
            Ok(outcome)
        })
        .await
}
