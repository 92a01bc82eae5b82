//! `reservoir eval search`.

use super::lines::{cannot, read_lines};
use crate::cli::CliError;
use crate::model::{AutomationId, SearchMode, SearchQuery};
use crate::search::{Change, Index, Indexable, Searcher, StorePosition, Vectors, encode};
use jiff::Timestamp;
use rayon::prelude::*;
use serde::Deserialize;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lines of a run for one query, as measures of rank look no deeper.
const DEPTH: usize = 100;
/// Documents fed to the index at a time.
const BATCH: usize = 2000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Documents as JSON lines: id, text, title if there is one.
    #[arg(long, value_name = "FILE")]
    documents: PathBuf,
    /// Queries as JSON lines: id, text.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Which arms answer: text, meaning or hybrid.
    #[arg(long, default_value = "hybrid")]
    mode: String,
    /// Where to write the run, in TREC's format.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// One line of documents or of queries. Ids may be written as strings or as numbers.
#[derive(Debug, Deserialize)]
struct Entry {
    id: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, alias = "query")]
    text: String,
}

impl Entry {
    fn name(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }
}

pub fn run(args: &Args) -> Result<(), CliError> {
    let mode = SearchMode::from_name(&args.mode).ok_or_else(|| CliError::Usage {
        what: format!("cannot search in mode `{}`", args.mode),
        hint: Some("write text, meaning or hybrid".to_owned()),
    })?;
    let documents: Vec<Entry> = read_lines(&args.documents)?;
    let queries: Vec<Entry> = read_lines(&args.queries)?;
    let folder = Folder::new(&args.out)?;
    let searcher = index(&folder.0, &documents)?;
    let out = std::fs::File::create(&args.out).map_err(|e| cannot("write", &args.out, &e))?;
    let mut out = BufWriter::new(out);
    for query in &queries {
        // The full stop of a finished sentence: no word of a query in a file is still being typed.
        let text = format!("{} ", plain_words(&query.text));
        let mut asked = SearchQuery::new(text, DEPTH);
        asked.mode = mode;
        let answer = searcher.search(&asked).map_err(|e| CliError::failed(&e))?;
        for (rank, hit) in answer.hits.iter().enumerate() {
            let document = documents[hit.id.0 as usize - 1].name();
            writeln!(out, "{} Q0 {document} {} {} {mode}", query.name(), rank + 1, hit.score)
                .map_err(|e| cannot("write", &args.out, &e))?;
        }
    }
    out.flush().map_err(|e| cannot("write", &args.out, &e))
}

/// A query of a collection is prose: its quotes, colons and dashes are no operators.
fn plain_words(text: &str) -> String {
    text.replace(['"', ':'], " ").replace(" -", " ")
}

fn index(folder: &Path, documents: &[Entry]) -> Result<Searcher, CliError> {
    let failed = |e| CliError::failed(&e);
    let index = Index::open(folder).map_err(failed)?;
    let vectors = Arc::new(Vectors::default());
    let mut writer = index.writer().map_err(failed)?;
    for (batch, entries) in documents.chunks(BATCH).enumerate() {
        let encoded: Vec<_> = entries.par_iter().map(|entry| encode(&meaning(entry))).collect();
        let entries = entries.iter().zip(encoded).enumerate();
        let changes: Vec<Change> = entries
            .map(|(at, (entry, vector))| {
                let id = AutomationId((batch * BATCH + at) as i64 + 1);
                Change::Upsert(Box::new(Indexable {
                    title: entry.title.clone().unwrap_or_default(),
                    body: entry.text.clone(),
                    vector,
                    ..Indexable::empty(id, Timestamp::UNIX_EPOCH)
                }))
            })
            .collect();
        writer.apply(&changes).map_err(failed)?;
        vectors.apply(&changes);
    }
    let position = StorePosition { store_id: "eval".to_owned(), seq: documents.len() as i64 };
    writer.commit(&position).map_err(failed)?;
    writer.close().map_err(failed)?;
    index.searcher(vectors).map_err(failed)
}

fn meaning(entry: &Entry) -> String {
    match &entry.title {
        Some(title) => format!("{title}. {}", entry.text),
        None => entry.text.clone(),
    }
}

/// A folder beside the run, gone when the run is written.
struct Folder(PathBuf);

impl Folder {
    fn new(out: &Path) -> Result<Self, CliError> {
        let name = format!("reservoir-eval-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).map_err(|e| cannot("make", out, &e))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind at worst in the system's temporary folder, which is emptied by the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
