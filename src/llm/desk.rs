//! What models work over, and how far they may go.

use super::error::Failure;
use super::{AnswerCache, KeptAnswer, Ledger};
use crate::model::{Budgets, CallId, Permission, Reservation, Settlement};
use crate::settings::ModelsConfig;
use futures::future::{BoxFuture, ready};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// What the room works over.
#[derive(Clone)]
pub struct Desk {
    pub ledger: Arc<dyn Ledger>,
    pub cache: Arc<dyn AnswerCache>,
}

/// How far questions may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub budgets: Budgets,
    /// How long an answer is used again.
    pub kept_for: Duration,
    /// Longest wait for a provider, in all, before the question is given back.
    pub patience: Duration,
}

impl Bounds {
    pub fn of(config: &ModelsConfig) -> Self {
        Self {
            budgets: config.budgets(),
            kept_for: Duration::from_secs(u64::from(config.cache_hours) * 3600),
            patience: Duration::from_secs(60),
        }
    }
}

impl Desk {
    /// A desk at which nothing can be spent, kept or found: for a look at providers.
    pub fn closed() -> Self {
        Self { ledger: Arc::new(Closed), cache: Arc::new(Closed) }
    }
}

struct Closed;

impl Ledger for Closed {
    fn reserve(&self, _: Reservation) -> BoxFuture<'_, Result<Permission, Failure>> {
        Box::pin(ready(Err("there is no ledger to reserve money in".into())))
    }

    fn settle(&self, _: CallId, _: Settlement) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(ready(Ok(())))
    }

    fn note_kept(&self, _: Reservation) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(ready(Ok(())))
    }
}

impl AnswerCache for Closed {
    fn find_answer(
        &self,
        _: [u8; 32],
        _: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<Option<KeptAnswer>, Failure>> {
        Box::pin(ready(Ok(None)))
    }

    fn keep_answer(
        &self,
        _: [u8; 32],
        _: KeptAnswer,
        _: Timestamp,
    ) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(ready(Ok(())))
    }
}
