//! Whether a stretch of text tells an automation at all.

use super::reading::Reading;
use crate::extract::pattern;
use regex::RegexSet;
use std::ops::Range;
use std::sync::LazyLock;

/// What speaks for and against, in the order of `features`, with its weight in log-odds: learned by
/// `tests/train_judge.rs` from hand-marked texts, held to what was guessed before.
pub(super) const WEIGHTS: [(&str, f32); 22] = [
    ("bias", -2.14),
    // The strongest clause of condition, 0.8 being a sure one.
    ("trigger", 2.2),
    // For each action up to five.
    ("action", 0.16),
    // A sentence that binds a trigger to an action, up to two.
    ("bound", 0.0),
    // For each tool in use up to three.
    ("tool", 1.04),
    // A long text in which little is done.
    ("sparse", -1.91),
    // The text itself sets it apart from others.
    ("told apart", 1.02),
    ("automatic", 0.0),
    ("built", -0.1),
    ("claim", 1.64),
    ("nothing done", -1.82),
    // A product or a program that does things is one.
    ("product", 0.99),
    // A gallery's page is an automation unless all speaks against it.
    ("template", 4.0),
    ("asks", -2.7),
    ("funding", -2.06),
    ("hiring", -2.45),
    ("hype", -1.59),
    ("event", -1.38),
    ("offer", -1.21),
    ("supposes", -1.94),
    // A list of products, with what they cost.
    ("catalogue", -2.47),
    // What is new in a version.
    ("release", -2.46),
];

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
        r"(?i)\b(?:game.?changer|mindset|smash (?:that|the) like|like and subscribe|hit subscribe|secret|10x|six figures|7.figure|passive income|changed my life|nobody (?:is )?(?:telling|talking)|the future of|revolution|unpopular opinion|hot take|rant|overhyped|hype|tired of|sick of|wake up|asleep|masterclass|free (?:training|course|guide)|opinion|rumou?r|gossip|apparently|price (?:increase|hike|change)|new pricing|pricing|opinions|ramble|transform(?:ed|ation|s)|reimagin\w+|seamless\w*|cutting.edge|ai.native|leader in|intelligent automation|results like these)\b",
        // 6 event
        r"(?i)\b(?:webinar|conference|meetup|summit|register (?:now|here|today)|early.bird|tickets? (?:are|on sale)|speakers?|keynote|join us|save the date|doors open|rsvp)\b",
        // 7 offer
        r"(?i)\b(?:\d+ ?% off|discount|coupon|limited time|black friday|sale ends|free trial|book a (?:call|demo)|dm me|link in bio|promo code|lifetime deal|sponsored|buy now|subscribe now)\b",
        // 8 supposes
        r"(?i)\b(?:imagine|what if|should|could|would|might|someday|one day|planning to|thinking (?:about|of)|want to|wish|hoping|going to try|considering|in theory|dream)\b",
        // 9 catalogue
        r"(?i)\b(?:pros|cons|pricing|starts? at|from \$\d|free (?:plan|forever|tier|trial)|best (?:for|overall|ai|crm|tools?|apps?)|ranked|rated|integrations|connect it to|supported (?:triggers|actions)|loved by|trusted by|[\d,]+\+ (?:apps|businesses|customers|tools|integrations)|affiliate|commission|top \d+)\b",
        // 10 release
        r"(?i)\b(?:release notes?|changelog|v?\d+\.\d+\.\d+|breaking changes?|deprecat\w+|no longer supported|contributors|upgrade notes|hotfix|backport\w*|bug ?fix\w*)\b|\(#\d+\)",
    ])
});

/// The probability that `sentences` tell an automation that a reviewer would keep.
pub(crate) fn confidence(reading: &Reading, sentences: &Range<usize>) -> f32 {
    let features = features(reading, sentences);
    let logit: f32 = features.iter().zip(WEIGHTS).map(|(value, (_, weight))| value * weight).sum();
    1.0 / (1.0 + (-logit).exp())
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
    let signs = Signs::count(reading, sentences);
    // A part of a longer text may leave to the whole what kind of thing it tells of.
    let of_whole = if signs.any[0] && signs.any[1] {
        signs.any
    } else {
        Signs::count(reading, &(0..reading.said.len())).any
    };
    let counts = |sign: usize| match (signs.any[sign], of_whole[sign]) {
        (true, _) => 1.0,
        (false, true) => 0.7,
        (false, false) => 0.0,
    };
    let against = signs.against(reading, sentences);
    let told = [
        1.0,
        trigger / 0.8,
        actions.min(5.0),
        bound.min(2) as f32,
        tools_used(reading, sentences).min(3) as f32,
        sparseness(&reading.text[reading.bytes(sentences)], actions),
        truth(sentences.len() < reading.said.len()),
        counts(0),
        counts(1),
        truth(said.iter().any(|s| !s.claims.is_empty())),
        truth(actions < 0.5),
        truth(reading.is_product && actions >= 1.5),
        truth(reading.is_template),
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

fn tools_used(reading: &Reading, sentences: &Range<usize>) -> usize {
    let bytes = reading.bytes(sentences);
    let named = reading.named.iter().zip(&reading.used);
    named
        .filter(|(named, p)| {
            **p >= 0.5
                && named.places.iter().any(|place| bytes.contains(&place.mention.range.start))
        })
        .count()
}

/// Which signs stand in a stretch, and in what share of its sentences.
struct Signs {
    any: [bool; 11],
    share: [f32; 11],
    questions: f32,
}

impl Signs {
    fn count(reading: &Reading, sentences: &Range<usize>) -> Self {
        let mut counts = [0usize; 11];
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

    /// Each from 0 to 1, growing with the share of sentences that carry the sign, so that an aside
    /// does not sink a story.
    fn against(&self, reading: &Reading, sentences: &Range<usize>) -> [f32; 9] {
        let full = |share: f32, at: f32| (share / at).min(1.0);
        let is_one = sentences.len() <= 2 && !reading.is_template;
        [
            full(self.share[2] + 0.5 * self.questions, 0.25),
            full(self.share[3], 0.25),
            full(self.share[4], 0.25),
            full(self.share[5], 0.2),
            full(self.share[6], 0.25),
            full(self.share[7], 0.3),
            if is_one { 0.0 } else { full(self.share[8], 0.5) },
            full(self.share[9], 0.25),
            full(self.share[10], 0.25),
        ]
    }
}
