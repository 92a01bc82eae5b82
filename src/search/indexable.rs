//! What the index is fed.

use crate::embed::Vector;
use crate::model::{Automation, AutomationId, Document, DocumentKind, Scored, Status, ToolRole};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One automation as search sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexable {
    pub id: AutomationId,
    pub status: Status,
    pub kind: Option<DocumentKind>,
    /// The source's short name; the value of the source facet.
    pub source: Option<String>,
    /// Where it was published, as people say it; `source:` finds it too.
    pub origin: Option<String>,
    pub title: String,
    pub description: String,
    pub trigger: String,
    pub steps: Vec<String>,
    /// The tools it runs on.
    pub tools: Vec<String>,
    pub functions: Vec<String>,
    pub industries: Vec<String>,
    pub tags: Vec<String>,
    /// When it was published, else gathered.
    pub dated: Timestamp,
    pub gathered: Timestamp,
    /// Readable text of the source that the automation was read from, however long.
    pub body: String,
    pub vector: Option<Vector>,
}

impl Indexable {
    /// An automation in the inbox, gathered when it is dated, with nothing else known of it.
    pub fn empty(id: AutomationId, dated: Timestamp) -> Self {
        Self {
            id,
            status: Status::Inbox,
            kind: None,
            source: None,
            origin: None,
            title: String::new(),
            description: String::new(),
            trigger: String::new(),
            steps: Vec::new(),
            tools: Vec::new(),
            functions: Vec::new(),
            industries: Vec::new(),
            tags: Vec::new(),
            dated,
            gathered: dated,
            body: String::new(),
            vector: None,
        }
    }

    /// What a stored automation and its document say; labels below `least` probability stay out.
    pub fn of(
        automation: &Automation,
        document: Option<&Document>,
        source: Option<&str>,
        vector: Option<Vector>,
        least: f32,
    ) -> Self {
        let content = &automation.content;
        let labels = |scored: &[Scored]| -> Vec<String> {
            scored.iter().filter(|s| s.p >= least).map(|s| s.label.clone()).collect()
        };
        let used = content.tools.iter().filter(|t| t.role == ToolRole::Used && t.p >= least);
        Self {
            id: automation.id,
            status: automation.status,
            kind: document.map(|d| d.kind),
            source: source.map(str::to_owned),
            origin: document.and_then(|d| d.origin.clone()),
            title: content.title.clone(),
            description: content.description.clone(),
            trigger: content.trigger.as_ref().map(|t| t.text.clone()).unwrap_or_default(),
            steps: content.steps.iter().map(|s| s.text.clone()).collect(),
            tools: used.map(|t| t.name.clone()).collect(),
            functions: labels(&content.functions),
            industries: labels(&content.industries),
            tags: content.tags.clone(),
            dated: document.and_then(|d| d.published).unwrap_or(automation.created),
            gathered: automation.created,
            body: document.map(|d| d.readable.clone()).unwrap_or_default(),
            vector,
        }
    }
}

/// One step of following the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// New, or in place of what was known of that id.
    Upsert(Box<Indexable>),
    Delete(AutomationId),
}

impl Change {
    pub fn id(&self) -> AutomationId {
        match self {
            Self::Upsert(item) => item.id,
            Self::Delete(id) => *id,
        }
    }
}

/// How far the index has followed which store; stands in each commit's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorePosition {
    pub store_id: String,
    /// The newest change that the commit holds.
    pub seq: i64,
}
