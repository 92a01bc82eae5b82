//! Jobs of the pipeline as every process sees them: rows with progress.

use super::automation::named;
use super::{JobId, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// A stage of the pipeline, in the order in which they run.
    Stage {
        Crawl = "crawl",
        Extract = "extract",
        Embed = "embed",
        Dedupe = "dedupe",
        Rank = "rank",
        Index = "index",
    }
}

named! {
    JobState {
        Queued = "queued",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
        /// Tried as often as allowed; waits for a person.
        Dead = "dead",
    }
}

/// How far a job is: `done` of `total` items (`total` 0 while unknown), `failed` among the done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub failed: u64,
}

/// A job as the Pipeline screen and `run` show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    pub id: JobId,
    pub run: RunId,
    pub stage: Stage,
    /// What it works on: a source's name for a crawl, empty for the whole store.
    pub subject: String,
    pub state: JobState,
    pub progress: Progress,
    /// What it did, or why it failed, in words.
    pub message: Option<String>,
    pub attempts: u32,
    pub queued: Timestamp,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
}
