//! The one writer: follows the store, and says in each commit how far it came.

use super::error::SearchError;
use super::index::Index;
use super::indexable::{Change, StorePosition};
use super::schema::Fields;
use tantivy::{IndexWriter, TantivyDocument, TantivyError, Term};

/// Room for documents not yet on disk. One thread, as a batch of new automations is small and the
/// other core belongs to the screen.
const ARENA: usize = 64 << 20;

/// Where the index stands towards a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It holds everything up to this change; replay what is newer.
    At(i64),
    /// It is empty, or holds another store: clear it and feed it everything.
    NeedsRebuild(String),
}

/// Holds Tantivy's writer lock while it lives.
pub struct Writer {
    index: Index,
    fields: Fields,
    writer: IndexWriter,
    position: Option<StorePosition>,
}

impl Writer {
    pub(super) fn new(index: &Index) -> Result<Self, SearchError> {
        let (fresh, fields) = index.tantivy()?;
        let writer = fresh.writer_with_num_threads(1, ARENA).map_err(|e| match e {
            TantivyError::LockFailure(..) => SearchError::Busy { path: index.folder().to_owned() },
            other => index.failed("write", other),
        })?;
        // A process killed between writing a file and listing it leaves one that makes every later
        // commit fail with FileAlreadyExists (207 of 250 kills; 0 with this).
        writer.garbage_collect_files().wait().map_err(|e| index.failed("clean", e))?;
        let metas = fresh.load_metas().map_err(|e| index.failed("read", e))?;
        let position = metas.payload.as_deref().and_then(|p| serde_json::from_str(p).ok());
        Ok(Self { index: index.clone(), fields, writer, position })
    }

    /// The position in the newest commit; `None` in a new index.
    pub fn position(&self) -> Option<&StorePosition> {
        self.position.as_ref()
    }

    /// Whether the index can follow the store called `store_id` from where it is.
    pub fn standing(&self, store_id: &str) -> Standing {
        match &self.position {
            Some(position) if position.store_id == store_id => Standing::At(position.seq),
            Some(other) => {
                let held = &other.store_id;
                Standing::NeedsRebuild(format!("it was built from another store ({held})"))
            }
            None => Standing::NeedsRebuild("it is new".to_owned()),
        }
    }

    /// Forgets everything; seen by readers with the next commit.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        let cleared = self.writer.delete_all_documents();
        self.position = None;
        cleared.map(drop).map_err(|e| self.index.failed("clear", e))
    }

    /// Takes over changes in their order. Doing the same ones again changes nothing.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn apply(&mut self, changes: &[Change]) -> Result<(), SearchError> {
        for change in changes {
            self.writer.delete_term(Term::from_field_i64(self.fields.id, change.id().0));
            if let Change::Upsert(item) = change {
                let document: TantivyDocument = self.fields.document(item);
                self.writer.add_document(document).map_err(|e| self.index.failed("write", e))?;
            }
        }
        Ok(())
    }

    /// Makes what was applied durable and visible, together with how far it reaches.
    ///
    /// # Errors
    /// When the index cannot be written; what was applied since the last commit is then lost, and
    /// comes again on replay.
    pub fn commit(&mut self, position: &StorePosition) -> Result<(), SearchError> {
        let payload = serde_json::to_string(position).unwrap_or_default();
        let committed = self.writer.prepare_commit().and_then(|mut commit| {
            commit.set_payload(&payload);
            commit.commit()
        });
        committed.map_err(|e| self.index.failed("commit", e))?;
        self.position = Some(position.clone());
        Ok(())
    }

    /// Waits for merges to end and lets go of the lock.
    ///
    /// # Errors
    /// When a merge failed.
    pub fn close(self) -> Result<(), SearchError> {
        self.writer.wait_merging_threads().map_err(|e| self.index.failed("merge", e))
    }
}
