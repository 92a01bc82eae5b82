//! Undo and redo: the journal read backwards, across restarts.
//!
//! Both take decisions back: an undo those of an act, a redo those of an undo. That is done whole or
//! not at all, and only where every field still has the value that it was given: what another
//! reviewer did since is never overwritten.

use super::act::apply;
use super::{Outcome, ReviewError, Reviewer};
use crate::model::{AutomationId, BatchId, Decision, DecisionKind, FieldChange, Refusal};
use crate::store::{Store, Writing};

/// Takes back the reviewer's newest batch that stands; with `item`, the newest decision on that
/// item alone, whoever made it.
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
            let batch = match item {
                Some(item) => writing.find_undoable_on(item)?,
                None => writing.find_undoable(&who.name)?,
            };
            let batch = batch.ok_or(Refusal::NothingTo("undo"))?.id;
            reverse(writing, batch, DecisionKind::Undo, item, &who)
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
            reverse(writing, batch.id, DecisionKind::Redo, None, &who)
        })
        .await
}

/// Takes back the decisions of a batch that stand, last first; with `item`, only those on it.
fn reverse(
    writing: &Writing<'_>,
    of: BatchId,
    kind: DecisionKind,
    item: Option<AutomationId>,
    who: &Reviewer,
) -> Result<Outcome, ReviewError> {
    let mut decisions = writing.list_decisions(of)?;
    decisions.retain(|decision| {
        !decision.is_undone && item.is_none_or(|item| decision.automation == item)
    });
    let batch = writing.open_batch(kind, &who.name, who.origin, Some(of), who.now)?;
    let mut changed = Vec::with_capacity(decisions.len());
    for decision in decisions.iter().rev() {
        changed.push(reverse_one(writing, batch, decision, who)?);
        writing.mark_undone(decision.id, true)?;
        if let Some(original) = decision.reverses {
            // Taking an undo back lets what it had undone stand again.
            writing.mark_undone(original, false)?;
        }
    }
    Ok(Outcome { batch: Some(batch), changed, refused: Vec::new() })
}

fn reverse_one(
    writing: &Writing<'_>,
    batch: BatchId,
    decision: &Decision,
    who: &Reviewer,
) -> Result<crate::model::Automation, ReviewError> {
    let id = decision.automation;
    let item = writing.find_automation(id)?.ok_or(Refusal::Unknown(id))?;
    let mut changes: Vec<FieldChange> =
        decision.changes.iter().rev().map(FieldChange::inverse).collect();
    // What is as wanted already (a deferral whose time came) needs no change.
    changes.retain(|change| item.value(change.field) != change.after);
    for change in &changes {
        if item.value(change.field) != change.before {
            let by = writing.find_later_reviewer(id, decision.batch)?;
            let by = by.unwrap_or_else(|| "the pipeline".to_owned());
            return Err(Refusal::ChangedSince { id, field: change.field, by }.into());
        }
    }
    apply(writing, batch, item, &changes, Some(decision.id), who)
}
