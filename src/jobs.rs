//! The pipeline: stages of small, idempotent jobs over the store.
//!
//! Does: join the rooms of the stages, run one stage after the other with progress and cancel,
//! keep the search index in step with the store, hold the lease that lets one process at a time
//! work. Does not: talk to a screen (it reports rows) or decide anything for a person. Owns: its
//! own pool of threads for CPU work.
//!
//! What is left to do is read from the store each time (documents not extracted, automations
//! without a vector, changes not indexed), so that a killed run needs no repair: the next one
//! finds the rest.

mod crawl;
mod dedupe;
mod desk;
mod embed;
mod embedder;
mod extract;
mod finder;
mod follow;
mod intake;
mod learn;
mod lease;
mod pipeline;
mod preview;
mod rank;
mod refine;
mod replay;
mod report;
mod sample;
mod sources;

pub use desk::desk;
pub use embed::searched_by;
pub use embedder::Embedder;
pub use finder::Finder;
pub use follow::{Followed, Follower, position_at};
pub use intake::{Intake, import};
pub use pipeline::{Again, Pipeline, PipelineSettings, Plan, Summary};
pub use preview::{Foreseen, Visit};
pub use rank::{Ordered, order_when_due, rank_reasons, replay_verdicts};
pub use sample::SAMPLE_SOURCE;
pub use sources::{WantedSource, add_source, enable_source, remove_source};

use crate::model::Stage;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot load the extractor")]
    Extractor(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot read your taxonomy at {path}")]
    Taxonomy { path: String, source: crate::extract::classify::ClassifyError },
    #[error("cannot read your taxonomy at {path}")]
    TaxonomyFile { path: String, source: std::io::Error },
    #[error(transparent)]
    Models(crate::llm::LlmError),
    #[error("cannot use a prompt")]
    Prompt(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot bring deferred items back")]
    Wake(#[source] Box<crate::review::ReviewError>),
    #[error("cannot merge what the rules say")]
    Rules(#[source] Box<crate::review::ReviewError>),
    #[error(transparent)]
    Search(#[from] crate::search::SearchError),
    #[error("another process ({owner}) is running the pipeline")]
    Busy { owner: String },
    #[error("there is no source `{0}`")]
    NoSource(String),
    #[error(transparent)]
    Place(#[from] crate::gather::PlaceError),
    #[error("the name `{0}` is taken")]
    NameTaken(String),
    #[error("the source `{name}` visits {address} already")]
    Visited { name: String, address: String },
    #[error("`{0}` is the program's own source")]
    OwnSource(String),
    #[error("cannot visit `{name}`: {reason}")]
    Source { name: String, reason: String },
    #[error("cannot start the threads of the pipeline")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the {0} stage stopped unexpectedly; the log has the details")]
    Panicked(Stage),
    #[error("cancelled")]
    Cancelled,
}

impl JobsError {
    /// What went wrong with all its causes, and the next step where one is known.
    fn in_words(&self) -> String {
        let words = crate::text::with_causes(self);
        match self {
            Self::Store(error) => match error.hint() {
                Some(hint) => format!("{words}; {hint}"),
                None => words,
            },
            _ => words,
        }
    }
}
