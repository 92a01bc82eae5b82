//! `reservoir eval classify`.
