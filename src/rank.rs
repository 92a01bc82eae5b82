//! Orders the inbox by what the team's verdicts say is worth seeing first.
//!
//! Does: turn an item into signs (where it comes from, what it runs on, what it means), learn from
//! judged items how each sign speaks for approval, tell the probability that a reviewer approves, and
//! say why; replay verdicts to measure itself. Does not: read or write the store, or look at a clock.
//! Owns nothing.

mod learn;
mod ranker;
mod replay;
mod sign;

pub use ranker::{Example, Ranker};
pub use replay::{Found, Replay, replay};
