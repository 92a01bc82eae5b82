//! Where in the source a field was read.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A half-open range of *byte* offsets into a document's readable text, on character borders.
///
/// Offsets in JSON for outsiders (`show --json`, `eval extract`) count characters instead; the
/// conversion stands at those edges (`text::CharacterIndex`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// A span over `range`.
    ///
    /// # Panics
    /// When the range lies beyond 4 GiB; bodies are capped far below that.
    pub fn new(range: Range<usize>) -> Self {
        let fit = |n: usize| u32::try_from(n).expect("invariant: texts are capped below 4 GiB");
        Self { start: fit(range.start), end: fit(range.end) }
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn len(self) -> usize {
        self.range().len()
    }

    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The text it marks, or `None` where it does not fit `text`.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.range())
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A field of an automation: what evidence points at, what an edit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Title,
    Description,
    Trigger,
    Steps,
    Tools,
    Industries,
    Functions,
    Problem,
    Claims,
    Complexity,
    Tags,
    Status,
    Reason,
    DeferredUntil,
    /// Whether it is kept apart from another item; stands in the journal as a `Separation`.
    Apart,
    /// Who stands behind whom in lists; stands in the journal as a `Fold`.
    Fold,
    /// Verdicts that wait for others.
    Opinions,
}

impl Field {
    /// Every field a reviewer may edit, in the order in which screens show them.
    pub const EDITABLE: [Self; 11] = [
        Self::Title,
        Self::Description,
        Self::Trigger,
        Self::Steps,
        Self::Tools,
        Self::Industries,
        Self::Functions,
        Self::Problem,
        Self::Claims,
        Self::Complexity,
        Self::Tags,
    ];

    /// The stable name used in the store, in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Trigger => "trigger",
            Self::Steps => "steps",
            Self::Tools => "tools",
            Self::Industries => "industries",
            Self::Functions => "functions",
            Self::Problem => "problem",
            Self::Claims => "claims",
            Self::Complexity => "complexity",
            Self::Tags => "tags",
            Self::Status => "status",
            Self::Reason => "reason",
            Self::DeferredUntil => "deferred_until",
            Self::Apart => "apart",
            Self::Fold => "fold",
            Self::Opinions => "opinions",
        }
    }

    /// The field called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        let life = [Self::Status, Self::Reason, Self::DeferredUntil, Self::Opinions];
        life.into_iter()
            .chain([Self::Apart, Self::Fold])
            .chain(Self::EDITABLE)
            .find(|field| field.name() == name)
    }
}

/// The words in the source that a field was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub field: Field,
    /// Which entry of a list field (`steps`, `tools`, `claims`, …) it supports; 0 for single fields.
    pub index: u16,
    pub span: Span,
    /// Probability in 0..=1 that the field, as read from this span, is right.
    pub confidence: f32,
}
