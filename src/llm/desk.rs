//! What models work over, and how far they may go.

use super::error::Failure;
use super::{AnswerCache, KeptAnswer, Ledger};
use crate::model::{Budgets, CallId, Money, Permission, Reservation, Settlement};
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
    /// Average cost of an item from which on the operator wants to hear of it.
    pub item_cost: Option<Money>,
    /// How long an answer is used again.
    pub kept_for: Duration,
    /// Whether answers go for good once they are not used again.
    pub forgets: bool,
    /// Longest wait for a provider, in all, before the question is given back.
    pub patience: Duration,
}

impl Bounds {
    pub fn of(config: &ModelsConfig) -> Self {
        Self {
            budgets: config.budgets(),
            item_cost: Some(config.item_warning).filter(|set| *set > Money::ZERO),
            kept_for: Duration::from_secs(u64::from(config.cache_hours) * 3600),
            forgets: !config.keep_answers,
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
