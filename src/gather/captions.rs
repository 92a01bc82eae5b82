//! WebVTT and SubRip files, with yt-dlp's `.info.json` beside them where there is one.
//!
//! Both travel in one raw body, format `captions+info`: the picked fields of the description as one
//! line of JSON, then the captions as received.

use super::found::Found;
use super::{Problem, moment, page};
use crate::model::{DocumentKind, NewDocument, RawBody};
use crate::text::{decode, transcript};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What is kept of a video's description; the rest is formats and thumbnails.
const PICKED: &[&str] = &[
    "id",
    "title",
    "fulltitle",
    "channel",
    "uploader",
    "webpage_url",
    "original_url",
    "upload_date",
    "timestamp",
    "release_timestamp",
    "language",
    "duration",
    "extractor_key",
];

/// The raw body of captions with the description that stands beside them.
pub(super) fn with_info(location: &str, captions: Vec<u8>, info: Option<&[u8]>) -> RawBody {
    let picked = info.and_then(|info| serde_json::from_slice::<Map<String, Value>>(info).ok());
    let location = location.to_owned();
    let Some(mut picked) = picked else {
        return RawBody { format: "captions".to_owned(), location, bytes: captions };
    };
    picked.retain(|key, _| PICKED.contains(&key.as_str()));
    let mut bytes = Value::Object(picked).to_string().into_bytes();
    bytes.push(b'\n');
    bytes.extend_from_slice(&captions);
    RawBody { format: "captions+info".to_owned(), location, bytes }
}

pub(super) fn read(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let mut captions = raw.bytes.as_slice();
    let mut info = Map::new();
    if raw.format == "captions+info" {
        let end = memchr::memchr(b'\n', captions).unwrap_or(0);
        info = serde_json::from_slice(&captions[..end]).unwrap_or_default();
        captions = captions.get(end + 1..).unwrap_or_default();
    }
    let told = |keys: &[&str]| keys.iter().find_map(|key| plain(info.get(*key)?));
    let transcript = transcript::read(&decode(captions, None).text);
    let header =
        |keys: &[&str]| keys.iter().find_map(|key| transcript.header(key)).map(str::to_owned);
    let published = told(&["timestamp", "release_timestamp", "upload_date"])
        .or_else(|| header(&["published", "date", "upload_date"]));
    let channel = told(&["channel", "uploader"]).or_else(|| header(&["channel", "author"]));
    let url = told(&["webpage_url", "original_url"])
        .or_else(|| header(&["url", "source"]))
        .or_else(|| video_of_name(&raw.location));
    if transcript.text.is_empty() {
        let hint = "check that the file has timed lines (00:00:01.000 --> 00:00:02.000)";
        return Err(Problem::new(&raw.location, "it holds no captions", hint));
    }
    Found {
        url,
        title: told(&["title", "fulltitle"]).or_else(|| header(&["title"])).unwrap_or_default(),
        spare_title: page::stem(&raw.location),
        author: channel.clone(),
        published: published.as_deref().and_then(moment::read),
        kind: Some(DocumentKind::Transcript),
        origin: channel,
        language: header(&["language"]).or_else(|| told(&["language"])),
        readable: transcript.text,
        marks: transcript.marks,
        ..Found::default()
    }
    .finish(raw)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The video's page, by the id that yt-dlp puts in brackets: `Title [dQw4w9WgXcQ].en.vtt`.
fn video_of_name(location: &str) -> Option<String> {
    let (_, rest) = location.rsplit_once('[')?;
    let (id, _) = rest.split_once(']')?;
    let is_id =
        id.len() == 11 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    is_id.then(|| format!("https://www.youtube.com/watch?v={id}"))
}
