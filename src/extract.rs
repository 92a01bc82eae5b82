//!

pub mod classify;
