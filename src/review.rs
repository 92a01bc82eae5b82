//! Review: every write a person makes goes through here.
//!
//! Does: verdicts, tags, edits, merges, separations, additions, undo and redo, each journaled with
//! who and when, in one transaction that is on the disk before the caller hears of it; and brings
//! deferred items back, journaled too. Does not: read a clock (the moment comes with the request) or
//! know a screen.

mod act;
mod merge;
mod undo;
mod wake;

pub use act::{Outcome, add, add_all, apart, decide, edit, merge, tag};
pub use merge::merge_choosing;
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
