//! What a reviewer chose in a group, and what is chosen where they did not.

use crate::model::{AutomationId, Field, ItemView, Joined, Kept, Status};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::values;

type Members<'a> = &'a [(Joined, Arc<ItemView>)];

/// Choices in one group; what is missing is the default.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Choice {
    /// Which item stays.
    pub(super) stays: Option<AutomationId>,
    pub(super) kept: HashMap<Field, Kept>,
    pub(super) left_out: HashSet<AutomationId>,
    /// The field under the cursor, in the order of `Field::EDITABLE`.
    pub(super) field: usize,
    /// The member under the cursor.
    pub(super) member: usize,
}

/// Which item stays: the chosen one; else what was approved, then what a person decided on, then
/// what has the longer history, then what more evidence stands for.
pub(super) fn staying(members: Members<'_>, choice: &Choice) -> AutomationId {
    let is_here = |id: &AutomationId| members.iter().any(|(joined, _)| joined.id == *id);
    if let Some(id) = choice.stays.filter(is_here) {
        return id;
    }
    let rank = |view: &ItemView| {
        let item = &view.automation;
        (
            item.status == Status::Approved,
            item.decided.is_some(),
            view.history.len(),
            view.evidence.len(),
        )
    };
    let best = members
        .iter()
        .filter(|(joined, _)| !choice.left_out.contains(&joined.id))
        .enumerate()
        .max_by_key(|(at, (_, view))| (rank(view), Reverse(*at)));
    best.map_or(members[0].0.id, |(_, (joined, _))| joined.id)
}

/// Whose value `field` keeps: the chosen one; else, of those that have any, what a person reviewed,
/// then what better evidence stands for, then what has the longer history, then the item that
/// stays. Tags are kept together.
pub(super) fn kept(members: Members<'_>, choice: &Choice, field: Field) -> Kept {
    let is_here = |kept: &Kept| match kept {
        Kept::Of(id) => members.iter().any(|(joined, _)| joined.id == *id),
        Kept::All => true,
    };
    // A chosen member may have been put apart, or merged by others, since.
    if let Some(kept) = choice.kept.get(&field).copied().filter(is_here) {
        return kept;
    }
    if field == Field::Tags {
        return Kept::All;
    }
    let stays = staying(members, choice);
    let rank = |(joined, view): &(Joined, Arc<ItemView>)| {
        // Hundredths order well enough, and unlike floats they are `Ord`.
        let evidence: f32 =
            view.evidence.iter().filter(|e| e.field == field).map(|e| e.confidence).sum();
        (
            !values::text(field, view).is_empty(),
            view.automation.decided.is_some(),
            (evidence * 100.0) as u32,
            view.history.len(),
            joined.id == stays,
        )
    };
    let best = members
        .iter()
        .filter(|(joined, _)| !choice.left_out.contains(&joined.id))
        .enumerate()
        .max_by_key(|(at, member)| (rank(member), Reverse(*at)));
    Kept::Of(best.map_or(stays, |(_, (joined, _))| joined.id))
}
