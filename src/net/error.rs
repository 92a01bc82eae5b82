//! What can go wrong on the wire, in sentences with a next step.

use jiff::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// Why an address could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    #[error("cannot set up the HTTP client: {source}")]
    Setup { source: reqwest::Error },
    #[error("`{address}` is no web address: {why}")]
    Address { address: String, why: String },
    #[error("{host} is at {ip}, inside a private network, and was not asked")]
    Private { host: String, ip: IpAddr },
    #[error("cannot find {host}: {why}")]
    Unknown { host: String, why: String },
    #[error("cannot connect to {host}: {why}")]
    Connect { host: String, why: String },
    #[error("{host} did not answer within {after:?}")]
    Timeout { host: String, after: Duration },
    #[error("the answer from {host} broke off: {why}")]
    Broken { host: String, why: String },
    #[error("{address} is larger than {} MiB", limit >> 20)]
    TooLarge { address: String, limit: usize },
    #[error("{address} redirects more than {count} times")]
    Redirects { address: String, count: usize },
    #[error("{address} redirects in a circle, back to {to}")]
    Loop { address: String, to: String },
    #[error("{host} asks to wait{}", until(.retry_at))]
    Slow { host: String, status: u16, retry_at: Option<Timestamp> },
    #[error("{host} lets browsers in only, and blocked this request")]
    Blocked { host: String },
    #[error("{address} answered {status} {}", reason(*.status))]
    Status { address: String, status: u16, retry_at: Option<Timestamp> },
}

impl NetError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "check that the system's CA certificates are installed",
            Self::Address { .. } => "write it as https://host/path",
            Self::Private { .. } => {
                "if it is yours, list the host under `allowed_hosts` in the config"
            }
            Self::Unknown { .. } => "check the spelling, and the network connection",
            Self::Connect { .. } | Self::Timeout { .. } | Self::Broken { .. } => {
                "nothing to do now; it is tried again later"
            }
            Self::TooLarge { .. } => "give a narrower address, such as the feed of one section",
            Self::Redirects { .. } | Self::Loop { .. } => {
                "open it in a browser and give the address it ends at"
            }
            Self::Slow { .. } => "nothing to do; it is asked again then",
            Self::Blocked { .. } => {
                "look for a feed or an API of this site, or save its pages to a folder"
            }
            Self::Status { status, .. } => match status {
                401 | 403 => "check whether the address needs a login or a token",
                404 => "check the address; if it stays away, remove the source",
                410 => "it is gone for good; remove the source",
                500.. => "nothing to do now; it is tried again later",
                _ => "check the address",
            },
        }
    }

    /// When it may be tried again, where the server said so.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Slow { retry_at, .. } | Self::Status { retry_at, .. } => *retry_at,
            _ => None,
        }
    }

    /// Whether a later attempt may go better.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unknown { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Broken { .. }
            | Self::Slow { .. } => true,
            Self::Status { status, .. } => is_retried(*status),
            _ => false,
        }
    }

    /// Whether the source is gone for good (410).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Status { status: 410, .. })
    }
}

/// Statuses that often heal by themselves.
pub(super) fn is_retried(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 522 | 524)
}

fn until(moment: &Option<Timestamp>) -> String {
    moment.map(|at| format!(" until {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default()
}

fn reason(status: u16) -> &'static str {
    let code = reqwest::StatusCode::from_u16(status).ok();
    code.and_then(|code| code.canonical_reason()).unwrap_or_default()
}
