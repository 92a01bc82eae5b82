//! How well search ranks, on real collections beside the project; skipped where they are not.
//!
//! Prints a table and holds what was reached: fusion at least as good as either arm alone on each
//! collection.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use reservoir::cli::{Cli, Command, eval};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const MODES: [&str; 3] = ["text", "meaning", "hybrid"];

type Run = HashMap<String, Vec<String>>;

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.exists() {
        eprintln!("skipped: there are no collections at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// Ranks through the command line, as outside scorers do.
fn ranked(documents: &Path, queries: &Path, mode: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let arguments = ["reservoir", "eval", "search", "--mode", mode, "--documents"];
    let paths = [documents, Path::new("--queries"), queries, Path::new("--out"), &out];
    let arguments =
        arguments.iter().map(|a| (*a).into()).chain(paths.map(|p| p.as_os_str().to_owned()));
    let cli = <Cli as clap::Parser>::try_parse_from(arguments).unwrap();
    let Some(Command::Eval(command)) = cli.command else { panic!("`eval` is a command") };
    eval::run(&command).unwrap();
    let mut ranked = Run::new();
    for line in std::fs::read_to_string(out).unwrap().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        ranked.entry(fields[0].to_owned()).or_default().push(fields[2].to_owned());
    }
    ranked
}

/// Mean over the judged queries of nDCG at 10, gain = grade (Järvelin & Kekäläinen 2002).
fn ndcg(ranked: &Run, judgements: &Path) -> f64 {
    let mut grades: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in std::fs::read_to_string(judgements).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let grade = fields[2].trim().parse().unwrap();
        grades.entry(fields[0].to_owned()).or_default().insert(fields[1].to_owned(), grade);
    }
    let gain = |at: usize, grade: f64| grade / ((at + 2) as f64).log2();
    let mut all = Vec::new();
    for (query, grades) in &grades {
        let mut best: Vec<f64> = grades.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        let ideal: f64 = best.iter().take(10).enumerate().map(|(at, g)| gain(at, *g)).sum();
        if ideal > 0.0 {
            let found =
                ranked.get(query).map_or(&[][..], Vec::as_slice).iter().take(10).enumerate();
            let got: f64 =
                found.map(|(at, d)| gain(at, grades.get(d).copied().unwrap_or(0.0))).sum();
            all.push(got / ideal);
        }
    }
    all.iter().sum::<f64>() / all.len() as f64
}

#[test]
fn fusion_is_at_least_as_good_as_either_arm_when_measured_on_collections() {
    let Some(data) = data() else { return };
    for (name, least) in [("cran", 0.44), ("cisi", 0.41)] {
        let folder = data.join("search").join(name);
        let files = (folder.join("documents.jsonl"), folder.join("queries.jsonl"));
        let judgements = folder.join("judgements.tsv");
        let quality = MODES.map(|mode| ndcg(&ranked(&files.0, &files.1, mode), &judgements));
        let [text, meaning, hybrid] = quality;
        println!("{name}: nDCG@10 text {text:.4} meaning {meaning:.4} hybrid {hybrid:.4}");
        assert!(hybrid >= text && hybrid >= meaning && hybrid >= least);
    }
}

/// A known item is a template asked for by its title, which its document lacks. Queries are the ids
/// whose SHA-1 starts with 16 bits divisible by 6, in the list that ships beside the data; here every
/// sixth stands in for them, so that no hash function is needed for a test.
#[test]
fn a_template_is_found_again_when_asked_for_by_its_title() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (documents, queries) = (folder.path().join("documents"), folder.path().join("queries"));
    let (mut texts, mut titles, mut asked) = (String::new(), String::new(), HashSet::new());
    let templates = std::fs::read_to_string(data.join("templates/train.jsonl")).unwrap();
    for (at, line) in templates.lines().enumerate() {
        let template: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = template["id"].to_string();
        texts += &format!("{}\n", serde_json::json!({"id": id, "text": template["text"]}));
        if at % 6 == 0 {
            titles += &format!("{}\n", serde_json::json!({"id": id, "text": template["title"]}));
            asked.insert(id);
        }
    }
    std::fs::write(&documents, texts).unwrap();
    std::fs::write(&queries, titles).unwrap();
    for (mode, least) in [("text", (0.91, 0.79)), ("hybrid", (0.93, 0.82))] {
        let ranked = ranked(&documents, &queries, mode);
        let place = |id: &String| {
            ranked.get(id).and_then(|found| found.iter().take(10).position(|other| other == id))
        };
        let places: Vec<usize> = asked.iter().filter_map(place).collect();
        let recall = places.len() as f64 / asked.len() as f64;
        let rank: f64 =
            places.iter().map(|at| 1.0 / (at + 1) as f64).sum::<f64>() / asked.len() as f64;
        println!("known item, {mode}: recall@10 {recall:.4} MRR@10 {rank:.4} of {}", asked.len());
        assert!(recall >= least.0 && rank >= least.1);
    }
}
