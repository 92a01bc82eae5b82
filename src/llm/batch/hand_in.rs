//! Handing a batch in: every question reserved, all of them sent, or nothing held.

use super::{Batch, EXPIRY, Entry, MORE_THAN, settlement};
use crate::llm::asking::fits;
use crate::llm::call::refused;
use crate::llm::question::Question;
use crate::llm::tokens::most_tokens;
use crate::llm::{CallError, LlmError, Models, Provider, key};
use crate::model::{CallOutcome, Money, OverBudget, Permission};
use serde_json::json;
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;

/// Most questions of one batch, as providers have it.
const MOST: usize = 50_000;
/// Most bytes of one batch: they are held in memory, and providers take 100 to 200 MB.
const MOST_BYTES: usize = 64 << 20;

/// What of a list of questions went out as a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    pub batch: Batch,
    /// Places in the list of those that it will answer.
    pub places: Vec<usize>,
    /// The budget that did not hold the others.
    pub over: Option<OverBudget>,
}

/// A question that has no answer yet, with everywhere it stands in the list.
struct Open {
    key: String,
    places: Vec<usize>,
}

/// Questions that are reserved and written, not sent.
#[derive(Default)]
struct Parcel {
    lines: String,
    entries: Vec<Entry>,
    places: Vec<usize>,
    over: Option<OverBudget>,
}

/// Why a parcel did not go out, with what it may have cost.
struct Unsent {
    error: LlmError,
    cost: Option<Money>,
}

impl From<LlmError> for Unsent {
    fn from(error: LlmError) -> Self {
        Self { error, cost: Some(Money::ZERO) }
    }
}

impl Models {
    /// Hands in those of `questions` that have no kept answer, or as many as the budgets hold, where
    /// the provider that would be asked first takes batches and they are more than `MORE_THAN`.
    /// `None` where they are to be asked one by one; so are those of another tier than the first.
    ///
    /// Where the provider's dialect is not known yet, the first of them is asked by itself, which
    /// teaches it.
    ///
    /// # Errors
    /// As [`Models::ask`]; nothing stays reserved then but what the provider may charge.
    pub async fn submit(
        &self,
        questions: &[Question],
        cancel: &CancellationToken,
    ) -> Result<Option<HandedIn>, LlmError> {
        let offer = questions.first().and_then(|first| Some((first, self.batching(first.tier)?)));
        let Some((first, (provider, model))) = offer else { return Ok(None) };
        let mut open = self.open(questions, provider, model).await?;
        if open.len() <= MORE_THAN {
            return Ok(None);
        }
        if !provider.knows(model) {
            match self.ask(&questions[open.remove(0).places[0]], cancel).await {
                // What ails this one question need not ail the others.
                Ok(_)
                | Err(
                    LlmError::Unusable { .. }
                    | LlmError::Truncated { .. }
                    | LlmError::Refused { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        let mut parcel = Parcel::default();
        let sent = self.send(&mut parcel, questions, open, provider, model, cancel).await;
        let Parcel { entries, places, over, .. } = parcel;
        match sent {
            Ok(Some(id)) => {
                let (provider, model) = (provider.settings.name.clone(), model.to_owned());
                let batch = Batch { provider, model, id, sent: self.now(), entries };
                Ok(Some(HandedIn { batch, places, over }))
            }
            Ok(None) => match over {
                Some(over) => Err(LlmError::Budget { task: first.task.clone(), over }),
                None => Ok(None),
            },
            Err(Unsent { error, cost }) => {
                let outcome = match error {
                    LlmError::Cancelled => CallOutcome::Cancelled,
                    _ => CallOutcome::Failed,
                };
                for entry in &entries {
                    let settlement = settlement(outcome, cost, Some(error.to_string()));
                    self.settle(entry.call, settlement).await;
                }
                Err(error)
            }
        }
    }

    /// The questions that have no kept answer, each once, in their order.
    async fn open(
        &self,
        questions: &[Question],
        provider: &Provider,
        model: &str,
    ) -> Result<Vec<Open>, LlmError> {
        let mut open: Vec<Open> = Vec::new();
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let tier = questions.first().map(|first| first.tier);
        for (place, question) in questions.iter().enumerate() {
            if Some(question.tier) != tier {
                continue;
            }
            let key = key::of(question, &provider.settings.name, model);
            if let Some(at) = known.get(&key) {
                open[*at].places.push(place);
                continue;
            }
            if self.look_for_kept(question).await?.is_some() {
                continue;
            }
            known.insert(key, open.len());
            let key = blake3::Hash::from_bytes(key).to_hex().to_string();
            open.push(Open { key, places: vec![place] });
        }
        Ok(open)
    }

    /// Fills the parcel and sends it; `None` where it stays empty.
    async fn send(
        &self,
        parcel: &mut Parcel,
        questions: &[Question],
        open: Vec<Open>,
        provider: &Provider,
        model: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, Unsent> {
        for open in open {
            if cancel.is_cancelled() {
                return Err(LlmError::Cancelled.into());
            }
            let question = &questions[open.places[0]];
            if !self.add(parcel, question, open, provider, model, cancel).await? {
                break;
            }
        }
        if parcel.entries.is_empty() {
            return Ok(None);
        }
        let task = format!("take a batch of {}", parcel.entries.len());
        let fail = |error| refused(&task, &provider.settings.name, error);
        let Some(wire) = provider.models().next() else {
            let why = "it has no key".to_owned();
            return Err(fail(CallError::KeyRefused { status: 0, why }).into());
        };
        let file = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(LlmError::Cancelled.into()),
            // Nothing is worked on, and nothing charged, before the batch is opened.
            file = wire.send_file(std::mem::take(&mut parcel.lines)) => file.map_err(fail)?,
        };
        // Not cut short: a batch that was opened and whose name nobody heard would be paid for.
        wire.open_batch(&file).await.map(Some).map_err(|error| {
            let cost = (!error.may_have_cost()).then_some(Money::ZERO);
            Unsent { error: fail(error), cost }
        })
    }

    /// Reserves for a question and writes its line; `false` where the parcel or the money is full.
    async fn add(
        &self,
        parcel: &mut Parcel,
        question: &Question,
        open: Open,
        provider: &Provider,
        model: &str,
        cancel: &CancellationToken,
    ) -> Result<bool, LlmError> {
        let max_output = question.max_output.min(provider.settings.output_tokens);
        if fits(question, &provider.settings, max_output).is_err() {
            // Asked by itself it is told as what it is.
            return Ok(true);
        }
        let plain = Question { deltas: None, ..question.clone() };
        let body = provider.dialect(model).request(&plain, &plain.messages, model, max_output);
        let price = provider.settings.batch_price_of(model);
        let most = price.most(most_tokens(&body.to_string()), u64::from(max_output));
        let line = json!({
            "custom_id": open.key, "method": "POST", "url": "/v1/chat/completions", "body": body,
        });
        let line = line.to_string();
        if parcel.entries.len() == MOST || parcel.lines.len() + line.len() >= MOST_BYTES {
            return Ok(false);
        }
        let Question { task, item, prompt, .. } = question;
        let call = self.call(provider, model, task, item, prompt, cancel);
        let mut wanted = call.reservation(most);
        wanted.expires = wanted.at.saturating_add(EXPIRY).unwrap_or(wanted.expires);
        match self.desk().ledger.reserve(wanted).await.map_err(LlmError::Ledger)? {
            Permission::Granted(call) => {
                let max_output = Some(max_output);
                parcel.entries.push(Entry { key: open.key, call, max_output });
            }
            Permission::Refused(over) => {
                parcel.over = Some(over);
                return Ok(false);
            }
        }
        parcel.places.extend(open.places);
        parcel.lines.push_str(&line);
        parcel.lines.push('\n');
        Ok(true)
    }
}
