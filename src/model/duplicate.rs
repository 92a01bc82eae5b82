//! Pairs of automations that may be one.

use super::AutomationId;
use super::automation::named;
use serde::{Deserialize, Serialize};

named! {
    /// What the finder thinks of a pair.
    DuplicateVerdict {
        /// One automation met twice: belongs merged.
        Same = "same",
        /// Related, kept apart.
        Related = "related",
    }
}

named! {
    /// What became of a proposed pair.
    DuplicateState {
        Proposed = "proposed",
        /// A person said: not a duplicate. Never proposed again.
        Apart = "apart",
        Merged = "merged",
    }
}

/// A pair, ordered `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DuplicatePair {
    pub a: AutomationId,
    pub b: AutomationId,
    /// Probability in 0..=1 that both are the same automation.
    pub p: f32,
    pub verdict: DuplicateVerdict,
}
