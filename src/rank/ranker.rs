//! The ranker: a linear model over signs and meaning whose every part can be told.

use super::sign::{ALL, Sign, signs};
use crate::embed::{DIMENSIONS, Vector};
use crate::model::{Candidate, Judgement, RankReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parts that move an item less than this (log-odds) are not told.
const TOLD: f32 = 0.05;

/// An item that people judged.
#[derive(Debug, Clone)]
pub struct Example {
    pub item: Candidate,
    /// `None` for a text without a known word.
    pub meaning: Option<Vector>,
    pub judgement: Judgement,
}

/// What was learnt of one sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Weight {
    /// Log-odds a whole sign adds.
    #[serde(rename = "w")]
    pub(super) weight: f32,
    #[serde(rename = "a")]
    pub(super) approved: u32,
    #[serde(rename = "n")]
    pub(super) judged: u32,
}

/// What a team's verdicts say of items; without verdicts the cold-start prior.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranker {
    /// From how many verdicts it was learnt.
    pub verdicts: usize,
    pub(super) weights: BTreeMap<String, Weight>,
    /// The mean of judged meanings, and by dimension what a step away from it adds; empty where
    /// nothing was learnt.
    pub(super) centre: Vec<f32>,
    pub(super) meaning: Vec<f32>,
}

impl Ranker {
    /// The probability that a reviewer approves `item`, 0..=1.
    pub fn worth(&self, item: &Candidate, meaning: Option<&Vector>, now: Timestamp) -> f32 {
        let known: f32 = signs(item, now).iter().map(|sign| self.points(sign)).sum();
        crate::fit::sigmoid(known + self.meant(meaning))
    }

    /// What moves `item`, strongest first.
    pub fn reasons(
        &self,
        item: &Candidate,
        meaning: Option<&Vector>,
        now: Timestamp,
    ) -> Vec<RankReason> {
        let told = signs(item, now).into_iter().filter(|sign| sign.name != ALL).map(|sign| {
            let counted = self.weights.get(&sign.name).filter(|_| sign.is_counted);
            RankReason {
                points: self.points(&sign),
                approved: counted.map(|weight| (weight.approved, weight.judged)),
                about: sign.name,
            }
        });
        let meant = self.meant(meaning);
        let like = if meant > 0.0 { "approved" } else { "rejected" };
        let meant = RankReason {
            about: format!("it means like what was {like}"),
            points: meant,
            approved: None,
        };
        let mut reasons: Vec<RankReason> = told.chain([meant]).collect();
        reasons.retain(|reason| reason.points.abs() >= TOLD);
        reasons.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        reasons
    }

    fn points(&self, sign: &Sign) -> f32 {
        let weight = self.weights.get(&sign.name).map_or(sign.prior.mean, |known| known.weight);
        weight * sign.value
    }

    fn meant(&self, meaning: Option<&Vector>) -> f32 {
        let Some(meaning) = meaning.filter(|_| self.meaning.len() == DIMENSIONS) else {
            return 0.0;
        };
        let parts = meaning.dense().into_iter().zip(&self.centre).zip(&self.meaning);
        parts.map(|((value, centre), weight)| (value - centre) * weight).sum()
    }
}
