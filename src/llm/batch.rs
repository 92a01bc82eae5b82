//! Batches: many questions that nobody waits for, handed in as one file and fetched hours later.
//!
//! A batch fills the cache: its answers are kept under the keys of their questions, and asking finds
//! them there. So a killed process loses nothing, and a wrong answer is repaired like any other.

mod hand_in;
mod lines;

pub use hand_in::HandedIn;

use super::call::refused;
use super::{CallError, KeptAnswer, LlmError, Models, Provider};
use crate::model::{CallId, CallOutcome, Money, Settlement};
use crate::settings::Tier;
use jiff::{SignedDuration, Timestamp};
use lines::{Line, Lines};
use serde::{Deserialize, Serialize};

/// So many questions and fewer are asked one by one.
pub const MORE_THAN: usize = 100;
/// Providers promise a day; a reservation waits a little longer.
const EXPIRY: SignedDuration = SignedDuration::from_hours(26);
/// A batch that is not over a day after that never will be.
const LONGEST: SignedDuration = SignedDuration::from_hours(26 + 24);

/// A batch that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub provider: String,
    pub model: String,
    /// The provider's name for it.
    pub id: String,
    pub sent: Timestamp,
    pub entries: Vec<Entry>,
}

/// One question of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The key of its answer, in hexadecimal digits.
    pub key: String,
    /// Its reservation.
    pub call: CallId,
    /// Tokens that its answer was allowed; batches of older versions do not say.
    pub max_output: Option<u32>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collected {
    /// Not done yet.
    Waiting,
    /// Not done so long after it was sent that it is not worth waiting for.
    Overdue,
    /// Over, with so many answers kept and so many questions without one.
    Done { answered: usize, failed: usize },
}

/// A batch as its provider describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchState {
    pub is_over: bool,
    /// The answers and the errors, as JSON lines, once it is over.
    pub lines: String,
}

impl Models {
    /// Whether the provider that is asked first for `tier` takes batches.
    pub fn takes_batches(&self, tier: Tier) -> bool {
        self.batching(tier).is_some()
    }

    /// Looks whether a batch is over; then its answers are kept and its reservations settled.
    ///
    /// # Errors
    /// `NotConfigured` where its provider is gone from the settings, `Refused` where that does not
    /// say how it stands; then all stays as it is.
    pub async fn collect(&self, batch: &Batch) -> Result<Collected, LlmError> {
        let task = format!("fetch batch {}", batch.id);
        let Some(provider) = self.provider(&batch.provider) else {
            return Err(LlmError::NotConfigured { task });
        };
        let state = look(provider, &batch.id).await;
        let state = state.map_err(|error| refused(&task, &batch.provider, error))?;
        if !state.is_over {
            let is_overdue = self.now().duration_since(batch.sent) > LONGEST;
            return Ok(if is_overdue { Collected::Overdue } else { Collected::Waiting });
        }
        let mut lines = Lines::read(&state.lines);
        let (mut answered, mut failed) = (0, 0);
        for entry in &batch.entries {
            let line = lines.take(&entry.key);
            let most = entry.max_output.unwrap_or(provider.settings.output_tokens);
            if let Line::Answered(reply) = &line
                && !reply.is_cut_off(most)
            {
                answered += 1;
                let usage = reply.usage.unwrap_or_default();
                self.keep(entry, KeptAnswer { text: reply.text.clone(), usage }).await?;
            } else {
                failed += 1;
            }
            self.settle(entry.call, settled(line, provider, &batch.model)).await;
        }
        Ok(Collected::Done { answered, failed })
    }

    fn batching(&self, tier: Tier) -> Option<(&Provider, &str)> {
        self.offering(tier).next().filter(|(provider, _)| provider.settings.has_batches)
    }

    async fn keep(&self, entry: &Entry, kept: KeptAnswer) -> Result<(), LlmError> {
        let Ok(key) = blake3::Hash::from_hex(&entry.key) else { return Ok(()) };
        let kept = self.desk().cache.keep_answer(*key.as_bytes(), kept, self.now()).await;
        kept.map_err(LlmError::Cache)
    }

    async fn settle(&self, call: CallId, settlement: Settlement) {
        // Left unsettled it counts in full, which errs on the safe side.
        if let Err(error) = self.desk().ledger.settle(call, settlement).await {
            tracing::warn!(%call, %error, "cannot settle a model call in the ledger");
        }
    }
}

/// How a batch stands. It belongs to one of the provider's keys, and they may have changed places:
/// it is unknown only where no key is missing and each says so.
async fn look(provider: &Provider, id: &str) -> Result<BatchState, CallError> {
    let no_key = |why: &str| CallError::KeyRefused { status: 0, why: why.to_owned() };
    let mut kept = provider.trouble().map(no_key);
    for model in provider.models() {
        match model.look_at_batch(id).await {
            Ok(state) => return Ok(state),
            Err(CallError::NotOffered { .. }) if kept.is_some() => {}
            Err(error) => kept = Some(error),
        }
    }
    Err(kept.unwrap_or_else(|| no_key("it has no key")))
}

fn settled(line: Line, provider: &Provider, model: &str) -> Settlement {
    let price = provider.settings.batch_price_of(model);
    let of_usage = |usage: Option<_>| usage.map(|usage| price.cost(usage));
    match line {
        Line::Answered(reply) => {
            let cost = of_usage(reply.usage);
            Settlement { usage: reply.usage, ..settlement(CallOutcome::Answered, cost, None) }
        }
        Line::Unreadable { why, usage } => {
            let cost = of_usage(usage);
            Settlement { usage, ..settlement(CallOutcome::Failed, cost, Some(why)) }
        }
        Line::Failed { why } => settlement(CallOutcome::Failed, Some(Money::ZERO), Some(why)),
        Line::Lost => {
            let why = "its line of the batch's answers cannot be read".to_owned();
            settlement(CallOutcome::Failed, None, Some(why))
        }
    }
}

fn settlement(outcome: CallOutcome, cost: Option<Money>, reason: Option<String>) -> Settlement {
    Settlement { outcome, cost, usage: None, latency_ms: 0, reason }
}
