//! The embedded sentence model: texts become vectors whose nearness is nearness of meaning.
//!
//! Does: tokenise and encode texts with the shipped static table (`data/embedding`), compare
//! vectors, and find the nearest among many exactly. Does not: fuse with words (`search`), store
//! anything, or cut off by similarity, as no absolute cosine parts hits from noise. Owns: the model,
//! read once a process out of the binary itself.

mod model;
mod nearest;
mod punctuation;
mod vector;
mod wordpiece;

pub use model::{DIMENSIONS, EmbedError, Model};
pub use nearest::{Neighbour, VectorSet};
pub use vector::{VECTOR_BYTES, Vector, cosine, dot};

/// Names the shipped model wherever vectors are kept: vectors of two models are never compared.
pub const MODEL_NAME: &str = "static-256-1";
