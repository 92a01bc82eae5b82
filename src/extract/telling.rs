//! Sentences that stand in a story but tell nothing of what the automation does.

use crate::extract::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Longer sentences (bytes) are speech without full stops: an aside in them is not the whole.
const LONGEST: usize = 260;

static PAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)\b(?:
        used\ to\ (?:be|do|have|take|spend|get|call|write|type|copy|send|evaporate|cost|lose|run|sit)
        |until\ (?:last|then|recently|this\ (?:year|spring|summer|autumn|fall|winter))|back\ then|in\ the\ old\ days|for\ years
        |(?:years?|months?|weeks?)\ ago|last\ (?:year|winter|summer|spring|autumn|fall|month)
        |before\ (?:that|this)\b|by\ hand\ (?:out|before|until)
        |(?:i|we|he|she|they|people|everybody)\ (?:never|tried|believe|think|thought|guess|guessed|reckon|remember|told|asked|said|say|wondered|missed|lost|forgot|spent|hated|worried)
        |(?:she|he|[a-z]+)\ (?:says|reckons|swears|puts\ the\ (?:saving|figure)|told\ me|tells\ me|asks\ me|believes|thinks|spent)
        |(?:was|were)\ (?:built|made|written|edited|set\ up|designed|put\ together|rolled\ out|drowning|losing|spending)
        |früher\ (?:hat|haben|war|musste)|antes\ (?:de|lo|ten[ií]a|perd[ií]a)|avant,?\ (?:on|il|nous)|prima\ (?:di|lo)
        )\b",
    )
});

static SMALL_PRINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)\b(?:
        (?:you(?:'re|\ are)?|you['’]re)\ (?:get|getting|receive|receiving|received|reading)\ this\ (?:because|e-?mail|newsletter|as)
        |unsubscribe|manage\ your\ (?:preferences|subscription)|view\ (?:this\ )?(?:e-?mail\ )?in\ (?:your\ )?browser|update\ your\ preferences
        |forwarded\ (?:this|to\ you)|(?:all\ rights|copyright)\ reserved|privacy\ policy|terms\ of\ (?:use|service)
        |(?:hit|smash)\ (?:that|the)\ (?:like|subscribe)|like\ and\ subscribe|link\ in\ (?:the\ )?(?:bio|description)|this\ (?:video|episode|issue)\ is\ (?:sponsored|brought)
        |use\ (?:the\ )?code\ \w+|abmelden|darse\ de\ baja|se\ d[ée]sabonner|disiscriv\w+|cancelar\ (?:a\ )?inscri
        )\b",
    )
});

/// Whether `sentence` tells how things were before the automation, or what somebody thinks of it.
pub(crate) fn is_past(sentence: &str) -> bool {
    sentence.len() <= LONGEST && PAST.is_match(sentence)
}

/// Whether `sentence` speaks of the letter, the video or the page itself.
pub(crate) fn is_small_print(sentence: &str) -> bool {
    sentence.len() <= LONGEST && SMALL_PRINT.is_match(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "Until last winter her assistant spent most of every Monday writing the same e-mail.",
        true
    )]
    #[case("The replacement was built by a freelancer over three weeks.", true)]
    #[case("She reckons it saves her an hour.", true)]
    #[case("When a form is submitted, n8n creates a ticket.", false)]
    #[case("The client gets a personal upload page.", false)]
    fn how_it_was_is_told_apart(#[case] sentence: &str, #[case] expected: bool) {
        assert_eq!(is_past(sentence), expected);
    }

    #[rstest]
    #[case("You get this because you signed up at letters.example.", true)]
    #[case("It sends the unsubscribed ones a last mail.", false)]
    #[case("It reads the mail.", false)]
    fn small_print_is_told_apart(#[case] sentence: &str, #[case] expected: bool) {
        assert_eq!(is_small_print(sentence), expected);
    }
}
