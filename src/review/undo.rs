//! Undo and redo: the journal read backwards and forwards, across restarts.
//!
//! A batch is taken back whole or not at all, and only where every field it changed still has the
//! value that it gave: what another reviewer did since is never overwritten.

use super::act::apply;
use super::{Outcome, ReviewError, Reviewer};
use crate::model::{AutomationId, BatchId, DecisionKind, FieldChange, Refusal};
use crate::store::{Store, Writing};

/// Takes back the reviewer's newest batch that stands; with `item`, the newest on that item,
/// whoever made it.
///
/// # Errors
/// `Refusal::NothingTo` where nothing is left, `Refusal::ChangedSince` where it would overwrite a
/// later change.
pub async fn undo(
    store: &Store,
    item: Option<AutomationId>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    store
        .write(move |writing| {
            let batch =
                writing.find_undoable(&who.name, item)?.ok_or(Refusal::NothingTo("undo"))?;
            let outcome = replay(writing, batch.id, DecisionKind::Undo, &who)?;
            writing.mark_undone(batch.id, true)?;
            Ok(outcome)
        })
        .await
}

/// Does again what the reviewer undid last, unless they have decided something since.
///
/// # Errors
/// As [`undo`].
pub async fn redo(store: &Store, who: Reviewer) -> Result<Outcome, ReviewError> {
    store
        .write(move |writing| {
            let batch = writing.find_redoable(&who.name)?.ok_or(Refusal::NothingTo("do again"))?;
            let outcome = replay(writing, batch.id, DecisionKind::Redo, &who)?;
            writing.mark_undone(batch.id, false)?;
            Ok(outcome)
        })
        .await
}

/// Writes a batch's changes once more (redo) or turned round, last first (undo).
fn replay(
    writing: &Writing<'_>,
    of: BatchId,
    kind: DecisionKind,
    who: &Reviewer,
) -> Result<Outcome, ReviewError> {
    let mut decisions = writing.list_decisions(of)?;
    if kind == DecisionKind::Undo {
        decisions.reverse();
    }
    let batch = writing.open_batch(kind, &who.name, who.origin, Some(of), who.now)?;
    let mut changed = Vec::with_capacity(decisions.len());
    for decision in decisions {
        let id = decision.automation;
        let item = writing.find_automation(id)?.ok_or(Refusal::Unknown(id))?;
        let changes: Vec<FieldChange> = match kind {
            DecisionKind::Undo => decision.changes.iter().rev().map(FieldChange::inverse).collect(),
            _ => decision.changes,
        };
        for change in &changes {
            if item.value(change.field) != change.before {
                let by = writing.find_later_reviewer(id, of)?;
                return Err(Refusal::ChangedSince {
                    id,
                    field: change.field,
                    by: by.unwrap_or_else(|| "the pipeline".to_owned()),
                }
                .into());
            }
        }
        changed.push(apply(writing, batch, item, &changes, who)?);
    }
    Ok(Outcome { batch: Some(batch), changed, refused: Vec::new() })
}
