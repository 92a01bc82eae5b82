//! A source: a place from which documents come again and again.

use super::SourceId;
use super::automation::named;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// Which adapter reads a source.
    SourceKind {
        /// Files under a path.
        Folder = "folder",
        /// RSS, Atom or JSON Feed over HTTP.
        Feed = "feed",
        /// What `reservoir import` brought in.
        Import = "import",
        /// What people typed in.
        Manual = "manual",
        /// The sample week that ships with the program.
        Sample = "sample",
    }
}

/// A source as a user describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSource {
    /// Short unique name, as typed on the command line: `[a-z0-9][a-z0-9._-]*`.
    pub name: String,
    pub kind: SourceKind,
    /// An absolute path for a folder, an http(s) address for a feed.
    pub address: String,
    pub title: Option<String>,
    pub is_enabled: bool,
}

/// A stored source with its health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
    pub address: String,
    pub title: Option<String>,
    pub is_enabled: bool,
    /// Validators of the last answer, for conditional requests.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub last_success: Option<Timestamp>,
    pub last_attempt: Option<Timestamp>,
    /// The newest failure in words; cleared by a success.
    pub last_error: Option<String>,
    /// Not to be asked again before this moment (Retry-After, max-age, back-off).
    pub next_attempt: Option<Timestamp>,
    pub consecutive_failures: u32,
}
