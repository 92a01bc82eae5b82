//! A server that others wrote: `tests/llama/check.sh` starts it and then these.

use crate::house::{House, plenty, question, settings};
use reservoir::llm::{Delta, LlmError, Models, Question};
use reservoir::model::CallOutcome;
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

const ADDRESS: &str = "RESERVOIR_LLAMA_ADDRESS";
const KEY: &str = "RESERVOIR_LLAMA_KEY";

fn models(house: &House, key: &str) -> Models {
    let address = std::env::var(ADDRESS).expect("tests/llama/check.sh names the server");
    let mut settings = settings("llama", &address);
    settings.cheap = "tiny".to_owned();
    settings.strong = "tiny".to_owned();
    settings.embedding = "tiny".to_owned();
    settings.concurrency = 1;
    settings.context_tokens = 4_096;
    settings.timeouts.first_byte = Duration::from_secs(60);
    settings.timeouts.silence = Duration::from_secs(60);
    settings.timeouts.total = Duration::from_secs(120);
    house.models(vec![house.provider(settings, &[key])], plenty())
}

fn key() -> String {
    std::env::var(KEY).expect("tests/llama/check.sh names the key")
}

#[tokio::test]
#[ignore = "run by tests/llama/check.sh"]
async fn its_answer_fits_the_schema_and_is_counted() {
    let house = House::new();
    let models = models(&house, &key());
    let answer = models.ask(&question("Invoices."), &CancellationToken::new()).await.unwrap();
    assert!(answer.value["label"].is_string(), "{}", answer.value);
    assert!(answer.usage.input > 10 && answer.usage.output > 0, "{:?}", answer.usage);
    let outcomes: Vec<CallOutcome> = house.calls().await.iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [CallOutcome::Failed, CallOutcome::Answered], "json_schema, json_object");
}

#[tokio::test]
#[ignore = "run by tests/llama/check.sh"]
async fn its_answer_is_heard_while_it_comes_in() {
    let house = House::new();
    let (deltas, mut heard) = unbounded_channel();
    let question = Question { deltas: Some(deltas), ..question("Invoices.") };
    let answer = models(&house, &key()).ask(&question, &CancellationToken::new()).await.unwrap();
    let mut text = String::new();
    while let Ok(delta) = heard.try_recv() {
        match delta {
            Delta::Text(part) => text.push_str(&part),
            Delta::Anew => text.clear(),
        }
    }
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), answer.value);
}

#[tokio::test]
#[ignore = "run by tests/llama/check.sh"]
async fn its_vectors_and_its_models_are_read() {
    let house = House::new();
    let models = models(&house, &key());
    let texts = ["one".to_owned(), "another text".to_owned()];
    let embedded =
        models.embed("llama", ("embed", "two"), &texts, &CancellationToken::new()).await.unwrap();
    assert_eq!(embedded.vectors.len(), 2);
    assert!(embedded.vectors[0].len() > 8);
    let status = models.list_status().await;
    assert_eq!(status[0].missing.as_deref(), Some(&[][..]), "{status:?}");
}

#[tokio::test]
#[ignore = "run by tests/llama/check.sh"]
async fn a_wrong_key_is_turned_away_and_costs_nothing() {
    let house = House::new();
    let models = models(&house, "not-the-key");
    let error = models.ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("refused the key"), "{error}");
    assert_eq!(house.calls().await[0].counted.micros(), 0);
}

#[tokio::test]
#[ignore = "run by tests/llama/check.sh"]
async fn a_text_beyond_its_context_is_refused_as_too_long() {
    let house = House::new();
    let address = std::env::var(ADDRESS).expect("tests/llama/check.sh names the server");
    let mut settings = settings("llama", &address);
    settings.cheap = "tiny".to_owned();
    let models = house.models(vec![house.provider(settings, &[&key()])], plenty());
    // Its tokens are bytes: this is far above its 4,096, and far below what it was said to take.
    let long = "Every Friday. ".repeat(1_000);
    let error = models.ask(&question(&long), &CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
    assert!(!error.is_waiting());
}
