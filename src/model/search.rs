//! What is asked of search, and what it answers.

use super::automation::named;
use super::{AutomationId, Order, QueueFilter, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    SearchMode {
        /// Words and meaning fused.
        Hybrid = "hybrid",
        /// BM25 over words alone.
        Text = "text",
        /// Cosine of sentence vectors alone.
        Meaning = "meaning",
    }
}

named! {
    /// A field by which results are counted and narrowed.
    FacetField {
        Function = "function",
        Industry = "industry",
        Tool = "tool",
        Source = "source",
        /// The week in which it was gathered, as `2026-W47`.
        Week = "week",
        Tag = "tag",
        Status = "status",
        Kind = "kind",
    }
}

/// One search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchQuery {
    pub text: String,
    pub mode: SearchMode,
    /// Share of words in the fused score, 0..=1; the rest is meaning.
    pub weight: f32,
    /// At most so many hits.
    pub limit: usize,
    /// Only items in one of these; all when empty.
    pub statuses: Vec<Status>,
    /// Only items that have each of these values.
    pub filters: Vec<(FacetField, String)>,
    /// Whether facets are counted.
    pub with_facets: bool,
}

impl SearchQuery {
    /// A hybrid search over everything but what was rejected or merged away.
    pub fn new(text: impl Into<String>, limit: usize) -> Self {
        Self {
            text: text.into(),
            mode: SearchMode::Hybrid,
            weight: 0.5,
            limit,
            statuses: vec![Status::Inbox, Status::Approved, Status::Deferred],
            filters: Vec::new(),
            with_facets: false,
        }
    }
}

impl SearchQuery {
    /// The list that stands for a search without words: newest first, narrowed alike.
    pub fn as_queue(&self) -> QueueFilter {
        QueueFilter {
            status: match self.statuses.as_slice() {
                [status] => Some(*status),
                _ => None,
            },
            facets: self.filters.clone(),
            order: Order::Newest,
            folds_duplicates: false,
            ..QueueFilter::default()
        }
    }
}

/// A search that a reviewer keeps under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedSearch {
    pub name: String,
    pub query: SearchQuery,
    /// When its reviewer last looked at what it finds.
    pub seen: Timestamp,
}

/// Why a hit stands where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HitParts {
    /// BM25 score of the words, unbounded; 0 when no word matched.
    pub words: f32,
    /// The same over the best word score of this answer, 0..=1.
    pub words_share: f32,
    /// Cosine with the query, -1..=1; 0 where there is no vector.
    pub meaning: f32,
    /// The same over the best cosine of this answer, 0..=1.
    pub meaning_share: f32,
    /// The query is its title, or an identifier in it, to the letter.
    pub is_exact: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub id: AutomationId,
    /// Falls with rank; comparable within one answer only.
    pub score: f32,
    pub parts: HitParts,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facet {
    pub field: FacetField,
    pub value: String,
    pub count: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchAnswer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many items the words match under the filters, shown or not.
    pub total: u64,
    /// Sorted by field, then falling count.
    pub facets: Vec<Facet>,
    /// The query's words, folded, for lighting up matches.
    pub terms: Vec<String>,
    /// Why it was sought otherwise than asked, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}
