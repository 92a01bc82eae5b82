//! The polite HTTP client.
//!
//! Does: fetch one address at a time a host with a pause between, conditionally, with timeouts, a
//! size limit after decompression, retries with full jitter, redirects followed by hand, and a
//! guard against addresses inside the operator's network. Does not: read robots.txt (not built
//! yet), keep cookies, use a proxy, store validators or understand bodies. Owns the pace of each
//! host; no thread. Dropping a fetch's future cancels it.

mod body;
mod error;
mod fetch;
mod guard;
mod header;
mod pace;

pub use error::NetError;
pub use fetch::{Client, Fetched, Request};
pub use guard::is_public;

use std::time::Duration;

/// How the client behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct NetSettings {
    /// Sent as `User-Agent`; operators of sites want to know whom to ask.
    pub agent: String,
    /// Hosts that may be asked although their addresses are private, by name, lower case.
    pub allowed_hosts: Vec<String>,
    pub connect_timeout: Duration,
    /// Longest silence within an answer.
    pub read_timeout: Duration,
    /// Longest attempt in all, without waiting for its host's turn.
    pub total_timeout: Duration,
    /// Most bytes of a body after decompression.
    pub max_body: usize,
    /// Attempts in all, at least 1.
    pub attempts: u32,
    /// First wait between attempts is at most this; it doubles with each.
    pub backoff: Duration,
    /// Waits longer than this are left to the caller (`NetError::retry_at`).
    pub max_wait: Duration,
    /// Least time between two requests to one host.
    pub host_delay: Duration,
    pub max_redirects: usize,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self {
            agent: format!("reservoir/{} (feed reader)", env!("CARGO_PKG_VERSION")),
            allowed_hosts: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(60),
            max_body: 15 << 20,
            attempts: 3,
            backoff: Duration::from_secs(1),
            max_wait: Duration::from_secs(15),
            host_delay: Duration::from_secs(1),
            max_redirects: 10,
        }
    }
}
