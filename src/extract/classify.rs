//! Classification of prose: what an automation is for, for whom, and what sets it off.
//!
//! Does: give calibrated probabilities from shipped weights (functions, trigger kinds) and from a
//! prior over words and meaning (industries). Does not: read structure; a workflow's nodes tell its
//! trigger better. Owns: the weights, read once a process out of the binary itself.

mod gold;
mod learned;
mod lexicon;
mod logistic;
mod prior;
mod space;
mod taxonomy;
mod train;
mod weights;
mod words;
mod zones;

pub use gold::Example;
pub use learned::{Correction, Facet, Learned, Told};
pub use taxonomy::{Function, Industry, Taxonomy};

use crate::embed::DIMENSIONS;
use crate::extract::calibration;
use crate::model::{Scored, TriggerKind};
use learned::{Meaning, Seen};
use prior::{LEAST, Prior};
use space::{dense_of, keys_of};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use weights::Weights;

/// From this probability on a second function is shown.
const LIKELY: f32 = 0.22;
/// What is left of a function's probability in a story that shows no sign of any.
const UNTOLD: f32 = 0.4;
/// Functions that one automation shows at most.
const MOST_FUNCTIONS: usize = 3;

static SHIPPED: &[u8] = include_bytes!("../../data/classifier/classifier.bin");

/// What can be wrong with weights or a taxonomy.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    #[error("cannot read classifier weights: they do not begin with RSVCLS02")]
    Magic,
    #[error("cannot read classifier weights: the file is cut short or too long")]
    Length,
    #[error("cannot read the header of classifier weights")]
    Header(#[source] serde_json::Error),
    #[error("cannot read classifier weights at {path}")]
    File { path: String, source: std::io::Error },
    #[error("cannot read the taxonomy")]
    Taxonomy(#[source] toml::de::Error),
}

/// What is known of a text; each list stands sorted by falling probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// Every function of the taxonomy.
    pub functions: Vec<Scored>,
    /// Only industries for which something speaks; often none.
    pub industries: Vec<Scored>,
    /// Every trigger kind.
    pub triggers: Vec<(TriggerKind, f32)>,
}

/// The classifier: immutable, shared between threads.
pub struct Classifier {
    taxonomy: Taxonomy,
    weights: Weights,
    industries: Prior,
    /// Functions that the weights do not know.
    untaught: Prior,
    /// All functions, as stories tell of them.
    stories: Prior,
    /// What this workspace's reviewers taught.
    learned: Learned,
}

impl Classifier {
    /// The shipped weights over the shipped taxonomy, read at the first call.
    pub fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<Classifier>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let weights = Weights::parse(Cow::Borrowed(SHIPPED))
                .expect("invariant: the shipped weights are whole, as tests hold");
            Arc::new(Self::new(weights, Taxonomy::shared()))
        });
        Arc::clone(shared)
    }

    /// The shipped weights over another taxonomy: functions that the weights do not know are judged
    /// by their keywords and description.
    ///
    /// # Errors
    /// None that tests have not excluded: the shipped weights would have to be damaged.
    pub fn with_taxonomy(taxonomy: &Taxonomy) -> Result<Self, ClassifyError> {
        Ok(Self::new(Weights::parse(Cow::Borrowed(SHIPPED))?, taxonomy))
    }

    /// Weights from a file, over the shipped taxonomy.
    ///
    /// # Errors
    /// When the file cannot be read or is not of the format.
    pub fn load(path: &Path) -> Result<Self, ClassifyError> {
        let bytes = std::fs::read(path)
            .map_err(|source| ClassifyError::File { path: path.display().to_string(), source })?;
        Ok(Self::new(Weights::parse(Cow::Owned(bytes))?, Taxonomy::shared()))
    }

    fn new(weights: Weights, taxonomy: &Taxonomy) -> Self {
        let is_untaught = |function: &&Function| !weights.header.functions.contains(&function.name);
        let untaught = Prior::of_functions(taxonomy.functions.iter().filter(is_untaught));
        let industries = Prior::of_industries(taxonomy);
        let stories = Prior::of_stories(taxonomy);
        let (taxonomy, learned) = (taxonomy.clone(), Learned::default());
        Self { taxonomy, industries, untaught, stories, weights, learned }
    }

    /// The names that it sorts by.
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Everything at once, for the price of one.
    pub fn classify(&self, title: &str, text: &str) -> Classification {
        self.classify_with_meaning(title, text).0
    }

    /// The same, with the vector of the whole text.
    fn classify_with_meaning(&self, title: &str, text: &str) -> (Classification, Vec<f32>) {
        let dense = dense_of(title, text);
        let meaning = dense[dense.len() - DIMENSIONS..].to_vec();
        let point = self.weights.space.place(&keys_of(title, text), dense);
        let header = &self.weights.header;
        let mut functions = self.untaught.judge(title, text, &meaning);
        let scores = self.weights.function.scores(&point);
        functions.extend(header.functions.iter().zip(scores).map(|(label, score)| {
            let p = header.function_calibration.probability(score);
            Scored { label: label.clone(), p }
        }));
        functions.sort_by(|a, b| b.p.total_cmp(&a.p));
        let calibration = header.trigger_calibration;
        let kinds = header.triggers.iter().zip(self.weights.trigger.scores(&point));
        let mut triggers: Vec<(TriggerKind, f32)> =
            kinds.map(|(kind, score)| (*kind, calibration.probability(score))).collect();
        triggers.sort_by(|a, b| b.1.total_cmp(&a.1));
        let industries = self.industries.judge(title, text, &meaning);
        (Classification { functions, industries, triggers }, meaning)
    }

    /// What is known of a story that stands elsewhere than in a gallery. There the weights for functions
    /// do not hold: authors tell of their trade, not of what was built; a function is told by its signs,
    /// and without any its probability is small.
    pub fn classify_story(&self, title: &str, text: &str) -> Classification {
        let (mut found, meaning) = self.classify_with_meaning(title, text);
        let told = self.stories.judge(title, text, &meaning);
        if told.is_empty() {
            found.functions.iter_mut().for_each(|scored| scored.p *= UNTOLD);
        } else {
            found.functions = told;
            found.functions.iter_mut().for_each(|one| one.p = calibration::FUNCTION.of(one.p));
        }
        found
    }

    /// The same, heeding what reviewers taught.
    #[must_use]
    pub fn with_learned(mut self, learned: Learned) -> Self {
        self.learned = learned;
        self
    }

    /// Learns from reviewers' corrections, upon what the weights alone say of each item.
    pub fn learn(&self, corrections: &[Correction]) -> Learned {
        let seen = |correction: &Correction| {
            let Correction { title, text, .. } = correction;
            let Classification { functions, industries, .. } = self.classify(title, text);
            Seen { meaning: self.meaning(title, text), functions, industries }
        };
        let seen: Vec<_> = corrections.iter().map(|one| (one, seen(one))).collect();
        Learned::fit(&seen)
    }

    /// Moves the probabilities of an item as reviewers taught; `text` stands for its meaning, as
    /// `Content::meaning` gives it.
    pub fn adapt(&self, found: &mut Classification, title: &str, text: &str) {
        if self.learned.is_empty() {
            return;
        }
        let meaning = self.meaning(title, text);
        self.learned.apply(Facet::Functions, &meaning, &mut found.functions, 0.0);
        self.learned.apply(Facet::Industries, &meaning, &mut found.industries, LEAST);
    }

    /// For each label the words of `text`, at most `most`, that speak for the industry called so.
    pub(super) fn industry_places(
        &self,
        labels: &[&str],
        text: &str,
        most: usize,
    ) -> Vec<Vec<Range<usize>>> {
        self.industries.places(labels, text, most)
    }

    /// For each label the words of `text`, at most `most`, that speak for the function called so.
    pub(super) fn function_places(
        &self,
        labels: &[&str],
        text: &str,
        most: usize,
        is_story: bool,
    ) -> Vec<Vec<Range<usize>>> {
        let prior = if is_story { &self.stories } else { &self.untaught };
        let mut places = prior.places(labels, text, most);
        if places.iter().any(Vec::is_empty) {
            let keywords = lexicon::places(labels, text, most);
            for (own, keywords) in places.iter_mut().zip(keywords).filter(|(own, _)| own.is_empty())
            {
                *own = keywords;
            }
        }
        places
    }

    fn meaning(&self, title: &str, text: &str) -> Meaning {
        Meaning::of(&dense_of(title, text), &self.weights.centre)
    }

    /// Every function with the probability that the text is of it, most probable first.
    pub fn functions(&self, title: &str, text: &str) -> Vec<Scored> {
        self.classify(title, text).functions
    }

    /// The industries for which something speaks, most probable first; often none.
    pub fn industries(&self, title: &str, text: &str) -> Vec<Scored> {
        self.classify(title, text).industries
    }

    /// Every trigger kind with the probability that it sets the automation off, most probable first.
    pub fn triggers(&self, title: &str, text: &str) -> Vec<(TriggerKind, f32)> {
        self.classify(title, text).triggers
    }
}

/// Functions worth showing: the best, and up to two more that are likely themselves.
pub fn likely(functions: Vec<Scored>) -> Vec<Scored> {
    let is_kept = |(place, scored): &(usize, Scored)| *place == 0 || scored.p >= LIKELY;
    let kept = functions.into_iter().enumerate().take(MOST_FUNCTIONS).filter(is_kept);
    kept.map(|(_, scored)| scored).collect()
}

/// Learns from `examples` and returns the bytes of a weights file: the same bytes for the same
/// examples. `progress` is told how many fits of how many are done. Takes minutes for thousands of
/// texts.
///
/// # Errors
/// When the file's header cannot be written.
pub fn train(
    examples: &[Example],
    taxonomy: &Taxonomy,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<u8>, ClassifyError> {
    train::train(examples, taxonomy, progress).to_bytes()
}
