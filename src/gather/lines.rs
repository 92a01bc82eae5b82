//! Files of JSON lines, of any size: read in chunks, parsed side by side, handed on in order.

use super::{MAX_DOCUMENT, Problem, Sink, json};
use crate::model::RawBody;
use rayon::prelude::*;
use std::io::{BufRead, ErrorKind};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A chunk ends at so many lines or bytes, whichever comes first.
const CHUNK_LINES: usize = 512;
const CHUNK_BYTES: usize = 4 << 20;

/// A line with its number from 1.
type Line = (u64, Result<Vec<u8>, Problem>);

/// Reads JSON lines from `input` into `sink`.
pub(super) fn read(
    location: &str,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let mut number = 0;
    loop {
        let (chunk, failure) = next_chunk(location, input, &mut number);
        let is_last = chunk.is_empty() || failure.is_some();
        let outcomes: Vec<_> = chunk
            .into_par_iter()
            .map(|(line, bytes)| {
                let location = location.to_owned();
                let raw = RawBody { format: "jsonl".to_owned(), location, bytes: bytes? };
                json::read_line(&Arc::new(raw), Some(line))
            })
            .collect();
        for outcome in outcomes {
            sink(outcome)?;
        }
        if let Some(problem) = failure {
            sink(Err(problem))?;
        }
        if is_last {
            return ControlFlow::Continue(());
        }
    }
}

/// The next lines that are not empty, and what ended the file early.
fn next_chunk(
    location: &str,
    input: &mut dyn BufRead,
    number: &mut u64,
) -> (Vec<Line>, Option<Problem>) {
    let mut chunk = Vec::new();
    let mut size = 0;
    while chunk.len() < CHUNK_LINES && size < CHUNK_BYTES {
        let mut bytes = Vec::new();
        match read_capped(input, &mut bytes, MAX_DOCUMENT) {
            Ok(Capped::End) if bytes.is_empty() => break,
            Ok(outcome) => {
                *number += 1;
                size += bytes.len();
                if matches!(outcome, Capped::TooLong) {
                    let what = format!("the line is longer than {} MiB", MAX_DOCUMENT >> 20);
                    let hint = "split the document, or leave it out";
                    chunk.push((*number, Err(Problem::new(location, what, hint).at_line(*number))));
                } else if !bytes.trim_ascii().is_empty() {
                    chunk.push((*number, Ok(bytes)));
                }
            }
            Err(error) => {
                let problem = broken_off(location, &error).at_line(*number + 1);
                return (chunk, Some(problem));
            }
        }
    }
    (chunk, None)
}

/// What a failure in the middle of a file means.
pub(super) fn broken_off(location: &str, error: &std::io::Error) -> Problem {
    match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            Problem::new(
                location,
                "the compressed data ends early or is damaged; what stands before is read",
                "fetch or pack the file again",
            )
        }
        _ => Problem::io(location, "read on", error),
    }
}

pub(super) enum Capped {
    /// A line, without its end.
    Line,
    /// More than the cap; the rest of the line is skipped.
    TooLong,
    End,
}

/// Reads up to the next line end, keeping at most `cap` bytes.
pub(super) fn read_capped(
    input: &mut dyn BufRead,
    line: &mut Vec<u8>,
    cap: usize,
) -> std::io::Result<Capped> {
    let mut is_too_long = false;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(if is_too_long { Capped::TooLong } else { Capped::End });
        }
        let end = memchr::memchr(b'\n', available);
        let part = &available[..end.unwrap_or(available.len())];
        if line.len() + part.len() > cap {
            is_too_long = true;
            line.clear();
        } else if !is_too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(if is_too_long { Capped::TooLong } else { Capped::Line });
        }
    }
}
