//! Counts that changed: "from 14 a month to none", "34 → 5", "one a month instead of one a week".

use super::{Claim, ClaimUnit, Claimed, number};
use crate::extract::pattern;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// How sure a change of counts without a unit is a claim of value.
const SURE: f32 = 0.75;

static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"(?:\d+(?:[.,]\d+)*|one\ in\ \w+|une\ \w+aine|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|zwanzig|dreißig|vierzig|tres|cuatro|cinco|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cuarenta|cincuenta|sesenta|deux|trois|quatre|cinq|huit|douze|vingt|trente|quarante|cinquante|dois|duas|três|quatro|oito|dez|doze|vinte|trinta|quarenta|due|quattro|cinque|otto|dieci)\b)";
    pattern::regex(&format!(
        r"(?ix)(?P<from>\b(?:from|de|von|d[ea]\ unas?|du)\ )?(?:\b|^)(?P<before>{number})[%]?(?:/\w+)?(?P<what>(?:\ [^\s,;:.→()]+){{0,8}}?)\ ?
        (?:(?:\ba|à)(?:\ unas?|\ menos\ de|\ s[óo]lo|\ apenas)?|(?P<turn>→|->|⇒|\bto\b|\bauf\b|\bpara\b|\binstead\ of\b|\brather\ than\b|\bstatt\b|\bcontre\b|\bau\ lieu\ de\b|\ben\ vez\ de\b|\bem\ vez\ de\b|,?\ ?\bit\ was\b|,?\ ?\bbefore\ that\b|,\ (?:where|when)\ it\ (?:was|had\ been)\b|,?\ down\ from\b|,?\ up\ from\b)
        (?:\ [^\s,;:.→()]+){{0,2}}?)\ ?(?P<after>{number}|none\b|zero\b|nothing\b|keine?[nr]?\b|null\b|ninguna?\b|nenhuma?\b|cero\b|z[ée]ro\b|aucune?\b|nessun[oa]?\b)",
    ))
});

/// Words before a bare "47 to 33" by which it is a change, not a range.
static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)(?:^|[ .])[^.:]{3,60}: ?$|\b(?:fell|dropped?|went|gone|rose|down|up|cut|reduced|shrank|shrunk|grew|pass[ée]\w*|pasamos|pasó|bajó|caiu|baixou|sank|fiel|gesunken|sces\w+|pasar|baj\w+)\b[^.]{0,30}$",
    )
});

/// A time of day or a day of the week makes "from 9 to 5" hours of opening.
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^ ?(?:[ap]\.?m\b|o'clock|uhr|h\b|:\d|on (?:week|mon|tues|wednes|thurs|fri|satur|sun)|every|each|(?:\w+ )?(?:hours?|minutes?|days?|weeks?|seconds?|items?|words|questions|steps|sentences|posts) (?:long|each|before|after|later))",
    )
});

/// The changes of counts in a sentence.
pub(super) fn claims(sentence: &str) -> Vec<Claimed> {
    if !sentence.bytes().any(|b| b.is_ascii_digit()) && !sentence.contains(' ') {
        return Vec::new();
    }
    CHANGE.captures_iter(sentence).filter_map(|found| read(sentence, &found)).collect()
}

fn read(sentence: &str, found: &Captures) -> Option<Claimed> {
    let whole = found.get(0)?;
    let (before, after) = (&sentence[..whole.start()], &sentence[whole.end()..]);
    if before.ends_with(|c: char| {
        c.is_alphanumeric() || matches!(c, '-' | ':' | '.' | '/' | '$' | '€' | '£')
    }) || after.starts_with(|c: char| c.is_alphanumeric() || c == ':')
        || HOURS.is_match(after)
    {
        return None;
    }
    let is_from = found.name("from").is_some();
    let turn = found.name("turn").map_or("", |turn| turn.as_str());
    let is_turned = match &turn.trim_start_matches([',', ' ']).to_lowercase()[..] {
        // "2 to 3 of them", "from 2 to 3 people" are ranges: a change says what of, or that it is one.
        "" | "to" | "auf" | "para" => {
            CHANGING.is_match(before) || (is_from && !found["what"].trim().is_empty())
        }
        _ => true,
    };
    let amount = |text: &str| number(text.split(' ').next().unwrap_or_default()).unwrap_or(0.0);
    is_turned.then(|| Claimed {
        claim: Claim {
            amount: amount(&found["after"].to_lowercase()),
            unit: ClaimUnit::Count,
            currency: None,
            per: None,
            text: whole.as_str().trim().to_owned(),
        },
        range: whole.range(),
        confidence: SURE,
    })
}
