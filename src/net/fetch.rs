//! One fetch: its attempts, its redirects, its answer.

use super::error::is_retried;
use super::guard::{Guard, Refusal, Resolver};
use super::pace::Pace;
use super::{NetError, NetSettings, body, header};
use crate::text::decode;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub address: String,
    /// Validators of the last answer.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// The `Accept` header, where it matters.
    pub accept: Option<String>,
}

impl Request {
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where the answer came from, after redirects.
    pub url: String,
    /// 200 to 299, or 304.
    pub status: u16,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub content_type: Option<String>,
    /// Decompressed; empty at 304.
    pub body: Vec<u8>,
    /// The address to use from now on, where every redirect was a permanent one.
    pub moved_to: Option<String>,
    /// Before this moment the server has nothing new, or wants no request.
    pub fresh_until: Option<Timestamp>,
}

impl Fetched {
    /// Whether the last answer still holds (304).
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// The charset that the Content-Type names.
    pub fn charset(&self) -> Option<&str> {
        let parameters = self.content_type.as_deref()?.split(';').skip(1);
        let mut named = parameters.filter_map(|part| part.split_once('='));
        let (_, charset) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
        Some(charset.trim().trim_matches('"')).filter(|charset| !charset.is_empty())
    }

    /// The body as text, by header, mark, declaration or detection.
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.body, self.charset()).text
    }
}

/// A client that is polite to hosts; clones share pace and connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    settings: Arc<NetSettings>,
    guard: Guard,
    pace: Arc<Pace>,
}

impl Client {
    /// Sets up connections; nothing is sent yet.
    ///
    /// # Errors
    /// `Setup` where the system offers no TLS certificates.
    pub fn new(settings: NetSettings) -> Result<Self, NetError> {
        let guard = Guard::new(&settings.allowed_hosts);
        let http = reqwest::Client::builder()
            .user_agent(&settings.agent)
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names out of the guard's sight.
            .no_proxy()
            .referer(false)
            .dns_resolver(Arc::new(Resolver(guard.clone())))
            .build()
            .map_err(|source| NetError::Setup { source })?;
        Ok(Self { http, settings: Arc::new(settings), guard, pace: Arc::default() })
    }

    /// Fetches an address: waits for its host's turn, follows redirects, tries again what heals.
    ///
    /// # Errors
    /// Any status but 2xx and 304, and all that `NetError` names.
    pub async fn fetch(&self, request: &Request) -> Result<Fetched, NetError> {
        let mut attempt = 1;
        loop {
            let error = match self.follow(request).await {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            let told = error
                .retry_at()
                .map(|at| at.duration_since(Timestamp::now()).max(jiff::SignedDuration::ZERO));
            let wait = told.map_or_else(|| self.jitter(attempt), |wait| wait.unsigned_abs());
            let is_worth_it = error.is_temporary() && wait <= self.settings.max_wait;
            if attempt >= self.settings.attempts || !is_worth_it {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// A wait of random length below a bound that doubles with each attempt ("full jitter").
    fn jitter(&self, attempt: u32) -> Duration {
        let bound = self.settings.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let bound = bound.min(self.settings.max_wait);
        // The standard library's only source of randomness; its keys differ with each state.
        let random = RandomState::new().hash_one(attempt) as f64 / u64::MAX as f64;
        bound.mul_f64(random)
    }

    /// One attempt, through all its redirects.
    async fn follow(&self, request: &Request) -> Result<Fetched, NetError> {
        let refused = |why: String| NetError::Address { address: request.address.clone(), why };
        let mut url =
            Url::parse(request.address.trim()).map_err(|error| refused(error.to_string()))?;
        let mut seen: Vec<Url> = Vec::new();
        let mut is_permanent = true;
        loop {
            self.guard.check(&url)?;
            let answer = self.ask(&url, request).await?;
            let (to, is_for_good) = match answer {
                Answer::Redirect { to, is_permanent } => (to, is_permanent),
                Answer::Final(last) => {
                    return conclude(last, url, is_permanent && !seen.is_empty());
                }
            };
            is_permanent &= is_for_good;
            seen.push(url.clone());
            let next = url
                .join(&to)
                .map_err(|error| refused(format!("it redirects to `{to}`: {error}")))?;
            if seen.contains(&next) {
                return Err(NetError::Loop { address: request.address.clone(), to: next.into() });
            }
            if seen.len() > self.settings.max_redirects {
                let count = self.settings.max_redirects;
                return Err(NetError::Redirects { address: request.address.clone(), count });
            }
            url = next;
        }
    }

    /// Asks one address, when its host's turn has come.
    async fn ask(&self, url: &Url, request: &Request) -> Result<Answer, NetError> {
        let host = url.host_str().unwrap_or_default();
        let _turn = self.pace.turn(host, self.settings.host_delay).await;
        let total = self.settings.total_timeout;
        match tokio::time::timeout(total, self.send(url, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(NetError::Timeout { host: host.to_owned(), after: total }),
        }
    }

    async fn send(&self, url: &Url, request: &Request) -> Result<Answer, NetError> {
        let failed = |error: reqwest::Error| self.failure(url, &error);
        let mut builder = self.http.get(url.clone());
        let headers = [
            (ACCEPT, &request.accept),
            (IF_NONE_MATCH, &request.etag),
            (IF_MODIFIED_SINCE, &request.last_modified),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        let response = builder.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if matches!(status, 301 | 302 | 303 | 307 | 308)
            && let Some(to) = header::text(&headers, LOCATION.as_str())
        {
            let is_permanent = matches!(status, 301 | 308);
            return Ok(Answer::Redirect { to: to.to_owned(), is_permanent });
        }
        let is_wanted = response.status().is_success();
        let body = if is_wanted {
            body::read(response, self.settings.max_body, failed).await?
        } else {
            Vec::new()
        };
        Ok(Answer::Final(Last { status, headers, body }))
    }

    /// Names what went wrong on the wire.
    fn failure(&self, url: &Url, error: &reqwest::Error) -> NetError {
        let host = url.host_str().unwrap_or_default().to_owned();
        let chain = std::iter::successors(std::error::Error::source(error), |e| e.source());
        if let Some(refusal) = chain.clone().find_map(|e| e.downcast_ref::<Refusal>()) {
            return NetError::Private { host: refusal.host.clone(), ip: refusal.ip };
        }
        let why = chain.last().map_or_else(|| error.to_string(), ToString::to_string);
        match () {
            () if error.is_timeout() && error.is_connect() => {
                NetError::Timeout { host, after: self.settings.connect_timeout }
            }
            () if error.is_timeout() => {
                NetError::Timeout { host, after: self.settings.read_timeout }
            }
            () if error.is_dns() => NetError::Unknown { host, why },
            () if error.is_connect() => NetError::Connect { host, why },
            () => NetError::Broken { host, why },
        }
    }
}

/// Makes an answer of the last response, or an error of its status.
fn conclude(last: Last, url: Url, has_moved: bool) -> Result<Fetched, NetError> {
    let Last { status, headers, body } = last;
    let now = Timestamp::now();
    let retry_at = header::retry_at(&headers, now);
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_challenge = header::text(&headers, "cf-mitigated") == Some("challenge");
    match status {
        200..=299 | 304 => {}
        403 | 503 if is_challenge => return Err(NetError::Blocked { host }),
        429 => return Err(NetError::Slow { host, status, retry_at }),
        503 if retry_at.is_some() => return Err(NetError::Slow { host, status, retry_at }),
        _ => {
            let retry_at = retry_at.filter(|_| is_retried(status));
            return Err(NetError::Status { address: url.into(), status, retry_at });
        }
    }
    let owned = |name: &str| header::text(&headers, name).map(str::to_owned);
    Ok(Fetched {
        status,
        etag: owned(ETAG.as_str()),
        last_modified: owned(LAST_MODIFIED.as_str()),
        content_type: owned("content-type"),
        body,
        moved_to: has_moved.then(|| url.to_string()),
        fresh_until: header::fresh_until(&headers, now).max(retry_at),
        url: url.into(),
    })
}

/// What came back from one address.
enum Answer {
    Redirect { to: String, is_permanent: bool },
    Final(Last),
}

/// A response that is no redirect; its body is read where the status is a good one.
struct Last {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}
