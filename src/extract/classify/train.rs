//! Learning: from examples to weights, the same bits each time.

use super::gold::Example;
use super::logistic::{Loss, Matrix, Scale, Targets, fit, log_sum_exp};
use super::space::{DENSE, Keys, Point, Space, dense_of, keys_of};
use super::taxonomy::Taxonomy;
use super::weights::{Calibration, Header, Weights};
use crate::model::TriggerKind;
use rayon::prelude::*;

/// Contiguous stretches of time held out in turn to calibrate; random folds would flatter, as one author
/// publishes many alike on one day.
const FOLDS: usize = 5;
/// Chosen on forward splits by date (see `data/classifier/README.md`).
const FUNCTION_SCALE: Scale = Scale { groups: [0.8, 0.5, 1.5, 0.0, 0.0], dense: 0.6 };
const TRIGGER_SCALE: Scale = Scale { groups: [0.5, 0.3, 1.0, 2.5, 2.5], dense: 0.3 };
const BLEND: f32 = 1.0;
/// How many of an example's best outputs its calibration looks at.
const CALIBRATED: usize = 3;

/// A problem to fit: its loss, its scale, the cost of errors against weights, and rounds at most.
struct Problem {
    loss: Loss,
    scale: Scale,
    cost: f32,
    rounds: usize,
}

const OWN: Problem = Problem { loss: Loss::Each, scale: FUNCTION_SCALE, cost: 5.0, rounds: 100 };
const SHARE: Problem =
    Problem { loss: Loss::Shared, scale: FUNCTION_SCALE, cost: 15.0, rounds: 100 };
const TRIGGER: Problem = Problem { loss: Loss::Each, scale: TRIGGER_SCALE, cost: 3.0, rounds: 100 };

/// Examples made ready: their points and what each output should say of them.
struct Lesson {
    space: Space,
    points: Vec<Point>,
    functions: Targets,
    triggers: Targets,
}

/// Weights of the three problems, one row of outputs a column.
struct Fitted {
    own: Vec<f32>,
    share: Vec<f32>,
    trigger: Vec<f32>,
}

/// Learns weights from examples; `progress` is told of each fit that is done, of how many.
///
/// The order of `examples` does not matter: they are sorted by date, then by title.
pub(super) fn train(
    examples: &[Example],
    taxonomy: &Taxonomy,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Weights {
    let mut sorted: Vec<&Example> = examples.iter().collect();
    sorted
        .sort_by(|a, b| (&a.published, &a.title, &a.text).cmp(&(&b.published, &b.title, &b.text)));
    let lesson = prepare(&sorted, taxonomy);
    let all: Vec<usize> = (0..sorted.len()).collect();
    let (function_calibration, trigger_calibration) = calibrate(&lesson, progress);
    let fitted = fit_all(&lesson, &all);
    progress(FOLDS + 1, FOLDS + 1);
    let header = Header {
        documents: lesson.space.documents,
        sizes: lesson.space.sizes,
        functions: taxonomy.functions.iter().map(|function| function.name.clone()).collect(),
        triggers: TriggerKind::ALL.to_vec(),
        blend: BLEND,
        function_calibration,
        trigger_calibration,
    };
    let (sparse, dense) = join(&lesson.space, &fitted, lesson.functions.outputs);
    Weights::quantise(header, lesson.space, &sparse, dense)
}

fn prepare(examples: &[&Example], taxonomy: &Taxonomy) -> Lesson {
    let keys: Vec<Keys> = examples.par_iter().map(|e| keys_of(&e.title, &e.text)).collect();
    let space = Space::build(&keys);
    let points = examples
        .par_iter()
        .zip(&keys)
        .map(|(e, keys)| space.place(keys, dense_of(&e.title, &e.text)))
        .collect();
    let functions = targets(examples, taxonomy.functions.len(), |example| {
        let all = 0..taxonomy.functions.len();
        all.map(|function| example.is_of(taxonomy, function)).collect()
    });
    let triggers = targets(examples, TriggerKind::ALL.len(), |example| {
        let kinds = example.trigger_kinds();
        let known = !kinds.is_empty();
        TriggerKind::ALL.iter().map(|kind| known.then(|| kinds.contains(kind))).collect()
    });
    Lesson { space, points, functions, triggers }
}

fn targets(
    examples: &[&Example],
    outputs: usize,
    labels: impl Fn(&Example) -> Vec<Option<bool>>,
) -> Targets {
    let all: Vec<Option<bool>> = examples.iter().flat_map(|example| labels(example)).collect();
    Targets {
        outputs,
        wanted: all.iter().map(|label| if *label == Some(true) { 1.0 } else { 0.0 }).collect(),
        weight: all.iter().map(|label| if label.is_some() { 1.0 } else { 0.0 }).collect(),
    }
}

fn fit_all(lesson: &Lesson, chosen: &[usize]) -> Fitted {
    let solve = |problem: &Problem, targets: &Targets| {
        let points: Vec<&Point> = chosen.iter().map(|at| &lesson.points[*at]).collect();
        let matrix = Matrix::new(&points, lesson.space.rows(), problem.scale);
        let targets = pick(targets, chosen);
        fit(&matrix, &targets, problem.loss, problem.cost, problem.rounds)
    };
    Fitted {
        own: solve(&OWN, &lesson.functions),
        share: solve(&SHARE, &lesson.functions),
        trigger: solve(&TRIGGER, &lesson.triggers),
    }
}

fn pick(targets: &Targets, chosen: &[usize]) -> Targets {
    let outputs = targets.outputs;
    let rows = |table: &[f32]| {
        chosen.iter().flat_map(|at| table[at * outputs..(at + 1) * outputs].to_vec()).collect()
    };
    Targets { outputs, wanted: rows(&targets.wanted), weight: rows(&targets.weight) }
}

/// Folds each problem's scale into its weights and lays the outputs side by side: rows of the space,
/// then dense dimensions with the bias.
fn join(space: &Space, fitted: &Fitted, functions: usize) -> (Vec<f32>, Vec<f32>) {
    let triggers = TriggerKind::ALL.len();
    let group_of_row = space.sizes.iter().enumerate();
    let mut scales: Vec<(f32, f32)> = group_of_row
        .flat_map(|(group, size)| {
            let pair = (FUNCTION_SCALE.groups[group], TRIGGER_SCALE.groups[group]);
            std::iter::repeat_n(pair, *size)
        })
        .collect();
    scales.extend(std::iter::repeat_n((FUNCTION_SCALE.dense, TRIGGER_SCALE.dense), DENSE));
    scales.push((1.0, 1.0));
    let mut joined = Vec::with_capacity(scales.len() * (2 * functions + triggers));
    for (column, (function_scale, trigger_scale)) in scales.into_iter().enumerate() {
        for table in [&fitted.own, &fitted.share] {
            let row = &table[column * functions..(column + 1) * functions];
            joined.extend(row.iter().map(|weight| weight * function_scale));
        }
        let row = &fitted.trigger[column * triggers..(column + 1) * triggers];
        joined.extend(row.iter().map(|weight| weight * trigger_scale));
    }
    let dense = joined.split_off(space.rows() * (2 * functions + triggers));
    (joined, dense)
}

/// Scores every fold by weights learnt from the others, and fits how scores become probabilities.
fn calibrate(
    lesson: &Lesson,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (Calibration, Calibration) {
    let count = lesson.points.len();
    let mut functions = Vec::new();
    let mut triggers = Vec::new();
    for fold in 0..FOLDS {
        let held = count * fold / FOLDS..count * (fold + 1) / FOLDS;
        let rest: Vec<usize> = (0..count).filter(|at| !held.contains(at)).collect();
        let fitted = fit_all(lesson, &rest);
        let held: Vec<usize> = held.collect();
        let points: Vec<&Point> = held.iter().map(|at| &lesson.points[*at]).collect();
        let by_function = Matrix::new(&points, lesson.space.rows(), FUNCTION_SCALE);
        let by_trigger = Matrix::new(&points, lesson.space.rows(), TRIGGER_SCALE);
        for (at, example) in held.iter().enumerate() {
            let own = score(&by_function, at, &fitted.own, lesson.functions.outputs);
            let share = score(&by_function, at, &fitted.share, lesson.functions.outputs);
            collect(&blend(&own, &share, BLEND), &lesson.functions, *example, &mut functions);
            let kinds = score(&by_trigger, at, &fitted.trigger, lesson.triggers.outputs);
            collect(&kinds, &lesson.triggers, *example, &mut triggers);
        }
        progress(fold + 1, FOLDS + 1);
    }
    (fit_calibration(&functions), fit_calibration(&triggers))
}

fn score(matrix: &Matrix, at: usize, weights: &[f32], outputs: usize) -> Vec<f32> {
    let mut scores = vec![0.0; outputs];
    matrix.score(at, weights, &mut scores);
    scores
}

/// Keeps the best scores of an example with their outcomes. The many outputs that nobody would pick
/// are easy; fitted along with them, the curve would flatter those that are picked.
fn collect(scores: &[f32], targets: &Targets, example: usize, into: &mut Vec<(f32, f32)>) {
    let row = example * targets.outputs..(example + 1) * targets.outputs;
    let known = targets.wanted[row.clone()].iter().zip(&targets.weight[row]).zip(scores);
    let mut best: Vec<(f32, f32)> = known
        .filter(|((_, weight), _)| **weight > 0.0)
        .map(|((wanted, _), score)| (*score, *wanted))
        .collect();
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    into.extend(best.into_iter().take(CALIBRATED));
}

/// A function's score: its own, and `factor` times the logarithm of its share among all.
pub(super) fn blend(own: &[f32], share: &[f32], factor: f32) -> Vec<f32> {
    let total = log_sum_exp(share);
    own.iter().zip(share).map(|(own, share)| own + factor * (share - total)).collect()
}

/// Platt's sigmoid through (score, outcome) pairs, by Newton's method with halved steps.
fn fit_calibration(pairs: &[(f32, f32)]) -> Calibration {
    let mut now = (0.0f64, 0.0f64);
    let mut loss = calibration_loss(pairs, now);
    for _ in 0..50 {
        let (slope, offset) = calibration_step(pairs, now);
        let tried = (0..30).find_map(|halvings| {
            let part = 0.5f64.powi(halvings);
            let there = (now.0 - part * slope, now.1 - part * offset);
            let loss_there = calibration_loss(pairs, there);
            (loss_there < loss).then_some((there, loss_there))
        });
        let Some((there, loss_there)) = tried else { break };
        (now, loss) = (there, loss_there);
    }
    Calibration { slope: now.0 as f32, offset: now.1 as f32 }
}

fn calibration_loss(pairs: &[(f32, f32)], (slope, offset): (f64, f64)) -> f64 {
    let loss = |(score, outcome): &(f32, f32)| {
        let x = slope * f64::from(*score) + offset;
        x.max(0.0) + (-x.abs()).exp().ln_1p() - f64::from(*outcome) * x
    };
    pairs.iter().map(loss).sum()
}

/// Newton's step: the inverse curvature times the gradient.
fn calibration_step(pairs: &[(f32, f32)], (slope, offset): (f64, f64)) -> (f64, f64) {
    let mut gradient = [0.0f64; 2];
    // A touch of curvature keeps the step finite where outcomes are all alike.
    let mut curvature = [1e-6f64, 0.0, 1e-6];
    for (score, outcome) in pairs {
        let x = f64::from(*score);
        let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
        let (error, spread) = (p - f64::from(*outcome), p * (1.0 - p));
        gradient[0] += error * x;
        gradient[1] += error;
        curvature[0] += spread * x * x;
        curvature[1] += spread * x;
        curvature[2] += spread;
    }
    let determinant = curvature[0] * curvature[2] - curvature[1] * curvature[1];
    (
        (curvature[2] * gradient[0] - curvature[1] * gradient[1]) / determinant,
        (curvature[0] * gradient[1] - curvature[1] * gradient[0]) / determinant,
    )
}

#[cfg(test)]
mod tests {
    use super::super::logistic::sigmoid;
    use super::*;

    #[test]
    fn probabilities_match_outcomes_when_calibrated() {
        // Outcomes drawn evenly so that P(yes | s) = sigmoid(2s − 1).
        let pairs: Vec<(f32, f32)> = (0..4000)
            .map(|i| {
                let score = (i % 40) as f32 / 10.0 - 2.0;
                let rank = ((i / 40) as f32 + 0.5) / 100.0;
                (score, if rank < sigmoid(2.0 * score - 1.0) { 1.0 } else { 0.0 })
            })
            .collect();
        let found = fit_calibration(&pairs);
        assert!((found.slope - 2.0).abs() < 0.1 && (found.offset + 1.0).abs() < 0.1, "{found:?}");
    }
}
