//! The inbox orders itself by what the team's verdicts say; replayed verdicts show how well.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::{Timestamp, ToSpan};
use reservoir::jobs::{self, Pipeline, PipelineSettings, Plan};
use reservoir::model::{
    Automation, AutomationId, Content, Location, Order, Origin, QueueFilter, RankReason, Scored,
    Stage, ToolRole, ToolUse, Verdict,
};
use reservoir::net::{Client, NetSettings};
use reservoir::rank::Replay;
use reservoir::review::{self, Reviewer};
use reservoir::store::{Reading, Store};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

struct House {
    folder: TempDir,
    store: Store,
    pipeline: Pipeline,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
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

    async fn run(&self, stages: &[Stage]) -> Vec<String> {
        let plan = Plan { stages: stages.to_vec(), ..Plan::default() };
        let summary = self.pipeline.run(plan, |_| {}, CancellationToken::new()).await.unwrap();
        summary.jobs.iter().filter_map(|job| job.message.clone()).collect()
    }

    async fn add(&self, title: &str, function: &str, tool: &str) -> AutomationId {
        let content = Content {
            title: title.into(),
            description: format!("{title}, with {tool}"),
            functions: vec![Scored { label: function.into(), p: 0.9 }],
            tools: vec![ToolUse { name: tool.into(), role: ToolRole::Used, p: 0.9 }],
            ..Content::default()
        };
        let added = review::add(&self.store, content, Location::default(), ada(0)).await.unwrap();
        added.changed[0].id
    }

    async fn decide(&self, id: AutomationId, verdict: Verdict, minute: i64) {
        review::decide(&self.store, vec![(id, None)], verdict, ada(minute)).await.unwrap();
    }

    async fn queue(&self, order: Order) -> Vec<AutomationId> {
        let filter = QueueFilter { order, ..QueueFilter::default() };
        self.store.read(move |reading| reading.list_queue(&filter)).await.unwrap()
    }
}

fn ada(minute: i64) -> Reviewer {
    let start: Timestamp = "2026-11-02T08:00:00Z".parse().unwrap();
    Reviewer { name: "ada".into(), origin: Origin::CommandLine, now: start + minute.minutes() }
}

fn reject() -> Verdict {
    Verdict::Reject { reason: None }
}

/// Invoices by Stripe are liked, crypto bots are not: 8 judged of each, one of each open.
async fn judged_house() -> (House, AutomationId, AutomationId) {
    let house = House::new();
    for number in 0..8 {
        let liked = house.add(&format!("Chase invoice {number}"), "Invoices", "Stripe").await;
        let disliked =
            house.add(&format!("Trade coin {number}"), "Crypto trading", "Binance").await;
        house.decide(liked, Verdict::Approve, number).await;
        house.decide(disliked, reject(), number).await;
    }
    let disliked = house.add("Trade another coin", "Crypto trading", "Binance").await;
    let liked = house.add("Chase another invoice", "Invoices", "Stripe").await;
    (house, liked, disliked)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_like_what_was_approved_comes_first() {
    let (house, liked, disliked) = judged_house().await;
    let told = house.run(&[Stage::Embed, Stage::Rank]).await;
    assert!(told[1].contains("learnt from 16 verdicts"), "{told:?}");
    assert_eq!(house.queue(Order::Worth).await, [liked, disliked]);
    let item = house.store.read(move |reading| reading.find_automation(liked)).await.unwrap();
    let revision = item.unwrap().revision;
    house.run(&[Stage::Rank]).await;
    let item = house.store.read(move |reading| reading.find_automation(liked)).await.unwrap();
    assert_eq!(item.unwrap().revision, revision, "an order is no change of an item");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_says_why_it_stands_where_it_stands() {
    let (house, _, disliked) = judged_house().await;
    house.run(&[Stage::Embed, Stage::Rank]).await;
    let reasons = house
        .store
        .read(move |reading| jobs::rank_reasons(reading, disliked, ada(60).now))
        .await
        .unwrap()
        .unwrap();
    let crypto = reasons.iter().find(|reason| reason.about == "function Crypto trading").unwrap();
    assert_eq!(crypto.approved, Some((0, 8)));
    assert!(crypto.points < 0.0, "{crypto:?}");
    assert!(crypto.in_words().ends_with("function Crypto trading, 0 of 8 approved"));
    let strengths: Vec<f32> = reasons.iter().map(|reason| reason.points.abs()).collect();
    assert!(strengths.is_sorted_by(|a, b| a >= b), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_weighs_as_its_reason_says() {
    let mut points = Vec::new();
    for reason in ["off topic", "too vague", "outdated", "duplicate of #1"] {
        let house = House::new();
        for number in 0..6 {
            let kept = house.add(&format!("Chase invoice {number}"), "Invoices", "Stripe").await;
            let gone = house.add(&format!("Send a memo {number}"), "Memos", "Fax").await;
            house.decide(kept, Verdict::Approve, number).await;
            house.decide(gone, Verdict::Reject { reason: Some(reason.into()) }, number).await;
        }
        let open = house.add("Send another memo", "Memos", "Fax").await;
        let told = house.run(&[Stage::Rank]).await;
        let verdicts = if reason.starts_with("duplicate") { 6 } else { 12 };
        assert!(told[0].contains(&format!("learnt from {verdicts} verdicts")), "{told:?}");
        let asked = move |reading: &Reading<'_>| jobs::rank_reasons(reading, open, ada(60).now);
        let reasons = house.store.read(asked).await.unwrap().unwrap();
        let of = |about: &str| reasons.iter().find(|reason| reason.about == about);
        points.push(of("function Memos").map_or(0.0, |reason| reason.points));
    }
    // The more a reason says of an item's worth, the further down what is like it goes.
    assert!(points.is_sorted_by(|a, b| a < b), "{points:?}");
    assert_eq!(points[3], 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_taken_back_is_forgotten() {
    let (house, liked, disliked) = judged_house().await;
    house.run(&[Stage::Rank]).await;
    let points = async || {
        let told = move |reading: &Reading<'_>| jobs::rank_reasons(reading, liked, ada(60).now);
        house.store.read(told).await.unwrap().unwrap()
    };
    let before = points().await;
    house.decide(disliked, Verdict::Approve, 30).await;
    house.run(&[Stage::Rank]).await;
    assert_ne!(points().await, before);
    review::undo(&house.store, None, ada(31)).await.unwrap();
    house.run(&[Stage::Rank]).await;
    let after = points().await;
    let close = |(a, b): (&RankReason, &RankReason)| (a.points - b.points).abs() < 1e-3;
    assert_eq!(before.len(), after.len());
    assert!(before.iter().zip(&after).all(close), "{before:?} {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_verdicts_in_the_workbench_order_the_inbox_anew() {
    let (house, liked, disliked) = judged_house().await;
    house.run(&[Stage::Rank]).await;
    assert_eq!(house.queue(Order::Worth).await, [liked, disliked]);
    assert_eq!(jobs::order_when_due(&house.store).await.unwrap(), None);
    for number in 0..20 {
        let id = house.add(&format!("Trade token {number}"), "Crypto trading", "Binance").await;
        house.decide(id, Verdict::Approve, 40 + number).await;
        let id = house.add(&format!("Chase bill {number}"), "Invoices", "Stripe").await;
        house.decide(id, reject(), 40 + number).await;
    }
    let ordered = jobs::order_when_due(&house.store).await.unwrap().unwrap();
    assert_eq!((ordered.verdicts, ordered.items), (56, 2));
    assert_eq!(house.queue(Order::Worth).await, [disliked, liked]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_sure_function_is_looked_at_first_when_the_uncertain_come_first() {
    let house = House::new();
    let sure = house.add("Chase invoices", "Invoices", "Stripe").await;
    let unsure = house.add("Do things", "Invoices", "Stripe").await;
    let edit = reservoir::model::Edit {
        id: unsure,
        revision: 1,
        values: vec![(
            reservoir::model::Field::Functions,
            serde_json::json!([{"label": "Invoices", "p": 0.1}]),
        )],
    };
    review::edit(&house.store, edit, ada(1)).await.unwrap();
    house.run(&[Stage::Rank]).await;
    assert_eq!(house.queue(Order::Uncertain).await, [unsure, sure]);
}

/// A reviewer made up for measuring: what they like, and how often they slip.
struct Taste {
    name: &'static str,
    likes: fn(&Automation) -> bool,
}

const TASTES: [Taste; 3] = [
    Taste {
        name: "functions",
        likes: |item| {
            let best = item.content.functions.first().map_or("", |best| best.label.as_str());
            ["Lead", "Invoice", "Support", "CRM"].iter().any(|word| best.contains(word))
        },
    },
    Taste {
        name: "tools and triggers",
        likes: |item| {
            let uses = |name: &str| item.content.tools_used().any(|tool| tool.name == name);
            uses("Telegram") || uses("Airtable") || uses("WhatsApp") && uses("Google Sheets")
        },
    },
    Taste {
        name: "a subject",
        likes: |item| {
            let text =
                format!("{} {}", item.content.title, item.content.description).to_lowercase();
            ["customer", "client", "appointment", "order"].iter().any(|word| text.contains(word))
        },
    },
];
/// One verdict in so many is a slip.
const SLIP: u64 = 20;
const TEMPLATES: usize = 1_000;

/// The share of approvals found in the first 20% of each queue of 50, over real templates with
/// reviewers made up; skipped where the templates are absent.
#[tokio::test(flavor = "multi_thread")]
async fn approvals_stand_at_the_head_of_the_queue_over_real_templates() {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/templates/train.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no templates beside the project");
        return;
    };
    let house = House::new();
    let part: Vec<&str> = text.lines().step_by(3).take(TEMPLATES).collect();
    let file = house.folder.path().join("templates.jsonl");
    std::fs::write(&file, part.join("\n")).unwrap();
    let token = CancellationToken::new();
    jobs::import(&house.store, vec![file], |_| {}, &token).await.unwrap();
    house.run(&[Stage::Extract, Stage::Embed]).await;
    let mut ids = house.queue(Order::Newest).await;
    ids.reverse();
    println!("taste                 approved  learned  unlearned  newest  random");
    for taste in &TASTES {
        let found = replayed(&house, &ids, taste).await;
        assert!(found.learned > 1.4 * found.random, "{}: {found:?}", taste.name);
        assert!(found.learned > found.newest_first, "{}: {found:?}", taste.name);
    }
}

async fn replayed(house: &House, ids: &[AutomationId], taste: &Taste) -> reservoir::rank::Found {
    for (minute, id) in ids.iter().enumerate() {
        let id = *id;
        let item =
            house.store.read(move |reading| reading.find_automation(id)).await.unwrap().unwrap();
        let slips = (id.0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let likes = (taste.likes)(&item) != slips.is_multiple_of(SLIP);
        house.decide(id, if likes { Verdict::Approve } else { reject() }, minute as i64).await;
    }
    let Replay { verdicts, approvals, found, .. } =
        jobs::replay_verdicts(&house.store, 50).await.unwrap();
    println!(
        "{:<20} {:>8.1}% {:>7.1}% {:>9.1}% {:>6.1}% {:>6.1}%",
        taste.name,
        100.0 * approvals as f64 / verdicts as f64,
        100.0 * found.learned,
        100.0 * found.unlearned,
        100.0 * found.newest_first,
        100.0 * found.random
    );
    for id in ids {
        house.decide(*id, Verdict::Reopen, 10_000).await;
    }
    found
}
