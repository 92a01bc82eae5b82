//! Good days: answers that fit, after a word or two where needed.

use crate::house::{House, label, money, question, settings};
use crate::server::{Said, Server, chat};
use jiff::SignedDuration;
use reservoir::llm::{Freshness, LlmError};
use reservoir::model::{CallOutcome, Money};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn an_answer_comes_in_its_shape_and_is_paid_for() {
    let house = House::new();
    let server = Server::start(|_| Said::Body(chat("{\"label\": \"sales\"}", 1_000_000, 150)));
    let models = house.one(&server);
    let answer = models.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!(answer.value, label("sales"));
    assert_eq!(answer.cost, money("1.0006"));
    assert_eq!(answer.made_by.to_string(), "small label 1");
    let asked = &server.asked()[0];
    assert_eq!((asked.path.as_str(), asked.key()), ("/v1/chat/completions", Some("key-one")));
    assert_eq!(asked.body["response_format"]["json_schema"]["strict"], true);
    let calls = house.calls().await;
    assert_eq!((calls.len(), calls[0].outcome), (1, CallOutcome::Answered));
    assert_eq!(calls[0].counted, money("1.0006"));
    assert_eq!(calls[0].usage.unwrap().output, 150);
}

#[rstest]
#[case::fenced("```json\n{\"label\": \"a\"}\n```")]
#[case::after_prose("Here you are:\n{\"label\": \"a\"}")]
#[case::after_thoughts("<think>hm {</think>{\"label\": \"a\",}")]
#[tokio::test]
async fn an_answer_that_is_nearly_json_is_read(#[case] text: &str) {
    let house = House::new();
    let server = Server::saying(text);
    let answer = house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, answer.repairs, server.count()), (label("a"), 0, 1));
}

#[rstest]
#[case::no_usage(json!({"choices": [{"message": {"content": "{\"label\":\"a\"}"}}]}))]
#[case::odd_words(json!({"choices": [{"message": {"content": "{\"label\":\"a\"}"}, "finish_reason": ""}],
    "service_tier": "odd", "usage": {"prompt_tokens": 50.0, "completion_tokens": "3"}}))]
#[case::parts(json!({"choices": [{"message": {"content": [{"type": "text", "text": "{\"label\":\"a\"}"}]}}]}))]
#[tokio::test]
async fn a_reply_that_lacks_parts_is_read(#[case] body: Value) {
    let house = House::new();
    let server = Server::start(move |_| Said::Body(body.clone()));
    let answer = house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!(answer.value, label("a"));
}

#[tokio::test]
async fn a_wrong_answer_is_repaired_with_the_words_of_the_check() {
    let house = House::new();
    let server = Server::start(|asked| match asked.before {
        0 => Said::Text("{\"label\": 3}".into()),
        1 => Said::Text("{\"tag\": \"a\"}".into()),
        _ => Said::Text("{\"label\": \"a\"}".into()),
    });
    let answer = house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, answer.repairs), (label("a"), 2));
    let asked = server.asked();
    assert!(asked[1].words().contains("`/label`: 3 is not of type \"string\""));
    assert!(asked[2].words().contains("\"label\" is a required property"));
    assert_eq!(
        asked[2].body["messages"].as_array().unwrap().len(),
        4,
        "one wrong answer at a time"
    );
}

#[tokio::test]
async fn two_repairs_are_all_there_are() {
    let house = House::new();
    let server = Server::saying("no JSON at all");
    let error =
        house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Unusable { .. }), "{error}");
    assert!(!error.is_waiting());
    assert_eq!(server.count(), 3);
    assert!(house.calls().await.iter().all(|call| call.counted > Money::ZERO), "each was paid for");
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_more_simply_and_that_is_remembered() {
    let house = House::new();
    let server = Server::start(|asked| match asked.body["response_format"]["type"].as_str() {
        None => Said::Text("{\"label\": \"a\"}".into()),
        Some(kind) => {
            let told = json!({"error": {"message": format!("unknown response_format {kind}")}});
            Said::Status("400 Bad Request", "", told)
        }
    });
    let models = house.one(&server);
    models.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!(server.count(), 4);
    assert!(server.asked()[3].words().contains("JSON Schema"));
    models.ask(&question("y"), &CancellationToken::new()).await.unwrap();
    assert_eq!(server.count(), 5, "the second question is asked rightly at once");
    let refused: Money = house.calls().await[..3].iter().map(|call| call.counted).sum();
    assert_eq!(refused, Money::ZERO, "a refusal costs nothing");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_gets_more_room_once() {
    let house = House::new();
    let server = Server::start(|asked| {
        let mut body = chat("{\"label\": \"a", 10, 200);
        body["choices"][0]["finish_reason"] = json!("length");
        if asked.body["max_tokens"] == 400 {
            Said::Text("{\"label\": \"a\"}".into())
        } else {
            Said::Body(body)
        }
    });
    let answer = house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, server.count()), (label("a"), 2));
}

#[rstest]
#[case::told("length", 100)]
#[case::only_counted("", 400)]
#[tokio::test]
async fn an_answer_that_stays_cut_off_is_told_as_that(
    #[case] reason: &'static str,
    #[case] output: u64,
) {
    let house = House::new();
    let server = Server::start(move |_| {
        let mut body = chat("{\"label\": \"a", 10, output);
        body["choices"][0]["finish_reason"] = json!(reason);
        Said::Body(body)
    });
    let error =
        house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Truncated { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_reads_half_of_a_text_is_found_out() {
    let house = House::new();
    let server = Server::start(|_| Said::Body(chat("{\"label\": \"a\"}", 2_048, 9)));
    let long = "Every Friday a scenario looks for invoices. ".repeat(1_000);
    let error =
        house.one(&server).ask(&question(&long), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Truncated { .. }), "{error}");
}

#[tokio::test]
async fn a_text_that_cannot_fit_is_not_sent() {
    let house = House::new();
    let server = Server::saying("{\"label\": \"a\"}");
    let long = "Every Friday a scenario looks for invoices. ".repeat(10_000);
    let error =
        house.one(&server).ask(&question(&long), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Refused { .. }), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day_and_for_replays_for_ever() {
    let house = House::new();
    let server = Server::start(|asked| Said::Text(format!("{{\"label\": \"{}\"}}", asked.before)));
    let (models, cancel) = (house.one(&server), CancellationToken::new());
    let first = models.ask(&question("x"), &cancel).await.unwrap();
    let again = models.ask(&question("x"), &cancel).await.unwrap();
    assert_eq!((&again.value, again.is_cached, again.cost), (&first.value, true, Money::ZERO));
    models.ask(&question("another"), &cancel).await.unwrap();
    assert_eq!(server.count(), 2);
    house.clock.advance(SignedDuration::from_hours(25));
    let replay = super::house::question("x");
    let replay = reservoir::llm::Question { freshness: Freshness::Replay, ..replay };
    assert_eq!(models.ask(&replay, &cancel).await.unwrap().value, first.value);
    assert_eq!(models.ask(&question("x"), &cancel).await.unwrap().value, label("2"));
    let outcomes: Vec<CallOutcome> = house.calls().await.iter().map(|call| call.outcome).collect();
    use CallOutcome::{Answered, Cached};
    assert_eq!(outcomes, [Answered, Cached, Answered, Cached, Answered]);
}

#[tokio::test]
async fn a_prompt_of_another_version_is_another_question() {
    let house = House::new();
    let server = Server::saying("{\"label\": \"a\"}");
    let (models, cancel) = (house.one(&server), CancellationToken::new());
    models.ask(&question("x"), &cancel).await.unwrap();
    let newer = reservoir::llm::Question { prompt: "label 2".into(), ..question("x") };
    assert!(!models.ask(&newer, &cancel).await.unwrap().is_cached);
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_allowed() {
    let house = House::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, peak) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |_| {
        peak.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        count.fetch_sub(1, Ordering::SeqCst);
        Said::Text("{\"label\": \"a\"}".into())
    });
    let mut settings = settings("p", &server.base);
    settings.concurrency = 2;
    let models = house.models(vec![house.provider(settings, &[])], super::house::plenty());
    let cancel = CancellationToken::new();
    let texts: Vec<_> = (0..20).map(|n| question(&n.to_string())).collect();
    let all = futures::future::join_all(texts.iter().map(|question| models.ask(question, &cancel)));
    assert!(all.await.iter().all(Result::is_ok));
    assert!(most.load(Ordering::SeqCst) <= 2 && server.count() == 20);
    assert_eq!(server.asked()[0].key(), None, "without a key, none is sent");
}

#[tokio::test]
async fn texts_become_vectors_in_their_order() {
    let house = House::new();
    let server = Server::start(|asked| {
        let texts = asked.body["input"].as_array().unwrap().iter().enumerate();
        let entry = |(at, text): (usize, &Value)| json!({"index": at, "embedding": [text.as_str().unwrap().len(), at]});
        let mut data: Vec<Value> = texts.map(entry).collect();
        data.reverse();
        Said::Body(json!({"data": data, "usage": {"prompt_tokens": 8}}))
    });
    let texts = ["one".to_owned(), "three".to_owned()];
    let models = house.one(&server);
    let embedded = models
        .embed("p0", ("embed", "two texts"), &texts, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(embedded.vectors, [[3.0, 0.0], [5.0, 1.0]]);
    assert_eq!(
        (embedded.cost, server.asked()[0].path.as_str()),
        (money("0.000008"), "/v1/embeddings")
    );
}
