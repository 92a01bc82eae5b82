//! What is asked, and what comes back.

use super::{Deltas, Schema};
use crate::model::{Money, Usage};
use crate::settings::Tier;
use jiff::Timestamp;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Who says something to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    System,
    User,
    /// The model, earlier.
    Assistant,
}

impl Speaker {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub speaker: Speaker,
    pub text: String,
}

impl Message {
    pub fn new(speaker: Speaker, text: impl Into<String>) -> Self {
        Self { speaker, text: text.into() }
    }
}

/// How old an answer may be that is used again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Freshness {
    /// As long as the settings say.
    #[default]
    Settled,
    /// Not older than that: what a batch brought, however short answers are used otherwise.
    Since(Timestamp),
    /// As old as there is one: a replay gives what was given then.
    Replay,
}

/// A question to whichever provider can answer it.
#[derive(Debug, Clone)]
pub struct Question {
    /// What it is for, as the ledger has it: `extract`.
    pub task: String,
    pub tier: Tier,
    /// What it is about, as the ledger has it: `document 12`.
    pub item: String,
    /// Name and version of the prompt: `extract 2`.
    pub prompt: String,
    pub messages: Vec<Message>,
    /// The shape of the answer; free text without one.
    pub schema: Option<Arc<Schema>>,
    /// Tokens of the answer at most; a provider's own bound may be lower.
    pub max_output: u32,
    /// Thousandths; 0 for the likeliest answer.
    pub temperature: u16,
    pub freshness: Freshness,
    /// Where the answer goes while it comes in, for somebody who waits.
    pub deltas: Option<Deltas>,
}

/// What made an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBy {
    pub provider: String,
    pub model: String,
    pub prompt: String,
}

/// As items of the store have it: `gpt-x extract 2`.
impl fmt::Display for MadeBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.model, self.prompt)
    }
}

/// An answer in the shape that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Fits the schema; a string where none was given.
    pub value: Value,
    pub made_by: MadeBy,
    /// Of all calls that it took.
    pub usage: Usage,
    pub cost: Money,
    pub is_cached: bool,
    /// How often the model was told what was wrong.
    pub repairs: u8,
}

/// Vectors of texts, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    pub provider: String,
    pub model: String,
    pub vectors: Vec<Vec<f32>>,
    pub cost: Money,
}
