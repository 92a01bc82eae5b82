//! The watch: notices within a second what other processes, the pipeline and the clock changed, and
//! keeps the index and the vectors in step on a task of its own, so that a long rebuild keeps
//! nobody from noticing.

use super::backend::Backend;
use super::looks::Looks;
use crate::jobs::{Follower, JobsError, order_when_due};
use crate::model::AutomationId;
use crate::review;
use crate::search::Index;
use crate::store::StoreError;
use crate::tui::Loaded;
use std::time::Duration;
use tokio::sync::watch;

/// How often others' writes are looked for; two small queries.
const PERIOD: Duration = Duration::from_secs(1);
/// More changed items than this are told as "many".
const MOST_IDS: usize = 500;

/// Watches until the runtime ends; with `looks`, the user's keys and colours too.
pub async fn run(backend: Backend, mut looks: Option<Looks>) {
    let mut seen = newest(&backend).await.unwrap_or(0);
    // The index may be behind, or gone, from before this start: it follows at once.
    let (poke, poked) = watch::channel(seen);
    tokio::spawn(keep_in_step(backend.clone(), poked));
    loop {
        wake(&backend).await;
        if let Some(now) = newest(&backend).await {
            if now != seen {
                tell(&backend, seen).await;
                seen = now;
            }
            // Sent though nothing changed: vectors come without a change, and an index that was
            // busy is tried again.
            let _ = poke.send(now);
        }
        looks = look(&backend, looks).await;
        tokio::select! {
            () = backend.wrote.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// Tells the screens of keys and colours that changed.
async fn look(backend: &Backend, looks: Option<Looks>) -> Option<Looks> {
    let mut looks = looks?;
    let looked = tokio::task::spawn_blocking(move || {
        let new = looks.look();
        (looks, new)
    });
    let (looks, new) = looked.await.ok()?;
    if let Some(new) = new {
        backend.answer(Loaded::Looks(Box::new(new)));
    }
    Some(looks)
}

async fn newest(backend: &Backend) -> Option<i64> {
    let read = backend.store.read(|reading| reading.newest_change()).await;
    read.inspect_err(|error| tracing::warn!(%error, "cannot look for changes")).ok()
}

/// Brings deferred items back whose time has come; writes only where there are any.
async fn wake(backend: &Backend) {
    if let Err(error) = review::wake(&backend.store, backend.store.now()).await {
        tracing::warn!(error = %crate::text::with_causes(&error), "cannot bring deferred items back");
    }
}

/// Tells the screens what others changed after `seen`.
async fn tell(backend: &Backend, seen: i64) {
    let Some(ids) = changed_since(backend, seen).await else { return };
    backend.answer(Loaded::Changed { ids });
    backend.send_counts().await;
}

/// The items that others changed after `seen`, empty where they are too many to name; `None` where
/// all that changed is this reviewer's own, which the screens know already.
async fn changed_since(backend: &Backend, seen: i64) -> Option<Vec<AutomationId>> {
    let own = backend.own_writes.clone();
    let read = backend.store.read(move |reading| {
        let changes = reading.list_changes(seen, MOST_IDS + 1)?;
        if changes.is_empty() || changes.len() > MOST_IDS {
            return Ok::<_, StoreError>(Some(Vec::new()));
        }
        let mut ids: Vec<_> = changes.iter().map(|change| change.automation).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut others = Vec::with_capacity(ids.len());
        for id in ids {
            // Known by its revision: another's write on top of one's own has raised it further.
            let now = reading.find_revision(id)?;
            if own.take(id).is_none_or(|own| now != Some(own)) {
                others.push(id);
            }
        }
        Ok((!others.is_empty()).then_some(others))
    });
    match read.await {
        Ok(ids) => ids,
        Err(error) => {
            tracing::warn!(%error, "cannot tell what was changed");
            Some(Vec::new())
        }
    }
}

/// Follows the store whenever it is poked: the index where there were changes, or it could not be
/// written the last time; else the vectors alone.
async fn keep_in_step(backend: Backend, mut poked: watch::Receiver<i64>) {
    let mut followed = None;
    loop {
        let newest = *poked.borrow_and_update();
        if followed != Some(newest) {
            followed = follow(&backend).await.then_some(newest);
            order(&backend).await;
        } else {
            refresh_vectors(&backend).await;
        }
        if poked.changed().await.is_err() {
            return;
        }
    }
}

/// Puts the inbox in order anew, once enough was decided; every decision is a change, so that an idle
/// workbench need not ask.
async fn order(backend: &Backend) {
    if let Err(error) = order_when_due(&backend.store).await {
        tracing::warn!(error = %crate::text::with_causes(&error), "cannot put the inbox in order");
    }
}

async fn refresh_vectors(backend: &Backend) {
    let Some(finder) = backend.opened_finder().cloned() else { return };
    let refreshed = tokio::task::spawn_blocking(move || finder.refresh()).await;
    if let Ok(Err(error)) = refreshed {
        tracing::warn!(error = %crate::text::with_causes(&error), "cannot fetch vectors");
    }
}

/// Brings the index and the vectors up to date; whether nothing is left to do.
async fn follow(backend: &Backend) -> bool {
    let (store, folder) = (backend.store.clone(), backend.index_folder.clone());
    let finder = backend.opened_finder().cloned();
    let followed = tokio::task::spawn_blocking(move || -> Result<bool, JobsError> {
        let caught_up = Follower::new(store, Index::open(&folder)?).catch_up(&mut |_| Ok(()))?;
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

#[cfg(test)]
mod tests {
    use super::super::log::Tail;
    use super::super::scribe;
    use super::*;
    use crate::cli::{Context, Global};
    use crate::model::{Content, Location, Origin, Verdict};
    use crate::review::Reviewer;
    use crate::store::Store;
    use crate::tui::Command;
    use jiff::Timestamp;
    use tempfile::TempDir;
    use tokio::sync::mpsc;

    struct Bench {
        _folder: TempDir,
        backend: Backend,
        answers: mpsc::UnboundedReceiver<Loaded>,
        /// The same store in another process's hands.
        other: Store,
    }

    impl Bench {
        fn open() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let global = Global {
                home: Some(folder.path().to_owned()),
                workspace: "main".into(),
                json: false,
                quiet: true,
                verbose: 0,
            };
            let context = Context::new(global).unwrap();
            let (send, answers) = mpsc::unbounded_channel();
            let backend = Backend::open(&context, Tail::default(), send).unwrap();
            let other = Store::open(&context.workspace.store_file()).unwrap();
            Self { _folder: folder, backend, answers, other }
        }

        async fn add(&self, title: &str) -> AutomationId {
            let content = Content { title: title.to_owned(), ..Content::default() };
            let added = review::add(&self.other, content, Location::default(), bob());
            added.await.unwrap().changed[0].id
        }

        /// The items of the next telling that others changed something.
        async fn told(&mut self) -> Vec<AutomationId> {
            let told = async {
                loop {
                    if let Some(Loaded::Changed { ids }) = self.answers.recv().await {
                        return ids;
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(20), told).await.expect("nothing was told")
        }
    }

    fn bob() -> Reviewer {
        let now = Timestamp::now();
        Reviewer { name: "bob".into(), origin: Origin::CommandLine, now }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_others_change_together_with_ones_own_write_is_told_and_ones_own_is_not() {
        let mut bench = Bench::open();
        let (own, both, theirs) =
            (bench.add("own").await, bench.add("both").await, bench.add("theirs").await);
        let seen = newest(&bench.backend).await.unwrap();
        let (writes, scribe) = scribe::start(bench.backend.clone());
        for (token, id) in [(1, own), (2, both)] {
            let items = vec![(id, None)];
            writes.send(Command::Decide { token, items, verdict: Verdict::Approve }).unwrap();
        }
        drop(writes);
        scribe.await.unwrap();
        for id in [both, theirs] {
            let tags = vec!["theirs".into()];
            review::tag(&bench.other, vec![(id, None)], tags, vec![], bob()).await.unwrap();
        }
        tell(&bench.backend, seen).await;
        assert_eq!(bench.told().await, [both, theirs]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn ones_own_writes_alone_are_not_told() {
        let bench = Bench::open();
        let id = bench.add("own").await;
        let seen = newest(&bench.backend).await.unwrap();
        let (writes, scribe) = scribe::start(bench.backend.clone());
        let items = vec![(id, None)];
        writes.send(Command::Decide { token: 1, items, verdict: Verdict::Approve }).unwrap();
        drop(writes);
        scribe.await.unwrap();
        assert_eq!(changed_since(&bench.backend, seen).await, None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_deferred_item_comes_back_while_the_workbench_stands_open() {
        let mut bench = Bench::open();
        let id = bench.add("later").await;
        let until = "2030-01-01T00:00:00Z".parse().unwrap();
        let defer = Verdict::Defer { until };
        review::decide(&bench.other, vec![(id, None)], defer, bob()).await.unwrap();
        let mut early = bench.backend.clone();
        early.store = early.store.with_clock(|| "2029-12-31T23:59:59Z".parse().unwrap());
        let before = newest(&early).await;
        wake(&early).await;
        assert_eq!(newest(&early).await, before, "nothing is written before its time");
        let store = bench.backend.store.clone();
        bench.backend.store = store.with_clock(|| "2030-01-01T00:00:00Z".parse().unwrap());
        let watching = tokio::spawn(run(bench.backend.clone(), None));
        assert_eq!(bench.told().await, [id]);
        watching.abort();
        let item = bench.other.read(move |reading| reading.find_automation(id)).await.unwrap();
        assert_eq!(item.unwrap().status, crate::model::Status::Inbox);
    }
}
