//! The watch: notices within a second what other processes and the pipeline wrote, and keeps the
//! index and the vectors in step.

use super::backend::Backend;
use crate::jobs::{Follower, JobsError};
use crate::search::Index;
use crate::store::StoreError;
use crate::tui::Loaded;
use std::time::Duration;

/// How often others' writes are looked for; one small query.
const PERIOD: Duration = Duration::from_secs(1);
/// More changed items than this are told as "many".
const MOST_IDS: usize = 500;

/// Watches until the runtime ends.
pub async fn run(backend: Backend) {
    let mut seen = newest(&backend).await.unwrap_or(0);
    // The index may be behind, or gone, from before this start.
    let now = (backend.clock)();
    let woken = backend.store.write(move |writing| writing.wake_deferred(now)).await;
    if let Err::<usize, StoreError>(error) = woken {
        tracing::warn!(%error, "cannot bring deferred items back");
    }
    let mut is_behind = !follow(&backend).await;
    loop {
        let own_write = tokio::select! {
            () = backend.wrote.notified() => true,
            () = tokio::time::sleep(PERIOD) => false,
        };
        let Some(now) = newest(&backend).await else { continue };
        if now == seen {
            // Vectors come without a change; an index that was busy is tried again.
            is_behind = !follow_rest(&backend, is_behind).await;
            continue;
        }
        let changed = changed_since(&backend, seen).await;
        seen = now;
        if !own_write {
            backend.answer(Loaded::Changed { ids: changed });
            backend.send_counts().await;
        }
        is_behind = !follow(&backend).await;
    }
}

async fn newest(backend: &Backend) -> Option<i64> {
    let read = backend.store.read(|reading| reading.newest_change()).await;
    read.inspect_err(|error| tracing::warn!(%error, "cannot look for changes")).ok()
}

async fn changed_since(backend: &Backend, seen: i64) -> Vec<crate::model::AutomationId> {
    let read = backend.store.read(move |reading| reading.list_changes(seen, MOST_IDS + 1)).await;
    match read {
        Ok(changes) if changes.len() <= MOST_IDS => {
            let mut ids: Vec<_> = changes.iter().map(|change| change.automation).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        }
        // Too many to name, or already pruned: everything may have changed.
        _ => Vec::new(),
    }
}

/// Follows what comes without a change; whether nothing is left to do.
async fn follow_rest(backend: &Backend, is_behind: bool) -> bool {
    if is_behind {
        return follow(backend).await;
    }
    let Some(finder) = backend.opened_finder().cloned() else { return true };
    let refreshed = tokio::task::spawn_blocking(move || finder.refresh()).await;
    if let Ok(Err(error)) = refreshed {
        tracing::warn!(error = %crate::text::with_causes(&error), "cannot fetch vectors");
    }
    true
}

/// Brings the index and the vectors up to date; whether nothing is left to do.
async fn follow(backend: &Backend) -> bool {
    let (store, folder) = (backend.store.clone(), backend.index_folder.clone());
    let finder = backend.opened_finder().cloned();
    let followed = tokio::task::spawn_blocking(move || -> Result<bool, JobsError> {
        let caught_up = Follower::new(store, Index::open(&folder)?).catch_up(&mut |_| {})?;
        finder.map_or(Ok(()), |finder| finder.refresh())?;
        Ok(caught_up.is_some())
    })
    .await;
    match followed {
        Ok(Ok(is_done)) => is_done,
        Ok(Err(error)) => {
            tracing::warn!(error = %crate::text::with_causes(&error), "the index is behind the store");
            true
        }
        Err(_) => {
            tracing::error!("following the store panicked");
            true
        }
    }
}
