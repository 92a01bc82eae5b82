//! Answers queries.

use super::error::SearchError;
use super::fusion::{Candidate, fuse};
use super::index::Index;
use super::indexable::StorePosition;
use super::parse::Parsed;
use super::plan::Plan;
use super::schema::Fields;
use super::snapshot::{Allowed, Snapshot, Values};
use super::vectors::{Slot, Vectors};
use super::words::{self, Scored};
use crate::embed::{MODEL_NAME, Model, Vector};
use crate::model::{AutomationId, Hit, HitParts, SearchAnswer, SearchMode, SearchQuery};
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tantivy::query::Query;
use tantivy::{DocAddress, IndexReader, ReloadPolicy};

/// Candidates of each arm, whatever the page size, so that a longer page never reorders a shorter.
const BEST_WORDS: usize = 1000;
const NEAREST: usize = 200;
/// Filters remembered for one state of the index.
const MOST_FILTERS: usize = 16;

/// What a query means, as one model has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Meant {
    /// The name of that model.
    pub model: String,
    pub vector: Vector,
}

/// What is sought by meaning; `None` where `query` goes by its words alone.
pub fn meaning_of(query: &SearchQuery) -> Option<String> {
    let parsed = Parsed::read(&query.text);
    let goes_by_words = match query.mode {
        SearchMode::Text => true,
        SearchMode::Hybrid => parsed.is_strict(),
        SearchMode::Meaning => false,
    };
    Some(parsed.wanted_text()).filter(|text| !goes_by_words && !text.trim().is_empty())
}

/// Searches one index and its vectors. Clones share their state. Answers in milliseconds, yet on
/// the caller's thread: keep it off the one that draws.
#[derive(Clone)]
pub struct Searcher {
    shared: Arc<Shared>,
}

struct Shared {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    vectors: Arc<Vectors>,
    snapshot: RwLock<Arc<Snapshot>>,
    values: Mutex<Values>,
    /// The bytes of meta.json that the snapshot stands for.
    meta: Mutex<Vec<u8>>,
    filters: Mutex<HashMap<String, Arc<Allowed>>>,
}

impl Searcher {
    pub(super) fn new(index: &Index, vectors: Arc<Vectors>) -> Result<Self, SearchError> {
        let meta = std::fs::read(index.folder().join("meta.json")).unwrap_or_default();
        let (tantivy, fields) = index.tantivy()?;
        let reader = tantivy.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
        let reader: IndexReader = reader.map_err(|e| index.failed("read", e))?;
        let mut values = Values::default();
        let snapshot = Snapshot::load(index, reader.searcher(), &vectors, &mut values, None)?;
        let shared = Shared {
            index: index.clone(),
            fields,
            reader,
            vectors,
            snapshot: RwLock::new(Arc::new(snapshot)),
            values: Mutex::new(values),
            meta: Mutex::new(meta),
            filters: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Takes up what any process has committed since; true when there was something. Costs reading
    /// one small file when there was not.
    ///
    /// # Errors
    /// When the files do not open; the former state goes on answering.
    pub fn reload(&self) -> Result<bool, SearchError> {
        let shared = &*self.shared;
        let path = shared.index.folder().join("meta.json");
        let now = std::fs::read(&path)
            .map_err(|e| SearchError::folder("read", shared.index.folder(), e))?;
        let mut meta = lock(&shared.meta);
        if *meta == now {
            return Ok(false);
        }
        let loaded = shared.index.guarded(|| {
            shared.reader.reload().map_err(|e| shared.index.failed("reload", e))?;
            let searcher = shared.reader.searcher();
            let values = &mut *lock(&shared.values);
            Snapshot::load(&shared.index, searcher, &shared.vectors, values, Some(&self.snapshot()))
        })?;
        *shared.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        lock(&shared.filters).clear();
        *meta = now;
        Ok(true)
    }

    /// How far the commit that is searched now had followed which store.
    pub fn position(&self) -> Option<StorePosition> {
        #[derive(serde::Deserialize)]
        struct Meta {
            payload: Option<String>,
        }
        let meta: Meta = serde_json::from_slice(&lock(&self.shared.meta)).ok()?;
        serde_json::from_str(&meta.payload?).ok()
    }

    /// How many automations the index holds.
    pub fn len(&self) -> u64 {
        self.snapshot().searcher.num_docs()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The vectors it searches.
    pub fn vectors(&self) -> &Arc<Vectors> {
        &self.shared.vectors
    }

    /// Answers `query` on the newest commit, over the embedded model's vectors. No text means
    /// everything under the filters, newest first. A query with quotes, fields or exclusions is meant
    /// to the letter: in hybrid mode it goes by words alone.
    ///
    /// # Errors
    /// When the index cannot be read; `Damaged` calls for a rebuild.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchAnswer, SearchError> {
        let meant = meaning_of(query).and_then(|text| Model::shared().encode(&text));
        let meant = meant.map(|vector| Meant { model: MODEL_NAME.to_owned(), vector });
        self.search_meant(query, meant.as_ref())
    }

    /// The same over vectors of whatever model, where the query is `meant` as that model has it. What
    /// another model made of it is not compared with them.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn search_meant(
        &self,
        query: &SearchQuery,
        meant: Option<&Meant>,
    ) -> Result<SearchAnswer, SearchError> {
        if let Err(error) = self.reload() {
            tracing::warn!(%error, "the search index does not reload; searching its former state");
        }
        let index = &self.shared.index;
        index.guarded(|| self.answer(query, meant).map_err(|e| index.failed("search", e)))
    }

    fn answer(&self, query: &SearchQuery, meant: Option<&Meant>) -> tantivy::Result<SearchAnswer> {
        let snapshot = self.snapshot();
        let plan = Plan::new(query, &snapshot.searcher, &self.shared.fields)?;
        let allowed = self.allowed(&snapshot, &plan)?;
        let allowed = allowed.as_deref();
        let scoring = plan.scoring.as_deref();
        let counted = words::count(&snapshot, scoring, allowed, query.with_facets)?;
        let facets = counted.list_facets(&lock(&self.shared.values));
        let mut hits = match scoring {
            Some(scoring) => self.ranked(query, meant, &snapshot, &plan, scoring, allowed)?,
            None => newest(&snapshot, allowed, query.limit),
        };
        hits.truncate(query.limit);
        Ok(SearchAnswer { hits, total: counted.total, facets, terms: plan.terms, notice: None })
    }

    fn ranked(
        &self,
        query: &SearchQuery,
        meant: Option<&Meant>,
        snapshot: &Snapshot,
        plan: &Plan,
        scoring: &dyn Query,
        allowed: Option<&Allowed>,
    ) -> tantivy::Result<Vec<Hit>> {
        let mode = match query.mode {
            SearchMode::Hybrid if plan.is_strict => SearchMode::Text,
            mode => mode,
        };
        let mut found = Found::default();
        if mode != SearchMode::Meaning {
            for exact in &plan.exact {
                let named = words::best(snapshot, exact.as_ref(), allowed, BEST_WORDS)?;
                named.iter().for_each(|hit| found.at(snapshot, hit.address).is_exact = true);
            }
            let best = words::best(snapshot, scoring, allowed, BEST_WORDS)?;
            found.add_words(snapshot, &best);
        }
        if mode != SearchMode::Text
            && let Some(meant) = meant
        {
            let vectors = &self.shared.vectors;
            for (slot, id, _) in vectors.nearest(meant, allowed.map(|a| &a.slots), NEAREST) {
                found.by_slot(slot, id);
            }
            let slots: Vec<Slot> = found.candidates.keys().copied().collect();
            for (slot, cosine) in slots.iter().zip(vectors.cosines(meant, &slots)) {
                found.candidates.entry(*slot).and_modify(|c| c.cosine = cosine);
            }
        }
        let weight = match mode {
            SearchMode::Hybrid => query.weight,
            SearchMode::Text => 1.0,
            SearchMode::Meaning => 0.0,
        };
        Ok(fuse(found.candidates.into_values().collect(), weight))
    }

    fn allowed(
        &self,
        snapshot: &Arc<Snapshot>,
        plan: &Plan,
    ) -> tantivy::Result<Option<Arc<Allowed>>> {
        let Some(filter) = &plan.filter else { return Ok(None) };
        // The generation in the key keeps a search that began before a reload from leaving its
        // bitmaps to those after it.
        let generation = snapshot.searcher.generation().generation_id();
        let key = format!("{generation}\n{}", plan.filter_key);
        if let Some(known) = lock(&self.shared.filters).get(&key) {
            return Ok(Some(known.clone()));
        }
        let documents = words::open_documents(snapshot, filter.as_ref())?;
        let allowed = Arc::new(Allowed::new(snapshot, documents));
        let mut filters = lock(&self.shared.filters);
        if filters.len() >= MOST_FILTERS {
            filters.clear();
        }
        filters.insert(key, allowed.clone());
        Ok(Some(allowed))
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the arms found, by slot.
#[derive(Default)]
struct Found {
    candidates: HashMap<Slot, Candidate>,
}

impl Found {
    fn by_slot(&mut self, slot: Slot, id: AutomationId) -> &mut Candidate {
        let new = Candidate { id, words: None, cosine: None, is_exact: false };
        self.candidates.entry(slot).or_insert(new)
    }

    fn at(&mut self, snapshot: &Snapshot, address: DocAddress) -> &mut Candidate {
        self.by_slot(snapshot.slot(address), snapshot.automation(address))
    }

    fn add_words(&mut self, snapshot: &Snapshot, best: &[Scored]) {
        for scored in best {
            self.at(snapshot, scored.address).words = Some(scored.score);
        }
    }
}

/// Everything let through, newest first.
fn newest(snapshot: &Snapshot, allowed: Option<&Allowed>, limit: usize) -> Vec<Hit> {
    // Reversed, so that the oldest of those kept stands on top of the heap and leaves first.
    let mut heap = BinaryHeap::with_capacity(limit.min(BEST_WORDS) + 1);
    for (segment, columns) in snapshot.segments.iter().enumerate() {
        for doc in 0..snapshot.reader(segment).max_doc() {
            if !snapshot.is_open(segment, doc, allowed) {
                continue;
            }
            let dated = columns.dated.first(doc).map_or(i64::MIN, |d| d.into_timestamp_secs());
            let id = columns.ids.first(doc).unwrap_or_default();
            heap.push((std::cmp::Reverse(dated), std::cmp::Reverse(id)));
            if heap.len() > limit {
                heap.pop();
            }
        }
    }
    let kept = heap.into_sorted_vec();
    let count = kept.len() as f32;
    let hits = kept.iter().enumerate().map(|(rank, (_, id))| Hit {
        id: AutomationId(id.0),
        score: 1.0 - rank as f32 / count,
        parts: HitParts::default(),
    });
    hits.collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
