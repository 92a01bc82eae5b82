//! Signs: what of an item may speak for or against it, each with a name that people read.

use crate::model::{Candidate, Parts};
use jiff::Timestamp;

/// An item's age at which its freshness is half gone, days.
const HALF_FRESH: f64 = 30.0;

/// One sign of an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sign {
    /// As people read it, and as it is kept.
    pub(super) name: String,
    /// How much of it the item has, 0..=1 but for the first.
    pub(super) value: f32,
    pub(super) prior: Prior,
    /// Whether those that have it are worth counting.
    pub(super) is_counted: bool,
}

/// What is taken of a sign's weight before anything is judged: a mean, and how firmly it is held (one
/// over the variance).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prior {
    pub(super) mean: f32,
    pub(super) precision: f32,
}

/// The name of the sign that stands for all items alike.
pub(super) const ALL: &str = "every item";
/// The name of the sign that tells how surely and wholly an item was read.
pub(super) const READ: &str = "how surely and wholly it was read";
/// The name of the sign of what is new.
pub(super) const FRESH: &str = "how new it is";

/// The signs of `item` as of `now`.
pub(super) fn signs(item: &Candidate, now: Timestamp) -> Vec<Sign> {
    let mut signs = vec![
        plain(ALL, 1.0, 0.0, 1.0),
        // Alone it gives back the worth that an item has before anybody has judged anything.
        plain(READ, logit(item.parts.worth(item.confidence)), 1.0, 2.0),
        plain(FRESH, freshness(item, now), 0.2, 2.0),
    ];
    let Parts { trigger, steps, tool, claim, industry } = item.parts;
    let parts = [
        (trigger, "a trigger is told"),
        (steps, "several steps are told"),
        (tool, "a tool is told"),
        (claim, "a value is claimed"),
        (industry, "an industry is told"),
    ];
    signs.extend(
        parts.iter().filter(|(holds, _)| *holds).map(|(_, name)| plain(name, 1.0, 0.0, 2.0)),
    );
    let mut add = |kind: &str, name: &str, value: f32, precision: f32| {
        let name = format!("{kind} {name}");
        let prior = Prior { mean: 0.0, precision };
        signs.push(Sign { name, value, prior, is_counted: true });
    };
    if let Some(source) = &item.source {
        add("source", source, 1.0, 1.0);
    }
    if let Some(kind) = item.kind {
        add("kind", kind.name(), 1.0, 1.0);
    }
    if let Some(trigger) = item.trigger {
        add("trigger", trigger.name(), 1.0, 2.0);
    }
    if let Some(complexity) = item.complexity {
        add("complexity", complexity.name(), 1.0, 2.0);
    }
    for tool in &item.tools {
        add("tool", tool, 1.0, 1.5);
    }
    for function in &item.functions {
        add("function", &function.label, function.p, 0.5);
    }
    for industry in &item.industries {
        add("industry", &industry.label, industry.p, 0.5);
    }
    signs
}

fn plain(name: &str, value: f32, mean: f32, precision: f32) -> Sign {
    let prior = Prior { mean, precision };
    Sign { name: name.to_owned(), value, prior, is_counted: false }
}

/// 1 for what was published today, half of it a month later.
fn freshness(item: &Candidate, now: Timestamp) -> f32 {
    let days = now.duration_since(item.dated).as_secs_f64() / 86_400.0;
    0.5f64.powf(days.max(0.0) / HALF_FRESH) as f32
}

fn logit(p: f32) -> f32 {
    let p = p.clamp(0.02, 0.98);
    (p / (1.0 - p)).ln()
}
