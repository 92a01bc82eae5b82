//! A run in full swing, for pictures and tests: a real one would look different each time.

use super::message::{DeadLetterRow, JobsView};
use crate::model::{JobId, JobRow, JobState, Progress, RunId, Stage};
use jiff::{Timestamp, ToSpan};

impl JobsView {
    /// A run as it stands at `now`: a source that failed, a stage half done, dead letters, a log.
    pub fn example(now: Timestamp) -> Self {
        let job = |id, stage, subject: &str, state, done, total, message: Option<&str>| JobRow {
            id: JobId(id),
            run: RunId(1),
            stage,
            subject: subject.to_owned(),
            state,
            progress: Progress { done, total, failed: u64::from(state == JobState::Failed) },
            message: message.map(str::to_owned),
            attempts: 1,
            queued: now - 5.minutes(),
            started: (state != JobState::Queued).then(|| now - 4.minutes()),
            finished: matches!(state, JobState::Done | JobState::Failed).then(|| now - 1.minutes()),
        };
        let dead = |subject: &str, reason: &str| DeadLetterRow {
            stage: Stage::Crawl,
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            attempts: 5,
            at: now - 3.hours(),
        };
        let log = |i: i32| format!("09:5{}:{:02} info extract: {} documents", i / 10, i, i * 60);
        let failure = Some("the server answered 503 five times");
        Self {
            rows: vec![
                job(1, Stage::Crawl, "liamottley", JobState::Done, 15, 15, Some("3 new documents")),
                job(2, Stage::Crawl, "indiehackers", JobState::Failed, 4, 20, failure),
                job(3, Stage::Extract, "", JobState::Running, 2_410, 5_889, None),
                job(4, Stage::Embed, "", JobState::Queued, 0, 0, None),
                job(5, Stage::Dedupe, "", JobState::Queued, 0, 0, None),
            ],
            dead_letters: vec![
                dead("inbox/broken.jsonl:18", "line 18 is not JSON: expected `,` or `}`"),
                dead("https://example.org/feed.xml", "the body is larger than 15 MiB"),
            ],
            log: (0..40).map(log).collect(),
        }
    }
}
