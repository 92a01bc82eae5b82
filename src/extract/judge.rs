//! Whether a stretch of text tells an automation at all.

use super::reading::Reading;
use crate::extract::pattern;
use regex::RegexSet;
use std::ops::Range;
use std::sync::LazyLock;

/// What speaks for and against, with its weight (in log-odds).
struct Weights;

impl Weights {
    const BIAS: f32 = -3.3;
    const TRIGGER: f32 = 1.7;
    /// For each action up to five.
    const ACTION: f32 = 0.42;
    /// A sentence that binds a trigger to an action, up to two.
    const BOUND: f32 = 0.8;
    /// For each tool in use up to three.
    const TOOL: f32 = 0.4;
    /// The text itself sets it apart from others.
    const TOLD_APART: f32 = 0.6;
    const AUTOMATIC: f32 = 0.9;
    const BUILT: f32 = 0.6;
    const CLAIM: f32 = 0.3;
    const ASKS: f32 = -2.2;
    const FUNDING: f32 = -2.0;
    const HIRING: f32 = -2.2;
    const HYPE: f32 = -0.9;
    const EVENT: f32 = -1.2;
    const OFFER: f32 = -0.9;
    const SUPPOSES: f32 = -1.3;
    const NOTHING_DONE: f32 = -2.0;
    /// A product or a program that does things is one.
    const PRODUCT: f32 = 1.6;
    /// A gallery's page is an automation unless all speaks against it.
    const TEMPLATE: f32 = 4.0;
}

static SIGNS: LazyLock<RegexSet> = LazyLock::new(|| {
    pattern::set([
        // 0 automatic
        r"(?i)\b(?:automat\w*|workflows?|n8n|zapier|zaps?|scenario|agent|bot|script|make\.com|power automate|by itself|on its own|runs? itself|no one touches|nobody touches|hands.free|von (?:allein|selbst)|sol[oa]s?|tout seul|da sol[oa]|sozinh[oa])\b|自動",
        // 1 built
        r"(?i)\b(?:(?:we|i|he|she|they|my \w+|our \w+) (?:have |'ve |then |just |finally |recently |ended up )?(?:built|build|set up|setup|made|wired|rolled out|put together|automated|configured|created|hooked|connected|deployed|coded|cobbled)|what (?:i|we) (?:did|built|run)|here(?:'s| is) (?:how|what)|how it works|the setup|my setup|our setup|haben wir|gebaut|hemos montado|montamos|on a mis en place|abbiamo (?:fatto|messo))\b",
        // 2 asks
        r"(?i)\b(?:how (?:do|would|can|should) (?:you|i|we)|does any(?:one|body)|has any(?:one|body)|is there (?:a|any)|any(?:one|body) (?:know|else|using|have|tried|got|built|here)|looking for (?:a|an|recommendations|advice|something)|recommend(?:ations)?\?|what(?:'s| is) the best|which (?:tool|one|crm)|can any(?:one|body)|any (?:tips|advice|ideas|suggestions|recommendations)|help needed|please help|wie macht ihr|kennt jemand|hat jemand|alguien (?:sabe|usa)|quelqu'un)\b",
        // 3 funding
        r"(?i)\b(?:series [a-f]\b|seed round|raised \$|raises \$|raised [€£]|valuation|led by [a-z]+ (?:ventures|capital|partners)|investors?|ipo\b|acquir(?:ed|es|ing|ition)|venture capital|funding round|pre-seed|quarterly results|finanzierungsrunde|shareholders)\b",
        // 4 hiring
        r"(?i)\b(?:we(?:'re| are) hiring|job (?:openings?|description|posting|title|board)|openings?|vacanc(?:y|ies)|per hour|an hour plus|apply (?:now|by|here|with)|salary|full-time|part-time|responsibilities|years of experience|send (?:your|a) (?:cv|resume)|401k|remote \(|join our team|stellenangebot|wir suchen|competitive pay|cover letter|applicants?)\b",
        // 5 hype
        r"(?i)\b(?:game.?changer|mindset|smash (?:that|the) like|like and subscribe|hit subscribe|secret|10x|six figures|7.figure|passive income|changed my life|nobody (?:is )?(?:telling|talking)|the future of|revolution|unpopular opinion|hot take|rant|overhyped|hype|tired of|sick of|wake up|asleep|masterclass|free (?:training|course|guide)|opinion|rumou?r|gossip|apparently|price (?:increase|hike|change)|new pricing|pricing)\b",
        // 6 event
        r"(?i)\b(?:webinar|conference|meetup|summit|register (?:now|here|today)|early.bird|tickets? (?:are|on sale)|speakers?|keynote|join us|save the date|doors open|rsvp)\b",
        // 7 offer
        r"(?i)\b(?:\d+ ?% off|discount|coupon|limited time|black friday|sale ends|free trial|book a (?:call|demo)|dm me|link in bio|promo code|lifetime deal|sponsored|buy now|subscribe now)\b",
        // 8 supposes
        r"(?i)\b(?:imagine|what if|should|could|would|might|someday|one day|planning to|thinking (?:about|of)|want to|wish|hoping|going to try|considering|in theory|dream)\b",
    ])
});

/// The probability that `sentences` tell an automation that a reviewer would keep.
pub(crate) fn confidence(reading: &Reading, sentences: &Range<usize>) -> f32 {
    let logit = evidence(reading, sentences);
    1.0 / (1.0 + (-logit).exp())
}

fn evidence(reading: &Reading, sentences: &Range<usize>) -> f32 {
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
    let bytes = reading.bytes(sentences);
    let tools = reading
        .named
        .iter()
        .zip(&reading.used)
        .filter(|(named, p)| {
            **p >= 0.5
                && named.places.iter().any(|place| bytes.contains(&place.mention.range.start))
        })
        .count();
    let has_claims = said.iter().any(|s| !s.claims.is_empty());
    let signs = Signs::count(reading, sentences);
    let mut sum = Weights::BIAS
        + Weights::TRIGGER * trigger / 0.8
        + Weights::ACTION * actions.min(5.0)
        + Weights::BOUND * bound.min(2) as f32
        + Weights::TOOL * tools.min(3) as f32;
    // A part of a longer text may leave to the whole what kind of thing it tells of.
    let of_whole = if signs.any[0] && signs.any[1] {
        signs.any
    } else {
        Signs::count(reading, &(0..reading.said.len())).any
    };
    let counts = |sign: usize| {
        if signs.any[sign] {
            1.0
        } else if of_whole[sign] {
            0.7
        } else {
            0.0
        }
    };
    sum += Weights::AUTOMATIC * counts(0) + Weights::BUILT * counts(1);
    sum += if sentences.len() < reading.said.len() { Weights::TOLD_APART } else { 0.0 };
    sum += if has_claims { Weights::CLAIM } else { 0.0 };
    sum += if actions < 0.5 { Weights::NOTHING_DONE } else { 0.0 };
    sum += if reading.is_product && actions >= 1.5 { Weights::PRODUCT } else { 0.0 };
    sum += signs.against(reading, sentences);
    if reading.is_template { sum + Weights::TEMPLATE } else { sum }
}

/// Which signs stand in a stretch, and in what share of its sentences.
struct Signs {
    any: [bool; 9],
    share: [f32; 9],
    questions: f32,
}

impl Signs {
    fn count(reading: &Reading, sentences: &Range<usize>) -> Self {
        let mut counts = [0usize; 9];
        let mut questions = 0usize;
        for at in sentences.clone() {
            let sentence = reading.sentence(at);
            for sign in SIGNS.matches(sentence) {
                counts[sign] += 1;
            }
            questions += usize::from(sentence.ends_with(['?', '？']));
        }
        let is_whole = sentences.len() == reading.outline.sentences.len();
        for sign in SIGNS.matches(if is_whole { reading.title } else { "" }) {
            counts[sign] += 2;
        }
        questions += usize::from(is_whole && reading.title.ends_with('?')) * 2;
        let total = sentences.len().max(1) as f32;
        Self {
            any: counts.map(|n| n > 0),
            share: counts.map(|n| n as f32 / total),
            questions: questions as f32 / total,
        }
    }

    /// Grows with the share of sentences that carry a sign, so that an aside does not sink a story.
    fn against(&self, reading: &Reading, sentences: &Range<usize>) -> f32 {
        let full = |share: f32, at: f32| (share / at).min(1.0);
        let asks = full(self.share[2] + 0.5 * self.questions, 0.25);
        let is_one = sentences.len() <= 2 && !reading.is_template;
        Weights::ASKS * asks
            + Weights::FUNDING * full(self.share[3], 0.25)
            + Weights::HIRING * full(self.share[4], 0.25)
            + Weights::HYPE * full(self.share[5], 0.2)
            + Weights::EVENT * full(self.share[6], 0.25)
            + Weights::OFFER * full(self.share[7], 0.3)
            + if is_one { 0.0 } else { Weights::SUPPOSES * full(self.share[8], 0.5) }
    }
}
