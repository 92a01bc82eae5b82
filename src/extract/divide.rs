//! How many automations a text may hold, and where each stands.

use super::reading::Reading;
use super::structure::{Block, Kind, Section};
use crate::extract::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A stretch of text that may be one automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its sentences, as indexes into the outline.
    pub(crate) sentences: Range<usize>,
    /// The words that name it: a heading, or the label of an item.
    pub(crate) label: Option<Range<usize>>,
}

/// The parts of a text, by the first layout that fits: sections, items, spoken order, or one whole.
pub(crate) fn parts(reading: &Reading) -> Vec<Part> {
    let all = 0..reading.outline.sentences.len();
    if all.is_empty() {
        return Vec::new();
    }
    let whole = vec![Part { sentences: all, label: None }];
    if reading.is_template {
        return whole;
    }
    [by_sections(reading), by_items(reading), by_order(reading)]
        .into_iter()
        .find(|parts| parts.len() > 1)
        .unwrap_or(whole)
        .into_iter()
        .flat_map(|part| by_paragraphs(reading, part))
        .collect()
}

/// The paragraphs of `part` that each open with their name, "Permit packets. When …", where at least two
/// of them tell their own; else the part as it is.
fn by_paragraphs(reading: &Reading, part: Part) -> Vec<Part> {
    let blocks = reading.outline.blocks.iter();
    let within = blocks.filter(|block| part.sentences.contains(&block.sentences.start));
    let named = |block: &&Block| {
        block.kind == Kind::Paragraph
            && block.sentences.start + 1 < part.sentences.end
            && is_name(reading, block.sentences.start)
    };
    let heads: Vec<usize> = within.filter(named).map(|block| block.sentences.start).collect();
    let ends = heads.iter().skip(1).copied().chain([part.sentences.end]);
    let parts: Vec<Part> = heads
        .iter()
        .zip(ends)
        .map(|(start, end)| Part { sentences: *start..end, label: label(reading, *start) })
        .filter(|part| is_told_apart(reading, &part.sentences))
        .collect();
    if parts.len() < 2 { vec![part] } else { parts }
}

/// The most words that a paragraph's name has.
const NAME: usize = 5;

/// Words that open a short sentence of talk rather than a name.
const TALKING: &[&str] = &[
    "let's", "let’s", "but", "so", "and", "now", "then", "yes", "no", "that", "that's", "that’s",
    "it", "it's", "it’s", "we", "i", "they", "he", "she", "you", "this", "here", "here's",
    "here’s", "okay", "right", "well", "not", "pas", "non", "sí", "ja", "nein", "hello", "hi",
    "thanks",
];

/// Whether the sentence that opens a paragraph only names what the rest tells.
fn is_name(reading: &Reading, sentence: usize) -> bool {
    let words = reading.sentence(sentence);
    let said = &reading.said[sentence];
    let first = words.split_whitespace().next().unwrap_or_default().to_lowercase();
    words.ends_with(['.', ':'])
        && words.split_whitespace().count() <= NAME
        && (said.actions.is_empty() || first.ends_with("ing"))
        && said.cues.is_empty()
        && !TALKING.contains(&first.as_str())
        && words.starts_with(char::is_uppercase)
}

/// Whether `sentences` tell an automation of their own: set off by something, doing something.
fn stands_alone(reading: &Reading, sentences: &Range<usize>) -> bool {
    let said = &reading.said[sentences.clone()];
    let trigger = said.iter().flat_map(|s| &s.cues).map(|cue| cue.strength).fold(0.0, f32::max);
    let actions: usize = said.iter().map(|s| s.actions.len()).sum();
    trigger >= 0.45 && actions >= 1 || actions >= 3 && trigger > 0.0
}

/// The same with less asked: the text itself says that here is another one.
fn is_told_apart(reading: &Reading, sentences: &Range<usize>) -> bool {
    let said = &reading.said[sentences.clone()];
    let trigger = said.iter().flat_map(|s| &s.cues).map(|cue| cue.strength).fold(0.0, f32::max);
    let actions: usize = said.iter().map(|s| s.actions.len()).sum();
    trigger >= 0.3 && actions >= 1 || actions >= 2
}

/// Headed sections that each tell their own.
fn by_sections(reading: &Reading) -> Vec<Part> {
    let blocks = &reading.outline.blocks;
    let heads: Vec<usize> =
        (0..blocks.len()).filter(|at| blocks[*at].kind == Kind::Heading).collect();
    let mut parts = Vec::new();
    for (place, head) in heads.iter().enumerate() {
        let until = heads.get(place + 1).map_or(blocks.len(), |next| *next);
        let body = blocks[*head].sentences.end..blocks[until - 1].sentences.end;
        let heading = &reading.text[blocks[*head].range.clone()];
        let is_own = (blocks[*head].section == Section::Other || !is_generic(heading))
            && !is_refusal(heading);
        if is_own && !body.is_empty() && stands_alone(reading, &body) {
            parts.push(Part { sentences: body, label: Some(blocks[*head].range.clone()) });
        }
    }
    parts
}

/// Whether a heading names a chapter that any text may have, not a thing: "How it works".
fn is_generic(heading: &str) -> bool {
    static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(
            r"(?i)^\W*(?:\d\W+)?(?:how (?:it|this|that|the \w+|we|i) \w+(?: it)?|how to \w+.*|what (?:it|this|that|the \w+|we|i|did ?n.t|failed|happens|changed).*|why .*|the )?(?:it )?(?:steps?|workflow|process|overview|features?|set ?up|setup steps|requirements|prerequisites|installation|usage|results?|benefits?|problem|before|after|the (?:problem|setup|result|build|flow|workflow|numbers|stack)|about.*|contact.*|faq|links?|resources?|next steps?|customi[sz].*|notes?|summary|conclusion|wie es .*|was .*|so funktioniert.*|c[oó]mo .*|comment .*|come .*|resultad\w+|r[ée]sultats?|risultat\w+|しくみ|結果)?\W*$",
        )
    });
    GENERIC.is_match(heading)
}

/// Whether a heading announces what was not bought, did not work, or was given up.
fn is_refusal(heading: &str) -> bool {
    static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(
            r"(?i)^\W*(?:what|why|things?|where|ce que|lo que|o que|was)\b.*(?:\w+n['’]t\b|\b(?:not|never|dropped|stopped|failed|broke|wrong|pas|nicht|kein\w*)\b)|^\W*the \w+ (?:they|we|i) (?:dropped|stopped|killed|gave up)",
        )
    });
    REFUSAL.is_match(heading)
}

/// List items that each tell their own: most have a trigger, or a label and a few sentences.
fn by_items(reading: &Reading) -> Vec<Part> {
    let blocks = &reading.outline.blocks;
    let mut best: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < blocks.len() {
        let Kind::Item { indent, .. } = blocks[at].kind else {
            at += 1;
            continue;
        };
        let list = at..run_end(reading, at, indent);
        let parts = items(reading, &list, indent);
        let (alone, count) = (parts.iter().filter(|(_, alone)| *alone).count(), parts.len());
        if alone >= 2 && alone * 2 > count && alone > best.len() {
            best = parts.into_iter().filter(|(_, alone)| *alone).map(|(part, _)| part).collect();
        }
        at = list.end;
    }
    best
}

/// The end of the list that begins at block `at`: paragraphs belong when items go on after them,
/// and after the last item when the others had some too.
fn run_end(reading: &Reading, at: usize, indent: u16) -> usize {
    let blocks = &reading.outline.blocks;
    let is_item = |block: usize| matches!(blocks[block].kind, Kind::Item { indent: own, .. } if own >= indent);
    let restarts = |block: usize| matches!(blocks[block].kind, Kind::Item { number: Some(1), indent: own } if own == indent);
    let mut end = at + 1;
    let mut has_paragraphs = false;
    while end < blocks.len() && blocks[end].kind != Kind::Heading {
        let resumes = (end..(end + 4).min(blocks.len()))
            .take_while(|b| blocks[*b].kind != Kind::Heading)
            .any(is_item);
        if !resumes || restarts(end) {
            break;
        }
        has_paragraphs |= !is_item(end);
        end += 1;
    }
    if has_paragraphs {
        while end < blocks.len() && blocks[end].kind == Kind::Paragraph {
            end += 1;
        }
    }
    end
}

fn items(reading: &Reading, list: &Range<usize>, indent: u16) -> Vec<(Part, bool)> {
    let blocks = &reading.outline.blocks;
    let is_head =
        |at: usize| matches!(blocks[at].kind, Kind::Item { indent: own, .. } if own == indent);
    let heads: Vec<usize> = list.clone().filter(|at| is_head(*at)).collect();
    heads
        .iter()
        .enumerate()
        .map(|(place, head)| {
            let until = heads.get(place + 1).copied().unwrap_or(list.end);
            let sentences = blocks[*head].sentences.start..blocks[until - 1].sentences.end;
            let label = label(reading, sentences.start);
            let words = reading.text[reading.bytes(&sentences)].split_whitespace().count();
            let is_full = words >= 12
                || reading.text[reading.bytes(&sentences)].chars().count() >= 60 && words < 6;
            let actions: usize =
                reading.said[sentences.clone()].iter().map(|s| s.actions.len()).sum();
            let is_named = label.is_some() && sentences.len() >= 2 && words >= 18 && actions >= 1;
            let is_labelled =
                label.is_some() && is_told_apart(reading, &sentences) && sentences.len() >= 2;
            let alone = is_full && (stands_alone(reading, &sentences) || is_named || is_labelled);
            (Part { sentences, label }, alone)
        })
        .collect()
}

/// The words that name the item which begins with `sentence`: "Album nudges.", "Inquiry triage: …".
fn label(reading: &Reading, sentence: usize) -> Option<Range<usize>> {
    let range = reading.outline.sentences[sentence].range.clone();
    let words = &reading.text[range.clone()];
    let head = words
        .find([':', '–', '—', '：'])
        .or_else(|| words.find(" - "))
        .filter(|at| *at <= 70)
        .unwrap_or(words.len());
    let label = words[..head].trim_end_matches(['.', '!', ' ', '*', '-', '。']);
    let count = label.split_whitespace().count();
    let is_short = count <= 9 && label.chars().count() <= 70 && !label.is_empty();
    let says_nothing = reading.said[sentence]
        .cues
        .iter()
        .all(|cue| cue.range.start >= range.start + head || cue.strength < 0.5);
    (is_short && (head < words.len() || says_nothing))
        .then(|| range.start..range.start + label.len())
}

/// Words by which a speaker turns to the next one.
static NEXT_ONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)^(?:(?:and|so|okay|ok|now|alright|all\ right|right|then|but|well|um|uh)[,\ ]+)*(?:
        (?:the\ |my\ |our\ )?(?:first|second|third|fourth|fifth|sixth|seventh|next|last|final|other)(?:\ (?:one|automation|workflow|build|system|thing|flow|bot|agent|piece|fix|quickie|small\ one|part|bit|half|job|trick|use|is|was|thing's)\b|,|:|\.)
        |(?:the\ |my\ |our\ )?(?:back|front)\ (?:end|half)\b|the\ other\ (?:end|side)\b
        |thing\ (?:one|two|three|four|\d)\b
        |(?:automation|workflow|build|number|fix|quickie|idea|system|part|flow|bot|agent)\ (?:number\ )?(?:one|two|three|four|five|six|seven|\d)\b
        |another\ (?:one|automation|workflow|flow|thing|build|bot|agent|small|quick)
        |(?:one|and)\ (?:more|last)\ (?:one|thing|automation|build)
        |(?:we|i)(?:'ve|\ have)?\ also\ (?:built|have|made|run|set\ up|automated|automate|use|did)
        |there(?:'s|\ is|\ are)\ (?:also\ (?:a|an|one|the)|the\ \w+\ one)|then\ there(?:'s|\ is|\ are)\b|separately,|on\ the\ side,|on\ top\ of\ that,
        |zweitens|drittens|(?:das|der|die)\ (?:erste|zweite|dritte|vierte|andere|letzte)\b|au(?:ß|ss)erdem\ (?:haben|läuft)|noch\ (?:eine|etwas)
        |(?:la|el|lo)\ (?:primer[ao]?|segund[ao]|tercer[ao]?|otr[ao]|[úu]ltim[ao])\b|otra\ (?:cosa|automatizaci[óo]n)|adem[áa]s,
        |(?:le|la)\ (?:premi[eè]re?|deuxi[eè]me|second[e]?|troisi[eè]me|derni[eè]re?|autre)\b|ensuite(?:,\ on\ a|\ (?:les?|la|il\ y\ a)\b|\ l['’])|d['’]abord\ (?:les?\b|la\b|l['’])|(?:luego|despu[ée]s|tambi[ée]n)\ (?:est[áa]|tenemos|viene)\b|(?:depois|tamb[ée]m)\ (?:tem|vem|temos)\b|als\ n[äa]chstes|dann\ (?:haben\ wir|gibt)\b
        |(?:il|la)\ (?:prim[oa]|second[oa]|terz[oa]|altr[oa])\b|(?:o|a)\ (?:primeir[oa]|segund[oa]|terceir[oa]|outr[oa])\b
        )|^(?:もう(?:一|ひと)つ|二つ目|三つ目|一つ目|次は)",
    )
});

/// Stretches that begin where the text turns to the next one.
fn by_order(reading: &Reading) -> Vec<Part> {
    let count = reading.outline.sentences.len();
    let mut starts: Vec<usize> = vec![0];
    starts.extend((1..count).filter(|at| {
        reading.kind_of(*at) != Kind::Heading && NEXT_ONE.is_match(reading.sentence(*at))
    }));
    let mut parts: Vec<Part> = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(count);
        let sentences = *start..end;
        match parts.last_mut() {
            // "First, … Second, …" inside one automation: the pieces do not stand alone.
            Some(last) if !is_told_apart(reading, &sentences) => last.sentences.end = end,
            Some(last) if !is_told_apart(reading, &last.sentences) => last.sentences.end = end,
            _ => parts.push(Part { sentences, label: None }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::gazetteer::Gazetteer;
    use super::super::role::RoleModel;
    use super::*;
    use crate::model::DocumentKind;
    use rstest::rstest;

    fn count(text: &str) -> usize {
        let (gazetteer, roles) = (Gazetteer::load().unwrap(), RoleModel::load().unwrap());
        let reading = Reading::of(&gazetteer, &roles, "", text, Some(DocumentKind::Post));
        parts(&reading).len()
    }

    #[rstest]
    #[case::steps(
        "It works like this:\n1. When a form comes in, read it\n2. Look up the address\n3. Send the quote\n4. Log it in a sheet",
        1
    )]
    #[case::listicle(
        "Three to copy:\n1. Inquiry triage. When a message comes through the contact form, it creates a lead in HoneyBook.\n\
         2. Deposit. As soon as the contract is signed, Stripe sends the invoice to the couple.\n\
         3. Backups. Every night at two, a script compares the folders and sends a message.",
        3
    )]
    #[case::sections(
        "Missed calls\n\nWhen a call is missed, Twilio texts the caller back.\n\nReview requests\n\nEvery Friday at 4 pm \
         it sends a review link to the week's clients.",
        2
    )]
    #[case::speech(
        "When a form is submitted, n8n creates a ticket and sends a reply. Second one, smaller. Alerts come by webhook \
         and whenever one is received a workflow groups them and opens a single ticket.",
        2
    )]
    #[case::one("When a form is submitted, n8n creates a ticket. It then emails the client.", 1)]
    fn texts_fall_into_parts(#[case] text: &str, #[case] expected: usize) {
        assert_eq!(count(text), expected);
    }
}
