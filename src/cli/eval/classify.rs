//! `reservoir eval classify`: functions, industries and trigger kinds of texts.

use crate::cli::CliError;
use crate::extract::classify::{Classification, Classifier, Taxonomy};
use crate::model::Scored;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lines classified at once: enough for all cores, few enough for memory.
const BATCH: usize = 1024;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines to read: {"id", "title", "text"}.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write predictions, as JSON lines.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Weights to use in place of the shipped ones.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Document {
    id: serde_json::Value,
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
}

#[derive(Debug, Serialize)]
struct Prediction<'a> {
    id: &'a serde_json::Value,
    functions: Vec<NamedFunction<'a>>,
    industries: &'a [Scored],
    trigger: Vec<Kind>,
}

#[derive(Debug, Serialize)]
struct NamedFunction<'a> {
    label: &'a str,
    aliases: &'a [String],
    p: f32,
}

#[derive(Debug, Serialize)]
struct Kind {
    kind: &'static str,
    p: f32,
}

pub fn run(args: &Args) -> Result<(), CliError> {
    let classifier = match &args.weights {
        Some(path) => Arc::new(Classifier::load(path).map_err(|error| CliError::failed(&error))?),
        None => Classifier::shared(),
    };
    let input = File::open(&args.input).map_err(|e| about("read", &args.input, &e))?;
    let out = File::create(&args.out).map_err(|e| about("write", &args.out, &e))?;
    let mut out = BufWriter::new(out);
    let mut lines = BufReader::new(input).split(b'\n').enumerate();
    let (mut written, mut bad) = (0usize, 0usize);
    loop {
        let batch: Vec<_> = lines.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let answers: Vec<Option<Result<String, String>>> = batch
            .into_par_iter()
            .map(|(at, line)| {
                let line = match line {
                    Ok(line) => line,
                    Err(error) => return Some(Err(format!("{}: {error}", at + 1))),
                };
                (!line.trim_ascii().is_empty())
                    .then(|| predict(&classifier, &line).map_err(|e| format!("{}: {e}", at + 1)))
            })
            .collect();
        for answer in answers.into_iter().flatten() {
            match answer {
                Ok(line) => {
                    writeln!(out, "{line}").map_err(|e| about("write", &args.out, &e))?;
                    written += 1;
                }
                Err(what) => {
                    eprintln!("{}:{what}", args.input.display());
                    bad += 1;
                }
            }
        }
    }
    out.flush().map_err(|e| about("write", &args.out, &e))?;
    eprintln!("{written} classified, {bad} bad lines");
    Ok(())
}

fn predict(classifier: &Classifier, line: &[u8]) -> Result<String, serde_json::Error> {
    let document: Document = serde_json::from_slice(line)?;
    let Classification { functions, industries, triggers } =
        classifier.classify(&document.title, &document.text);
    let taxonomy = Taxonomy::shared();
    let named = functions.iter().map(|Scored { label, p }| NamedFunction {
        label,
        aliases: taxonomy.function_aliases(label),
        p: *p,
    });
    serde_json::to_string(&Prediction {
        id: &document.id,
        functions: named.collect(),
        industries: &industries,
        trigger: triggers.iter().map(|(kind, p)| Kind { kind: kind.name(), p: *p }).collect(),
    })
}

fn about(what: &str, path: &Path, error: &std::io::Error) -> CliError {
    CliError::Failed { what: format!("cannot {what} {}: {error}", path.display()), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_classified_when_a_line_is_bad() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
        let text = "{\"id\": 7, \"title\": \"Xero invoice reminders\", \"text\": \"Sends invoices.\"}\n\
                    {broken\n\n{\"id\": \"b\"}\n";
        std::fs::write(&input, text).expect("written");
        run(&Args { input, out: out.clone(), weights: None }).expect("runs through");
        let lines: Vec<serde_json::Value> = std::fs::read_to_string(out)
            .expect("predictions")
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["id"], 7);
        assert_eq!(lines[0]["functions"][0]["aliases"][0], "Invoice Processing");
        assert_eq!(lines[0]["functions"].as_array().map(Vec::len), Some(24));
        assert_eq!(lines[1]["trigger"].as_array().map(Vec::len), Some(9));
    }
}
