//! Questions that are out at a provider in a batch, and the documents that they are about.

use super::error::Doing;
use super::row::moment_at;
use super::{Reading, StoreError, Writing};
use crate::model::{DocumentId, ModelBatchId};
use jiff::Timestamp;

/// A batch that is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelBatch {
    pub id: ModelBatchId,
    pub provider: String,
    /// The provider's name for it.
    pub name: String,
    /// What `llm` needs to fetch it, as JSON.
    pub content: String,
    pub sent: Timestamp,
    /// Documents that it is about.
    pub documents: u64,
}

impl Reading<'_> {
    /// The batches that are out, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_model_batches(&self) -> Result<Vec<ModelBatch>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, provider, name, content, sent,
                     (SELECT count(*) FROM batched_documents WHERE batch_id = id) AS documents
                 FROM model_batches WHERE returned IS NULL ORDER BY id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(ModelBatch {
                            id: ModelBatchId(row.get("id")?),
                            provider: row.get("provider")?,
                            name: row.get("name")?,
                            content: row.get("content")?,
                            sent: moment_at(row, "sent")?,
                            documents: row.get("documents")?,
                        })
                    })?
                    .collect()
            })
            .doing("list the batches that are out")
    }
}

impl Writing<'_> {
    /// Keeps a batch that was handed in, with the documents that it is about and their revisions:
    /// they wait for it from now on.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn keep_model_batch(
        &self,
        provider: &str,
        name: &str,
        content: &str,
        sent: Timestamp,
        documents: &[(DocumentId, u32)],
    ) -> Result<(), StoreError> {
        let doing = || format!("keep batch {name}");
        self.connection
            .prepare_cached(
                "INSERT INTO model_batches (provider, name, content, sent) VALUES (?1, ?2, ?3, ?4)",
            )
            .and_then(|mut statement| {
                statement.insert((provider, name, content, sent.as_millisecond()))
            })
            .and_then(|batch| {
                let mut statement = self.connection.prepare_cached(
                    "INSERT OR REPLACE INTO batched_documents (document_id, revision, batch_id)
                     VALUES (?1, ?2, ?3)",
                )?;
                for (document, revision) in documents {
                    statement.execute((document.0, revision, batch))?;
                }
                Ok(())
            })
            .doing(doing())
    }

    /// Notes that a batch is over or given up: its documents wait for a model again.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn return_model_batch(
        &self,
        batch: ModelBatchId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE model_batches SET returned = ?2 WHERE id = ?1")
            .and_then(|mut statement| statement.execute((batch.0, now.as_millisecond())))
            .doing(format!("note that batch #{batch} is over"))?;
        Ok(())
    }

    /// Forgets the batches that are over and whose documents have all been read.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn prune_model_batches(&self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM model_batches WHERE returned IS NOT NULL
                 AND id NOT IN (SELECT batch_id FROM batched_documents)",
            )
            .and_then(|mut statement| statement.execute([]))
            .doing("forget the batches that were read")?;
        Ok(())
    }

    /// A document waits for no batch any more.
    pub(super) fn take_out_of_batch(&self, document: DocumentId) -> rusqlite::Result<usize> {
        self.connection
            .prepare_cached("DELETE FROM batched_documents WHERE document_id = ?1")?
            .execute([document.0])
    }
}
