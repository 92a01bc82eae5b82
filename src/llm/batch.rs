//! Batches: many questions that nobody waits for, handed in as one file and fetched hours later.
//!
//! A batch fills the cache: its answers are kept under the keys of their questions, and asking finds
//! them there. So a killed process loses nothing, and a wrong answer is repaired like any other.

use super::call::refused;
use super::question::Question;
use super::reply::Reply;
use super::tokens::most_tokens;
use super::{CallError, KeptAnswer, LlmError, Models, Provider, key};
use crate::model::{CallId, CallOutcome, Money, Permission, Settlement};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;

/// Fewer questions are asked one by one.
pub const LEAST: usize = 100;
/// Most questions of one batch, as providers have it.
const MOST: usize = 50_000;
/// Providers promise a day; a reservation waits a little longer.
const EXPIRY: SignedDuration = SignedDuration::from_hours(26);

/// A batch that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub provider: String,
    pub model: String,
    /// The provider's name for it.
    pub id: String,
    pub entries: Vec<Entry>,
}

/// One question of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The key of its answer, in hexadecimal digits.
    pub key: String,
    /// Its reservation.
    pub call: CallId,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collected {
    /// Not done yet.
    Waiting,
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
    /// Hands in `questions`, or as many of them as the budgets hold, where the provider that would
    /// be asked first has batches and they are `LEAST` at least. `None` where they are to be asked
    /// one by one.
    ///
    /// The first question is asked by itself, which teaches the provider's dialect.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn submit(
        &self,
        questions: &[Question],
        cancel: &CancellationToken,
    ) -> Result<Option<Batch>, LlmError> {
        let Some(first) = questions.first() else { return Ok(None) };
        let Some((provider, model)) = self.offering(first.tier).next() else { return Ok(None) };
        if !provider.settings.has_batches || questions.len() < LEAST {
            return Ok(None);
        }
        self.ask(first, cancel).await?;
        let mut lines = String::new();
        let mut entries = Vec::new();
        for question in &questions[1..questions.len().min(MOST)] {
            if self.find_kept(question, cancel).await?.is_some() {
                continue;
            }
            let Some((entry, line)) = self.entry(question, provider, model, cancel).await? else {
                break;
            };
            entries.push(entry);
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let sent = match provider.models().next() {
            Some(model) => model.open_batch(lines).await,
            None => Err(CallError::NotOffered { status: 0, why: "it has no key".to_owned() }),
        };
        match sent {
            Ok(id) => {
                let (provider, model) = (provider.settings.name.clone(), model.to_owned());
                Ok(Some(Batch { provider, model, id, entries }))
            }
            Err(error) => {
                let cost = (!error.may_have_cost()).then_some(Money::ZERO);
                for entry in &entries {
                    let settlement = settlement(CallOutcome::Failed, cost, Some(error.to_string()));
                    self.settle(entry.call, settlement).await;
                }
                Err(refused(&first.task, &provider.settings.name, error))
            }
        }
    }

    /// Looks whether a batch is over; then its answers are kept and its reservations settled.
    ///
    /// # Errors
    /// Where its provider is gone from the settings or cannot be asked; then it stays as it is.
    pub async fn collect(&self, batch: &Batch) -> Result<Collected, LlmError> {
        let provider = self.provider(&batch.provider);
        let model = provider.and_then(|provider| provider.models().next());
        let (Some(provider), Some(model)) = (provider, model) else {
            return Err(LlmError::NotConfigured { task: format!("fetch batch {}", batch.id) });
        };
        let state = model.look_at_batch(&batch.id).await.map_err(|error| {
            refused(&format!("fetch batch {}", batch.id), &batch.provider, error)
        })?;
        if !state.is_over {
            return Ok(Collected::Waiting);
        }
        let mut bodies = bodies(&state.lines);
        let (mut answered, mut failed) = (0, 0);
        for entry in &batch.entries {
            let reply = bodies.remove(&entry.key);
            let settled = match reply {
                Some(Ok(reply)) => {
                    answered += 1;
                    self.keep(entry, &reply).await?;
                    let price = provider.settings.price_of(&batch.model);
                    let cost = reply.usage.map(|usage| price.cost(usage));
                    Settlement {
                        usage: reply.usage,
                        ..settlement(CallOutcome::Answered, cost, None)
                    }
                }
                Some(Err(why)) => {
                    failed += 1;
                    settlement(CallOutcome::Failed, Some(Money::ZERO), Some(why))
                }
                None => {
                    failed += 1;
                    let why = "the batch ended without an answer".to_owned();
                    settlement(CallOutcome::Failed, Some(Money::ZERO), Some(why))
                }
            };
            self.settle(entry.call, settled).await;
        }
        Ok(Collected::Done { answered, failed })
    }

    /// Reserves for a question and writes its line; `None` where the money is at its end.
    async fn entry(
        &self,
        question: &Question,
        provider: &Provider,
        model: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<(Entry, Value)>, LlmError> {
        let max_output = question.max_output.min(provider.settings.output_tokens);
        let dialect = provider.dialect(model);
        let plain = Question { deltas: None, ..question.clone() };
        let body = dialect.request(&plain, &plain.messages, model, max_output);
        let price = provider.settings.price_of(model);
        let most = price.most(most_tokens(&body.to_string()), u64::from(max_output));
        let Question { task, item, prompt, .. } = question;
        let call = self.call(provider, model, task, item, prompt, cancel);
        let mut wanted = call.reservation(most);
        wanted.expires = wanted.at.saturating_add(EXPIRY).unwrap_or(wanted.expires);
        let permission = self.desk().ledger.reserve(wanted).await.map_err(LlmError::Ledger)?;
        let Permission::Granted(call) = permission else { return Ok(None) };
        let key = blake3::Hash::from_bytes(key::of(question, &provider.settings.name, model));
        let key = key.to_hex().to_string();
        let line = json!({
            "custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body,
        });
        Ok(Some((Entry { key, call }, line)))
    }

    async fn keep(&self, entry: &Entry, reply: &Reply) -> Result<(), LlmError> {
        let Ok(key) = blake3::Hash::from_hex(&entry.key) else { return Ok(()) };
        let kept = KeptAnswer { text: reply.text.clone(), usage: reply.usage.unwrap_or_default() };
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

fn settlement(outcome: CallOutcome, cost: Option<Money>, reason: Option<String>) -> Settlement {
    Settlement { outcome, cost, usage: None, latency_ms: 0, reason }
}

/// What each line of a batch's answers says, by key.
fn bodies(lines: &str) -> HashMap<String, Result<Reply, String>> {
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        let key = line["custom_id"].as_str()?.to_owned();
        let response = &line["response"];
        let is_good = response["status_code"].as_u64().is_none_or(|status| status < 300);
        let reply = if is_good && response["body"].is_object() {
            Reply::read(&response["body"]).map_err(|error| error.to_string())
        } else {
            let told = [&line["error"]["message"], &response["body"]["error"]["message"]];
            let words = told.into_iter().find_map(Value::as_str);
            Err(super::reply::short(words.unwrap_or("it failed without a word")))
        };
        Some((key, reply))
    };
    lines.lines().filter_map(read).collect()
}
