//! The vectors of all automations, in memory.

use super::indexable::Change;
use super::searcher::Meant;
use crate::embed::{MODEL_NAME, Vector, VectorSet};
use crate::model::AutomationId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tantivy::BitSet;

/// An automation's place in bitmaps: given at first sight, kept while the process lives, so that
/// what the index knows by document and the vectors by row can be laid over each other.
pub(super) type Slot = u32;

/// Vectors by automation, all of one model, shared between those who load them and those who search.
/// 260 bytes each where the embedded model made them.
pub struct Vectors {
    inner: RwLock<Inner>,
}

impl Default for Vectors {
    fn default() -> Self {
        let inner = Inner { model: MODEL_NAME.to_owned(), ..Inner::default() };
        Self { inner: RwLock::new(inner) }
    }
}

#[derive(Default)]
struct Inner {
    /// What made the vectors.
    model: String,
    slots: HashMap<AutomationId, Slot>,
    ids: Vec<AutomationId>,
    set: VectorSet<Slot>,
}

impl Inner {
    fn slot(&mut self, id: AutomationId) -> Slot {
        *self.slots.entry(id).or_insert_with(|| {
            self.ids.push(id);
            Slot::try_from(self.ids.len() - 1).expect("invariant: fewer than 2^32 automations")
        })
    }
}

impl Vectors {
    /// Puts in the vector of `id`, in place of its former one.
    pub fn insert(&self, id: AutomationId, vector: &Vector) {
        self.insert_many([(id, vector)]);
    }

    /// The same for many, holding the lock once; searches wait meanwhile, so keep to thousands.
    pub fn insert_many<'a>(&self, vectors: impl IntoIterator<Item = (AutomationId, &'a Vector)>) {
        let mut inner = self.write();
        for (id, vector) in vectors {
            let slot = inner.slot(id);
            let _ = inner.set.insert(slot, vector);
        }
    }

    /// Takes out the vector of `id`; false when there was none.
    pub fn remove(&self, id: AutomationId) -> bool {
        let mut inner = self.write();
        let slot = inner.slots.get(&id).copied();
        slot.is_some_and(|slot| inner.set.remove(slot))
    }

    /// The name of what made them.
    pub fn model(&self) -> String {
        self.read().model.clone()
    }

    /// Lets all vectors go: from now on those of `model` are held.
    pub fn begin_anew(&self, model: &str) {
        let mut inner = self.write();
        inner.set = VectorSet::default();
        model.clone_into(&mut inner.model);
    }

    /// Follows the same changes as the index.
    pub fn apply(&self, changes: &[Change]) {
        let mut inner = self.write();
        for change in changes {
            let slot = inner.slot(change.id());
            match change {
                Change::Upsert(item) => match &item.vector {
                    Some(vector) => _ = inner.set.insert(slot, vector),
                    None => _ = inner.set.remove(slot),
                },
                Change::Delete(_) => drop(inner.set.remove(slot)),
            }
        }
    }

    /// How many automations have a vector.
    pub fn len(&self) -> usize {
        self.read().set.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The vector of `id`, where it has one.
    pub fn find(&self, id: AutomationId) -> Option<Vector> {
        let inner = self.read();
        let row = inner.set.find_row(*inner.slots.get(&id)?)?;
        inner.set.vector(row)
    }

    /// The `most` of `among` that mean most like `id`, nearest first, none with a cosine below
    /// `least`; `None` where `id` has no vector.
    pub fn nearest_among(
        &self,
        id: AutomationId,
        among: &[AutomationId],
        least: f32,
        most: usize,
    ) -> Option<Vec<AutomationId>> {
        let inner = self.read();
        let row = |id: &AutomationId| inner.set.find_row(*inner.slots.get(id)?);
        let own = inner.set.vector(row(&id)?)?;
        let mut found: Vec<(f32, AutomationId)> = among
            .iter()
            .filter(|other| **other != id)
            .filter_map(|other| Some((inner.set.cosine_of(&own, row(other)?), *other)))
            .filter(|(cosine, _)| *cosine >= least)
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Some(found.into_iter().take(most).map(|(_, id)| id).collect())
    }

    /// The slots of `ids`, given out where they are new.
    pub(super) fn slots(&self, ids: impl Iterator<Item = AutomationId>) -> Vec<Slot> {
        let mut inner = self.write();
        ids.map(|id| inner.slot(id)).collect()
    }

    /// The `k` nearest to `query` among `allowed` (all when `None`), nearest first; none where it was
    /// made by another model than they.
    pub(super) fn nearest(
        &self,
        query: &Meant,
        allowed: Option<&BitSet>,
        k: usize,
    ) -> Vec<(Slot, AutomationId, f32)> {
        let inner = self.read();
        if inner.model != query.model {
            return Vec::new();
        }
        let slots = inner.set.ids();
        let is_allowed = |row: usize| {
            let slot = slots[row];
            allowed.is_none_or(|bits| slot < bits.max_value() && bits.contains(slot))
        };
        let found = inner.set.scores(&query.vector, is_allowed, k).into_iter();
        found.map(|near| (near.id, inner.ids[near.id as usize], near.score)).collect()
    }

    /// The cosine of `query` with each of `slots`, where it has a vector of the same model.
    pub(super) fn cosines(&self, query: &Meant, slots: &[Slot]) -> Vec<Option<f32>> {
        let inner = self.read();
        let is_same = inner.model == query.model;
        let rows = slots.iter().map(|&slot| inner.set.find_row(slot).filter(|_| is_same));
        rows.map(|row| row.map(|row| inner.set.cosine_of(&query.vector, row))).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}
