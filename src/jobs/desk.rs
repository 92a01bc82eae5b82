//! What the model room works over, kept in the store: its ledger and its answers.

use crate::llm::{AnswerCache, Desk, KeptAnswer, Ledger};
use crate::model::{CallId, Permission, Reservation, Settlement};
use crate::store::{Store, StoreError};
use futures::future::BoxFuture;
use jiff::Timestamp;
use std::error::Error;
use std::sync::Arc;

type Failure = Box<dyn Error + Send + Sync>;

/// Lends the store to models.
struct StoreDesk {
    store: Store,
}

/// The desk over `store`, at which models reserve money and find kept answers.
pub fn desk(store: &Store) -> Desk {
    let shared = Arc::new(StoreDesk { store: store.clone() });
    Desk { ledger: Arc::clone(&shared) as Arc<dyn Ledger>, cache: shared }
}

fn failure(error: StoreError) -> Failure {
    Box::new(error)
}

impl Ledger for StoreDesk {
    fn reserve(&self, wanted: Reservation) -> BoxFuture<'_, Result<Permission, Failure>> {
        Box::pin(async move {
            self.store.write(move |writing| writing.reserve_call(&wanted)).await.map_err(failure)
        })
    }

    fn settle(&self, call: CallId, settlement: Settlement) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let settled = self.store.write(move |writing| writing.settle_call(call, &settlement));
            settled.await.map_err(failure)
        })
    }

    fn note_kept(&self, spared: Reservation) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            self.store.write(move |writing| writing.note_kept_call(&spared)).await.map_err(failure)
        })
    }
}

impl AnswerCache for StoreDesk {
    fn find_answer(
        &self,
        key: [u8; 32],
        since: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<Option<KeptAnswer>, Failure>> {
        Box::pin(async move {
            let found = self.store.read(move |reading| reading.find_model_answer(&key, since));
            let found = found.await.map_err(failure)?;
            Ok(found.map(|(text, usage)| KeptAnswer { text, usage }))
        })
    }

    fn keep_answer(
        &self,
        key: [u8; 32],
        answer: KeptAnswer,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let kept = self.store.write(move |writing| {
                writing.keep_model_answer(&key, &answer.text, answer.usage, now)
            });
            kept.await.map_err(failure)
        })
    }
}
