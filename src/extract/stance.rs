//! Whether the words around a tool say that it is not the one in use.

use super::gazetteer::Mention;
use super::structure::Section;
use crate::extract::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How a text stands to a tool that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stance {
    Plain,
    /// Offered, compared or optional: "you could also use".
    Optional,
    /// Left, refused or compared with: "instead of", "we moved from".
    Against,
}

const ARTICLE: &str = r"(?:(?:our|the|their|an?|my|your|his|her|its|old|any|expensive|paying for|paying|using|die|das|den|dem|la|el|le|il|o|a) )*[*`_“\x22(\[]*$";

static AGAINST_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)\b(?:instead of|in place of|unlike|rather than|without|not(?: (?:in|on|via|with|using|by|from))?|no(?: need for)?|alternatives? to|competitors? (?:like|such as|of|to)|competes? with|compared (?:to|with)|ditch(?:ed|ing)?|dropped|cancel(?:l?ed|l?ing)|away from|migrat(?:ed|ing|ion) (?:away )?(?:from|off)|mov(?:ed|ing) (?:away |over |us |everything )?(?:from|off)|switch(?:ed|ing) (?:away |over )?(?:from|off)|used to (?:use|pay for|pay|run|be in|live in)|(?:better|cheaper|faster|simpler|more) than|tried(?: (?:it|this|that|the same|to do (?:it|this|that)))?(?: (?:in|with|on|using))?|tired of|fed up with|look(?:ed|ing)? at|considered|considering|wanted(?: (?:to (?:use|have|do it (?:in|with))))?|(?:we|i|they|he|she|us) (?:first |also |once |originally |previously )?(?:had|ran|run) (?:it |everything |this )?(?:on |in |through )?(?:a )?(?:trial of|demos? of|pilot (?:on|with|of))|(?:consultant|vendor|nephew|niece|boss|friend|colleague|agency|everyone|everybody|they|somebody|someone) (?:liked?|likes|wanted|suggested|recommended|pushed|said|sold us)|(?:conseillé|proposé|recommandé)|(?:log(?:ged)? in to|logins? (?:to|for))|asks? about|asked about|pilot (?:on|with|in)|been on|was on|were on|got(?:ten)? rid of|(?:do|does|did|wo|would|ca|could)(?:n't|n’t| not) (?:need|use|want|trust|like|have|pay for)|never (?:used|use|liked)|stopped using|no longer (?:use|uses|using|need|needs|on)|left|quit|replac(?:ed|es|ing)|swapp(?:ed|ing)(?: out)?|outgrew|versus|vs\.?|statt|anstatt|anstelle von|anders als|ohne|weg von|kein|keine|keinen|(?:haben|hatten) (?:wir )?(?:erst |zuerst )?(?:mit )?|en lugar de|en vez de|dejamos|(?:lo )?prob(?:amos|é|ado) (?:con |en )?|ten[ií]amos |antes (?:con|en|lo llevábamos en) |usávamos |tínhamos |testamos |nada de|sin|à la place de|au lieu de|(?:avons|avions|a) essayé|sans|invece di|al posto di|senza|em vez de|ao invés de|sem) ";
    pattern::regex(&format!("{words}{ARTICLE}"))
});

static AGAINST_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^[*`_”\x22)\]]*(?:'s|’s)? (?:(?:before|auch)(?:[.,;!]|$)|(?:alternatives?|competitors?|replacement|killer|vs\.?\b|versus|was (?:too|not|never|just)|is (?:too|not)|were (?:too|not)|did(?:n't|n’t| not)|does(?:n't|n’t| not)|is(?:n't|n’t)|was(?:n't|n’t)|ca(?:n't|n’t)|cannot|could(?:n't|n’t| not)|wo(?:n't|n’t)|sucks?|raised its|raised the price|got too|went down|before and (?:it|we)|came up|was on the table|for (?:about |around )?(?:a|two|three) (?:years?|months?)\b|(?:is|are) (?:great|fine|lovely|good|nice) (?:if|for|but|when)|would(?:'ve|’ve| have)|was im gespräch|war im gespräch|wäre|but (?:it |that )?(?:could|did)(?:n't|n’t)|ne le|no (?:lo )?permite|support: (?:maybe|planned|soon))\b)",
    )
});

static OPTIONAL_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)\b(?:(?:you|we|one|people|they) (?:can|could|may|might) (?:also |easily |just )?(?:use|swap|replace|add|connect|do (?:this|it|that) (?:in|with)|build (?:this|it) (?:in|with))|could (?:also )?(?:be|use)|works? (?:just as well |equally |also )?with|compatible with|support(?:s|ed)?|alternatively,?|optional(?:ly)?:?,?|similar to|inspired by|if you(?:'re| are)? (?:use|prefer|have|on|using)|whether (?:it's|you use)|whichever|or(?: use| even| any)?|like|such as|e\.g\.,?|for example,?|including|anything from|something like|ich könnte|man kann auch|también puedes usar|on peut aussi utiliser) ";
    pattern::regex(&format!("{words}{ARTICLE}"))
});

static OPTIONAL_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^[*`_”\x22)\]]*,?(?: etc\b|,? or (?:similar|any|other|another|whatever)| works too| would (?:also )?work| \(optional| if you prefer|-like\b)",
    )
});

/// "swap X for Y", "replace X with Y" as an order or an offer.
static SWAP: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(r"(?i)\b(?:swap|replace|exchange|change|substitute)(?: out)? [^.;:!?\n]{0,40}$")
});

static OFFER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)\b(?:you|easily|feel free|optionally|if|want|prefer|can|could|need|simply|just)\b",
    )
});

/// The stance to `mention` in its `sentence`.
///
/// `previous` is the mention before it with its own stance: a list shares one.
pub(crate) fn stance(
    text: &str,
    sentence: &Range<usize>,
    section: Section,
    mention: &Mention,
    previous: Option<(&Mention, Stance)>,
) -> Stance {
    let before = &text[sentence.start.min(mention.range.start)..mention.range.start];
    let after = &text[mention.range.end..sentence.end.max(mention.range.end)];
    let before = tail(before, 90);
    if let Some(swap) = SWAP.find(before) {
        let said = swap.as_str();
        let is_offer =
            section == Section::Customise || section == Section::Setup || OFFER.is_match(before);
        let is_target = [" for ", " with ", " to ", " by "].iter().any(|word| said.contains(word));
        return match (is_offer, is_target) {
            (true, true) => Stance::Optional,
            (true, false) | (false, true) => Stance::Plain,
            (false, false) => Stance::Against,
        };
    }
    if AGAINST_BEFORE.is_match(before) || AGAINST_AFTER.is_match(after) {
        return Stance::Against;
    }
    if let Some((other, shared)) = previous
        && shared != Stance::Plain
        && other.range.start >= sentence.start
        && is_list(&text[other.range.end..mention.range.start])
    {
        return shared;
    }
    if OPTIONAL_BEFORE.is_match(before) || OPTIONAL_AFTER.is_match(after) {
        Stance::Optional
    } else {
        Stance::Plain
    }
}

fn is_list(between: &str) -> bool {
    matches!(
        between.trim(),
        "," | "/"
            | "and"
            | "or"
            | ", and"
            | ", or"
            | "und"
            | "oder"
            | "y"
            | "o"
            | "et"
            | "ou"
            | "e"
    )
}

/// The last bytes of `text`, at most `length`, on a character border.
fn tail(text: &str, length: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(length))..]
}

#[cfg(test)]
mod tests {
    use super::super::gazetteer::Gazetteer;
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("We swapped Slack for Discord last month.", "Slack", Stance::Against)]
    #[case("We swapped Slack for Discord last month.", "Discord", Stance::Plain)]
    #[case("Swap Slack for Discord and the alerts arrive.", "Slack", Stance::Against)]
    #[case("Swap Slack for Discord and the alerts arrive.", "Discord", Stance::Plain)]
    #[case("You can swap Slack for Discord.", "Slack", Stance::Plain)]
    #[case("You can swap Slack for Discord.", "Discord", Stance::Optional)]
    #[case("Unlike Zapier or Pabbly, it is free.", "Pabbly", Stance::Against)]
    #[case("We moved from HubSpot to Pipedrive.", "HubSpot", Stance::Against)]
    #[case("We moved from HubSpot to Pipedrive.", "Pipedrive", Stance::Plain)]
    #[case("It posts to Discord instead of Slack.", "Slack", Stance::Against)]
    #[case("It posts to Discord instead of Slack.", "Discord", Stance::Plain)]
    #[case("You could also use Airtable.", "Airtable", Stance::Optional)]
    #[case("The best Calendly alternatives this year.", "Calendly", Stance::Against)]
    #[case("Wir nutzen Pipedrive statt HubSpot.", "HubSpot", Stance::Against)]
    #[case("It works with Xero.", "Xero", Stance::Optional)]
    #[case("The bot reads Gmail.", "Gmail", Stance::Plain)]
    fn words_around_a_tool_take_a_stance(
        #[case] text: &str,
        #[case] tool: &str,
        #[case] expected: Stance,
    ) {
        let gazetteer = Gazetteer::load().unwrap();
        let mentions = gazetteer.mentions(text);
        let mut previous = None;
        for mention in &mentions {
            let found = stance(text, &(0..text.len()), Section::Lead, mention, previous);
            if gazetteer.tool(mention.tool).name == tool {
                assert_eq!(found, expected);
                return;
            }
            previous = Some((mention, found));
        }
        panic!("{tool} not found in {text}");
    }
}
