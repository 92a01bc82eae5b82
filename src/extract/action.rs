//! What an automation does: the clauses that tell an action.

mod words;

use super::lexicon::{self, Form};
use super::structure::Kind;
use std::borrow::Cow;
use std::ops::Range;
use words::{
    ACTORS, GOING, NEGATIONS, NOUN_LEADS, OBJECT_LEADS, OPINIONS, PASSIVES, PAST_PASSIVES,
    SENDABLE, SERVING, SUBJECTS,
};

/// The longest action (bytes) that is kept whole.
const LONGEST: usize = 170;

struct Word<'t> {
    lower: Cow<'t, str>,
    text: &'t str,
    range: Range<usize>,
    /// A comma, colon, dash or bracket stands before it.
    is_parted: bool,
}

/// The clauses in the sentence `range` of `text` that tell an action, in order and without overlap.
///
/// `taken` are the clauses that tell a trigger: what is done there is not an action.
pub(crate) fn actions(
    text: &str,
    range: &Range<usize>,
    kind: Kind,
    taken: &[Range<usize>],
) -> Vec<Range<usize>> {
    let sentence = &text[range.clone()];
    if sentence.ends_with(['?', '？']) {
        return Vec::new();
    }
    if sentence.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}')) {
        return japanese(sentence, range.start);
    }
    let words = split(sentence);
    let heads: Vec<usize> = (0..words.len())
        .filter(|at| !taken.iter().any(|t| t.contains(&(range.start + words[*at].range.start))))
        .filter(|at| is_action(&words, *at, kind))
        .filter(|at| !taken.is_empty() || !is_told_as_past(&words, *at))
        .collect();
    clauses(sentence, &words, &heads, range.start, taken)
}

fn split(sentence: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut is_parted = false;
    for (at, c) in sentence.char_indices().chain([(sentence.len(), ' ')]) {
        let joins = c.is_alphanumeric()
            || (start.is_some() && matches!(c, '\'' | '’' | '-' | '.' | '_') && {
                let width = c.len_utf8();
                sentence
                    .get(at + width..)
                    .and_then(|rest| rest.chars().next())
                    .is_some_and(char::is_alphanumeric)
            });
        if joins {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            let text = &sentence[from..at];
            words.push(Word { lower: lower(text), text, range: from..at, is_parted });
            is_parted = false;
        }
        is_parted |= matches!(c, ',' | ':' | ';' | '–' | '—' | '(' | ')' | '→' | '|' | '/' | '。');
    }
    words
}

/// `word` in lower case; a copy only of one that is not.
fn lower(word: &str) -> Cow<'_, str> {
    let is_lower = word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

fn is_action(words: &[Word], at: usize, kind: Kind) -> bool {
    let word = &words[at];
    let is_item = matches!(kind, Kind::Item { .. });
    if GOING.contains(&word.lower.as_ref()) && at > 0 {
        return SENDABLE.contains(&words[at - 1].lower.as_ref())
            && next_is(words, at, &["out", "to", "in", "back", "into", "up", "over", "straight"]);
    }
    let Some(form) = lexicon::form(&word.lower) else { return false };
    let is_negated =
        words[at.saturating_sub(3)..at].iter().any(|w| NEGATIONS.contains(&w.lower.as_ref()));
    let is_past_habit = at >= 2 && words[at - 1].lower == "to" && words[at - 2].lower == "used";
    if is_negated || is_past_habit {
        return false;
    }
    let opens = at == 0 || (at <= 6 && word.is_parted && is_label(&words[..at]));
    match form {
        Form::Third => opens || is_third_person(words, at),
        Form::Base => {
            let has_object = has_next(words, at) && (is_item || precedes_object(words, at));
            (opens && has_object) || is_base_after_actor(words, at)
        }
        Form::Progressive => {
            opens && has_next(words, at) && (is_item || precedes_object(words, at))
        }
        Form::Past => is_passive(words, at),
        Form::Foreign => true,
    }
}

/// Whether what follows the word at `at` is an object: "sends **the** …", "posts to **Slack**".
fn precedes_object(words: &[Word], at: usize) -> bool {
    words.get(at + 1).is_some_and(|next| {
        !next.is_parted
            && (OBJECT_LEADS.contains(&next.lower.as_ref())
                || next.text.starts_with(char::is_uppercase)
                || next.lower.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Whether the third person form at `at` is a verb, not a plural noun.
fn is_third_person(words: &[Word], at: usize) -> bool {
    let previous = at.checked_sub(1).map(|at| &words[at]);
    let is_noun =
        previous.is_some_and(|p| NOUN_LEADS.contains(&p.lower.as_ref()) && !words[at].is_parted);
    let by_subject = previous.is_some_and(|p| {
        SUBJECTS.contains(&p.lower.as_ref()) || (p.text.starts_with(char::is_uppercase) && at > 1)
    });
    let goes_on =
        words.get(at + 1).is_some_and(|n| !n.is_parted && n.lower != "are" && n.lower != "is");
    !is_noun && (precedes_object(words, at) || (by_subject && goes_on))
}

/// Whether the base form at `at` is what somebody or something does: "we send the", "uses OpenAI to read the".
fn is_base_after_actor(words: &[Word], at: usize) -> bool {
    let Some(previous) = at.checked_sub(1).map(|at| &words[at]) else { return false };
    let by_actor = ACTORS.contains(&previous.lower.as_ref()) && !words[at].is_parted;
    let serves = || at >= 2 && words[..at - 1].iter().any(|w| SERVING.contains(&w.lower.as_ref()));
    by_actor
        && precedes_object(words, at)
        && (previous.lower != "to" || serves())
        && !OPINIONS.contains(&words[at].lower.as_ref())
}

/// Whether the participle at `at` stands after "is", "gets", perhaps with an adverb between.
fn is_passive(words: &[Word], at: usize) -> bool {
    let is_passive = |word: &Word| PASSIVES.contains(&word.lower.as_ref());
    let Some(previous) = at.checked_sub(1).map(|at| &words[at]) else { return false };
    let is_adverb = previous.lower.ends_with("ly")
        || matches!(previous.lower.as_ref(), "then" | "also" | "all" | "being");
    is_passive(previous) || (is_adverb && at >= 2 && is_passive(&words[at - 2]))
}

/// Whether the participle at `at` tells what once happened: "was built by a freelancer".
fn is_told_as_past(words: &[Word], at: usize) -> bool {
    lexicon::form(&words[at].lower) == Some(Form::Past)
        && words[at.saturating_sub(2)..at]
            .iter()
            .any(|word| PAST_PASSIVES.contains(&word.lower.as_ref()))
}

/// Whether the few words before a colon or dash are a label, not a clause.
fn is_label(words: &[Word]) -> bool {
    words.iter().all(|w| lexicon::form(&w.lower) != Some(Form::Third))
}

fn has_next(words: &[Word], at: usize) -> bool {
    words.get(at + 1).is_some_and(|next| !next.is_parted)
}

fn next_is(words: &[Word], at: usize, wanted: &[&str]) -> bool {
    words.get(at + 1).is_some_and(|next| wanted.contains(&next.lower.as_ref()))
}

/// Cuts the sentence so that each head has its clause: with its subject before it, up to the next.
fn clauses(
    sentence: &str,
    words: &[Word],
    heads: &[usize],
    base: usize,
    taken: &[Range<usize>],
) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (place, head) in heads.iter().enumerate() {
        let mut start = words[lead(words, *head)].range.start;
        if let Some(last) = found.last() {
            start = start.max(last.end - base);
        }
        let end = match heads.get(place + 1) {
            Some(next) => words[lead(words, *next).max(head + 1)].range.start,
            None => sentence.len(),
        };
        let mut end = taken
            .iter()
            .map(|t| t.start.saturating_sub(base))
            .filter(|t| *t > words[*head].range.end)
            .fold(end, usize::min);
        end = cut(sentence, start.min(end), end);
        let is_asked =
            sentence[end..].starts_with(['?', '？']) || sentence[start..end].contains('?');
        if start < end && end - start >= 8 && !is_asked {
            found.push(base + start..base + end);
        }
    }
    found
}

/// The first word of the clause of the verb at `head`: its subject, unless that is the automation
/// itself ("it sends", "and posts"), which says nothing.
fn lead(words: &[Word], head: usize) -> usize {
    match lexicon::form(&words[head].lower) {
        Some(Form::Base | Form::Progressive) => head,
        Some(Form::Third) => {
            let is_plain = head == 0
                || words[head].is_parted
                || SUBJECTS.contains(&words[head - 1].lower.as_ref())
                || words[head - 1].lower.ends_with("ly");
            let subject = subject(words, head);
            // A long way back is no subject but a clause of its own.
            if is_plain || head - subject > 4 { head } else { subject }
        }
        _ => subject(words, head),
    }
}

/// The first word of the clause that leads to the verb at `head`: at most nine words back, not past a comma.
fn subject(words: &[Word], head: usize) -> usize {
    let mut at = head;
    while at > 0 && head - at < 9 && !words[at].is_parted {
        let before = words[at - 1].lower.as_ref();
        if matches!(
            before,
            "and" | "then" | "und" | "y" | "et" | "e" | "if" | "so" | "that" | "which"
        ) {
            break;
        }
        at -= 1;
    }
    at
}

/// Trims a clause: not longer than `LONGEST`, without connectives and marks at its end.
fn cut(sentence: &str, start: usize, end: usize) -> usize {
    let mut end = end;
    if end - start > LONGEST {
        let limit = sentence.floor_char_boundary(start + LONGEST);
        let part = &sentence[start..limit];
        end = start
            + part
                .rfind(", ")
                .filter(|at| *at > 40)
                .or_else(|| part.rfind(' '))
                .unwrap_or(part.len());
    }
    let mut part = sentence[start..end].trim_end();
    loop {
        let before = part.len();
        part = part.trim_end_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | ';' | ':' | '.' | '!' | '–' | '—' | '-' | '(' | '*' | '→' | '|'
                )
        });
        for word in [
            " and",
            " then",
            " or",
            " it",
            " which",
            " that",
            " who",
            " so",
            " but",
            " und",
            " y",
            " et",
            " we",
            " to",
            " will",
            " also",
            " automatically",
            " I",
            " they",
            " you",
            " the workflow",
            " can",
            " by",
            " when",
            " if",
        ] {
            part = part.strip_suffix(word).unwrap_or(part);
        }
        if part.len() == before {
            break;
        }
    }
    start + part.len()
}

fn japanese(sentence: &str, base: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in sentence.split_inclusive(['、', '。']) {
        let content = piece.trim_end_matches(['、', '。']);
        if lexicon::JAPANESE.iter().any(|stem| content.contains(stem)) && content.len() >= 12 {
            found.push(base + start..base + start + content.len());
        }
        start += piece.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn found(text: &str, kind: Kind) -> Vec<&str> {
        actions(text, &(0..text.len()), kind, &[]).into_iter().map(|range| &text[range]).collect()
    }

    #[rstest]
    #[case("It then pulls the address, looks up the roof and texts the estimator.", &["pulls the address", "looks up the roof", "texts the estimator"])]
    #[case("The workflow extracts the total and posts it to Slack.", &["extracts the total", "posts it to Slack"])]
    #[case("We send them a link via Twilio.", &["send them a link via Twilio"])]
    #[case("The box gets ticked in Notion.", &["The box gets ticked in Notion"])]
    #[case("On the third day a text goes out to the client.", &["On the third day a text goes out to the client"])]
    #[case("It doesn't send the mail.", &[])]
    #[case("How does it send the mail?", &[])]
    #[case("I used to send 260 reminders by hand.", &[])]
    #[case("The reports of our orders are late.", &[])]
    #[case("n8n legt einen Vorgang an und schickt dem Betrieb eine Mail.", &["n8n legt einen Vorgang an", "schickt dem Betrieb eine Mail"])]
    #[case("書類をOpenAIが読み、担当者に通知します。", &["書類をOpenAIが読み", "担当者に通知します"])]
    fn clauses_tell_actions(#[case] sentence: &str, #[case] expected: &[&str]) {
        assert_eq!(found(sentence, Kind::Paragraph), expected);
    }

    #[rstest]
    #[case("Fetch the invoices from Gmail", &["Fetch the invoices from Gmail"])]
    #[case("Sending the summary to Slack", &["Sending the summary to Slack"])]
    #[case("Data extraction: Extracts names and dates", &["Extracts names and dates"])]
    fn items_order_actions(#[case] item: &str, #[case] expected: &[&str]) {
        assert_eq!(found(item, Kind::Item { number: None, indent: 0 }), expected);
    }
}
