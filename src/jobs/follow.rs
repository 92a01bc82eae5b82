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

/// Hears how far following has come; an error ends it.
pub type Watch<'a> = dyn FnMut(Progress) -> Result<(), JobsError> + 'a;

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

    /// Brings the index up to date, unless another process is at it; blocks. What `watch` answers
    /// with an error ends it: the index then stays as it was committed last.
    ///
    /// # Errors
    /// Where the store cannot be read or the index not written; what `watch` said.
    pub fn catch_up(&self, watch: &mut Watch<'_>) -> Result<Option<Followed>, JobsError> {
        match catch_up(&self.store, self.index.clone(), watch) {
            Err(JobsError::Search(SearchError::Busy { .. })) => Ok(None),
            other => other.map(Some),
        }
    }
}

/// Brings the index up to date with the store, building it anew where it has to.
fn catch_up(store: &Store, index: Index, watch: &mut Watch<'_>) -> Result<Followed, JobsError> {
    let mut writer = index.writer()?;
    let mut followed = match standing(store, &writer)? {
        Standing::At(seq) => replay(store, &mut writer, seq, watch)?,
        Standing::NeedsRebuild(reason) => {
            let reason = index.set_aside().map_or(reason, |why| format!("it was damaged ({why})"));
            rebuild(store, &mut writer, reason, watch)?
        }
    };
    // What came in while a rebuild was under way.
    let rest = replay(store, &mut writer, followed.seq, &mut |_| Ok(()))?;
    followed.indexed += rest.indexed;
    followed.seq = rest.seq;
    writer.close()?;
    Ok(followed)
}

fn standing(store: &Store, writer: &Writer) -> Result<Standing, JobsError> {
    let Some(position) = writer.position() else { return Ok(writer.standing(store.id())) };
    let seq = position.seq;
    let here = store.read_blocking(|reading| position_at(reading, store.id(), seq))?;
    if here.as_ref() != Some(position) {
        let other = writer.standing(store.id());
        let reason = "it is from another time than the store".to_owned();
        return Ok(match other {
            Standing::NeedsRebuild(why) if !position.store_id.starts_with(store.id()) => {
                Standing::NeedsRebuild(why)
            }
            _ => Standing::NeedsRebuild(reason),
        });
    }
    Ok(Standing::At(seq))
}

/// What an index that has followed the store up to `seq` carries; `None` where that entry is no
/// longer in the feed, or not yet.
///
/// The number alone does not tell a store from a backup of it that was put back and went on: the
/// stamp of the entry does.
///
/// # Errors
/// Where the store cannot be read.
pub fn position_at(
    reading: &Reading<'_>,
    store_id: &str,
    seq: i64,
) -> Result<Option<StorePosition>, StoreError> {
    let stamp = match seq {
        // Nothing followed yet, and the feed still tells everything.
        0 if reading.find_oldest_change()?.unwrap_or(1) == 1 => Some(0),
        _ => reading.find_stamp(seq)?,
    };
    Ok(stamp.map(|stamp| StorePosition { store_id: format!("{store_id}:{stamp:x}"), seq }))
}

fn replay(
    store: &Store,
    writer: &mut Writer,
    from: i64,
    watch: &mut Watch<'_>,
) -> Result<Followed, JobsError> {
    let mut followed = Followed { seq: from, ..Followed::default() };
    loop {
        let seq = followed.seq;
        let (position, changes) = store.read_blocking(|reading| {
            let feed = reading.list_changes(seq, BATCH)?;
            // Only the last word on each item counts, and how lists fold is not indexed.
            let last: BTreeMap<AutomationId, Operation> = feed
                .iter()
                .filter(|change| change.operation != Operation::Fold)
                .map(|change| (change.automation, change.operation))
                .collect();
            let position = match feed.last() {
                Some(newest) => position_at(reading, store.id(), newest.seq)?,
                None => None,
            };
            Ok::<_, StoreError>((position, load(reading, last.into_iter())?))
        })?;
        let Some(position) = position else { return Ok(followed) };
        writer.apply(&changes)?;
        writer.commit(&position)?;
        followed.seq = position.seq;
        followed.indexed += changes.len();
        watch(progress(followed.indexed, followed.indexed, 0))?;
    }
}

fn rebuild(
    store: &Store,
    writer: &mut Writer,
    reason: String,
    watch: &mut Watch<'_>,
) -> Result<Followed, JobsError> {
    tracing::info!(%reason, "building the search index anew");
    writer.clear()?;
    let (position, total) = store.read_blocking(|reading| {
        let position = position_at(reading, store.id(), reading.newest_change()?)?;
        Ok::<_, StoreError>((position, reading.count_automations()?))
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
        watch(progress(indexed, total.max(indexed), 0))?;
    }
    // A feed without its newest entry was tampered with: the next look builds anew again.
    let unknown = || StorePosition { store_id: store.id().to_owned(), seq: 0 };
    let position = position.unwrap_or_else(unknown);
    writer.commit(&position)?;
    Ok(Followed { indexed, seq: position.seq, rebuilt_because: Some(reason) })
}

fn load(
    reading: &Reading<'_>,
    items: impl Iterator<Item = (AutomationId, Operation)>,
) -> Result<Vec<IndexChange>, StoreError> {
    items
        .map(|(id, operation)| {
            let found = match operation {
                Operation::Upsert => reading.find_automation(id)?,
                Operation::Delete | Operation::Fold => None,
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
