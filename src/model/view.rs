//! Read models: what screens and lists show, loaded whole so that drawing never asks for more.

use super::automation::named;
use super::{
    Automation, AutomationId, BatchId, DecisionId, DecisionKind, Document, DocumentKind, Doubt,
    Evidence, FacetField, Field, Opinion, Origin, RankReason, SURE, Status,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// How the queue is ordered.
    Order {
        /// What is most worth a look first.
        Worth = "worth",
        /// Where a look would settle most: worth near one half, or no sure function.
        Uncertain = "uncertain",
        Newest = "newest",
        Source = "source",
        /// Look-alikes together.
        Cluster = "cluster",
    }
}

/// Which automations a list shows, and in which order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueFilter {
    pub status: Option<Status>,
    /// Gathered in this week, as `2026-W47`.
    pub week: Option<String>,
    /// Each must hold; `Status` is given above instead.
    pub facets: Vec<(FacetField, String)>,
    /// Words that title or description must contain (all of them, as prefixes, case folded).
    pub words: String,
    pub order: Order,
    /// Whether look-alikes hide behind the one that leads them.
    pub folds_duplicates: bool,
}

impl Default for QueueFilter {
    fn default() -> Self {
        Self {
            status: Some(Status::Inbox),
            week: None,
            facets: Vec::new(),
            words: String::new(),
            order: Order::Worth,
            folds_duplicates: true,
        }
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxRow {
    pub id: AutomationId,
    pub revision: u32,
    pub status: Status,
    pub title: String,
    /// Best function, where one is known.
    pub function: Option<String>,
    /// The probability in 0..=1 that it is the right one.
    #[serde(default)]
    pub function_p: Option<f32>,
    pub confidence: f32,
    /// When its document was published, else gathered.
    pub dated: Timestamp,
    pub kind: Option<DocumentKind>,
    pub origin: Option<String>,
    /// How many more like this stand behind it.
    pub duplicates: u32,
    /// Who decided last, where somebody did.
    pub reviewer: Option<String>,
    /// Verdicts that wait for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<Opinion>,
}

impl ItemView {
    /// Whether no words of its document bear out this field (this entry of it, where `index` says
    /// which), and no person set it.
    pub fn is_inferred(&self, field: Field, index: Option<u16>) -> bool {
        let bears = |evidence: &Evidence| {
            evidence.field == field && index.is_none_or(|index| index == evidence.index)
        };
        let set = |decision: &DecisionRow| {
            !decision.is_undone
                && decision.kind != DecisionKind::Undo
                && decision.fields.contains(&field)
        };
        let Some(document) = &self.document else { return false };
        let is_given = match field {
            Field::Tags => true,
            Field::Title => document.title.contains(&self.automation.content.title),
            _ => false,
        };
        !is_given && !self.evidence.iter().any(bears) && !self.history.iter().any(set)
    }
}

impl InboxRow {
    /// Whether its function is too uncertain to be taken unseen.
    pub fn is_unsure(&self) -> bool {
        self.function_p.is_some_and(|p| p < SURE)
    }
}

/// One automation with all that its pane shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    pub automation: Automation,
    pub evidence: Vec<Evidence>,
    /// `None` when added by hand.
    pub document: Option<Document>,
    /// The look-alikes behind it.
    pub duplicates: Vec<InboxRow>,
    /// Newest first, at most 50.
    pub history: Vec<DecisionRow>,
    /// Where the readers of its document differ.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
    /// Newest first, at most 50.
    #[serde(default)]
    pub rereadings: Vec<Rereading>,
    /// What moves it up or down the inbox, strongest first; empty where nobody asked.
    #[serde(default)]
    pub reasons: Vec<RankReason>,
}

/// How an item's document was read otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rereading {
    pub at: Timestamp,
    pub made_by: String,
    pub changed: Vec<Field>,
    /// Whether the item was left as it is, since a person had decided on it.
    pub is_kept: bool,
}

impl Rereading {
    /// In words: `read anew by embedded 1: title, steps`.
    pub fn in_words(&self) -> String {
        let fields: Vec<&str> = self.changed.iter().map(|field| field.name()).collect();
        let end = if self.is_kept { " would differ; kept as decided" } else { "" };
        format!("read anew by {}: {}{end}", self.made_by, fields.join(", "))
    }
}

/// A journal entry in one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRow {
    pub id: DecisionId,
    pub batch: BatchId,
    pub automation: AutomationId,
    pub title: String,
    pub kind: DecisionKind,
    /// In words: "approved", "title, tags".
    pub summary: String,
    /// What it changed.
    #[serde(default)]
    pub fields: Vec<Field>,
    pub reviewer: String,
    pub origin: Origin,
    pub at: Timestamp,
    pub is_undone: bool,
}

/// The numbers in the top line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In the inbox, look-alikes folded.
    pub inbox: u64,
    pub approved: u64,
    pub rejected: u64,
    pub deferred: u64,
    pub merged: u64,
    pub documents: u64,
    /// Items this reviewer decided on since the midnight where they are; what was merged, along with
    /// another or by hand, is not counted.
    pub done_today: u64,
    pub dead_letters: u64,
    /// Sources whose last visit failed.
    pub failing_sources: u64,
}
