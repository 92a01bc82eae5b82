//! Ids are newtypes over SQLite row ids: positive, never reused, stable for ever.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            /// Reads a decimal id; a leading `#`, as people write it, is accepted.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix('#').unwrap_or(text).parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// One automation, whatever its status.
    AutomationId,
    /// One gathered document; its revisions share the id.
    DocumentId,
    /// One raw body as it was received.
    BodyId,
    /// One configured source.
    SourceId,
    /// One entry of the decisions journal.
    DecisionId,
    /// The decisions that one key press made together, undone together.
    BatchId,
    /// One job of the pipeline.
    JobId,
    /// One pass of the pipeline: the jobs started together.
    RunId,
    /// One call of a language model in the ledger.
    CallId,
    /// Questions that went to a language model's provider together, to be answered later.
    ModelBatchId,
}
