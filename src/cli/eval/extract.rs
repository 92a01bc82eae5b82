//! `reservoir eval extract`.

use crate::cli::CliError;
use crate::extract::{Extractor, Input};
use crate::model::{Claim, DocumentKind, Draft, Evidence, Field, Scored, Step, ToolUse, Trigger};
use crate::text::{self, CharacterIndex, html, markdown};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Lines that are read before they are worked on together.
const BATCH: usize = 512;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines to read.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write predictions, as JSON lines.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    kind: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    readable: String,
    automations: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    title: String,
    description: String,
    trigger: Option<Trigger>,
    actions: Vec<Step>,
    tools: Vec<ToolUse>,
    industries: Vec<Scored>,
    functions: Vec<Scored>,
    problem: Option<String>,
    value: Vec<Claim>,
    confidence: f32,
    evidence: Vec<Proof>,
}

/// A span in characters, half-open.
#[derive(Serialize)]
struct Proof {
    field: &'static str,
    index: u16,
    start: usize,
    end: usize,
    text: String,
    p: f32,
}

/// Extracts from each line; a line that is no document is reported and counted, the rest go on.
///
/// # Errors
/// When a file cannot be read or written, and at the end when lines were bad.
pub fn run(args: &Args) -> Result<(), CliError> {
    let extractor = Extractor::load().map_err(|error| CliError::failed(&error))?;
    let input = File::open(&args.input).map_err(|error| cannot("read", &args.input, &error))?;
    let out = File::create(&args.out).map_err(|error| cannot("write", &args.out, &error))?;
    let mut out = BufWriter::new(out);
    let mut lines = BufReader::new(input).split(b'\n').enumerate();
    let mut bad = 0usize;
    loop {
        let batch: Vec<_> = lines.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let answers: Vec<_> = batch
            .into_par_iter()
            .map(|(at, line)| {
                (
                    at + 1,
                    line.map_err(|error| error.to_string())
                        .and_then(|line| answer(&extractor, &line)),
                )
            })
            .collect();
        for (number, answer) in answers {
            match answer {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    writeln!(out, "{answer}").map_err(|error| cannot("write", &args.out, &error))?
                }
                Err(reason) => {
                    bad += 1;
                    eprintln!("{}:{number}: {reason}", args.input.display());
                }
            }
        }
    }
    out.flush().map_err(|error| cannot("write", &args.out, &error))?;
    if bad > 0 {
        return Err(CliError::Failed {
            what: format!("{bad} lines of {} were not read", args.input.display()),
            hint: None,
        });
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> CliError {
    CliError::Failed { what: format!("cannot {what} {}: {error}", path.display()), hint: None }
}

/// One line's answer as JSON; `None` for an empty line.
fn answer(extractor: &Extractor, line: &[u8]) -> Result<Option<String>, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let line: Line =
        serde_json::from_slice(line).map_err(|error| format!("not a document: {error}"))?;
    let (readable, own_title) = match (&line.text, &line.html) {
        (Some(text), _) => (markdown::plain(text), None),
        (None, Some(page)) => {
            let page = html::readable(page, None);
            (page.text, Some(page.title))
        }
        (None, None) => return Err("not a document: neither `text` nor `html`".to_owned()),
    };
    let readable = text::sanitize(&readable).into_owned();
    let title = line.title.or(own_title).unwrap_or_default();
    let kind = line.kind.as_deref().and_then(DocumentKind::from_loose_name);
    let input = Input { title: &title, readable: &readable, kind, ..Input::default() };
    let drafts = extractor.extract(&input);
    let index = CharacterIndex::new(&readable);
    let automations = drafts.into_iter().map(|draft| found(draft, &readable, &index)).collect();
    let answer = Answer { id: line.id, automations, readable: String::new() };
    serde_json::to_string(&Answer { readable, ..answer })
        .map(Some)
        .map_err(|error| error.to_string())
}

fn found(draft: Draft, readable: &str, index: &CharacterIndex) -> Found {
    let content = draft.content;
    Found {
        title: content.title,
        description: content.description,
        trigger: content.trigger,
        actions: content.steps,
        tools: content.tools,
        industries: content.industries,
        functions: content.functions,
        problem: content.problem,
        value: content.claims,
        confidence: draft.confidence,
        evidence: draft.evidence.iter().map(|evidence| proof(evidence, readable, index)).collect(),
    }
}

fn proof(evidence: &Evidence, readable: &str, index: &CharacterIndex) -> Proof {
    let range = evidence.span.range();
    Proof {
        field: name(evidence.field),
        index: evidence.index,
        start: index.character(range.start),
        end: index.character(range.end),
        text: readable[range].to_owned(),
        p: evidence.confidence,
    }
}

/// The field as it is called in the answer.
fn name(field: Field) -> &'static str {
    match field {
        Field::Steps => "actions",
        Field::Claims => "value",
        other => other.name(),
    }
}
