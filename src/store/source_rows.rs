//! Sources with what came of them.

use super::error::Doing;
use super::{Reading, StoreError};
use crate::model::{SourceId, SourceRow};
use jiff::{Timestamp, ToSpan};
use std::collections::HashMap;

/// Runs among which the last visit to a source is looked for.
const RECENT_RUNS: i64 = 60;

#[derive(Default, Clone, Copy)]
struct Brought {
    items: u64,
    week: u64,
    approved: u64,
    judged: u64,
}

impl Reading<'_> {
    /// Every source, by name, with what it brought so far and in the seven days before `now`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_source_rows(&self, now: Timestamp) -> Result<Vec<SourceRow>, StoreError> {
        let sources = self.list_sources()?;
        let look = || -> rusqlite::Result<Vec<SourceRow>> {
            let brought = self.brought_by_source(now - (7 * 24).hours())?;
            let documents: HashMap<i64, u64> = self
                .connection
                .prepare_cached("SELECT source_id, count(*) FROM documents GROUP BY source_id")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let seconds = self.seconds_of_last_visits()?;
            let row = |source: crate::model::Source| {
                let SourceId(id) = source.id;
                let found = brought.get(&id).copied().unwrap_or_default();
                SourceRow {
                    documents: documents.get(&id).copied().unwrap_or_default(),
                    items: found.items,
                    week: found.week,
                    approved: found.approved,
                    judged: found.judged,
                    last_seconds: seconds.get(&source.name).copied(),
                    source,
                }
            };
            Ok(sources.into_iter().map(row).collect())
        };
        look().doing("tell what the sources brought")
    }

    fn brought_by_source(&self, since: Timestamp) -> rusqlite::Result<HashMap<i64, Brought>> {
        // Every automation in its order; from the documents, it takes twice as long.
        self.connection
            .prepare_cached(
                "SELECT d.source_id, count(*), count(*) FILTER (WHERE a.created >= ?1),
                     count(*) FILTER (WHERE a.status = 'approved'),
                     count(*) FILTER (WHERE a.status IN ('approved', 'rejected'))
                 FROM automations a NOT INDEXED CROSS JOIN documents d ON d.id = a.document_id
                 GROUP BY d.source_id",
            )?
            .query_map([since.as_millisecond()], |row| {
                let brought = Brought {
                    items: row.get(1)?,
                    week: row.get(2)?,
                    approved: row.get(3)?,
                    judged: row.get(4)?,
                };
                Ok((row.get(0)?, brought))
            })?
            .collect()
    }

    fn seconds_of_last_visits(&self) -> rusqlite::Result<HashMap<String, u64>> {
        // Oldest first, so that the newest visit is what stays.
        self.connection
            .prepare_cached(
                "SELECT subject, max(0, finished - started) / 1000 FROM jobs
                 WHERE run_id > (SELECT COALESCE(max(id), 0) FROM runs) - ?1
                   AND stage = 'crawl' AND started IS NOT NULL AND finished IS NOT NULL
                 ORDER BY id",
            )?
            .query_map([RECENT_RUNS], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }
}
