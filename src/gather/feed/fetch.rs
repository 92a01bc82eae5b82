//! A feed over HTTP.

use super::super::Problem;
use crate::model::{NewDocument, RawBody};
use crate::net::{Client, Fetched, NetError, Request};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Least and most time between two looks at a feed, in seconds: 15 minutes, 7 days.
const MIN_PAUSE: i64 = 15 * 60;
const MAX_PAUSE: i64 = 7 * 24 * 3600;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

/// What a feed's last answer said about itself, for asking conditionally.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What a feed answers.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedAnswer {
    /// Nothing new; `next` is the earliest moment to ask again.
    NotModified { next: Timestamp },
    Documents {
        docs: Vec<NewDocument>,
        problems: Vec<Problem>,
        etag: Option<String>,
        last_modified: Option<String>,
        /// The earliest moment to ask again.
        next: Timestamp,
        /// The address to ask from now on, where the feed has moved for good.
        moved_to: Option<String>,
    },
}

/// Fetches a feed, if it has changed since `validators`.
///
/// # Errors
/// Those of `net`; a body that is no feed comes as a problem in the answer, with its validators,
/// so that it is not fetched again before it changes.
pub async fn fetch(
    client: &Client,
    address: &str,
    validators: &Validators,
) -> Result<FeedAnswer, NetError> {
    let request = Request {
        address: address.to_owned(),
        etag: validators.etag.clone(),
        last_modified: validators.last_modified.clone(),
        accept: Some(ACCEPT.to_owned()),
    };
    let fetched = client.fetch(&request).await?;
    let next = next(&fetched, Timestamp::now());
    if fetched.is_not_modified() {
        return Ok(FeedAnswer::NotModified { next });
    }
    // The declared charset travels in the format, as it is not in the body.
    let format = match fetched.charset().filter(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        Some(charset) => format!("feed;charset={charset}"),
        None => "feed".to_owned(),
    };
    let Fetched { url: location, body: bytes, etag, last_modified, moved_to, .. } = fetched;
    let raw = Arc::new(RawBody { format, location, bytes });
    let (docs, problems) = super::super::replay(&raw);
    Ok(FeedAnswer::Documents { docs, problems, etag, last_modified, next, moved_to })
}

/// When to ask again: as the server says, within bounds.
fn next(fetched: &Fetched, now: Timestamp) -> Timestamp {
    let after = |seconds| now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    fetched.fresh_until.unwrap_or(now).clamp(after(MIN_PAUSE), after(MAX_PAUSE))
}
