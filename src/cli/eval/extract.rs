//! `reservoir eval extract`.
