//! Whether a stretch of text tells an automation at all.

use super::reading::Reading;
use super::role::Named;
use super::sign::{Sign, Signs};
use std::ops::Range;

/// What speaks for and against, in the order of `features`, with its weight in log-odds: learned by
/// `tests/train_judge.rs` from hand-marked texts, held to what was guessed before.
pub(super) const WEIGHTS: [(&str, f32); 25] = [
    ("bias", -1.96),
    // The strongest clause of condition, 0.8 being a sure one.
    ("trigger", 1.99),
    // For each action up to five.
    ("action", 0.11),
    // A sentence that binds a trigger to an action, up to two.
    ("bound", -0.30),
    // For each tool in use up to three.
    ("tool", 0.74),
    // A long text in which little is done.
    ("sparse", -1.86),
    // Nothing that could set it off.
    ("no trigger", -0.71),
    // Actions soon after what sets them off, at the best place, up to four.
    ("flow", 0.34),
    // More tools than one automation has.
    ("crowd", -1.25),
    // The text itself sets it apart from others.
    ("told apart", 1.17),
    ("automatic", -0.09),
    ("built", -0.00),
    ("claim", 2.10),
    ("nothing done", -1.75),
    // A product or a program that does things is one.
    ("product", 0.67),
    // A gallery's page is an automation unless all speaks against it.
    ("template", 4.0),
    ("asks", -2.80),
    ("funding", -2.06),
    ("hiring", -2.47),
    ("hype", -1.71),
    ("event", -1.45),
    ("offer", -1.24),
    ("supposes", -2.03),
    // A list of products, with what they cost.
    ("catalogue", -2.57),
    // What is new in a version.
    ("release", -2.66),
];

/// Nothing that is read from prose is surer than this: of the surest finds in texts that nothing was
/// fitted on, about one in twenty is none.
const SUREST: f32 = 0.97;

/// The probability that `sentences` tell an automation that a reviewer would keep.
pub(crate) fn confidence(reading: &Reading, sentences: &Range<usize>) -> f32 {
    let features = features(reading, sentences);
    let logit: f32 = features.iter().zip(WEIGHTS).map(|(value, (_, weight))| value * weight).sum();
    SUREST / (1.0 + (-logit).exp())
}

/// The values of `WEIGHTS`' features for a stretch of text, each from 0 to 5.
pub(super) fn features(reading: &Reading, sentences: &Range<usize>) -> [f32; WEIGHTS.len()] {
    let said = &reading.said[sentences.clone()];
    let trigger = said
        .iter()
        .flat_map(|s| s.cues.iter().map(|cue| cue.strength * s.weight.max(0.3)))
        .fold(0.0, f32::max);
    let actions: f32 = said.iter().map(|s| s.actions.len() as f32 * s.weight).sum();
    let bound = said
        .iter()
        .filter(|s| !s.actions.is_empty() && s.cues.iter().any(|cue| cue.strength >= 0.45))
        .count();
    let truth = |holds: bool| f32::from(u8::from(holds));
    let signs = Counted::over(reading, sentences);
    let is_whole = sentences.len() == reading.said.len();
    let of_whole = (!is_whole).then(|| Counted::over(reading, &(0..reading.said.len())));
    // A part of a longer text may leave to the whole what kind of thing it tells of.
    let counts = |sign: Sign| match (signs.has(sign), &of_whole) {
        (true, _) => 1.0,
        (false, Some(whole)) if whole.has(sign) => 0.7,
        _ => 0.0,
    };
    let against = signs.against(reading, sentences);
    // What a tool can be connected to stands in galleries as well, and sets nothing off.
    let is_listing = trigger < 0.2 && signs.share(Sign::Catalogue) >= CATALOGUE;
    let told = [
        1.0,
        trigger / 0.8,
        actions.min(5.0),
        bound.min(2) as f32,
        tools_used(reading, sentences).min(3) as f32,
        sparseness(&reading.text[reading.bytes(sentences)], actions),
        truth(trigger < 0.2 && !reading.is_template),
        flow(reading, sentences).min(4.0),
        crowd(reading, sentences),
        truth(sentences.len() < reading.said.len()),
        counts(Sign::Automatic),
        counts(Sign::Built),
        truth(said.iter().any(|s| !s.claims.is_empty())),
        truth(actions < 0.5),
        truth(reading.is_product && actions >= 1.5),
        truth(reading.is_template && !is_listing),
    ];
    let mut features = [0.0; WEIGHTS.len()];
    let (first, rest) = features.split_at_mut(told.len());
    first.copy_from_slice(&told);
    rest.copy_from_slice(&against);
    features
}

/// From 0, an action in every sixty words or a short text, to 1.
fn sparseness(text: &str, actions: f32) -> f32 {
    let words = text.split_whitespace().count() as f32;
    if words < 150.0 { 0.0 } else { (1.0 - actions * 60.0 / words).max(0.0) }
}

/// Sentences after a trigger within which its actions are told.
const REACH: usize = 4;

/// The most actions told in the sentence of a trigger and the few after it.
fn flow(reading: &Reading, sentences: &Range<usize>) -> f32 {
    let said = &reading.said[sentences.clone()];
    let sets_off =
        |at: &usize| said[*at].cues.iter().any(|cue| cue.strength * said[*at].weight >= 0.3);
    let does = |at: usize| said[at].actions.len() as f32 * said[at].weight;
    let after = |at: usize| (at..said.len().min(at + REACH)).map(does).sum::<f32>();
    (0..said.len()).filter(sets_off).map(after).fold(0.0, f32::max)
}

/// From 0, as many tools as one automation may have, to 1.
fn crowd(reading: &Reading, sentences: &Range<usize>) -> f32 {
    if reading.is_template {
        return 0.0;
    }
    let bytes = reading.bytes(sentences);
    let is_here = |named: &&Named| {
        named.places.iter().any(|place| bytes.contains(&place.mention.range.start))
    };
    let count = reading.named.iter().filter(is_here).count() as f32;
    ((count - 8.0) / 8.0).clamp(0.0, 1.0)
}

/// How many tools are used, in what is told to be done where the text is a story.
fn tools_used(reading: &Reading, sentences: &Range<usize>) -> usize {
    let bytes = reading.bytes(sentences);
    let named = reading.named.iter().zip(&reading.used);
    named
        .filter(|(named, p)| {
            **p >= 0.5
                && named.places.iter().any(|place| {
                    bytes.contains(&place.mention.range.start)
                        && (reading.is_template || reading.does_at(place.mention.range.start))
                })
        })
        .count()
}

/// From this part of the sentences on a text is a list of products.
const CATALOGUE: f32 = 0.25;

/// How often a stretch of text carries each sign, by `Sign as usize`.
struct Counted {
    any: [bool; Sign::COUNT],
    share: [f32; Sign::COUNT],
    questions: f32,
}

impl Counted {
    fn over(reading: &Reading, sentences: &Range<usize>) -> Self {
        let mut counts = [0usize; Sign::COUNT];
        let mut questions = 0usize;
        for at in sentences.clone() {
            reading.signs[at].numbers().for_each(|sign| counts[sign] += 1);
            questions += usize::from(reading.sentence(at).ends_with(['?', '？']));
        }
        if sentences.len() == reading.outline.sentences.len() {
            Signs::of(reading.title).numbers().for_each(|sign| counts[sign] += 2);
            questions += usize::from(reading.title.ends_with('?')) * 2;
        }
        let total = sentences.len().max(1) as f32;
        Self {
            any: counts.map(|n| n > 0),
            share: counts.map(|n| n as f32 / total),
            questions: questions as f32 / total,
        }
    }

    fn has(&self, sign: Sign) -> bool {
        self.any[sign as usize]
    }

    /// In what part of the sentences it stands.
    fn share(&self, sign: Sign) -> f32 {
        self.share[sign as usize]
    }

    /// What speaks against, each from 0 to 1, growing with the share of sentences that carry the sign,
    /// so that an aside does not sink a story.
    fn against(&self, reading: &Reading, sentences: &Range<usize>) -> [f32; 9] {
        let share = |sign: Sign| self.share(sign);
        let full = |share: f32, at: f32| (share / at).min(1.0);
        let is_one = sentences.len() <= 2 && !reading.is_template;
        [
            full(share(Sign::Asks) + 0.5 * self.questions, 0.25),
            full(share(Sign::Funding), 0.25),
            full(share(Sign::Hiring), 0.25),
            full(share(Sign::Hype), 0.2),
            full(share(Sign::Event), 0.25),
            full(share(Sign::Offer), 0.3),
            if is_one { 0.0 } else { full(share(Sign::Supposes), 0.5) },
            full(share(Sign::Catalogue), CATALOGUE),
            full(share(Sign::Release), 0.25),
        ]
    }
}
