//! A text read once: its layout, and what each sentence says of triggers, actions and value.

use super::action;
use super::claim::{self, Claimed};
use super::gazetteer::Gazetteer;
use super::role::{Named, RoleModel, Scene};
use super::sign::Signs;
use super::structure::{Kind, Outline, Section, Sentence};
use super::telling;
use super::trigger::{self, Cue};
use crate::model::{DocumentKind, TriggerKind};
use std::ops::Range;

/// What remains of a sentence's weight when it tells how things were before, or what people think.
const PAST: f32 = 0.4;

/// What remains of a time's strength in a sentence that claims a value and tells no action.
const OF_VALUE: f32 = 0.4;

/// What a sentence says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) cues: Vec<Cue>,
    pub(crate) actions: Vec<Range<usize>>,
    pub(crate) claims: Vec<Claimed>,
    /// How the section in which it stands lets it speak of what the automation does, 0..=1.
    pub(crate) weight: f32,
}

/// A text with everything that was read from it.
pub(crate) struct Reading<'t> {
    pub(crate) title: &'t str,
    pub(crate) text: &'t str,
    pub(crate) outline: Outline,
    /// One a sentence of the outline.
    pub(crate) said: Vec<Said>,
    /// One a sentence of the outline.
    pub(crate) signs: Vec<Signs>,
    pub(crate) named: Vec<Named>,
    /// The probability that each of `named` is used.
    pub(crate) used: Vec<f32>,
    /// A gallery itself says that it is one of its pages.
    pub(crate) is_declared: bool,
    /// Written for a template gallery.
    pub(crate) is_template: bool,
    /// About a product or a program, which is the automation itself.
    pub(crate) is_product: bool,
}

impl<'t> Reading<'t> {
    pub(crate) fn of(
        gazetteer: &Gazetteer,
        roles: &RoleModel,
        title: &'t str,
        text: &'t str,
        kind: Option<DocumentKind>,
    ) -> Self {
        let outline = Outline::of(text);
        let is_template = match kind {
            Some(kind) => matches!(kind, DocumentKind::Template | DocumentKind::Workflow),
            None => looks_like_template(text, &outline),
        };
        let said = said(text, &outline, is_template);
        let scene = Scene { title, text, outline: &outline, said: &said, gazetteer, is_template };
        let named = scene.named();
        let used = roles.used(&scene, &named);
        let signs = |sentence: &Sentence| Signs::of(&text[sentence.range.clone()]);
        let signs = outline.sentences.iter().map(signs).collect();
        let is_declared = kind.is_some() && is_template;
        let is_product = matches!(kind, Some(DocumentKind::Launch | DocumentKind::Repository));
        Self {
            title,
            text,
            outline,
            said,
            signs,
            named,
            used,
            is_declared,
            is_template,
            is_product,
        }
    }

    /// The words of the sentence numbered `at`.
    pub(crate) fn sentence(&self, at: usize) -> &'t str {
        &self.text[self.outline.sentences[at].range.clone()]
    }

    pub(crate) fn section(&self, sentence: usize) -> Section {
        self.outline.blocks[self.outline.sentences[sentence].block].section
    }

    pub(crate) fn kind_of(&self, sentence: usize) -> Kind {
        self.outline.blocks[self.outline.sentences[sentence].block].kind
    }

    /// Whether the byte `at` stands in a sentence that tells what sets the automation off or what it does.
    pub(crate) fn does_at(&self, at: usize) -> bool {
        self.outline.sentence_at(at).is_some_and(|sentence| {
            let said = &self.said[sentence];
            let is_told =
                !said.actions.is_empty() || said.cues.iter().any(|cue| cue.strength >= 0.3);
            is_told && said.weight >= 0.5
        })
    }

    /// The bytes from the first to the last of `sentences`.
    pub(crate) fn bytes(&self, sentences: &Range<usize>) -> Range<usize> {
        let of = |at: usize| self.outline.sentences.get(at).map(|sentence| sentence.range.clone());
        let start = of(sentences.start).map_or(0, |range| range.start);
        let end = sentences.end.checked_sub(1).and_then(of).map_or(start, |range| range.end);
        start..end.max(start)
    }
}

/// Whether the byte `at` stands in what sets the automation off or in what it does, told as it is now.
pub(crate) fn is_in_flow(outline: &Outline, said: &[Said], at: usize) -> bool {
    outline.sentence_at(at).and_then(|sentence| said.get(sentence)).is_some_and(|said| {
        let is_told = said.actions.iter().any(|action| action.contains(&at))
            || said.cues.iter().any(|cue| cue.strength >= 0.3 && cue.range.contains(&at));
        is_told && said.weight >= 0.5
    })
}

fn said(text: &str, outline: &Outline, is_template: bool) -> Vec<Said> {
    outline
        .sentences
        .iter()
        .map(|sentence| {
            let block = &outline.blocks[sentence.block];
            let is_question = text[sentence.range.clone()].ends_with(['?', '？']);
            let claims = claim::claims(text, &sentence.range);
            let sentence_text = &text[sentence.range.clone()];
            let weight = weight(block.section, is_template);
            if is_question || block.kind == Kind::Heading || telling::is_small_print(sentence_text)
            {
                return Said { claims, weight, ..Said::default() };
            }
            let mut cues = trigger::cues(text, &sentence.range);
            let taken: Vec<Range<usize>> = cues
                .iter()
                .filter(|cue| cue.strength >= 0.05 && cue.range.len() < sentence.range.len())
                .map(|cue| cue.range.clone())
                .collect();
            let mut actions = action::actions(text, &sentence.range, block.kind, &taken);
            // "It saves six hours a week" tells a value, not an action.
            actions.retain(|range| {
                let is_claimed = claims.iter().any(|claim| range.contains(&claim.range.start));
                !is_claimed || is_template && !text[range.clone()].starts_with("sav")
            });
            // "It saves an hour every Monday" tells a value, not a time at which something starts.
            if !is_template && !claims.is_empty() && actions.is_empty() {
                let times = cues.iter_mut().filter(|cue| cue.kind == TriggerKind::Schedule);
                times.for_each(|cue| cue.strength *= OF_VALUE);
            }
            let is_past = !is_template && telling::is_past(sentence_text);
            Said { cues, actions, claims, weight: if is_past { weight * PAST } else { weight } }
        })
        .collect()
}

fn weight(section: Section, is_template: bool) -> f32 {
    match section {
        Section::How => 1.0,
        Section::Lead | Section::Other => 0.8,
        Section::Benefit | Section::Problem => 0.4,
        // Only galleries tell how to set a thing up; a story's "notes" may be the story.
        Section::Setup | Section::Customise if !is_template => 0.6,
        Section::Setup | Section::Customise => 0.15,
        Section::Audience | Section::About => 0.2,
    }
}

/// Whether a text of unknown kind reads like a gallery's: it speaks of nodes and of setting up.
fn looks_like_template(text: &str, outline: &Outline) -> bool {
    let lower = text.to_lowercase();
    let has = |word: &str| lower.contains(word);
    let speaks_of_engine = has("n8n") || has("workflow") || has("template") || has(" node");
    let has_setup = outline.blocks.iter().any(|block| block.section == Section::Setup);
    let marks = [
        has("this workflow") || has("this template") || has("this n8n"),
        has("node"),
        has_setup,
        has("credential") || has("api key"),
    ];
    let is_told_as_one =
        marks[0] && outline.blocks.iter().any(|block| block.section == Section::How);
    speaks_of_engine && (is_told_as_one || marks.iter().filter(|mark| **mark).count() >= 2)
}
