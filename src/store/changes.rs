//! The change feed that derived data follows.

use super::error::Doing;
use super::row::name_at;
use super::{Reading, StoreError, Writing};
use crate::model::AutomationId;
use crate::model::named;
use rusqlite::OptionalExtension;

named! {
    /// What happened to an automation.
    Operation {
        Upsert = "upsert",
        Delete = "delete",
        /// It stands behind another in lists, no longer does, or leads others than before.
        Fold = "fold",
    }
}

/// One entry of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Monotone; a number is never used twice.
    pub seq: i64,
    pub automation: AutomationId,
    pub operation: Operation,
}

impl Reading<'_> {
    /// The entries after `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_changes(&self, seq: i64, limit: usize) -> Result<Vec<Change>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT seq, automation_id, op FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_map((seq, limit), |row| {
                        Ok(Change {
                            seq: row.get("seq")?,
                            automation: AutomationId(row.get("automation_id")?),
                            operation: name_at(row, "op", Operation::from_name)?,
                        })
                    })?
                    .collect()
            })
            .doing("read the change feed")
    }

    /// What tells the entry `seq` from one of the same number in another history of this store.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_stamp(&self, seq: i64) -> Result<Option<i64>, StoreError> {
        self.connection
            .prepare_cached("SELECT stamp FROM changes WHERE seq = ?1")
            .and_then(|mut statement| statement.query_row([seq], |row| row.get(0)).optional())
            .doing("read the change feed")
    }

    /// The oldest entry still kept, if any: a follower that is behind it must rebuild.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_oldest_change(&self) -> Result<Option<i64>, StoreError> {
        self.connection
            .query_row("SELECT min(seq) FROM changes", [], |row| row.get(0))
            .doing("read the change feed")
    }

    /// Ids of automations after `after`, ascending, at most `limit`: for a rebuild.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_automation_ids(
        &self,
        after: AutomationId,
        limit: usize,
    ) -> Result<Vec<AutomationId>, StoreError> {
        self.connection
            .prepare_cached("SELECT id FROM automations WHERE id > ?1 ORDER BY id LIMIT ?2")
            .and_then(|mut statement| {
                statement.query_map((after.0, limit), |row| row.get(0).map(AutomationId))?.collect()
            })
            .doing("list the automations")
    }

    /// How many automations there are.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_automations(&self) -> Result<u64, StoreError> {
        self.number("SELECT count(*) FROM automations").doing("count the automations")
    }
}

impl Writing<'_> {
    /// Forgets entries up to and with `seq`, which the index has committed.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn prune_changes(&self, seq: i64) -> Result<usize, StoreError> {
        self.connection
            .execute("DELETE FROM changes WHERE seq <= ?1", [seq])
            .doing("prune the change feed")
    }
}
