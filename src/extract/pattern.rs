//! The shipped patterns, compiled so that they stay fast on text with emoji and accents.

use regex::{Regex, RegexSet};

/// Compiles a shipped pattern.
///
/// Word borders and `\w` are ASCII's: with Unicode's, one emoji in a text makes the engine leave its
/// fast automaton (10 times slower, measured over the public templates). A pattern whose edge is
/// an accented letter must not ask for a border there.
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(&ascii(pattern)).expect("invariant: the shipped patterns compile")
}

/// Compiles shipped patterns that are asked together; borders as in `regex`.
pub(crate) fn set<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> RegexSet {
    RegexSet::new(patterns.into_iter().map(|pattern| ascii(pattern.as_ref())))
        .expect("invariant: the shipped patterns compile")
}

fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)").replace(r"\w", r"(?-u:\w)")
}
