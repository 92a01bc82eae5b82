//! Review: every write a person makes goes through here.
//!
//! Does: verdicts, tags, edits, merges, separations, additions, undo and redo, each journaled with
//! who and when, in one transaction that is on the disk before the caller hears of it; brings
//! deferred items back and merges what rules say, journaled too; and hands out claims. Does not: read a clock (the moment comes with the request) or
//! know a screen.

mod act;
mod claim;
mod merge;
mod rules;
mod undo;
mod wake;

pub use act::{Outcome, add, add_all, apart, decide, decide_together, edit, merge, tag};
pub use claim::{CLAIM, claim, list_queue_for, release};
pub use merge::merge_choosing;
pub use rules::{RULE, apply_rules, forget_rule, make_rules};
pub use undo::{redo, take_apart, undo, undo_decision};
pub use wake::wake;

use crate::model::{AutomationId, Origin, Refusal};
use crate::store::StoreError;
use jiff::Timestamp;

/// Who asks, through which door, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    pub name: String,
    pub origin: Origin,
    pub now: Timestamp,
}

/// An item a request names, with the revision the asker saw; `None` takes it as it is now.
pub type Target = (AutomationId, Option<u32>);

#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The request cannot be granted, for a reason that a person can act on.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}
