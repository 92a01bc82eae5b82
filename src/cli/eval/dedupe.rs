//! `reservoir eval dedupe`.

use super::lines::{cannot, read_lines};
use crate::cli::CliError;
use crate::dedupe::{self, Item};
use crate::model::{AutomationId, DuplicateVerdict};
use serde::{Deserialize, Serialize};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines: id, name, description, and nodes or url if known.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write the pairs found, as JSON lines, the most certain first.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: serde_json::Value,
    #[serde(default, alias = "title")]
    name: Option<String>,
    #[serde(default, alias = "text")]
    description: Option<String>,
    #[serde(default)]
    nodes: Option<Nodes>,
    #[serde(default)]
    url: Option<String>,
}

/// Names and types of nodes, in one text or as a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Nodes {
    Text(String),
    List(Vec<String>),
}

#[derive(Serialize)]
struct Found<'a> {
    a: &'a serde_json::Value,
    b: &'a serde_json::Value,
    p: f32,
    verdict: DuplicateVerdict,
}

pub fn run(args: &Args) -> Result<(), CliError> {
    let entries: Vec<Entry> = read_lines(&args.input)?;
    let items: Vec<Item> = entries.iter().enumerate().map(|(at, entry)| item(at, entry)).collect();
    let mut pairs = dedupe::find(&items, &|_| true);
    pairs.sort_by(|x, y| y.p.total_cmp(&x.p).then((x.a, x.b).cmp(&(y.a, y.b))));
    let failed = |e: &dyn std::error::Error| cannot("write", &args.out, e);
    let mut out = BufWriter::new(std::fs::File::create(&args.out).map_err(|e| failed(&e))?);
    for pair in &pairs {
        let (a, b) = (&entries[pair.a.0 as usize].id, &entries[pair.b.0 as usize].id);
        let found = Found { a, b, p: pair.p, verdict: pair.verdict };
        let line = serde_json::to_string(&found).map_err(|e| failed(&e))?;
        writeln!(out, "{line}").map_err(|e| failed(&e))?;
    }
    out.flush().map_err(|e| failed(&e))
}

fn item(at: usize, entry: &Entry) -> Item {
    Item {
        id: AutomationId(at as i64),
        title: entry.name.clone().unwrap_or_default(),
        text: entry.description.clone().unwrap_or_default(),
        structure: match &entry.nodes {
            Some(Nodes::Text(text)) => vec![text.clone()],
            Some(Nodes::List(list)) => list.clone(),
            None => Vec::new(),
        },
        url: entry.url.clone(),
        vector: None,
    }
}
