//! What a queue's order is worked out from.

use super::{AutomationId, Complexity, Content, DocumentKind, Scored, TriggerKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Labels less certain than this ask for a human look, 0..=1.
pub const SURE: f32 = 0.8;

/// Which parts of an automation are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    pub trigger: bool,
    /// Two at least.
    pub steps: bool,
    pub tool: bool,
    pub claim: bool,
    pub industry: bool,
}

impl Parts {
    pub fn of(content: &Content) -> Self {
        Self {
            trigger: content.trigger.is_some(),
            steps: content.steps.len() >= 2,
            tool: content.tools_used().next().is_some(),
            claim: !content.claims.is_empty(),
            industry: !content.industries.is_empty(),
        }
    }

    /// How much an item is worth a reviewer's look before anybody has judged anything, 0..=1:
    /// `confidence` first, then how complete it is and whether it claims a value.
    pub fn worth(self, confidence: f32) -> f32 {
        let parts = [
            (self.trigger, 0.10),
            (self.steps, 0.10),
            (self.tool, 0.08),
            (self.claim, 0.07),
            (self.industry, 0.05),
        ];
        let complete: f32 = parts.iter().filter(|(holds, _)| *holds).map(|(_, share)| share).sum();
        (0.6 * confidence + complete).clamp(0.0, 1.0)
    }
}

/// How much a human look at an item would settle, 0..=1: the nearer its `worth` is to one half and the
/// further its best function is below [`SURE`], the more.
pub fn uncertainty(worth: f32, function: Option<f32>) -> f32 {
    let open = 1.0 - (2.0 * worth - 1.0).abs();
    let unsure = function.map_or(0.0, |p| ((SURE - p) / SURE).max(0.0));
    (1.0 - (1.0 - open) * (1.0 - unsure)).clamp(0.0, 1.0)
}

/// An item as the ranker sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: AutomationId,
    /// As the queue has it now, 0..=1.
    pub worth: f32,
    pub uncertainty: f32,
    pub confidence: f32,
    pub parts: Parts,
    pub kind: Option<DocumentKind>,
    pub source: Option<String>,
    pub trigger: Option<TriggerKind>,
    pub complexity: Option<Complexity>,
    /// Those it runs on.
    pub tools: Vec<String>,
    pub functions: Vec<Scored>,
    pub industries: Vec<Scored>,
    /// When its document was published, else gathered.
    pub dated: Timestamp,
}

/// What people said of an item: approved or not, how much that says, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub is_approved: bool,
    /// How much it says of the worth of items like it, 0..=1: a rejection as its reason does.
    pub lesson: f32,
    pub at: Timestamp,
}

/// What moves an item up or down its queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankReason {
    /// In words: `tool Airtable`.
    pub about: String,
    /// Log-odds: above 0 it speaks for the item.
    pub points: f32,
    /// Of how many judged items that have it how many were approved; `None` where it is not counted.
    pub approved: Option<(u32, u32)>,
}

impl RankReason {
    /// As in `+0.84  tool Airtable, 9 of 11 approved`.
    pub fn in_words(&self) -> String {
        let counted = match self.approved {
            Some((approved, judged)) => format!(", {approved} of {judged} approved"),
            None => String::new(),
        };
        format!("{:+.2}  {}{counted}", self.points, self.about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.5, Some(0.95), 1.0)]
    #[case(1.0, Some(0.95), 0.0)]
    #[case(1.0, Some(0.4), 0.5)]
    #[case(1.0, None, 0.0)]
    #[case(0.75, Some(0.4), 0.75)]
    fn a_look_settles_more_when_worth_or_function_are_open(
        #[case] worth: f32,
        #[case] function: Option<f32>,
        #[case] wanted: f32,
    ) {
        assert!((uncertainty(worth, function) - wanted).abs() < 1e-6);
    }
}
