//! Grounding: where in a text words stand that somebody claims to have read there.

use super::fold;
use std::collections::HashMap;
use std::ops::Range;

/// Least share of a quote's words that must stand in the text, in their order.
const COVERAGE: f32 = 0.75;
/// A quote of fewer words must stand there as it is.
const FUZZY_WORDS: usize = 4;
/// A window is longer than the quote by a quarter, for words that the quote left out.
const SLACK: usize = 4;
/// A longer quote, in words, is cut: nobody quotes whole pages, and its search would cost.
const LONGEST: usize = 400;

/// How a quote was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// To the letter.
    Exact,
    /// But for case, accents, spaces and marks.
    Normalised,
    /// Three quarters of its words and more, in their order.
    Fuzzy,
}

/// Where a quote stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Grounded {
    /// In bytes of the text, never empty.
    pub range: Range<usize>,
    pub likeness: Likeness,
    /// Share of the quote's words that were found, 0.75..=1.
    pub coverage: f32,
}

/// A text in which quotes are looked for, read once.
pub struct Ground<'t> {
    text: &'t str,
    words: Vec<Word>,
}

struct Word {
    range: Range<usize>,
    folded: String,
}

impl<'t> Ground<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, words: words(text) }
    }

    /// Where `quote` stands in the text, at best inside of `within` (bytes). A number in the quote
    /// must stand there too: words may differ a little, amounts may not.
    pub fn find(&self, quote: &str, within: Range<usize>) -> Option<Grounded> {
        let quote = quote.trim();
        if !quote.contains(char::is_alphanumeric) {
            return None;
        }
        if let Some(range) = self.find_exact(quote, &within) {
            return Some(Grounded { range, likeness: Likeness::Exact, coverage: 1.0 });
        }
        let mut wanted: Vec<String> = words(quote).into_iter().map(|word| word.folded).collect();
        wanted.truncate(LONGEST);
        self.find_words(&wanted, &within).or_else(|| self.find_alike(&wanted, &within))
    }

    fn find_exact(&self, quote: &str, within: &Range<usize>) -> Option<Range<usize>> {
        let mut found = self.text.match_indices(quote).map(|(at, _)| at..at + quote.len());
        let first = found.next()?;
        if is_inside(&first, within) {
            return Some(first);
        }
        Some(found.find(|range| is_inside(range, within)).unwrap_or(first))
    }

    /// The same words in a row.
    fn find_words(&self, wanted: &[String], within: &Range<usize>) -> Option<Grounded> {
        let rows = self.words.windows(wanted.len());
        let same = |row: &&[Word]| row.iter().zip(wanted).all(|(word, w)| word.folded == *w);
        let mut found =
            rows.filter(same).map(|row| row[0].range.start..row[row.len() - 1].range.end);
        let first = found.next()?;
        let range = if is_inside(&first, within) {
            first
        } else {
            found.find(|range| is_inside(range, within)).unwrap_or(first)
        };
        Some(Grounded { range, likeness: Likeness::Normalised, coverage: 1.0 })
    }

    /// The window that shares the most words, where it shares enough of them in their order.
    fn find_alike(&self, wanted: &[String], within: &Range<usize>) -> Option<Grounded> {
        if wanted.len() < FUZZY_WORDS {
            return None;
        }
        let length = (wanted.len() + wanted.len() / SLACK + 1).min(self.words.len());
        let least = (wanted.len() as f32 * COVERAGE).ceil() as usize;
        let mut best: Option<(Grounded, bool)> = None;
        for start in self.windows_sharing(wanted, length, least) {
            let window = &self.words[start..start + length];
            let Some(found) = in_order(wanted, window) else { continue };
            let found_inside = is_inside(&found.range, within);
            let is_better = best.as_ref().is_none_or(|(known, is_known_inside)| {
                (found.coverage, found_inside) > (known.coverage, *is_known_inside)
            });
            if is_better {
                best = Some((found, found_inside));
            }
        }
        best.map(|(found, _)| found)
    }

    /// Where windows of `length` words begin that share at least `least` words with `wanted`; of
    /// neighbours that share equally many, the first.
    fn windows_sharing(&self, wanted: &[String], length: usize, least: usize) -> Vec<usize> {
        let mut needed: HashMap<&str, i32> = HashMap::new();
        for word in wanted {
            *needed.entry(word).or_default() += 1;
        }
        let (mut shared, mut starts, mut last) = (0_usize, Vec::new(), 0);
        for end in 0..self.words.len() {
            if let Some(left) = needed.get_mut(self.words[end].folded.as_str()) {
                shared += usize::from(*left > 0);
                *left -= 1;
            }
            if end >= length
                && let Some(left) = needed.get_mut(self.words[end - length].folded.as_str())
            {
                *left += 1;
                shared -= usize::from(*left > 0);
            }
            if end + 1 >= length && shared >= least && shared != last {
                starts.push(end + 1 - length);
            }
            last = if end + 1 >= length { shared } else { 0 };
        }
        starts
    }
}

/// The longest row of `wanted` words that stand in `window` in the same order, where it is long
/// enough and holds every number.
fn in_order(wanted: &[String], window: &[Word]) -> Option<Grounded> {
    let (rows, columns) = (wanted.len(), window.len());
    let mut lengths = vec![0_u16; (rows + 1) * (columns + 1)];
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            lengths[at(row, column)] = if wanted[row] == window[column].folded {
                lengths[at(row + 1, column + 1)] + 1
            } else {
                lengths[at(row + 1, column)].max(lengths[at(row, column + 1)])
            };
        }
    }
    let (mut row, mut column, mut count) = (0, 0, 0_usize);
    let (mut first, mut last) = (None, 0);
    while row < rows && column < columns {
        if wanted[row] == window[column].folded {
            first = first.or(Some(column));
            last = column;
            (row, column, count) = (row + 1, column + 1, count + 1);
        } else if lengths[at(row + 1, column)] >= lengths[at(row, column + 1)] {
            if has_digit(&wanted[row]) {
                return None;
            }
            row += 1;
        } else {
            column += 1;
        }
    }
    if wanted[row..].iter().any(|word| has_digit(word)) {
        return None;
    }
    let coverage = count as f32 / rows as f32;
    let first = first.filter(|_| coverage >= COVERAGE)?;
    let range = window[first].range.start..window[last].range.end;
    Some(Grounded { range, likeness: Likeness::Fuzzy, coverage })
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

fn is_inside(range: &Range<usize>, within: &Range<usize>) -> bool {
    within.start <= range.start && range.end <= within.end
}

/// The words of `text`, folded; a character of a script without spaces is a word by itself.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut push = |range: Range<usize>| {
        let folded = fold(&text[range.clone()]);
        words.push(Word { range, folded });
    };
    for (at, c) in text.char_indices() {
        let is_single = matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
        // Marks heaped on a letter belong to it, and fall when it is folded.
        let is_part = c.is_alphanumeric() || ('\u{300}'..='\u{36F}').contains(&c);
        match start {
            Some(begun) if is_single || !is_part => {
                push(begun..at);
                start = None;
            }
            None if is_part && !is_single => start = Some(at),
            _ => {}
        }
        if is_single {
            push(at..at + c.len_utf8());
        }
    }
    if let Some(begun) = start {
        push(begun..text.len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const TEXT: &str = "We fix boilers. Every Friday a scenario in Make looks for invoices in Xero \
        that are more than ten days late, and “chases” each customer by e-mail. It saves 3 hours \
        a week. Every Friday we also rest.";

    fn find(quote: &str) -> Option<(&'static str, Likeness)> {
        let found = Ground::new(TEXT).find(quote, 0..TEXT.len())?;
        Some((&TEXT[found.range], found.likeness))
    }

    #[rstest]
    #[case("looks for invoices in Xero", "looks for invoices in Xero", Likeness::Exact)]
    #[case("  We fix boilers. ", "We fix boilers.", Likeness::Exact)]
    #[case("Chases each customer by email", "chases” each customer by", Likeness::Fuzzy)]
    #[case("LATE and \"chases\" each", "late, and “chases” each", Likeness::Normalised)]
    #[case(
        "a scenario in Make searches for invoices in Xero",
        "a scenario in Make looks for invoices in Xero",
        Likeness::Fuzzy
    )]
    #[case("It saves 3 whole hours a week", "It saves 3 hours a week", Likeness::Fuzzy)]
    fn quotes_are_found(#[case] quote: &str, #[case] expected: &str, #[case] likeness: Likeness) {
        assert_eq!(find(quote), Some((expected, likeness)));
    }

    #[rstest]
    #[case::invented("Send the report to the chief accountant")]
    #[case::another_amount("It saves 30 hours a week")]
    #[case::too_short_to_differ("saves three hours")]
    #[case::stitched("We fix boilers and each customer saves hours of rest")]
    #[case::in_another_order("week a hours saves It")]
    #[case::empty(" ")]
    #[case::only_marks(".")]
    fn what_does_not_stand_there_is_not_found(#[case] quote: &str) {
        assert_eq!(find(quote), None);
    }

    #[test]
    fn of_several_places_the_one_inside_is_taken() {
        let last = TEXT.rfind("Every Friday").unwrap();
        let found = Ground::new(TEXT).find("every friday", last..TEXT.len()).unwrap();
        assert_eq!(found.range.start, last);
        assert_eq!(Ground::new(TEXT).find("Every Friday", 0..TEXT.len()).unwrap().range.start, 16);
    }

    #[test]
    fn a_script_without_spaces_is_compared_by_character() {
        let text = "毎週金曜日に請求書を確認します。";
        let found = Ground::new(text).find("毎週金曜日に、請求書を確認", 0..text.len()).unwrap();
        assert_eq!(&text[found.range], "毎週金曜日に請求書を確認");
    }

    proptest! {
        #[test]
        fn every_slice_of_a_text_grounds_to_its_own_words(
            text in "[a-zA-Zäé日本 .,\\n]{1,200}", from in 0..200_usize, to in 0..200_usize,
        ) {
            let from = text.floor_char_boundary(from.min(text.len()));
            let to = text.floor_char_boundary(to.min(text.len()));
            let quote = text[from.min(to)..from.max(to)].trim();
            let found = Ground::new(&text).find(quote, 0..text.len());
            prop_assert_eq!(found.is_some(), quote.contains(char::is_alphanumeric));
            if let Some(found) = found {
                prop_assert_eq!(&text[found.range], quote);
            }
        }

        #[test]
        fn what_is_found_is_a_part_of_the_text(text in "\\PC{0,120}", quote in "\\PC{0,60}") {
            if let Some(found) = Ground::new(&text).find(&quote, 0..text.len()) {
                prop_assert!(text.get(found.range.clone()).is_some_and(|part| !part.is_empty()));
                prop_assert!((COVERAGE..=1.0).contains(&found.coverage));
            }
        }
    }
}
