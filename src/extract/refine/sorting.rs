//! A second opinion on what an automation is for, from a model that was shown the item alone.

use super::agree::{follow, joined_labels};
use super::{ExtractError, Extractor, SUREST};
use crate::extract::classify::Taxonomy;
use crate::model::{Content, Doubt, Draft, Field, SURE, Scored};
use serde::Deserialize;
use serde_json::Value;

/// Labels of a kind that are looked at.
const MOST: usize = 3;

/// A model's answer to the prompt `classify`, as its schema has it.
#[derive(Debug, Deserialize)]
struct Answer {
    functions: Vec<Scored>,
    industries: Vec<Scored>,
}

/// Whether nobody can be sure what an automation is for, or for whom: no function is likely enough,
/// or industries are named of which none is.
pub fn is_unsorted(content: &Content) -> bool {
    let best = |labels: &[Scored]| labels.iter().map(|scored| scored.p).reduce(f32::max);
    best(&content.functions).is_none_or(|p| p < SURE)
        || best(&content.industries).is_some_and(|p| p < SURE)
}

impl Extractor {
    /// Joins what a model said of a draft's functions and industries with what the rules read; how
    /// many labels the taxonomy does not know.
    ///
    /// # Errors
    /// `ExtractError::Told` where the answer does not have the shape of the prompt's schema.
    pub fn sort(&self, draft: &mut Draft, answer: &Value) -> Result<usize, ExtractError> {
        let answer = Answer::deserialize(answer).map_err(ExtractError::Told)?;
        let mut unknown = 0;
        for (field, told) in
            [(Field::Functions, answer.functions), (Field::Industries, answer.industries)]
        {
            let (told, strange) = known(self.taxonomy(), field, told);
            unknown += strange;
            // Silence is no opinion.
            if !told.is_empty() {
                join(draft, field, told);
            }
        }
        Ok(unknown)
    }
}

fn join(draft: &mut Draft, field: Field, told: Vec<Scored>) {
    let labels = match field {
        Field::Functions => &mut draft.content.functions,
        _ => &mut draft.content.industries,
    };
    let rules = std::mem::take(labels);
    let order: Vec<String> = rules.iter().map(|scored| scored.label.clone()).collect();
    let is_shared = order.contains(&told[0].label);
    *labels = joined_labels(told, rules);
    let now: Vec<String> = labels.iter().map(|scored| scored.label.clone()).collect();
    follow(&mut draft.evidence, field, &order, &now);
    if let Some(first) = order.first().filter(|_| !is_shared) {
        let says = format!("the rules read {first}");
        draft.doubts.push(Doubt { field: Some(field), says });
    }
}

/// The labels that the taxonomy knows, under its own names and surest first; how many it does not.
fn known(taxonomy: &Taxonomy, field: Field, told: Vec<Scored>) -> (Vec<Scored>, usize) {
    let (mut known, mut unknown) = (Vec::<Scored>::new(), 0);
    for Scored { label, p } in told.into_iter().take(MOST) {
        let found = match field {
            Field::Functions => taxonomy.find_function(label.trim()).map(|found| &found.name),
            _ => taxonomy.find_industry(label.trim()).map(|found| &found.name),
        };
        match found {
            None => unknown += 1,
            Some(name) if known.iter().any(|other| other.label == *name) => {}
            Some(name) => known.push(Scored { label: name.clone(), p: p.clamp(0.0, SUREST) }),
        }
    }
    known.sort_by(|a, b| b.p.total_cmp(&a.p));
    (known, unknown)
}
