//! Learning: a logistic regression that starts from the cold-start prior and is held to it.
//!
//! Learnt anew from all verdicts each time: the same verdicts give the same weights in any order, and
//! what is undone is forgotten. 2,000 verdicts take some 50 ms.

use super::ranker::{Example, Ranker, Weight};
use super::sign::{Prior, Sign, signs};
use crate::embed::DIMENSIONS;
use crate::fit::{minimise, sigmoid};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How firmly a direction of meaning is held at nothing: one over its weight's variance.
const MEANING: f32 = 0.5;
/// Steps of the fit.
const ROUNDS: usize = 60;
/// A verdict's weight halves in so many days: tastes change.
const HALF_LIFE: f64 = 180.0;

/// A sign as a column of the fit.
struct Column {
    name: String,
    prior: Prior,
    approved: u32,
    judged: u32,
}

/// An example, laid out for the fit.
struct Row {
    signs: Vec<(usize, f32)>,
    meaning: Option<Box<[f32; DIMENSIONS]>>,
    weight: f32,
    wanted: f32,
}

impl Ranker {
    /// Learns from what was judged up to `now`; with nothing judged the cold-start prior.
    pub fn learn(judged: &[Example], now: Timestamp) -> Self {
        if judged.is_empty() {
            return Self::default();
        }
        let (mut columns, mut places) = (Vec::new(), BTreeMap::new());
        let centre = centre(judged);
        let rows: Vec<Row> = judged
            .iter()
            .map(|example| row(example, &centre, now, &mut columns, &mut places))
            .collect();
        let fitted = fit(&rows, &columns);
        let (known, meaning) = fitted.split_at(columns.len());
        let weights = columns.into_iter().zip(known).map(|(column, weight)| {
            let Column { name, approved, judged, .. } = column;
            (name, Weight { weight: *weight, approved, judged })
        });
        Self {
            verdicts: judged.len(),
            weights: weights.collect(),
            centre,
            meaning: meaning.to_vec(),
        }
    }
}

/// The mean of the examples' meanings.
fn centre(judged: &[Example]) -> Vec<f32> {
    let mut centre = vec![0.0f32; DIMENSIONS];
    let mut count = 0.0f32;
    for meaning in judged.iter().filter_map(|example| example.meaning.as_ref()) {
        centre.iter_mut().zip(meaning.dense()).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    centre.iter_mut().for_each(|sum| *sum /= count.max(1.0));
    centre
}

fn row(
    example: &Example,
    centre: &[f32],
    now: Timestamp,
    columns: &mut Vec<Column>,
    places: &mut BTreeMap<String, usize>,
) -> Row {
    let Example { item, meaning, judgement } = example;
    let mut placed = Vec::new();
    for Sign { name, value, prior, .. } in signs(item, judgement.at) {
        let place = *places.entry(name.clone()).or_insert_with(|| {
            columns.push(Column { name, prior, approved: 0, judged: 0 });
            columns.len() - 1
        });
        columns[place].judged += 1;
        columns[place].approved += u32::from(judgement.is_approved);
        placed.push((place, value));
    }
    let meaning = meaning.as_ref().map(|meaning| {
        let dense = meaning.dense();
        Box::new(std::array::from_fn(|at| dense[at] - centre[at]))
    });
    let days = now.duration_since(judgement.at).as_secs_f64() / 86_400.0;
    let weight = judgement.lesson * 0.5f64.powf(days.max(0.0) / HALF_LIFE) as f32;
    Row { signs: placed, meaning, weight, wanted: f32::from(u8::from(judgement.is_approved)) }
}

/// Weights that minimise Σ weight·loss + ½ Σ precision·(w − mean)²: by column, then by dimension.
fn fit(rows: &[Row], columns: &[Column]) -> Vec<f32> {
    let priors: Vec<Prior> = columns
        .iter()
        .map(|column| column.prior)
        .chain(std::iter::repeat_n(Prior { mean: 0.0, precision: MEANING }, DIMENSIONS))
        .collect();
    // In steps of a prior's spread all directions are alike, which the search likes.
    let spread: Vec<f32> = priors.iter().map(|prior| prior.precision.sqrt().recip()).collect();
    let at = |steps: &[f32]| -> Vec<f32> {
        let known = priors.iter().zip(&spread).zip(steps);
        known.map(|((prior, spread), step)| prior.mean + spread * step).collect()
    };
    let steps = minimise(priors.len(), ROUNDS, |steps, gradient| {
        let weights = at(steps);
        let mut slopes = vec![0.0f32; weights.len()];
        let mut value = 0.5 * steps.iter().map(|step| f64::from(step * step)).sum::<f64>();
        for row in rows {
            value += add_loss(row, columns.len(), &weights, &mut slopes);
        }
        for (((gradient, step), slope), spread) in
            gradient.iter_mut().zip(steps).zip(&slopes).zip(&spread)
        {
            *gradient = step + slope * spread;
        }
        value
    });
    at(&steps)
}

/// A row's loss; its slope is added to `slopes`.
fn add_loss(row: &Row, known: usize, weights: &[f32], slopes: &mut [f32]) -> f64 {
    let mut score: f32 = row.signs.iter().map(|(at, value)| weights[*at] * value).sum();
    if let Some(meaning) = &row.meaning {
        score += meaning
            .iter()
            .zip(&weights[known..])
            .map(|(value, weight)| value * weight)
            .sum::<f32>();
    }
    let error = row.weight * (sigmoid(score) - row.wanted);
    for (at, value) in &row.signs {
        slopes[*at] += error * value;
    }
    if let Some(meaning) = &row.meaning {
        slopes[known..]
            .iter_mut()
            .zip(meaning.iter())
            .for_each(|(slope, value)| *slope += error * value);
    }
    // log(1 + e^s) − wanted·s, written so that neither end overflows.
    let soft = score.max(0.0) + (-score.abs()).exp().ln_1p();
    f64::from(row.weight * (soft - row.wanted * score))
}
