//! One request at a time a host, with a pause between.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// Hosts above which those that are at rest are forgotten.
const MANY: usize = 1_000;

/// When a host may be asked next; whoever holds the lock is the one asking.
type Turn = Arc<tokio::sync::Mutex<Option<Instant>>>;

#[derive(Debug, Default)]
pub(super) struct Pace {
    // A std mutex: it is held for a look-up only, never across an await.
    hosts: Mutex<HashMap<String, Turn>>,
}

impl Pace {
    /// Waits for the turn of `host`; the host is free again when the guard falls.
    pub(super) async fn turn(
        &self,
        host: &str,
        delay: Duration,
    ) -> OwnedMutexGuard<Option<Instant>> {
        let turn = self.of(host);
        let mut next = turn.lock_owned().await;
        if let Some(at) = *next {
            tokio::time::sleep_until(at).await;
        }
        // Noted before the request, so that a cancelled one counts too.
        *next = Some(Instant::now() + delay);
        next
    }

    fn of(&self, host: &str) -> Turn {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() > MANY {
            hosts.retain(|_, turn| {
                let is_busy = Arc::strong_count(turn) > 1;
                is_busy
                    || turn.try_lock().is_ok_and(|next| next.is_some_and(|at| at > Instant::now()))
            });
        }
        Arc::clone(hosts.entry(host.to_owned()).or_default())
    }
}
