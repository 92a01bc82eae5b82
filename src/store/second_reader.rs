//! Documents that a model shall read after the rules.

use super::documents::{COLUMNS, document};
use super::error::Doing;
use super::row::optional_moment_at;
use super::{Reading, StoreError, Writing};
use crate::model::{Document, DocumentId, RawBody};
use jiff::Timestamp;
use rusqlite::Row;

/// How many documents wait for a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Awaiting {
    /// Nobody has asked about them yet.
    pub unasked: u64,
    /// A batch with questions about them came back.
    pub returned: u64,
    /// A batch with questions about them is out.
    pub out: u64,
}

/// Which of the documents that wait and are not out in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwaitingKind {
    /// Nobody has asked about them yet.
    Unasked,
    /// A batch with questions about them came back.
    Returned,
}

/// A document that a model shall read now.
#[derive(Debug, Clone, PartialEq)]
pub struct AwaitingDocument {
    pub document: Document,
    /// Its raw body, where reading it needs that.
    pub raw: Option<RawBody>,
    /// When the batch was sent that came back with answers about it, where one did.
    pub asked: Option<Timestamp>,
}

/// The documents that wait, with the batch that asked about the same revision.
const WAITING: &str = "documents d
    LEFT JOIN batched_documents o ON o.document_id = d.id AND o.revision = d.revision
    LEFT JOIN model_batches b ON b.id = o.batch_id
    WHERE d.awaits_model = 1";

impl Reading<'_> {
    /// How many documents wait for a model.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_awaiting_model(&self) -> Result<Awaiting, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "SELECT count(*) FILTER (WHERE b.id IS NULL),
                     count(*) FILTER (WHERE b.returned IS NOT NULL),
                     count(*) FILTER (WHERE b.id IS NOT NULL AND b.returned IS NULL)
                 FROM {WAITING}"
            ))
            .and_then(|mut statement| {
                statement.query_row([], |row| {
                    Ok(Awaiting { unasked: row.get(0)?, returned: row.get(1)?, out: row.get(2)? })
                })
            })
            .doing("count the documents that wait for a model")
    }

    /// The next documents that a model shall read now, oldest first, after the id `after`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_awaiting_model(
        &self,
        kind: AwaitingKind,
        after: DocumentId,
        limit: usize,
    ) -> Result<Vec<AwaitingDocument>, StoreError> {
        let which = match kind {
            AwaitingKind::Unasked => "b.id IS NULL",
            AwaitingKind::Returned => "b.returned IS NOT NULL",
        };
        let texts = "JOIN document_texts t ON t.document_id = d.id";
        let waiting = WAITING.replacen("WHERE", &format!("{texts} WHERE"), 1);
        let listed: Vec<(Document, Option<Timestamp>)> = self
            .connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS}, b.sent AS asked FROM {waiting} AND d.id > ?1 AND {which}
                 ORDER BY d.id LIMIT ?2"
            ))
            .and_then(|mut statement| {
                let row = |row: &Row<'_>| Ok((document(row)?, optional_moment_at(row, "asked")?));
                statement.query_map((after.0, limit), row)?.collect()
            })
            .doing("list the documents that wait for a model")?;
        listed
            .into_iter()
            .map(|(document, asked)| {
                let raw = self.find_body_to_read(&document)?;
                Ok(AwaitingDocument { document, raw, asked })
            })
            .collect()
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
            .and_then(|_| if shall_wait { Ok(0) } else { self.take_out_of_batch(document.id) })
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
            .and_then(|_| self.take_out_of_batch(document.id))
            .doing(format!("mark document #{} as refined", document.id))?;
        Ok(())
    }
}
