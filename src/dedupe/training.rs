//! How the scorer's weights were made, and how good they are on pairs not trained on.

use super::candidates::Candidates;
use super::item::Item;
use super::likeness::{FEATURES, Likeness};
use super::prepared::{Collection, hash, mix};
use super::rivals::{STANDING, standings};
use super::scorer::{linear, logistic};
use crate::model::AutomationId;
use std::collections::HashMap;
use std::path::PathBuf;

const FOLDS: u64 = 5;
/// A variant called the same is the dearest mistake, and there are 27 against 897.
const VARIANT_WEIGHT: f64 = 8.0;

struct Labelled {
    pair: (u32, u32),
    features: [f32; FEATURES],
    is_same: bool,
    is_variant: bool,
    fold: u64,
}

struct Set {
    collection: Collection,
    pairs: Vec<Labelled>,
    /// How many `same` pairs there are, candidates or not.
    same: usize,
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/duplicates");
    folder.exists().then_some(folder)
}

fn lines(path: PathBuf) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).expect("the file reads");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Candidate pairs with their labels. A pair that is not
/// listed is taken as different.
fn load(folder: &std::path::Path, with_structure: bool) -> Set {
    let documents = lines(folder.join("documents.jsonl"));
    let text = |d: &serde_json::Value, key: &str| d[key].as_str().unwrap_or("").to_owned();
    let place: HashMap<String, i64> =
        documents.iter().enumerate().map(|(at, d)| (text(d, "id"), at as i64)).collect();
    let items: Vec<Item> = documents
        .iter()
        .enumerate()
        .map(|(at, d)| {
            let (name, description) = (text(d, "name"), text(d, "description"));
            let nodes = if with_structure { vec![text(d, "nodes")] } else { Vec::new() };
            Item {
                id: AutomationId(at as i64),
                vector: crate::embed::Model::shared().encode(&format!("{name}. {description}")),
                title: name,
                text: description,
                structure: nodes,
                url: None,
            }
        })
        .collect();
    let mut labels: HashMap<(i64, i64), bool> = HashMap::new();
    let mut root: Vec<i64> = (0..documents.len() as i64).collect();
    for pair in lines(folder.join("pairs.jsonl")) {
        let (a, b) = (place[&text(&pair, "a")], place[&text(&pair, "b")]);
        let is_same = pair["label"] == "same";
        labels.insert((a.min(b), a.max(b)), is_same);
        if is_same {
            let (from, to) = (root[a as usize], root[b as usize]);
            root.iter_mut().filter(|r| **r == from).for_each(|r| *r = to);
        }
    }
    let all = labels.values().filter(|same| **same).count();
    let collection = Collection::new(&items);
    let candidates = Candidates::find(&collection, &|_| true);
    let labelled = candidates.pairs.iter().map(|&(a, b)| {
        let label = labels.get(&(i64::from(a), i64::from(b)));
        let group = root[a as usize].min(root[b as usize]);
        Labelled {
            pair: (a, b),
            features: Likeness::of(&collection, a, b).features,
            is_same: label == Some(&true),
            is_variant: label == Some(&false),
            fold: mix(hash(b"fold"), group as u64) % FOLDS,
        }
    });
    let pairs = labelled.collect();
    Set { collection, pairs, same: all }
}

/// Logistic regression by gradient descent on standardised features, L2 .0005; the intercept last.
fn train(rows: &[(Vec<f32>, bool, f64)]) -> Vec<f32> {
    let features = rows[0].0.len();
    let count = rows.len() as f64;
    let scaled: Vec<(f64, f64)> = (0..features)
        .map(|k| {
            let column = || rows.iter().map(|row| f64::from(row.0[k]));
            let mean = column().sum::<f64>() / count;
            let spread = (column().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
            (mean, spread.max(1e-6))
        })
        .collect();
    let standard = |row: &(Vec<f32>, bool, f64)| -> Vec<f64> {
        row.0
            .iter()
            .zip(&scaled)
            .map(|(x, (mean, spread))| (f64::from(*x) - mean) / spread)
            .collect()
    };
    let inputs: Vec<Vec<f64>> = rows.iter().map(standard).collect();
    let mut w = vec![0.0f64; features + 1];
    let mut velocity = vec![0.0f64; features + 1];
    for _ in 0..800 {
        let mut slope = vec![0.0f64; features + 1];
        for (x, row) in inputs.iter().zip(rows) {
            let sum: f64 = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + w[features];
            let error = row.2 * (1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(row.1)));
            slope.iter_mut().zip(x).for_each(|(s, x)| *s += error * x);
            slope[features] += error;
        }
        for k in 0..=features {
            let decay = if k < features { 0.0005 * w[k] } else { 0.0 };
            velocity[k] = 0.9 * velocity[k] - 0.5 * (slope[k] / count + decay);
            w[k] += velocity[k];
        }
    }
    let mut intercept = w[features];
    for (k, (mean, spread)) in scaled.iter().enumerate() {
        w[k] /= spread;
        intercept -= w[k] * mean;
    }
    w[features] = intercept;
    w.into_iter().map(|w| w as f32).collect()
}

/// Both regressions, the second on what the first says of all pairs.
fn train_both(set: &Set, is_used: &dyn Fn(&Labelled) -> bool) -> (Vec<f32>, Vec<f32>) {
    let weight = |p: &Labelled| if p.is_variant { VARIANT_WEIGHT } else { 1.0 };
    let used = || set.pairs.iter().enumerate().filter(|(_, p)| is_used(p));
    let rows: Vec<_> = used().map(|(_, p)| (p.features.to_vec(), p.is_same, weight(p))).collect();
    let first = train(&rows);
    let standing = standings_by(set, &first);
    let rows: Vec<_> =
        used().map(|(at, p)| (standing[at].to_vec(), p.is_same, weight(p))).collect();
    let second = train(&rows);
    (first, second)
}

fn standings_by(set: &Set, first: &[f32]) -> Vec<[f32; STANDING]> {
    let logits: Vec<f32> = set.pairs.iter().map(|p| linear(first, &p.features)).collect();
    let places: Vec<_> = set.pairs.iter().map(|p| p.pair).collect();
    standings(&set.collection, &places, &logits)
}

#[test]
#[ignore = "prints the weights for scorer.rs; needs the pairs beside the project"]
fn weights_are_made_from_labelled_pairs() {
    let Some(folder) = folder() else { return };
    for (name, with_structure) in [("WITH_STRUCTURE", true), ("WITHOUT_STRUCTURE", false)] {
        let set = load(&folder, with_structure);
        let found = set.pairs.iter().filter(|p| p.is_same).count();
        println!("{name}: {} candidates, {found} of {} same", set.pairs.len(), set.same);
        let mut scored: Vec<(f32, &Labelled)> = Vec::new();
        for fold in 0..FOLDS {
            let (first, second) = train_both(&set, &|p| p.fold != fold);
            let standing = standings_by(&set, &first);
            let held_out = set.pairs.iter().zip(&standing).filter(|(p, _)| p.fold == fold);
            scored.extend(held_out.map(|(p, s)| (logistic(linear(&second, s)), p)));
        }
        report(&mut scored, set.same);
        let (first, second) = train_both(&set, &|_| true);
        println!("const {name}: PairWeights = {first:?};");
        println!("const STANDING_{name}: StandingWeights = {second:?};");
    }
}

fn report(scored: &mut [(f32, &Labelled)], all: usize) {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut wrong, mut at_95) = (0, 0, (0, 0.0));
    for (p, pair) in scored.iter() {
        if pair.is_same {
            right += 1
        } else {
            wrong += 1
        }
        if right as f32 >= 0.95 * (right + wrong) as f32 {
            at_95 = (right, *p);
        }
    }
    let recall = at_95.0 as f32 / all as f32;
    println!("  held out: recall at precision .95 {recall:.3} (p {:.3})", at_95.1);
    for bar in [0.1, 0.3, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8] {
        let called = || scored.iter().filter(|s| s.0 >= bar).map(|s| s.1);
        let same = called().filter(|p| p.is_same).count();
        let variants = called().filter(|p| p.is_variant).count();
        let others = called().count() - same - variants;
        println!("  p ≥ {bar}: {same} same, {variants} variants, {others} not listed");
    }
}
