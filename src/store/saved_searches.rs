//! Searches that reviewers keep under a name.

use super::error::Doing;
use super::row::{json_at, moment_at, to_json};
use super::{Reading, StoreError, Writing};
use crate::model::{AutomationId, SavedSearch, SearchQuery};
use jiff::Timestamp;

impl Reading<'_> {
    /// The searches that `reviewer` keeps, by name.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_saved_searches(&self, reviewer: &str) -> Result<Vec<SavedSearch>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT s.name, s.query, s.seen FROM saved_searches s
                 JOIN reviewers r ON r.id = s.reviewer_id WHERE r.name = ?1
                 ORDER BY s.name COLLATE NOCASE, s.name",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([reviewer], |row| {
                        Ok(SavedSearch {
                            name: row.get("name")?,
                            query: json_at(row, "query")?,
                            seen: moment_at(row, "seen")?,
                        })
                    })?
                    .collect()
            })
            .doing("list the saved searches")
    }

    /// How many of `ids` came to where they are after `since`: gathered, decided or taken back
    /// since then. Tags and edits alone make nothing new.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_newer(&self, ids: &[AutomationId], since: Timestamp) -> Result<u64, StoreError> {
        let count = || -> rusqlite::Result<u64> {
            let mut statement = self.connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM automations WHERE id = ?1 AND created > ?2)
                     OR EXISTS (SELECT 1 FROM decisions d JOIN batches b ON b.id = d.batch_id
                                WHERE d.automation_id = ?1 AND b.at > ?2
                                  AND b.kind NOT IN ('tag', 'edit'))",
            )?;
            let mut newer = 0;
            for id in ids {
                let is_newer: bool =
                    statement.query_row((id.0, since.as_millisecond()), |row| row.get(0))?;
                newer += u64::from(is_newer);
            }
            Ok(newer)
        };
        count().doing("count what is new in a saved search")
    }
}

impl Writing<'_> {
    /// Keeps a search under `name`, in place of the reviewer's older one of that name; what it finds
    /// now counts as seen.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_search(
        &self,
        reviewer: &str,
        name: &str,
        query: &SearchQuery,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reviewer = self.reviewer_id(reviewer, now)?;
        let query = to_json(query, name)?;
        self.connection
            .prepare_cached(
                "INSERT INTO saved_searches (reviewer_id, name, query, seen)
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT (reviewer_id, name)
                 DO UPDATE SET query = excluded.query, seen = excluded.seen",
            )
            .and_then(|mut statement| {
                statement.execute((reviewer, name, query, now.as_millisecond()))
            })
            .doing(format!("save the search `{name}`"))?;
        Ok(())
    }

    /// Notes that the reviewer looked at a saved search.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn mark_search_seen(
        &self,
        reviewer: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE saved_searches SET seen = ?3 WHERE name = ?2
                 AND reviewer_id = (SELECT id FROM reviewers WHERE name = ?1)",
            )
            .and_then(|mut statement| statement.execute((reviewer, name, now.as_millisecond())))
            .doing(format!("mark the search `{name}` as seen"))?;
        Ok(())
    }

    /// Forgets a saved search; whether there was one of that name.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn delete_search(&self, reviewer: &str, name: &str) -> Result<bool, StoreError> {
        let deleted = self
            .connection
            .prepare_cached(
                "DELETE FROM saved_searches WHERE name = ?2
                 AND reviewer_id = (SELECT id FROM reviewers WHERE name = ?1)",
            )
            .and_then(|mut statement| statement.execute((reviewer, name)))
            .doing(format!("delete the search `{name}`"))?;
        Ok(deleted > 0)
    }
}
