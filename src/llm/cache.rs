//! Kept answers, as this room needs them: whoever owns a store hands a keeper in.

use super::error::Failure;
use crate::model::Usage;
use futures::future::BoxFuture;
use jiff::Timestamp;

/// An answer as it came from a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub text: String,
    /// What it took.
    pub usage: Usage,
}

/// Where answers are kept by a key that stands for all that they depend on.
pub trait AnswerCache: Send + Sync {
    /// The answer under `key`, where one was kept at `since` or later; however old without it.
    fn find_answer(
        &self,
        key: [u8; 32],
        since: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<Option<KeptAnswer>, Failure>>;

    fn keep_answer(
        &self,
        key: [u8; 32],
        answer: KeptAnswer,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<(), Failure>>;
}
