//! A document's text in lines of the pane's width, without losing where each byte stands.

use crate::model::{Evidence, Span};
use crate::text::sanitize_line;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Beyond so many bytes around the first evidence nothing is wrapped.
const MOST: usize = 512 * 1024;

/// The text, wrapped once for a width.
#[derive(Debug, Default)]
pub(super) struct SourceText {
    /// The byte range of each line; empty for a blank one.
    lines: Vec<Range<usize>>,
}

impl SourceText {
    /// Breaks `text` at white space into lines of at most `width` columns. Runs of blank lines
    /// become one.
    pub(super) fn wrap(text: &str, width: u16) -> Self {
        let width = usize::from(width.max(8));
        let mut lines: Vec<Range<usize>> = Vec::new();
        let text = text.get(..floor_boundary(text, MOST)).unwrap_or(text);
        let start_of_text = text.as_ptr() as usize;
        for paragraph in text.split('\n') {
            let paragraph_start = paragraph.as_ptr() as usize - start_of_text;
            let mut line: Option<Range<usize>> = None;
            let mut used = 0;
            for word in paragraph.split_whitespace() {
                let at = word.as_ptr() as usize - start_of_text;
                let wide = if word.is_ascii() { word.len() } else { sanitize_line(word).width() };
                if let Some(full) = line.take_if(|_| used + 1 + wide > width) {
                    lines.push(full);
                    used = 0;
                }
                let start = line.as_ref().map_or(at, |line| line.start);
                if wide <= width {
                    used += wide + usize::from(line.is_some());
                    line = Some(start..at + word.len());
                } else {
                    let rest = break_word(word, at, width, &mut lines);
                    used = sanitize_line(&text[rest.clone()]).width();
                    line = Some(rest);
                }
            }
            match line {
                Some(line) => lines.push(line),
                None if lines.last().is_some_and(|last| !last.is_empty()) => {
                    lines.push(paragraph_start..paragraph_start);
                }
                None => {}
            }
        }
        while lines.last().is_some_and(Range::is_empty) {
            lines.pop();
        }
        Self { lines }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn line(&self, at: usize) -> Option<Range<usize>> {
        self.lines.get(at).cloned()
    }

    /// The line on which the byte `offset` stands.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }
}

/// Cuts a word that is longer than a line; returns what is left for the last line.
fn break_word(word: &str, at: usize, width: usize, lines: &mut Vec<Range<usize>>) -> Range<usize> {
    let mut start = 0;
    let mut used = 0;
    for (offset, c) in word.char_indices() {
        let wide = c.encode_utf8(&mut [0; 4]).width();
        if used + wide > width {
            lines.push(at + start..at + offset);
            start = offset;
            used = 0;
        }
        used += wide;
    }
    at + start..at + word.len()
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// How strongly a piece of the source is lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lit {
    Not,
    /// Evidence of another field.
    Rest,
    /// Evidence of the field that has the attention.
    Now,
}

/// The pieces of a line, each with its light, made safe for the terminal.
pub(super) fn pieces(
    text: &str,
    line: Range<usize>,
    evidence: &[Evidence],
    is_now: impl Fn(&Evidence) -> bool,
) -> Vec<(String, Lit)> {
    let here = Span::new(line.clone());
    let lights: Vec<(Range<usize>, Lit)> = evidence
        .iter()
        .filter(|e| e.span.overlaps(here))
        .map(|e| (e.span.range(), if is_now(e) { Lit::Now } else { Lit::Rest }))
        .collect();
    let inside = |at: &usize| line.start < *at && *at < line.end && text.is_char_boundary(*at);
    let mut cuts: Vec<usize> =
        lights.iter().flat_map(|(r, _)| [r.start, r.end]).filter(inside).collect();
    cuts.extend([line.start, line.end]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<(String, Lit)> = Vec::new();
    for pair in cuts.windows(2) {
        let Some(raw) = text.get(pair[0]..pair[1]) else { continue };
        let lit = lights.iter().filter(|(r, _)| r.contains(&pair[0])).map(|(_, lit)| *lit).max();
        let mut safe = sanitize_line(raw).into_owned();
        // White space at the ends of a piece parts it from its neighbours.
        if raw.starts_with(char::is_whitespace) && !safe.is_empty() && !pieces.is_empty() {
            safe.insert(0, ' ');
        }
        if raw.ends_with(char::is_whitespace) && pair[1] < line.end {
            safe.push(' ');
        }
        pieces.push((safe, lit.unwrap_or(Lit::Not)));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;
    use proptest::prelude::*;

    fn shown(text: &str, width: u16) -> Vec<&str> {
        let wrapped = SourceText::wrap(text, width);
        (0..wrapped.len()).filter_map(|at| wrapped.line(at)).map(|range| &text[range]).collect()
    }

    #[test]
    fn text_breaks_at_white_space_and_keeps_paragraphs_apart() {
        let text = "one two three\n\n\n  four\nfive\n";
        assert_eq!(shown(text, 9), ["one two", "three", "", "four", "five"]);
    }

    #[test]
    fn a_long_word_is_broken() {
        assert_eq!(shown("ab https://example.org/x", 10), ["ab", "https://ex", "ample.org/", "x"]);
    }

    #[test]
    fn lights_cut_a_line_where_they_begin_and_end() {
        let text = "so every visit gets marked as missed and";
        let evidence = [
            Evidence { field: Field::Trigger, index: 0, span: Span::new(3..36), confidence: 0.9 },
            Evidence { field: Field::Title, index: 0, span: Span::new(9..14), confidence: 0.9 },
        ];
        let pieces = pieces(text, 0..text.len(), &evidence, |e| e.field == Field::Title);
        let expected = [
            ("so ", Lit::Not),
            ("every ", Lit::Rest),
            ("visit", Lit::Now),
            (" gets marked as missed", Lit::Rest),
            (" and", Lit::Not),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(t, lit)| (t.to_owned(), lit)).collect();
        assert_eq!(pieces, expected);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_is_too_wide(text in "[a-zé予\\n \u{202e}\u{301}]{0,200}", width in 8u16..40) {
            let lines = shown(&text, width);
            let words = |t: &str| t.split_whitespace().collect::<String>();
            prop_assert_eq!(words(&lines.join(" ")), words(&text));
            for line in lines {
                prop_assert!(sanitize_line(line).width() <= usize::from(width), "{:?}", line);
            }
        }

        #[test]
        fn any_evidence_can_be_shown(text in "\\PC{0,80}", spans in proptest::collection::vec((0u32..300, 0u32..300), 0..5)) {
            let wrapped = SourceText::wrap(&text, 20);
            let evidence: Vec<_> = spans
                .into_iter()
                .map(|(start, end)| Evidence { field: Field::Title, index: 0, span: Span { start, end }, confidence: 1.0 })
                .collect();
            for at in 0..wrapped.len() {
                pieces(&text, wrapped.line(at).unwrap(), &evidence, |_| true);
            }
        }
    }
}
