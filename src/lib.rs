//! Reservoir: discovers, curates and searches business automations from a terminal.
//!
//! ARCHITECTURE.md tells which room does what; a room imports rooms of a lower tier only, which
//! `tests/rooms.rs` holds.

pub mod app;
pub mod cli;
pub mod dedupe;
pub mod embed;
pub mod extract;
pub mod fit;
pub mod gather;
pub mod jobs;
pub mod llm;
pub mod model;
pub mod net;
pub mod rank;
pub mod review;
pub mod search;
pub mod settings;
pub mod store;
pub mod text;
pub mod tui;
