//! From sources to documents: folders of files, and feeds over HTTP.
//!
//! Does: recognise what a file is by its content, read it into documents (safe for terminals, with
//! language, canonical address and identity), keep what it was read from, and read that again.
//! Does not: store, schedule, or decide what a document means. Owns no state and starts no thread;
//! lines of large files are parsed on the caller's rayon pool.

mod address;
mod captions;
pub mod feed;
mod files;
mod found;
mod front_matter;
mod json;
mod lines;
mod mail;
mod moment;
mod page;
mod place;
mod problem;
mod recognise;
mod stream;

pub use address::{canonical, kind_of_address};
pub use files::{read_files, read_path};
pub use place::{PlaceError, fit_name, free_name, recognise_place, slug};
pub use problem::Problem;

use crate::model::{NewDocument, RawBody};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Most bytes of one document, as received and decompressed: 15 MiB.
pub const MAX_DOCUMENT: usize = 15 << 20;

/// Where documents and problems go, in the order in which they are met; `Break` ends the reading.
pub type Sink<'a> = dyn FnMut(Result<NewDocument, Problem>) -> ControlFlow<()> + 'a;

/// Reads a stored body again, as it was read when it came.
pub fn replay(raw: &Arc<RawBody>) -> (Vec<NewDocument>, Vec<Problem>) {
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    for outcome in read_body(raw) {
        match outcome {
            Ok(document) => documents.push(document),
            Err(problem) => problems.push(problem),
        }
    }
    (documents, problems)
}

/// Reads one body by its format; `format` may carry parameters behind a semicolon.
fn read_body(raw: &Arc<RawBody>) -> Vec<Result<NewDocument, Problem>> {
    let format = raw.format.split(';').next().unwrap_or_default();
    match format {
        "feed" => feed::read(raw),
        "jsonl" => vec![json::read_line(raw, None)],
        "workflow" => vec![json::read_workflow(raw)],
        "html" => vec![page::read_html(raw)],
        "markdown" => vec![page::read_markdown(raw)],
        "text" => vec![page::read_text(raw)],
        "captions" | "captions+info" => vec![captions::read(raw)],
        "mail" => vec![mail::read(raw)],
        other => vec![Err(Problem::new(
            &raw.location,
            format!("no reader is called `{other}`"),
            "this body was stored by a newer version; update, or gather the source again",
        ))],
    }
}
