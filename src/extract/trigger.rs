//! What sets an automation off: the clauses that say so, and of which kind they are.

mod kinds;
mod others;
mod times;

pub(crate) use kinds::{kind_of, named_kinds};

use super::lexicon::{self, Form};
use crate::extract::pattern;
use crate::model::TriggerKind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;
use times::{TIMES, around, time_strength};

/// The longest clause (bytes) that is taken for a trigger.
const LONGEST: usize = 160;

/// A condition longer than this (bytes) without a comma is speech that has gone on to what follows from it.
const SPOKEN: usize = 70;

/// The words after its opener that a condition surely has.
const OWN_WORDS: usize = 4;

/// How strong the clause of a condition is when its words name no kind.
const UNKNOWN: f32 = 0.3;

/// What is left of a time's strength behind something that happens.
const FOLLOW_UP: f32 = 0.35;

/// A clause that tells what sets something off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cue {
    pub(crate) kind: TriggerKind,
    /// Bytes in the text that the sentence was cut from.
    pub(crate) range: Range<usize>,
    /// How surely this is a trigger of that kind, 0..=1.
    pub(crate) strength: f32,
    /// Whether its words name the kind, or only its form is a trigger's.
    pub(crate) is_named: bool,
}

/// Words that open a clause of condition in which a trigger may stand.
static OPENER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)(?:^|[\s(,:;“\x22*–—-])((?:
        whenever|when|every\ time|each\ time|any\ ?time|as\ soon\ as|once|the\ (?:moment|minute)|if|upon|
        after(?:\ (?:a|an|the|each|every|someone|somebody))|on\ (?:each|every|a\ new|new|receipt\ of|submission)|
        triggered\ (?:by|when|on|via)|triggers?\ (?:on|when|via|by)|starts?\ (?:with|when|from|by)|activated\ (?:by|when)|kicks?\ off\ (?:when|with)|
        listens?\ (?:for|to)|watch(?:es|ing)?\ (?:for|the|a|an|our|my|your)|monitors?|receiv(?:es|ing)|
        sobald|wenn|jedes\ mal|immer\ wenn|geht\ ein|kommt\ eine?|wird|
        cuando|cada\ vez\ que|al\ recibir|en\ cuanto|si|
        quand|lorsqu(?:e|'|’)|d[eè]s\ qu(?:e|'|’)|chaque\ fois\ qu(?:e|'|’)|si|
        quando|assim\ que|sempre\ que|toda\ vez\ que|se|appena|ogni\ volta\ che)\s|(?:lorsqu|d[eè]s\ qu|chaque\ fois\ qu)['’])",
    )
});

/// The clauses of the sentence `range` of `text` that tell a trigger, in order.
pub(crate) fn cues(text: &str, range: &Range<usize>) -> Vec<Cue> {
    let sentence = &text[range.clone()];
    let mut cues = Vec::new();
    for time in TIMES.find_iter(sentence) {
        let clause = around(sentence, time.range());
        let strength = time_strength(sentence, &time.range());
        cues.push(Cue {
            kind: TriggerKind::Schedule,
            range: shift(&clause, range.start),
            strength,
            is_named: true,
        });
    }
    for opener in OPENER.captures_iter(sentence) {
        let Some(word) = opener.get(1) else { continue };
        let end = clause_end(sentence, word.end());
        let clause = &sentence[word.start()..end];
        if is_no_condition(sentence, word.start(), clause) {
            continue;
        }
        // "Whenever it isn't sure" is a branch; "when nobody answers" may well set something off.
        let doubt = if UNSURE.is_match(clause) { -0.35 } else { 0.0 };
        let bias = opener_strength(word.as_str().trim_end()) + doubt;
        let named = kind_of(clause);
        let (kind, strength) = named.unwrap_or((TriggerKind::Event, UNKNOWN));
        let range = shift(&(word.start()..end), range.start);
        cues.push(Cue {
            kind,
            range,
            strength: (strength + bias).clamp(0.1, 0.95),
            is_named: named.is_some(),
        });
    }
    let is_told = |cue: &Cue| cue.kind != TriggerKind::Schedule && cue.strength >= UNKNOWN;
    if !cues.iter().any(is_told) {
        cues.extend(person(text, range));
    }
    cues.extend(after_condition(text, range, &cues));
    cues.extend(others::cues(text, range));
    cues.extend(japanese(text, range));
    follow_up(&mut cues);
    cues
}

/// Whether what looks like a condition is a question ("when do they want it") or a word that belongs to a noun
/// ("the receiving count").
fn is_no_condition(sentence: &str, at: usize, clause: &str) -> bool {
    static ASKED: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(
            r"(?i)^when (?:do|does|did|is|are|was|can|could|would|should|will) (?:it|they|you|we|i|he|she)\b",
        )
    });
    let is_of_noun = clause.starts_with("receiving")
        && [" the", " a", " our", " their", " your"]
            .iter()
            .any(|w| sentence[..at].trim_end().ends_with(w));
    is_of_noun || ASKED.is_match(clause)
}

/// What somebody does once a mere condition holds: "When she walks out, **the nurse texts a photo**".
fn after_condition(text: &str, range: &Range<usize>, cues: &[Cue]) -> Option<Cue> {
    let condition = cues.iter().find(|cue| cue.range.start == range.start && !cue.is_named)?;
    let rest = text[condition.range.end..range.end].strip_prefix(", ")?;
    person(text, &(range.end - rest.len()..range.end))
}

/// A time that comes after something that happens is a detail of it: "a new order arrives (polled every
/// five minutes)".
fn follow_up(cues: &mut [Cue]) {
    let is_event = |cue: &&Cue| cue.kind != TriggerKind::Schedule && cue.is_named;
    let Some(first) = cues.iter().filter(is_event).map(|cue| cue.range.start).min() else { return };
    for cue in cues.iter_mut().filter(|cue| cue.kind == TriggerKind::Schedule) {
        if cue.range.start > first {
            cue.strength *= FOLLOW_UP;
        }
    }
}

/// What a machine may be, or find wanting, in the midst of its work.
static UNSURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)\b(?:(?:is|are|was)(?: not|n't|n’t) (?:sure|certain|clear|on|there|found|enough)|unsure|in doubt|not sure|doubtful|doesn(?:'|’)t (?:match|know|fit|recognise|recognize)|it(?:'|’)s done|it(?:'|’)s sure|wenn nicht|si no\b|sinon|if not|in case)\b",
    )
});

/// How much an opener by itself speaks for a trigger.
fn opener_strength(opener: &str) -> f32 {
    match opener.to_lowercase().as_str() {
        "whenever" | "every time" | "each time" | "as soon as" | "the moment" | "the minute"
        | "sobald" | "immer wenn" | "jedes mal" | "cada vez que" | "en cuanto" | "sempre que"
        | "assim que" | "appena" => 0.3,
        "if" | "si" | "se" | "wird" | "monitors" | "monitor" => -0.25,
        "after" | "once" => 0.0,
        other if other.starts_with("after") || other.starts_with("watch") => 0.0,
        _ => 0.15,
    }
}

fn shift(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Where the clause that begins before `from` ends: at a comma, a dash, "then", or the sentence's end.
fn clause_end(sentence: &str, from: usize) -> usize {
    let rest = &sentence[from..];
    let end = [", ", " then ", ": ", " – ", " — ", " - ", "; ", " ("]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .filter(|at| *at > 8)
        .min()
        .unwrap_or(rest.len());
    let end = if end > SPOKEN { main_clause(&rest[..end]).unwrap_or(end) } else { end };
    let end = sentence.floor_char_boundary(from + end.min(LONGEST));
    from + sentence[from..end].trim_end_matches(['.', '!', ',', ':', ';', ' ', '*']).len()
}

/// Where the main clause begins in speech without commas: at a verb that is not the condition's own, with the
/// capitalised word before it that does it ("someone leaves a voicemail on OpenPhone **Zapier runs** …").
fn main_clause(spoken: &str) -> Option<usize> {
    let words: Vec<&str> = spoken.split(' ').collect();
    let place = |at: usize| words[..at].iter().map(|word| word.len() + 1).sum::<usize>();
    (OWN_WORDS..words.len()).find_map(|at| match lexicon::form(&words[at].to_lowercase())? {
        Form::Foreign => Some(place(at)),
        Form::Third if words[at - 1].starts_with(char::is_uppercase) => Some(place(at - 1)),
        _ => None,
    })
}

/// A person who does something at the beginning of a sentence: "A visitor fills in the form".
static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)^(?:(?:a|an|the|our|your|each|every|any|new|anybody|one)\ )*(?:\w+\ ){0,2}?
        (?:visitors?|customers?|clients?|patients?|tenants?|guests?|parents?|tutors?|cleaners?|crews?|techs?|technicians?|drivers?|callers?|leads?|prospects?|members?|students?|employees?|staff|
        managers?|someone|somebody|people|users?|buyers?|owners?|applicants?|candidates?|teams?|homeowners?|shoppers?|subscribers?|lab|suppliers?|growers?|vendors?|agents?|realtors?|bookkeepers?|nurses?|barista|couples?|reception|office|whoever|they|you)
        \ (?:then\ |just\ |simply\ )?(?:fills?|books?|sends?|texts?|uploads?|signs?|calls?|messages?|writes?|scans?|submits?|pays?|cancels?|drops?|records?|takes?|snaps?|types?|clicks?|asks?|orders?|answers?|forwards?|
        emails?|e-mails?|mails?|photographs?|replies|reply|mentions?|adds?|checks\ in|checks\ out|requests?|chooses?|picks?|enters?|posts?|leaves?|moves?|marks?|closes?|finishes|comes?\ in)\b",
    )
});

/// Anybody who does what hardly a machine does: "Therapist closes the session".
static ANYBODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^(?:(?:a|an|the|our|your|each|every|any|one) )?(?:\w+ )?\w+ (?:fills|books|uploads|signs|calls|texts|scans|submits|pays|cancels|drops|records|snaps|clicks|taps|orders|closes|completes|photographs|leaves|requests|chooses|presses|e-?mails?) ",
    )
});

/// Something that comes in by itself: "An order comes in", "Alerts come by webhook".
static ARRIVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^(?:submitting|filling in|filling out|booking|scanning|signing|paying|pressing|uploading|dropping|texting|emailing) (?:it|the|a|an|one|your|our)\b|^(?:\w+ ){1,6}?(?:comes? (?:in|by|through|via)|lands? in|arrives?|goes into|is (?:created|added|uploaded|submitted|missed|booked|signed|paid)|goes unanswered|rings out|nobody picks up)\b",
    )
});

/// A sentence that begins with what somebody does, or what arrives, without a "when".
/// The same after a colon: "It does one thing: a barista writes to the number, …".
fn person(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let after_colon = sentence.find(": ").map(|at| range.start + at + 2..range.end);
    opening(text, range).or_else(|| opening(text, &after_colon?))
}

fn opening(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let found = PERSON
        .find(sentence)
        .or_else(|| ARRIVES.find(sentence))
        .or_else(|| ANYBODY.find(sentence))?;
    let rest = &sentence[found.end()..];
    let length = rest.find([',', ';', ':', '(']).unwrap_or(rest.len()).min(LONGEST);
    let length = rest.find(" and ").map_or(length, |and| and.min(length));
    let end = sentence.floor_char_boundary(found.end() + length);
    let end = sentence[..end].trim_end_matches(['.', '!', ' ', '*']).len();
    let (kind, strength) = kind_of(&sentence[..end])?;
    Some(Cue {
        kind,
        range: range.start..range.start + end,
        strength: (strength - 0.05).max(0.3),
        is_named: true,
    })
}

/// Japanese clauses of condition: "…と、", "…たら、".
fn japanese(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let (at, mark) = ["と、", "たら、", "ると", "時に"]
        .iter()
        .find_map(|mark| Some((sentence.find(mark)?, *mark)))?;
    let clause = &sentence[..at + mark.trim_end_matches('、').len()];
    let (kind, strength) = kind_of(clause)?;
    Some(Cue { kind, range: range.start..range.start + clause.len(), strength, is_named: true })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "When a form is submitted, we check the CRM.",
        TriggerKind::Form,
        "When a form is submitted"
    )]
    #[case("Every Monday at 8 it reads the base.", TriggerKind::Schedule, "Every Monday at 8")]
    #[case(
        "Whenever an e-mail lands in the inbox, Claude reads it.",
        TriggerKind::Email,
        "Whenever an e-mail lands in the inbox"
    )]
    #[case(
        "It texts them back when a call is missed.",
        TriggerKind::Event,
        "when a call is missed"
    )]
    #[case(
        "As soon as somebody texts us a photo",
        TriggerKind::Message,
        "As soon as somebody texts us a photo"
    )]
    #[case(
        "A webhook fires when a file lands in the Dropbox folder.",
        TriggerKind::File,
        "when a file lands in the Dropbox folder"
    )]
    #[case(
        "Sobald das Formular abgeschickt wird, legt n8n einen Vorgang an.",
        TriggerKind::Form,
        "Sobald das Formular abgeschickt wird"
    )]
    #[case(
        "Jeden Morgen um 7 Uhr schickt es eine Mail.",
        TriggerKind::Schedule,
        "Jeden Morgen um 7 Uhr"
    )]
    #[case(
        "Cuando llega un mensaje por WhatsApp, responde.",
        TriggerKind::Message,
        "Cuando llega un mensaje por WhatsApp"
    )]
    #[case("Chaque matin, le script relance.", TriggerKind::Schedule, "Chaque matin")]
    #[case("書類が届くと、印をつけます。", TriggerKind::File, "書類が届くと")]
    fn clauses_tell_triggers(
        #[case] sentence: &str,
        #[case] kind: TriggerKind,
        #[case] clause: &str,
    ) {
        let found = cues(sentence, &(0..sentence.len()));
        let best = found.iter().rev().max_by(|a, b| a.strength.total_cmp(&b.strength)).unwrap();
        assert_eq!((best.kind, &sentence[best.range.clone()]), (kind, clause), "{found:?}");
    }

    #[rstest]
    #[case(
        "Füllt er das Formular bei Jotform aus, prüft OpenAI die Bilder.",
        TriggerKind::Form,
        "Füllt er das Formular bei Jotform aus"
    )]
    #[case(
        "El correo llega a Gmail y Make manda un aviso.",
        TriggerKind::Email,
        "El correo llega a Gmail"
    )]
    #[case(
        "van leaves the yard → Make → customer gets a text",
        TriggerKind::Event,
        "van leaves the yard"
    )]
    #[case(
        "When he is done, the client texts a photo of it.",
        TriggerKind::Message,
        "the client texts a photo of it"
    )]
    #[case(
        "It does one thing: a visitor fills in the form and it writes back.",
        TriggerKind::Form,
        "a visitor fills in the form"
    )]
    #[case(
        "A new order arrives in the shop (polled every five minutes).",
        TriggerKind::Event,
        "A new order arrives in the shop"
    )]
    #[case(
        "Ese cambio en Square es lo que lo pone todo en marcha: Make escribe.",
        TriggerKind::Event,
        "Ese cambio en Square"
    )]
    fn what_happens_is_found_without_a_when(
        #[case] sentence: &str,
        #[case] kind: TriggerKind,
        #[case] clause: &str,
    ) {
        let found = cues(sentence, &(0..sentence.len()));
        let best = found.iter().rev().max_by(|a, b| a.strength.total_cmp(&b.strength)).unwrap();
        assert_eq!((best.kind, &sentence[best.range.clone()]), (kind, clause), "{found:?}");
    }

    #[test]
    fn questions_are_no_triggers() {
        let sentence = "it boils down to who and when do they want it";
        assert_eq!(cues(sentence, &(0..sentence.len())), []);
    }

    #[test]
    fn measures_are_weak_triggers() {
        let sentence = "It took six hours every week.";
        assert!(cues(sentence, &(0..sentence.len())).iter().all(|cue| cue.strength < 0.5));
    }
}
