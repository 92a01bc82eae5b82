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

/// Whether an item is kept apart from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Separation {
    pub from: AutomationId,
    pub is_apart: bool,
}

/// Who stands behind whom in lists, seen from one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// Whom it stands behind.
    pub lead: Option<AutomationId>,
    /// Who stand behind it, oldest first.
    pub folded: Vec<AutomationId>,
}

impl Fold {
    /// Each that stands behind another, with whom it stands behind, for the fold of item `id`.
    pub(crate) fn pairs(&self, id: AutomationId) -> Vec<(AutomationId, AutomationId)> {
        let behind_it = self.folded.iter().map(|member| (*member, id));
        self.lead.map(|lead| (id, lead)).into_iter().chain(behind_it).collect()
    }
}

/// Look-alikes that are to be judged together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookAlikes {
    /// Who leads comes first, then those compared with it, then those alike by way of another.
    pub members: Vec<Joined>,
}

/// How a member came into its group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    pub id: AutomationId,
    /// By way of which member, where it was not found alike to the lead itself.
    pub through: Option<AutomationId>,
    /// Probability in 0..=1 of that link; 1 for the lead.
    pub p: f32,
}

impl LookAlikes {
    /// Who stands for the group.
    pub fn lead(&self) -> Option<AutomationId> {
        self.members.first().map(|member| member.id)
    }

    /// The least certain link, 0..=1.
    pub fn weakest(&self) -> f32 {
        self.members.iter().map(|member| member.p).fold(1.0, f32::min)
    }

    /// Whether some member was found alike to another member only.
    pub fn has_transitive(&self) -> bool {
        self.members.iter().any(|member| member.through.is_some())
    }
}

/// Whose value a field keeps in a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// This member's.
    Of(AutomationId),
    /// Everybody's together; for tags only.
    All,
}
