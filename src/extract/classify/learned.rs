//! What a workspace's reviewers taught: small shifts upon the shipped probabilities.
//!
//! By label a logistic regression over an item's meaning that starts from the shipped score, held to
//! it by a strong prior: like items move with a correction, others hardly. Learnt anew from all
//! corrections each time, which takes milliseconds for hundreds; the same corrections give the same
//! shifts in any order.

use super::logistic::sigmoid;
use super::space::DENSE;
use crate::embed::DIMENSIONS;
use crate::fit::minimise;
use crate::model::Scored;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Dimensions of an item's meaning: its title's and its whole text's.
const MEANING: usize = 2 * DIMENSIONS;
/// Precision of the prior on a direction of meaning, and on a label as a whole.
const HELD: f32 = 0.15;
const HELD_AS_A_WHOLE: f32 = 4.0;
/// No shift is larger than this (log-odds).
const MOST: f32 = 4.0;
/// What an approval that left a label standing weighs, against 1 for an edit.
const LEFT_STANDING: f32 = 0.25;
/// The probability taken for a label of which nothing was said.
const UNSAID: f32 = 0.05;
/// Steps of the fit.
const ROUNDS: usize = 40;

/// Which of the lists of an item a label stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    Functions,
    Industries,
}

/// What a reviewer told of one label of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub facet: Facet,
    pub label: String,
    pub holds: bool,
    /// In 0..=1.
    pub weight: f32,
}

/// An item that a reviewer corrected or approved.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    pub title: String,
    /// What stands for its meaning, as `Content::meaning` gives it.
    pub text: String,
    pub told: Vec<Told>,
}

/// The shifts of a workspace; empty at first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// How many corrections it was learnt from.
    pub corrections: usize,
    shifts: Vec<Shift>,
}

/// One label's shift: linear in the meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    facet: Facet,
    label: String,
    /// For every item.
    whole: f32,
    /// What one step of `steps` is worth.
    scale: f32,
    /// By dimension of the meaning; fewer than that many are not heeded.
    steps: Vec<i8>,
}

impl Correction {
    /// What an edit of the list `facet` from `before` to `after` tells: what was taken out does not
    /// hold, what stands does.
    pub fn tell_edit(&mut self, facet: Facet, before: &[Scored], after: &[Scored]) {
        let holds = |label: &str| after.iter().any(|scored| scored.label == label);
        let taken = before.iter().filter(|scored| !holds(&scored.label));
        let told = taken.map(|scored| (scored, false)).chain(after.iter().map(|s| (s, true)));
        self.told.extend(told.map(|(scored, holds)| Told {
            facet,
            label: scored.label.clone(),
            holds,
            weight: 1.0,
        }));
    }

    /// What an approval tells of the list `facet` that it left standing.
    pub fn tell_approval(&mut self, facet: Facet, standing: &[Scored]) {
        self.told.extend(standing.iter().map(|scored| Told {
            facet,
            label: scored.label.clone(),
            holds: true,
            weight: LEFT_STANDING,
        }));
    }
}

/// A point in the space of meanings, and what the shipped weights say there.
pub(super) struct Seen {
    pub(super) meaning: Meaning,
    pub(super) functions: Vec<Scored>,
    pub(super) industries: Vec<Scored>,
}

/// The meaning of an item, at length 1 (or 0, where it has none).
pub(super) struct Meaning(Box<[f32; MEANING]>);

impl Meaning {
    /// Of an item's dense blocks; `centre` is what texts have in common.
    pub(super) fn of(dense: &[f32; DENSE], centre: &[f32]) -> Self {
        let mut meaning = Box::new([0.0f32; MEANING]);
        for (half, from) in [(0, 0), (DIMENSIONS, DENSE - DIMENSIONS)] {
            let block = &dense[from..from + DIMENSIONS];
            if block.iter().all(|value| *value == 0.0) {
                continue;
            }
            let part = &mut meaning[half..half + DIMENSIONS];
            for ((to, value), common) in part.iter_mut().zip(block).zip(&centre[from..]) {
                *to = value - common;
            }
            let length = part.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
            // Each half at √½ makes the whole 1.
            part.iter_mut().for_each(|v| *v *= std::f32::consts::FRAC_1_SQRT_2 / length);
        }
        Self(meaning)
    }
}

impl Learned {
    /// Learns from `corrections` with what the shipped weights say of each.
    pub(super) fn fit(corrections: &[(&Correction, Seen)]) -> Self {
        let mut by_label: BTreeMap<(Facet, &str), Vec<(usize, &Told)>> = BTreeMap::new();
        for (at, (correction, _)) in corrections.iter().enumerate() {
            for told in &correction.told {
                by_label.entry((told.facet, &told.label)).or_default().push((at, told));
            }
        }
        let shifts = by_label.into_iter().map(|((facet, label), told)| {
            let lessons: Vec<Lesson> = told
                .into_iter()
                .map(|(at, told)| {
                    let seen = &corrections[at].1;
                    let list = match facet {
                        Facet::Functions => &seen.functions,
                        Facet::Industries => &seen.industries,
                    };
                    let said = list.iter().find(|scored| scored.label == label);
                    let p = said.map_or(UNSAID, |scored| scored.p);
                    Lesson { meaning: &seen.meaning, logit: logit(p), told }
                })
                .collect();
            Shift::fit(facet, label, &lessons)
        });
        Self { corrections: corrections.len(), shifts: shifts.collect() }
    }

    /// Whether nothing was learnt yet.
    pub fn is_empty(&self) -> bool {
        self.shifts.is_empty()
    }

    /// Moves the probabilities of `list` and puts them in order again; labels of which nothing was
    /// said join it when they reach `least`.
    pub(super) fn apply(
        &self,
        facet: Facet,
        meaning: &Meaning,
        list: &mut Vec<Scored>,
        least: f32,
    ) {
        for shift in self.shifts.iter().filter(|shift| shift.facet == facet) {
            let by = shift.at(meaning);
            match list.iter_mut().find(|scored| scored.label == shift.label) {
                Some(scored) => scored.p = sigmoid(logit(scored.p) + by),
                None => {
                    let p = sigmoid(logit(UNSAID) + by);
                    if p >= least {
                        list.push(Scored { label: shift.label.clone(), p });
                    }
                }
            }
        }
        list.sort_by(|a, b| b.p.total_cmp(&a.p));
    }
}

/// One thing told of a label, at a point where the shipped weights say `logit`.
struct Lesson<'a> {
    meaning: &'a Meaning,
    logit: f32,
    told: &'a Told,
}

impl Shift {
    fn fit(facet: Facet, label: &str, lessons: &[Lesson]) -> Self {
        let weights = minimise(MEANING + 1, ROUNDS, |weights, gradient| {
            let (directions, whole) = weights.split_at(MEANING);
            let mut value = 0.5 * f64::from(HELD_AS_A_WHOLE * whole[0] * whole[0]);
            gradient[MEANING] = HELD_AS_A_WHOLE * whole[0];
            for (slope, weight) in gradient.iter_mut().zip(directions) {
                *slope = HELD * weight;
                value += 0.5 * f64::from(HELD * weight * weight);
            }
            for Lesson { meaning, logit, told } in lessons {
                let score = logit + whole[0] + product(directions, &meaning.0[..]);
                let wanted = if told.holds { 1.0 } else { 0.0 };
                let soft = score.max(0.0) + (-score.abs()).exp().ln_1p();
                value += f64::from(told.weight * (soft - wanted * score));
                let error = told.weight * (sigmoid(score) - wanted);
                gradient[MEANING] += error;
                gradient.iter_mut().zip(&meaning.0[..]).for_each(|(g, m)| *g += error * m);
            }
            value
        });
        let (directions, whole) = weights.split_at(MEANING);
        let most = directions.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        let steps = directions.iter().map(|weight| (weight / scale).round() as i8).collect();
        Self { facet, label: label.to_owned(), whole: whole[0], scale, steps }
    }

    /// By how much the log-odds move at `meaning`.
    fn at(&self, meaning: &Meaning) -> f32 {
        let steps = self.steps.iter().map(|step| f32::from(*step));
        let sum: f32 = steps.zip(meaning.0.iter()).map(|(step, value)| step * value).sum();
        let by = self.whole + self.scale * sum;
        // A damaged file must not spread what is no number.
        if by.is_finite() { by.clamp(-MOST, MOST) } else { 0.0 }
    }
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn logit(p: f32) -> f32 {
    let p = p.clamp(1e-4, 1.0 - 1e-4);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Meanings around `kinds` directions, spread by what `at` hashes to.
    fn meaning(at: usize, kinds: usize) -> Meaning {
        let mut values = Box::new([0.0f32; MEANING]);
        values[at % kinds] = 0.8;
        for turn in 0..6 {
            let place = at.wrapping_mul(2_654_435_761).wrapping_add(turn * 40_503) >> 7;
            values[kinds + place % (MEANING - kinds)] += 0.25;
        }
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        values.iter_mut().for_each(|v| *v /= length);
        Meaning(values)
    }

    fn scored(label: &str, p: f32) -> Scored {
        Scored { label: label.into(), p }
    }

    fn corrected(at: usize, kinds: usize, p: f32, holds: bool) -> (Correction, Seen) {
        let told = Told { facet: Facet::Functions, label: "A".into(), holds, weight: 1.0 };
        let correction = Correction { title: String::new(), text: String::new(), told: vec![told] };
        let functions = vec![scored("A", p)];
        (correction, Seen { meaning: meaning(at, kinds), functions, industries: vec![] })
    }

    fn fit(corrections: Vec<(Correction, Seen)>) -> Learned {
        let (told, seen): (Vec<Correction>, Vec<Seen>) = corrections.into_iter().unzip();
        Learned::fit(&told.iter().zip(seen).collect::<Vec<_>>())
    }

    fn after(learned: &Learned, at: usize, kinds: usize, p: f32) -> f32 {
        let mut list = vec![scored("A", p)];
        learned.apply(Facet::Functions, &meaning(at, kinds), &mut list, 0.2);
        list[0].p
    }

    #[test]
    fn like_items_move_and_others_stay_when_corrected() {
        // Items 0, 7, 14, 21 are of one kind; 3 and 10 of another.
        let learned = fit((0..3).map(|at| corrected(at * 7, 7, 0.7, false)).collect());
        assert!(after(&learned, 21, 7, 0.7) < 0.35, "{}", after(&learned, 21, 7, 0.7));
        for other in [3, 10] {
            assert!((after(&learned, other, 7, 0.7) - 0.7).abs() < 0.1);
        }
    }

    #[test]
    fn nothing_moves_when_nothing_was_learnt_of_it() {
        let learned = fit(vec![corrected(0, 7, 0.7, false)]);
        let mut list = vec![scored("B", 0.6), scored("C", 0.5)];
        let before = list.clone();
        learned.apply(Facet::Functions, &meaning(0, 7), &mut list, 0.2);
        assert_eq!(list, before);
        let mut list = vec![scored("A", 0.6)];
        learned.apply(Facet::Industries, &meaning(0, 7), &mut list, 0.2);
        assert_eq!(list, [scored("A", 0.6)]);
    }

    #[test]
    fn a_label_joins_when_reviewers_keep_adding_it() {
        let mut corrections: Vec<_> = (0..4).map(|at| corrected(at * 7, 7, 0.0, true)).collect();
        corrections.iter_mut().for_each(|(_, seen)| seen.functions.clear());
        let learned = fit(corrections);
        let mut list = vec![scored("B", 0.3)];
        learned.apply(Facet::Functions, &meaning(28, 7), &mut list, 0.2);
        assert_eq!(list[0].label, "A", "{list:?}");
    }

    #[test]
    fn probabilities_stay_true_when_honest_reviewers_meet_true_ones() {
        // By item: what was said, and whether it holds, so often as was said.
        let said = |at: usize| [0.15, 0.35, 0.5, 0.7, 0.9][at % 5];
        let holds = |at: usize| ((at / 5) * 37 % 100) as f32 + 0.5 < 100.0 * said(at);
        let learned = fit((0..600).map(|at| corrected(at, 11, said(at), holds(at))).collect());
        let mut bins = [(0.0f32, 0.0f32, 0usize); 10];
        for at in 1000..3000 {
            let p = after(&learned, at, 11, said(at));
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            *bin = (bin.0 + p, bin.1 + f32::from(u8::from(holds(at))), bin.2 + 1);
        }
        let error: f32 = bins.iter().map(|(p, hits, _)| (p - hits).abs()).sum::<f32>() / 2000.0;
        assert!(error <= 0.05, "{error}: {bins:?}");
    }

    #[test]
    fn the_same_shifts_come_back_when_written_and_read() {
        let learned = fit((0..4).map(|at| corrected(at, 3, 0.4, at % 2 == 0)).collect());
        let text = serde_json::to_string(&learned).expect("JSON");
        assert_eq!(serde_json::from_str::<Learned>(&text).expect("its own"), learned);
    }

    #[test]
    fn an_edit_tells_what_left_and_what_stands() {
        let mut correction = Correction { title: String::new(), text: String::new(), told: vec![] };
        let (before, after) = ([scored("A", 0.7), scored("B", 0.4)], [scored("B", 1.0)]);
        correction.tell_edit(Facet::Functions, &before, &after);
        let told: Vec<(&str, bool)> =
            correction.told.iter().map(|told| (told.label.as_str(), told.holds)).collect();
        assert_eq!(told, [("A", false), ("B", true)]);
    }
}
