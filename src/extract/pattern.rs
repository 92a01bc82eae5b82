//! The shipped patterns, compiled so that they stay fast on text with emoji and accents.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// How much memory (bytes) a pattern's automaton may take in each thread. The regex crate's 2 MB are
/// not enough for the long ones: they would forget and rebuild their states again and again.
const AUTOMATON: usize = 16 << 20;

/// Compiles a shipped pattern.
///
/// Word borders and `\w` are ASCII's: with Unicode's, one emoji in a text makes the engine leave its
/// fast automaton (10 times slower, measured over the public templates). A pattern whose edge is
/// an accented letter must not ask for a border there.
pub(crate) fn regex(pattern: &str) -> Regex {
    RegexBuilder::new(&ascii(pattern))
        .dfa_size_limit(AUTOMATON)
        .build()
        .expect("invariant: the shipped patterns compile")
}

/// Compiles shipped patterns that are asked together; borders as in `regex`.
pub(crate) fn set<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> RegexSet {
    RegexSetBuilder::new(patterns.into_iter().map(|pattern| ascii(pattern.as_ref())))
        .dfa_size_limit(AUTOMATON)
        .build()
        .expect("invariant: the shipped patterns compile")
}

fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)").replace(r"\w", r"(?-u:\w)")
}
