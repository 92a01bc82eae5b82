//! A model for tests: answers come from a closure, and what was asked is remembered.

use super::{BatchState, CallError, Delta, Deltas, Finish, Model, Reply, Vectors};
use crate::model::Usage;
use futures::future::{BoxFuture, ready};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

type Answering = dyn Fn(&Value) -> Result<String, CallError> + Send + Sync;

/// Answers at once, without a network.
pub struct Fake {
    answering: Box<Answering>,
    /// A std mutex: held for a push or a copy only.
    asked: Mutex<Vec<Value>>,
}

impl Fake {
    /// A model that says what `answering` makes of each request.
    pub fn new(
        answering: impl Fn(&Value) -> Result<String, CallError> + Send + Sync + 'static,
    ) -> Self {
        Self { answering: Box::new(answering), asked: Mutex::default() }
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, request: &Value) -> Result<(String, Usage), CallError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let text = (self.answering)(request)?;
        let tokens = |text: &str| text.len() as u64 / 4 + 1;
        let input = tokens(&request.to_string());
        let usage = Usage { input, cached: 0, output: tokens(&text) };
        Ok((text, usage))
    }
}

impl Model for Fake {
    fn chat<'a>(
        &'a self,
        request: &'a Value,
        deltas: Option<&'a Deltas>,
    ) -> BoxFuture<'a, Result<Reply, CallError>> {
        let reply = self.answer(request).map(|(text, usage)| {
            deltas.map(|deltas| deltas.send(Delta::Text(text.clone())));
            Reply { text, finish: Finish::Done, usage: Some(usage), rest_until: None }
        });
        Box::pin(ready(reply))
    }

    /// A vector of two numbers for each text: its length and its words.
    fn embed<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Vectors, CallError>> {
        let vectors = self.answer(request).map(|(_, usage)| {
            let texts = request["input"].as_array().into_iter().flatten();
            let vector = |text: &str| vec![text.len() as f32, text.split(' ').count() as f32];
            let vectors = texts.filter_map(Value::as_str).map(vector).collect();
            Vectors { vectors, usage: Some(usage) }
        });
        Box::pin(ready(vectors))
    }

    fn send_file(&self, _: String) -> BoxFuture<'_, Result<String, CallError>> {
        Box::pin(ready(Err(no_batches())))
    }

    fn open_batch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<String, CallError>> {
        Box::pin(ready(Err(no_batches())))
    }

    fn look_at_batch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<BatchState, CallError>> {
        Box::pin(ready(Err(no_batches())))
    }

    fn list_models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}

fn no_batches() -> CallError {
    CallError::NotOffered { status: 404, why: "a fake has no batches".to_owned() }
}
