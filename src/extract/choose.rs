//! Which of the triggers that a text speaks of is the automation's own.

use super::calibration;
use super::divide::Part;
use super::reading::Reading;
use super::structure::{Kind, Section};
use super::trigger;
use crate::model::TriggerKind;
use std::ops::Range;

/// The chosen trigger.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) kind: TriggerKind,
    /// The words that tell it; `None` when only the title or a label does.
    pub(crate) range: Option<Range<usize>>,
    pub(crate) confidence: f32,
}

/// How much labels of a whole text count beside the rules, whose scores are mostly below 3.
const LABELS: f32 = 3.0;

/// The same outside galleries: labels were learned from templates, and a story's own clause of
/// condition knows better.
const LABELS_ELSEWHERE: f32 = 0.25;

/// How much a mere topic counts beside a clause of condition.
const GUESSED: f32 = 0.3;

/// How much less each further sentence of a story with a clause of condition counts: what sets a
/// thing off is told before its reminders.
const LATER: f32 = 0.75;

/// From this score on a choice is as sure as its lead over the others.
const FULL: f32 = 0.6;

/// What speaks for a kind: its strongest signs, and the one that tells it best.
#[derive(Clone, Default)]
struct Tally {
    signs: Vec<f32>,
    best: Option<(f32, Range<usize>)>,
}

/// By kind, in the order of `TriggerKind::ALL`.
struct Tallies(Vec<Tally>);

impl Tallies {
    fn add(&mut self, kind: TriggerKind, worth: f32, range: Option<&Range<usize>>) {
        let tally = &mut self.0[kind as usize];
        tally.signs.push(worth);
        let is_best = tally.best.as_ref().is_none_or(|(best, _)| worth > *best);
        if let Some(range) = range.filter(|_| is_best) {
            tally.best = Some((worth, range.clone()));
        }
    }

    /// A gallery's title.
    fn title(&mut self, title: &str) {
        for (kind, strength) in trigger::named_kinds(title) {
            self.add(kind, strength * 1.1, None);
        }
        for cue in trigger::cues(title, &(0..title.len())).iter().filter(|cue| cue.is_named) {
            self.add(cue.kind, cue.strength, None);
        }
    }

    /// A gallery's sentence: its many "when" clauses are mostly about details, the names it gives are not.
    fn gallery(&mut self, reading: &Reading, at: usize, weight: f32) {
        for cue in reading.said[at].cues.iter().filter(|cue| cue.is_named) {
            self.add(cue.kind, cue.strength * weight, Some(&cue.range));
        }
        let mut names = trigger::named_kinds(reading.sentence(at)).peekable();
        let is_named = names.peek().is_some() && opens_with_trigger(reading, at);
        let range = &reading.outline.sentences[at].range;
        for (kind, strength) in names {
            self.add(kind, strength * weight * if is_named { 1.6 } else { 0.8 }, Some(range));
        }
    }

    /// A story's sentence.
    fn story(&mut self, reading: &Reading, at: usize, weight: f32) {
        for cue in &reading.said[at].cues {
            self.add(cue.kind, cue.strength * weight, Some(&cue.range));
        }
        let range = &reading.outline.sentences[at].range;
        let names = trigger::named_kinds(reading.sentence(at));
        let is_webhook = |(kind, strength): &(TriggerKind, f32)| {
            *kind == TriggerKind::Webhook && *strength > 0.5
        };
        for (kind, strength) in names.filter(is_webhook) {
            self.add(kind, strength * weight, Some(range));
        }
    }
}

/// Chooses among all that `part` says, and what `labels` make of the whole.
pub(crate) fn trigger(
    reading: &Reading,
    part: &Part,
    labels: &[(TriggerKind, f32)],
) -> Option<Chosen> {
    let mut tallies = Tallies(vec![Tally::default(); TriggerKind::ALL.len()]);
    if reading.is_template {
        tallies.title(reading.title);
    }
    let mut earlier = 0;
    for (order, at) in part.sentences.clone().enumerate() {
        let weight = weight(reading, at);
        if reading.is_template {
            tallies.gallery(reading, at, weight / (1.0 + 0.03 * order as f32));
            continue;
        }
        let does = |at: usize| reading.said.get(at).is_some_and(|said| !said.actions.is_empty());
        let bound = match does(at) {
            true => 1.0,
            false if does(at + 1) || does(at + 2) => 0.85,
            false => 0.6,
        };
        let weight = weight * LATER.powi(earlier) * bound;
        let tells = reading.said[at].cues.iter().any(|cue| cue.strength * weight >= 0.3);
        earlier += i32::from(tells && does(at));
        tallies.story(reading, at, weight);
    }
    let mut tallies = tallies.0;
    if !reading.is_template && tallies.iter().all(|tally| tally.signs.is_empty()) {
        guess(reading, part, &mut tallies);
    }
    pick(reading, tallies, labels)
}

/// Without any clause of condition, what the words of the first sentences are about.
fn guess(reading: &Reading, part: &Part, tallies: &mut [Tally]) {
    for (order, at) in part.sentences.clone().enumerate() {
        let Some((kind, strength)) = trigger::kind_of(reading.sentence(at)) else { continue };
        let worth = strength * GUESSED / (1.0 + 0.1 * order as f32);
        let tally = &mut tallies[kind as usize];
        tally.signs.push(worth);
        let range = reading.outline.sentences[at].range.clone();
        tally.best.get_or_insert((worth, range));
    }
}

fn pick(
    reading: &Reading,
    mut tallies: Vec<Tally>,
    labels: &[(TriggerKind, f32)],
) -> Option<Chosen> {
    let speaks_of_n8n = reading.is_template
        && (reading.text.contains("n8n")
            || reading.title.contains("n8n")
            || reading.text.contains("orkflow"));
    let trust = if reading.is_template { LABELS } else { LABELS_ELSEWHERE };
    let scores: Vec<f32> = TriggerKind::ALL
        .iter()
        .zip(&mut tallies)
        .map(|(kind, tally)| {
            tally.signs.sort_by(|a, b| b.total_cmp(a));
            // A gallery's text says its trigger again and again; a story says it once, then its details.
            let shares =
                if reading.is_template { [1.0, 0.5, 0.25, 0.12] } else { [1.0, 0.1, 0.0, 0.0] };
            let halved =
                tally.signs.iter().zip(shares).map(|(sign, share)| sign * share).sum::<f32>();
            let label =
                labels.iter().find(|(label, _)| label == kind).map_or(0.0, |(_, p)| p * trust);
            let prior = if speaks_of_n8n { prior(*kind) } else { 0.0 };
            halved + label + prior
        })
        .collect();
    let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]))?;
    if scores[best] < 0.1 || (!reading.is_template && tallies[best].signs.is_empty()) {
        return None;
    }
    let total: f32 = scores.iter().map(|score| (score * 1.6).exp() - 1.0).sum();
    let confidence = (((scores[best] * 1.6).exp() - 1.0) / total.max(0.01)
        * 0.95
        * (scores[best] / FULL).min(1.0))
    .clamp(0.05, 0.97);
    let confidence = match reading.is_template {
        true => confidence,
        false => calibration::TRIGGER.of(confidence),
    };
    let range = tallies[best].best.take().map(|(_, range)| range);
    Some(Chosen { kind: TriggerKind::ALL[best], range, confidence })
}

/// What galleries hold most, where a text is silent.
fn prior(kind: TriggerKind) -> f32 {
    match kind {
        TriggerKind::Schedule => 0.12,
        TriggerKind::Manual => 0.16,
        TriggerKind::Webhook | TriggerKind::Message => 0.08,
        _ => 0.0,
    }
}

fn weight(reading: &Reading, at: usize) -> f32 {
    if !reading.is_template {
        return reading.said[at].weight;
    }
    let by_section = match reading.section(at) {
        Section::How => 1.0,
        Section::Lead => 0.9,
        Section::Other => 0.75,
        Section::Problem | Section::Benefit => 0.45,
        Section::Setup => 0.4,
        Section::Audience => 0.25,
        Section::Customise => 0.15,
        Section::About => 0.05,
    };
    let is_first = matches!(reading.kind_of(at), Kind::Item { number: Some(1), .. });
    if is_first { by_section * 1.4 } else { by_section }
}

/// Whether the sentence calls something the trigger: "Trigger: …", "1. Schedule Trigger".
fn opens_with_trigger(reading: &Reading, at: usize) -> bool {
    let lower = reading.sentence(at).to_lowercase();
    lower.contains("trigger") || lower.contains("starts") || lower.starts_with("input")
}
