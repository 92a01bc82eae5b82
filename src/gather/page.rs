//! HTML, Markdown and plain text files.

use super::found::Found;
use super::{Problem, front_matter, moment};
use crate::model::{DocumentKind, NewDocument, RawBody};
use crate::text::{decode, html, markdown};
use std::path::Path;
use std::sync::Arc;

pub(super) fn read_html(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let decoded = decode(&raw.bytes, None);
    let base = raw.location.starts_with("http").then_some(raw.location.as_str());
    let page = html::readable(&decoded.text, base);
    Found {
        url: page.url.or_else(|| base.map(str::to_owned)),
        title: page.title,
        spare_title: stem(&raw.location),
        author: page.author,
        published: page.published.as_deref().and_then(moment::read),
        origin: page.site,
        language: page.language,
        readable: page.text,
        ..Found::default()
    }
    .finish(raw)
}

pub(super) fn read_markdown(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let decoded = decode(&raw.bytes, None);
    let (front, body) = front_matter::split(&decoded.text);
    let kind = front.get(&["kind", "type"]).and_then(|word| DocumentKind::from_loose_name(&word));
    let url = front.get(&["url", "link", "canonical_url", "canonical", "source_url"]);
    let heading = body.lines().find_map(|line| line.trim().strip_prefix("# "));
    let title = front.get(&["title"]).or_else(|| heading.map(markdown::plain));
    let published = front.get(&["date", "published", "published_at", "created"]);
    Found {
        kind: kind.or_else(|| url.is_none().then_some(DocumentKind::Note)),
        url,
        title: title.unwrap_or_default(),
        spare_title: stem(&raw.location),
        author: front.get(&["author", "authors", "by"]),
        published: published.as_deref().and_then(moment::read),
        origin: front.get(&["source", "origin", "publication", "site"]),
        language: front.get(&["language", "lang"]),
        readable: markdown::plain(body),
        ..Found::default()
    }
    .finish(raw)
}

pub(super) fn read_text(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let decoded = decode(&raw.bytes, None);
    Found {
        kind: Some(DocumentKind::Note),
        spare_title: stem(&raw.location),
        readable: decoded.text.into_owned(),
        ..Found::default()
    }
    .finish(raw)
}

/// A file's name as a title: without folder and extensions, dashes as spaces.
pub(super) fn stem(location: &str) -> String {
    let name = Path::new(location).file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.replace(['-', '_'], " ")
}
