//! A source: a place from which documents come again and again.

use super::automation::named;
use super::{Schedule, SourceId};
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
    /// Least time between two visits; as the source itself asks where none is set.
    pub schedule: Option<Schedule>,
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

impl Source {
    /// Whether a run that names no source visits it at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let is_rested = self.schedule.is_none_or(|schedule| {
            let since = self.last_success.map(|last| now.duration_since(last).as_secs());
            since.is_none_or(|since| since >= schedule.pause_seconds())
        });
        self.kind.is_visited()
            && self.is_enabled
            && is_rested
            && self.next_attempt.is_none_or(|next| next <= now)
    }
}

impl SourceKind {
    /// Whether it is a place to visit, which people add and change.
    pub fn is_visited(self) -> bool {
        matches!(self, Self::Folder | Self::Feed)
    }
}
