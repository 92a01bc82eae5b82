//! Linear models with a logistic loss and an L2 penalty, all outputs fitted together.

use super::space::{DENSE, GROUPS, Point};
use crate::fit::minimise;
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

/// How strongly each part of a point counts in a problem; groups at 0 take no part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) groups: [f32; GROUPS],
    pub(super) dense: f32,
}

/// Which rows of a space a problem knows, closed up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// By group: its rows in the space and its first column; `None` where it takes no part.
    groups: [Option<(usize, usize)>; GROUPS],
    pub(super) width: usize,
}

impl Layout {
    /// Of the groups that `takes_part` picks, in a space with groups of these `sizes`.
    pub(super) fn new(sizes: &[usize; GROUPS], takes_part: impl Fn(usize) -> bool) -> Self {
        let (mut row, mut width) = (0, 0);
        let groups = std::array::from_fn(|group| {
            let place = takes_part(group).then_some((row, width));
            row += sizes[group];
            width += if place.is_some() { sizes[group] } else { 0 };
            place
        });
        Self { groups, width }
    }

    /// The columns of a point with their values and groups.
    pub(super) fn columns<'a>(
        &'a self,
        point: &'a Point,
    ) -> impl Iterator<Item = (usize, f32, usize)> + 'a {
        let parts = self.groups.iter().zip(&point.sparse).enumerate();
        parts.filter_map(|(group, (place, values))| Some((group, (*place)?, values))).flat_map(
            |(group, (row, column), values)| {
                values.iter().map(move |(at, value)| (*at as usize - row + column, *value, group))
            },
        )
    }
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
    pub(super) fn new(points: &[&Point], layout: &Layout, scale: Scale) -> Self {
        let mut matrix = Self {
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
            dense: Vec::with_capacity(points.len() * DENSE),
            sparse_width: layout.width,
        };
        for point in points {
            for (column, value, group) in layout.columns(point) {
                matrix.columns.push(column as u32);
                matrix.values.push(value * scale.groups[group]);
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
pub(super) fn fit(matrix: &Matrix, targets: &Targets, cost: f32, rounds: usize) -> Vec<f32> {
    let size = matrix.width() * targets.outputs;
    minimise(size, rounds, |weights, gradient| {
        let parts: Vec<(f64, Vec<f32>)> = (0..PARTS)
            .into_par_iter()
            .map(|part| {
                let points = matrix.len() * part / PARTS..matrix.len() * (part + 1) / PARTS;
                part_of_objective(matrix, targets, cost, weights, points)
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
        value += f64::from(cost) * turn_to_errors(&mut scores, wanted, weight);
        scores.iter_mut().for_each(|error| *error *= cost);
        matrix.spread(at, &scores, &mut gradient);
    }
    (value, gradient)
}

/// Turns scores into their errors; the loss of all outputs together.
fn turn_to_errors(scores: &mut [f32], wanted: &[f32], weight: &[f32]) -> f64 {
    let mut loss = 0.0f64;
    for ((score, wanted), weight) in scores.iter_mut().zip(wanted).zip(weight) {
        // log(1 + e^s) − wanted·s, written so that neither end overflows.
        let soft = score.max(0.0) + (-score.abs()).exp().ln_1p();
        loss += f64::from(weight * (soft - wanted * *score));
        *score = weight * (sigmoid(*score) - wanted);
    }
    loss
}

/// 1 / (1 + e^−score).
pub(super) fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_the_slope_of_the_loss_when_scores_move() {
        let (wanted, weight) = ([1.0, 0.0, 1.0], [1.0, 1.0, 0.5]);
        let start = [0.3f32, -1.2, 0.8];
        let mut errors = start;
        turn_to_errors(&mut errors, &wanted, &weight);
        for at in 0..3 {
            let mut moved = [start, start];
            moved[0][at] += 1e-2;
            moved[1][at] -= 1e-2;
            let [up, down] = moved.map(|mut scores| turn_to_errors(&mut scores, &wanted, &weight));
            assert!((f64::from(errors[at]) - (up - down) / 2e-2).abs() < 1e-3);
        }
    }

    #[test]
    fn columns_close_up_when_a_group_takes_no_part() {
        let mut sizes = [0; GROUPS];
        (sizes[0], sizes[1], sizes[2]) = (3, 5, 2);
        let layout = Layout::new(&sizes, |group| group != 1);
        let mut point = Point { sparse: Default::default(), dense: Box::new([0.0; DENSE]) };
        point.sparse[0] = vec![(2, 0.5)];
        point.sparse[1] = vec![(4, 0.5)];
        point.sparse[2] = vec![(9, 0.25)];
        let columns: Vec<_> = layout.columns(&point).collect();
        assert_eq!((layout.width, columns), (5, vec![(2, 0.5, 0), (4, 0.25, 2)]));
    }
}
