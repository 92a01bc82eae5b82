//! Language models: questions to a chain of providers, answered in the shape that was asked for.
//!
//! Does: send chat and embedding calls to any endpoint that speaks the OpenAI protocol, turn from a
//! provider or key that cannot to the next, make an answer fit its schema, keep answers, and hold
//! every call to a budget before it is sent. Does not: know what is asked or why, touch the store
//! (whoever calls hands in a [`Ledger`] and an [`AnswerCache`] over it), offer tools to a model, or
//! fetch an address that stands in an answer. Owns: each provider's keys in rotation, its breaker,
//! its places for calls under way, and what was learned of its dialect; no thread.
//!
//! This room alone tries again: async-openai's own retries are replaced by its transport.

mod asking;
mod batch;
mod breaker;
mod cache;
mod call;
mod chain;
mod chunk;
mod clock;
mod desk;
mod dialect;
mod embedding;
mod endpoint;
mod error;
mod fake;
mod key;
mod ledger;
mod lenient;
mod limit;
mod provider;
mod question;
mod reply;
mod schema;
mod status;
mod tokens;
mod transport;
mod tried;

pub use batch::{Batch, BatchState, Collected, Entry, HandedIn, MORE_THAN};
pub use breaker::BreakerState;
pub use cache::{AnswerCache, KeptAnswer};
pub use chain::Models;
pub use chunk::{Chunk, chunks};
pub use clock::{Clock, SystemClock};
pub use desk::{Bounds, Desk};
pub use endpoint::Endpoint;
pub use error::{CallError, LlmError, Phase};
pub use fake::Fake;
pub use ledger::Ledger;
pub use provider::{Provider, ProviderSettings, Timeouts};
pub use question::{Answer, Embedded, Freshness, MadeBy, Message, Question, Speaker};
pub use reply::{Finish, Reply, Vectors};
pub use schema::Schema;
pub use status::ProviderStatus;
pub use tokens::estimate_tokens;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

/// A part of an answer as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    Text(String),
    /// The answer begins again from nothing: the call before it failed.
    Anew,
}

/// Where parts of an answer go, for somebody who waits.
pub type Deltas = UnboundedSender<Delta>;

/// One endpoint under one key: what a provider's protocol looks like from inside.
pub trait Model: Send + Sync {
    /// Sends one chat request, once. Where `deltas` is given the answer is streamed into it too.
    fn chat<'a>(
        &'a self,
        request: &'a Value,
        deltas: Option<&'a Deltas>,
    ) -> BoxFuture<'a, Result<Reply, CallError>>;

    /// Sends one embedding request, once.
    fn embed<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Vectors, CallError>>;

    /// Sends a file of chat requests as JSON lines, which costs nothing; its name.
    fn send_file(&self, lines: String) -> BoxFuture<'_, Result<String, CallError>>;

    /// Has the requests of a file worked on as a batch; its name.
    fn open_batch<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<String, CallError>>;

    /// Looks at a batch, and fetches its answers once it is over.
    fn look_at_batch<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchState, CallError>>;

    /// Asks for the names of the models there are, which costs nothing.
    fn list_models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>>;
}
