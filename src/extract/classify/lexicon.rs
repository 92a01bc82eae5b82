//! The keywords of the shipped functions, found in a text.

use super::taxonomy::Taxonomy;
use aho_corasick::{AhoCorasick, MatchKind};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

struct Lexicon {
    terms: AhoCorasick,
    /// By pattern: the functions it is a keyword of.
    owners: Vec<Vec<&'static str>>,
}

/// The shipped keywords, whatever a user's own taxonomy says: the shipped weights go with them.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut by_term: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for function in &Taxonomy::shared().functions {
        for keyword in &function.keywords {
            by_term.entry(keyword).or_default().push(&function.name);
        }
    }
    let terms = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(by_term.keys())
        .expect("invariant: the shipped keywords are few, as tests hold");
    Lexicon { terms, owners: by_term.into_values().collect() }
});

/// The names of functions, once for each of their keywords that stands as a whole word in `text`
/// (ASCII letters in any case).
pub(super) fn functions_named(text: &str) -> impl Iterator<Item = &'static str> {
    LEXICON
        .terms
        .find_iter(text)
        .filter(|found| stands_free(text, found.start(), found.end()) == (true, true))
        .flat_map(|found| LEXICON.owners[found.pattern().as_usize()].iter().copied())
}

/// For each function where keywords of it stand in `text`, one place a keyword: the longest `most` of
/// them, in their order.
pub(super) fn places(functions: &[&str], text: &str, most: usize) -> Vec<Vec<Range<usize>>> {
    let mut all = vec![Vec::new(); functions.len()];
    let mut seen = BTreeSet::new();
    for found in LEXICON.terms.find_iter(text) {
        let owners = &LEXICON.owners[found.pattern().as_usize()];
        let owns = |function: &&str| owners.contains(function);
        if functions.iter().any(owns)
            && stands_free(text, found.start(), found.end()) == (true, true)
            && seen.insert(found.pattern())
        {
            for (function, places) in functions.iter().zip(&mut all) {
                places.extend(owns(function).then(|| found.range()));
            }
        }
    }
    for places in &mut all {
        places.sort_by_key(|place| (Reverse(place.len()), place.start));
        places.truncate(most);
        places.sort_by_key(|place| place.start);
    }
    all
}

/// Whether a word begins with the byte `start` of `text`, and whether one ends before `end`; scripts
/// without cases are written without gaps, and have borders everywhere.
pub(super) fn stands_free(text: &str, start: usize, end: usize) -> (bool, bool) {
    let joins = |c: char| c.is_lowercase() || c.is_uppercase() || c.is_ascii_digit();
    let parts = |outer: Option<char>, inner: Option<char>| {
        !(outer.is_some_and(joins) && inner.is_some_and(joins))
    };
    let found = &text[start..end];
    let begins = parts(text[..start].chars().next_back(), found.chars().next());
    (begins, parts(text[end..].chars().next(), found.chars().next_back()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_counts_for_each_of_its_functions_when_it_stands_free() {
        let text = "Send Invoices. An invoice is overdue; invoices wait.";
        let places = places(&["Invoices and expenses"], text, 2);
        let words: Vec<&str> = places.concat().into_iter().map(|place| &text[place]).collect();
        assert_eq!(words, ["Invoices", "invoice"]);
        let found: Vec<&str> = functions_named("overdue invoices; reinvoicesment").collect();
        assert!(found.contains(&"Invoices and expenses"), "{found:?}");
        assert!(functions_named("the reinvoicesment").next().is_none());
    }
}
