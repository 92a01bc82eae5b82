//! Text as data: sentences for now; its other parts join as they are built.

mod sentence;

pub use sentence::sentences;
