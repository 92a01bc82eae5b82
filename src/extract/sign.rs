//! Words that show what kind of thing a sentence speaks of.

use crate::extract::pattern;
use regex::RegexSet;
use std::sync::LazyLock;

/// What the words of a sentence may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Something runs by itself.
    Automatic,
    /// Somebody built something.
    Built,
    /// Somebody asks for advice.
    Asks,
    /// Money for a company.
    Funding,
    /// Work is offered.
    Hiring,
    /// Loud words, opinions.
    Hype,
    /// People are asked to come.
    Event,
    /// Something is sold.
    Offer,
    /// What might be, or is wished.
    Supposes,
    /// Products side by side, with what they cost.
    Catalogue,
    /// What is new in a version.
    Release,
}

impl Sign {
    /// How many there are.
    pub(crate) const COUNT: usize = PATTERNS.len();
}

/// The words of each sign, in the order of `Sign`.
const PATTERNS: [(Sign, &str); 11] = [
    (
        Sign::Automatic,
        r"(?i)\b(?:automat\w*|workflows?|n8n|zapier|zaps?|scenario|agent|bot|script|make\.com|power automate|by itself|on its own|runs? itself|no one touches|nobody touches|hands.free|von (?:allein|selbst)|sol[oa]s?|tout seul|da sol[oa]|sozinh[oa])\b|自動",
    ),
    (
        Sign::Built,
        r"(?i)\b(?:(?:we|i|he|she|they|my \w+|our \w+) (?:have |'ve |then |just |finally |recently |ended up )?(?:built|build|set up|setup|made|wired|rolled out|put together|automated|configured|created|hooked|connected|deployed|coded|cobbled)|what (?:i|we) (?:did|built|run)|here(?:'s| is) (?:how|what)|how it works|the setup|my setup|our setup|haben wir|gebaut|hemos montado|montamos|on a mis en place|abbiamo (?:fatto|messo))\b",
    ),
    (
        Sign::Asks,
        r"(?i)\b(?:how (?:do|would|can|should) (?:you|i|we)|does any(?:one|body)|has any(?:one|body)|is there (?:a|any)|any(?:one|body) (?:know|else|using|have|tried|got|built|here)|looking for (?:a|an|recommendations|advice|something)|recommend(?:ations)?\?|what(?:'s| is) the best|which (?:tool|one|crm)|can any(?:one|body)|any (?:tips|advice|ideas|suggestions|recommendations)|help needed|please help|wie macht ihr|kennt jemand|hat jemand|alguien (?:sabe|usa)|quelqu'un)\b",
    ),
    (
        Sign::Funding,
        r"(?i)\b(?:series [a-f]\b|seed round|raised \$|raises \$|raised [€£]|valuation|led by [a-z]+ (?:ventures|capital|partners)|investors?|ipo\b|acquir(?:ed|es|ing|ition)|venture capital|funding round|pre-seed|quarterly results|finanzierungsrunde|shareholders)\b",
    ),
    (
        Sign::Hiring,
        r"(?i)\b(?:we(?:'re| are) hiring|job (?:openings?|description|posting|title|board)|openings?|vacanc(?:y|ies)|per hour|an hour plus|apply (?:now|by|here|with)|salary|full-time|part-time|responsibilities|years of experience|send (?:your|a) (?:cv|resume)|401k|remote \(|join our team|stellenangebot|wir suchen|competitive pay|cover letter|applicants?)\b",
    ),
    (
        Sign::Hype,
        r"(?i)\b(?:game.?changer|mindset|smash (?:that|the) like|like and subscribe|hit subscribe|secret|10x|six figures|7.figure|passive income|changed my life|nobody (?:is )?(?:telling|talking)|the future of|revolution|unpopular opinion|hot take|rant|overhyped|hype|tired of|sick of|wake up|asleep|masterclass|free (?:training|course|guide)|opinion|rumou?r|gossip|apparently|price (?:increase|hike|change)|new pricing|pricing|opinions|ramble|transform(?:ed|ation|s)|reimagin\w+|seamless\w*|cutting.edge|ai.native|leader in|intelligent automation|results like these)\b",
    ),
    (
        Sign::Event,
        r"(?i)\b(?:webinar|conference|meetup|summit|register (?:now|here|today)|early.bird|tickets? (?:are|on sale)|speakers?|keynote|join us|save the date|doors open|rsvp)\b",
    ),
    (
        Sign::Offer,
        r"(?i)\b(?:\d+ ?% off|discount|coupon|limited time|black friday|sale ends|free trial|book a (?:call|demo)|dm me|link in bio|promo code|lifetime deal|sponsored|buy now|subscribe now)\b",
    ),
    (
        Sign::Supposes,
        r"(?i)\b(?:imagine|what if|should|could|would|might|someday|one day|planning to|thinking (?:about|of)|want to|wish|hoping|going to try|considering|in theory|dream)\b",
    ),
    (
        Sign::Catalogue,
        r"(?i)\b(?:pros|cons|pricing|starts? at|from \$\d|free (?:plan|forever|tier|trial)|best (?:for|overall|ai|crm|tools?|apps?)|ranked|rated|integrations|connect it to|supported (?:triggers|actions)|loved by|trusted by|[\d,]+\+ (?:apps|businesses|customers|tools|integrations)|affiliate|commission|top \d+)\b",
    ),
    (
        Sign::Release,
        r"(?i)\b(?:release notes?|changelog|v?\d+\.\d+\.\d+|breaking changes?|deprecat\w+|no longer supported|contributors|upgrade notes|hotfix|backport\w*|bug ?fix\w*)\b|\(#\d+\)|^\W*(?:added|changed|fixed|removed|improved|security|new features|bug fixes|what.s changed)\W*$",
    ),
];

static SET: LazyLock<RegexSet> =
    LazyLock::new(|| pattern::set(PATTERNS.map(|(_, pattern)| pattern)));

/// The signs that a stretch of text carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Signs(u16);

impl Signs {
    /// The signs of `text`, which is a sentence or a title.
    pub(crate) fn of(text: &str) -> Self {
        Self(SET.matches(text).iter().fold(0, |signs, sign| signs | 1 << sign))
    }

    /// The numbers of the signs, as `Sign as usize` gives them.
    pub(crate) fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Sign::COUNT).filter(move |number| self.0 >> number & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_in_the_order_of_their_signs() {
        for (at, (sign, _)) in PATTERNS.iter().enumerate() {
            assert_eq!(*sign as usize, at);
        }
    }
}
