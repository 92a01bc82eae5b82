//! Runs, jobs, dead letters and leases: the pipeline's state as every process sees it.

use super::error::Doing;
use super::row::{moment_at, name_at, optional_moment_at};
use super::{Reading, StoreError, Writing};
use crate::model::{JobId, JobRow, JobState, Progress, RunId, SourceId, Stage};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

/// What could not be worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub id: i64,
    pub stage: Stage,
    /// A document's identity, a path with its line, an address.
    pub subject: String,
    /// Where it came from, for what could not be gathered.
    pub source: Option<SourceId>,
    pub reason: String,
    pub hint: Option<String>,
    pub attempts: u32,
    pub last: Timestamp,
}

/// The right to do what one process at a time may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub owner: String,
    pub until: Timestamp,
}

const COLUMNS: &str = "id, run_id, stage, subject, state, done, total, failed, message, attempts, \
     queued, started, finished";

fn job(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    Ok(JobRow {
        id: JobId(row.get("id")?),
        run: RunId(row.get("run_id")?),
        stage: name_at(row, "stage", Stage::from_name)?,
        subject: row.get("subject")?,
        state: name_at(row, "state", JobState::from_name)?,
        progress: Progress {
            done: row.get("done")?,
            total: row.get("total")?,
            failed: row.get("failed")?,
        },
        message: row.get("message")?,
        attempts: row.get("attempts")?,
        queued: moment_at(row, "queued")?,
        started: optional_moment_at(row, "started")?,
        finished: optional_moment_at(row, "finished")?,
    })
}

impl Reading<'_> {
    /// The newest jobs, newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_jobs(&self, limit: usize) -> Result<Vec<JobRow>, StoreError> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM jobs ORDER BY id DESC LIMIT ?1"))
            .and_then(|mut statement| statement.query_map([limit], job)?.collect())
            .doing("list the jobs")
    }

    /// The jobs of a run, in the order in which they were queued.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_jobs_of(&self, run: RunId) -> Result<Vec<JobRow>, StoreError> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE run_id = ?1 ORDER BY id"))
            .and_then(|mut statement| statement.query_map([run.0], job)?.collect())
            .doing(format!("list the jobs of run {run}"))
    }

    /// Dead letters, newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, stage, subject, source_id, reason, hint, attempts, last
                 FROM dead_letters ORDER BY last DESC, id DESC LIMIT ?1",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([limit], |row| {
                        Ok(DeadLetter {
                            id: row.get("id")?,
                            stage: name_at(row, "stage", Stage::from_name)?,
                            subject: row.get("subject")?,
                            source: row.get::<_, Option<i64>>("source_id")?.map(SourceId),
                            reason: row.get("reason")?,
                            hint: row.get("hint")?,
                            attempts: row.get("attempts")?,
                            last: moment_at(row, "last")?,
                        })
                    })?
                    .collect()
            })
            .doing("list the dead letters")
    }

    /// The sources of which something could not be gathered.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_troubled_sources(&self) -> Result<Vec<SourceId>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT DISTINCT source_id FROM dead_letters
                 WHERE stage = 'crawl' AND source_id IS NOT NULL ORDER BY source_id",
            )
            .and_then(|mut statement| {
                statement.query_map([], |row| row.get(0).map(SourceId))?.collect()
            })
            .doing("list the sources with dead letters")
    }

    /// Whether somebody asked for the job to stop.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn is_cancel_wanted(&self, id: JobId) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached("SELECT wants_cancel FROM jobs WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0)).optional())
            .map(Option::unwrap_or_default)
            .doing(format!("look at job {id}"))
    }

    /// Who holds a lease, if it has not run out.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_lease(&self, name: &str, now: Timestamp) -> Result<Option<Lease>, StoreError> {
        self.connection
            .prepare_cached("SELECT name, owner, until FROM leases WHERE name = ?1 AND until > ?2")
            .and_then(|mut statement| {
                statement
                    .query_row((name, now.as_millisecond()), |row| {
                        Ok(Lease {
                            name: row.get("name")?,
                            owner: row.get("owner")?,
                            until: moment_at(row, "until")?,
                        })
                    })
                    .optional()
            })
            .doing(format!("look at the lease `{name}`"))
    }
}

impl Writing<'_> {
    /// Takes or renews a lease; `false` where another owner holds it still.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn take_lease(&self, lease: &Lease, now: Timestamp) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO leases (name, owner, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
                 WHERE owner = excluded.owner OR until <= ?4",
            )
            .and_then(|mut statement| {
                let until = lease.until.as_millisecond();
                statement.execute((&lease.name, &lease.owner, until, now.as_millisecond()))
            })
            .map(|changed| changed > 0)
            .doing(format!("take the lease `{}`", lease.name))
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn drop_lease(&self, name: &str, owner: &str) -> Result<(), StoreError> {
        self.connection
            .execute("DELETE FROM leases WHERE name = ?1 AND owner = ?2", (name, owner))
            .doing(format!("give back the lease `{name}`"))?;
        Ok(())
    }

    /// Begins a run: one queued job for each stage and subject. Jobs that a run before left open
    /// (its process was killed) are closed as failed: their work is found again from the store.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn begin_run(
        &self,
        owner: &str,
        jobs: &[(Stage, String)],
        now: Timestamp,
    ) -> Result<RunId, StoreError> {
        let write = || -> rusqlite::Result<RunId> {
            self.connection.execute(
                "UPDATE jobs SET state = 'failed', finished = ?1,
                     message = 'interrupted; the next run went on with it'
                 WHERE state IN ('queued', 'running')",
                [now.as_millisecond()],
            )?;
            let run = self
                .connection
                .prepare_cached("INSERT INTO runs (owner, started) VALUES (?1, ?2)")?
                .insert((owner, now.as_millisecond()))?;
            let mut insert = self.connection.prepare_cached(
                "INSERT INTO jobs (run_id, stage, subject, queued) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (stage, subject) in jobs {
                insert.execute((run, stage.name(), subject, now.as_millisecond()))?;
            }
            Ok(RunId(run))
        };
        write().doing("begin a run")
    }

    /// Starts a queued job; `false` where it was cancelled before it began.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn start_job(&self, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE jobs SET state = 'running', started = ?2, attempts = attempts + 1
                 WHERE id = ?1 AND state = 'queued' AND NOT wants_cancel",
            )
            .and_then(|mut statement| statement.execute((id.0, now.as_millisecond())))
            .map(|changed| changed > 0)
            .doing(format!("start job {id}"))
    }

    /// Notes how far a job is.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn record_progress(&self, id: JobId, progress: Progress) -> Result<(), StoreError> {
        let Progress { done, total, failed } = progress;
        self.connection
            .prepare_cached("UPDATE jobs SET done = ?2, total = ?3, failed = ?4 WHERE id = ?1")
            .and_then(|mut statement| statement.execute((id.0, done, total, failed)))
            .doing(format!("note the progress of job {id}"))?;
        Ok(())
    }

    /// Ends a job.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn finish_job(
        &self,
        id: JobId,
        state: JobState,
        progress: Progress,
        message: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.record_progress(id, progress)?;
        self.connection
            .prepare_cached("UPDATE jobs SET state = ?2, message = ?3, finished = ?4 WHERE id = ?1")
            .and_then(|mut statement| {
                statement.execute((id.0, state.name(), message, now.as_millisecond()))
            })
            .doing(format!("end job {id}"))?;
        Ok(())
    }

    /// Asks a job to stop, whoever runs it; one still queued is cancelled at once. `false` where
    /// it has ended already.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn request_cancel(&self, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
        self.connection
            .execute(
                "UPDATE jobs SET wants_cancel = 1,
                     finished = iif(state = 'queued', :now, finished),
                     state = iif(state = 'queued', 'cancelled', state)
                 WHERE id = :id AND state IN ('queued', 'running')",
                named_params! { ":id": id.0, ":now": now.as_millisecond() },
            )
            .map(|changed| changed > 0)
            .doing(format!("cancel job {id}"))
    }

    /// Notes what could not be worked on; the same subject again counts as one more attempt.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn record_dead_letter(
        &self,
        stage: Stage,
        (source, subject): (Option<SourceId>, &str),
        reason: &str,
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let source = source.map(|id| id.0);
        self.connection
            .prepare_cached(
                "INSERT INTO dead_letters (stage, subject, source_id, reason, hint, first, last)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                 ON CONFLICT (stage, subject) DO UPDATE SET reason = excluded.reason,
                     hint = excluded.hint, attempts = attempts + 1, last = excluded.last,
                     source_id = COALESCE(excluded.source_id, source_id)",
            )
            .and_then(|mut statement| {
                let now = now.as_millisecond();
                statement.execute((stage.name(), subject, source, reason, hint, now))
            })
            .doing(format!("note the dead letter `{subject}`"))?;
        Ok(())
    }

    /// Forgets a dead letter: its subject was worked on after all.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn clear_dead_letter(&self, stage: Stage, subject: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM dead_letters WHERE stage = ?1 AND subject = ?2")
            .and_then(|mut statement| statement.execute((stage.name(), subject)))
            .doing(format!("clear the dead letter `{subject}`"))?;
        Ok(())
    }

    /// Forgets what could not be gathered from a source before `before` and was gathered, or is
    /// gone, since then: the whole source was visited, or what lies at and under the path `root`.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn clear_mended(
        &self,
        source: SourceId,
        root: Option<&str>,
        before: Timestamp,
    ) -> Result<usize, StoreError> {
        let root = root.map(|root| root.trim_end_matches('/'));
        self.connection
            .execute(
                "DELETE FROM dead_letters
                 WHERE stage = 'crawl' AND source_id = ?1 AND last < ?3
                   AND (?2 IS NULL OR (substr(subject, 1, length(?2)) = ?2
                       AND substr(subject, length(?2) + 1, 1) IN ('', '/', ':', '#')))",
                (source.0, root, before.as_millisecond()),
            )
            .doing("clear the dead letters of what was mended")
    }

    /// Makes the documents that extraction gave up on wait for it again; tells how many. Their
    /// letters stay until that works; those of documents that are gone go.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn retry_dead_letters(&self) -> Result<usize, StoreError> {
        self.connection
            .execute(
                "DELETE FROM dead_letters WHERE stage = 'extract'
                     AND subject NOT IN (SELECT identity FROM documents)",
                [],
            )
            .doing("clear the dead letters of what is gone")?;
        self.connection
            .execute(
                "UPDATE documents SET extracted_by = NULL
                 WHERE identity IN (SELECT subject FROM dead_letters WHERE stage = 'extract')",
                [],
            )
            .doing("mark dead letters for another try")
    }
}
