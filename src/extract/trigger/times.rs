//! Points in time, as triggers and otherwise.

use crate::extract::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Points in time at which something runs.
pub(super) static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?";
    let number = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|other|few)";
    pattern::regex(&format!(
        r"(?ix)\b(?:
        (?:every|each)\ (?:single\ )?(?:{number}\ )?(?:morning|day|night|evening|afternoon|weekday|hour|week|month|quarter|year|minute|second|workday|business\ day|midnight|noon|sunday|{day}|days|hours|minutes|weeks|months)
        |(?:once|twice|three\ times)\ (?:a|per|every)\ (?:day|week|month|hour)
        |at\ (?:\d{{1,2}}(?:[:.]\d\d)?\ ?(?:am|pm|a\.m\.|p\.m\.|o'clock)|midnight|noon|(?:six|seven|eight|nine|ten|five)\ (?:every|each|in\ the\ (?:morning|evening)))
        |on\ (?:{day}|weekdays|schedule|a\ schedule|a\ (?:daily|weekly|hourly|monthly|regular|fixed)\ (?:schedule|basis)|the\ (?:first|last|1st|\w+teenth|\w+th)\ (?:of\ (?:the|each|every)\ month|(?:work|week)?day\ of))
        |(?:{number}|an|a)\ (?:hours?|days?|weeks?|minutes?)\ (?:before|after\ (?:the|each|every))
        |(?:daily|weekly|hourly|nightly|monthly|quarterly)\b
        |schedul(?:e|er|ed)\ (?:trigger|node|run|runs|execution|interval|basis|workflow|task)s?|cron(?:\ job|\ trigger|\ node)?
        |(?:runs?|running|executes?|checks?|starts?|triggers?)\ (?:automatically\ )?(?:on\ a\ schedule|at\ (?:\d|set|regular|scheduled)|periodically|overnight|in\ the\ background\ every|daily|weekly|hourly)
        |scheduled\ (?:to|at|daily|weekly)|at\ (?:regular|set|scheduled|fixed)\ (?:intervals|times)
        |jede[nrs]?\ (?:tag|morgen|abend|nacht|woche|monat|stunde|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|werktag|\w+\ minuten)|t[äa]glich|w[öo]chentlich|monatlich|st[üu]ndlich|um\ \d{{1,2}}(?:[:.]\d\d)?\ uhr|montags|freitags|morgens\ um|nachts\ um
        |cada\ (?:d[ií]a|ma[ñn]ana|noche|tarde|hora|semana|mes|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|\d+\ \w+)|todos\ los\ (?:d[ií]as|lunes|martes|viernes|domingos)|todas\ las\ (?:ma[ñn]anas|noches)|a\ las\ (?:\d|\w+\ de\ la)
        |chaque\ (?:jour|matin|soir|nuit|semaine|mois|heure|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|tous\ les\ (?:jours|matins|soirs|lundis|mardis|mercredis|jeudis|vendredis|mois|\d+)|toutes\ les\ (?:heures|semaines|nuits|\d+)
        |tod(?:o|a)s?\ (?:o|a|os|as)?\ ?(?:dia|dias|manh[ãa]|noite|semana|m[êe]s|segunda|ter[çc]a|quarta|quinta|sexta|s[áa]bado|domingo)|diariamente|semanalmente|[àa]s\ \d{{1,2}}\ ?h
        |ogni\ (?:giorno|mattina|sera|notte|settimana|mese|ora|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica)|tutti\ i\ (?:giorni|luned[iì])|tutte\ le\ (?:mattine|sere)|alle\ \d{{1,2}}
        )|毎(?:朝|日|週|月|晩|時)|(?:一日|月末)の?"
    ))
});

/// Words that go on telling a time: "every Monday **at eight in the morning**".
const TIME_WORDS: &[&str] = &[
    "at",
    "on",
    "in",
    "the",
    "of",
    "each",
    "every",
    "and",
    "am",
    "pm",
    "a.m",
    "p.m",
    "o'clock",
    "sharp",
    "morning",
    "mornings",
    "evening",
    "night",
    "noon",
    "midnight",
    "month",
    "week",
    "day",
    "days",
    "hours",
    "minutes",
    "weekday",
    "weekdays",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "fridays",
    "sundays",
    "first",
    "last",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "half",
    "past",
    "before",
    "after",
    "until",
    "utc",
    "um",
    "uhr",
    "h",
    "a",
    "las",
    "los",
    "de",
    "la",
    "mañana",
    "noche",
    "ocho",
    "nueve",
    "siete",
    "à",
    "heures",
    "às",
    "da",
    "manhã",
    "alle",
    "ore",
    "del",
    "mattina",
    "im",
    "am",
    "montag",
    "freitag",
    "automatically",
];

/// A point in time with the words that go on telling it.
pub(super) fn around(sentence: &str, time: Range<usize>) -> Range<usize> {
    let mut end = time.end;
    let mut reached = time.end;
    for word in sentence[time.end..].split_inclusive(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_number = bare.starts_with(|c: char| c.is_ascii_digit());
        if !(bare.is_empty() || is_number || TIME_WORDS.contains(&bare.to_lowercase().as_str())) {
            break;
        }
        reached += word.len();
        // A phrase ends on its last telling word, not on "the" or "at".
        let is_filler = matches!(
            bare,
            "" | "at"
                | "on"
                | "in"
                | "the"
                | "of"
                | "and"
                | "a"
                | "each"
                | "every"
                | "la"
                | "um"
                | "à"
                | "before"
                | "after"
        );
        if !is_filler {
            end = reached;
        }
        if word.trim_end().ends_with([',', ';', ':', '.']) {
            break;
        }
    }
    time.start
        ..time.start + sentence[time.start..end].trim_end_matches([' ', ',', ';', ':', '.']).len()
}

/// A weekday or a lead time alone may be a detail of something else; "every morning" hardly is.
pub(super) fn time_strength(sentence: &str, time: &Range<usize>) -> f32 {
    let words = sentence[time.clone()].to_lowercase();
    match () {
        () if is_of_measure(sentence, time) => 0.25,
        // "Every call came at 5 am": when it happened to people.
        () if has_happened(sentence, time) => 0.3,
        () if words.starts_with("every") || words.starts_with("each") || words.contains("cron") => {
            0.85
        }
        // "On Saturday", "at 5 am": mostly when it once happened.
        () if words.starts_with("on ") && words.ends_with("day") && !words.contains("weekday") => {
            0.3
        }
        () if words.starts_with("at ") => 0.6,
        () if words.ends_with(" before")
            || words.contains(" after ")
            || words.starts_with("on ") =>
        {
            0.55
        }
        () if matches!(
            words.as_str(),
            "daily" | "weekly" | "monthly" | "hourly" | "nightly" | "quarterly"
        ) =>
        {
            0.5
        }
        () => 0.75,
    }
}

/// Whether the verb before a time tells what once happened.
fn has_happened(sentence: &str, time: &Range<usize>) -> bool {
    const PAST: [&str; 12] = [
        "came", "was", "were", "had", "went", "did", "took", "called", "sat", "got", "rang", "used",
    ];
    let before = sentence[..time.start].split_whitespace().rev().take(6);
    before.map(|word| word.trim_matches([',', '.', ':'])).any(|word| PAST.contains(&word))
}

/// Whether a time only measures: "six hours a day", "costs $5 monthly".
fn is_of_measure(sentence: &str, time: &Range<usize>) -> bool {
    let before = sentence[..time.start].trim_end();
    let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let is_amount = before.ends_with(['%', '$', '€']) || last.starts_with(['$', '€', '£']);
    is_amount
        || matches!(
            last.as_str(),
            "hours"
                | "minutes"
                | "hour"
                | "times"
                | "time"
                | "spend"
                | "spent"
                | "saves"
                | "saved"
                | "the"
                | "their"
                | "our"
                | "your"
                | "stunden"
                | "horas"
                | "heures"
                | "ore"
        )
}
