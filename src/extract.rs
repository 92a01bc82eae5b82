//! Documents become automations: what sets them off, what they do, on which tools, and where the
//! source says so.
//!
//! Does: read a document's text (or its workflow JSON) into drafts whose every field points at the
//! exact words it was read from. Does not: touch the store, the network or a clock. Owns: the tool
//! gazetteer and the weights under `data/gazetteer/`, read once by `Extractor::load`.

mod action;
mod calibration;
mod choose;
mod claim;
pub mod classify;
mod compose;
mod divide;
mod gazetteer;
mod judge;
mod lexicon;
mod node;
mod pattern;
mod prose;
mod reading;
mod refine;
mod role;
mod sign;
mod stance;
mod structure;
mod telling;
mod trigger;
mod workflow;

pub use gazetteer::{Gazetteer, Tool};
pub use refine::{Dropped, Piece, Refined, is_unsorted};

use crate::model::{Content, DocumentKind, Draft, Evidence, Field, Location, Mark, Span};
use crate::text::workflow::Workflow;
use classify::Classifier;
use reading::Reading;
use role::RoleModel;
use std::sync::Arc;

/// What made a draft, as stored with it.
pub const MADE_BY: &str = "embedded 3";

/// Why the extractor cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error("cannot read the shipped {file}: {reason}")]
    Data { file: &'static str, reason: String },
    #[error("cannot read what a model told of the text")]
    Told(#[source] serde_json::Error),
}

/// A document to extract from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'t> {
    pub title: &'t str,
    /// The text that evidence points into.
    pub readable: &'t str,
    /// `None` when nobody knows; then the text is judged by its looks.
    pub kind: Option<DocumentKind>,
    pub url: Option<&'t str>,
    /// Sorted by offset.
    pub marks: &'t [Mark],
    pub language: Option<&'t str>,
    /// The bytes it was read from; a workflow's JSON is read from these.
    pub raw: Option<&'t [u8]>,
}

impl Input<'_> {
    /// The second of the recording at which the byte `offset` is spoken.
    fn seconds_at(&self, offset: usize) -> Option<u32> {
        let after = self.marks.partition_point(|mark| mark.offset as usize <= offset);
        after.checked_sub(1).map(|at| self.marks[at].seconds)
    }
}

/// A stretch of a text, with what speaks for and against its being an automation.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// Bytes of the readable text.
    pub range: std::ops::Range<usize>,
    /// By name, in the order of `Extractor::judged_by`; each from 0 to 5.
    pub features: Vec<(&'static str, f32)>,
    /// The probability that a reviewer would keep it.
    pub confidence: f32,
}

/// The embedded extractor: no network, no key, no state between documents.
pub struct Extractor {
    gazetteer: Gazetteer,
    roles: RoleModel,
    classifier: Arc<Classifier>,
}

impl Extractor {
    /// Reads the shipped data.
    ///
    /// # Errors
    /// When shipped data does not parse, which tests exclude.
    pub fn load() -> Result<Self, ExtractError> {
        Ok(Self {
            gazetteer: Gazetteer::load()?,
            roles: RoleModel::load()?,
            classifier: Classifier::shared(),
        })
    }

    /// The same with another classifier: a user's own taxonomy, what reviewers taught.
    #[must_use]
    pub fn with_classifier(mut self, classifier: Classifier) -> Self {
        self.classifier = Arc::new(classifier);
        self
    }

    /// The functions and industries it knows.
    pub fn taxonomy(&self) -> &classify::Taxonomy {
        self.classifier.taxonomy()
    }

    /// The tools it knows.
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// The automations that `input` holds, in the order of the text; none is a valid answer.
    pub fn extract(&self, input: &Input) -> Vec<Draft> {
        let workflow = input
            .raw
            .filter(|_| input.kind.is_none_or(|kind| kind == DocumentKind::Workflow))
            .and_then(|raw| Workflow::parse(std::str::from_utf8(raw).ok()?));
        let mut drafts = match workflow {
            Some(workflow) => vec![self.exact(input, &workflow)],
            None => {
                let reading = Reading::of(
                    &self.gazetteer,
                    &self.roles,
                    input.title,
                    input.readable,
                    input.kind,
                );
                prose::drafts(&self.gazetteer, &self.classifier, input, &reading)
            }
        };
        for draft in &mut drafts {
            let is_exact = |evidence: &Evidence| {
                evidence.span.slice(input.readable).is_some_and(|s| !s.is_empty())
            };
            debug_assert!(
                draft.evidence.iter().all(is_exact),
                "evidence lies in the readable text"
            );
            draft.evidence.retain(is_exact);
        }
        drafts
    }

    /// The stretches that `extract` chooses among in prose, each with what speaks for it.
    pub fn weigh(&self, input: &Input) -> Vec<Weighed> {
        let (title, text) = (input.title, input.readable);
        let reading = Reading::of(&self.gazetteer, &self.roles, title, text, input.kind);
        let parts = divide::parts(&reading).into_iter();
        parts
            .map(|part| {
                let features = judge::features(&reading, &part.sentences);
                let names = judge::WEIGHTS.iter().map(|(name, _)| *name);
                Weighed {
                    range: reading.bytes(&part.sentences),
                    features: names.zip(features).collect(),
                    confidence: judge::confidence(&reading, &part.sentences),
                }
            })
            .collect()
    }

    /// What a stretch of text is judged by, with its weight in log-odds.
    pub fn judged_by() -> &'static [(&'static str, f32)] {
        &judge::WEIGHTS
    }

    /// A workflow's own words for what they say, and its nodes for all else.
    fn exact(&self, input: &Input, workflow: &Workflow) -> Draft {
        let (readable, lines) = workflow.readable();
        let lines = if readable == input.readable {
            lines
        } else {
            found_lines(input.readable, &readable, &lines)
        };
        let read = workflow::read(&self.gazetteer, workflow, &lines);
        let about_end =
            lines.iter().map(|span| span.start as usize).min().unwrap_or(input.readable.len());
        let about = &input.readable[..input.readable.floor_char_boundary(about_end)];
        let told =
            Input { readable: about, kind: Some(DocumentKind::Template), raw: None, ..*input };
        let reading = Reading::of(&self.gazetteer, &self.roles, input.title, about, told.kind);
        let prose =
            prose::drafts(&self.gazetteer, &self.classifier, &told, &reading).into_iter().next();
        let mut evidence = read.evidence;
        let (mut content, mut location) = (Content::default(), Location::default());
        if let Some(draft) = prose {
            let replaced = [Field::Trigger, Field::Steps, Field::Tools];
            let is_kept = |proof: &Evidence| !replaced.contains(&proof.field);
            evidence.extend(draft.evidence.into_iter().filter(is_kept));
            (content, location) = (draft.content, draft.location);
        }
        let name = if workflow.name.trim().is_empty() { input.title } else { &workflow.name };
        let title = compose::shorten(&compose::plain(name), 80);
        content.title = if title.is_empty() { "Untitled workflow".to_owned() } else { title };
        if content.functions.is_empty() {
            let mut labels = self.classifier.classify(&content.title, input.readable);
            self.classifier.adapt(&mut labels, &content.title, &content.meaning());
            content.functions = classify::likely(labels.functions);
            content.industries = labels.industries;
        }
        content.trigger = read.trigger;
        content.steps = read.steps;
        content.tools = read.tools;
        content.complexity = Some(read.complexity);
        let is_empty = content.steps.is_empty();
        Draft {
            content,
            evidence,
            location,
            confidence: if is_empty { 0.6 } else { 0.97 },
            doubts: Vec::new(),
        }
    }
}

/// Where the lines of a workflow's own text stand in a document's that differs from it.
fn found_lines(text: &str, own: &str, lines: &[Span]) -> Vec<Span> {
    let mut from = 0;
    lines
        .iter()
        .map(|line| {
            let wanted = line.slice(own).unwrap_or_default();
            let found = text[from..].find(wanted).filter(|_| !wanted.is_empty());
            let Some(at) = found else { return Span::new(text.len()..text.len()) };
            let span = Span::new(from + at..from + at + wanted.len());
            from += at + wanted.len();
            span
        })
        .collect()
}
