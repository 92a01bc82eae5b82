//! What can go wrong with a call, and with a question.

use crate::model::OverBudget;
use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// Why one call to one provider failed. Words from outside in it are short, safe and free of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("asks to wait{}", until(.retry_at))]
    Limited { retry_at: Option<Timestamp> },
    #[error("has no quota left for this key: {why}")]
    Exhausted { why: String },
    #[error("refused the key ({status}): {why}")]
    KeyRefused { status: u16, why: String },
    #[error("does not offer this ({status}): {why}")]
    NotOffered { status: u16, why: String },
    #[error("finds the text too long: {why}")]
    TooLong { why: String },
    #[error("did not understand the request ({status}): {why}")]
    BadRequest { status: u16, why: String },
    #[error("failed ({status}): {why}")]
    Server { status: u16, why: String, retry_at: Option<Timestamp> },
    #[error("did not {phase} within {after:?}")]
    Timeout { phase: Phase, after: Duration },
    #[error("cannot be reached: {why}")]
    Connect { why: String },
    #[error("broke off: {why}")]
    Broken { why: String },
    #[error("answered with something else than an answer: {why}")]
    Malformed { why: String },
    #[error("declined: {why}")]
    Declined { why: String },
}

/// What a call was waiting for when its time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Connect,
    Begin,
    GoOn,
    End,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Begin => "begin its answer",
            Self::GoOn => "go on with its answer",
            Self::End => "end its answer",
        })
    }
}

impl CallError {
    /// Whether the provider may have worked on it, and charge for it.
    pub(super) fn may_have_cost(&self) -> bool {
        match self {
            Self::Timeout { phase, .. } => *phase != Phase::Connect,
            Self::Broken { .. } | Self::Malformed { .. } | Self::Declined { .. } => true,
            // Answered with an error: nothing was made, and nobody is charged for that.
            _ => false,
        }
    }

    /// Whether it speaks against the provider as a whole, not against a key or a request.
    pub(super) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Server { .. }
                | Self::Timeout { .. }
                | Self::Connect { .. }
                | Self::Broken { .. }
                | Self::Malformed { .. }
        )
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    #[error("{task} waits: {over}")]
    Budget { task: String, over: OverBudget },
    #[error("no provider can {task} now: {}", reasons(.tried))]
    Unavailable {
        task: String,
        /// Each provider with why it could not.
        tried: Vec<(String, String)>,
        /// When one of them may be asked again, where that is known.
        retry_at: Option<Timestamp>,
    },
    #[error("no provider is set up to {task}")]
    NotConfigured { task: String },
    #[error("the answer of {provider} to {task} is cut off: {side}")]
    Truncated { task: String, provider: String, side: &'static str },
    #[error("{provider} did not answer {task} in the shape asked for: {why}")]
    Unusable { task: String, provider: String, why: String },
    #[error("{provider} would not {task}: {source}")]
    Refused { task: String, provider: String, source: CallError },
    #[error("cancelled")]
    Cancelled,
    #[error("cannot keep the ledger of model calls")]
    Ledger(#[source] Failure),
    #[error("cannot keep answers of models")]
    Cache(#[source] Failure),
    #[error("the schema `{name}` is none: {why}")]
    Schema { name: String, why: String },
    #[error("cannot set up the provider `{name}`")]
    Setup {
        name: String,
        #[source]
        source: Failure,
    },
}

/// What went wrong in something handed in.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl LlmError {
    /// Whether the same question may be answered later without anybody doing anything.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Budget { .. } | Self::Unavailable { .. })
    }
}

fn until(moment: &Option<Timestamp>) -> String {
    moment.map(|at| format!(" until {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default()
}

fn reasons(tried: &[(String, String)]) -> String {
    let one = |(provider, why): &(String, String)| format!("{provider} {why}");
    tried.iter().map(one).collect::<Vec<_>>().join("; ")
}
