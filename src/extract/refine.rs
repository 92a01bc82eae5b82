//! A second reader: what a model told of a document, grounded in its words and held against the rules.
//!
//! Nothing that a model says is believed for being said. What it quotes must stand in the document,
//! labels must be known ones, and where it differs from the rules the item is less sure and says so.

mod agree;
mod grounding;
mod sorting;
mod told;

use super::{ExtractError, Extractor, Input};
use crate::model::{Doubt, Draft, Evidence, Span};
use crate::text::Ground;
use grounding::Grounding;
use serde_json::Value;
pub use sorting::is_unsorted;
use told::Answer;

/// Automations of one piece that are looked at.
const MOST: usize = 24;
/// What remains of a draft's confidence where the model found nothing there.
const ALONE: f32 = 0.6;
/// The surest that a model's word makes anything.
const SUREST: f32 = 0.97;

/// A piece of a document with what a model told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What the model was given, in bytes of the readable text.
    pub given: Span,
    /// What is this piece's to tell of: an automation that is first told of elsewhere belongs there.
    pub own: Span,
    /// Fits the schema of the prompt `extract`.
    pub answer: Value,
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Fields whose words do not stand in the document.
    pub fields: usize,
    /// Labels that the taxonomy does not know.
    pub labels: usize,
    /// Automations of which nothing could be found in the document.
    pub automations: usize,
}

/// What two readers together make of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refined {
    pub drafts: Vec<Draft>,
    pub dropped: Dropped,
}

/// A draft from a model's words, with the share of them that was found.
struct Told {
    draft: Draft,
    grounded: f32,
}

impl Extractor {
    /// How much speaks for there being an automation in `input`, 0..=1.
    pub fn likelihood(&self, input: &Input, drafts: &[Draft]) -> f32 {
        let by_draft = drafts.iter().map(|draft| draft.confidence).fold(0.0, f32::max);
        if by_draft > 0.0 {
            return by_draft;
        }
        self.weigh(input).iter().map(|weighed| weighed.confidence).fold(0.0, f32::max)
    }

    /// Joins what the rules read with what a model told of the same document.
    ///
    /// # Errors
    /// `ExtractError::Told` where an answer does not have the shape of the prompt's schema.
    pub fn refine(
        &self,
        input: &Input,
        rules: Vec<Draft>,
        pieces: &[Piece],
    ) -> Result<Refined, ExtractError> {
        let ground = Ground::new(input.readable);
        let mut dropped = Dropped::default();
        let mut told: Vec<Told> = Vec::new();
        for piece in pieces {
            let answer = Answer::read(&piece.answer).map_err(ExtractError::Told)?;
            for automation in answer.automations.iter().take(MOST) {
                let mut grounding = Grounding::new(self, &ground, input, piece.given);
                let draft = grounding.draft(automation);
                dropped.fields += grounding.dropped.fields;
                dropped.labels += grounding.dropped.labels;
                let Some(draft) = draft else {
                    dropped.automations += 1;
                    continue;
                };
                let first = draft.evidence.iter().map(|evidence| evidence.span.start).min();
                let is_own = first.is_some_and(|at| piece.own.start <= at && at < piece.own.end);
                if is_own || pieces.len() == 1 {
                    told.push(Told { draft, grounded: grounding.share() });
                }
            }
        }
        Ok(Refined { drafts: self.join(input, rules, told), dropped })
    }

    fn join(&self, input: &Input, rules: Vec<Draft>, told: Vec<Told>) -> Vec<Draft> {
        let mut rules: Vec<Option<Draft>> = rules.into_iter().map(Some).collect();
        let are_lone = rules.len() == 1 && told.len() == 1;
        let mut drafts = Vec::with_capacity(rules.len().max(told.len()));
        for Told { draft, grounded } in told {
            let shared = |known: &Option<Draft>| {
                known.as_ref().map_or(0, |known| overlap(&known.evidence, &draft.evidence))
            };
            let best = (0..rules.len()).max_by_key(|at| (shared(&rules[*at]), rules.len() - at));
            let best = best.filter(|at| shared(&rules[*at]) > 0 || are_lone);
            match best.and_then(|at| rules[at].take()) {
                Some(known) => drafts.push(agree::join(draft, known, grounded)),
                None => drafts.push(self.untold_by_rules(input, draft, grounded)),
            }
        }
        drafts.extend(rules.into_iter().flatten().map(|mut draft| {
            draft.confidence *= ALONE;
            let says = "the model found no automation here".to_owned();
            draft.doubts.push(Doubt { field: None, says });
            draft
        }));
        drafts.sort_by_key(|draft| draft.evidence.iter().map(|e| e.span.start).min());
        drafts
    }

    /// What only the model found is as sure as the rules' own measure and its words allow.
    fn untold_by_rules(&self, input: &Input, mut draft: Draft, grounded: f32) -> Draft {
        let spans: Vec<Span> = draft.evidence.iter().map(|evidence| evidence.span).collect();
        let weighed = self.weigh(input).into_iter().filter(|weighed| {
            spans.iter().any(|span| span.overlaps(Span::new(weighed.range.clone())))
        });
        let by_rules = weighed.map(|weighed| weighed.confidence).fold(0.0, f32::max);
        let by_model = draft.confidence.clamp(0.0, 1.0) * grounded;
        draft.confidence = (0.5 * by_model + 0.5 * by_rules).clamp(0.0, SUREST);
        let says = "the rules found no automation here".to_owned();
        draft.doubts.push(Doubt { field: None, says });
        draft
    }
}

/// Bytes that two lists of evidence share, each counted for every pair that shares it.
fn overlap(one: &[Evidence], other: &[Evidence]) -> usize {
    let shared = |a: Span, b: Span| {
        (a.end.min(b.end) as usize).saturating_sub(a.start.max(b.start) as usize)
    };
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| shared(a.span, b.span)));
    pairs.sum()
}

#[cfg(test)]
mod tests;
