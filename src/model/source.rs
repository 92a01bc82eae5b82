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

/// A source with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    pub source: Source,
    pub documents: u64,
    /// Automations found in its documents.
    pub items: u64,
    /// Of them, found in the last seven days.
    pub week: u64,
    pub approved: u64,
    /// Approved or rejected.
    pub judged: u64,
    /// How long the last visit took, in seconds.
    pub last_seconds: Option<u64>,
}

named! {
    /// How a source is.
    SourceHealth {
        Ok = "ok",
        /// Visits work, but take long.
        Slow = "slow",
        /// The last visit failed.
        Failing = "failing",
        /// Visits have failed for so long that they will not mend by themselves.
        Dead = "dead",
        NeverRun = "never run",
        Off = "off",
    }
}

/// A visit that takes so many seconds is slow.
const SLOW_SECONDS: u64 = 20;
/// A source that failed so often in a row is dead: with the pauses doubling, about two days.
const DEAD_AFTER: u32 = 9;

impl SourceRow {
    /// How it is, from what its visits left behind.
    pub fn health(&self) -> SourceHealth {
        let source = &self.source;
        match (&source.last_error, source.last_success) {
            _ if !source.is_enabled => SourceHealth::Off,
            (Some(_), _) if source.consecutive_failures >= DEAD_AFTER => SourceHealth::Dead,
            (Some(_), _) => SourceHealth::Failing,
            // What the program keeps itself is never visited.
            (None, None) if source.kind.is_visited() => SourceHealth::NeverRun,
            _ if self.last_seconds.is_some_and(|took| took >= SLOW_SECONDS) => SourceHealth::Slow,
            _ => SourceHealth::Ok,
        }
    }

    /// When it is visited next by a run that names no source; `None` where no run does.
    pub fn next_visit(&self) -> Option<Timestamp> {
        let source = &self.source;
        if !source.is_enabled || !source.kind.is_visited() {
            return None;
        }
        let rested = source.schedule.zip(source.last_success).map(|(schedule, last)| {
            last + jiff::SignedDuration::from_secs(schedule.pause_seconds())
        });
        Some([rested, source.next_attempt].into_iter().flatten().max().unwrap_or(Timestamp::MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(true, None, false, 0, None, SourceHealth::NeverRun)]
    #[case(true, None, true, 0, Some(2), SourceHealth::Ok)]
    #[case(true, None, true, 0, Some(20), SourceHealth::Slow)]
    #[case(true, Some("404"), true, 1, None, SourceHealth::Failing)]
    #[case(true, Some("404"), true, 9, None, SourceHealth::Dead)]
    #[case(false, Some("404"), true, 9, None, SourceHealth::Off)]
    fn health_is_told_by_what_visits_left_behind(
        #[case] is_enabled: bool,
        #[case] error: Option<&str>,
        #[case] has_worked: bool,
        #[case] failures: u32,
        #[case] seconds: Option<u64>,
        #[case] expected: SourceHealth,
    ) {
        let at: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let source = Source {
            id: SourceId(1),
            name: "feed".to_owned(),
            kind: SourceKind::Feed,
            address: "https://example.org".to_owned(),
            title: None,
            is_enabled,
            schedule: Some("1d".parse().unwrap()),
            etag: None,
            last_modified: None,
            last_success: has_worked.then_some(at),
            last_attempt: Some(at),
            last_error: error.map(str::to_owned),
            next_attempt: None,
            consecutive_failures: failures,
        };
        let row = SourceRow {
            source,
            documents: 0,
            items: 0,
            week: 0,
            approved: 0,
            judged: 0,
            last_seconds: seconds,
        };
        assert_eq!(row.health(), expected);
        assert_eq!(row.next_visit().is_some(), is_enabled);
    }
}
