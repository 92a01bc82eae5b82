//! The store: one SQLite file a workspace, the only truth.
//!
//! Does: keep every document, automation, decision and job durably; migrate older files, with a
//! backup first; hand out leases. Does not: decide anything (`review` and `jobs` do), or let
//! SQLite's types out. Owns: the one writing connection's thread, and a few read-only connections.
//!
//! Writes run as closures over [`Writing`] inside one immediate transaction and are on disk
//! (`synchronous = FULL`) before the caller hears of them. Reads run as closures over [`Reading`]
//! on a blocking thread and see one consistent snapshot.

mod automations;
mod batches;
mod bodies;
mod changes;
mod company;
mod connection;
mod corrections;
mod documents;
mod drafts;
mod duplicates;
mod embeddings;
mod error;
mod figures;
mod health;
mod inspect;
mod jobs;
mod journal;
mod ledger;
mod lists;
mod look_alikes;
mod merge_rules;
mod model_answers;
mod opinions;
mod queue;
mod ranking;
mod rereadings;
mod row;
mod saved_searches;
mod schema;
mod second_reader;
mod source_rows;
mod sources;

pub use batches::ModelBatch;
pub use bodies::UsedBody;
pub use changes::{Change, Operation};
pub use connection::{Reading, Store, Writing};
pub use corrections::Corrected;
pub use documents::{PreparedDocument, Stored, WaitingDocument, prepare};
pub use drafts::StoredDrafts;
pub use duplicates::Comparable;
pub use embeddings::StoredVector;
pub use error::StoreError;
pub use health::Health;
pub use inspect::Inspector;
pub use jobs::{DeadLetter, Lease};
pub use journal::Batch;
pub use ledger::{ModelCall, RunSpending};
pub use look_alikes::{Alike, OpenPairs};
pub use ranking::{Place, Rankable};
pub use schema::SCHEMA_VERSION;
pub use second_reader::{Awaiting, AwaitingDocument, AwaitingKind};
