//! One exchange with a provider: phases with their own time, bounded bodies, failures named.

use super::reply::short;
use super::{CallError, Clock, Phase, Timeouts, limit};
use crate::settings::Secret;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Request, Response, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::timeout;

/// Most bytes of an answer after decompression.
const MAX_ANSWER: usize = 16 << 20;
/// Most bytes of a batch's answers.
const MAX_FILE: usize = 256 << 20;
/// Most bytes of an error's words.
const MAX_ERROR: usize = 64 << 10;
const EVENTS: &str = "text/event-stream";
/// What ends a stream of events.
const STREAM_END: &[u8] = b"[DONE]";

/// What an answer shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Json,
    /// Events; an answer that is none becomes one.
    Stream,
    /// Whatever it is: a file.
    Raw,
}

/// The wire to one provider.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    timeouts: Timeouts,
    clock: Arc<dyn Clock>,
    /// Blotted out of what the provider says: some repeat the key they refuse.
    key: Option<Secret>,
}

/// What one exchange leaves behind beside its answer. async-openai hands on the words of an error
/// only; here it stays what it was.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    /// A std mutex: held for a look or a change, never across an await.
    inner: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
    failure: Option<CallError>,
    rest_until: Option<Timestamp>,
    is_stream_ended: bool,
}

impl Noted {
    pub(super) fn failure(&self) -> Option<CallError> {
        self.with(|notes| notes.failure.take())
    }

    pub(super) fn rest_until(&self) -> Option<Timestamp> {
        self.with(|notes| notes.rest_until)
    }

    /// Whether the stream came to its proper end.
    pub(super) fn is_stream_ended(&self) -> bool {
        self.with(|notes| notes.is_stream_ended)
    }

    fn fail(&self, failure: CallError) -> CallError {
        self.with(|notes| notes.failure = Some(failure.clone()));
        failure
    }

    fn with<T>(&self, act: impl FnOnce(&mut Notes) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport {
    /// Sets up connections; nothing is sent yet.
    ///
    /// # Errors
    /// Where the system offers no TLS certificates.
    pub(super) fn new(
        address: &str,
        timeouts: Timeouts,
        clock: Arc<dyn Clock>,
        key: Option<Secret>,
    ) -> reqwest::Result<Self> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("reservoir/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            // A key is for the address that the operator wrote, and no other.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Trying again is decided in one place, where it is also paid for.
            .retry(reqwest::retry::never());
        let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
        let is_here = host.is_some_and(|host| {
            host == "localhost"
                || host
                    .trim_matches(['[', ']'])
                    .parse()
                    .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        });
        let builder = if is_here { builder.no_proxy() } else { builder };
        Ok(Self { http: builder.build()?, timeouts, clock, key })
    }

    /// The same wire under another key.
    pub(super) fn with_key(&self, key: Option<Secret>) -> Self {
        Self { key, ..self.clone() }
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends `request` and reads the answer, or hands on its stream.
    ///
    /// # Errors
    /// Every status but 2xx, and all that `CallError` names; noted too.
    pub(super) async fn send(
        &self,
        request: Request,
        wanted: Wanted,
        noted: &Noted,
    ) -> Result<Response, CallError> {
        let exchange = self.exchange(request, wanted, noted);
        exchange.await.map_err(|failure| noted.fail(failure))
    }

    async fn exchange(
        &self,
        request: Request,
        wanted: Wanted,
        noted: &Noted,
    ) -> Result<Response, CallError> {
        let after = self.timeouts.first_byte;
        let sent = timeout(after, self.http.execute(request)).await;
        let response = sent
            .map_err(|_| CallError::Timeout { phase: Phase::Begin, after })?
            .map_err(|error| self.failure(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            // An error whose words break off is an error all the same.
            let body = self.read(response, MAX_ERROR).await.unwrap_or_default();
            return Err(self.classify(status, &headers, &String::from_utf8_lossy(&body)));
        }
        noted.with(|notes| notes.rest_until = limit::rest_until(&headers, self.clock.now()));
        let kind =
            headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if wanted == Wanted::Stream && kind.contains("event-stream") {
            return Ok(self.watched(response, noted.clone()));
        }
        let most = if wanted == Wanted::Raw { MAX_FILE } else { MAX_ANSWER };
        let body = self.read(response, most).await?;
        if wanted == Wanted::Raw {
            return Ok(rebuilt("application/octet-stream", body));
        }
        let value: Value = serde_json::from_slice(&body).map_err(|error| {
            let words = short(&self.scrubbed(&String::from_utf8_lossy(&body)));
            CallError::Malformed { why: format!("{error} in `{words}`") }
        })?;
        if let Some(error) = self.told_error(&value, &headers) {
            return Err(error);
        }
        noted.with(|notes| notes.is_stream_ended = true);
        Ok(if wanted == Wanted::Stream {
            rebuilt(EVENTS, format!("data: {value}\n\ndata: [DONE]\n\n"))
        } else {
            rebuilt("application/json", body)
        })
    }

    /// The body, of at most `limit` bytes, with no silence longer than allowed.
    async fn read(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, CallError> {
        let after = self.timeouts.silence;
        let mut body = Vec::new();
        loop {
            let chunk = timeout(after, response.chunk()).await;
            let chunk = chunk
                .map_err(|_| CallError::Timeout { phase: Phase::GoOn, after })?
                .map_err(|error| self.failure(&error))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if body.len() + chunk.len() > limit {
                return Err(CallError::Malformed { why: format!("over {} MiB", limit >> 20) });
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// The stream, watched for silence, for its size and for its proper end.
    fn watched(&self, response: Response, noted: Noted) -> Response {
        let transport = self.clone();
        let start = (response, 0_usize, Vec::new());
        let chunks = futures::stream::try_unfold(start, move |(mut response, read, mut tail)| {
            let (transport, noted) = (transport.clone(), noted.clone());
            async move {
                let after = transport.timeouts.silence;
                let chunk = match timeout(after, response.chunk()).await {
                    Err(_) => Err(CallError::Timeout { phase: Phase::GoOn, after }),
                    Ok(Err(error)) => Err(transport.failure(&error)),
                    Ok(Ok(chunk)) => Ok(chunk),
                };
                let Some(chunk) = chunk.map_err(|failure| noted.fail(failure))? else {
                    return Ok::<_, CallError>(None);
                };
                let read = read + chunk.len();
                if read > MAX_ANSWER {
                    let why = format!("over {} MiB", MAX_ANSWER >> 20);
                    return Err(noted.fail(CallError::Malformed { why }));
                }
                tail.extend_from_slice(&chunk);
                if memchr::memmem::find(&tail, STREAM_END).is_some() {
                    noted.with(|notes| notes.is_stream_ended = true);
                }
                tail.drain(..tail.len().saturating_sub(STREAM_END.len()));
                Ok(Some((chunk, (response, read, tail))))
            }
        });
        rebuilt(EVENTS, Body::wrap_stream(chunks))
    }

    /// What an error that came with status 200 means.
    pub(super) fn told_error(&self, value: &Value, headers: &HeaderMap) -> Option<CallError> {
        let error = value.get("error").filter(|error| !error.is_null())?;
        let status = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
        let status = status.and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Some(self.classify(status, headers, &value.to_string()))
    }

    /// What a status other than 2xx means.
    fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &str) -> CallError {
        let told = Told::read(body);
        let why = short(&self.scrubbed(&told.message));
        let retry_at = limit::retry_at(headers, self.clock.now());
        let status = status.as_u16();
        match status {
            402 => CallError::Exhausted { why },
            429 if told.has(&["insufficient_quota", "current quota", "billing", "credit"]) => {
                CallError::Exhausted { why }
            }
            429 => CallError::Limited { retry_at },
            401 | 403 => CallError::KeyRefused { status, why },
            400 if told.has(&["invalid_api_key", "api key not valid", "incorrect api key"]) => {
                CallError::KeyRefused { status, why }
            }
            300..=399 | 404 | 405 | 410 => CallError::NotOffered { status, why },
            413 => CallError::TooLong { why },
            400 | 422
                if told.has(&[
                    "context_length",
                    "context length",
                    "context window",
                    "too long",
                ]) =>
            {
                CallError::TooLong { why }
            }
            400 | 422 if told.has(&["content_filter", "content management policy"]) => {
                CallError::Declined { why }
            }
            408 | 409 | 425 | 500.. => CallError::Server { status, why, retry_at },
            _ => CallError::BadRequest { status, why },
        }
    }

    /// Names what went wrong on the wire.
    fn failure(&self, error: &reqwest::Error) -> CallError {
        let chain = std::iter::successors(std::error::Error::source(error), |e| e.source());
        let why = chain.last().map_or_else(|| error.to_string(), ToString::to_string);
        let why = short(&self.scrubbed(&why));
        if error.is_connect() && error.is_timeout() {
            let after = self.timeouts.connect;
            return CallError::Timeout { phase: Phase::Connect, after };
        }
        if error.is_connect() { CallError::Connect { why } } else { CallError::Broken { why } }
    }

    fn scrubbed(&self, words: &str) -> String {
        self.key.as_ref().map_or_else(|| words.to_owned(), |key| key.scrub(words))
    }
}

/// An answer of 200 with this body.
fn rebuilt(kind: &str, body: impl Into<Body>) -> Response {
    let built = http::Response::builder().status(200).header(CONTENT_TYPE, kind).body(body.into());
    built.expect("invariant: a status and a header of our own are valid").into()
}

/// An error's words, wherever the provider puts them.
struct Told {
    message: String,
    /// All that tells its kind, in lower case.
    marks: String,
}

impl Told {
    fn read(body: &str) -> Self {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        let error = &value["error"];
        let places = [&error["message"], error, &value["message"], &value["detail"], &value];
        let message = places.into_iter().find_map(Value::as_str).unwrap_or(body).to_owned();
        let marks = [error["code"].as_str(), error["type"].as_str(), Some(&message)];
        let marks = marks.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
        Self { message, marks }
    }

    fn has(&self, any: &[&str]) -> bool {
        any.iter().any(|mark| self.marks.contains(mark))
    }
}
