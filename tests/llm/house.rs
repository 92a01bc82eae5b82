//! What every test here needs: a store, a clock that stands still, providers.

use crate::server::Server;
use futures::future::{BoxFuture, ready};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reservoir::jobs::desk;
use reservoir::llm::{
    Bounds, Clock, Freshness, Message, Models, Provider, ProviderSettings, Question, Schema,
    Speaker, Timeouts,
};
use reservoir::model::{Budgets, Money, Price};
use reservoir::settings::{Secret, Tier};
use reservoir::store::{ModelCall, Store, StoreError};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A clock that moves when somebody sleeps, and then at once.
pub struct StillClock {
    now: Mutex<Timestamp>,
    slept: Mutex<Vec<Duration>>,
}

impl StillClock {
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock().unwrap();
        *now += by;
    }

    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        self.slept.lock().unwrap().push(wait);
        self.advance(SignedDuration::try_from(wait).unwrap());
        Box::pin(ready(()))
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }
}

pub struct House {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub clock: Arc<StillClock>,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let now = "2026-11-16T10:00:00Z".parse().unwrap();
        let clock = StillClock { now: Mutex::new(now), slept: Mutex::default() };
        Self { folder, store, clock: Arc::new(clock) }
    }

    pub fn provider(&self, settings: ProviderSettings, keys: &[&str]) -> Provider {
        let keys = keys.iter().map(|key| Secret::new(*key)).collect();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Provider::open(settings, keys, &clock).unwrap()
    }

    pub fn models(&self, providers: Vec<Provider>, budgets: Budgets) -> Models {
        let bounds = Bounds {
            budgets,
            item_cost: None,
            kept_for: Duration::from_secs(24 * 3600),
            forgets: true,
            patience: Duration::from_secs(60),
        };
        Models::new(providers, desk(&self.store), bounds, Arc::clone(&self.clock) as Arc<dyn Clock>)
    }

    /// Models behind one server under one key, with money enough.
    pub fn one(&self, server: &Server) -> Models {
        self.many(&[server])
    }

    /// Models behind a chain of servers, each under one key, with money enough.
    pub fn many(&self, servers: &[&Server]) -> Models {
        let providers = servers.iter().enumerate().map(|(at, server)| {
            self.provider(settings(&format!("p{at}"), &server.base), &["key-one"])
        });
        self.models(providers.collect(), plenty())
    }

    /// The ledger, oldest first.
    pub async fn calls(&self) -> Vec<ModelCall> {
        let calls = self.store.read(|reading| reading.list_model_calls(10_000)).await;
        let mut calls: Vec<ModelCall> = calls.unwrap_or_else(|error: StoreError| panic!("{error}"));
        calls.reverse();
        calls
    }
}

pub fn settings(name: &str, address: &str) -> ProviderSettings {
    let price = Price { input: money("1"), cached: money("0.5"), output: money("4") };
    ProviderSettings {
        name: name.to_owned(),
        address: address.to_owned(),
        cheap: "small".to_owned(),
        strong: "large".to_owned(),
        embedding: "vectors".to_owned(),
        prices: ["small", "large", "vectors"].map(|model| (model.to_owned(), price)).into(),
        context_tokens: 32_000,
        output_tokens: 400,
        concurrency: 4,
        has_batches: false,
        batch_percent: 100,
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_millis(600),
            silence: Duration::from_millis(600),
            total: Duration::from_secs(10),
        },
    }
}

pub fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub fn plenty() -> Budgets {
    Budgets { day: money("100"), month: money("1000"), run: money("100") }
}

/// A question whose answer is `{"label": …}`.
pub fn question(text: &str) -> Question {
    let shape = json!({
        "type": "object", "additionalProperties": false, "required": ["label"],
        "properties": {"label": {"type": "string"}},
    });
    Question {
        task: "label".into(),
        tier: Tier::Cheap,
        item: "document 1".into(),
        prompt: "label 1".into(),
        messages: vec![
            Message::new(Speaker::System, "You label texts. Answer in JSON."),
            Message::new(Speaker::User, text),
        ],
        schema: Some(Arc::new(Schema::new("label", shape).unwrap())),
        max_output: 200,
        temperature: 0,
        freshness: Freshness::Settled,
        deltas: None,
    }
}

pub fn label(label: &str) -> Value {
    json!({ "label": label })
}
