//! Text from outside, made safe, readable and measurable.
//!
//! Does: keep hostile characters off the terminal, turn HTML, Markdown, captions and workflow JSON
//! into plain readable text, fold text for comparison, find quotes again, tell its language, convert
//! offsets. Does not: do I/O, know where a text came from, or decide what it means. Owns no state.

mod causes;
mod characters;
mod charset;
pub(crate) mod content;
mod fold;
mod ground;
pub mod html;
mod language;
pub mod markdown;
mod sanitize;
mod sentence;
pub(crate) mod sheet;
pub mod transcript;
pub mod workflow;

pub use causes::with_causes;
pub use characters::CharacterIndex;
pub use charset::{Decoded, decode};
pub use fold::fold;
pub use ground::{Ground, Grounded, Likeness};
pub use language::language;
pub use sanitize::{sanitize, sanitize_line};
pub use sentence::sentences;
