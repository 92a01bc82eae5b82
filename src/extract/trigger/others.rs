//! Ways to tell a trigger without a "when": arrows, what arrives, what "sets it all going", and the verb
//! that opens a German condition.

use super::times::TIMES;
use super::{Cue, UNKNOWN, kind_of};
use crate::extract::pattern;
use crate::model::TriggerKind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest clause (bytes).
const LONGEST: usize = 140;

/// What a mere form says, when the words name no kind.
const BY_FORM: f32 = UNKNOWN + 0.3;

/// "Füllt er das Formular aus, …".
static VERB_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"^(?:Füllt|Kommt|Geht|Meldet|Schickt|Sendet|Landet|Trifft|Ruft|Bucht|Zahlt|Lädt|Ändert|Unterschreibt|Bestellt|Kündigt|Sagt|Wird|Ist|Fehlt|Klickt|Schreibt|Storniert|Läuft|Steht) (?:er|sie|es|der|die|das|ein|eine|einer|jemand|man|kein|keine)\b[^,;:]{4,120}, ",
    )
});

/// "A notificação chega por e-mail …", "El correo llega a Gmail …".
static ARRIVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^(?:[^ ,;:]+ ){1,8}?(?:arrivent|arrive|llegan|llega|chegam|chega|arriva|arrivano|entra|cae|tombe|landet|eintrifft|trifft|kommt|reinkommt) (?:en|a|al|por|dans|sur|par|à|au|chez|em|no|na|pelo|pela|in|im|ins|auf|bei|über|su|nella|via|per|ein|rein)\b",
    )
});

/// "… is what starts it", "… es lo que lo pone en marcha".
static STARTS_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i) (?:is what (?:starts|triggers|kicks|sets)|(?:starts|triggers|kicks off|sets off) (?:it all|the whole thing|everything|the (?:flow|workflow|scenario|zap|automation|bot))|es lo que (?:\w+ )?(?:pone|arranca|dispara|activa)|c'est ce qui (?:déclenche|lance)|é o que (?:dispara|inicia)|löst (?:das|den|alles)|startet (?:das|den|alles))\b",
    )
});

/// The cues of the sentence `range` of `text`.
pub(super) fn cues(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let length = verb_first(sentence)
        .or_else(|| arrows(sentence))
        .or_else(|| STARTS_IT.find(sentence).map(|found| found.start()))
        .or_else(|| arrives(sentence))
        .or_else(|| each_new(sentence))
        .filter(|length| *length <= LONGEST)?;
    let clause = &sentence[..length];
    let named = kind_of(clause);
    let (kind, strength) = named.unwrap_or((TriggerKind::Event, UNKNOWN));
    let range = range.start..range.start + clause.trim_end().len();
    Some(Cue {
        kind,
        range,
        strength: (strength + 0.15).clamp(BY_FORM, 0.9),
        is_named: named.is_some(),
    })
}

/// "Incoming mail … is read by", "Every change of stage … sends": the subject that comes in.
static EACH_NEW: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"^(?:Incoming|Inbound|New|Every|Each|Any|All (?:new|incoming)) ([^,.;:]{4,80}?) (?:is|are|gets|get|goes|go|sends|triggers|creates|starts|lands|becomes|runs)\b",
    )
});

/// What comes in and sets it off as the subject of a sentence; a time is none.
fn each_new(sentence: &str) -> Option<usize> {
    let subject = EACH_NEW.captures(sentence)?.get(1)?;
    let is_time = TIMES.find(sentence).is_some_and(|time| time.start() == 0);
    (!is_time).then_some(subject.end())
}

fn verb_first(sentence: &str) -> Option<usize> {
    VERB_FIRST.find(sentence).map(|found| found.end() - 2)
}

/// What stands before the first of several arrows: "truck leaves the depot → Make → customer gets a text".
fn arrows(sentence: &str) -> Option<usize> {
    let is_repeated = |mark: &&str| sentence.matches(*mark).count() >= 2;
    let first = sentence.find(["→", " -> ", " => "].into_iter().find(is_repeated)?)?;
    (8..=LONGEST).contains(&first).then_some(first)
}

/// What arrives by itself, to the end of its clause; only where its words name a kind.
fn arrives(sentence: &str) -> Option<usize> {
    let found = ARRIVES.find(sentence)?;
    let rest = &sentence[found.end()..];
    let marks = [",", ";", ":", " y ", " et ", " e ", " und ", "."];
    let end = marks.iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let end = found.end() + end;
    kind_of(&sentence[..end]).map(|_| end)
}
