//! The pipeline over a real store, with a feed served on this machine.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::jobs::{Finder, JobsError, Pipeline, PipelineSettings, Plan};
use reservoir::model::{
    AutomationId, JobState, NewSource, QueueFilter, SearchQuery, Source, SourceKind, Stage,
};
use reservoir::net::{Client, NetSettings};
use reservoir::store::{Lease, Store, StoreError};
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

const FEED: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Builds</title>
<item><guid>one</guid><title>Chasing invoices</title><link>https://example.org/one</link>
<description>When an invoice is overdue in QuickBooks, Zapier sends the client a text by Twilio
and posts a note to Slack. It saves us three hours a week.</description></item>
<item><guid>two</guid><title>News</title><link>https://example.org/two</link>
<description>The company raised four million.</description></item></channel></rss>"#;

struct House {
    folder: TempDir,
    store: Store,
    pipeline: Pipeline,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let client = Client::new(NetSettings {
            allowed_hosts: vec!["127.0.0.1".into()],
            host_delay: Duration::ZERO,
            attempts: 1,
            ..NetSettings::default()
        })
        .unwrap();
        let settings = PipelineSettings {
            index_folder: folder.path().join("index"),
            workers: 2,
            minimum_confidence: 0.2,
            owner: format!("test:{}", std::process::id()),
        };
        let pipeline = Pipeline::new(store.clone(), client, settings).unwrap();
        Self { folder, store, pipeline }
    }

    async fn add_feed(&self, address: &str) {
        let source = NewSource {
            name: "feed".into(),
            kind: SourceKind::Feed,
            address: address.into(),
            title: None,
            is_enabled: true,
        };
        let saved = self.store.write(move |w| w.save_source(&source, Timestamp::now())).await;
        saved.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    async fn source(&self) -> Source {
        self.store.read(|reading| reading.find_source("feed")).await.unwrap().unwrap()
    }

    async fn run(&self, plan: Plan) -> Vec<(Stage, JobState, String)> {
        let summary = self.pipeline.run(plan, |_| {}, CancellationToken::new()).await.unwrap();
        let told = |job: &reservoir::model::JobRow| {
            (job.stage, job.state, job.message.clone().unwrap_or_default())
        };
        summary.jobs.iter().map(told).collect()
    }

    /// Visits the feed now, due or not.
    async fn crawl(&self) -> (JobState, String) {
        let plan =
            Plan { stages: vec![Stage::Crawl], sources: vec!["feed".into()], with_sample: false };
        let (_, state, message) = self.run(plan).await.remove(0);
        (state, message)
    }

    async fn inbox(&self) -> Vec<AutomationId> {
        self.store.read(|reading| reading.list_queue(&QueueFilter::default())).await.unwrap()
    }
}

#[tokio::test]
async fn a_feed_becomes_searchable_automations() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(FEED, "application/rss+xml"))
        .mount(&server)
        .await;
    let house = House::new();
    house.add_feed(&server.uri()).await;
    let jobs = house.run(Plan::default()).await;
    assert!(jobs.iter().all(|(_, state, _)| *state == JobState::Done), "{jobs:?}");
    assert_eq!(house.inbox().await.len(), 1, "one of the two entries is an automation");
    let finder = Finder::open(&house.store, &house.folder.path().join("index")).await.unwrap();
    let answer = finder.search(&SearchQuery::new("overdue invoice", 5)).unwrap();
    assert_eq!(answer.hits.len(), 1);
}

#[tokio::test]
async fn an_unchanged_feed_is_asked_conditionally_and_stores_nothing() {
    let server = MockServer::start().await;
    Mock::given(header("if-none-match", "\"v1\""))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("etag", "\"v1\"")
                .set_body_raw(FEED, "application/rss+xml"),
        )
        .mount(&server)
        .await;
    let house = House::new();
    house.add_feed(&server.uri()).await;
    assert_eq!(house.crawl().await, (JobState::Done, "2 new, 0 changed, 0 known".into()));
    let (state, message) = house.crawl().await;
    assert_eq!((state, message.as_str()), (JobState::Done, "not modified since the last visit"));
}

#[tokio::test]
async fn a_changed_entry_is_a_new_revision_and_is_read_again() {
    let server = MockServer::start().await;
    let first = Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(FEED, "application/rss+xml"))
        .mount_as_scoped(&server)
        .await;
    let house = House::new();
    house.add_feed(&server.uri()).await;
    house.run(Plan::default()).await;
    drop(first);
    let changed = FEED.replace("three hours", "five hours");
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(changed, "application/rss+xml"))
        .mount(&server)
        .await;
    assert_eq!(house.crawl().await, (JobState::Done, "0 new, 1 changed, 1 known".into()));
    house.run(Plan { stages: vec![Stage::Extract], ..Plan::default() }).await;
    let inbox = house.inbox().await;
    assert_eq!(inbox.len(), 1);
    let id = inbox[0];
    let view = house.store.read(move |reading| reading.find_item(id)).await.unwrap().unwrap();
    let document = view.document.unwrap();
    assert_eq!(document.revision, 2);
    assert!(document.readable.contains("five hours"));
    for evidence in view.evidence {
        assert!(evidence.span.slice(&document.readable).is_some());
    }
}

#[tokio::test]
async fn a_failing_feed_is_told_in_words_and_left_alone_for_a_while() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(500)).mount(&server).await;
    let house = House::new();
    house.add_feed(&server.uri()).await;
    let (state, message) = house.crawl().await;
    assert_eq!(state, JobState::Failed);
    assert!(message.contains("500"), "{message}");
    let source = house.source().await;
    assert_eq!(source.consecutive_failures, 1);
    assert!(source.next_attempt.unwrap() > Timestamp::now());
    let jobs = house.run(Plan { stages: vec![Stage::Crawl], ..Plan::default() }).await;
    assert!(jobs.is_empty(), "a source that is not due is not visited: {jobs:?}");
}

#[tokio::test]
async fn a_run_is_refused_while_another_process_holds_the_lease() {
    let house = House::new();
    let now = Timestamp::now();
    let lease = Lease {
        name: "pipeline".into(),
        owner: "elsewhere:1".into(),
        until: now + jiff::SignedDuration::from_secs(60),
    };
    let taken = house.store.write(move |writing| writing.take_lease(&lease, now)).await;
    assert!(taken.unwrap_or_else(|error: StoreError| panic!("{error}")));
    let refused = house.pipeline.run(Plan::default(), |_| {}, CancellationToken::new()).await;
    assert!(matches!(refused, Err(JobsError::Busy { owner }) if owner == "elsewhere:1"));
}

#[tokio::test]
async fn a_cancelled_run_says_so_and_the_next_one_does_the_rest() {
    let house = House::new();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let plan = Plan { with_sample: true, ..Plan::default() };
    let summary = house.pipeline.run(plan.clone(), |_| {}, cancel).await.unwrap();
    assert!(summary.jobs.iter().all(|job| job.state == JobState::Cancelled));
    assert!(house.inbox().await.is_empty());
    house.run(plan).await;
    assert!(house.inbox().await.len() > 50);
}
