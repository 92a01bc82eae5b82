//! Documents become automations: what sets them off, what they do, on which tools, and where the
//! source says so.
//!
//! Does: read a document's text (or its workflow JSON) into drafts whose every field points at the
//! exact words it was read from. Does not: touch the store, the network or a clock. Owns: the tool
//! gazetteer and the weights under `data/gazetteer/`, read once by `Extractor::load`.

mod action;
mod claim;
mod gazetteer;
mod label;
mod lexicon;
mod node;
mod role;
mod stance;
mod structure;
mod trigger;
mod workflow;

pub use gazetteer::{Gazetteer, Tool};
pub use label::{Label, Unlabelled};

/// Why the extractor cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error("cannot read the shipped {file}: {reason}")]
    Data { file: &'static str, reason: String },
}
