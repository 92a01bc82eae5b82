//! The border: what a reader found becomes a document that is safe to keep and to show.

use super::{Problem, address};
use crate::model::{DocumentKind, Mark, NewDocument, RawBody};
use crate::text::{language, sanitize, sanitize_line};
use jiff::Timestamp;
use std::sync::Arc;

/// Longest title, author and origin that are kept, in characters.
const MAX_TITLE: usize = 300;
const MAX_NAME: usize = 120;
/// Longest title that is made of a text's first line, in characters.
const MAX_MADE_TITLE: usize = 100;

/// What a reader made out, before anything is made safe.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What the source calls it; without one the canonical address, then `fallback`.
    pub identity: Option<String>,
    pub url: Option<String>,
    pub title: String,
    /// The title where neither the text nor its metadata has one, such as a file's name.
    pub spare_title: String,
    pub author: Option<String>,
    pub published: Option<Timestamp>,
    pub kind: Option<DocumentKind>,
    pub origin: Option<String>,
    pub language: Option<String>,
    pub readable: String,
    /// Offsets into `readable`, which is safe already where there are any.
    pub marks: Vec<Mark>,
}

impl Found {
    /// Makes the document, or tells that there is nothing in it.
    pub(super) fn finish(self, raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
        let readable = if self.marks.is_empty() {
            sanitize(&self.readable).trim().to_owned()
        } else {
            self.readable
        };
        let title = title(&self.title, &readable, &self.spare_title);
        let readable = if readable.is_empty() { title.clone() } else { readable };
        if readable.is_empty() {
            let hint = "nothing to do; there is nothing to read in it";
            return Err(Problem::new(&raw.location, "it holds no text", hint));
        }
        let url = self.url.as_deref().and_then(address::canonical);
        let identity = self.identity.filter(|identity| !identity.is_empty());
        let identity = identity.or_else(|| url.clone()).unwrap_or_else(|| raw.location.clone());
        let of_address = || url.as_deref().and_then(address::kind_of_address);
        let told = self.language.as_deref().and_then(primary);
        Ok(NewDocument {
            identity: sanitize_line(&identity).into_owned(),
            title,
            author: name(self.author),
            published: self.published,
            kind: self.kind.or_else(of_address).unwrap_or(DocumentKind::Article),
            origin: name(self.origin),
            language: language(&readable).map(str::to_owned).or(told),
            readable,
            marks: self.marks,
            raw: Arc::clone(raw),
            url,
        })
    }
}

/// The title as told, else the text's first line, else the spare one.
fn title(told: &str, readable: &str, spare: &str) -> String {
    let told = cut(&sanitize_line(told), MAX_TITLE);
    if !told.is_empty() {
        return told;
    }
    let first = readable.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let is_title = first.chars().take(MAX_MADE_TITLE + 1).count() <= MAX_MADE_TITLE;
    let spare = sanitize_line(spare);
    if is_title && !first.is_empty() || spare.is_empty() {
        return cut(first, MAX_MADE_TITLE);
    }
    cut(&spare, MAX_TITLE)
}

fn name(told: Option<String>) -> Option<String> {
    let told = told?;
    // Reddit's way of writing a user.
    let told = told.trim().strip_prefix("/u/").unwrap_or(&told);
    let name = cut(&sanitize_line(told), MAX_NAME);
    (!name.is_empty()).then_some(name)
}

/// At most `most` characters of a line, cut at a word's end where one is near.
fn cut(line: &str, most: usize) -> String {
    let Some((end, _)) = line.char_indices().nth(most) else { return line.to_owned() };
    let kept = &line[..end];
    let kept = match kept.rfind(' ') {
        Some(space) if space * 2 > kept.len() => &kept[..space],
        _ => kept,
    };
    // A cut may part a cluster; what is left of it must be safe too.
    sanitize(&format!("{}…", kept.trim_end())).into_owned()
}

/// The primary subtag of a declared language.
fn primary(told: &str) -> Option<String> {
    let code = told.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    (matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase())).then_some(code)
}
