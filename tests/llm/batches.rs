//! Many questions that nobody waits for.

use crate::house::{House, label, money, plenty, question, settings};
use crate::server::{Asked, Said, Server, chat};
use reservoir::llm::{Batch, Collected, Models, Question};
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

async fn submit(models: &Models, questions: &[Question]) -> Option<Batch> {
    models.submit(questions, &CancellationToken::new()).await.unwrap()
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
    let questions = questions(100);
    let batch = submit(&models(&house, &server, plenty()), &questions).await.unwrap();
    let written = serde_json::to_string(&batch).unwrap();
    let later = models(&house, &server, plenty());
    let batch: Batch = serde_json::from_str(&written).unwrap();
    later.collect(&batch).await.unwrap();
    assert!(matches!(later.collect(&batch).await.unwrap(), Collected::Done { answered: 97, .. }));
    assert!(later.ask(&questions[2], &CancellationToken::new()).await.unwrap().is_cached);
}

#[tokio::test]
async fn few_questions_are_asked_one_by_one() {
    let house = House::new();
    let server = batching();
    assert_eq!(submit(&models(&house, &server, plenty()), &questions(99)).await, None);
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
