//! Learns `data/gazetteer/roles.tsv` from the public templates, which are not shipped.
//!
//! `cargo test --release --lib extract::role::train -- --ignored --nocapture`

use super::features;
use super::*;
use crate::extract::node::{self, Role};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Features seen in fewer training texts are left out.
const RARE: usize = 12;
const EPOCHS: usize = 6;
const RATE: f32 = 0.12;
const DECAY: f32 = 1.5e-3;

#[derive(serde::Deserialize)]
struct Template {
    title: String,
    text: String,
    node_types: Vec<String>,
    published: String,
}

struct Example {
    features: Vec<(u32, f32)>,
    tool: String,
    is_used: bool,
}

struct Case {
    examples: Vec<Example>,
    gold: HashSet<String>,
}

fn templates() -> Option<Vec<Template>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/templates/train.jsonl");
    let lines = std::fs::read_to_string(path).ok()?;
    let mut all: Vec<Template> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    all.sort_by(|a, b| a.published.cmp(&b.published));
    Some(all)
}

fn cases(
    templates: &[Template],
    gazetteer: &Gazetteer,
    ids: &mut BTreeMap<String, u32>,
) -> Vec<Case> {
    templates
        .iter()
        .map(|template| {
            let gold: HashSet<String> = template
                .node_types
                .iter()
                .filter_map(|kind| match node::role(gazetteer, kind) {
                    Role::Service(name) => Some(name),
                    _ => None,
                })
                .collect();
            let text = crate::text::markdown::plain(&template.text);
            let outline = Outline::of(&text);
            let scene = Scene {
                title: &template.title,
                text: &text,
                outline: &outline,
                said: &[],
                gazetteer,
                is_template: true,
            };
            let named = scene.named();
            let examples = (0..named.len())
                .map(|at| {
                    let mut found = Vec::new();
                    features::of(&scene, &named, at, &mut |feature, value| {
                        let next = u32::try_from(ids.len()).unwrap();
                        found.push((*ids.entry(feature.to_owned()).or_insert(next), value));
                    });
                    let tool = gazetteer.tool(named[at].tool).name.clone();
                    let is_used = gold.contains(&tool);
                    Example { features: found, tool, is_used }
                })
                .collect();
            Case { examples, gold }
        })
        .collect()
}

/// Adaptive gradient descent on the logistic loss with weight decay.
fn fit(cases: &[Case], size: usize) -> Vec<f32> {
    let mut seen = vec![0usize; size];
    let examples: Vec<&Example> = cases.iter().flat_map(|case| &case.examples).collect();
    for example in &examples {
        for (feature, _) in &example.features {
            seen[*feature as usize] += 1;
        }
    }
    let mut weights = vec![0.0f32; size];
    let mut squares = vec![1e-6f32; size];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..EPOCHS {
        for at in (1..order.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        for at in &order {
            let example = examples[*at];
            let error =
                probability(logit(&weights, example)) - f32::from(u8::from(example.is_used));
            for (feature, value) in &example.features {
                let feature = *feature as usize;
                if seen[feature] < RARE {
                    continue;
                }
                let slope = error * value + DECAY * weights[feature];
                squares[feature] += slope * slope;
                weights[feature] -= RATE * slope / squares[feature].sqrt();
            }
        }
    }
    weights
}

fn logit(weights: &[f32], example: &Example) -> f32 {
    example.features.iter().map(|(feature, value)| weights[*feature as usize] * value).sum()
}

/// F1, precision, recall and expected calibration error over tools that training has often enough.
fn score(cases: &[Case], weights: &[f32], common: &HashSet<String>, threshold: f32) -> [f32; 4] {
    let (mut hit, mut false_hit, mut missed) = (0.0, 0.0, 0.0);
    let mut bins = [(0.0f32, 0.0f32, 0.0f32); 10];
    for case in cases {
        let mut found = HashSet::new();
        for example in case.examples.iter().filter(|e| common.contains(&e.tool)) {
            let p = probability(logit(weights, example));
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f32::from(u8::from(example.is_used)));
            if p >= threshold {
                found.insert(&example.tool);
            }
        }
        let gold: HashSet<&String> =
            case.gold.iter().filter(|tool| common.contains(*tool)).collect();
        hit += found.intersection(&gold).count() as f32;
        false_hit += found.difference(&gold).count() as f32;
        missed += gold.difference(&found).count() as f32;
    }
    let (precision, recall) = (hit / (hit + false_hit), hit / (hit + missed));
    let total: f32 = bins.iter().map(|bin| bin.0).sum();
    let off: f32 = bins.iter().map(|bin| (bin.1 - bin.2).abs()).sum();
    [2.0 * precision * recall / (precision + recall), precision, recall, off / total]
}

#[test]
#[ignore = "learns from ../shared/data/templates and writes data/gazetteer/roles.tsv"]
fn weights_are_learned() {
    let Some(all) = templates() else {
        println!("skipped: no templates");
        return;
    };
    let gazetteer = Gazetteer::load().unwrap();
    let mut ids = BTreeMap::new();
    let cases = cases(&all, &gazetteer, &mut ids);
    let cut = all.len() * 85 / 100;
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for tool in cases[..cut].iter().flat_map(|case| &case.gold) {
        *counts.entry(tool).or_default() += 1;
    }
    let common: HashSet<String> =
        counts.into_iter().filter(|(_, n)| *n >= 3).map(|(tool, _)| tool.clone()).collect();
    let dev = cut * 85 / 100;
    let early = fit(&cases[..dev], ids.len());
    for threshold in [0.4, 0.5] {
        println!(
            "before the last 15%, {threshold}: {:?}",
            score(&cases[dev..cut], &early, &common, threshold)
        );
    }
    let weights = fit(&cases[..cut], ids.len());
    for threshold in [0.4, 0.45, 0.5] {
        println!("last 15%, {threshold}: {:?}", score(&cases[cut..], &weights, &common, threshold));
    }
    let mut lines: Vec<String> = ids
        .iter()
        .map(|(feature, id)| (feature, weights[*id as usize]))
        .filter(|(feature, weight)| weight.abs() >= 0.06 && !feature.contains(['\t', '\n']))
        .map(|(feature, weight)| format!("{feature}\t{weight:.2}"))
        .collect();
    println!("{} of {} features kept", lines.len(), ids.len());
    lines.insert(0, "# Feature, weight: a logistic model of which named tools are used; learned by src/extract/role/train.rs".to_owned());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/gazetteer/roles.tsv");
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}
