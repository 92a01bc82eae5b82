//! Undo and redo: the journal read backwards, across restarts.
//!
//! Both take decisions back: an undo those of an act, a redo those of an undo, each only where every
//! field still has the value that it was given: what another reviewer did since is never
//! overwritten. What cannot be taken back is told, and passed over by the next undo.

use super::act::apply;
use super::{Outcome, ReviewError, Reviewer};
use crate::model::{
    Automation, AutomationId, BatchId, Decision, DecisionId, DecisionKind, Field, FieldChange,
    Refusal, Status,
};
use crate::store::{Store, Writing};
use serde_json::json;

/// Takes back the reviewer's newest batch that stands; with `item`, the newest decision on that
/// item alone, whoever made it. Of a batch, what can be is taken back, and the rest is told in the
/// outcome.
///
/// # Errors
/// `Refusal::NothingTo` where nothing is left, `Refusal::ChangedSince` where it would overwrite a
/// later change; asked again, it then goes on with the batch before.
pub async fn undo(
    store: &Store,
    item: Option<AutomationId>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let outcome = store
        .write(move |writing| {
            let batch = match item {
                Some(item) => writing.find_undoable_on(item)?,
                None => writing.find_undoable(&who.name)?,
            };
            let batch = batch.ok_or(Refusal::NothingTo("undo"))?;
            // Two items are kept apart, or neither is.
            let item = item.filter(|_| batch.kind != DecisionKind::Apart);
            let is_meant = |decision: &Decision| item.is_none_or(|id| decision.automation == id);
            reverse(writing, batch.id, DecisionKind::Undo, is_meant, &who)
        })
        .await;
    refused_whole(outcome)
}

/// Takes one decision of a batch back, whoever made it; two items are kept apart by two decisions,
/// which go together.
///
/// # Errors
/// `Refusal::NothingTo` where it stands no more, or time or an undo made it; else as [`undo`].
pub async fn undo_decision(
    store: &Store,
    batch: BatchId,
    decision: DecisionId,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let outcome = store
        .write(move |writing| {
            let is_meant = |found: &Decision| match found.kind {
                DecisionKind::Undo | DecisionKind::Redo | DecisionKind::Wake => false,
                DecisionKind::Apart => true,
                _ => found.id == decision,
            };
            let outcome = reverse(writing, batch, DecisionKind::Undo, is_meant, &who)?;
            if outcome.changed.is_empty() && outcome.refused.is_empty() {
                return Err(Refusal::NothingTo("take back here any more").into());
            }
            Ok(outcome)
        })
        .await;
    refused_whole(outcome)
}

/// Does again what the reviewer undid last, unless they have decided something since.
///
/// # Errors
/// As [`undo`].
pub async fn redo(store: &Store, who: Reviewer) -> Result<Outcome, ReviewError> {
    let outcome = store
        .write(move |writing| {
            let batch = writing.find_redoable(&who.name)?.ok_or(Refusal::NothingTo("do again"))?;
            reverse(writing, batch.id, DecisionKind::Redo, |_| true, &who)
        })
        .await;
    refused_whole(outcome)
}

/// Takes the newest merge apart that brought something into `item`, or `item` into another: a merge
/// is taken back whole, with the values that were chosen for it; of a verdict by which look-alikes
/// went along, only that they did.
///
/// # Errors
/// `Refusal::NothingTo` where nothing was merged; `Refusal::MergedSince` where the values that the
/// merge chose were chosen from again by a later one, which must be taken apart first; else as
/// [`undo`].
pub async fn take_apart(
    store: &Store,
    item: AutomationId,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let outcome = store
        .write(move |writing| {
            let merge = writing.find_merge_of(item)?;
            let (batch, lead) =
                merge.ok_or(Refusal::NothingTo("take apart: nothing was merged here"))?;
            refuse_out_of_order(writing, batch, lead)?;
            let is_meant = |decision: &Decision| {
                let merged = json!([Status::Merged, lead]);
                decision.kind == DecisionKind::Merge
                    || decision
                        .changes
                        .iter()
                        .any(|c| c.field == Field::Status && c.after == merged)
            };
            reverse(writing, batch, DecisionKind::Undo, is_meant, &who)
        })
        .await;
    refused_whole(outcome)
}

/// Whether what a merge did to its lead is out of reach because others were merged into it since:
/// taken apart by halves, the lead would keep for good what the members gave it.
fn refuse_out_of_order(
    writing: &Writing<'_>,
    batch: BatchId,
    lead: AutomationId,
) -> Result<(), ReviewError> {
    let newest = writing.find_merge_of(lead)?;
    if !newest.is_some_and(|(newest, into)| newest > batch && into == lead) {
        return Ok(());
    }
    let decisions = writing.list_decisions(batch)?;
    let on_lead = decisions.iter().filter(|d| d.automation == lead && !d.is_undone);
    for decision in on_lead {
        match changes_back(writing, decision) {
            Err(ReviewError::Refused(_)) => return Err(Refusal::MergedSince(lead).into()),
            outcome => drop(outcome?),
        }
    }
    Ok(())
}

/// A single refusal with nothing done is an error, once it is noted.
fn refused_whole(outcome: Result<Outcome, ReviewError>) -> Result<Outcome, ReviewError> {
    let outcome = outcome?;
    match outcome.refused.as_slice() {
        [(_, refusal)] if outcome.changed.is_empty() => Err(refusal.clone().into()),
        _ => Ok(outcome),
    }
}

/// Takes back the decisions of a batch that stand and are meant, last first.
fn reverse(
    writing: &Writing<'_>,
    of: BatchId,
    kind: DecisionKind,
    is_meant: impl Fn(&Decision) -> bool,
    who: &Reviewer,
) -> Result<Outcome, ReviewError> {
    let mut decisions = writing.list_decisions(of)?;
    decisions.retain(|decision| !decision.is_undone && is_meant(decision));
    let mut outcome = Outcome { batch: None, changed: Vec::new(), refused: Vec::new() };
    for decision in decisions.iter().rev() {
        let (item, changes) = match changes_back(writing, decision) {
            Ok(back) => back,
            Err(ReviewError::Refused(refusal)) => {
                writing.pass_over(decision.id)?;
                outcome.refused.push((decision.automation, refusal));
                continue;
            }
            Err(error) => return Err(error),
        };
        let batch = match outcome.batch {
            Some(batch) => batch,
            None => writing.open_batch(kind, &who.name, who.origin, Some(of), who.now)?,
        };
        outcome.batch = Some(batch);
        outcome.changed.push(apply(writing, batch, item, &changes, Some(decision.id), who)?);
        writing.mark_undone(decision.id, true)?;
        if let Some(original) = decision.reverses {
            // Taking an undo back lets what it had undone stand again.
            writing.mark_undone(original, false)?;
        }
    }
    Ok(outcome)
}

/// The item a decision was on, and what takes the decision back from how the item stands now.
fn changes_back(
    writing: &Writing<'_>,
    decision: &Decision,
) -> Result<(Automation, Vec<FieldChange>), ReviewError> {
    let id = decision.automation;
    let item = writing.find_automation(id)?.ok_or(Refusal::Unknown(id))?;
    let mut changes = Vec::with_capacity(decision.changes.len());
    for wanted in decision.changes.iter().rev().map(FieldChange::inverse) {
        if matches!(wanted.field, Field::Apart | Field::Fold) {
            // Restored as far as what stands now allows.
            changes.push(wanted);
            continue;
        }
        let now = item.value(wanted.field);
        if now == wanted.after {
            continue;
        }
        if now != wanted.before && !came_back(writing, &item, decision, wanted.field)? {
            let by = writing.find_later_reviewer(id, decision.batch)?;
            let by = by.unwrap_or_else(|| "the pipeline".to_owned());
            return Err(Refusal::ChangedSince { id, field: wanted.field, by }.into());
        }
        changes.push(FieldChange { before: now, ..wanted });
    }
    Ok((item, changes))
}

/// Whether the field is another only because the decision was a deferral that has run out.
fn came_back(
    writing: &Writing<'_>,
    item: &Automation,
    decision: &Decision,
    field: Field,
) -> Result<bool, ReviewError> {
    Ok(matches!(field, Field::Status | Field::DeferredUntil)
        && item.status == Status::Inbox
        && writing.has_woken_since(item.id, decision.id)?)
}
