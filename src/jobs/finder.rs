//! Search over a workspace: the index brought up to date, the vectors loaded and kept fresh.

use super::embed::searched_by;
use super::{Embedder, Follower, JobsError};
use crate::embed::{MODEL_NAME, Vector};
use crate::llm::LlmError;
use crate::model::{AutomationId, SearchAnswer, SearchMode, SearchQuery, Stage};
use crate::search::{Index, Meant, SearchError, Searcher, Vectors, meaning_of};
use crate::store::{Store, StoreError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Vectors fetched from the store at a time.
const BATCH: usize = 20_000;
/// Two automations whose vectors have a lower cosine than this are about different things.
const SIMILAR: f32 = 0.5;

/// Answers searches; cheap to clone.
#[derive(Clone)]
pub struct Finder {
    store: Store,
    searcher: Searcher,
    vectors: Arc<Vectors>,
    /// The newest vector held; a std mutex, held while fetching so that two do not fetch twice.
    seq: Arc<Mutex<i64>>,
    /// What tells the meaning of queries where an endpoint made the vectors.
    embedder: Option<Embedder>,
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
                let seq = Arc::new(Mutex::new(seq));
                Ok(Self { store, searcher, vectors, seq, embedder: None })
            })
        })
        .await
        .map_err(|_| JobsError::Panicked(Stage::Index))?
    }

    /// The same, asking `embedder` for the meaning of queries where it made the vectors.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Option<Embedder>) -> Self {
        self.embedder = embedder;
        self
    }

    /// Answers from the newest committed state of the index; blocks for milliseconds, or up to two
    /// seconds where an endpoint made the vectors: without its word on the query in that time, the
    /// answer goes by words and says so. To be called off the runtime's own threads.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchAnswer, SearchError> {
        let model = self.vectors.model();
        if model == MODEL_NAME {
            return self.searcher.search(query);
        }
        match self.meant(query, model) {
            Ok(meant) => self.searcher.search_meant(query, meant.as_ref()),
            Err(why) => {
                let by_words = SearchQuery { mode: SearchMode::Text, ..query.clone() };
                let mut answer = self.searcher.search_meant(&by_words, None)?;
                answer.notice = Some(format!("searched by words alone: {why}"));
                Ok(answer)
            }
        }
    }

    /// What `query` means to `model`; why nobody can tell.
    fn meant(&self, query: &SearchQuery, model: String) -> Result<Option<Meant>, String> {
        let Some(text) = meaning_of(query) else { return Ok(None) };
        let embedder = self.embedder.as_ref().filter(|embedder| embedder.name() == model);
        let runtime = tokio::runtime::Handle::try_current().ok();
        let (Some(embedder), Some(runtime)) = (embedder, runtime) else {
            return Err(format!("the vectors are of {model}, which is not configured any more"));
        };
        match runtime.block_on(embedder.query(&text)) {
            Ok(vector) => Ok(vector.map(|vector| Meant { model, vector })),
            Err(LlmError::Cancelled) => Err(format!("{model} did not answer in time")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The `most` of `among` that mean most like `id`, nearest first; none that means something
    /// else, and `None` where nobody knows what `id` means.
    pub fn similar(
        &self,
        id: AutomationId,
        among: &[AutomationId],
        most: usize,
    ) -> Option<Vec<AutomationId>> {
        self.vectors.nearest_among(id, among, SIMILAR, most)
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

/// Fetches the vectors after `seq`, or all where search has turned to those of another model;
/// returns the newest number.
fn fetch(store: &Store, vectors: &Vectors, mut seq: i64) -> Result<i64, JobsError> {
    loop {
        let held = vectors.model();
        // Read together, so that no vector is taken for one of another model.
        let (model, stored) = store.read_blocking(|reading| {
            let model = searched_by(reading)?;
            let from = if model == held { seq } else { 0 };
            let stored = reading.list_vectors(&model, from, BATCH)?;
            Ok::<_, StoreError>((model, stored))
        })?;
        if model != held {
            vectors.begin_anew(&model);
        }
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
