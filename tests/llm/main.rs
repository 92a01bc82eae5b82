//! The model room against servers that misbehave, over a real store.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod answers;
mod batches;
mod elsewhere;
mod errands;
mod faults;
mod home;
mod house;
mod meaning;
mod money;
mod out;
mod refining;
mod server;
mod streams;
