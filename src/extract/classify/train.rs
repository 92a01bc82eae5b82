//! Learning: from examples to weights, the same bits each time.

use super::gold::Example;
use super::logistic::{Layout, Matrix, Scale, Targets, fit};
use super::space::{DENSE, GROUPS, Keys, Point, Space, dense_of, keys_of};
use super::taxonomy::Taxonomy;
use super::weights::{Calibration, Header, Table, Weights};
use crate::model::TriggerKind;
use jiff::civil::Date;
use rayon::prelude::*;

/// Into how many stretches of time the examples are cut, and from which on each is scored by what
/// was learnt from those before it, to calibrate: as it will be with what is published next.
/// Random folds would flatter, as one author publishes many alike on one day.
const STRETCHES: usize = 6;
const FIRST_SCORED: usize = 4;
/// By group in the order of `Group::ALL`; chosen on forward splits by date within the first 85%
/// (see `data/classifier/README.md`).
const FUNCTION_SCALE: Scale =
    Scale { groups: [0.8, 0.5, 0.4, 0.0, 1.0, 1.0, 0.3, 0.4, 0.0, 0.0], dense: 0.5 };
const TRIGGER_SCALE: Scale =
    Scale { groups: [0.5, 0.3, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.5, 2.5], dense: 0.3 };
/// How many of an example's best outputs its calibration looks at.
const CALIBRATED: usize = 3;
/// What the gallery files under a category drifts: an example's weight falls to `OLD`, by half of the
/// rest in `HALVED` days before the newest.
const OLD: f64 = 0.25;
const HALVED: f64 = 240.0;

/// A problem to fit: its scale, the cost of errors against weights, and rounds at most.
struct Problem {
    scale: Scale,
    cost: f32,
    rounds: usize,
}

const FUNCTION: Problem = Problem { scale: FUNCTION_SCALE, cost: 12.0, rounds: 80 };
const TRIGGER: Problem = Problem { scale: TRIGGER_SCALE, cost: 3.0, rounds: 100 };

/// Examples made ready: their points and what each output should say of them.
struct Lesson {
    space: Space,
    points: Vec<Point>,
    /// Days since some day.
    days: Vec<f64>,
    functions: Targets,
    triggers: Targets,
}

/// Weights of the two problems, one row of outputs a column.
struct Fitted {
    function: Vec<f32>,
    trigger: Vec<f32>,
}

impl Problem {
    fn layout(&self, space: &Space) -> Layout {
        Layout::new(&space.sizes, |group| self.scale.groups[group] > 0.0)
    }

    fn groups(&self) -> [bool; GROUPS] {
        self.scale.groups.map(|scale| scale > 0.0)
    }

    fn matrix(&self, lesson: &Lesson, chosen: &[usize]) -> Matrix {
        let points: Vec<&Point> = chosen.iter().map(|at| &lesson.points[*at]).collect();
        Matrix::new(&points, &self.layout(&lesson.space), self.scale)
    }

    /// Folds the scale into fitted weights and rounds them.
    fn table(&self, space: &Space, mut fitted: Vec<f32>, outputs: usize) -> Table {
        let layout = self.layout(space);
        let sizes = space.sizes.iter().zip(self.scale.groups).filter(|(_, scale)| *scale > 0.0);
        let scales = sizes.flat_map(|(size, scale)| std::iter::repeat_n(scale, *size));
        let scales = scales.chain(std::iter::repeat_n(self.scale.dense, DENSE));
        for (row, scale) in fitted.chunks_exact_mut(outputs).zip(scales) {
            row.iter_mut().for_each(|weight| *weight *= scale);
        }
        let dense = fitted.split_off(layout.width * outputs);
        Table::quantise(outputs, layout, &fitted, dense)
    }
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
    progress(STRETCHES - FIRST_SCORED + 1, STRETCHES - FIRST_SCORED + 1);
    let header = Header {
        documents: lesson.space.documents,
        sizes: lesson.space.sizes,
        functions: taxonomy.functions.iter().map(|function| function.name.clone()).collect(),
        triggers: TriggerKind::ALL.to_vec(),
        function_groups: FUNCTION.groups(),
        trigger_groups: TRIGGER.groups(),
        function_calibration,
        trigger_calibration,
    };
    let function = FUNCTION.table(&lesson.space, fitted.function, lesson.functions.outputs);
    let trigger = TRIGGER.table(&lesson.space, fitted.trigger, lesson.triggers.outputs);
    let centre = mean(&lesson.points);
    Weights { header, space: lesson.space, function, trigger, centre }
}

/// The mean of the points' dense blocks.
fn mean(points: &[Point]) -> Vec<f32> {
    let mut sums = vec![0.0f64; DENSE];
    for point in points {
        sums.iter_mut().zip(point.dense.iter()).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.into_iter().map(|sum| (sum / points.len().max(1) as f64) as f32).collect()
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
    let days = examples.iter().map(|example| day_of(&example.published)).collect();
    Lesson { space, points, days, functions, triggers }
}

/// Days from the first of 2000 to the date a moment begins with; 0 where it begins with none.
fn day_of(moment: &str) -> f64 {
    let origin = Date::constant(2000, 1, 1);
    let date = moment.get(..10).and_then(|date| date.parse::<Date>().ok()).unwrap_or(origin);
    date.since(origin).map_or(0.0, |span| f64::from(span.get_days()))
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
        fit(&problem.matrix(lesson, chosen), targets, problem.cost, problem.rounds)
    };
    let mut functions = pick(&lesson.functions, chosen);
    let weights = recency(chosen.iter().map(|at| lesson.days[*at]).collect());
    for (row, weight) in functions.weight.chunks_exact_mut(functions.outputs).zip(weights) {
        row.iter_mut().for_each(|known| *known *= weight);
    }
    Fitted {
        function: solve(&FUNCTION, &functions),
        trigger: solve(&TRIGGER, &pick(&lesson.triggers, chosen)),
    }
}

/// What each example weighs by its day; 1 in the mean.
fn recency(days: Vec<f64>) -> Vec<f32> {
    let newest = days.iter().copied().fold(0.0, f64::max);
    let weights = days.iter().map(|day| OLD + (1.0 - OLD) * (-(newest - day) / HALVED).exp2());
    let weights: Vec<f64> = weights.collect();
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    weights.into_iter().map(|weight| (weight / mean) as f32).collect()
}

fn pick(targets: &Targets, chosen: &[usize]) -> Targets {
    let outputs = targets.outputs;
    let rows = |table: &[f32]| {
        chosen.iter().flat_map(|at| table[at * outputs..(at + 1) * outputs].to_vec()).collect()
    };
    Targets { outputs, wanted: rows(&targets.wanted), weight: rows(&targets.weight) }
}

/// Scores the latest stretches of time, each by weights learnt from all before it, and fits how scores
/// become probabilities.
fn calibrate(
    lesson: &Lesson,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (Calibration, Calibration) {
    let count = lesson.points.len();
    let mut functions = Vec::new();
    let mut triggers = Vec::new();
    for stretch in FIRST_SCORED..STRETCHES {
        let start = count * stretch / STRETCHES;
        let held: Vec<usize> = (start..count * (stretch + 1) / STRETCHES).collect();
        let fitted = fit_all(lesson, &(0..start).collect::<Vec<usize>>());
        let by_function = FUNCTION.matrix(lesson, &held);
        let by_trigger = TRIGGER.matrix(lesson, &held);
        for (at, example) in held.iter().enumerate() {
            let scores = score(&by_function, at, &fitted.function, lesson.functions.outputs);
            collect(&scores, &lesson.functions, *example, &mut functions);
            let scores = score(&by_trigger, at, &fitted.trigger, lesson.triggers.outputs);
            collect(&scores, &lesson.triggers, *example, &mut triggers);
        }
        progress(stretch - FIRST_SCORED + 1, STRETCHES - FIRST_SCORED + 1);
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
