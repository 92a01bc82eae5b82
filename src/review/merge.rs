//! A merge in which a reviewer chose, field by field, whose value is kept.

use super::act::{apply, look_up};
use super::{Outcome, ReviewError, Reviewer, Target};
use crate::model::{Automation, DecisionKind, Field, FieldChange, Kept, Refusal, normal_tags};
use crate::store::Store;

/// Merges `members` into `lead`, which takes the chosen values: one batch, all of it or nothing,
/// so that one undo gives every item back what it had. A field that `keep` does not name stays the
/// lead's own.
///
/// # Errors
/// Where an item is unknown, merged already, or changed since it was seen; where a chosen value is
/// of an item that takes no part; the store's own failures.
pub async fn merge_choosing(
    store: &Store,
    lead: Target,
    members: Vec<Target>,
    keep: Vec<(Field, Kept)>,
    who: Reviewer,
) -> Result<Outcome, ReviewError> {
    store
        .write(move |writing| {
            let into = look_up(writing, lead.0, lead.1)?;
            if let Some(other) = into.merged_into {
                return Err(Refusal::Merged(into.id, other).into());
            }
            let mut others: Vec<Automation> = Vec::with_capacity(members.len());
            for (id, seen) in members {
                if id != into.id && others.iter().all(|other| other.id != id) {
                    others.push(look_up(writing, id, seen)?);
                }
            }
            if others.is_empty() {
                return Err(Refusal::NothingTo("merge: no other item was named").into());
            }
            let mut plan = vec![(into.clone(), chosen(&into, &others, &keep)?)];
            for other in others {
                let changes = other.after_merge_into(into.id)?;
                plan.push((other, changes));
            }
            let batch =
                writing.open_batch(DecisionKind::Merge, &who.name, who.origin, None, who.now)?;
            let mut changed = Vec::with_capacity(plan.len());
            for (item, changes) in plan {
                // A lead that keeps all its own takes no part in the journal.
                if !changes.is_empty() {
                    changed.push(apply(writing, batch, item, &changes, None, &who)?);
                }
            }
            Ok(Outcome { batch: Some(batch), changed, refused: Vec::new() })
        })
        .await
}

/// What the choices change on the lead.
fn chosen(
    lead: &Automation,
    others: &[Automation],
    keep: &[(Field, Kept)],
) -> Result<Vec<FieldChange>, Refusal> {
    let mut next = lead.clone();
    for (field, kept) in keep.iter().filter(|(field, _)| Field::EDITABLE.contains(field)) {
        match kept {
            Kept::Of(id) if *id == lead.id => {}
            Kept::Of(id) => {
                let from = others.iter().find(|other| other.id == *id);
                next.set(*field, &from.ok_or(Refusal::Unknown(*id))?.value(*field))?;
            }
            Kept::All if *field == Field::Tags => {
                let tags = others.iter().flat_map(|other| other.content.tags.iter().cloned());
                next.content.tags.extend(tags);
                next.content.tags = normal_tags(next.content.tags);
            }
            Kept::All => {}
        }
    }
    Ok(lead.changes_to(&next))
}
