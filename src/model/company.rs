//! Company: what other reviewers are at, and rules that spare everybody a question.

use super::AutomationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What others are at now. Nobody's decision, and no promise: anybody may judge any item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Items that others have open, by item and name.
    pub open: Vec<(AutomationId, String)>,
    /// Items that reviewers took for themselves, one's own too, by item.
    pub claimed: Vec<Claimed>,
}

/// An item that a reviewer took for themselves for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub automation: AutomationId,
    pub reviewer: String,
    pub until: Timestamp,
}

impl Company {
    /// Who else has the item open, the first by name.
    pub fn opened_by(&self, id: AutomationId) -> Option<&str> {
        self.open.iter().find(|(open, _)| *open == id).map(|(_, name)| name.as_str())
    }

    /// Who has claimed the item, `reviewer` apart.
    pub fn claimed_by_other(&self, id: AutomationId, reviewer: &str) -> Option<&str> {
        let claim = self.claimed.iter().find(|claim| claim.automation == id)?;
        (claim.reviewer != reviewer).then_some(claim.reviewer.as_str())
    }
}

/// Where items come from that are merged into what they repeat, without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeRule {
    pub id: i64,
    /// As lists show it.
    pub origin: String,
    /// Who made the rule.
    pub reviewer: String,
    pub created: Timestamp,
    /// Merges by it that stand.
    pub merged: u64,
}
