//! `reservoir eval search`.
