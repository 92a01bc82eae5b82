//! One file's bytes, of any size, into documents.

use super::lines::{self, Capped, broken_off, read_capped};
use super::recognise::{HEAD, Shape, shape};
use super::{MAX_DOCUMENT, Problem, Sink, captions, json, read_body};
use crate::model::RawBody;
use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

/// A file to be read: where it is, and what yt-dlp says about it where it has captions.
pub(super) struct Source<'a> {
    pub location: &'a str,
    /// Loads the description beside captions, once they are known to be captions.
    pub info: &'a dyn Fn() -> Option<Vec<u8>>,
    /// Bytes in all, where known.
    pub size: Option<u64>,
}

/// Reads `input` into `sink`, whatever it turns out to be.
pub(super) fn read(
    source: &Source<'_>,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    read_layer(source, input, sink, 0)
}

fn read_layer(
    source: &Source<'_>,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
    layer: u8,
) -> ControlFlow<()> {
    let mut head = Vec::new();
    let failure = Read::take(&mut *input, HEAD as u64).read_to_end(&mut head).err();
    if let Some(error) = failure.as_ref().filter(|_| head.is_empty()) {
        let is_packed = layer > 0;
        let problem = if is_packed {
            broken_off(source.location, error)
        } else {
            Problem::io(source.location, "read it", error)
        };
        return sink(Err(problem));
    }
    let shape = shape(source.location, &head);
    let input: &mut dyn BufRead = &mut Failing { failure, inner: Cursor::new(head).chain(input) };
    match shape {
        Shape::Other(what, hint) => sink(Err(Problem::new(source.location, what, hint))),
        Shape::Gzip if layer > 0 => {
            let hint = "unpack it once and read it again";
            sink(Err(Problem::new(source.location, "it is packed twice", hint)))
        }
        Shape::Gzip => {
            let mut unpacked = BufReader::with_capacity(64 << 10, MultiGzDecoder::new(input));
            let source = Source { size: None, ..*source };
            read_layer(&source, &mut unpacked, sink, layer + 1)
        }
        Shape::Lines => lines::read(source.location, input, sink),
        Shape::Mbox => read_mbox(source.location, input, sink),
        shape => read_whole(source, shape, input, sink),
    }
}

/// Reads a file that is one body.
fn read_whole(
    source: &Source<'_>,
    shape: Shape,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let location = source.location;
    let too_large = |size: Option<u64>| {
        let size = size.map_or("more".to_owned(), |size| format!("{} MiB", size >> 20));
        let what = format!("it is {size}; a document ends at {} MiB", MAX_DOCUMENT >> 20);
        Problem::new(location, what, "split it, or leave it out")
    };
    if source.size.is_some_and(|size| size > MAX_DOCUMENT as u64) {
        return sink(Err(too_large(source.size)));
    }
    let mut bytes = Vec::new();
    if let Err(error) = input.take(MAX_DOCUMENT as u64 + 1).read_to_end(&mut bytes) {
        return sink(Err(broken_off(location, &error)));
    }
    if bytes.len() > MAX_DOCUMENT {
        return sink(Err(too_large(None)));
    }
    let bodies = match shape {
        Shape::Json => match json::split(location, bytes) {
            Ok(bodies) => bodies,
            Err(problem) => return sink(Err(problem)),
        },
        Shape::Captions => vec![captions::with_info(location, bytes, (source.info)().as_deref())],
        shape => {
            let format = match shape {
                Shape::Feed => "feed",
                Shape::Html => "html",
                Shape::Markdown => "markdown",
                Shape::Mail => "mail",
                _ => "text",
            };
            vec![RawBody { format: format.to_owned(), location: location.to_owned(), bytes }]
        }
    };
    for body in bodies {
        for outcome in read_body(&Arc::new(body)) {
            sink(outcome)?;
        }
    }
    GO_ON
}

/// Reads an mbox message by message: each begins at a line `From …` behind an empty one.
fn read_mbox(location: &str, input: &mut dyn BufRead, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut message: Vec<u8> = Vec::new();
    let mut number = 0;
    let mut is_behind_empty = true;
    let mut is_too_long = false;
    loop {
        let mut line = Vec::new();
        let outcome = read_capped(input, &mut line, MAX_DOCUMENT);
        let is_end = match &outcome {
            Ok(Capped::End) => line.is_empty(),
            Ok(Capped::TooLong) => {
                is_too_long = true;
                false
            }
            Ok(Capped::Line) => false,
            Err(_) => true,
        };
        let begins = is_behind_empty && line.starts_with(b"From ");
        if begins || is_end {
            if number > 0 {
                let bytes = std::mem::take(&mut message);
                read_message(location, number, bytes, is_too_long, sink)?;
            }
            number += 1;
            is_too_long = false;
        }
        if let Err(error) = outcome {
            return sink(Err(broken_off(location, &error)));
        }
        if is_end {
            return GO_ON;
        }
        is_behind_empty = line.trim_ascii().is_empty();
        if begins {
            continue;
        }
        // A quoted `>From ` loses one quote (mboxrd).
        let quotes = line.iter().take_while(|b| **b == b'>').count();
        let unquoted = usize::from(quotes > 0 && line[quotes..].starts_with(b"From "));
        if message.len() + line.len() > MAX_DOCUMENT {
            is_too_long = true;
            message.clear();
        }
        if !is_too_long {
            message.extend_from_slice(&line[unquoted..]);
            message.push(b'\n');
        }
    }
}

fn read_message(
    location: &str,
    number: u32,
    bytes: Vec<u8>,
    is_too_long: bool,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let location = format!("{location}#{number}");
    if is_too_long {
        let what = format!("the message is larger than {} MiB", MAX_DOCUMENT >> 20);
        return sink(Err(Problem::new(location, what, "save it without its attachments")));
    }
    let raw = Arc::new(RawBody { format: "mail".to_owned(), location, bytes });
    for outcome in read_body(&raw) {
        sink(outcome)?;
    }
    GO_ON
}

/// Hands on an error that was met while looking ahead, when the reading comes to its place.
struct Failing<R> {
    inner: R,
    failure: Option<std::io::Error>,
}

impl<R: BufRead> Read for Failing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = {
            let mut available = self.fill_buf()?;
            available.read(buffer)?
        };
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Failing<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        // Asked twice, as the borrow of a first answer cannot be returned behind a condition.
        if self.inner.fill_buf()?.is_empty()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}
