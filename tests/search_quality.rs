//! How well search ranks, on real collections beside the project; skipped where they are not.
//!
//! Prints a table and holds what was reached: fusion at least as good as either arm alone on each
//! collection.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use reservoir::cli::eval::{self, Eval};
use reservoir::cli::{Cli, Command};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const MODES: [&str; 3] = ["text", "meaning", "hybrid"];

type Run = HashMap<String, Vec<String>>;

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if cfg!(debug_assertions) {
        eprintln!("skipped: without --release this takes minutes");
        return None;
    }
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
    let Some(Command::Eval(Eval::Search(args))) = cli.command else {
        panic!("`eval` is a command")
    };
    eval::search::run(&args).unwrap();
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

/// The first 16 bits of the SHA-1 of a text shorter than 56 bytes (FIPS 180-4): what picks queries.
fn sha1_start(text: &str) -> u32 {
    let mut block = [0u8; 64];
    block[..text.len()].copy_from_slice(text.as_bytes());
    block[text.len()] = 0x80;
    block[56..].copy_from_slice(&(text.len() as u64 * 8).to_be_bytes());
    let mut w: Vec<u32> =
        block.chunks(4).map(|b| u32::from_be_bytes(b.try_into().unwrap())).collect();
    for t in 16..80 {
        w.push((w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1));
    }
    let start = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let [mut a, mut b, mut c, mut d, mut e] = start;
    for (t, word) in w.iter().enumerate() {
        let (f, k) = match t / 20 {
            0 => ((b & c) | (!b & d), 0x5a82_7999),
            1 => (b ^ c ^ d, 0x6ed9_eba1),
            2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6u32),
        };
        let sum = a.rotate_left(5).wrapping_add(f).wrapping_add(e);
        (e, d, c, b) = (d, c, b.rotate_left(30), a);
        a = sum.wrapping_add(k).wrapping_add(*word);
    }
    start[0].wrapping_add(a) >> 16
}

/// A known item is a template asked for by its title, which its document lacks; asked for are those
/// whose id has a SHA-1 that begins with 16 bits divisible by six.
#[test]
fn a_template_is_found_again_when_asked_for_by_its_title() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (documents, queries) = (folder.path().join("documents"), folder.path().join("queries"));
    let (mut texts, mut titles, mut asked) = (String::new(), String::new(), HashSet::new());
    let templates = std::fs::read_to_string(data.join("templates/train.jsonl")).unwrap();
    for line in templates.lines() {
        let template: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = template["id"].to_string();
        texts += &format!("{}\n", serde_json::json!({"id": id, "text": template["text"]}));
        if sha1_start(&id).is_multiple_of(6) {
            titles += &format!("{}\n", serde_json::json!({"id": id, "text": template["title"]}));
            asked.insert(id);
        }
    }
    std::fs::write(&documents, texts).unwrap();
    std::fs::write(&queries, titles).unwrap();
    for (mode, least) in [("text", (0.92, 0.81)), ("hybrid", (0.935, 0.835))] {
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
