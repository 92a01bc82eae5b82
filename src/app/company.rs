//! Company: tells the store which item is open here, and the screens what others have open or claimed.

use super::backend::Backend;
use crate::model::{AutomationId, Company};
use crate::review;
use crate::tui::{Level, Loaded};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How often others are looked for, and what is open here is told if it changed; one small query.
const PERIOD: Duration = Duration::from_secs(1);
/// What is told holds so long, unless it is told again.
const HOLDS: SignedDuration = SignedDuration::from_secs(90);
/// It is told again when less than this is left.
const RENEWED: SignedDuration = SignedDuration::from_secs(30);
/// Least time between two tellings: whoever skims a list writes no row a second.
const PAUSE: SignedDuration = SignedDuration::from_secs(3);
/// Longest wait for the last telling when the workbench closes.
const FAREWELL: Duration = Duration::from_millis(200);

/// What the store was told last.
#[derive(Debug, Default)]
struct Told {
    item: Option<AutomationId>,
    at: Option<Timestamp>,
}

impl Told {
    /// Whether `open` is to be told now.
    fn is_due(&self, open: Option<AutomationId>, now: Timestamp) -> bool {
        let Some(at) = self.at else { return open.is_some() };
        let since = now.duration_since(at);
        if open == self.item {
            return open.is_some() && since > HOLDS - RENEWED;
        }
        since >= PAUSE
    }
}

/// Tells and looks until the workbench closes.
pub async fn run(backend: Backend) {
    let (mut told, mut seen) = (Told::default(), Company::default());
    while !backend.stop.is_cancelled() {
        let (open, now) = (*backend.open_item.borrow(), backend.store.now());
        if told.is_due(open, now) && tell(&backend, open).await {
            told = Told { item: open, at: Some(now) };
        }
        let reviewer = backend.reviewer.clone();
        match backend.store.read(move |reading| reading.load_company(&reviewer, now)).await {
            Ok(company) if company != seen => {
                seen = company.clone();
                backend.answer(Loaded::Company(company));
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot look who else is here"),
        }
        tokio::select! {
            () = backend.stop.cancelled() => {}
            () = backend.came.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// Takes back what was told. What cannot be in time runs out by itself.
pub async fn leave(backend: &Backend) {
    if tokio::time::timeout(FAREWELL, tell(backend, None)).await.is_err() {
        tracing::warn!("what was open here is shown to others for a while longer");
    }
}

async fn tell(backend: &Backend, open: Option<AutomationId>) -> bool {
    let (workbench, reviewer) = (backend.workbench.clone(), backend.reviewer.clone());
    let now = backend.store.now();
    let item = open.map(|id| (id, now.saturating_add(HOLDS).unwrap_or(Timestamp::MAX)));
    let told =
        backend.store.write(move |writing| writing.save_presence(&workbench, &reviewer, item, now));
    told.await.inspect_err(|error| tracing::warn!(%error, "cannot tell what is open here")).is_ok()
}

/// Claims the first items of a queue for this reviewer, or gives back what is claimed.
pub async fn claim(
    backend: &Backend,
    filter: crate::model::QueueFilter,
    count: Option<usize>,
    holds_some: bool,
) {
    let (store, who) = (&backend.store, backend.who());
    if holds_some && count.is_none() {
        match review::release(store, who).await {
            Ok(items) => {
                backend.notice(Level::Done, format!("{items} claimed items are everybody's again"));
            }
            Err(error) => backend.failed("give claimed items back", &error),
        }
    } else {
        let count = count.unwrap_or(backend.review.batch.into());
        match review::claim(store, filter, count, who).await {
            Ok((items, _)) if items.is_empty() => {
                backend.notice(Level::Info, "nothing is left here that nobody has claimed");
            }
            Ok((items, _)) => {
                let said = format!("{} items are yours for an hour", items.len());
                backend.notice(Level::Done, said);
            }
            Err(error) => backend.failed("claim items", &error),
        }
    }
    backend.came.notify_one();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_told_when_it_changes_and_before_it_runs_out() {
        let start: Timestamp = "2026-11-16T08:00:00Z".parse().unwrap();
        let at = |seconds| start.saturating_add(SignedDuration::from_secs(seconds)).unwrap();
        let (one, other) = (Some(AutomationId(1)), Some(AutomationId(2)));
        let silent = Told::default();
        assert!(!silent.is_due(None, start), "nothing open is nothing to tell");
        assert!(silent.is_due(one, start));
        let told = Told { item: one, at: Some(start) };
        assert!(!told.is_due(other, at(2)), "skimming is not told");
        assert!(told.is_due(other, at(3)) && told.is_due(None, at(3)));
        assert!(!told.is_due(one, at(60)));
        assert!(told.is_due(one, at(61)), "told again while it still holds");
    }
}
