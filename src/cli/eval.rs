//! `reservoir eval`: predictions for outside scorers, JSON lines in and out.

pub mod classify;
pub mod dedupe;
pub mod extract;
pub mod search;
