//! The acts of a reviewer.

use super::{ReviewError, Reviewer, Target};
use crate::model::{
    Automation, AutomationId, BatchId, Content, DecisionId, DecisionKind, Edit, Field, FieldChange,
    Fold, Location, Origin, Refusal, Separation, Status, Verdict, normal_tags,
};
use crate::store::{Store, Writing};
use serde::Deserialize;
use serde_json::json;

/// What an act did.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Under what it can be undone; `None` when every item was refused.
    pub batch: Option<BatchId>,
    /// The items changed, as they are now; look-alikes that went along come after their lead.
    pub changed: Vec<Automation>,
    /// The items refused, each with the reason.
    pub refused: Vec<(AutomationId, Refusal)>,
}

/// Gives a verdict on items, as one batch. Look-alikes folded behind an item go along while they
/// are in the inbox: merged into it on approval, else with the same verdict.
///
/// # Errors
/// Where the store fails. A single item that is refused is an error too; of several, the refused
/// are told in the outcome and the rest go through.
pub async fn decide(
    store: &Store,
    targets: Vec<Target>,
    verdict: Verdict,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    decide_together(store, targets, verdict, 1, who).await
}

/// As [`decide`], where an item leaves the inbox only once `needed` reviewers have given it the same
/// verdict: until then it keeps what each says, and look-alikes wait with it.
///
/// # Errors
/// As [`decide`]; `Refusal::NothingTo` where the reviewer has said the same before.
pub async fn decide_together(
    store: &Store,
    targets: Vec<Target>,
    verdict: Verdict,
    needed: u8,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let by = who.name.clone();
    act_on(store, targets, DecisionKind::Verdict, who, move |writing, item| {
        let changes = item.after_opinion(&verdict, &by, needed)?;
        let is_settled = changes.iter().any(|change| change.field != Field::Opinions);
        let mut all = vec![(item.clone(), changes)];
        if !is_settled {
            return Ok(all);
        }
        for id in writing.list_folded(item.id)? {
            let Some(other) = writing.find_automation(id)? else { continue };
            if other.status != Status::Inbox {
                continue;
            }
            let changes = match verdict {
                Verdict::Approve => other.after_merge_into(item.id)?,
                _ => other.after_verdict(&verdict).unwrap_or_default(),
            };
            all.push((other, changes));
        }
        Ok(all)
    })
    .await
}

/// Adds and removes tags on items, as one batch.
///
/// # Errors
/// As [`decide`]; `Refusal::NothingTo` where the tags are as asked already.
pub async fn tag(
    store: &Store,
    targets: Vec<Target>,
    add: Vec<String>,
    remove: Vec<String>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let (add, remove) = (normal_tags(add), normal_tags(remove));
    act_on(store, targets, DecisionKind::Tag, who, move |_, item| {
        let mut next = item.clone();
        next.content.tags.extend(add.iter().cloned());
        next.content.tags.retain(|tag| !remove.contains(tag));
        next.content.tags = normal_tags(next.content.tags);
        only_changes(item, &next, "change: the tags are so already")
    })
    .await
}

/// Sets fields of one item to what a reviewer typed.
///
/// # Errors
/// `Refusal::Stale` where the item was changed since the reviewer looked, `Refusal::BadValue`
/// where a value has not its field's shape; the store's own failures.
pub async fn edit(store: &Store, edit: Edit, who: Reviewer) -> Result<Outcome, ReviewError> {
    let target = (edit.id, Some(edit.revision));
    act_on(store, vec![target], DecisionKind::Edit, who, move |_, item| {
        let mut next = item.clone();
        for (field, value) in &edit.values {
            next.set(*field, value)?;
        }
        only_changes(item, &next, "change: the fields are so already")
    })
    .await
}

/// Merges items into `lead`, as one batch: they leave every list, and an undo brings them back.
///
/// # Errors
/// As [`decide`].
pub async fn merge(
    store: &Store,
    lead: Target,
    mut members: Vec<Target>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    let (lead, seen) = lead;
    members.retain(|(id, _)| *id != lead);
    act_on(store, members, DecisionKind::Merge, who, move |writing, item| {
        let into = look_up(writing, lead, seen)?;
        if let Some(other) = into.merged_into {
            return Err(Refusal::Merged(lead, other).into());
        }
        Ok(vec![(item.clone(), item.after_merge_into(lead)?)])
    })
    .await
}

/// Says that two items are not the same, as one batch: no finder proposes them again, and neither
/// stands behind the other, until an undo lets them be alike as they were.
///
/// # Errors
/// Where an id is unknown, `Refusal::NothingTo` where they are kept apart already; the store's own
/// failures.
pub async fn apart(
    store: &Store,
    one: AutomationId,
    other: AutomationId,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    store
        .write(move |writing| {
            let items = [look_up(writing, one, None)?, look_up(writing, other, None)?];
            if one == other || writing.is_apart(one, other)? {
                return Err(Refusal::NothingTo("keep apart: they are so already").into());
            }
            let batch =
                writing.open_batch(DecisionKind::Apart, &who.name, who.origin, None, who.now)?;
            let mut changed = Vec::with_capacity(2);
            // The second first: it leaves its place beside or behind the first, and the journal of
            // the item that leaves holds the place it had.
            for (item, from) in items.into_iter().zip([other, one]).rev() {
                let value = |is_apart| json!(Separation { from, is_apart });
                let change =
                    FieldChange { field: Field::Apart, before: value(false), after: value(true) };
                changed.insert(0, apply(writing, batch, item, &[change], None, &who)?);
            }
            Ok(Outcome { batch: Some(batch), changed, refused: Vec::new() })
        })
        .await
}

/// Adds an automation that a person typed in; it starts in the inbox.
///
/// # Errors
/// `Refusal::BadValue` for an empty title; the store's own failures.
pub async fn add(
    store: &Store,
    content: Content,
    location: Location,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    add_all(store, vec![(content, location)], who).await
}

/// Adds automations as one batch: all of them, or none.
///
/// # Errors
/// As [`add`]; `Refusal::NothingTo` where there are none.
pub async fn add_all(
    store: &Store,
    items: Vec<(Content, Location)>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    if items.is_empty() {
        return Err(Refusal::NothingTo("add").into());
    }
    store
        .write(move |writing| {
            let batch =
                writing.open_batch(DecisionKind::Add, &who.name, who.origin, None, who.now)?;
            let mut changed = Vec::with_capacity(items.len());
            for (content, location) in items {
                changed.push(add_one(writing, batch, content, &location, &who)?);
            }
            Ok(Outcome { batch: Some(batch), changed, refused: Vec::new() })
        })
        .await
}

fn add_one(
    writing: &Writing<'_>,
    batch: BatchId,
    mut content: Content,
    location: &Location,
    who: &Reviewer,
) -> Result<Automation, ReviewError> {
    content.title = content.title.trim().to_owned();
    content.tags = normal_tags(content.tags);
    if content.title.is_empty() {
        return Err(Refusal::BadValue {
            id: AutomationId(0),
            field: Field::Title,
            value: "\"\"".into(),
            why: "a title cannot be empty".into(),
        }
        .into());
    }
    let added = writing.insert_manual(&content, location, who.now)?;
    // Taken back, an addition is rejected rather than lost.
    let before = Automation { status: Status::Rejected, ..added.clone() };
    let change = FieldChange {
        field: Field::Status,
        before: before.value(Field::Status),
        after: added.value(Field::Status),
    };
    writing.record_decision(batch, added.id, added.revision, &[change], None)?;
    Ok(added)
}

fn only_changes(
    item: &Automation,
    next: &Automation,
    otherwise: &'static str,
) -> Result<Vec<(Automation, Vec<FieldChange>)>, ReviewError> {
    let changes = item.changes_to(next);
    if changes.is_empty() {
        return Err(Refusal::NothingTo(otherwise).into());
    }
    Ok(vec![(item.clone(), changes)])
}

/// The shape of every act: look each item up as the asker saw it, work out the changes by `rule`,
/// write them and journal them, all in one transaction.
async fn act_on(
    store: &Store,
    targets: Vec<Target>,
    kind: DecisionKind,
    who: Reviewer,
    rule: impl Fn(&Writing<'_>, &Automation) -> Result<Vec<(Automation, Vec<FieldChange>)>, ReviewError>
    + Send
    + 'static,
) -> Result<Outcome, ReviewError> {
    store
        .write(move |writing| {
            let mut outcome = Outcome { batch: None, changed: Vec::new(), refused: Vec::new() };
            let is_single = targets.len() == 1;
            for (id, seen) in targets {
                match look_up(writing, id, seen).and_then(|item| rule(writing, &item)) {
                    Ok(all) => {
                        let batch = match outcome.batch {
                            Some(batch) => batch,
                            None => {
                                writing.open_batch(kind, &who.name, who.origin, None, who.now)?
                            }
                        };
                        outcome.batch = Some(batch);
                        for (item, changes) in all {
                            let changed = apply(writing, batch, item, &changes, None, &who)?;
                            outcome.changed.push(changed);
                        }
                    }
                    Err(ReviewError::Refused(refusal)) if !is_single => {
                        outcome.refused.push((id, refusal));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(outcome)
        })
        .await
}

pub(super) fn look_up(
    writing: &Writing<'_>,
    id: AutomationId,
    seen: Option<u32>,
) -> Result<Automation, ReviewError> {
    let item = writing.find_automation(id)?.ok_or(Refusal::Unknown(id))?;
    match seen {
        Some(seen) if seen != item.revision => {
            Err(Refusal::Stale { id, seen, now: item.revision }.into())
        }
        _ => Ok(item),
    }
}

/// Writes the changes to the item and the journal; returns the item as it is now.
pub(super) fn apply(
    writing: &Writing<'_>,
    batch: BatchId,
    mut item: Automation,
    changes: &[FieldChange],
    reverses: Option<DecisionId>,
    who: &Reviewer,
) -> Result<Automation, ReviewError> {
    if changes.is_empty() && reverses.is_none() {
        return Ok(item);
    }
    for change in changes {
        item.set(change.field, &change.after)?;
    }
    let is_by_a_person = !matches!(who.origin, Origin::Clock | Origin::Rule);
    let before = writing.load_fold(item.id)?;
    writing.save_automation(&item, is_by_a_person.then_some((&who.name, who.now)))?;
    relate(writing, item.id, changes, who)?;
    let after = writing.load_fold(item.id)?;
    // What was asked of the fold may have been possible in part only: the journal holds what is.
    let mut done: Vec<FieldChange> =
        changes.iter().filter(|change| change.field != Field::Fold).cloned().collect();
    if before != after {
        done.push(FieldChange { field: Field::Fold, before: json!(before), after: json!(after) });
    }
    writing.record_decision(batch, item.id, item.revision, &done, reverses)?;
    item.revision += 1;
    if is_by_a_person {
        item.decided = Some(who.now);
    }
    Ok(item)
}

/// Writes what holds between items.
fn relate(
    writing: &Writing<'_>,
    id: AutomationId,
    changes: &[FieldChange],
    who: &Reviewer,
) -> Result<(), ReviewError> {
    let bad = |change: &FieldChange, error: serde_json::Error| Refusal::BadValue {
        id,
        field: change.field,
        value: change.after.to_string(),
        why: error.to_string(),
    };
    for change in changes {
        match change.field {
            Field::Apart => {
                let separation =
                    Separation::deserialize(&change.after).map_err(|error| bad(change, error))?;
                writing.save_separation(id, separation, &who.name, who.now)?;
            }
            Field::Fold => {
                let read = |value| Fold::deserialize(value).map_err(|error| bad(change, error));
                writing.change_fold(id, &read(&change.before)?, &read(&change.after)?)?;
            }
            _ => {}
        }
    }
    Ok(())
}
