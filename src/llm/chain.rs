//! The chain of providers: each is asked in its order until one answers.

use super::call::{Call, Turned};
use super::question::{Answer, Freshness, MadeBy, Question};
use super::tried::Tried;
use super::{Bounds, Clock, Desk, KeptAnswer, LlmError, Provider, asking, key};
use crate::model::{Money, RunId, Spending, SpendingWarning};
use crate::settings::{ModelsConfig, Tier};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Times the chain is gone through from its beginning.
const ROUNDS: u32 = 4;

/// The models that can be asked; clones share everything but the run they spend for.
#[derive(Clone)]
pub struct Models {
    inner: Arc<Inner>,
    run: Option<RunId>,
}

struct Inner {
    providers: Vec<Provider>,
    desk: Desk,
    bounds: Bounds,
    clock: Arc<dyn Clock>,
}

impl Models {
    /// Models behind `providers`, asked in their order.
    pub fn new(
        providers: Vec<Provider>,
        desk: Desk,
        bounds: Bounds,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { inner: Arc::new(Inner { providers, desk, bounds, clock }), run: None }
    }

    /// The models that the config names; `None` where it names none. `variable` looks into the
    /// environment, for keys.
    ///
    /// # Errors
    /// Where no connection can be set up.
    pub fn configured(
        config: &ModelsConfig,
        desk: Desk,
        clock: Arc<dyn Clock>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, LlmError> {
        let opened = config
            .provider
            .iter()
            .map(|provider| Provider::configured(config, provider, &variable, &clock))
            .collect::<Result<Vec<_>, _>>()?;
        let is_any = !opened.is_empty();
        Ok(is_any.then(|| Self::new(opened, desk, Bounds::of(config), clock)))
    }

    /// The same models, spending for `run`.
    pub fn for_run(&self, run: RunId) -> Self {
        Self { inner: Arc::clone(&self.inner), run: Some(run) }
    }

    pub fn bounds(&self) -> &Bounds {
        &self.inner.bounds
    }

    /// The operator's day, to which calls count now.
    pub fn today(&self) -> Date {
        self.local().date()
    }

    /// What the operator should hear of now, of what was spent today.
    pub fn list_warnings(&self, spending: &Spending) -> Vec<SpendingWarning> {
        let Bounds { budgets, item_cost, .. } = &self.inner.bounds;
        spending.warnings(budgets, *item_cost, self.local().hour())
    }

    fn local(&self) -> Zoned {
        self.now().to_zoned(self.inner.clock.time_zone())
    }

    /// What was kept before that moment is never used again; `None` where a replay may.
    pub fn find_forgetting(&self) -> Option<Timestamp> {
        let Bounds { kept_for, forgets, .. } = self.inner.bounds;
        let kept_for = SignedDuration::try_from(kept_for).ok().filter(|_| forgets)?;
        self.now().checked_sub(kept_for).ok()
    }

    /// The model that is asked first for `tier`.
    pub fn first_model(&self, tier: Tier) -> Option<&str> {
        self.offering(tier).next().map(|(_, model)| model)
    }

    /// Tokens of one question's text that any provider of `tier` can take beside `others` of the
    /// prompt and `max_output` of the answer.
    pub fn room(&self, tier: Tier, others: usize, max_output: u32) -> usize {
        let room = |provider: &Provider| {
            let output = max_output.min(provider.settings.output_tokens);
            (provider.settings.context_tokens.saturating_sub(output) as usize)
                .saturating_sub(others)
        };
        self.offering(tier).map(|(provider, _)| room(provider)).min().unwrap_or(0)
    }

    /// Answers a question: from what was kept, else by the first provider that can.
    ///
    /// # Errors
    /// `Budget` and `Unavailable` where it waits; the other variants where asking again would not
    /// help.
    pub async fn ask(
        &self,
        question: &Question,
        cancel: &CancellationToken,
    ) -> Result<Answer, LlmError> {
        if let Some(answer) = self.find_kept(question, cancel).await? {
            return Ok(answer);
        }
        let mut waited = Duration::ZERO;
        for round in 1.. {
            let mut tried = Tried::default();
            for (provider, model) in self.offering(question.tier) {
                match self.ask_one(question, provider, model, cancel).await {
                    Ok(answer) => return Ok(answer),
                    Err(turned) => tried.add(provider, turned)?,
                }
            }
            self.wait(&mut waited, round, tried, &question.task, cancel).await?;
        }
        unreachable!("invariant: waiting ends the rounds")
    }

    pub(super) fn providers(&self) -> &[Provider] {
        &self.inner.providers
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(super) fn provider(&self, name: &str) -> Option<&Provider> {
        self.inner.providers.iter().find(|provider| provider.settings.name == name)
    }

    /// Calls that can be under way at once for `tier`.
    pub fn width(&self, tier: Tier) -> usize {
        let width = |(provider, _): (&Provider, &str)| provider.settings.concurrency;
        self.offering(tier).map(width).sum()
    }

    pub(super) fn offering(&self, tier: Tier) -> impl Iterator<Item = (&Provider, &str)> {
        self.inner
            .providers
            .iter()
            .filter_map(move |provider| Some((provider, provider.settings.model_of(tier)?)))
    }

    async fn ask_one(
        &self,
        question: &Question,
        provider: &Provider,
        model: &str,
        cancel: &CancellationToken,
    ) -> Result<Answer, Turned> {
        let _place = place(provider, cancel).await?;
        let Question { task, item, prompt, .. } = question;
        let call = Call {
            deltas: question.deltas.as_ref(),
            ..self.call(provider, model, task, item, prompt, cancel)
        };
        let (answer, text) = asking::ask(question, &call).await?;
        let kept = KeptAnswer { text, usage: answer.usage };
        let (key, now) =
            (key::of(question, &provider.settings.name, model), self.inner.clock.now());
        // The answer is here; only asking again would be dearer.
        if let Err(error) = self.inner.desk.cache.keep_answer(key, kept, now).await {
            tracing::warn!(%error, "cannot keep a model's answer");
        }
        Ok(answer)
    }

    pub(super) fn call<'a>(
        &'a self,
        provider: &'a Provider,
        model: &'a str,
        task: &'a str,
        item: &'a str,
        prompt: &'a str,
        cancel: &'a CancellationToken,
    ) -> Call<'a> {
        let Inner { desk, bounds, clock, .. } = &*self.inner;
        let (run, clock) = (self.run, &**clock);
        Call { desk, bounds, clock, provider, model, run, task, item, prompt, cancel, deltas: None }
    }

    /// The answer that was kept of the first provider that has one, noted as a call that was spared.
    async fn find_kept(
        &self,
        question: &Question,
        cancel: &CancellationToken,
    ) -> Result<Option<Answer>, LlmError> {
        let Some((answer, provider)) = self.look_for_kept(question).await? else { return Ok(None) };
        let Question { task, item, prompt, .. } = question;
        let model = answer.made_by.model.as_str();
        let spared = self.call(provider, model, task, item, prompt, cancel);
        let noted = self.inner.desk.ledger.note_kept(spared.reservation(Money::ZERO)).await;
        noted.map_err(LlmError::Ledger)?;
        Ok(Some(answer))
    }

    /// The same, without a note of it.
    pub(super) async fn look_for_kept(
        &self,
        question: &Question,
    ) -> Result<Option<(Answer, &Provider)>, LlmError> {
        let now = self.inner.clock.now();
        let since = match question.freshness {
            Freshness::Replay => None,
            Freshness::Since(moment) => Some(moment),
            Freshness::Settled => {
                let kept_for = SignedDuration::try_from(self.inner.bounds.kept_for);
                kept_for.ok().and_then(|lifetime| now.checked_sub(lifetime).ok())
            }
        };
        for (provider, model) in self.offering(question.tier) {
            let key = key::of(question, &provider.settings.name, model);
            let found = self.inner.desk.cache.find_answer(key, since).await;
            let Some(kept) = found.map_err(LlmError::Cache)? else { continue };
            let Ok(value) = asking::read(question, &kept.text) else { continue };
            let made_by = MadeBy {
                provider: provider.settings.name.clone(),
                model: model.to_owned(),
                prompt: question.prompt.clone(),
            };
            let answer = Answer {
                value,
                made_by,
                usage: kept.usage,
                cost: Money::ZERO,
                is_cached: true,
                repairs: 0,
            };
            return Ok(Some((answer, provider)));
        }
        Ok(None)
    }

    /// Waits for the first provider that said when, where that is worth it.
    pub(super) async fn wait(
        &self,
        waited: &mut Duration,
        round: u32,
        tried: Tried,
        task: &str,
        cancel: &CancellationToken,
    ) -> Result<(), LlmError> {
        let left = tried.retry_at.map(|at| at.duration_since(self.inner.clock.now()));
        let left = left.map(|left| left.max(SignedDuration::ZERO).unsigned_abs());
        let is_worth_it = |wait: &Duration| *waited + *wait <= self.inner.bounds.patience;
        let is_open = tried.over.is_none() && round < ROUNDS;
        let Some(wait) = left.filter(is_worth_it).filter(|_| is_open) else {
            return Err(tried.into_error(task));
        };
        *waited += wait;
        tokio::select! {
            () = cancel.cancelled() => Err(LlmError::Cancelled),
            () = self.inner.clock.sleep(wait) => Ok(()),
        }
    }
}

/// A place among the calls under way, given back when dropped.
pub(super) async fn place<'p>(
    provider: &'p Provider,
    cancel: &CancellationToken,
) -> Result<tokio::sync::SemaphorePermit<'p>, Turned> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Turned::Stop(LlmError::Cancelled)),
        place = provider.places.acquire() => {
            Ok(place.expect("invariant: places are never closed"))
        }
    }
}
