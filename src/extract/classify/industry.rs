//! A prior over industries, from words that name them and nearness of meaning; nothing is learnt, as no
//! labels exist. Functions that a user adds are judged the same way.

use super::taxonomy::{Function, Industry, Taxonomy};
use crate::embed::{DIMENSIONS, Model};
use crate::model::Scored;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeMap;

/// How much a term says: one that hardly means anything else, one that needs company.
const STRONG: f32 = 1.0;
const HINT: f32 = 0.3;
/// What terms of the title count, beside those of the text.
const TITLE: f32 = 2.5;
/// Score = base + evidence·ln(1 + sum) + share·(its part of all evidence) + meaning·z; set by hand on
/// some sixty templates and sample texts.
const BASE: f32 = -4.6;
const EVIDENCE: f32 = 2.0;
const SHARE: f32 = 1.2;
const MEANING: f32 = 0.35;
/// Below this a label is left out.
const LEAST: f32 = 0.2;
/// At most this many labels are returned.
const MOST: usize = 5;

/// A set of labels with the terms that speak for them.
pub(super) struct Prior {
    labels: Vec<String>,
    terms: Option<AhoCorasick>,
    /// By pattern: which label it speaks for, and how strongly.
    owners: Vec<Vec<(usize, f32)>>,
    meanings: Vec<Option<[f32; DIMENSIONS]>>,
}

impl Prior {
    pub(super) fn of_industries(taxonomy: &Taxonomy) -> Self {
        Self::new(taxonomy.industries.iter().map(|industry| {
            let Industry { name, aliases, description, keywords, hints, subreddits } = industry;
            let places = subreddits.iter().map(|place| (format!("r/{place}"), STRONG));
            let strong = keywords.iter().chain(aliases).chain([name]);
            let strong = strong.map(|term| (term.clone(), STRONG));
            let hints = hints.iter().map(|term| (term.clone(), HINT));
            (name, description, strong.chain(hints).chain(places).collect())
        }))
    }

    pub(super) fn of_functions<'a>(functions: impl Iterator<Item = &'a Function>) -> Self {
        Self::new(functions.map(|function| {
            let strong = function.aliases.iter().chain([&function.name]);
            let strong = strong.map(|term| (term.clone(), STRONG));
            // Keywords of functions are common words; none stands alone.
            let words = function.keywords.iter().map(|term| (term.clone(), 2.0 * HINT));
            (&function.name, &function.description, strong.chain(words).collect())
        }))
    }

    fn new<'a>(
        entries: impl Iterator<Item = (&'a String, &'a String, Vec<(String, f32)>)>,
    ) -> Self {
        let mut labels = Vec::new();
        let mut meanings = Vec::new();
        let mut by_term: BTreeMap<String, Vec<(usize, f32)>> = BTreeMap::new();
        for (at, (name, description, terms)) in entries.enumerate() {
            labels.push(name.clone());
            meanings.push(Model::shared().encode_dense(&format!("{name}. {description}")));
            for (term, strength) in terms {
                let owners = by_term.entry(term.to_lowercase()).or_default();
                if owners.iter().all(|(owner, _)| *owner != at) {
                    owners.push((at, strength));
                }
            }
        }
        let terms = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(by_term.keys())
            .ok()
            .filter(|_| !by_term.is_empty());
        Self { labels, terms, owners: by_term.into_values().collect(), meanings }
    }

    /// Labels that `title` and `text` (both in lower case) speak for, best first; often none.
    /// `meaning` is the vector of the whole.
    pub(super) fn judge(&self, title: &str, text: &str, meaning: &[f32]) -> Vec<Scored> {
        let mut evidence = vec![0.0f32; self.labels.len()];
        self.count(title, TITLE, &mut evidence);
        self.count(text, 1.0, &mut evidence);
        let total: f32 = evidence.iter().sum();
        if total <= 0.0 {
            return Vec::new();
        }
        let nearness = self.nearness(meaning);
        let mut found: Vec<Scored> = (0..self.labels.len())
            .filter(|at| evidence[*at] > 0.0)
            .map(|at| {
                let score = BASE
                    + EVIDENCE * evidence[at].ln_1p()
                    + SHARE * evidence[at] / total
                    + MEANING * nearness[at];
                Scored { label: self.labels[at].clone(), p: super::logistic::sigmoid(score) }
            })
            .filter(|scored| scored.p >= LEAST)
            .collect();
        found.sort_by(|a, b| b.p.total_cmp(&a.p));
        found.truncate(MOST);
        found
    }

    /// Adds each distinct term's strength, growing with the logarithm of its count.
    fn count(&self, text: &str, factor: f32, evidence: &mut [f32]) {
        let Some(terms) = &self.terms else { return };
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for found in terms.find_iter(text) {
            if stands_free(text, found.start(), found.end()) {
                *counts.entry(found.pattern().as_usize()).or_default() += 1;
            }
        }
        for (pattern, count) in counts {
            for (owner, strength) in &self.owners[pattern] {
                evidence[*owner] += factor * strength * (1.0 + 0.5 * (count as f32).ln());
            }
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

fn stands_free(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
