//! Many questions that nobody waits for.

use crate::house::{House, label, money, plenty, question, settings};
use crate::server::{Asked, Said, Server, chat};
use jiff::SignedDuration;
use reservoir::llm::{Batch, CallError, Collected, HandedIn, LlmError, Models, Question};
use reservoir::model::{Budgets, CallOutcome, Money};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// A server that answers a batch, apart from one question it fails and one it forgets, when it is
/// looked at for the second time.
fn batching() -> Server {
    let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
    let looks = Mutex::new(0);
    Server::start(move |asked: &Asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
        "/v1/files" => {
            let file = asked.raw.lines().filter_map(|line| serde_json::from_str(line).ok());
            *lines.lock().unwrap() = file.collect();
            Said::Body(json!({"id": "file-1"}))
        }
        "/v1/batches" => Said::Body(json!({"id": "batch-1", "status": "validating"})),
        "/v1/batches/batch-1" => {
            let mut looks = looks.lock().unwrap();
            *looks += 1;
            Said::Body(match *looks {
                1 => json!({"status": "in_progress"}),
                _ => json!({"status": "completed", "output_file_id": "out"}),
            })
        }
        "/v1/files/out/content" => {
            let lines = lines.lock().unwrap();
            let answered = lines.iter().enumerate().filter(|(at, _)| *at != 4).map(|(at, line)| {
                let status = if at == 3 { 500 } else { 200 };
                let text = format!("{{\"label\": \"{at}\"}}");
                let body = if at == 3 { json!({}) } else { chat(&text, 100, 10) };
                let response = json!({"status_code": status, "body": body});
                json!({"custom_id": line["custom_id"], "response": response}).to_string() + "\n"
            });
            Said::Raw("application/octet-stream", answered.collect())
        }
        other => panic!("{other}"),
    })
}

fn questions(count: usize) -> Vec<Question> {
    (0..count).map(|n| question(&format!("text {n}"))).collect()
}

fn models(house: &House, server: &Server, budgets: Budgets) -> Models {
    let mut settings = settings("p", &server.base);
    settings.has_batches = true;
    house.models(vec![house.provider(settings, &["key-one"])], budgets)
}

async fn hand_in(models: &Models, questions: &[Question]) -> Option<HandedIn> {
    models.submit(questions, &CancellationToken::new()).await.unwrap()
}

async fn submit(models: &Models, questions: &[Question]) -> Option<Batch> {
    hand_in(models, questions).await.map(|handed| handed.batch)
}

async fn held(house: &House) -> Money {
    house.calls().await.iter().map(|call| call.counted).sum()
}

#[tokio::test]
async fn a_batch_fills_the_cache_and_is_paid_for_when_it_is_over() {
    let house = House::new();
    let server = batching();
    let models = models(&house, &server, plenty());
    let questions = questions(121);
    let batch = submit(&models, &questions).await.unwrap();
    assert_eq!((batch.id.as_str(), batch.entries.len()), ("batch-1", 120));
    let held: Money = house.calls().await.iter().map(|call| call.counted).sum();
    assert!(held > money("0.1"), "every question is reserved in full: {held}");
    assert_eq!(models.collect(&batch).await.unwrap(), Collected::Waiting);
    let over = models.collect(&batch).await.unwrap();
    assert_eq!(over, Collected::Done { answered: 118, failed: 2 });
    let before = server.count();
    let answer = models.ask(&questions[1], &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, answer.is_cached), (label("0"), true));
    assert_eq!(server.count(), before);
    let calls = house.calls().await;
    let settled = calls.iter().filter(|call| call.outcome == CallOutcome::Answered);
    assert_eq!(settled.count(), 119);
    let cost: Money = calls[1..].iter().map(|call| call.counted).sum();
    assert_eq!(cost, Money::from_micros(118 * 140));
    models.collect(&batch).await.unwrap();
    let again: Money = house.calls().await[1..].iter().map(|call| call.counted).sum();
    assert_eq!(again, cost, "looking twice does not pay twice");
}

#[tokio::test]
async fn a_batch_survives_its_process() {
    let house = House::new();
    let server = batching();
    let questions = questions(101);
    let batch = submit(&models(&house, &server, plenty()), &questions).await.unwrap();
    let written = serde_json::to_string(&batch).unwrap();
    let later = models(&house, &server, plenty());
    let batch: Batch = serde_json::from_str(&written).unwrap();
    later.collect(&batch).await.unwrap();
    assert!(matches!(later.collect(&batch).await.unwrap(), Collected::Done { answered: 98, .. }));
    assert!(later.ask(&questions[2], &CancellationToken::new()).await.unwrap().is_cached);
}

#[tokio::test]
async fn few_questions_are_asked_one_by_one() {
    let house = House::new();
    let server = batching();
    assert_eq!(submit(&models(&house, &server, plenty()), &questions(100)).await, None);
    let mut settings = settings("p", &server.base);
    settings.has_batches = false;
    let without = house.models(vec![house.provider(settings, &[])], plenty());
    assert_eq!(submit(&without, &questions(150)).await, None);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_batch_holds_what_the_budget_holds() {
    let house = House::new();
    let server = batching();
    let models = models(&house, &server, Budgets { day: money("0.05"), ..plenty() });
    let batch = submit(&models, &questions(150)).await.unwrap();
    assert!((10..100).contains(&batch.entries.len()), "{}", batch.entries.len());
    let held: Money = house.calls().await.iter().map(|call| call.counted).sum();
    assert!(held <= money("0.05"));
}

#[tokio::test]
async fn equal_questions_and_answered_ones_go_once_or_not_at_all() {
    let house = House::new();
    let server = batching();
    let models = models(&house, &server, plenty());
    models.ask(&question("text 7"), &CancellationToken::new()).await.unwrap();
    let mut questions = questions(120);
    questions.push(question("text 50"));
    questions.push(question("text 51"));
    let handed = hand_in(&models, &questions).await.unwrap();
    assert_eq!((handed.batch.entries.len(), handed.places.len()), (119, 121));
    assert!(!handed.places.contains(&7) && handed.places.contains(&121));
    let mut keys: Vec<&str> = handed.batch.entries.iter().map(|e| e.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 119);
    let cached = house.calls().await;
    let cached = cached.iter().filter(|call| call.outcome == CallOutcome::Cached);
    assert_eq!(cached.count(), 0, "looking is no call");
}

#[tokio::test]
async fn what_is_too_long_for_the_model_stays_out_of_a_batch() {
    let house = House::new();
    let server = batching();
    let mut questions = questions(130);
    questions[60] = question(&"long ".repeat(40_000));
    let handed = hand_in(&models(&house, &server, plenty()), &questions).await.unwrap();
    assert!(!handed.places.contains(&60) && handed.places.len() == 128, "{}", handed.places.len());
}

#[tokio::test]
async fn a_batch_that_is_not_taken_holds_no_money() {
    for bad in ["/v1/files", "/v1/batches"] {
        let house = House::new();
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
            path if path == bad => {
                Said::Status("400 Bad Request", "", json!({"error": {"message": "no"}}))
            }
            _ => Said::Body(json!({"id": "file-1"})),
        });
        let models = models(&house, &server, plenty());
        let error = models.submit(&questions(110), &CancellationToken::new()).await.unwrap_err();
        assert!(matches!(error, LlmError::Refused { .. }), "{error}");
        let calls = house.calls().await;
        assert_eq!(calls.len(), 110);
        assert!(calls.iter().all(|call| call.outcome != CallOutcome::Reserved));
        assert_eq!(held(&house).await, calls[0].counted, "the one that was asked by itself");
    }
}

#[tokio::test]
async fn a_batch_that_may_have_been_taken_counts_in_full() {
    let house = House::new();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
        "/v1/batches" => Said::Cut,
        _ => Said::Body(json!({"id": "file-1"})),
    });
    let models = models(&house, &server, plenty());
    models.submit(&questions(110), &CancellationToken::new()).await.unwrap_err();
    assert!(held(&house).await > money("0.1"), "its name was lost on the way back");
}

#[tokio::test]
async fn a_batch_that_is_cancelled_before_it_is_opened_holds_no_money() {
    let house = House::new();
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
        "/v1/files" => {
            token.cancel();
            Said::Silence
        }
        other => panic!("{other}"),
    });
    let models = models(&house, &server, plenty());
    let error = models.submit(&questions(110), &cancel).await.unwrap_err();
    assert!(matches!(error, LlmError::Cancelled), "{error}");
    let calls = house.calls().await;
    assert!(calls[1..].iter().all(|call| call.outcome == CallOutcome::Cancelled));
    assert_eq!(held(&house).await, calls[0].counted);
}

/// A server whose batch is over at the first look, and answers each question as `line` says, given
/// its place and its line.
fn answering(
    status: &'static str,
    line: impl Fn(usize, &Value) -> String + Send + Sync + 'static,
) -> Server {
    let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
    Server::start(move |asked: &Asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
        "/v1/files" => {
            let file = asked.raw.lines().filter_map(|line| serde_json::from_str(line).ok());
            *lines.lock().unwrap() = file.collect();
            Said::Body(json!({"id": "file-1"}))
        }
        "/v1/batches" => Said::Body(json!({"id": "batch-1", "status": "validating"})),
        "/v1/batches/batch-1" => Said::Body(json!({"status": status, "output_file_id": "out"})),
        "/v1/files/out/content" => {
            let lines = lines.lock().unwrap();
            let said = lines.iter().enumerate().map(|(at, known)| line(at, known) + "\n");
            Said::Raw("application/octet-stream", said.collect())
        }
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn what_was_billed_is_paid_for_also_where_it_cannot_be_used() {
    let house = House::new();
    let server = answering("completed", |at, line| {
        let body = match at {
            0 => json!({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}),
            1 => json!({"choices": []}),
            2 => return "{\"custom_id\": \"cut of".to_owned(),
            3 => {
                let mut body = chat("{\"label\": \"cu", 100, 10);
                body["choices"][0]["finish_reason"] = json!("length");
                body
            }
            4 => {
                // All that it was allowed, which is less than the provider's own bound.
                let mut body = chat("{\"label\": \"cut\"}", 100, 200);
                body["choices"][0]["finish_reason"] = Value::Null;
                body
            }
            _ => chat("{\"label\": \"good\"}", 100, 10),
        };
        json!({"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}})
            .to_string()
    });
    let models = models(&house, &server, plenty());
    let questions = questions(111);
    let batch = submit(&models, &questions).await.unwrap();
    let before = house.calls().await;
    let over = models.collect(&batch).await.unwrap();
    assert_eq!(over, Collected::Done { answered: 105, failed: 5 });
    let after = house.calls().await;
    let counted: Vec<Money> = after[1..5].iter().map(|call| call.counted).collect();
    let used = Money::from_micros(140);
    assert_eq!(counted, [used, before[2].counted, before[3].counted, used]);
    let asked = server.count();
    for (at, question) in questions[4..=5].iter().enumerate() {
        let answer = models.ask(question, &CancellationToken::new()).await.unwrap();
        let is_asked = !answer.is_cached && server.count() == asked + at + 1;
        assert!(is_asked, "what is cut off is not kept");
    }
}

#[tokio::test]
async fn a_batch_that_expired_gives_back_its_money() {
    let house = House::new();
    let server = answering("EXPIRED", |at, line| {
        if at < 10 {
            let body = chat("{\"label\": \"good\"}", 100, 10);
            json!({"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}})
                .to_string()
        } else {
            let error = json!({"code": "batch_expired", "message": "not executed in time"});
            json!({"custom_id": line["custom_id"], "response": null, "error": error}).to_string()
        }
    });
    let models = models(&house, &server, plenty());
    let batch = submit(&models, &questions(111)).await.unwrap();
    let over = models.collect(&batch).await.unwrap();
    assert_eq!(over, Collected::Done { answered: 10, failed: 100 });
    let calls = house.calls().await;
    assert_eq!(calls[1..].iter().map(|call| call.counted).sum::<Money>(), Money::from_micros(1400));
}

#[tokio::test]
async fn a_batch_is_reserved_and_paid_for_at_its_own_price() {
    let house = House::new();
    let server = answering("completed", |_, line| {
        let body = chat("{\"label\": \"good\"}", 100, 10);
        json!({"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}})
            .to_string()
    });
    let held_at = async |percent| {
        let mut settings = settings("p", &server.base);
        (settings.has_batches, settings.batch_percent) = (true, percent);
        let models = house.models(vec![house.provider(settings, &["key-one"])], plenty());
        let before = held(&house).await;
        let questions: Vec<Question> =
            (0..111).map(|n| question(&format!("text {n} at {percent:03}"))).collect();
        let batch = submit(&models, &questions).await.unwrap();
        let reserved = held(&house).await - before;
        models.collect(&batch).await.unwrap();
        (reserved, held(&house).await - before)
    };
    let (whole, half) = (held_at(100).await, held_at(50).await);
    let nearly = |money: Money| money.percent(45)..money.percent(55);
    assert!(nearly(whole.0).contains(&half.0), "{} and {}", whole.0, half.0);
    assert!(nearly(whole.1).contains(&half.1), "{} and {}", whole.1, half.1);
}

#[tokio::test]
async fn a_batch_is_unknown_only_where_every_key_says_so() {
    let house = House::new();
    let sent = "2026-11-16T10:00:00Z".parse().unwrap();
    let (provider, model, id) = ("p".to_owned(), "small".to_owned(), "batch-1".to_owned());
    let batch = Batch { provider, model, id, sent, entries: Vec::new() };
    for (keys, is_unknown) in [
        (["key-busy", "key-other"], false),
        (["key-other", "key-busy"], false),
        (["key-other", "key-third"], true),
    ] {
        let server = Server::start(|asked| {
            let status = match asked.key() {
                Some("key-busy") => "429 Too Many Requests",
                _ => "404 Not Found",
            };
            Said::Status(status, "", json!({"error": {"message": "no"}}))
        });
        let models =
            house.models(vec![house.provider(settings("p", &server.base), &keys)], plenty());
        let error = models.collect(&batch).await.unwrap_err();
        let LlmError::Refused { source, .. } = error else { panic!("{error}") };
        assert_eq!(
            matches!(source, CallError::NotOffered { .. }),
            is_unknown,
            "{keys:?}: {source}"
        );
    }
}

#[tokio::test]
async fn a_batch_that_is_never_over_is_waited_for_no_longer_than_it_can_take() {
    let house = House::new();
    let server = answering("pondering", |_, _| String::new());
    let models = models(&house, &server, plenty());
    let batch = submit(&models, &questions(111)).await.unwrap();
    house.clock.advance(SignedDuration::from_hours(49));
    assert_eq!(models.collect(&batch).await.unwrap(), Collected::Waiting);
    house.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(models.collect(&batch).await.unwrap(), Collected::Overdue);
}

#[tokio::test]
async fn a_batch_whose_file_is_named_like_an_address_is_not_handed_in() {
    let house = House::new();
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text("{\"label\": \"live\"}".into()),
        _ => Said::Body(json!({"id": "../models?all=1"})),
    });
    let models = models(&house, &server, plenty());
    let error = models.submit(&questions(110), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, LlmError::Refused { .. }), "{error}");
    assert_eq!(held(&house).await, house.calls().await[0].counted);
    assert!(!server.asked().iter().any(|asked| asked.path == "/v1/batches"));
}
