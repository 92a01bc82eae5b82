//! `reservoir eval dedupe`.
