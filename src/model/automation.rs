//! An automation: a trigger, ordered actions, the tools that carry them, and what it is for.

use super::{AutomationId, DocumentId, Evidence, Field, Opinion, Parts, Status, uncertainty};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name used in the store, in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value called `name`, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What sets an automation off.
    TriggerKind {
        Schedule = "schedule",
        Webhook = "webhook",
        Form = "form",
        Message = "message",
        Email = "email",
        File = "file",
        Feed = "feed",
        /// Something happens in an application: a record is made, a payment fails.
        Event = "event",
        Manual = "manual",
    }
}

/// What sets it off: the kind, in words, and the tool that notices it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    pub kind: TriggerKind,
    pub text: String,
    #[serde(default)]
    pub tool: Option<String>,
    /// Probability in 0..=1 that the kind is right.
    #[serde(default = "certain")]
    pub confidence: f32,
}

/// One action. Steps stand in an order in which each comes after those it `follows`
/// (loops in a workflow are cut at the edge that closes them).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub text: String,
    /// The tool's name as in the gazetteer, or as the source writes it.
    #[serde(default)]
    pub tool: Option<String>,
    /// Indexes of the steps directly before it; empty when it follows the trigger.
    #[serde(default)]
    pub follows: Vec<u16>,
    /// Under which outcome of the step before it runs ("true", "false", "paid"), where it branches.
    #[serde(default)]
    pub branch: Option<String>,
}

named! {
    /// Whether the automation runs on a tool, or the text only names it.
    ToolRole { Used = "used", Mentioned = "mentioned" }
}

/// A tool in an automation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolUse {
    pub name: String,
    pub role: ToolRole,
    /// Probability in 0..=1 that it is used.
    pub p: f32,
}

/// A label with its probability in 0..=1; lists of them stand sorted by falling `p`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub label: String,
    pub p: f32,
}

named! {
    ClaimUnit {
        Hours = "hours",
        Minutes = "minutes",
        Days = "days",
        /// A sum of money; the currency stands in `Claim::currency`.
        Money = "money",
        Percent = "percent",
        /// A factor: "3x the bookings".
        Times = "times",
        /// Things counted: leads, calls, bookings.
        Count = "count",
    }
}

named! {
    Period {
        Once = "once",
        Each = "each",
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
    }
}

/// A value that the source claims, as a number with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub amount: f64,
    pub unit: ClaimUnit,
    /// ISO 4217 code, for money.
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub per: Option<Period>,
    /// The source's own words.
    pub text: String,
}

named! {
    Complexity { Simple = "simple", Moderate = "moderate", Complex = "complex" }
}

/// Where in its source an automation stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Seconds into a recording.
    #[serde(default)]
    pub seconds: Option<u32>,
    /// A link to the very place: a comment's permalink, a video at its second.
    #[serde(default)]
    pub url: Option<String>,
}

/// What an automation says, apart from its life in the store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    pub title: String,
    pub description: String,
    pub trigger: Option<Trigger>,
    pub steps: Vec<Step>,
    pub tools: Vec<ToolUse>,
    pub industries: Vec<Scored>,
    pub functions: Vec<Scored>,
    pub problem: Option<String>,
    pub claims: Vec<Claim>,
    pub complexity: Option<Complexity>,
    pub tags: Vec<String>,
}

/// What extraction yields: content with its evidence, not yet stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub content: Content,
    pub evidence: Vec<Evidence>,
    pub location: Location,
    /// Probability in 0..=1 that this is an automation a reviewer would keep, rightly read.
    pub confidence: f32,
    /// Where two readers of the document differ.
    pub doubts: Vec<Doubt>,
}

/// Where a second reader of a document differs from the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// `None` where it is about the item as a whole.
    pub field: Option<Field>,
    /// What the other reader says, in words.
    pub says: String,
}

/// A stored automation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Automation {
    pub id: AutomationId,
    /// Grows by one with each write; an action names the revision it was decided on.
    pub revision: u32,
    /// The document it was read from; `None` when added by hand.
    pub document: Option<DocumentId>,
    pub status: Status,
    #[serde(flatten)]
    pub content: Content,
    pub confidence: f32,
    pub location: Location,
    /// Why it was rejected, in the reviewer's words.
    pub reason: Option<String>,
    pub deferred_until: Option<Timestamp>,
    /// The automation it was merged into.
    pub merged_into: Option<AutomationId>,
    /// Verdicts that wait for others, in the order in which they were first given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<Opinion>,
    /// What made it: extractor and version, or `manual`.
    pub made_by: String,
    pub created: Timestamp,
    /// When a person last decided on it.
    pub decided: Option<Timestamp>,
}

fn certain() -> f32 {
    1.0
}

impl Content {
    /// The tools it runs on, most certain first.
    pub fn tools_used(&self) -> impl Iterator<Item = &ToolUse> {
        self.tools.iter().filter(|tool| tool.role == ToolRole::Used)
    }

    /// The text that stands for its meaning: what is embedded and compared.
    pub fn meaning(&self) -> String {
        let mut text = format!("{}. {}", self.title, self.description);
        let steps = self.trigger.iter().map(|t| t.text.as_str());
        for part in steps.chain(self.steps.iter().map(|s| s.text.as_str())) {
            text.push_str(". ");
            text.push_str(part);
        }
        text
    }
}

impl Content {
    /// The fields that say something else in `other`; probabilities do not count, nor do tags, which
    /// are people's own.
    pub fn changed_fields(&self, other: &Self) -> Vec<Field> {
        let trigger = |content: &Self| {
            let known = content.trigger.as_ref();
            known.map(|trigger| (trigger.kind, trigger.text.clone(), trigger.tool.clone()))
        };
        let tools = |content: &Self| -> Vec<(String, ToolRole)> {
            content.tools.iter().map(|tool| (tool.name.clone(), tool.role)).collect()
        };
        let labels = |of: &[Scored]| -> Vec<String> {
            of.iter().map(|scored| scored.label.clone()).collect()
        };
        let same = [
            (Field::Title, self.title == other.title),
            (Field::Description, self.description == other.description),
            (Field::Trigger, trigger(self) == trigger(other)),
            (Field::Steps, self.steps == other.steps),
            (Field::Tools, tools(self) == tools(other)),
            (Field::Industries, labels(&self.industries) == labels(&other.industries)),
            (Field::Functions, labels(&self.functions) == labels(&other.functions)),
            (Field::Problem, self.problem == other.problem),
            (Field::Claims, self.claims == other.claims),
            (Field::Complexity, self.complexity == other.complexity),
        ];
        same.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
    }
}

impl Draft {
    /// What it is worth before anybody has judged anything, as [`Parts::worth`] says, 0..=1.
    pub fn worth(&self) -> f32 {
        Parts::of(&self.content).worth(self.confidence)
    }

    /// How much a human look would settle, as [`uncertainty`] says, 0..=1.
    pub fn uncertainty(&self) -> f32 {
        uncertainty(self.worth(), self.content.functions.first().map(|best| best.p))
    }
}
