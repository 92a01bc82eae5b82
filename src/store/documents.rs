//! Documents, their texts, revisions and raw bodies.

use super::error::Doing;
use super::row::{json_at, moment_at, name_at, optional_moment_at, to_json};
use super::{Reading, StoreError, Writing};
use crate::model::{BodyId, Document, DocumentId, DocumentKind, NewDocument, RawBody, SourceId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};
use std::collections::HashMap;
use std::sync::Arc;

/// zstd's level for raw bodies: 3 halves prose at over 100 MB/s; higher levels gain a few per cent.
const COMPRESSION: i32 = 3;

/// A document made ready off the writer's thread: hashed, its body compressed.
pub struct PreparedDocument {
    document: NewDocument,
    content_hash: [u8; 32],
    body: Arc<PreparedBody>,
}

struct PreparedBody {
    hash: [u8; 32],
    size: usize,
    bytes: Vec<u8>,
}

/// What became of a document that was brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    New(DocumentId),
    /// Known, with another text than before: a new revision.
    Changed(DocumentId),
    /// Known, and the same.
    Same(DocumentId),
}

/// A document that waits for extraction, with its raw body where reading it needs that.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingDocument {
    pub document: Document,
    pub raw: Option<RawBody>,
}

impl PreparedDocument {
    /// What its source calls it.
    pub fn identity(&self) -> &str {
        &self.document.identity
    }
}

/// Hashes and compresses documents, in parallel; documents that share a body share the work.
///
/// # Errors
/// Where a body cannot be compressed.
pub fn prepare(documents: Vec<NewDocument>) -> Result<Vec<PreparedDocument>, StoreError> {
    use rayon::prelude::*;
    let mut distinct: HashMap<*const RawBody, usize> = HashMap::new();
    let mut bodies: Vec<Arc<RawBody>> = Vec::new();
    let places: Vec<usize> = documents
        .iter()
        .map(|document| {
            *distinct.entry(Arc::as_ptr(&document.raw)).or_insert_with(|| {
                bodies.push(Arc::clone(&document.raw));
                bodies.len() - 1
            })
        })
        .collect();
    let bodies: Vec<Arc<PreparedBody>> =
        bodies.par_iter().map(|body| prepare_body(body).map(Arc::new)).collect::<Result<_, _>>()?;
    Ok(documents
        .into_iter()
        .zip(places)
        .map(|(document, place)| PreparedDocument {
            content_hash: content_hash(&document),
            body: Arc::clone(&bodies[place]),
            document,
        })
        .collect())
}

fn prepare_body(body: &RawBody) -> Result<PreparedBody, StoreError> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(body.format.as_bytes()).update(&[0]).update(&body.bytes);
    let bytes = zstd::bulk::compress(&body.bytes, COMPRESSION).map_err(|source| {
        StoreError::Compress { doing: format!("compress what came from {}", body.location), source }
    })?;
    Ok(PreparedBody { hash: *hasher.finalize().as_bytes(), size: body.bytes.len(), bytes })
}

/// What makes a revision: title, text and kind. Views, votes and the like are not part of it.
fn content_hash(document: &NewDocument) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [document.kind.name(), &document.title, &document.readable] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    if document.kind == DocumentKind::Workflow {
        // Two workflows may read the same and still differ in their nodes' settings.
        hasher.update(&document.raw.bytes);
    }
    *hasher.finalize().as_bytes()
}

pub(super) const COLUMNS: &str = "d.id, d.revision, d.source_id, d.identity, d.url, d.title, d.author, \
     d.published, d.kind, d.origin, d.language, d.body_id, d.gathered, t.readable, t.marks";

pub(super) fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: DocumentId(row.get("id")?),
        revision: row.get("revision")?,
        source: SourceId(row.get("source_id")?),
        identity: row.get("identity")?,
        url: row.get("url")?,
        title: row.get("title")?,
        author: row.get("author")?,
        published: optional_moment_at(row, "published")?,
        kind: name_at(row, "kind", DocumentKind::from_name)?,
        origin: row.get("origin")?,
        language: row.get("language")?,
        readable: row.get("readable")?,
        marks: json_at(row, "marks")?,
        body: BodyId(row.get("body_id")?),
        gathered: moment_at(row, "gathered")?,
    })
}

impl Reading<'_> {
    /// The document with this id.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_document(&self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM documents d JOIN document_texts t ON t.document_id = d.id
                 WHERE d.id = ?1"
            ))
            .and_then(|mut statement| statement.query_row([id.0], document).optional())
            .doing(format!("load document #{id}"))
    }

    /// How many documents wait for extraction.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_waiting_documents(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM documents WHERE extracted_by IS NULL";
        self.connection
            .query_row(sql, [], |row| row.get(0))
            .doing("count the documents that wait for extraction")
    }

    /// The next documents that wait for extraction, oldest first, after the id `after`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_waiting_documents(
        &self,
        after: DocumentId,
        limit: usize,
    ) -> Result<Vec<WaitingDocument>, StoreError> {
        let documents: Vec<Document> = self
            .connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM documents d JOIN document_texts t ON t.document_id = d.id
                 WHERE d.extracted_by IS NULL AND d.id > ?1 ORDER BY d.id LIMIT ?2"
            ))
            .and_then(|mut statement| statement.query_map((after.0, limit), document)?.collect())
            .doing("list the documents that wait for extraction")?;
        documents
            .into_iter()
            .map(|document| {
                let raw = self.find_body_to_read(&document)?;
                Ok(WaitingDocument { document, raw })
            })
            .collect()
    }

    /// The raw body of a document that cannot be read without it.
    pub(super) fn find_body_to_read(
        &self,
        document: &Document,
    ) -> Result<Option<RawBody>, StoreError> {
        match document.kind {
            DocumentKind::Workflow => self.find_body(document.body),
            _ => Ok(None),
        }
    }

    /// What storing a document would do; `None` where it would be new.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_stored(
        &self,
        source: SourceId,
        new: &NewDocument,
    ) -> Result<Option<Stored>, StoreError> {
        let known: Option<(i64, Vec<u8>)> = self
            .connection
            .prepare_cached(
                "SELECT id, content_hash FROM documents WHERE source_id = ?1 AND identity = ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_row((source.0, &new.identity), |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .doing(format!("look for the document `{}`", new.identity))?;
        Ok(known.map(|(id, hash)| {
            let id = DocumentId(id);
            if hash == content_hash(new) { Stored::Same(id) } else { Stored::Changed(id) }
        }))
    }
}

impl Writing<'_> {
    /// Stores a document once: a known one is left alone, a changed one becomes a new revision.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn store_document(
        &self,
        source: SourceId,
        prepared: &PreparedDocument,
        now: Timestamp,
    ) -> Result<Stored, StoreError> {
        let new = &prepared.document;
        let doing = || format!("store the document `{}`", new.identity);
        let known: Option<(i64, Vec<u8>)> = self
            .connection
            .prepare_cached(
                "SELECT id, content_hash FROM documents WHERE source_id = ?1 AND identity = ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_row((source.0, &new.identity), |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .doing(doing())?;
        match known {
            Some((id, hash)) if hash == prepared.content_hash => Ok(Stored::Same(DocumentId(id))),
            Some((id, _)) => {
                self.keep_revision(id).doing(doing())?;
                self.update_document(id, prepared, now)?;
                Ok(Stored::Changed(DocumentId(id)))
            }
            None => self.insert_document(source, prepared, now).map(Stored::New),
        }
    }

    fn store_body(&self, prepared: &PreparedDocument, now: Timestamp) -> Result<i64, StoreError> {
        let (body, raw) = (&prepared.body, &prepared.document.raw);
        let doing = || format!("store what came from {}", raw.location);
        let known = self
            .connection
            .prepare_cached("SELECT id FROM bodies WHERE hash = ?1")
            .and_then(|mut statement| statement.query_row([body.hash], |row| row.get(0)).optional())
            .doing(doing())?;
        if let Some(id) = known {
            return Ok(id);
        }
        self.connection
            .prepare_cached(
                "INSERT INTO bodies (hash, format, location, size, bytes, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .and_then(|mut statement| {
                statement.insert((
                    body.hash,
                    &raw.format,
                    &raw.location,
                    body.size,
                    &body.bytes,
                    now.as_millisecond(),
                ))
            })
            .doing(doing())
    }

    fn insert_document(
        &self,
        source: SourceId,
        prepared: &PreparedDocument,
        now: Timestamp,
    ) -> Result<DocumentId, StoreError> {
        let new = &prepared.document;
        let body = self.store_body(prepared, now)?;
        let doing = || format!("store the document `{}`", new.identity);
        let id = self
            .connection
            .prepare_cached(
                "INSERT INTO documents (source_id, identity, content_hash, url, title, author,
                     published, kind, origin, language, body_id, gathered)
                 VALUES (:source, :identity, :hash, :url, :title, :author,
                     :published, :kind, :origin, :language, :body, :now)",
            )
            .and_then(|mut statement| {
                statement.insert(named_params! {
                    ":source": source.0, ":identity": new.identity, ":hash": prepared.content_hash,
                    ":url": new.url, ":title": new.title, ":author": new.author,
                    ":published": new.published.map(Timestamp::as_millisecond),
                    ":kind": new.kind.name(), ":origin": new.origin, ":language": new.language,
                    ":body": body, ":now": now.as_millisecond(),
                })
            })
            .doing(doing())?;
        self.save_text(id, new)?;
        Ok(DocumentId(id))
    }

    fn update_document(
        &self,
        id: i64,
        prepared: &PreparedDocument,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let new = &prepared.document;
        let body = self.store_body(prepared, now)?;
        self.connection
            .prepare_cached(
                "UPDATE documents SET revision = revision + 1, content_hash = :hash, url = :url,
                     title = :title, author = :author, published = :published, kind = :kind,
                     origin = :origin, language = :language, body_id = :body, gathered = :now,
                     extracted_by = NULL, refined_by = NULL, awaits_model = 0
                 WHERE id = :id",
            )
            .and_then(|mut statement| {
                statement.execute(named_params! {
                    ":id": id, ":hash": prepared.content_hash,
                    ":url": new.url, ":title": new.title, ":author": new.author,
                    ":published": new.published.map(Timestamp::as_millisecond),
                    ":kind": new.kind.name(), ":origin": new.origin, ":language": new.language,
                    ":body": body, ":now": now.as_millisecond(),
                })
            })
            .doing(format!("store a new revision of `{}`", new.identity))?;
        self.save_text(id, new)
    }

    fn save_text(&self, id: i64, new: &NewDocument) -> Result<(), StoreError> {
        let marks = to_json(&new.marks, "time marks")?;
        self.connection
            .prepare_cached(
                "INSERT INTO document_texts (document_id, readable, marks) VALUES (?1, ?2, ?3)
                 ON CONFLICT (document_id) DO UPDATE SET readable = excluded.readable,
                     marks = excluded.marks",
            )
            .and_then(|mut statement| statement.execute((id, &new.readable, marks)))
            .doing(format!("store the text of `{}`", new.identity))?;
        Ok(())
    }

    fn keep_revision(&self, id: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO document_revisions
                     (document_id, revision, content_hash, title, readable, body_id, gathered)
                 SELECT d.id, d.revision, d.content_hash, d.title, t.readable, d.body_id, d.gathered
                 FROM documents d JOIN document_texts t ON t.document_id = d.id WHERE d.id = ?1",
            )?
            .execute([id])?;
        Ok(())
    }

    /// Makes every document of the source wait for extraction again; of all where none is named.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn mark_for_extraction(&self, source: Option<SourceId>) -> Result<usize, StoreError> {
        self.connection
            .execute(
                "UPDATE documents SET extracted_by = NULL
                 WHERE extracted_by IS NOT NULL AND (?1 IS NULL OR source_id = ?1)",
                [source.map(|id| id.0)],
            )
            .doing("mark documents for extraction")
    }
}
