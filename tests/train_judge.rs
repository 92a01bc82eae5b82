//! Learns what `extract/judge.rs` weighs from hand-marked texts: the sample week, and the `tune`
//! part of the gold set (its other part is only ever scored).
//!
//! `cargo test --test train_judge -- --ignored --nocapture`

use reservoir::extract::{Extractor, Input, Weighed};
use reservoir::gather;
use reservoir::model::NewDocument;
use serde::Deserialize;
use std::path::Path;

const ROUNDS: usize = 4_000;
const RATE: f32 = 0.5;
/// How strongly a weight is held to what it was, in examples.
const HELD: f32 = 8.0;
/// What a stretch without an automation counts beside one with: the marked texts hold three times as
/// many of the latter, the world rather fewer.
const NOISE: f32 = 2.5;

#[derive(Deserialize)]
struct Marked {
    file: String,
    part: Option<String>,
    automations: Vec<serde_json::Value>,
}

struct Example {
    features: Vec<f32>,
    is_one: bool,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn marked(file: &str) -> Vec<Marked> {
    let lines = std::fs::read_to_string(root().join(file)).expect("marks are part of the project");
    lines.lines().map(|line| serde_json::from_str(line).expect("a marked text")).collect()
}

fn documents(folder: &str) -> Vec<NewDocument> {
    let mut documents = Vec::new();
    gather::read_path(&root().join(folder), &mut |read| {
        documents.extend(read);
        std::ops::ControlFlow::Continue(())
    });
    documents
}

/// One example for each stretch of a text whose mark says what it is.
fn examples(
    extractor: &Extractor,
    document: &NewDocument,
    marked: &Marked,
    by_quotes: bool,
) -> Vec<Example> {
    let input = Input {
        title: &document.title,
        readable: &document.readable,
        kind: Some(document.kind),
        ..Input::default()
    };
    let weighed = extractor.weigh(&input);
    let count = marked.automations.len();
    let says = |one: &Weighed| -> Option<bool> {
        match (count, by_quotes) {
            (0, _) => Some(false),
            (_, true) => {
                let said = &document.readable[one.range.clone()];
                Some(marked.automations.iter().any(|automation| is_told(automation, said)))
            }
            (_, false) if weighed.len() <= count => Some(true),
            _ => None,
        }
    };
    weighed
        .iter()
        .filter(|one| one.features.iter().all(|(name, value)| *name != "template" || *value == 0.0))
        .filter_map(|one| {
            let features = one.features.iter().map(|(_, value)| *value).collect();
            Some(Example { features, is_one: says(one)? })
        })
        .collect()
}

/// Whether `text` holds at least two quotes of a marked automation, or the only one.
fn is_told(automation: &serde_json::Value, text: &str) -> bool {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let quotes: Vec<&str> = std::iter::once(&automation["quote_trigger"])
        .chain(automation["quotes_actions"].as_array().into_iter().flatten())
        .filter_map(|quote| quote.as_str())
        .collect();
    let found = quotes.iter().filter(|quote| folded.contains(**quote)).count();
    found >= 2.min(quotes.len())
}

fn logit(weights: &[f32], example: &Example) -> f32 {
    weights.iter().zip(&example.features).map(|(weight, value)| weight * value).sum()
}

/// Logistic regression that pulls each weight towards what it was (a Gaussian prior there).
fn fit(examples: &[Example], before: &[f32]) -> Vec<f32> {
    let mut weights = before.to_vec();
    for _ in 0..ROUNDS {
        let mut slope = vec![0.0f32; weights.len()];
        for example in examples {
            let p = 1.0 / (1.0 + (-logit(&weights, example)).exp());
            let share = if example.is_one { 1.0 } else { NOISE };
            let error = share * (p - f32::from(u8::from(example.is_one)));
            for (slope, value) in slope.iter_mut().zip(&example.features) {
                *slope += error * value;
            }
        }
        for at in 0..weights.len() {
            let pull = HELD * (weights[at] - before[at]);
            weights[at] -= RATE * (slope[at] + pull) / (examples.len() as f32 * 0.5 + HELD);
        }
    }
    weights
}

/// Accuracy, expected calibration error and mean log loss.
fn score(examples: &[&Example], weights: &[f32]) -> [f32; 3] {
    let mut bins = [(0.0f32, 0.0f32, 0.0f32); 10];
    let (mut right, mut loss) = (0.0, 0.0);
    for example in examples {
        let p = 1.0 / (1.0 + (-logit(weights, example)).exp());
        let truth = f32::from(u8::from(example.is_one));
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + truth);
        right += f32::from(u8::from((p >= 0.5) == example.is_one));
        loss -= if example.is_one { p.max(1e-6).ln() } else { (1.0 - p).max(1e-6).ln() };
    }
    let total = examples.len() as f32;
    let off: f32 = bins.iter().map(|bin| (bin.1 - bin.2).abs()).sum();
    [right / total, off / total, loss / total]
}

#[test]
#[ignore = "prints the weights to put into judge.rs"]
fn weights_are_learned() {
    let extractor = Extractor::load().unwrap();
    let mut all = Vec::new();
    let week = documents("data/sample");
    for marked in marked("tests/fixtures/sample/expected.jsonl") {
        let part = marked.part.clone().unwrap_or_default();
        let found = week.iter().find(|document| {
            let has = |text: &str| {
                document.identity.contains(text)
                    || document.raw.location.contains(text)
                    || document.url.as_deref().is_some_and(|url| url.contains(text))
            };
            has(&marked.file) && has(&part)
        });
        all.extend(
            found.into_iter().flat_map(|document| examples(&extractor, document, &marked, false)),
        );
    }
    for marked in marked("tests/fixtures/gold/marks.jsonl") {
        if marked.part.as_deref() == Some("tune") {
            let found = documents(&format!("tests/fixtures/gold/{}", marked.file));
            all.extend(
                found.iter().flat_map(|document| examples(&extractor, document, &marked, true)),
            );
        }
    }
    let (names, before): (Vec<&str>, Vec<f32>) = Extractor::judged_by().iter().copied().unzip();
    println!("{} examples, {} automations", all.len(), all.iter().filter(|e| e.is_one).count());
    println!("before: {:?}", score(&all.iter().collect::<Vec<_>>(), &before));
    // Five folds, by position, say what learning is worth.
    let mut told = Vec::new();
    for fold in 0..5 {
        let (mut kept, mut held): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for (at, example) in all.iter().enumerate() {
            let copy = Example { features: example.features.clone(), is_one: example.is_one };
            if at % 5 == fold { held.push(copy) } else { kept.push(copy) }
        }
        let weights = fit(&kept, &before);
        told.push(score(&held.iter().collect::<Vec<_>>(), &weights));
    }
    println!("folds: {told:?}");
    let weights = fit(&all, &before);
    println!("after: {:?}", score(&all.iter().collect::<Vec<_>>(), &weights));
    for (name, weight) in names.iter().zip(weights) {
        println!("    ({name:?}, {weight:.2}),");
    }
}
