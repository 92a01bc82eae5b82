//! The pipeline over a real store, with a feed served on this machine.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::jobs::{
    self, Again, Finder, Follower, Intake, JobsError, Pipeline, PipelineSettings, Plan,
};
use reservoir::model::{
    AutomationId, Content, Edit, Field, JobRow, JobState, Location, NewSource, Origin, QueueFilter,
    SearchMode, SearchQuery, Source, SourceKind, Stage, Status, Verdict,
};
use reservoir::net::{Client, NetSettings};
use reservoir::review::{self, Reviewer};
use reservoir::search::Index;
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

impl House {
    async fn run_again(&self, again: Again) -> Vec<JobRow> {
        let token = CancellationToken::new();
        let run = self.pipeline.run_again(again, Plan::default(), |_| {}, token);
        run.await.unwrap().jobs
    }

    async fn import(&self, path: &std::path::Path) -> Intake {
        let token = CancellationToken::new();
        jobs::import(&self.store, vec![path.to_owned()], |_| {}, &token).await.unwrap()
    }

    async fn letters(&self) -> Vec<String> {
        let letters = self.store.read(|reading| reading.list_dead_letters(99)).await.unwrap();
        letters.into_iter().map(|letter| letter.subject).collect()
    }

    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("store.db")).unwrap()
    }
}

fn ada() -> Reviewer {
    Reviewer { name: "ada".into(), origin: Origin::CommandLine, now: Timestamp::now() }
}

const LINE: &str = r#"{"id": "one", "title": "Chasing invoices", "text": "When an invoice is overdue in QuickBooks, Zapier sends the client a text by Twilio and posts a note to Slack. It saves us three hours a week."}"#;

#[tokio::test]
async fn a_replay_changes_nothing_where_nothing_reads_otherwise() {
    let house = House::new();
    house.run(Plan { with_sample: true, ..Plan::default() }).await;
    let id = house.inbox().await[0];
    review::decide(&house.store, vec![(id, None)], Verdict::Approve, ada()).await.unwrap();
    let newest = house.store.read(|reading| reading.newest_change()).await.unwrap();
    let jobs = house.run_again(Again::Reading).await;
    assert_eq!(jobs[0].stage, Stage::Crawl);
    let message = jobs[0].message.clone().unwrap();
    assert!(message.starts_with("0 new, 0 changed, "), "{message}");
    assert!(!message.contains(" 0 known"), "{message}");
    assert!(jobs.iter().all(|job| job.state == JobState::Done), "{jobs:?}");
    assert_eq!(house.store.read(|reading| reading.newest_change()).await.unwrap(), newest);
}

#[tokio::test]
async fn a_replay_that_reads_otherwise_makes_a_revision_and_keeps_the_decision() {
    let house = House::new();
    let path = house.folder.path().join("posts.jsonl");
    std::fs::write(&path, LINE).unwrap();
    house.import(&path).await;
    house.run(Plan::default()).await;
    let id = house.inbox().await[0];
    let edit = Edit { id, revision: 1, values: vec![(Field::Title, "Mine".into())] };
    review::edit(&house.store, edit, ada()).await.unwrap();
    review::decide(&house.store, vec![(id, None)], Verdict::Approve, ada()).await.unwrap();
    // As if an older reader had read it: the stored text is not what today's reader makes of it.
    house
        .file()
        .execute_batch(
            "UPDATE document_texts SET readable = 'An older reading of it. ' || readable;
             UPDATE documents SET content_hash = x'00';",
        )
        .unwrap();
    let jobs = house.run_again(Again::Reading).await;
    assert_eq!(jobs[0].message.as_deref(), Some("0 new, 1 changed, 0 known"));
    let view = house.store.read(move |reading| reading.find_item(id)).await.unwrap().unwrap();
    assert_eq!(view.automation.status, Status::Approved);
    assert_eq!(view.automation.content.title, "Mine");
    let document = view.automation.document.unwrap();
    let found = house.store.read(move |reading| reading.find_document(document)).await.unwrap();
    let found = found.unwrap();
    assert_eq!(found.revision, 2);
    assert!(!found.readable.contains("An older reading"));
    let health = house.store.read(|reading| reading.check_health()).await.unwrap();
    assert!(health.is_sound(), "{health:?}");
}

#[tokio::test]
async fn a_run_again_marks_nothing_while_another_process_holds_the_lease() {
    let house = House::new();
    house.run(Plan { with_sample: true, ..Plan::default() }).await;
    let now = Timestamp::now();
    let lease = Lease {
        name: "pipeline".into(),
        owner: "elsewhere:1".into(),
        until: now + jiff::SignedDuration::from_secs(60),
    };
    let taken = house.store.write(move |writing| writing.take_lease(&lease, now)).await;
    assert!(taken.unwrap_or_else(|error: StoreError| panic!("{error}")));
    let token = CancellationToken::new();
    let run = house.pipeline.run_again(Again::Extraction, Plan::default(), |_| {}, token);
    assert!(matches!(run.await, Err(JobsError::Busy { .. })));
    let waiting = house.store.read(|reading| reading.count_waiting_documents()).await.unwrap();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn a_dead_letter_goes_once_its_file_is_mended_and_read_again() {
    let house = House::new();
    let path = house.folder.path().join("posts.jsonl");
    std::fs::write(&path, format!("{LINE}\nnot json\n")).unwrap();
    assert_eq!(house.import(&path).await.failed, 1);
    assert_eq!(house.letters().await, [format!("{}:2", path.canonicalize().unwrap().display())]);
    house.import(&path).await;
    assert_eq!(house.letters().await.len(), 1, "it is no better");
    std::fs::write(&path, format!("{LINE}\n")).unwrap();
    house.import(&path).await;
    assert!(house.letters().await.is_empty());
}

#[tokio::test]
async fn what_could_not_be_imported_is_imported_by_a_retry() {
    let house = House::new();
    let path = house.folder.path().join("posts.jsonl");
    std::fs::write(&path, "not json\n").unwrap();
    house.import(&path).await;
    assert_eq!(house.letters().await.len(), 1);
    std::fs::write(&path, format!("\n{LINE}\n")).unwrap();
    let jobs = house.run_again(Again::DeadLetters).await;
    assert!(jobs.iter().all(|job| job.state == JobState::Done), "{jobs:?}");
    assert!(house.letters().await.is_empty());
    assert_eq!(house.inbox().await.len(), 1);
}

#[tokio::test]
async fn search_agrees_with_a_store_that_was_put_back_and_went_on() {
    let house = House::new();
    let (one, two) = (house.add("Zebra reminders").await, house.add("Yak invoices").await);
    let backup = house.folder.path().join("backup.db");
    house.file().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    // The history that is given up: the index follows it.
    house.rename(one, "Quokka reminders").await;
    house.rename(one, "Wombat reminders").await;
    house.run(Plan { stages: vec![Stage::Index], ..Plan::default() }).await;
    assert_eq!(house.found("wombat").await, [one]);

    let restored = House::over(house.folder, "backup.db");
    for title in ["Axolotl", "Narwhal", "Pangolin"] {
        restored.rename(two, title).await;
    }
    restored.run(Plan { stages: vec![Stage::Index], ..Plan::default() }).await;
    assert!(restored.found("wombat").await.is_empty(), "the other history is still found");
    assert_eq!(restored.found("zebra").await, [one]);
    assert_eq!(restored.found("pangolin").await, [two]);
}

#[tokio::test]
async fn an_index_stage_can_be_cancelled_and_tells_how_far_it_is() {
    let house = House::new();
    house.run(Plan { with_sample: true, ..Plan::default() }).await;
    std::fs::remove_dir_all(house.folder.path().join("index")).unwrap();
    let index = Index::open(&house.folder.path().join("index")).unwrap();
    let follower = Follower::new(house.store.clone(), index);
    let stop = |_| Err(JobsError::Cancelled);
    let stopped = tokio::task::spawn_blocking(move || {
        let stopped = follower.catch_up(&mut { stop });
        (matches!(stopped, Err(JobsError::Cancelled)), follower)
    });
    let (is_stopped, follower) = stopped.await.unwrap();
    assert!(is_stopped);
    let whole = tokio::task::spawn_blocking(move || follower.catch_up(&mut |_| Ok(())));
    assert!(whole.await.unwrap().unwrap().unwrap().rebuilt_because.is_some());
}

#[tokio::test]
async fn a_group_never_holds_two_items_that_were_put_apart() {
    let house = House::new();
    let path = house.folder.path().join("posts.jsonl");
    let line = |id: &str| {
        let url = format!(r#"{{"url": "https://example.org/{id}", "#);
        LINE.replacen('{', &url, 1).replace("\"one\"", &format!("\"{id}\""))
    };
    std::fs::write(&path, [line("one"), line("two")].join("\n")).unwrap();
    house.import(&path).await;
    house.run(Plan::default()).await;
    let all = house.store.read(|reading| reading.list_automation_ids(AutomationId(0), 9)).await;
    let [one, two] = all.unwrap()[..] else { panic!("not two items") };
    assert_eq!(house.folds().await.len(), 1);
    review::apart(&house.store, one, two, ada()).await.unwrap();
    assert!(house.folds().await.is_empty());
    std::fs::write(&path, [line("one"), line("two"), line("three")].join("\n")).unwrap();
    house.import(&path).await;
    house.run(Plan::default()).await;
    let folds = house.folds().await;
    assert_eq!(folds.len(), 1, "the newcomer stands behind, or before, one of both: {folds:?}");
}

impl House {
    fn over(folder: TempDir, name: &str) -> Self {
        let store = Store::open(&folder.path().join(name)).unwrap();
        let settings = PipelineSettings {
            index_folder: folder.path().join("index"),
            workers: 2,
            minimum_confidence: 0.2,
            owner: format!("test:{}", std::process::id()),
        };
        let client = Client::new(NetSettings::default()).unwrap();
        let pipeline = Pipeline::new(store.clone(), client, settings).unwrap();
        Self { folder, store, pipeline }
    }

    async fn add(&self, title: &str) -> AutomationId {
        let content = Content { title: title.to_owned(), ..Content::default() };
        let added = review::add(&self.store, content, Location::default(), ada()).await.unwrap();
        added.changed[0].id
    }

    async fn rename(&self, id: AutomationId, title: &str) {
        let item = self.store.read(move |reading| reading.find_automation(id)).await.unwrap();
        let revision = item.unwrap().revision;
        let edit = Edit { id, revision, values: vec![(Field::Title, title.into())] };
        review::edit(&self.store, edit, ada()).await.unwrap();
    }

    async fn found(&self, word: &str) -> Vec<AutomationId> {
        let finder = Finder::open(&self.store, &self.folder.path().join("index")).await.unwrap();
        let query = SearchQuery { mode: SearchMode::Text, ..SearchQuery::new(word, 9) };
        finder.search(&query).unwrap().hits.iter().map(|hit| hit.id).collect()
    }

    /// Each item that stands behind another, with the one it stands behind.
    async fn folds(&self) -> Vec<(i64, i64)> {
        let file = self.file();
        let mut statement =
            file.prepare("SELECT id, lead_id FROM automations WHERE lead_id IS NOT NULL").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}
