//! Search over a workspace: the index brought up to date, the vectors loaded and kept fresh.

use super::{Follower, JobsError};
use crate::embed::{MODEL_NAME, Vector};
use crate::model::{AutomationId, SearchAnswer, SearchQuery, Stage};
use crate::search::{Index, SearchError, Searcher, Vectors};
use crate::store::Store;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Vectors fetched from the store at a time.
const BATCH: usize = 20_000;

/// Answers searches; cheap to clone.
#[derive(Clone)]
pub struct Finder {
    store: Store,
    searcher: Searcher,
    vectors: Arc<Vectors>,
    /// The newest vector held; a std mutex, held while fetching so that two do not fetch twice.
    seq: Arc<Mutex<i64>>,
}

impl Finder {
    /// Opens search, following what the store has that the index has not. While another process
    /// writes the index, its state of a moment ago is searched.
    ///
    /// # Errors
    /// Where the store cannot be read or the index not opened.
    pub async fn open(store: &Store, index_folder: &Path) -> Result<Self, JobsError> {
        let (store, folder) = (store.clone(), index_folder.to_owned());
        tokio::task::spawn_blocking(move || {
            let index = Index::open(&folder)?;
            Follower::new(store.clone(), index.clone()).catch_up(&mut |_| Ok(()))?;
            let vectors = Arc::new(Vectors::default());
            fetch(&store, &vectors, 0).and_then(|seq| {
                let searcher = index.searcher(Arc::clone(&vectors))?;
                Ok(Self { store, searcher, vectors, seq: Arc::new(Mutex::new(seq)) })
            })
        })
        .await
        .map_err(|_| JobsError::Panicked(Stage::Index))?
    }

    /// Answers from the newest committed state of the index; blocks for milliseconds.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchAnswer, SearchError> {
        self.searcher.search(query)
    }

    /// Fetches the vectors written since; blocks.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn refresh(&self) -> Result<(), JobsError> {
        let mut seq = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        *seq = fetch(&self.store, &self.vectors, *seq)?;
        Ok(())
    }
}

/// Fetches the vectors after `seq`; returns the newest number.
fn fetch(store: &Store, vectors: &Vectors, mut seq: i64) -> Result<i64, JobsError> {
    loop {
        let stored = store.read_blocking(|reading| reading.list_vectors(MODEL_NAME, seq, BATCH))?;
        let Some(last) = stored.last() else { return Ok(seq) };
        seq = last.seq;
        // An empty vector (no known word) or a damaged one: that item is found by words alone.
        let read: Vec<(AutomationId, Vector)> = stored
            .iter()
            .filter_map(|stored| {
                Some((stored.automation, Vector::from_bytes(&stored.vector).ok()?))
            })
            .collect();
        vectors.insert_many(read.iter().map(|(id, vector)| (*id, vector)));
    }
}
