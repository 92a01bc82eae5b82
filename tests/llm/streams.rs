//! Answers that are streamed to somebody who waits.

use crate::house::{House, label, plenty, question, settings};
use crate::server::{End, Said, Server, delta};
use reservoir::llm::{Delta, Question};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

fn streamed() -> (Question, UnboundedReceiver<Delta>) {
    let (deltas, heard) = unbounded_channel();
    (Question { deltas: Some(deltas), ..question("x") }, heard)
}

fn parts() -> Vec<Value> {
    vec![delta("{\"label\""), delta(": \"ä\"}")]
}

fn heard(mut deltas: UnboundedReceiver<Delta>) -> Vec<Delta> {
    std::iter::from_fn(|| deltas.try_recv().ok()).collect()
}

fn text(text: &str) -> Delta {
    Delta::Text(text.to_owned())
}

#[tokio::test]
async fn an_answer_is_heard_while_it_comes_in_and_counted_at_its_end() {
    let house = House::new();
    let server = Server::start(|_| {
        let mut all = parts();
        all.push(json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}));
        all.push(json!({"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 4}}));
        Said::Events(all, End::Done)
    });
    let (question, deltas) = streamed();
    let answer = house.one(&server).ask(&question, &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, answer.usage.output), (label("ä"), 4));
    assert_eq!(heard(deltas), [text("{\"label\""), text(": \"ä\"}")]);
    assert_eq!(server.asked()[0].body["stream"], true);
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let house = House::new();
    let server = Server::saying("{\"label\": \"ä\"}");
    let (question, deltas) = streamed();
    let answer = house.one(&server).ask(&question, &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, heard(deltas).len()), (label("ä"), 1));
}

#[rstest]
#[case::cut(End::Cut)]
#[case::stalled(End::Stall)]
#[tokio::test]
async fn a_stream_that_breaks_begins_anew(#[case] end: End) {
    let house = House::new();
    let is_cut = matches!(end, End::Cut);
    let server = Server::start(move |asked| match asked.before {
        0 => Said::Events(vec![delta("{\"la")], if is_cut { End::Cut } else { End::Stall }),
        _ => Said::Events(parts(), End::Done),
    });
    let mut settings = settings("p", &server.base);
    settings.timeouts.silence = Duration::from_millis(80);
    let models = house.models(vec![house.provider(settings, &[])], plenty());
    let (question, deltas) = streamed();
    let answer = models.ask(&question, &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, server.count()), (label("ä"), 2));
    assert_eq!(heard(deltas)[..2], [text("{\"la"), Delta::Anew]);
}

#[tokio::test]
async fn a_stream_that_turns_into_an_error_is_an_outage() {
    let house = House::new();
    let bad = json!({"error": {"message": "overloaded", "code": 503}});
    let first = Server::start(move |_| Said::Events(vec![delta("{"), bad.clone()], End::Done));
    let second = Server::start(|_| Said::Events(parts(), End::Done));
    let (question, _deltas) = streamed();
    let answer = house.many(&[&first, &second]).ask(&question, &CancellationToken::new()).await;
    assert_eq!(answer.unwrap().made_by.provider, "p1");
}
