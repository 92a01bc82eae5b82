//! Bad days: limits, dead keys, outages, and turning to the next.

use crate::house::{House, label, money, plenty, question, settings};
use crate::server::{Asked, Said, Server, chat};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use reservoir::jobs::desk;
use reservoir::llm::{BreakerState, Clock, Desk, Ledger, LlmError, Models};
use reservoir::model::{CallId, CallOutcome, Money, Permission, Reservation, Settlement};
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const GOOD: &str = "{\"label\": \"a\"}";

fn limited(headers: &'static str) -> Said {
    Said::Status("429 Too Many Requests", headers, json!({"error": {"message": "slow down"}}))
}

/// Said to one of the keys, while the others get an answer.
fn to_first_key(asked: &Asked, said: Said) -> Said {
    if asked.key() == Some("key-one") { said } else { Said::Text(GOOD.into()) }
}

#[tokio::test]
async fn keys_take_turns() {
    let house = House::new();
    let server = Server::saying(GOOD);
    let provider = house.provider(settings("p", &server.base), &["key-one", "key-two"]);
    let models = house.models(vec![provider], plenty());
    for text in ["x", "y", "z"] {
        models.ask(&question(text), &CancellationToken::new()).await.unwrap();
    }
    let asked = server.asked();
    let keys: Vec<&str> = asked.iter().filter_map(Asked::key).collect();
    assert_eq!(keys, ["key-one", "key-two", "key-one"]);
}

#[tokio::test]
async fn a_limited_key_rests_as_long_as_it_is_told_while_the_other_works() {
    let house = House::new();
    let server = Server::start(|asked| to_first_key(asked, limited("Retry-After: 90\r\n")));
    let provider = house.provider(settings("p", &server.base), &["key-one", "key-two"]);
    let models = house.models(vec![provider], plenty());
    let cancel = CancellationToken::new();
    for text in ["x", "y", "z"] {
        assert_eq!(models.ask(&question(text), &cancel).await.unwrap().value, label("a"));
    }
    let first = |server: &Server| {
        server.asked().iter().filter(|asked| asked.key() == Some("key-one")).count()
    };
    assert_eq!((first(&server), house.clock.slept()), (1, vec![]));
    house.clock.advance(SignedDuration::from_secs(91));
    for text in ["1", "2"] {
        models.ask(&question(text), &cancel).await.unwrap();
    }
    assert_eq!(first(&server), 2, "after its rest the key is used again");
}

#[tokio::test]
async fn an_only_key_is_waited_for_where_that_is_not_long() {
    let house = House::new();
    let server = Server::start(|asked| match asked.before {
        0 => limited("Retry-After: 7\r\n"),
        _ => Said::Text(GOOD.into()),
    });
    house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!(house.clock.slept(), [Duration::from_secs(7)]);
    assert_eq!(house.calls().await[0].counted, Money::ZERO, "being turned away costs nothing");
}

#[tokio::test]
async fn a_long_wait_is_given_back_with_its_end() {
    let house = House::new();
    let server = Server::start(|_| limited("x-ratelimit-reset-requests: 1h\r\n"));
    let error =
        house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(error.is_waiting());
    let LlmError::Unavailable { retry_at: Some(at), .. } = error else { panic!("{error}") };
    assert_eq!(at.to_string(), "2026-11-16T11:00:00Z");
    assert_eq!((server.count(), house.clock.slept()), (1, vec![]));
}

#[tokio::test]
async fn a_limit_that_ends_at_once_does_not_make_a_storm() {
    let house = House::new();
    let server = Server::start(|_| limited("Retry-After: 0\r\n"));
    let error =
        house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(error.is_waiting() && server.count() <= 8, "{error}: {}", server.count());
}

#[rstest]
#[case::wrong("401 Unauthorized", "")]
#[case::forbidden("403 Forbidden", "")]
#[case::unpaid("402 Payment Required", "")]
#[case::exhausted("429 Too Many Requests", "insufficient_quota")]
#[tokio::test]
async fn a_dead_key_is_left_alone(#[case] status: &'static str, #[case] code: &'static str) {
    let house = House::new();
    let server = Server::start(move |asked| {
        let told = json!({"error": {"message": "no, key-one!", "code": code}});
        to_first_key(asked, Said::Status(status, "", told))
    });
    let provider = house.provider(settings("p", &server.base), &["key-one", "key-two"]);
    let models = house.models(vec![provider], plenty());
    for text in ["x", "y", "z"] {
        models.ask(&question(text), &CancellationToken::new()).await.unwrap();
    }
    assert_eq!(server.count(), 4, "one call found out, and no second one");
    let told = house.calls().await[0].reason.clone().unwrap();
    assert!(!told.contains("key-one"), "{told}");
}

#[tokio::test]
async fn with_every_key_dead_the_next_provider_is_asked() {
    let house = House::new();
    let first = Server::start(|_| Said::Status("401 Unauthorized", "", json!({"error": "no"})));
    let second = Server::saying(GOOD);
    let models = house.many(&[&first, &second]);
    let answer = models.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.made_by.provider.as_str(), first.count()), ("p1", 1));
}

#[rstest]
#[case::failing(|_: &Asked| Said::Status("500 Internal Server Error", "", json!("oops")))]
#[case::overloaded(|_: &Asked| Said::Status("503 Service Unavailable", "", json!({})))]
#[case::cut(|_: &Asked| Said::Cut)]
#[case::a_page(|_: &Asked| Said::Raw("text/html", "<html>welcome</html>".into()))]
#[case::no_choices(|_: &Asked| Said::Body(json!({"id": "x", "usage": {}})))]
#[case::an_empty_message(|_: &Asked| Said::Body(chat("", 5, 0)))]
#[case::an_error_at_200(|_: &Asked| Said::Body(json!({"error": {"message": "x", "code": 502}})))]
#[tokio::test]
async fn an_outage_is_tried_again_and_then_the_next_is_asked(#[case] bad: fn(&Asked) -> Said) {
    let house = House::new();
    let (first, second) = (Server::start(bad), Server::saying(GOOD));
    let models = house.many(&[&first, &second]);
    let answer = models.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!((answer.value, answer.made_by.provider.as_str()), (label("a"), "p1"));
    assert_eq!(first.count(), 3, "one layer tries again, and it says how often");
    assert!(house.clock.slept().iter().all(|pause| *pause <= Duration::from_secs(2)));
}

#[tokio::test]
async fn an_outage_that_heals_is_not_seen() {
    let house = House::new();
    let server = Server::start(|asked| match asked.before {
        0 | 1 => Said::Status("502 Bad Gateway", "", json!({})),
        _ => Said::Text(GOOD.into()),
    });
    house.one(&server).ask(&question("x"), &CancellationToken::new()).await.unwrap();
    assert_eq!(server.count(), 3);
}

#[rstest]
#[case::silent(|_: &Asked| Said::Silence, "begin its answer")]
#[case::stalled(|_: &Asked| Said::Stall, "go on with its answer")]
#[tokio::test]
async fn a_server_that_keeps_one_waiting_is_given_up(
    #[case] bad: fn(&Asked) -> Said,
    #[case] words: &str,
) {
    let house = House::new();
    let (first, second) = (Server::start(bad), Server::saying(GOOD));
    let mut slow = settings("slow", &first.base);
    slow.timeouts.first_byte = Duration::from_millis(80);
    slow.timeouts.silence = Duration::from_millis(80);
    let providers = vec![
        house.provider(slow, &["key-one"]),
        house.provider(settings("good", &second.base), &["key-one"]),
    ];
    let models = house.models(providers, plenty());
    models.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    let calls = house.calls().await;
    assert!(calls[0].reason.as_deref().unwrap().contains(words), "{calls:?}");
    assert!(calls[0].counted > Money::ZERO, "it may have worked on it, and charge for it");
}

#[tokio::test]
async fn a_slow_answer_ends_with_the_time_for_all_of_it() {
    let house = House::new();
    let server = Server::start(|_| Said::Stall);
    let mut slow = settings("slow", &server.base);
    slow.timeouts.silence = Duration::from_secs(60);
    slow.timeouts.total = Duration::from_millis(100);
    let models = house.models(vec![house.provider(slow, &[])], plenty());
    let error = models.ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().contains("did not end its answer within 100ms"), "{error}");
}

#[tokio::test]
async fn an_address_where_nobody_is_costs_nothing() {
    let house = House::new();
    let models = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let gone = settings("gone", &format!("http://{gone}/v1"));
        house.models(vec![house.provider(gone, &["key-one"])], plenty())
    };
    let error = models.ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(error.is_waiting() && error.to_string().contains("cannot be reached"), "{error}");
    assert!(house.calls().await.iter().all(|call| call.counted == Money::ZERO));
}

#[tokio::test]
async fn a_breaker_keeps_calls_from_a_provider_that_fails_and_one_probe_closes_it() {
    let house = House::new();
    let first = Server::start(|asked| match asked.before {
        0..5 => Said::Status("500 Internal Server Error", "", json!({})),
        _ => Said::Text(GOOD.into()),
    });
    let second = Server::saying(GOOD);
    let models = house.many(&[&first, &second]);
    let cancel = CancellationToken::new();
    for text in ["1", "2", "3", "4"] {
        models.ask(&question(text), &cancel).await.unwrap();
    }
    assert_eq!((first.count(), second.count()), (5, 4), "after five outages it is left alone");
    let status = models.list_status().await;
    assert!(matches!(status[0].breaker, BreakerState::Open { .. }));
    house.clock.advance(SignedDuration::from_secs(60));
    let answer = models.ask(&question("5"), &cancel).await.unwrap();
    assert_eq!(answer.made_by.provider, "p0");
    assert_eq!(models.list_status().await[0].breaker, BreakerState::Closed);
}

#[tokio::test]
async fn an_address_in_an_answer_or_a_redirect_is_not_followed() {
    let house = House::new();
    let trap = Server::saying(GOOD);
    let to = format!("Location: {}/chat/completions\r\n", trap.base).leak();
    let to: &'static str = to;
    let first = Server::start(move |_| Said::Status("307 Temporary Redirect", to, json!({})));
    let seductive = format!("{{\"label\": \"see {}/now\"}}", trap.base);
    let second = Server::saying(&seductive);
    let answer =
        house.many(&[&first, &second]).ask(&question("x"), &CancellationToken::new()).await;
    assert!(answer.unwrap().value["label"].as_str().unwrap().contains("/now"));
    assert_eq!((trap.count(), first.count()), (0, 1));
}

#[tokio::test]
async fn a_model_that_is_not_there_is_somebody_elses_question_or_waits_to_be_mended() {
    let house = House::new();
    let told = json!({"error": {"message": "The model `small` does not exist"}});
    let first = Server::start(move |_| Said::Status("404 Not Found", "", told.clone()));
    let second = Server::saying(GOOD);
    let both = house.many(&[&first, &second]);
    both.ask(&question("x"), &CancellationToken::new()).await.unwrap();
    let alone = house.one(&first).ask(&question("y"), &CancellationToken::new()).await.unwrap_err();
    assert!(alone.is_waiting() && alone.to_string().contains("does not exist"), "{alone}");
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_counts_in_full() {
    let house = House::new();
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    let server = Server::start(move |_| {
        token.cancel();
        Said::Silence
    });
    let mut patient = settings("p", &server.base);
    patient.timeouts.first_byte = Duration::from_secs(60);
    let models = house.models(vec![house.provider(patient, &[])], plenty());
    let error = models.ask(&question("x"), &cancel).await.unwrap_err();
    assert!(matches!(error, LlmError::Cancelled));
    let calls = house.calls().await;
    assert_eq!((calls.len(), calls[0].outcome), (1, CallOutcome::Cancelled));
    assert!(calls[0].counted > money("0.0008"), "the most it can have cost");
}

/// A ledger during whose work somebody cancels.
struct Cancelling(Arc<dyn Ledger>, CancellationToken);

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Ledger for Cancelling {
    fn reserve(&self, wanted: Reservation) -> BoxFuture<'_, Result<Permission, Failure>> {
        self.1.cancel();
        self.0.reserve(wanted)
    }

    fn settle(&self, call: CallId, settlement: Settlement) -> BoxFuture<'_, Result<(), Failure>> {
        self.0.settle(call, settlement)
    }

    fn note_kept(&self, spared: Reservation) -> BoxFuture<'_, Result<(), Failure>> {
        self.0.note_kept(spared)
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_before_it_is_sent_costs_nothing() {
    let house = House::new();
    let server = Server::saying(GOOD);
    let cancel = CancellationToken::new();
    let desk = Desk {
        ledger: Arc::new(Cancelling(desk(&house.store).ledger, cancel.clone())),
        ..desk(&house.store)
    };
    let provider = house.provider(settings("p", &server.base), &[]);
    let clock = Arc::clone(&house.clock) as Arc<dyn Clock>;
    let models = Models::new(vec![provider], desk, *house.one(&server).bounds(), clock);
    let error = models.ask(&question("x"), &cancel).await.unwrap_err();
    assert!(matches!(error, LlmError::Cancelled));
    let calls = house.calls().await;
    assert_eq!((calls.len(), calls[0].outcome), (1, CallOutcome::Cancelled));
    assert_eq!((calls[0].counted, server.count()), (Money::ZERO, 0));
}

#[tokio::test]
async fn without_a_provider_nothing_is_asked() {
    let house = House::new();
    let models = house.models(vec![], plenty());
    let error = models.ask(&question("x"), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, LlmError::NotConfigured { .. }));
}
