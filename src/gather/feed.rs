//! Feeds: RSS, Atom, JSON Feed, from a file or over HTTP.

mod entry;
mod fetch;
mod repair;

pub use fetch::{FeedAnswer, Validators, fetch};

use super::Problem;
use crate::model::{NewDocument, RawBody};
use crate::text::decode;
use feed_rs::model::Feed;
use feed_rs::parser;
use std::collections::HashMap;
use std::sync::Arc;

/// Most entries that are taken from one feed, the first ones.
const MAX_ENTRIES: usize = 5_000;

const HINT: &str = "open the address in a browser: it should show a feed (RSS, Atom or JSON Feed)";

/// Reads a feed's body; `format` may tell the charset it was declared to be in.
pub(super) fn read(raw: &Arc<RawBody>) -> Vec<Result<NewDocument, Problem>> {
    let declared = raw.format.split_once("charset=").map(|(_, charset)| charset);
    let decoded = decode(&raw.bytes, declared);
    let text = repair::readable_xml(&decoded.text);
    let base = raw.location.starts_with("http").then_some(raw.location.as_str());
    let (feed, problem) = match parse(&text, base) {
        Ok(feed) => (feed, None),
        Err(error) => match repair::closed(&text).and_then(|text| parse(&text, base).ok()) {
            Some(feed) => {
                let what = "the feed ends in the middle; what stands before is read";
                (feed, Some(Problem::new(&raw.location, what, "fetch it again")))
            }
            None => return vec![Err(Problem::new(&raw.location, said(&error), HINT))],
        },
    };
    let shape = entry::Shape::of(&feed, base);
    let mut seen = HashMap::new();
    for found in &feed.entries {
        *seen.entry(found.id.clone()).or_insert(0_u32) += 1;
    }
    let entries = feed.entries.into_iter().take(MAX_ENTRIES);
    let documents = entries.filter_map(|found| {
        // A GUID that several entries share names none of them.
        let is_unique = seen.get(&found.id) == Some(&1);
        shape.read(found, is_unique).map(|found| found.finish(raw))
    });
    documents.chain(problem.map(Err)).collect()
}

fn parse(text: &str, base: Option<&str>) -> Result<Feed, parser::ParseFeedError> {
    // Entries without a GUID are named by address or title here, not by a random number.
    let builder = parser::Builder::new().base_uri(base).id_generator(|_, _, _| String::new());
    builder.build().parse(text.as_bytes())
}

/// Why a feed cannot be read, in words for people.
fn said(error: &parser::ParseFeedError) -> String {
    match error {
        parser::ParseFeedError::ParseError(parser::ParseErrorKind::NoFeedRoot) => {
            "it is no feed: it has neither <rss> nor <feed> nor a JSON Feed's version".to_owned()
        }
        other => format!("the feed is damaged: {other}"),
    }
}

#[cfg(test)]
mod tests;
