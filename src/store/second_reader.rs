//! Documents that a model shall read after the rules.

use super::documents::{COLUMNS, document};
use super::error::Doing;
use super::{Reading, StoreError, Writing};
use crate::model::{Document, DocumentId};

impl Reading<'_> {
    /// How many documents wait for a model.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_awaiting_model(&self) -> Result<u64, StoreError> {
        self.connection
            .prepare_cached("SELECT count(*) FROM documents WHERE awaits_model = 1")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .doing("count the documents that wait for a model")
    }

    /// The next documents that wait for a model, oldest first, after the id `after`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_awaiting_model(
        &self,
        after: DocumentId,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM documents d JOIN document_texts t ON t.document_id = d.id
                 WHERE d.awaits_model = 1 AND d.id > ?1 ORDER BY d.id LIMIT ?2"
            ))
            .and_then(|mut statement| statement.query_map((after.0, limit), document)?.collect())
            .doing("list the documents that wait for a model")
    }

    /// Whether a model has read this revision of a document.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn is_refined(&self, document: &Document) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FROM documents
                 WHERE id = ?1 AND revision = ?2 AND refined_by IS NOT NULL",
            )
            .and_then(|mut statement| {
                statement.query_row((document.id.0, document.revision), |row| row.get(0))
            })
            .doing(format!("tell whether a model has read document #{}", document.id))
    }
}

impl Writing<'_> {
    /// Says whether a model shall read this revision of a document.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn await_model(&self, document: &Document, shall_wait: bool) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE documents SET awaits_model = ?3,
                     refined_by = CASE WHEN ?3 THEN refined_by END
                 WHERE id = ?1 AND revision = ?2",
            )
            .and_then(|mut statement| {
                statement.execute((document.id.0, document.revision, shall_wait))
            })
            .doing(format!("say whether document #{} waits for a model", document.id))?;
        Ok(())
    }

    /// Notes what read this revision of a document after the rules; it waits no more.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn mark_refined(&self, document: &Document, made_by: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE documents SET awaits_model = 0, refined_by = ?3
                 WHERE id = ?1 AND revision = ?2",
            )
            .and_then(|mut statement| {
                statement.execute((document.id.0, document.revision, made_by))
            })
            .doing(format!("mark document #{} as refined", document.id))?;
        Ok(())
    }
}
