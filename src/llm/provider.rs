//! A provider: its keys in rotation, its breaker, its places, its dialect.

use super::breaker::Breaker;
use super::dialect::Dialect;
use super::transport::Transport;
use super::{Clock, Endpoint, LlmError, Model};
use crate::model::{Money, Price};
use crate::settings::{ModelsConfig, ProviderConfig, Secret, Tier};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long each part of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// Until the answer begins.
    pub first_byte: Duration,
    /// Longest silence within an answer.
    pub silence: Duration,
    pub total: Duration,
}

/// What is known of a provider beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderSettings {
    pub name: String,
    pub address: String,
    /// Empty where it offers none of the kind.
    pub cheap: String,
    pub strong: String,
    pub embedding: String,
    /// By model; a model without one takes nothing.
    pub prices: HashMap<String, Price>,
    pub context_tokens: u32,
    pub output_tokens: u32,
    /// Calls under way at once.
    pub concurrency: usize,
    pub has_batches: bool,
    /// What a question in a batch takes, in hundredths of its price.
    pub batch_percent: u8,
    pub timeouts: Timeouts,
}

impl ProviderSettings {
    /// As the config says.
    pub fn of(config: &ModelsConfig, provider: &ProviderConfig) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let priced =
            provider.models().map(|model| (model.to_owned(), config.price(provider, model)));
        Self {
            name: provider.name.clone(),
            address: provider.address.clone(),
            cheap: provider.cheap.clone(),
            strong: provider.strong.clone(),
            embedding: provider.embedding.clone(),
            prices: priced.collect(),
            context_tokens: provider.context_tokens,
            output_tokens: provider.output_tokens,
            concurrency: usize::from(provider.concurrency),
            has_batches: provider.batch,
            batch_percent: provider.batch_percent,
            timeouts: Timeouts {
                connect: seconds(provider.connect_seconds),
                first_byte: seconds(provider.first_byte_seconds),
                silence: seconds(provider.silence_seconds),
                total: seconds(provider.total_seconds),
            },
        }
    }

    /// The model of `tier`; a provider with one of the two has it for both.
    pub(super) fn model_of(&self, tier: Tier) -> Option<&str> {
        let (first, second) = match tier {
            Tier::Cheap => (&self.cheap, &self.strong),
            Tier::Strong => (&self.strong, &self.cheap),
        };
        [first, second].into_iter().map(String::as_str).find(|model| !model.is_empty())
    }

    pub(super) fn price_of(&self, model: &str) -> Price {
        self.prices.get(model).copied().unwrap_or_default()
    }

    /// The price of `model` in a batch.
    pub(super) fn batch_price_of(&self, model: &str) -> Price {
        let Price { input, cached, output } = self.price_of(model);
        let part = |price: Money| price.percent(self.batch_percent);
        Price { input: part(input), cached: part(cached), output: part(output) }
    }
}

/// A provider as calls find it.
pub struct Provider {
    pub(super) settings: ProviderSettings,
    pub(super) breaker: Breaker,
    pub(super) places: Semaphore,
    seats: Vec<Seat>,
    /// Where the next call begins to look for a key.
    turn: AtomicUsize,
    /// By model. A std mutex, as all here: held for a look or a change only.
    dialects: Mutex<HashMap<String, Dialect>>,
    /// Why keys are missing.
    trouble: Option<String>,
}

/// A key with the endpoint it opens.
pub(super) struct Seat {
    pub(super) model: Arc<dyn Model>,
    rest: Mutex<Option<Rest>>,
}

#[derive(Debug, Clone)]
struct Rest {
    until: Timestamp,
    why: String,
}

impl Provider {
    /// A provider that is asked at its address, with each of `keys` in turn, without where there
    /// are none.
    ///
    /// # Errors
    /// Where no connection can be set up.
    pub fn open(
        settings: ProviderSettings,
        keys: Vec<Secret>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, LlmError> {
        let wire = Transport::new(&settings.address, settings.timeouts, Arc::clone(clock), None);
        let wire = wire.map_err(|source| LlmError::Setup {
            name: settings.name.clone(),
            source: Box::new(source),
        })?;
        let keys: Vec<Option<Secret>> =
            if keys.is_empty() { vec![None] } else { keys.into_iter().map(Some).collect() };
        let models = keys
            .into_iter()
            .map(|key| Arc::new(Endpoint::new(&settings, &wire, key)) as Arc<dyn Model>)
            .collect();
        Ok(Self::of(settings, models))
    }

    /// A provider over ready endpoints, one a key.
    pub fn of(settings: ProviderSettings, models: Vec<Arc<dyn Model>>) -> Self {
        let seats = models.into_iter().map(|model| Seat { model, rest: Mutex::default() });
        Self {
            places: Semaphore::new(settings.concurrency.max(1)),
            seats: seats.collect(),
            settings,
            breaker: Breaker::default(),
            turn: AtomicUsize::new(0),
            dialects: Mutex::default(),
            trouble: None,
        }
    }

    /// As the config says, with the keys that it names; keys that cannot be had are left out, and
    /// without any left the provider is turned to in vain.
    ///
    /// # Errors
    /// Where no connection can be set up.
    pub fn configured(
        config: &ModelsConfig,
        provider: &ProviderConfig,
        variable: &impl Fn(&str) -> Option<String>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, LlmError> {
        let settings = ProviderSettings::of(config, provider);
        let (mut keys, mut missing) = (Vec::new(), Vec::new());
        for reference in &provider.keys {
            match reference.load(variable) {
                Ok(key) => keys.push(key),
                Err(error) => missing.push(crate::text::with_causes(&error)),
            }
        }
        let has_none = keys.is_empty() && !provider.keys.is_empty();
        let mut opened = if has_none {
            Self::of(settings, Vec::new())
        } else {
            Self::open(settings, keys, clock)?
        };
        opened.trouble = (!missing.is_empty()).then(|| missing.join("; "));
        Ok(opened)
    }

    /// The next key in turn that does not rest; else when the first one is back, and why it rests.
    pub(super) fn seat(&self, now: Timestamp) -> Result<&Seat, (Option<Timestamp>, String)> {
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.seats.len();
        let in_turn = (0..count).map(|step| &self.seats[(start + step) % count]);
        let mut first: Option<Rest> = None;
        for seat in in_turn {
            match seat.resting(now) {
                None => return Ok(seat),
                Some(rest) if first.as_ref().is_none_or(|known| rest.until < known.until) => {
                    first = Some(rest);
                }
                Some(_) => {}
            }
        }
        Err(match first {
            Some(rest) => (Some(rest.until), rest.why),
            None => (None, self.trouble.clone().unwrap_or_else(|| "has no key".to_owned())),
        })
    }

    /// How many keys there are.
    pub(super) fn count_seats(&self) -> usize {
        self.seats.len()
    }

    /// Any endpoint, rested or not, for a look that costs nothing.
    pub(super) fn models(&self) -> impl Iterator<Item = &Arc<dyn Model>> {
        self.seats.iter().map(|seat| &seat.model)
    }

    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    pub(super) fn dialect(&self, model: &str) -> Dialect {
        self.dialects().get(model).copied().unwrap_or_default()
    }

    /// Whether a model has answered before, so that its dialect is known.
    pub(super) fn knows(&self, model: &str) -> bool {
        self.dialects().contains_key(model)
    }

    /// Remembers what worked.
    pub(super) fn remember(&self, model: &str, dialect: Dialect) {
        self.dialects().insert(model.to_owned(), dialect);
    }

    fn dialects(&self) -> MutexGuard<'_, HashMap<String, Dialect>> {
        self.dialects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Leaves the key alone until then.
    pub(super) fn rest(&self, until: Timestamp, why: String) {
        *self.lock() = Some(Rest { until, why });
    }

    fn resting(&self, now: Timestamp) -> Option<Rest> {
        self.lock().clone().filter(|rest| rest.until > now)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Rest>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
