//! `[models]`: who answers questions, at what price, within which budgets.

use super::Config;
use crate::model::{Budgets, Money, Price};
use crate::settings::secret::SecretReference;
use serde::{Deserialize, Serialize};

/// Which documents a model reads after the rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refine {
    /// Those in which the rules found something but are not sure of it.
    Unsure,
    /// Those in which the rules found something, or nearly.
    #[default]
    All,
    None,
}

/// Language models; without a provider, nothing is ever sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelsConfig {
    /// Of prices and budgets, for show.
    pub currency: String,
    /// Never passed, whatever happens.
    pub daily_budget: Money,
    pub monthly_budget: Money,
    pub run_budget: Money,
    /// Warn when an item costs more than this on average; zero for never.
    pub item_warning: Money,
    /// How long an answer is used again.
    pub cache_hours: u32,
    /// Answers are kept for ever: extracting again gives what was given then, whatever the lifetime.
    pub keep_answers: bool,
    pub refine: Refine,
    /// The provider whose embedding model makes the vectors that are searched by; the embedded model
    /// where none is named.
    pub embeddings: String,
    /// Asked in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provider: Vec<ProviderConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub price: Vec<PriceConfig>,
}

/// One endpoint that speaks the OpenAI protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    pub name: String,
    /// Up to and without `/chat/completions`.
    pub address: String,
    /// Used in turn; none for a server that asks for no key.
    #[serde(default)]
    pub keys: Vec<SecretReference>,
    /// Models by tier; empty where it offers none.
    #[serde(default)]
    pub cheap: String,
    #[serde(default)]
    pub strong: String,
    #[serde(default)]
    pub embedding: String,
    /// Takes no money: its models need no price.
    #[serde(default)]
    pub free: bool,
    /// Tokens that fit its models, input and output together.
    #[serde(default = "context_tokens")]
    pub context_tokens: u32,
    /// Tokens of an answer at most.
    #[serde(default = "output_tokens")]
    pub output_tokens: u32,
    /// Calls under way at once.
    #[serde(default = "concurrency")]
    pub concurrency: u16,
    /// Has a batch endpoint.
    #[serde(default)]
    pub batch: bool,
    /// What a question in a batch takes, in hundredths of its price.
    #[serde(default = "batch_percent")]
    pub batch_percent: u8,
    #[serde(default = "connect_seconds")]
    pub connect_seconds: u32,
    /// Until the answer begins.
    #[serde(default = "first_byte_seconds")]
    pub first_byte_seconds: u32,
    /// Longest silence within an answer.
    #[serde(default = "silence_seconds")]
    pub silence_seconds: u32,
    #[serde(default = "total_seconds")]
    pub total_seconds: u32,
}

/// What a model takes for a million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceConfig {
    pub model: String,
    pub input: Money,
    /// As `input` where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Money>,
    /// Embedding models have none.
    #[serde(default)]
    pub output: Money,
}

fn context_tokens() -> u32 {
    32_000
}

fn output_tokens() -> u32 {
    4_096
}

fn concurrency() -> u16 {
    4
}

fn batch_percent() -> u8 {
    100
}

fn connect_seconds() -> u32 {
    10
}

fn first_byte_seconds() -> u32 {
    120
}

fn silence_seconds() -> u32 {
    60
}

fn total_seconds() -> u32 {
    300
}

impl Default for ModelsConfig {
    fn default() -> Self {
        Self {
            currency: "USD".to_owned(),
            daily_budget: Money::from_micros(1_000_000),
            monthly_budget: Money::from_micros(20_000_000),
            run_budget: Money::from_micros(1_000_000),
            item_warning: Money::ZERO,
            cache_hours: 24,
            keep_answers: false,
            refine: Refine::All,
            embeddings: String::new(),
            provider: Vec::new(),
            price: Vec::new(),
        }
    }
}

impl ModelsConfig {
    pub fn budgets(&self) -> Budgets {
        Budgets { day: self.daily_budget, month: self.monthly_budget, run: self.run_budget }
    }

    /// What `model` takes; nothing at a provider that is free.
    pub fn price(&self, provider: &ProviderConfig, model: &str) -> Price {
        let priced = self.price.iter().find(|price| price.model == model);
        match priced {
            Some(price) if !provider.free => Price {
                input: price.input,
                cached: price.cached.unwrap_or(price.input),
                output: price.output,
            },
            _ => Price::default(),
        }
    }
}

impl ProviderConfig {
    /// The models that it is asked for.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        [&self.cheap, &self.strong, &self.embedding]
            .into_iter()
            .map(String::as_str)
            .filter(|model| !model.is_empty())
    }
}

impl Config {
    /// What is wrong between parts that are each right by themselves: the name at fault, and words.
    pub(super) fn contradictions(&self) -> Vec<(&str, String)> {
        let models = &self.models;
        let mut wrong: Vec<(&str, String)> = Vec::new();
        let embeddings = models.embeddings.as_str();
        let is_embedding =
            |known: &ProviderConfig| known.name == embeddings && !known.embedding.is_empty();
        if !embeddings.is_empty() && !models.provider.iter().any(is_embedding) {
            let what = format!("no provider is called `{embeddings}` and names an embedding model");
            wrong.push((embeddings, what));
        }
        for (at, provider) in models.provider.iter().enumerate() {
            let name = provider.name.as_str();
            if models.provider[..at].iter().any(|other| other.name == name) {
                wrong.push((name, format!("two providers are called `{name}`")));
            }
            let address = provider.address.as_str();
            if !address.starts_with("http://") && !address.starts_with("https://") {
                wrong.push((address, format!("the address of `{name}` must begin with https://")));
            }
            if provider.models().next().is_none() {
                wrong.push((
                    name,
                    format!("`{name}` names no model: give cheap, strong or embedding"),
                ));
            }
            if provider.output_tokens >= provider.context_tokens {
                wrong
                    .push((name, format!("`context_tokens` of `{name}` leaves no room for input")));
            }
            let is_unpriced = |model: &&str| models.price.iter().all(|known| known.model != *model);
            if let Some(model) = provider.models().find(is_unpriced).filter(|_| !provider.free) {
                // Without a price no budget could hold.
                let what = format!(
                    "`{model}` of `{name}` has no price; add a [[models.price]], or `free = true`"
                );
                wrong.push((model, what));
            }
        }
        wrong
    }
}
