//! Linear models with a logistic loss and an L2 penalty, all outputs fitted together.

use super::minimise::minimise;
use super::space::{DENSE, Group, Point};
use rayon::prelude::*;

/// Into how many parts the points are cut; fixed, so that sums have one order on any machine.
const PARTS: usize = 4;

/// Points laid out in rows, their groups scaled for one problem.
pub(super) struct Matrix {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    dense: Vec<f32>,
    sparse_width: usize,
}

/// How strongly each part of a point counts in a problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) groups: [f32; Group::ALL.len()],
    pub(super) dense: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Each output says yes or no on its own.
    Each,
    /// The outputs share one unit of probability.
    Shared,
}

/// What the outputs learn from; both tables hold one row of outputs a point.
pub(super) struct Targets {
    pub(super) outputs: usize,
    /// In 0..=1.
    pub(super) wanted: Vec<f32>,
    /// 0 where nothing is known.
    pub(super) weight: Vec<f32>,
}

impl Matrix {
    pub(super) fn new(points: &[&Point], sparse_width: usize, scale: Scale) -> Self {
        let mut matrix = Self {
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
            dense: Vec::with_capacity(points.len() * DENSE),
            sparse_width,
        };
        for point in points {
            for (group, scale) in point.sparse.iter().zip(scale.groups).filter(|g| g.1 > 0.0) {
                matrix.columns.extend(group.iter().map(|(row, _)| row));
                matrix.values.extend(group.iter().map(|(_, value)| value * scale));
            }
            matrix.starts.push(matrix.columns.len());
            matrix.dense.extend(point.dense.iter().map(|value| value * scale.dense));
        }
        matrix
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Columns of weights: sparse ones, dense ones, the bias.
    fn width(&self) -> usize {
        self.sparse_width + DENSE + 1
    }

    /// Each column of point `at` with its value.
    fn columns(&self, at: usize) -> impl Iterator<Item = (usize, f32)> {
        let range = self.starts[at]..self.starts[at + 1];
        let sparse = self.columns[range.clone()].iter().zip(&self.values[range]);
        let dense = self.dense[at * DENSE..(at + 1) * DENSE].iter().enumerate();
        sparse
            .map(|(column, value)| (*column as usize, *value))
            .chain(dense.map(|(i, value)| (self.sparse_width + i, *value)))
            .chain(std::iter::once((self.width() - 1, 1.0)))
    }

    /// Adds the scores of point `at` under `weights` to `scores`.
    pub(super) fn score(&self, at: usize, weights: &[f32], scores: &mut [f32]) {
        let outputs = scores.len();
        for (column, value) in self.columns(at) {
            let row = &weights[column * outputs..(column + 1) * outputs];
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += weight * value);
        }
    }

    fn spread(&self, at: usize, errors: &[f32], gradient: &mut [f32]) {
        let outputs = errors.len();
        for (column, value) in self.columns(at) {
            let row = &mut gradient[column * outputs..(column + 1) * outputs];
            row.iter_mut().zip(errors).for_each(|(total, error)| *total += error * value);
        }
    }
}

/// Weights that minimise ½|w|² + cost·Σ weight·loss, one row of outputs a column; the bias is
/// penalised as any weight.
pub(super) fn fit(
    matrix: &Matrix,
    targets: &Targets,
    loss: Loss,
    cost: f32,
    rounds: usize,
) -> Vec<f32> {
    let size = matrix.width() * targets.outputs;
    minimise(size, rounds, |weights, gradient| {
        let parts: Vec<(f64, Vec<f32>)> = (0..PARTS)
            .into_par_iter()
            .map(|part| {
                let points = matrix.len() * part / PARTS..matrix.len() * (part + 1) / PARTS;
                part_of_objective(matrix, targets, loss, cost, weights, points)
            })
            .collect();
        gradient.copy_from_slice(weights);
        let mut value = 0.5 * weights.iter().map(|w| f64::from(w * w)).sum::<f64>();
        for (part_value, part_gradient) in &parts {
            value += part_value;
            gradient.iter_mut().zip(part_gradient).for_each(|(total, part)| *total += part);
        }
        value
    })
}

fn part_of_objective(
    matrix: &Matrix,
    targets: &Targets,
    loss: Loss,
    cost: f32,
    weights: &[f32],
    points: std::ops::Range<usize>,
) -> (f64, Vec<f32>) {
    let outputs = targets.outputs;
    let mut gradient = vec![0.0f32; weights.len()];
    let mut value = 0.0f64;
    let mut scores = vec![0.0f32; outputs];
    for at in points {
        let row = at * outputs..(at + 1) * outputs;
        let (wanted, weight) = (&targets.wanted[row.clone()], &targets.weight[row]);
        scores.fill(0.0);
        matrix.score(at, weights, &mut scores);
        value += f64::from(cost)
            * match loss {
                Loss::Each => each_error(&mut scores, wanted, weight),
                Loss::Shared => shared_error(&mut scores, wanted, weight),
            };
        scores.iter_mut().for_each(|error| *error *= cost);
        matrix.spread(at, &scores, &mut gradient);
    }
    (value, gradient)
}

/// Turns scores into their errors; the loss of all outputs together.
fn each_error(scores: &mut [f32], wanted: &[f32], weight: &[f32]) -> f64 {
    let mut loss = 0.0f64;
    for ((score, wanted), weight) in scores.iter_mut().zip(wanted).zip(weight) {
        // log(1 + e^s) − wanted·s, written so that neither end overflows.
        let soft = score.max(0.0) + (-score.abs()).exp().ln_1p();
        loss += f64::from(weight * (soft - wanted * *score));
        *score = weight * (sigmoid(*score) - wanted);
    }
    loss
}

/// As `each_error` for one shared distribution: the wanted mass is split among the outputs that are
/// wanted, and outputs of weight 0 take no part.
fn shared_error(scores: &mut [f32], wanted: &[f32], weight: &[f32]) -> f64 {
    let known = |at: usize| weight[at] > 0.0;
    let mass: f32 = (0..scores.len()).filter(|at| known(*at)).map(|at| wanted[at]).sum();
    if mass <= 0.0 {
        scores.fill(0.0);
        return 0.0;
    }
    let most = (0..scores.len()).filter(|at| known(*at)).map(|at| scores[at]);
    let most = most.fold(f32::NEG_INFINITY, f32::max);
    let total: f32 =
        (0..scores.len()).filter(|at| known(*at)).map(|at| (scores[at] - most).exp()).sum();
    let mut loss = 0.0f64;
    for at in 0..scores.len() {
        if !known(at) {
            scores[at] = 0.0;
            continue;
        }
        let share = wanted[at] / mass;
        let log_p = scores[at] - most - total.ln();
        loss -= f64::from(weight[at] * share * log_p);
        scores[at] = weight[at] * (log_p.exp() - share);
    }
    loss
}

/// 1 / (1 + e^−score).
pub(super) fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

/// log Σ e^score.
pub(super) fn log_sum_exp(scores: &[f32]) -> f32 {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + scores.iter().map(|score| (score - most).exp()).sum::<f32>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_the_slope_of_the_loss_when_scores_move() {
        let (wanted, weight) = ([1.0, 0.0, 1.0], [1.0, 1.0, 1.0]);
        for error_of in [each_error, shared_error] {
            let start = [0.3f32, -1.2, 0.8];
            let mut errors = start;
            error_of(&mut errors, &wanted, &weight);
            for at in 0..3 {
                let mut moved = [start, start];
                moved[0][at] += 1e-2;
                moved[1][at] -= 1e-2;
                let [up, down] = moved.map(|mut scores| error_of(&mut scores, &wanted, &weight));
                assert!((f64::from(errors[at]) - (up - down) / 2e-2).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn an_output_takes_no_part_when_nothing_is_known_of_it() {
        let mut scores = [5.0, 0.0, 0.0];
        shared_error(&mut scores, &[1.0, 1.0, 0.0], &[0.0, 1.0, 1.0]);
        assert_eq!(scores, [0.0, -0.5, 0.5]);
    }
}
