//! Search: words and meaning over the automations, fused.
//!
//! Does: index automations (Tantivy), hold their vectors in memory, read what people type, rank,
//! filter, count facets, say why. Does not: know the store. A follower feeds it `Change`s and keeps
//! the position reached in each commit's payload; snippets and titles come from elsewhere. Owns: the
//! index folder, whose one writer is whoever holds Tantivy's lock. It is derived and disposable.

mod error;
mod fusion;
mod index;
mod indexable;
mod meaning;
mod parse;
mod plan;
mod schema;
mod searcher;
mod snapshot;
mod terms;
mod tokens;
mod vectors;
mod words;
mod writer;

pub use error::SearchError;
pub use index::Index;
pub use indexable::{Change, Indexable, StorePosition};
pub use meaning::encode;
pub use schema::SCHEMA_VERSION;
pub use searcher::{Meant, Searcher, meaning_of};
pub use vectors::Vectors;
pub use writer::{Standing, Writer};
