//! What reviewers decided of items' labels: what the classifier learns from.

use super::error::Doing;
use super::row::json_at;
use super::{Reading, StoreError};
use crate::model::{Automation, AutomationId, DecisionId, FieldChange};

/// An item with what one standing decision changed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// As it is now.
    pub item: Automation,
    pub changes: Vec<FieldChange>,
}

impl Reading<'_> {
    /// The newest entry of the journal, which tells whether there is anything new to learn.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_newest_decision(&self) -> Result<Option<DecisionId>, StoreError> {
        self.connection
            .prepare_cached("SELECT max(id) FROM decisions")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, Option<i64>>(0)))
            .map(|id| id.map(DecisionId))
            .doing("find the newest decision")
    }

    /// How many decisions came after `id`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_decisions_after(&self, id: DecisionId) -> Result<u64, StoreError> {
        self.connection
            .prepare_cached("SELECT count(*) FROM decisions WHERE id > ?1")
            .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0)))
            .doing("count new decisions")
    }

    /// The newest `most` decisions that stand and tell of functions or industries: edits of them, and
    /// approvals. The oldest comes first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_corrections(&self, most: u32) -> Result<Vec<Corrected>, StoreError> {
        let told: Vec<(AutomationId, Vec<FieldChange>)> = self
            .connection
            .prepare_cached(
                "SELECT d.automation_id, d.changes FROM decisions d
                 JOIN batches b ON b.id = d.batch_id
                 WHERE d.is_undone = 0 AND d.reverses IS NULL
                   AND (b.kind = 'edit' AND (d.changes LIKE '%\"functions\"%'
                                             OR d.changes LIKE '%\"industries\"%')
                        OR b.kind = 'verdict' AND d.changes LIKE '%\"approved\"%')
                 ORDER BY d.id DESC LIMIT ?1",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map([most], |row| {
                    Ok((AutomationId(row.get(0)?), json_at(row, "changes")?))
                })?;
                rows.collect()
            })
            .doing("list what reviewers corrected")?;
        let mut corrected = Vec::with_capacity(told.len());
        for (id, changes) in told.into_iter().rev() {
            let Some(item) = self.find_automation(id)? else { continue };
            corrected.push(Corrected { item, changes });
        }
        Ok(corrected)
    }
}
