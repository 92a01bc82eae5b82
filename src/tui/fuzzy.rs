//! Fuzzy matching of what is typed against a list of texts.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What a match of the name itself is worth more than one of the words about it.
const NAME: u32 = 10_000;

/// The indexes of the texts that match `query`, best first; all in order for an empty query. A text
/// may stand in two parts with a tab between: matches of the first part come first.
pub(super) fn rank<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let texts = texts.into_iter().enumerate();
    if query.trim().is_empty() {
        return texts.map(|(at, _)| at).collect();
    }
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut scratch = Vec::new();
    let mut found: Vec<(u32, usize)> = texts
        .filter_map(|(at, text)| {
            let mut score = |text| pattern.score(Utf32Str::new(text, &mut scratch), &mut matcher);
            let name = text.split_once('\t').and_then(|(name, _)| score(name));
            Some((name.map(|name| name + NAME).or_else(|| score(text))?, at))
        })
        .collect();
    found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    found.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first() {
        let texts = ["Undo the last decision", "Reject", "Reject with a reason"];
        assert_eq!(rank("rej", texts), [1, 2]);
        assert_eq!(rank("undo", texts), [0]);
        assert_eq!(rank("", texts), [0, 1, 2]);
        assert!(rank("zzz", texts).is_empty());
        assert_eq!(
            rank("approve", ["status\tapproved, deferred", "approve\tinto the Library"]),
            [1, 0]
        );
    }
}
