//! How well duplicates are found, on labelled pairs beside the project; skipped where they are not.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use reservoir::cli::eval::{self, Eval};
use reservoir::cli::{Cli, Command};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/duplicates");
    if !folder.exists() {
        eprintln!("skipped: there are no labelled pairs at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn key(pair: &serde_json::Value) -> (String, String) {
    let (a, b) = (pair["a"].as_str().unwrap().to_owned(), pair["b"].as_str().unwrap().to_owned());
    if a < b { (a, b) } else { (b, a) }
}

struct Quality {
    /// Share of the `same` pairs whose verdict is same.
    recall: f64,
    /// Share of the `variant` pairs whose verdict is same.
    confused: f64,
    /// Recall down to the last rank at which precision is .95; a pair that is not listed is wrong.
    recall_at_95: f64,
}

fn measure(folder: &Path, fields: &[&str]) -> Quality {
    let temporary = tempfile::tempdir().unwrap();
    let (input, out) = (temporary.path().join("input"), temporary.path().join("out"));
    let mut text = String::new();
    for document in lines(&folder.join("documents.jsonl")) {
        let kept = fields.iter().map(|field| ((*field).to_owned(), document[*field].clone()));
        text += &format!("{}\n", serde_json::Value::Object(kept.collect()));
    }
    std::fs::write(&input, text).unwrap();
    let arguments = ["reservoir", "eval", "dedupe", "--input"].map(std::ffi::OsString::from);
    let paths = [input.into_os_string(), "--out".into(), out.clone().into_os_string()];
    let cli = <Cli as clap::Parser>::try_parse_from(arguments.into_iter().chain(paths)).unwrap();
    let Some(Command::Eval(Eval::Dedupe(args))) = cli.command else {
        panic!("`eval` is a command")
    };
    eval::dedupe::run(&args).unwrap();
    let labels: HashMap<_, bool> = lines(&folder.join("pairs.jsonl"))
        .iter()
        .map(|pair| (key(pair), pair["label"] == "same"))
        .collect();
    let same = labels.values().filter(|same| **same).count() as f64;
    let found = lines(&out);
    let called = |is_same: bool| {
        let called = found.iter().filter(|pair| pair["verdict"] == "same");
        called.filter(|pair| labels.get(&key(pair)) == Some(&is_same)).count() as f64
    };
    let (mut right, mut wrong, mut at_95) = (0.0, 0.0, 0.0);
    for pair in &found {
        if labels.get(&key(pair)) == Some(&true) {
            right += 1.0
        } else {
            wrong += 1.0
        }
        if right >= 0.95 * (right + wrong) {
            at_95 = right;
        }
    }
    let variants = labels.len() as f64 - same;
    let (recall, confused) = (called(true) / same, called(false) / variants);
    Quality { recall, confused, recall_at_95: at_95 / same }
}

#[test]
fn copies_are_told_from_variants_when_all_fields_are_known() {
    let Some(folder) = data() else { return };
    let quality = measure(&folder, &["id", "name", "description", "nodes"]);
    println!(
        "all fields: recall {:.3}, variants called same {:.3}",
        quality.recall, quality.confused
    );
    assert!(quality.recall >= 0.95 && quality.confused <= 0.10);
}

#[test]
fn copies_are_found_by_title_and_text_when_there_is_no_structure() {
    let Some(folder) = data() else { return };
    let quality = measure(&folder, &["id", "name", "description"]);
    println!("name and description: recall at precision .95 {:.3}", quality.recall_at_95);
    assert!(quality.recall_at_95 >= 0.40 && quality.confused <= 0.10);
}
