//! Rules by which items are merged without asking, and what they apply to.

use super::error::Doing;
use super::row::moment_at;
use super::{Reading, StoreError, Writing};
use crate::model::{AutomationId, MergeRule};
use jiff::Timestamp;

impl Reading<'_> {
    /// The rules in the order in which they were made, each with the merges by it that stand.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_merge_rules(&self, name: &str) -> Result<Vec<MergeRule>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT m.id, m.origin, r.name AS reviewer, m.created,
                     (SELECT count(*) FROM automations a
                      WHERE a.merged_into IS NOT NULL AND a.origin = m.origin
                        AND EXISTS (SELECT 1 FROM decisions d JOIN batches b ON b.id = d.batch_id
                            JOIN reviewers w ON w.id = b.reviewer_id
                            WHERE d.automation_id = a.id AND NOT d.is_undone
                              AND b.kind = 'merge' AND w.name = ?1)) AS merged
                 FROM merge_rules m JOIN reviewers r ON r.id = m.reviewer_id ORDER BY m.id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([name], |row| {
                        Ok(MergeRule {
                            id: row.get("id")?,
                            origin: row.get("origin")?,
                            reviewer: row.get("reviewer")?,
                            created: moment_at(row, "created")?,
                            merged: row.get("merged")?,
                        })
                    })?
                    .collect()
            })
            .doing("list the merge rules")
    }

    /// Pairs called the same of which a rule merges the first into the second, the most certain
    /// first: the first is in the inbox, nobody has decided on it, put the pair apart, or taken
    /// apart what `name` merged; the second comes from elsewhere, or came before it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_ruled_pairs(
        &self,
        name: &str,
    ) -> Result<Vec<(AutomationId, AutomationId)>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT x.id, y.id FROM merge_rules m
                 JOIN automations x ON x.origin = m.origin AND x.status = 'inbox'
                     AND x.decided IS NULL AND x.opinions = '[]'
                 JOIN duplicates d ON (d.a = x.id OR d.b = x.id)
                     AND d.verdict = 'same' AND d.state = 'proposed'
                 JOIN automations y ON y.id = iif(d.a = x.id, d.b, d.a)
                     AND y.status IN ('inbox', 'approved', 'deferred')
                 WHERE (y.origin IS NOT x.origin OR y.id < x.id)
                   AND NOT EXISTS (SELECT 1 FROM decisions t JOIN batches b ON b.id = t.batch_id
                       JOIN reviewers w ON w.id = b.reviewer_id
                       WHERE t.automation_id = x.id AND t.is_undone
                         AND b.kind = 'merge' AND w.name = ?1)
                 ORDER BY d.p DESC, x.id, y.id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([name], |row| {
                        Ok((AutomationId(row.get(0)?), AutomationId(row.get(1)?)))
                    })?
                    .collect()
            })
            .doing("look what the merge rules apply to")
    }

    /// Where an item comes from, as lists show it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_origin(&self, id: AutomationId) -> Result<Option<String>, StoreError> {
        self.connection
            .query_row("SELECT max(origin) FROM automations WHERE id = ?1", [id.0], |row| {
                row.get(0)
            })
            .doing(format!("tell where #{id} comes from"))
    }
}

impl Writing<'_> {
    /// Keeps a rule for what comes from `origin`; whether it is new.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn save_merge_rule(
        &self,
        origin: &str,
        reviewer: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let reviewer = self.reviewer_id(reviewer, now)?;
        self.connection
            .execute(
                "INSERT OR IGNORE INTO merge_rules (origin, reviewer_id, created)
                 VALUES (?1, ?2, ?3)",
                (origin, reviewer, now.as_millisecond()),
            )
            .map(|rows| rows > 0)
            .doing(format!("keep a merge rule for `{origin}`"))
    }

    /// Forgets a rule; whether there was one. What it merged stays merged.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn delete_merge_rule(&self, id: i64) -> Result<bool, StoreError> {
        self.connection
            .execute("DELETE FROM merge_rules WHERE id = ?1", [id])
            .map(|rows| rows > 0)
            .doing(format!("forget merge rule {id}"))
    }
}
