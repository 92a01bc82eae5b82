//! One endpoint under one key, spoken to through async-openai with types of our own.

use super::reply::short;
use super::transport::{Noted, Transport, Wanted};
use super::{BatchState, CallError, Delta, Deltas, Model, Phase, ProviderSettings, Reply, Vectors};
use crate::settings::Secret;
use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::StreamExt;
use futures::future::BoxFuture;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::Duration;
use tower::service_fn;

/// Longest name of a file or a batch, in bytes; those seen have some fifty.
const LONGEST_NAME: usize = 200;

/// An endpoint with the key it is asked under.
pub struct Endpoint {
    transport: Transport,
    access: Access,
    total: Duration,
}

impl Endpoint {
    pub(super) fn new(
        settings: &ProviderSettings,
        transport: &Transport,
        key: Option<Secret>,
    ) -> Self {
        let access = Access::new(&settings.address, key.as_ref());
        Self { transport: transport.with_key(key), access, total: settings.timeouts.total }
    }

    /// A client whose every exchange runs over our transport, once, and leaves its notes in `noted`.
    fn client(&self, wanted: Wanted, noted: &Noted) -> Client<Access> {
        let (transport, noted) = (self.transport.clone(), noted.clone());
        let service = service_fn(move |factory: HttpRequestFactory| {
            let (transport, noted) = (transport.clone(), noted.clone());
            async move {
                let request = factory.build().await?;
                let sent = transport.send(request, wanted, &noted).await;
                sent.map_err(|failure| OpenAIError::Boxed(failure.into()))
            }
        });
        Client::build(self.transport.http().clone(), self.access.clone()).with_http_service(service)
    }

    /// Runs one exchange within the time for all of it.
    async fn within<T>(
        &self,
        noted: &Noted,
        exchange: impl Future<Output = Result<T, OpenAIError>>,
    ) -> Result<T, CallError> {
        match tokio::time::timeout(self.total, exchange).await {
            Err(_) => Err(CallError::Timeout { phase: Phase::End, after: self.total }),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(noted.failure().unwrap_or_else(|| broken(&error))),
        }
    }

    async fn chat_whole(&self, request: &Value) -> Result<Reply, CallError> {
        let noted = Noted::default();
        let client = self.client(Wanted::Json, &noted);
        let chat = client.chat();
        let body: Value = self.within(&noted, chat.create_byot(request)).await?;
        let reply = Reply::read(&body)?;
        Ok(Reply { rest_until: noted.rest_until(), ..reply })
    }

    async fn chat_streamed(&self, request: &Value, deltas: &Deltas) -> Result<Reply, CallError> {
        let noted = Noted::default();
        let client = self.client(Wanted::Stream, &noted);
        let chat = client.chat();
        let exchange = async {
            let mut stream = chat.create_stream_byot::<_, Value>(request).await?;
            let mut heard = Heard::default();
            while let Some(chunk) = stream.next().await {
                heard.take(chunk?, deltas);
            }
            Ok(heard)
        };
        let heard = self.within(&noted, exchange).await?;
        if let Some(failure) = noted.failure() {
            return Err(failure);
        }
        if let Some(error) = self.transport.told_error(&heard.error, &HeaderMap::new()) {
            return Err(error);
        }
        if !noted.is_stream_ended() && heard.finish.is_empty() {
            return Err(CallError::Broken { why: "its stream ended in the middle".into() });
        }
        let reply = Reply::read(&heard.whole())?;
        Ok(Reply { rest_until: noted.rest_until(), ..reply })
    }
}

impl Model for Endpoint {
    fn chat<'a>(
        &'a self,
        request: &'a Value,
        deltas: Option<&'a Deltas>,
    ) -> BoxFuture<'a, Result<Reply, CallError>> {
        Box::pin(async move {
            match deltas {
                Some(deltas) => self.chat_streamed(request, deltas).await,
                None => self.chat_whole(request).await,
            }
        })
    }

    fn embed<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Vectors, CallError>> {
        Box::pin(async move {
            let noted = Noted::default();
            let client = self.client(Wanted::Json, &noted);
            let embeddings = client.embeddings();
            let body: Value = self.within(&noted, embeddings.create_byot(request)).await?;
            Vectors::read(&body)
        })
    }

    fn send_file(&self, lines: String) -> BoxFuture<'_, Result<String, CallError>> {
        Box::pin(async move {
            let part = Part::text(lines).file_name("questions.jsonl");
            let form = Form::new().text("purpose", "batch").part("file", part);
            name(&self.exchange(self.post("/files").multipart(form)).await?)
        })
    }

    fn open_batch<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<String, CallError>> {
        Box::pin(async move {
            let wanted = json!({
                "input_file_id": file,
                "endpoint": "/v1/chat/completions",
                "completion_window": "24h",
            });
            name(&self.exchange(self.post("/batches").json(&wanted)).await?)
        })
    }

    fn look_at_batch<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchState, CallError>> {
        Box::pin(async move {
            let batch = self.exchange(self.get(&format!("/batches/{id}"))).await?;
            let is_over = batch["status"].as_str().is_some_and(is_end);
            let mut lines = String::new();
            let files = ["output_file_id", "error_file_id"].map(|name| batch[name].as_str());
            let files = files.into_iter().flatten().filter(|file| is_over && !file.is_empty());
            for file in files {
                let file = safe(file)?;
                let body = self.fetch(self.get(&format!("/files/{file}/content")), true).await?;
                lines.push_str(&String::from_utf8_lossy(&body));
                lines.push('\n');
            }
            Ok(BatchState { is_over, lines })
        })
    }

    fn list_models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async move {
            let body = self.exchange(self.get("/models")).await?;
            let models = body["data"].as_array().or_else(|| body.as_array());
            let name = |model: &Value| model["id"].as_str().or(model.as_str()).map(str::to_owned);
            Ok(models.into_iter().flatten().filter_map(name).collect())
        })
    }
}

/// What async-openai would bring dozens of types for.
impl Endpoint {
    fn get(&self, path: &str) -> RequestBuilder {
        self.transport.http().get(self.access.url(path)).headers(self.access.headers())
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.transport.http().post(self.access.url(path)).headers(self.access.headers())
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Value, CallError> {
        let body = self.fetch(request, false).await?;
        serde_json::from_slice(&body)
            .map_err(|error| CallError::Malformed { why: short(&error.to_string()) })
    }

    async fn fetch(&self, request: RequestBuilder, is_raw: bool) -> Result<Vec<u8>, CallError> {
        let noted = Noted::default();
        let exchange = async {
            let request = request.build()?;
            let wanted = if is_raw { Wanted::Raw } else { Wanted::Json };
            let sent = self.transport.send(request, wanted, &noted).await;
            let response = sent.map_err(|failure| OpenAIError::Boxed(failure.into()))?;
            Ok(response.bytes().await?.to_vec())
        };
        self.within(&noted, exchange).await
    }
}

/// What a batch's status is once nothing more will be done, in the words of several providers.
const ENDS: [&str; 7] =
    ["completed", "success", "succeeded", "failed", "expired", "cancelled", "canceled"];

fn is_end(status: &str) -> bool {
    ENDS.iter().any(|end| status.trim().eq_ignore_ascii_case(end))
}

/// The name that the provider gave to what was handed in.
fn name(made: &Value) -> Result<String, CallError> {
    let why = || CallError::Malformed { why: "it gives it no name".to_owned() };
    made["id"].as_str().ok_or_else(why).and_then(safe).map(str::to_owned)
}

/// A name that means nothing but itself in an address, a log or a store.
fn safe(name: &str) -> Result<&str, CallError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.starts_with(|c: char| c != '.')
        && name.len() <= LONGEST_NAME
        && name.chars().all(is_plain)
    {
        return Ok(name);
    }
    Err(CallError::Malformed { why: format!("it gives the name `{}`", short(name)) })
}

/// A streamed answer as far as it has been heard.
#[derive(Default)]
struct Heard {
    text: String,
    refusal: String,
    finish: String,
    usage: Value,
    /// An event that tells of an error instead.
    error: Value,
}

impl Heard {
    fn take(&mut self, event: Value, deltas: &Deltas) {
        let choice = &event["choices"][0];
        for said in [&choice["delta"], &choice["message"]] {
            if let Some(text) = super::reply::content(said).filter(|text| !text.is_empty()) {
                // Nobody need listen to the end.
                let _ = deltas.send(Delta::Text(text.clone()));
                self.text.push_str(&text);
            }
            self.refusal.push_str(said["refusal"].as_str().unwrap_or_default());
        }
        if let Some(finish) = choice["finish_reason"].as_str().filter(|finish| !finish.is_empty()) {
            finish.clone_into(&mut self.finish);
        }
        if event["usage"].is_object() {
            self.usage = event["usage"].clone();
        }
        if event.get("error").is_some_and(|error| !error.is_null()) {
            self.error = event;
        }
    }

    /// The answer as it would have come in one piece.
    fn whole(&self) -> Value {
        json!({
            "choices": [{
                "message": {"content": self.text, "refusal": self.refusal},
                "finish_reason": self.finish,
            }],
            "usage": self.usage,
        })
    }
}

fn broken(error: &OpenAIError) -> CallError {
    match error {
        OpenAIError::JSONDeserialize(error, _) => {
            CallError::Malformed { why: short(&error.to_string()) }
        }
        _ => CallError::Broken { why: short(&error.to_string()) },
    }
}

/// Address and key. Unlike async-openai's own settings it reads nothing from the environment.
#[derive(Clone)]
struct Access {
    address: String,
    headers: HeaderMap,
    /// Asked for by the trait, and never used: the header holds the key.
    no_key: SecretString,
}

impl Access {
    fn new(address: &str, key: Option<&Secret>) -> Self {
        let mut headers = HeaderMap::new();
        let bearer =
            key.and_then(|key| HeaderValue::from_str(&format!("Bearer {}", key.expose())).ok());
        if let Some(mut bearer) = bearer {
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        let address = address.trim_end_matches('/').to_owned();
        Self { address, headers, no_key: SecretString::default() }
    }
}

impl Config for Access {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.address
    }

    fn api_key(&self) -> &SecretString {
        &self.no_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("batch_68f0-a.b", true)]
    #[case("", false)]
    #[case("..", false)]
    #[case("../models", false)]
    #[case("b?all=1", false)]
    #[case("b\u{1b}[2J", false)]
    #[case("bätch", false)]
    fn a_name_is_taken_that_means_nothing_but_itself(#[case] id: &str, #[case] is_taken: bool) {
        assert_eq!(name(&json!({ "id": id })).is_ok(), is_taken);
    }

    #[rstest]
    #[case("COMPLETED", true)]
    #[case("Succeeded", true)]
    #[case("canceled", true)]
    #[case("in_progress", false)]
    #[case("cancelling", false)]
    fn an_end_is_known_in_the_words_of_several_providers(#[case] status: &str, #[case] is: bool) {
        assert_eq!(is_end(status), is);
    }
}
