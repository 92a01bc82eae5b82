//! What readers of a document differ in: doubts of an item, and how it was read anew.

use super::error::Doing;
use super::row::{from_json, json_at, moment_at, to_json};
use super::{Reading, StoreError, Writing};
use crate::model::{AutomationId, Doubt, Field, Rereading};
use jiff::Timestamp;
use rusqlite::OptionalExtension;

/// Rereadings of one item that are shown.
const SHOWN: usize = 50;

impl Reading<'_> {
    /// Where the readers of an item's document differ.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_doubts(&self, id: AutomationId) -> Result<Vec<Doubt>, StoreError> {
        self.connection
            .prepare_cached("SELECT doubts FROM automations WHERE id = ?1")
            .and_then(|mut statement| {
                statement.query_row([id.0], |row| from_json(&row.get::<_, String>(0)?)).optional()
            })
            .map(Option::unwrap_or_default)
            .doing(format!("load the doubts of automation #{id}"))
    }

    /// How an item was read anew, newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_rereadings(&self, id: AutomationId) -> Result<Vec<Rereading>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT at, made_by, changed, is_kept FROM rereadings
                 WHERE automation_id = ?1 ORDER BY id DESC LIMIT ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_map((id.0, SHOWN), |row| {
                        Ok(Rereading {
                            at: moment_at(row, "at")?,
                            made_by: row.get("made_by")?,
                            changed: json_at(row, "changed")?,
                            is_kept: row.get("is_kept")?,
                        })
                    })?
                    .collect()
            })
            .doing(format!("list how automation #{id} was read anew"))
    }
}

impl Writing<'_> {
    /// Replaces the doubts of an item.
    pub(super) fn save_doubts(&self, id: AutomationId, doubts: &[Doubt]) -> Result<(), StoreError> {
        let doubts = to_json(&doubts, "doubts")?;
        self.connection
            .prepare_cached("UPDATE automations SET doubts = ?2 WHERE id = ?1 AND doubts <> ?2")
            .and_then(|mut statement| statement.execute((id.0, doubts)))
            .doing(format!("save the doubts of automation #{id}"))?;
        Ok(())
    }

    /// Notes that an item reads otherwise now; the same is not noted twice in a row.
    pub(super) fn note_rereading(
        &self,
        id: AutomationId,
        made_by: &str,
        changed: &[Field],
        is_kept: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let newest = self.list_rereadings(id)?.into_iter().next();
        let is_known = newest.is_some_and(|known| {
            is_kept && known.is_kept && known.made_by == made_by && known.changed == changed
        });
        if changed.is_empty() || is_known {
            return Ok(());
        }
        let fields = to_json(&changed, "changed fields")?;
        self.connection
            .prepare_cached(
                "INSERT INTO rereadings (automation_id, at, made_by, changed, is_kept)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut statement| {
                statement.execute((id.0, now.as_millisecond(), made_by, fields, is_kept))
            })
            .doing(format!("note that automation #{id} was read anew"))?;
        Ok(())
    }
}
