//! Where sentences begin and end.

use std::ops::Range;

/// A line at least this long (bytes) may be a hard-wrapped one, continued on the next.
const WRAP_WIDTH: usize = 50;
/// A sentence longer than this (bytes) with hardly a comma is a spoken run-on.
const RUN_ON: usize = 260;
/// The shortest piece (bytes) that a run-on is cut into.
const RUN_ON_PIECE: usize = 70;

/// Words that end in a full stop without ending a sentence, in lower case.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "inc", "ltd", "co", "corp", "e.g", "i.e",
    "eg", "ie", "approx", "dept", "est", "fig", "no", "nos", "nr", "vol", "pp", "cf", "al", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "a.m", "p.m",
    "z.b", "d.h", "u.a", "u.s", "u.k", "bzw", "ca", "evtl", "ggf", "inkl", "usw", "str", "tel",
    "sog", "hr", "fr", "sr", "sra", "ud", "uds", "p.ej", "ej", "av", "mme", "mlle", "env", "min",
    "max", "sig", "dott", "avv", "ecc", "mio", "mrd", "std", "z", "d", "u", "v",
];

/// Words at which a speaker begins anew although no full stop was heard.
const NEW_START: &[&str] = &[
    " and then ",
    " so then ",
    " okay so ",
    " ok so ",
    " so the ",
    " so what ",
    " so when ",
    " so every ",
    " so now ",
    " and now ",
    " and so ",
    " now the ",
    " now when ",
    " now what ",
    " but then ",
    " after that ",
    " the next ",
    " the second ",
    " the third ",
    " the last ",
    " another ",
    " alright ",
    " all right ",
    " number two ",
    " number three ",
    " and when ",
    " and whenever ",
    " anyway ",
];

/// Words by which a speaker turns to the next thing, wherever they come.
const TURN: &[&str] = &[
    " now number ",
    " number one ",
    " number two ",
    " number three ",
    " number four ",
    " number five ",
    " the second one ",
    " the second thing ",
    " the third one ",
    " the third thing ",
    " the next one ",
    " the last one ",
    " another one ",
    " so the first ",
    " second one ",
    " third one ",
];

/// A piece before a turn may be as short as this (bytes).
const TURN_PIECE: usize = 20;

/// Words that go on as often as they begin; only for want of a better place.
const GOING_ON: &[&str] = &[
    " and it ",
    " and that ",
    " and we ",
    " and i ",
    " and the ",
    " because ",
    " but ",
    " basically ",
    " so ",
];

const GERMAN_MONTHS: &[&str] = &[
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The sentences of `text` in order, as trimmed byte ranges that do not overlap.
///
/// A list item, a heading and a line of a table are each their own sentence; a hard-wrapped
/// paragraph is read on. Speech without full stops is cut where speakers begin anew.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for block in blocks(text) {
        let mut start = block.start;
        for end in ends(text, &block) {
            push(text, start..end, &mut found);
            start = end;
        }
        push(text, start..block.end, &mut found);
    }
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(range) = trimmed(text, range) else { return };
    let is_run_on = range.len() > RUN_ON && commas(&text[range.clone()]) * 90 <= range.len();
    if !is_run_on {
        found.push(range);
        return;
    }
    let mut rest = range;
    while let Some(at) = run_on_cut(text, &rest) {
        found.extend(trimmed(text, rest.start..at));
        rest.start = at;
    }
    found.extend(trimmed(text, rest));
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    (start < end).then_some(start..end)
}

fn commas(part: &str) -> usize {
    part.bytes().filter(|b| matches!(b, b',' | b';' | b':')).count()
}

/// Where to cut a run-on, leaving both pieces long enough.
fn run_on_cut(text: &str, range: &Range<usize>) -> Option<usize> {
    let part = &text.as_bytes()[range.clone()];
    let last = part.len().checked_sub(RUN_ON_PIECE / 2)?;
    let first_of = |markers: &[&str], from: usize, to: usize| {
        (from..to.min(last)).find(|at| {
            let rest = &part[*at..];
            rest[0] == b' '
                && markers.iter().any(|marker| {
                    rest.get(..marker.len())
                        .is_some_and(|head| head.eq_ignore_ascii_case(marker.as_bytes()))
                })
        })
    };
    if part.len() < RUN_ON_PIECE * 2 {
        return None;
    }
    let turn = first_of(TURN, TURN_PIECE, last);
    if let Some(at) = turn.filter(|at| *at < RUN_ON_PIECE * 2) {
        return Some(range.start + at);
    }
    first_of(NEW_START, RUN_ON_PIECE, RUN_ON_PIECE * 3)
        .or_else(|| first_of(GOING_ON, RUN_ON_PIECE * 2, last))
        .or_else(|| first_of(NEW_START, RUN_ON_PIECE * 3, last))
        .map(|at| range.start + at)
}

/// Runs of lines that read on into each other.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let is_captions = looks_like_captions(text, &lines);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut can_continue = false;
    for line in lines {
        let content = text[line.clone()].trim();
        let continues = can_continue && starts_lower(content);
        match blocks.last_mut() {
            Some(block) if continues => block.end = line.end,
            _ if content.is_empty() => {}
            _ => blocks.push(line.clone()),
        }
        can_continue = !content.is_empty()
            && (is_captions || line.len() >= WRAP_WIDTH)
            && !ends_sentence(content);
    }
    blocks
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.trim_end_matches(['\n', '\r']).len();
            start += line.len();
            range
        })
        .collect()
}

/// Whether most lines break off in mid-sentence, as captions do.
fn looks_like_captions(text: &str, lines: &[Range<usize>]) -> bool {
    let full: Vec<&str> =
        lines.iter().map(|l| text[l.clone()].trim()).filter(|l| !l.is_empty()).collect();
    let open = full.iter().filter(|l| starts_lower(l) && !ends_sentence(l)).count();
    full.len() >= 8 && open * 10 > full.len() * 6
}

fn starts_lower(line: &str) -> bool {
    line.chars().next().is_some_and(char::is_lowercase) && !is_numbered(line)
}

/// Whether `line` begins as an item of a list: `a)`, `i.`.
fn is_numbered(line: &str) -> bool {
    let mark = line.find([')', '.']).unwrap_or(line.len());
    (1..=2).contains(&mark) && line[mark..].chars().nth(1) == Some(' ')
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '\'', ')', ']', '*', '_', '”', '’', '»', '」'])
        .ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？'])
}

/// Byte offsets inside `block` just after each sentence that ends within it.
fn ends(text: &str, block: &Range<usize>) -> Vec<usize> {
    let part = &text[block.clone()];
    let mut ends = Vec::new();
    for (at, mark) in part.char_indices() {
        if !matches!(mark, '.' | '!' | '?' | '…' | '。' | '！' | '？') {
            continue;
        }
        let after = at + mark.len_utf8();
        let rest = &part[after..];
        let closed = rest
            .trim_start_matches(['"', '\'', ')', ']', '*', '_', '”', '’', '»', '」', '』', '）']);
        let end = after + (rest.len() - closed.len());
        let is_end = match mark {
            '。' | '！' | '？' => !closed.is_empty(),
            '.' => begins_anew(closed) && !is_abbreviation(part, at, closed),
            _ => begins_anew(closed),
        };
        if is_end {
            ends.push(block.start + end);
        }
    }
    ends
}

/// Whether what follows a mark is white space and then the beginning of a sentence.
fn begins_anew(rest: &str) -> bool {
    let next = rest.trim_start();
    next.len() < rest.len()
        && next.chars().next().is_some_and(|c| !c.is_lowercase() && !matches!(c, ',' | ';' | ')'))
}

fn is_abbreviation(part: &str, dot: usize, rest: &str) -> bool {
    let head = &part[..dot];
    let word_start = head
        .rfind(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '*'))
        .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
    let word = &head[word_start..];
    let next = rest.trim_start();
    if word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty() {
        let opens_block = head[..word_start].trim().is_empty();
        return opens_block
            || (word.len() <= 2 && GERMAN_MONTHS.iter().any(|month| next.starts_with(month)));
    }
    let is_initial =
        word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    let lower = word.to_lowercase();
    // "etc.", "a.m." and "Inc." may close a sentence; a capital after them says that they did.
    let may_close = matches!(
        lower.as_str(),
        "etc" | "usw" | "ecc" | "a.m" | "p.m" | "inc" | "ltd" | "co" | "min" | "no"
    );
    let counts_on = lower == "no" && next.starts_with(|c: char| c.is_ascii_digit());
    is_initial || counts_on || (!may_close && ABBREVIATIONS.contains(&lower.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[rstest]
    #[case("It starts. Then it ends!", &["It starts.", "Then it ends!"])]
    #[case("Dr. Ruiz saw it at 9 a.m. on Monday. She left.", &["Dr. Ruiz saw it at 9 a.m. on Monday.", "She left."])]
    #[case("It costs 3.50 a day. Cheap.", &["It costs 3.50 a day.", "Cheap."])]
    #[case("See https://a.example/b.html. Done.", &["See https://a.example/b.html.", "Done."])]
    #[case("He said \"go.\" She went.", &["He said \"go.\"", "She went."])]
    #[case("Tools, e.g. Slack, help. Yes", &["Tools, e.g. Slack, help.", "Yes"])]
    #[case("1. Read the mail. Then sort.", &["1. Read the mail.", "Then sort."])]
    #[case("Am 3. Mai geht es los. Gut.", &["Am 3. Mai geht es los.", "Gut."])]
    #[case("書類が届きます。印をつけます。", &["書類が届きます。", "印をつけます。"])]
    #[case("¿Quién paga? Nadie.", &["¿Quién paga?", "Nadie."])]
    #[case("", &[])]
    #[case(" \n\n ", &[])]
    fn marks_end_sentences(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(split(text), expected);
    }

    #[test]
    fn lines_are_sentences_when_they_are_items() {
        assert_eq!(
            split("# Steps\n- open the form\n- send it"),
            ["# Steps", "- open the form", "- send it"]
        );
    }

    #[test]
    fn hard_wrapped_lines_read_on() {
        let text = "This line was broken by a mail program at seventy columns and\ngoes on here. And ends.";
        assert_eq!(split(text).len(), 2);
    }

    #[test]
    fn captions_read_on_across_breaks() {
        let text = "so when a lead\ncomes in we check\nthe crm and then\nwe send a text\nto the tech\nwho is closest\n\
                    to the job and\nthat is it";
        assert_eq!(split(text).len(), 1);
    }

    #[test]
    fn run_ons_are_cut_where_speech_begins_anew() {
        let text = "so every time somebody fills out the form on the site we grab the phone number and the address \
                    and then the bot looks up the property and it finds the square footage and the roof pitch and then \
                    it drops all that into a sheet and the estimator gets a text with the numbers and he calls them";
        let parts = split(text);
        assert!(parts.len() >= 3, "{parts:?}");
        assert!(parts[1].starts_with("and then"), "{parts:?}");
    }

    proptest::proptest! {
        #[test]
        fn ranges_rise_and_lie_on_character_borders(text in "\\PC{0,200}|[a-z .!?\n,。]{0,300}") {
            let mut last = 0;
            for range in sentences(&text) {
                assert!(range.start >= last && range.start < range.end);
                assert!(text.get(range.clone()).is_some());
                last = range.end;
            }
        }
    }
}
