//! From a pair's likeness to the probability that it is one automation.
//!
//! Two logistic regressions in a row: the first sees the pair, the second its standing among its
//! rivals. `training.rs` makes the weights from 897 labelled pairs of n8n workflows that stand in
//! several collections, and measures them on folds they were not made from.

use super::likeness::{FEATURES, Likeness};
use super::prepared::Collection;
use super::rivals::{STANDING, standings};
use rayon::prelude::*;

/// From here on a pair belongs merged.
pub const SAME: f32 = 0.42;
/// From here on a pair is worth a look.
pub const RELATED: f32 = 0.05;

/// What an address or every letter in common is worth.
const CERTAIN: f32 = 0.99;

/// Weights of the first regression, the intercept last.
pub(super) type PairWeights = [f32; FEATURES + 1];
/// Weights of the second, the intercept last.
pub(super) type StandingWeights = [f32; STANDING + 1];

/// Where both have a structure.
const WITH_STRUCTURE: PairWeights = [
    0.0948, 0.7131, -1.1532, 0.5998, 0.1340, 2.6539, -0.1847, 0.4311, 0.8261, 0.0675, -0.1937,
    0.0595, -0.7684, 0.7505, 0.4026, 1.4140, -1.5437, -1.0683, 0.7404, -0.0006, 0.0456, -1.4085,
    -3.8726, -7.3736, 4.8176, 5.9424, -6.7986,
];
const STANDING_WITH_STRUCTURE: StandingWeights = [0.8994, -0.1957, -0.9431, 0.1083];
/// Where titles and texts must do.
const WITHOUT_STRUCTURE: PairWeights = [
    0.3633, -2.8796, -0.1049, 1.7028, 1.6830, 0.8964, 0.6382, 0.7924, 1.2556, 1.9148, -1.4863,
    2.8089, -0.2258, 1.3933, 1.6593, 0.7533, 0.7685, 2.0840, 0.0422, 1.9565, -1.4212, 1.6743,
    -3.3403, -5.9834, 0.0000, 0.0000, -8.7654,
];
const STANDING_WITHOUT_STRUCTURE: StandingWeights = [1.0421, -0.2203, -1.6092, 0.5521];

/// The probability, 0..=1, of each pair to be one automation met twice.
pub(super) fn probabilities(collection: &Collection, pairs: &[(u32, u32)]) -> Vec<f32> {
    let likenesses: Vec<Likeness> =
        pairs.par_iter().map(|&(a, b)| Likeness::of(collection, a, b)).collect();
    let logit = |likeness: &Likeness| {
        let weights = if likeness.has_structure { &WITH_STRUCTURE } else { &WITHOUT_STRUCTURE };
        linear(weights, &likeness.features)
    };
    let logits: Vec<f32> = likenesses.iter().map(logit).collect();
    let standings = standings(collection, pairs, &logits);
    let probability = |(likeness, standing): (&Likeness, &[f32; STANDING])| {
        if likeness.is_same_place || likeness.is_same_to_the_letter {
            return CERTAIN;
        }
        let weights = if likeness.has_structure {
            &STANDING_WITH_STRUCTURE
        } else {
            &STANDING_WITHOUT_STRUCTURE
        };
        logistic(linear(weights, standing))
    };
    likenesses.iter().zip(&standings).map(probability).collect()
}

/// Σ wᵢ·xᵢ + the last weight.
pub(super) fn linear(weights: &[f32], features: &[f32]) -> f32 {
    let sum: f32 = weights.iter().zip(features).map(|(w, x)| w * x).sum();
    sum + weights.last().copied().unwrap_or(0.0)
}

pub(super) fn logistic(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
