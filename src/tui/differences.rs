//! Which words of a text another text lacks.

use super::paint::columns;
use super::paint::wrapped;

/// Beyond so many words nothing is compared: the table would grow with their product.
const MOST_WORDS: usize = 600;

/// A word, and whether the other text lacks it.
pub(super) type Marked = (String, bool);

/// The words of `text`, line by line, each with whether it stands outside the longest sequence of
/// words that both texts have in common. Case does not count.
pub(super) fn mark(text: &str, against: &str) -> Vec<Vec<Marked>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let other: Vec<&str> = against.split_whitespace().collect();
    let is_common = common(&words, &other);
    let mut flags = is_common.into_iter();
    text.lines()
        .map(|line| {
            let words = line.split_whitespace().map(str::to_owned);
            words.map(|word| (word, !flags.next().unwrap_or(true))).collect()
        })
        .collect()
}

/// For each of `words`, whether it is part of the longest common subsequence with `other`.
fn common(words: &[&str], other: &[&str]) -> Vec<bool> {
    if words.len() > MOST_WORDS || other.len() > MOST_WORDS {
        return vec![true; words.len()];
    }
    let folded = |words: &[&str]| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>();
    let (a, b) = (folded(words), folded(other));
    let width = b.len() + 1;
    // Cell (i, j) holds the length of the longest one of a[i..] and b[j..].
    let mut longest = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut is_common = vec![false; a.len()];
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            is_common[i] = true;
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    is_common
}

/// Breaks marked words into lines of at most `width` columns; neighbours of one kind are joined.
/// Where nothing but letters tells what is marked (`is_plain`), it stands in brackets.
pub(super) fn wrap(lines: &[Vec<Marked>], width: u16, is_plain: bool) -> Vec<Vec<Marked>> {
    let width = width.max(8);
    let mut wrapped_lines = Vec::new();
    for words in lines {
        let mut line: Vec<Marked> = Vec::new();
        let mut used = 0;
        for (word, is_marked) in words {
            let room = if is_plain { width - 2 } else { width };
            let parts = if columns(word) > room { wrapped(word, room) } else { vec![word.clone()] };
            for part in parts {
                let own = columns(&part);
                let opens = *is_marked && line.last().is_none_or(|(_, is_open)| !is_open);
                let mut brackets = if is_plain && opens { 2 } else { 0 };
                if used > 0 && used + 1 + own + brackets > width {
                    wrapped_lines.push(std::mem::take(&mut line));
                    used = 0;
                    brackets = if is_plain && *is_marked { 2 } else { 0 };
                }
                push(&mut line, &part, *is_marked);
                used += own + brackets + u16::from(used > 0);
            }
        }
        wrapped_lines.push(line);
    }
    if is_plain {
        for (text, _) in wrapped_lines.iter_mut().flatten().filter(|(_, is_marked)| *is_marked) {
            *text = format!("[{text}]");
        }
    }
    wrapped_lines
}

fn push(line: &mut Vec<Marked>, word: &str, is_marked: bool) {
    match line.last_mut() {
        Some((text, same)) if *same == is_marked => {
            text.push(' ');
            text.push_str(word);
        }
        // The blank between two kinds belongs to what is not marked.
        Some((text, false)) => {
            text.push(' ');
            line.push((word.to_owned(), true));
        }
        Some(_) => line.push((format!(" {word}"), false)),
        None => line.push((word.to_owned(), is_marked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, against: &str) -> String {
        let words = |line: &Vec<Marked>| {
            let word = |(word, is_marked): &Marked| {
                if *is_marked { format!("[{word}]") } else { word.clone() }
            };
            line.iter().map(word).collect::<Vec<_>>().join(" ")
        };
        mark(text, against).iter().map(words).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn words_that_the_other_text_lacks_are_marked() {
        assert_eq!(
            marked("Texts patients who missed a visit", "texts clients who missed the visit"),
            "Texts [patients] who missed [a] visit"
        );
        assert_eq!(marked("same\nas before", "same as before"), "same|as before");
        assert_eq!(marked("all new", ""), "[all] [new]");
    }

    #[test]
    fn a_line_is_broken_within_its_width_and_keeps_its_blanks() {
        let marked = mark("one two three four", "one three");
        assert_eq!(texts(&wrap(&marked, 9, false)), ["one two", "three", "four"]);
        assert_eq!(texts(&wrap(&marked, 9, true)), ["one [two]", "three", "[four]"]);
    }

    fn texts(lines: &[Vec<Marked>]) -> Vec<String> {
        let text = |line: &Vec<Marked>| line.iter().map(|(text, _)| text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    proptest! {
        #[test]
        fn every_line_keeps_to_its_width(
            a in proptest::collection::vec("[a-c]{1,14}", 0..20),
            b in proptest::collection::vec("[a-c]{1,14}", 0..20), width in 8u16..40, is_plain: bool,
        ) {
            let lines = wrap(&mark(&a.join(" "), &b.join(" ")), width, is_plain);
            for line in texts(&lines) {
                prop_assert!(columns(&line) <= width, "{line:?}");
            }
        }

        #[test]
        fn what_is_common_is_common_seen_from_both_sides(
            a in proptest::collection::vec("[abc]", 0..12), b in proptest::collection::vec("[abc]", 0..12),
        ) {
            let (a, b) = (a.join(" "), b.join(" "));
            let count = |text: &str, other: &str| {
                mark(text, other).iter().flatten().filter(|(_, is_marked)| !is_marked).count()
            };
            prop_assert_eq!(count(&a, &b), count(&b, &a));
        }
    }
}
