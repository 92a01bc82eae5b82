//! Sentence vectors of automations, by model, as the bytes that `embed` reads and writes.

use super::error::Doing;
use super::{Reading, StoreError, Writing};
use crate::model::AutomationId;

/// A stored vector.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredVector {
    /// Grows with every write.
    pub seq: i64,
    pub automation: AutomationId,
    /// The vector's bytes as `embed` writes them; empty for a text without a known word.
    pub vector: Vec<u8>,
}

impl Reading<'_> {
    /// Vectors of `model` written after `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_vectors(
        &self,
        model: &str,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<StoredVector>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, automation_id, vector FROM embeddings
                 WHERE id > ?2 AND model = ?1 ORDER BY id LIMIT ?3",
            )
            .and_then(|mut statement| {
                statement
                    .query_map((model, seq, limit), |row| {
                        Ok(StoredVector {
                            seq: row.get(0)?,
                            automation: AutomationId(row.get(1)?),
                            vector: row.get(2)?,
                        })
                    })?
                    .collect()
            })
            .doing("load sentence vectors")
    }

    /// Automations without a vector of `model`, or changed since theirs was made.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_unembedded(
        &self,
        model: &str,
        after: AutomationId,
        limit: usize,
    ) -> Result<Vec<AutomationId>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT a.id FROM automations a
                 LEFT JOIN embeddings e ON e.automation_id = a.id AND e.model = ?1
                 WHERE a.id > ?2 AND (e.id IS NULL OR e.revision <> a.revision)
                 ORDER BY a.id LIMIT ?3",
            )
            .and_then(|mut statement| {
                statement
                    .query_map((model, after.0, limit), |row| row.get(0).map(AutomationId))?
                    .collect()
            })
            .doing("list automations without a vector")
    }

    /// How many automations `list_unembedded` has.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_unembedded(&self, model: &str) -> Result<u64, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FROM automations a
                 LEFT JOIN embeddings e ON e.automation_id = a.id AND e.model = ?1
                 WHERE e.id IS NULL OR e.revision <> a.revision",
            )
            .and_then(|mut statement| statement.query_row([model], |row| row.get(0)))
            .doing("count automations without a vector")
    }

    /// Whether an automation has a vector of `model` for the text with this hash.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn is_embedded(
        &self,
        automation: AutomationId,
        model: &str,
        text_hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FROM embeddings
                 WHERE automation_id = ?1 AND model = ?2 AND text_hash = ?3",
            )
            .and_then(|mut statement| {
                statement.query_row((automation.0, model, text_hash), |row| row.get(0))
            })
            .doing(format!("tell whether automation #{automation} has a vector"))
    }
}

impl Writing<'_> {
    /// Drops the vectors of every model but these two.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn drop_vectors_but(&self, kept: [&str; 2]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM embeddings WHERE model NOT IN (?1, ?2)")
            .and_then(|mut statement| statement.execute(kept))
            .doing("drop the vectors of other models")?;
        Ok(())
    }

    /// Stores the vector of an automation as it read in `revision`; `vector` is empty for a text
    /// without a single known word.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_vector(
        &self,
        automation: AutomationId,
        revision: u32,
        model: &str,
        text_hash: &[u8; 32],
        vector: &[u8],
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO embeddings (automation_id, revision, model, text_hash, vector)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (automation_id, model) DO UPDATE SET
                     revision = excluded.revision WHERE text_hash = excluded.text_hash",
            )
            .and_then(|mut statement| {
                statement.execute((automation.0, revision, model, text_hash, vector))
            })
            .and_then(|changed| {
                if changed > 0 {
                    return Ok(());
                }
                // Another text: a new row, so that its number tells readers to fetch it.
                self.connection
                    .prepare_cached(
                        "REPLACE INTO embeddings
                             (automation_id, revision, model, text_hash, vector)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute((automation.0, revision, model, text_hash, vector))
                    .map(|_| ())
            })
            .doing(format!("store the vector of automation #{automation}"))
    }
}
