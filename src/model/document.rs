//! A document: one thing published somewhere, as readable text with where it came from.

use super::automation::named;
use super::{BodyId, DocumentId, SourceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// What sort of text a document is; decides how it is read and its mark in lists.
    DocumentKind {
        Article = "article",
        Post = "post",
        Transcript = "transcript",
        Newsletter = "newsletter",
        Workflow = "workflow",
        Template = "template",
        Launch = "launch",
        Repository = "repository",
        Note = "note",
    }
}

impl DocumentKind {
    /// The kind a source's own word means; `None` for a word nobody here knows.
    pub fn from_loose_name(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        Self::from_name(&word).or(match word.as_str() {
            "video" | "captions" | "podcast" | "youtube" => Some(Self::Transcript),
            "comment" | "thread" | "reddit" | "submission" => Some(Self::Post),
            "page" | "blog" | "web" | "html" => Some(Self::Article),
            "email" | "mail" => Some(Self::Newsletter),
            "product" | "producthunt" => Some(Self::Launch),
            "repo" | "github" => Some(Self::Repository),
            "text" | "markdown" | "file" => Some(Self::Note),
            _ => None,
        })
    }
}

/// A moment in a recording: the byte offset in the readable text where second `seconds` begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub offset: u32,
    pub seconds: u32,
}

/// A document as a source yields it, before the store has given it an id.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDocument {
    /// What the source calls it, stable over time and unique in the source: GUID, canonical
    /// address, path. Meeting it again with another text makes a new revision.
    pub identity: String,
    /// Canonical address, where it has one.
    pub url: Option<String>,
    pub title: String,
    pub author: Option<String>,
    pub published: Option<Timestamp>,
    pub kind: DocumentKind,
    /// Where it was published, as people say it: "r/hvac", "Liam's channel".
    pub origin: Option<String>,
    /// BCP 47 primary language ("en"), where told or detected.
    pub language: Option<String>,
    /// What extraction reads and evidence points into. For a workflow: its description.
    pub readable: String,
    /// Sorted by offset; empty where there is no clock.
    pub marks: Vec<Mark>,
    /// The bytes it was read from, as received; several documents may share them.
    pub raw: std::sync::Arc<RawBody>,
}

/// Bytes as they came, from which documents can be read again without the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawBody {
    /// How to read it again: the reader's name, such as `feed`, `html`, `workflow`.
    pub format: String,
    /// Where it came from (address or path), for relative links.
    pub location: String,
    pub bytes: Vec<u8>,
}

/// A stored document in its newest revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub id: DocumentId,
    /// Counts changes of its text, from 1.
    pub revision: u32,
    pub source: SourceId,
    pub identity: String,
    pub url: Option<String>,
    pub title: String,
    pub author: Option<String>,
    pub published: Option<Timestamp>,
    pub kind: DocumentKind,
    pub origin: Option<String>,
    pub language: Option<String>,
    pub readable: String,
    pub marks: Vec<Mark>,
    pub body: BodyId,
    pub gathered: Timestamp,
}

impl Document {
    /// The second of a recording at which the byte `offset` is spoken.
    pub fn seconds_at(&self, offset: u32) -> Option<u32> {
        let after = self.marks.partition_point(|mark| mark.offset <= offset);
        after.checked_sub(1).map(|at| self.marks[at].seconds)
    }
}
