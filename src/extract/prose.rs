//! Prose becomes zero, one or several automations.

use super::classify::{self, Classification, Classifier};
use super::divide::{self, Part};
use super::judge;
use super::reading::Reading;
use super::stance::Stance;
use super::{Input, choose, compose, workflow};
use crate::extract::gazetteer::Gazetteer;
use crate::model::{
    Content, Draft, Evidence, Field, Location, Scored, Span, Step, ToolRole, ToolUse, Trigger,
};
use std::ops::Range;

/// Below this probability a stretch of text is no automation.
const KEPT: f32 = 0.58;
/// The same for a page of a gallery, which is hardly ever anything else: a list of a tool's integrations.
const DECLARED: f32 = 0.1;
/// The same for a text of unknown kind that reads like such a page.
const ALIKE: f32 = 0.35;
/// A part longer than this (bytes), an hour of speech or a book, is looked through in windows …
const LONG: usize = 24_000;
/// … of so many sentences.
const WINDOW: usize = 40;
/// From this probability on a named tool counts as used.
const USED: f32 = 0.45;
/// Sections that weigh less than this tell of no steps.
const STEP_WEIGHT: f32 = 0.4;
/// At most so many words prove a label.
const MOST_PLACES: usize = 3;
/// More steps than this are a text that lists something else.
const MOST_STEPS: usize = 40;

/// The automations that a text tells.
pub(super) fn drafts(
    gazetteer: &Gazetteer,
    classifier: &Classifier,
    input: &Input,
    reading: &Reading,
) -> Vec<Draft> {
    let parts = divide::parts(reading);
    let kept: Vec<(Part, f32)> = judged(reading, &parts);
    let is_alone = kept.len() == 1;
    kept.into_iter()
        .map(|(part, confidence)| {
            Writer { gazetteer, classifier, input, reading, part: &part, is_alone }
                .draft(confidence)
        })
        .collect()
}

/// The parts that are automations; where at most one of several is, the text is taken as a whole.
fn judged(reading: &Reading, parts: &[Part]) -> Vec<(Part, f32)> {
    let judge = |part: &Part| (part.clone(), judge::confidence(reading, &part.sentences));
    let least = match (reading.is_declared, reading.is_template) {
        (true, _) => DECLARED,
        (false, true) => ALIKE,
        (false, false) => KEPT,
    };
    let is_long = |part: &Part| !reading.is_template && reading.bytes(&part.sentences).len() > LONG;
    let judged =
        |part: &Part| if is_long(part) { windows(reading, part) } else { vec![judge(part)] };
    let kept: Vec<_> = parts.iter().flat_map(judged).filter(|(_, p)| *p >= least).collect();
    if parts.len() < 2 || kept.len() > 1 || parts.iter().any(is_long) {
        return kept;
    }
    let whole = Part { sentences: 0..reading.outline.sentences.len(), label: None };
    let (whole, p) = judge(&whole);
    if p >= KEPT { vec![(whole, p)] } else { kept }
}

/// The likeliest windows of a long part that do not overlap, in order. They reach half into each other, so that
/// what straddles the border of two lies whole in a third, and is taken there alone.
fn windows(reading: &Reading, part: &Part) -> Vec<(Part, f32)> {
    let starts = part.sentences.clone().step_by(WINDOW / 2);
    let mut windows: Vec<(Part, f32)> = starts
        .map(|start| {
            let sentences = start..part.sentences.end.min(start + WINDOW);
            let p = judge::confidence(reading, &sentences);
            (Part { sentences, label: None }, p)
        })
        .filter(|(_, p)| *p >= KEPT)
        .collect();
    windows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut kept: Vec<(Part, f32)> = Vec::new();
    for window in windows {
        let of = &window.0.sentences;
        if kept
            .iter()
            .all(|(one, _)| one.sentences.end <= of.start || of.end <= one.sentences.start)
        {
            kept.push(window);
        }
    }
    kept.sort_by_key(|(part, _)| part.sentences.start);
    kept
}

struct Writer<'a, 't> {
    gazetteer: &'a Gazetteer,
    classifier: &'a Classifier,
    input: &'a Input<'t>,
    reading: &'a Reading<'t>,
    part: &'a Part,
    is_alone: bool,
}

impl Writer<'_, '_> {
    fn draft(&self, confidence: f32) -> Draft {
        let mut proofs = Proofs::default();
        let (reading, part) = (self.reading, self.part);
        let title = compose::title(reading, part, self.is_alone);
        proofs.all(Field::Title, 0, &title.spans, 0.8);
        let description = compose::description(reading, part);
        proofs.all(Field::Description, 0, &description.spans, confidence);
        let mut labels = self.labels(&title.text);
        let chosen = choose::trigger(reading, part, &labels.triggers);
        let tools = self.tools(&mut proofs);
        let trigger = chosen.map(|chosen| {
            let text = match &chosen.range {
                Some(range) => compose::shorten(&compose::plain(&reading.text[range.clone()]), 160),
                None => chosen.kind.name().to_owned(),
            };
            proofs.all(Field::Trigger, 0, chosen.range.as_slice(), chosen.confidence);
            let tool = chosen.range.as_ref().and_then(|range| self.tool_in(range, &tools));
            Trigger {
                kind: chosen.kind,
                text: compose::capitalised(&text),
                tool,
                confidence: chosen.confidence,
            }
        });
        let steps = self.steps(&tools, &mut proofs);
        let claims = self.claims(&mut proofs);
        let problem = compose::problem(reading, &part.sentences).map(|(problem, confidence)| {
            proofs.all(Field::Problem, 0, &problem.spans, confidence);
            problem.text
        });
        let mut content = Content {
            complexity: Some(workflow::complexity(&steps, &tools)),
            title: title.text,
            description: description.text,
            trigger,
            steps,
            tools,
            problem,
            claims,
            ..Content::default()
        };
        self.classifier.adapt(&mut labels, &content.title, &content.meaning());
        content.functions = classify::likely(labels.functions);
        content.industries = labels.industries;
        self.prove_labels(&content, &mut proofs);
        Draft {
            content,
            evidence: proofs.0,
            location: self.location(),
            confidence,
            doubts: Vec::new(),
        }
    }

    /// What the part is for; what the whole is about bears on each of several parts.
    fn labels(&self, title: &str) -> Classification {
        let words = &self.reading.text[self.reading.bytes(&self.part.sentences)];
        match (self.reading.is_template, self.is_alone) {
            (true, _) => self.classifier.classify(title, words),
            (false, true) => self.classifier.classify_story(title, words),
            (false, false) => {
                let title = format!("{title} – {}", self.reading.title);
                self.classifier.classify_story(&title, words)
            }
        }
    }

    /// Points at words that speak for functions and industries; a label without any is inferred.
    fn prove_labels<'a>(&self, content: &'a Content, proofs: &mut Proofs) {
        let bytes = self.reading.bytes(&self.part.sentences);
        let words = &self.reading.text[bytes.clone()];
        let mut prove = |field, at, p, places: Vec<Range<usize>>| {
            let here = |place: Range<usize>| bytes.start + place.start..bytes.start + place.end;
            let spans: Vec<_> = places.into_iter().map(here).collect();
            proofs.all(field, at, &spans, p);
        };
        let labels =
            |scored: &'a [Scored]| scored.iter().map(|one| one.label.as_str()).collect::<Vec<_>>();
        let functions = labels(&content.functions);
        let is_story = !self.reading.is_template;
        let places = self.classifier.function_places(&functions, words, MOST_PLACES, is_story);
        for (at, (scored, places)) in content.functions.iter().zip(places).enumerate() {
            prove(Field::Functions, at, scored.p, places);
        }
        let industries = labels(&content.industries);
        let places = self.classifier.industry_places(&industries, words, MOST_PLACES);
        for (at, (scored, places)) in content.industries.iter().zip(places).enumerate() {
            prove(Field::Industries, at, scored.p, places);
        }
    }

    /// The tools named in this part; those that only the title names when the part is the whole.
    fn tools(&self, proofs: &mut Proofs) -> Vec<ToolUse> {
        let bytes = self.reading.bytes(&self.part.sentences);
        let mut found: Vec<(ToolUse, Vec<Range<usize>>)> = Vec::new();
        for (named, p) in self.reading.named.iter().zip(&self.reading.used) {
            let here: Vec<_> = named
                .places
                .iter()
                .filter(|place| bytes.contains(&place.mention.range.start))
                .collect();
            let is_title_only = named.places.is_empty() && named.is_in_title && self.is_alone;
            if here.is_empty() && !is_title_only {
                continue;
            }
            let is_refused =
                !here.is_empty() && here.iter().all(|place| place.stance == Stance::Against);
            let p = if is_refused { p.min(0.06) } else { *p };
            let role = if p >= USED { ToolRole::Used } else { ToolRole::Mentioned };
            let name = self.gazetteer.tool(named.tool).name.clone();
            let spans = here.iter().take(3).map(|place| place.mention.range.clone()).collect();
            found.push((ToolUse { name, role, p }, spans));
        }
        found.sort_by(|(a, _), (b, _)| b.p.total_cmp(&a.p));
        for (at, (tool, spans)) in found.iter().enumerate() {
            let confidence = if tool.role == ToolRole::Used { tool.p } else { 1.0 - tool.p };
            proofs.all(Field::Tools, at, spans, confidence);
        }
        found.into_iter().map(|(tool, _)| tool).collect()
    }

    /// The used tool that is named first within `range`.
    fn tool_in(&self, range: &Range<usize>, tools: &[ToolUse]) -> Option<String> {
        let is_used =
            |name: &str| tools.iter().any(|tool| tool.name == name && tool.role == ToolRole::Used);
        self.reading
            .named
            .iter()
            .filter_map(|named| {
                let name = &self.gazetteer.tool(named.tool).name;
                let first =
                    named.places.iter().find(|place| range.contains(&place.mention.range.start))?;
                is_used(name).then_some((first.mention.range.start, name))
            })
            .min()
            .map(|(_, name)| name.clone())
    }

    fn steps(&self, tools: &[ToolUse], proofs: &mut Proofs) -> Vec<Step> {
        let reading = self.reading;
        let mut steps: Vec<Step> = Vec::new();
        for at in self.part.sentences.clone() {
            let said = &reading.said[at];
            if said.weight < STEP_WEIGHT {
                continue;
            }
            let branch = self.branch(at);
            for range in &said.actions {
                if steps.len() == MOST_STEPS {
                    return steps;
                }
                let text = compose::capitalised(&compose::shorten(
                    &compose::plain(&reading.text[range.clone()]),
                    170,
                ));
                if text.is_empty() || steps.last().is_some_and(|last| last.text == text) {
                    continue;
                }
                let next = u16::try_from(steps.len()).expect("invariant: at most MOST_STEPS");
                proofs.all(
                    Field::Steps,
                    steps.len(),
                    std::slice::from_ref(range),
                    0.55 + 0.3 * said.weight,
                );
                steps.push(Step {
                    text,
                    tool: self.tool_in(range, tools),
                    follows: next.checked_sub(1).into_iter().collect(),
                    branch: branch.clone(),
                });
            }
        }
        steps
    }

    /// The condition under which the sentence's actions run: "If the total is over $500, …".
    fn branch(&self, at: usize) -> Option<String> {
        const CONDITIONS: &[&str] =
            &["if ", "otherwise", "else ", "falls ", "wenn nicht", "si ", "se "];
        let sentence = self.reading.sentence(at);
        let lower = sentence.get(..12.min(sentence.len())).unwrap_or_default().to_lowercase();
        let opens = CONDITIONS.iter().any(|condition| lower.starts_with(condition));
        let clause = sentence
            .split(',')
            .next()
            .filter(|clause| opens && clause.len() < 90 && clause.len() < sentence.len())?;
        Some(compose::plain(clause))
    }

    fn claims(&self, proofs: &mut Proofs) -> Vec<crate::model::Claim> {
        let said = &self.reading.said[self.part.sentences.clone()];
        let claims: Vec<_> = said.iter().flat_map(|s| &s.claims).take(12).collect();
        for (at, claimed) in claims.iter().enumerate() {
            proofs.all(Field::Claims, at, std::slice::from_ref(&claimed.range), claimed.confidence);
        }
        claims.into_iter().map(|claimed| claimed.claim.clone()).collect()
    }

    fn location(&self) -> Location {
        let start = self.reading.bytes(&self.part.sentences).start;
        let seconds = self.input.seconds_at(start);
        let url = match (self.input.url, seconds) {
            (Some(url), Some(seconds)) => Some(at_second(url, seconds)),
            (url, _) => url.map(str::to_owned),
        };
        Location { seconds, url }
    }
}

/// `url` with the time at which to begin.
fn at_second(url: &str, seconds: u32) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}t={seconds}s")
}

#[derive(Default)]
struct Proofs(Vec<Evidence>);

impl Proofs {
    fn all(&mut self, field: Field, index: usize, ranges: &[Range<usize>], confidence: f32) {
        let Ok(index) = u16::try_from(index) else { return };
        let spans =
            ranges.iter().filter(|range| !range.is_empty()).map(|range| Span::new(range.clone()));
        self.0.extend(spans.map(|span| Evidence { field, index, span, confidence }));
    }
}
