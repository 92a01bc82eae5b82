//! The follower: keeps the search index in step with the store.

use super::JobsError;
use super::pipeline::progress;
use crate::embed::Vector;
use crate::model::{AutomationId, Progress};
use crate::search::{
    Change as IndexChange, Index, Indexable, SearchError, Standing, StorePosition, Writer,
};
use crate::store::{Operation, Reading, Store, StoreError};
use std::collections::BTreeMap;

/// Items written between two commits of a catch-up.
const BATCH: usize = 2_000;
/// Labels less certain than this are not searched by.
const LEAST_CERTAIN: f32 = 0.3;

/// What following did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// Items written to the index or removed from it.
    pub indexed: usize,
    /// The newest change that the index now has.
    pub seq: i64,
    /// Why the index was built anew, where it was.
    pub rebuilt_because: Option<String>,
}

/// Follows the store for as long as a workbench is open.
pub struct Follower {
    store: Store,
    index: Index,
}

impl Follower {
    pub fn new(store: Store, index: Index) -> Self {
        Self { store, index }
    }

    /// Brings the index up to date, unless another process is at it; blocks.
    ///
    /// # Errors
    /// Where the store cannot be read or the index not written.
    pub fn catch_up(&self, watch: &mut dyn FnMut(Progress)) -> Result<Option<Followed>, JobsError> {
        match catch_up(&self.store, self.index.clone(), watch) {
            Err(JobsError::Search(SearchError::Busy { .. })) => Ok(None),
            other => other.map(Some),
        }
    }
}

/// Brings the index up to date with the store, building it anew where it has to.
pub(super) fn catch_up(
    store: &Store,
    index: Index,
    watch: &mut dyn FnMut(Progress),
) -> Result<Followed, JobsError> {
    let mut writer = index.writer()?;
    let mut followed = match standing(store, &writer)? {
        Standing::At(seq) => replay(store, &mut writer, seq, watch)?,
        Standing::NeedsRebuild(reason) => {
            let reason = index.set_aside().map_or(reason, |why| format!("it was damaged ({why})"));
            rebuild(store, &mut writer, reason, watch)?
        }
    };
    // What came in while a rebuild was under way.
    let rest = replay(store, &mut writer, followed.seq, &mut |_| {})?;
    followed.indexed += rest.indexed;
    followed.seq = rest.seq;
    writer.close()?;
    Ok(followed)
}

fn standing(store: &Store, writer: &Writer) -> Result<Standing, JobsError> {
    let standing = writer.standing(store.id());
    let Standing::At(seq) = standing else { return Ok(standing) };
    let (oldest, newest) = store.read_blocking(|reading| {
        Ok::<_, StoreError>((reading.find_oldest_change()?, reading.newest_change()?))
    })?;
    let is_behind_the_feed =
        oldest.is_some_and(|oldest| oldest > seq + 1) || (oldest.is_none() && newest > seq);
    if is_behind_the_feed || seq > newest {
        return Ok(Standing::NeedsRebuild("it is from another time than the store".to_owned()));
    }
    Ok(Standing::At(seq))
}

fn replay(
    store: &Store,
    writer: &mut Writer,
    from: i64,
    watch: &mut dyn FnMut(Progress),
) -> Result<Followed, JobsError> {
    let mut followed = Followed { seq: from, ..Followed::default() };
    loop {
        let seq = followed.seq;
        let (newest, changes) = store.read_blocking(|reading| {
            let feed = reading.list_changes(seq, BATCH)?;
            let newest = feed.last().map(|change| change.seq);
            // Only the last word on each item counts.
            let last: BTreeMap<AutomationId, Operation> =
                feed.iter().map(|change| (change.automation, change.operation)).collect();
            Ok::<_, StoreError>((newest, load(reading, last.into_iter())?))
        })?;
        let Some(newest) = newest else { return Ok(followed) };
        writer.apply(&changes)?;
        writer.commit(&StorePosition { store_id: store.id().to_owned(), seq: newest })?;
        followed.seq = newest;
        followed.indexed += changes.len();
        watch(progress(followed.indexed, followed.indexed, 0));
    }
}

fn rebuild(
    store: &Store,
    writer: &mut Writer,
    reason: String,
    watch: &mut dyn FnMut(Progress),
) -> Result<Followed, JobsError> {
    tracing::info!(%reason, "building the search index anew");
    writer.clear()?;
    let (seq, total) = store.read_blocking(|reading| {
        Ok::<_, StoreError>((reading.newest_change()?, reading.count_automations()?))
    })?;
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let (mut after, mut indexed) = (AutomationId(0), 0);
    loop {
        let changes = store.read_blocking(|reading| {
            let ids = reading.list_automation_ids(after, BATCH)?;
            after = ids.last().copied().unwrap_or(after);
            load(reading, ids.into_iter().map(|id| (id, Operation::Upsert)))
        })?;
        if changes.is_empty() {
            break;
        }
        writer.apply(&changes)?;
        indexed += changes.len();
        watch(progress(indexed, total.max(indexed), 0));
    }
    writer.commit(&StorePosition { store_id: store.id().to_owned(), seq })?;
    Ok(Followed { indexed, seq, rebuilt_because: Some(reason) })
}

fn load(
    reading: &Reading<'_>,
    items: impl Iterator<Item = (AutomationId, Operation)>,
) -> Result<Vec<IndexChange>, StoreError> {
    items
        .map(|(id, operation)| {
            let found = match operation {
                Operation::Upsert => reading.find_automation(id)?,
                Operation::Delete => None,
            };
            let Some(automation) = found else { return Ok(IndexChange::Delete(id)) };
            let document = match automation.document {
                Some(document) => reading.find_document(document)?,
                None => None,
            };
            let vector: Option<Vector> = None;
            let item = Indexable::of(&automation, document.as_ref(), None, vector, LEAST_CERTAIN);
            Ok(IndexChange::Upsert(Box::new(item)))
        })
        .collect()
}
