//! Labels judged by words that speak for them and by nearness of meaning, where no examples exist to
//! learn from: industries, functions of stories, functions that a user adds.

use super::lexicon::stands_free;
use super::taxonomy::{Function, Industry, Taxonomy};
use crate::embed::{DIMENSIONS, Model};
use crate::model::Scored;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How much a term says: one that hardly means anything else, one that needs company.
const STRONG: f32 = 1.0;
const HINT: f32 = 0.3;
/// Below this a label is left out.
pub(super) const LEAST: f32 = 0.2;
/// At most this many labels are returned.
const MOST: usize = 5;

/// Score = base + evidence·ln(1 + sum) + share·(its part of all evidence) + meaning·z, in log-odds.
#[derive(Debug, Clone, Copy)]
struct Formula {
    /// What terms of the title count, beside those of the text.
    title: f32,
    base: f32,
    evidence: f32,
    share: f32,
    meaning: f32,
}

/// Set by hand on some sixty templates and sample texts.
const BY_NAME: Formula =
    Formula { title: 2.5, base: -4.6, evidence: 2.0, share: 1.2, meaning: 0.35 };
/// Fitted on the `tune` half of the marked texts (`tests/fixtures/gold`), and rounded.
const BY_SIGNS: Formula =
    Formula { title: 1.0, base: -3.3, evidence: 2.2, share: 3.5, meaning: 0.6 };
/// How many bytes of signs join what a function means.
const MEANT: usize = 300;

/// A term that speaks for a label, and how strongly.
#[derive(Debug, Clone, Copy)]
struct Voice {
    label: usize,
    strength: f32,
    /// It may go on: `invoic*`.
    is_open: bool,
}

/// A label as it is judged.
struct Entry<'a> {
    name: &'a str,
    /// What stands for its meaning.
    meaning: String,
    terms: Vec<(String, f32)>,
}

impl<'a> Entry<'a> {
    /// A function by what it is called, and its keywords: common words, none of which stands alone.
    fn named(function: &'a Function) -> Self {
        let Function { name, aliases, description, keywords, .. } = function;
        let strong = aliases.iter().chain([name]).map(|term| (term.clone(), STRONG));
        let words = keywords.iter().map(|term| (term.clone(), 2.0 * HINT));
        let meaning = format!("{name}. {description}");
        Self { name, meaning, terms: strong.chain(words).collect() }
    }
}

/// A set of labels with the terms that speak for them.
pub(super) struct Prior {
    labels: Vec<String>,
    terms: Option<AhoCorasick>,
    /// By pattern: for which labels it speaks.
    voices: Vec<Vec<Voice>>,
    meanings: Vec<Option<[f32; DIMENSIONS]>>,
    formula: Formula,
}

impl Prior {
    pub(super) fn of_industries(taxonomy: &Taxonomy) -> Self {
        let entries = taxonomy.industries.iter().map(|industry| {
            let Industry { name, aliases, description, keywords, hints, subreddits } = industry;
            let places = subreddits.iter().map(|place| (format!("r/{place}"), STRONG));
            let strong = keywords.iter().chain(aliases).chain([name]);
            let strong = strong.map(|term| (term.clone(), STRONG));
            let hints = hints.iter().map(|term| (term.clone(), HINT));
            Entry {
                name,
                meaning: format!("{name}. {description}"),
                terms: strong.chain(hints).chain(places).collect(),
            }
        });
        Self::new(entries, BY_NAME)
    }

    /// Functions that no weights know, by their names and keywords.
    pub(super) fn of_functions<'a>(functions: impl Iterator<Item = &'a Function>) -> Self {
        Self::new(functions.map(Entry::named), BY_NAME)
    }

    /// All functions as stories tell of them: by their signs, and where a function has none, as above.
    pub(super) fn of_stories(taxonomy: &Taxonomy) -> Self {
        let entries = taxonomy.functions.iter().map(|function| {
            let Function { name, description, keywords, signs, hints, .. } = function;
            if signs.is_empty() && hints.is_empty() && !keywords.is_empty() {
                return Entry::named(function);
            }
            // The sentence model is English.
            let mut meant: Vec<&str> = vec![description];
            meant.extend(signs.iter().filter(|sign| sign.is_ascii()).map(|sign| sign.as_str()));
            let mut meaning = format!("{name}. {}", meant.join(", ").replace('*', ""));
            meaning.truncate(meaning.floor_char_boundary(description.len() + MEANT));
            let strong = signs.iter().map(|sign| (sign.clone(), STRONG));
            let weak = hints.iter().map(|hint| (hint.clone(), HINT));
            Entry { name, meaning, terms: strong.chain(weak).collect() }
        });
        Self::new(entries, BY_SIGNS)
    }

    fn new<'a>(entries: impl Iterator<Item = Entry<'a>>, formula: Formula) -> Self {
        let mut labels = Vec::new();
        let mut meanings = Vec::new();
        let mut by_term: BTreeMap<String, Vec<Voice>> = BTreeMap::new();
        for (label, Entry { name, meaning, terms }) in entries.enumerate() {
            labels.push(name.to_owned());
            meanings.push(Model::shared().encode_dense(&meaning));
            for (term, strength) in terms {
                let term = term.to_lowercase();
                let stem = term.strip_suffix('*');
                let voices = by_term.entry(stem.unwrap_or(&term).to_owned()).or_default();
                if voices.iter().all(|voice| voice.label != label) {
                    voices.push(Voice { label, strength, is_open: stem.is_some() });
                }
            }
        }
        let terms = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(by_term.keys())
            .ok()
            .filter(|_| !by_term.is_empty());
        Self { labels, terms, voices: by_term.into_values().collect(), meanings, formula }
    }

    /// Labels that `title` and `text` speak for, best first; often none.
    /// `meaning` is the vector of the whole.
    pub(super) fn judge(&self, title: &str, text: &str, meaning: &[f32]) -> Vec<Scored> {
        let Formula { title: of_title, base, evidence: factor, share, meaning: near } =
            self.formula;
        let mut evidence = vec![0.0f32; self.labels.len()];
        self.count(title, of_title, &mut evidence);
        self.count(text, 1.0, &mut evidence);
        let total: f32 = evidence.iter().sum();
        if total <= 0.0 {
            return Vec::new();
        }
        let nearness = self.nearness(meaning);
        let mut found: Vec<Scored> = (0..self.labels.len())
            .filter(|at| evidence[*at] > 0.0)
            .map(|at| {
                let score = base
                    + factor * evidence[at].ln_1p()
                    + share * evidence[at] / total
                    + near * nearness[at];
                Scored { label: self.labels[at].clone(), p: super::logistic::sigmoid(score) }
            })
            .filter(|scored| scored.p >= LEAST)
            .collect();
        found.sort_by(|a, b| b.p.total_cmp(&a.p));
        found.truncate(MOST);
        found
    }

    /// For each label the first places in `text`, at most `most`, of terms that speak for it; one a term.
    pub(super) fn places(
        &self,
        labels: &[&str],
        text: &str,
        most: usize,
    ) -> Vec<Vec<Range<usize>>> {
        let mut places = vec![Vec::new(); labels.len()];
        let number = |label: &&str| self.labels.iter().position(|known| known == label);
        let numbers: Vec<Option<usize>> = labels.iter().map(number).collect();
        if numbers.iter().all(Option::is_none) {
            return places;
        }
        let mut seen = BTreeSet::new();
        for (pattern, place, voice) in self.heard(text) {
            let Some(at) = numbers.iter().position(|one| *one == Some(voice.label)) else {
                continue;
            };
            if places[at].len() < most && seen.insert((at, pattern)) {
                places[at].push(place);
            }
        }
        places
    }

    /// Every term that stands in `text` as a word: its number, where, and for what it speaks.
    fn heard<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (usize, Range<usize>, Voice)> + 'a {
        self.terms.iter().flat_map(move |terms| terms.find_iter(text)).flat_map(move |found| {
            let (pattern, place) = (found.pattern().as_usize(), found.range());
            self.voices[pattern].iter().filter_map(move |voice| {
                let (is_free, ends) = stands_free(text, place.start, place.end);
                (is_free && (ends || voice.is_open)).then(|| (pattern, place.clone(), *voice))
            })
        })
    }

    /// Adds each distinct term's strength, growing with the logarithm of its count.
    fn count(&self, text: &str, factor: f32, evidence: &mut [f32]) {
        let mut counts: BTreeMap<(usize, usize), (u32, f32)> = BTreeMap::new();
        for (pattern, _, voice) in self.heard(text) {
            counts.entry((pattern, voice.label)).or_insert((0, voice.strength)).0 += 1;
        }
        for ((_, label), (count, strength)) in counts {
            evidence[label] += factor * strength * (1.0 + 0.5 * (count as f32).ln());
        }
    }

    /// How much nearer each label's description is than the labels' mean, in standard deviations.
    fn nearness(&self, meaning: &[f32]) -> Vec<f32> {
        let cosine =
            |other: &[f32; DIMENSIONS]| other.iter().zip(meaning).map(|(a, b)| a * b).sum();
        let cosines: Vec<f32> =
            self.meanings.iter().map(|other| other.as_ref().map_or(0.0, cosine)).collect();
        let count = cosines.len().max(1) as f32;
        let mean = cosines.iter().sum::<f32>() / count;
        let variance = cosines.iter().map(|c| (c - mean).powi(2)).sum::<f32>() / count;
        let spread = variance.sqrt().max(1e-3);
        cosines.iter().map(|c| ((c - mean) / spread).clamp(-3.0, 3.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<String> {
        let prior = Prior::of_stories(Taxonomy::shared());
        let meaning = Model::shared().encode_dense(text)?;
        prior.judge("", text, &meaning).first().map(|scored| scored.label.clone())
    }

    #[test]
    fn a_storys_function_is_told_by_its_signs_in_any_language() {
        for (text, wanted) in [
            ("Overdue invoices are chased with the PDF from Xero.", "Invoices and expenses"),
            ("Ist eine Rechnung überfällig, geht eine Mahnung hinaus.", "Invoices and expenses"),
            ("請求書が届くと領収書が保存される。", "Invoices and expenses"),
            (
                "When a nurse calls in sick the rota offers the shift to others.",
                "HR and recruiting",
            ),
        ] {
            assert_eq!(first(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_labels_own_terms() {
        let prior = Prior::of_stories(Taxonomy::shared());
        let text = "Kept: Invoices. Sent: invoicing and the invoices.";
        let places = prior.places(&["Invoices and expenses"], text, 5);
        let words: Vec<&str> = places.concat().into_iter().map(|place| &text[place]).collect();
        assert_eq!(words, ["Invoice"]);
    }
}
