//! Titles, descriptions and problems: the words that stand for an automation.

use super::divide::Part;
use super::reading::Reading;
use super::structure::{Kind, Section};
use crate::extract::pattern;
use crate::text::sanitize_line;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest title, in characters.
const TITLE: usize = 80;
/// The longest description, in characters.
const DESCRIPTION: usize = 320;

/// A text with the spans it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Composed {
    pub(crate) text: String,
    pub(crate) spans: Vec<Range<usize>>,
}

/// The title of `part`: its label, the document's title when it is alone, or what it does.
pub(crate) fn title(reading: &Reading, part: &Part, is_alone: bool) -> Composed {
    if let Some(label) = &part.label {
        let text = shorten(&plain(&reading.text[label.clone()]), TITLE);
        return Composed { text, spans: vec![label.clone()] };
    }
    let own = document_title(reading.title);
    if is_alone && !own.is_empty() {
        let spans = reading.text.find(&own).map(|at| at..at + own.len()).into_iter().collect();
        return Composed { text: shorten(&own, TITLE), spans };
    }
    if let Some(action) = telling_action(reading, part) {
        let text = capitalised(&shorten(&plain(&reading.text[action.clone()]), TITLE));
        return Composed { text, spans: vec![action] };
    }
    let first = reading.outline.sentences.get(part.sentences.start);
    let range = first.map_or(0..0, |sentence| sentence.range.clone());
    let text = shorten(&plain(&reading.text[range.clone()]), TITLE);
    Composed { text: if text.is_empty() { shorten(&own, TITLE) } else { text }, spans: vec![range] }
}

/// The action that tells most of `part` in few words: with a tool, neither a scrap nor a tale, early.
fn telling_action(reading: &Reading, part: &Part) -> Option<Range<usize>> {
    let has_tool = |range: &Range<usize>| {
        reading.named.iter().zip(&reading.used).any(|(named, p)| {
            *p >= 0.5 && named.places.iter().any(|place| range.contains(&place.mention.range.start))
        })
    };
    let said = reading.said[part.sentences.clone()].iter();
    let actions = said.flat_map(|said| said.actions.iter().map(move |range| (said.weight, range)));
    actions
        .enumerate()
        .map(|(order, (weight, range))| {
            let text = &reading.text[range.clone()];
            let clause = text.find([',', ';', '(']).filter(|at| *at >= 24).unwrap_or(text.len());
            let range = range.start..range.start + text[..clause].trim_end().len();
            let fit = 1.0 - (range.len() as f32 - 48.0).abs() / 48.0;
            let worth = fit.max(-0.5) + weight + if has_tool(&range) { 0.8 } else { 0.0 };
            let names_nothing = if opens_with_pronoun(text) { 1.5 } else { 0.0 };
            (worth - names_nothing - 0.05 * order as f32, range)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, range)| range)
}

/// Whether `text` begins with a word that stands for something told before: "It gets …".
fn opens_with_pronoun(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "it" | "its"
            | "they"
            | "them"
            | "this"
            | "that"
            | "these"
            | "those"
            | "he"
            | "she"
            | "we"
            | "i"
            | "you"
            | "everything"
            | "everyone"
            | "all"
            | "one"
            | "which"
            | "who"
            | "es"
            | "sie"
            | "er"
            | "il"
            | "elle"
            | "lo"
            | "se"
    )
}

/// A document's title without the site's name, ornaments and a closing full stop.
fn document_title(title: &str) -> String {
    let line = sanitize_line(title);
    let head = line.rsplit_once(" | ").map_or(&*line, |(head, _)| head);
    plain(head).trim_end_matches('.').to_owned()
}

/// The one or two sentences that tell the most of it.
pub(crate) fn description(reading: &Reading, part: &Part) -> Composed {
    let worth = |at: usize| -> f32 {
        let said = &reading.said[at];
        let words = reading.sentence(at).len();
        let kind = if reading.kind_of(at) == Kind::Heading { -2.0 } else { 0.0 };
        let early = 1.0 / (1.0 + (at - part.sentences.start) as f32 / 6.0);
        let trigger = said.cues.iter().map(|cue| cue.strength).fold(0.0, f32::max);
        let length = if words < 30 { -1.0 } else { 0.0 };
        (trigger + 0.5 * said.actions.len().min(3) as f32) * said.weight + early + kind + length
    };
    // A gallery's page says what it is in its first words.
    let best = if reading.is_template {
        part.sentences.clone().find(|at| {
            reading.kind_of(*at) == Kind::Paragraph
                && reading.sentence(*at).len() >= 40
                && reading.section(*at) != Section::About
        })
    } else {
        None
    };
    let best = best
        .or_else(|| part.sentences.clone().rev().max_by(|a, b| worth(*a).total_cmp(&worth(*b))));
    let Some(best) = best else { return Composed::default() };
    let mut spans = vec![reading.outline.sentences[best].range.clone()];
    let mut text = plain(reading.sentence(best));
    let next = best + 1;
    let follows = part.sentences.contains(&next)
        && reading.kind_of(next) == Kind::Paragraph
        && reading.outline.sentences[next].block == reading.outline.sentences[best].block;
    if follows && text.chars().count() + reading.sentence(next).chars().count() < DESCRIPTION {
        spans.push(reading.outline.sentences[next].range.clone());
        text = format!("{text} {}", plain(reading.sentence(next)));
    }
    Composed { text: shorten(&text, DESCRIPTION), spans }
}

static PAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)\b(?:used\ to|before\ (?:that|this|it)|by\ hand|manual(?:ly)?|tedious|time.consuming|took\ (?:me|us|them|a|two|three|about|hours|days)|hours\ (?:of|on|a|per)|missed|forgot\w*|lost|losing|chaos|pain\w*|waste\w*|struggl\w+|error.prone|overwhelm\w*|nobody\ (?:had|called|answered|knew)|never\ (?:got|called)|too\ (?:late|long|slow|many)|no-shows?|fell\ through|slipp\w+|copy.?past\w+|drown\w*|stuck|problem|bottleneck|instead\ of|tired\ of|fr[üu]her|von\ hand|stundenlang|vergess\w+|antes|a\ mano|perd[íi]\w*|avant|[àa]\ la\ main|perd\w+|prima|a\ mano|antes|perdia\w*)\b|手作業|時間を取られ|忘れ",
    )
});

/// The sentence that tells what was wrong before, with how sure that is.
pub(crate) fn problem(reading: &Reading, sentences: &Range<usize>) -> Option<(Composed, f32)> {
    let worth = |at: usize| -> f32 {
        if reading.kind_of(at) == Kind::Heading {
            return 0.0;
        }
        let sentence = reading.sentence(at);
        let pains = PAIN.find_iter(sentence).count().min(2) as f32;
        let by_section = if reading.section(at) == Section::Problem { 0.8 } else { 0.0 };
        let doing = reading.said[at].actions.len().min(2) as f32;
        let length = if sentence.chars().count() < 20 { 0.6 } else { 0.0 };
        pains * 0.6 + by_section - 0.35 * doing - length
    };
    let (best, worth) =
        sentences.clone().map(|at| (at, worth(at))).rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if worth < 0.55 {
        return None;
    }
    let range = reading.outline.sentences[best].range.clone();
    let text = shorten(&plain(reading.sentence(best)), DESCRIPTION);
    Some((Composed { text, spans: vec![range] }, (0.4 + 0.25 * worth).min(0.85)))
}

/// `text` on one line without the marks of Markdown.
pub(crate) fn plain(text: &str) -> String {
    let line = sanitize_line(text);
    let kept: String = line.chars().filter(|c| !matches!(c, '*' | '`')).collect();
    kept.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches(['_', '-', '–', ':', ' '])
        .to_owned()
}

/// `text` with a capital at its beginning.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// At most `limit` characters of `text`, cut between words and without a connective at the end.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let end = text.char_indices().nth(limit - 1).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let cut = head.rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    let mut kept = head[..cut].trim_end_matches([',', ';', ':', '.', '-', '–', '(', '&', ' ']);
    for word in [
        " and", " with", " to", " the", " a", " an", " of", " in", " for", " or", " by", " from",
        " on", " your", " via", " und", " y", " de",
    ] {
        kept = kept.strip_suffix(word).unwrap_or(kept);
    }
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("short enough", 80, "short enough")]
    #[case("one two three four and five", 24, "one two three four…")]
    #[case("日本語の長い題名です", 5, "日本語の…")]
    fn titles_are_cut_between_words(
        #[case] text: &str,
        #[case] limit: usize,
        #[case] expected: &str,
    ) {
        assert_eq!(shorten(text, limit), expected);
    }
}
