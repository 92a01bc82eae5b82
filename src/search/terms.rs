//! What the dictionary holds near a typed word: how it goes on, and what was meant by a slip.

use super::schema::Fields;
use super::tokens::list_tokens;
use std::collections::HashMap;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Ways in which an unfinished word goes on that are searched for.
const MOST_ENDINGS: usize = 8;
/// Words meant by a misspelt one that are searched for.
const MOST_CORRECTIONS: usize = 4;
/// Words looked at in one segment; only a prefix of one or two letters has more.
const MOST_VISITED: usize = 20_000;
/// A word is taken as finished when its longest continuation is at most this much more frequent.
const FINISHED: u64 = 4;

/// A stem with the number of documents it is in.
pub(super) type Stem = (String, u64);

/// In how many documents `word` stands.
pub(super) fn frequency(searcher: &Searcher, field: Field, word: &str) -> tantivy::Result<u64> {
    searcher.doc_freq(&Term::from_field_text(field, word))
}

/// The stems of the most frequent words that begin with `word`; none when `word` is finished, that
/// is, frequent itself beside those.
pub(super) fn endings(
    searcher: &Searcher,
    fields: &Fields,
    word: &str,
) -> tantivy::Result<Vec<Stem>> {
    let mut words: HashMap<String, u64> = HashMap::new();
    let mut end = word.as_bytes().to_vec();
    end.push(0xff);
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(fields.plain)?;
        let mut stream = inverted.terms().range().ge(word).lt(&end).into_stream()?;
        let mut visited = 0;
        while visited < MOST_VISITED
            && let Some((key, info)) = stream.next()
        {
            visited += 1;
            if let Ok(key) = std::str::from_utf8(key) {
                *words.entry(key.to_owned()).or_default() += u64::from(info.doc_freq);
            }
        }
    }
    let own = words.remove(word).unwrap_or(0);
    let own_stem = list_tokens(&fields.stems, word);
    let mut stems = stems_of(fields, words, 8 * MOST_ENDINGS);
    stems.retain(|(stem, _)| own_stem.first() != Some(stem));
    let best = stems.first().map_or(0, |(_, frequency)| *frequency);
    if own * FINISHED >= best {
        return Ok(Vec::new());
    }
    stems.truncate(MOST_ENDINGS);
    Ok(stems)
}

/// The stems of words within one slip of `word` (two from eight letters), nearest first; none for
/// words of fewer than four letters, where a slip makes another word.
pub(super) fn corrections(
    searcher: &Searcher,
    fields: &Fields,
    word: &str,
) -> tantivy::Result<Vec<Stem>> {
    let letters = word.chars().count();
    let distance = match letters {
        0..4 => return Ok(Vec::new()),
        4..8 => 1,
        _ => 2,
    };
    let fuzzy = FuzzyTermQuery::new(Term::from_field_text(fields.plain, word), distance, true);
    let mut words: HashMap<String, u64> = HashMap::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(fields.plain)?;
        let mut stream = inverted.terms().search(fuzzy.automaton()?).into_stream()?;
        while let Some((key, info)) = stream.next() {
            if let Ok(key) = std::str::from_utf8(key) {
                *words.entry(key.to_owned()).or_default() += u64::from(info.doc_freq);
            }
        }
    }
    let slips = |other: &str| strsim::osa_distance(word, other);
    let nearest = words.keys().map(|other| slips(other)).min();
    words.retain(|other, _| Some(slips(other)) == nearest);
    let mut stems = stems_of(fields, words, 4 * MOST_CORRECTIONS);
    stems.truncate(MOST_CORRECTIONS);
    Ok(stems)
}

/// The stems of the `most` most frequent words, most frequent first.
fn stems_of(fields: &Fields, words: HashMap<String, u64>, most: usize) -> Vec<Stem> {
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(most);
    let mut stems: Vec<Stem> = Vec::new();
    for (word, frequency) in words {
        for stem in list_tokens(&fields.stems, &word) {
            match stems.iter_mut().find(|(known, _)| *known == stem) {
                Some((_, total)) => *total += frequency,
                None => stems.push((stem, frequency)),
            }
        }
    }
    stems.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    stems
}
