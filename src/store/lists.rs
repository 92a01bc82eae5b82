//! Counts for the top line, and settings kept in the store.

use super::error::Doing;
use super::{Reading, StoreError, Writing};
use crate::model::Counts;
use jiff::Timestamp;

impl Reading<'_> {
    /// The numbers in the top line; `since` begins the reviewer's day.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_counts(&self, reviewer: &str, since: Timestamp) -> Result<Counts, StoreError> {
        let count = || -> rusqlite::Result<Counts> {
            let mut counts = Counts::default();
            let mut statement = self.connection.prepare_cached(
                "SELECT status, count(*) FROM automations WHERE lead_id IS NULL GROUP BY status",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let number = row.get(1)?;
                match row.get_ref(0)?.as_str()? {
                    "inbox" => counts.inbox = number,
                    "approved" => counts.approved = number,
                    "rejected" => counts.rejected = number,
                    "deferred" => counts.deferred = number,
                    _ => {}
                }
            }
            counts.merged =
                self.number("SELECT count(*) FROM automations WHERE merged_into > 0")?;
            counts.documents = self.number("SELECT count(*) FROM documents")?;
            counts.dead_letters = self.number("SELECT count(*) FROM dead_letters")?;
            counts.failing_sources = self.number(
                "SELECT count(*) FROM sources WHERE is_enabled AND last_error IS NOT NULL",
            )?;
            counts.done_today = self
                .connection
                .prepare_cached(
                    "SELECT count(*) FROM automations WHERE decided >= ?2
                         AND status NOT IN ('inbox', 'merged')
                         AND decided_by = (SELECT id FROM reviewers WHERE name = ?1)",
                )?
                .query_row((reviewer, since.as_millisecond()), |row| row.get(0))?;
            Ok(counts)
        };
        count().doing("count what is in the store")
    }

    pub(super) fn number(&self, sql: &str) -> rusqlite::Result<u64> {
        self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
    }
}

impl Writing<'_> {
    /// Keeps a setting in the store, as JSON.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_setting<T: serde::Serialize>(
        &self,
        key: &str,
        value: &T,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let value = super::row::to_json(value, key)?;
        self.connection
            .prepare_cached(
                "INSERT INTO settings (key, value, changed) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed = excluded.changed",
            )
            .and_then(|mut statement| statement.execute((key, value, now.as_millisecond())))
            .doing(format!("keep the setting `{key}`"))?;
        Ok(())
    }
}
