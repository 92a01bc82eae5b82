//! What reviewers correct is learnt, and a user's own taxonomy counts, in the next run.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::jobs::{self, Pipeline, PipelineSettings, Plan};
use reservoir::model::{
    Automation, AutomationId, Edit, Field, Origin, QueueFilter, Scored, Stage, Status,
};
use reservoir::net::{Client, NetSettings};
use reservoir::review::{self, Reviewer};
use reservoir::store::Store;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Stories of one kind; the last is not corrected.
const STORIES: [(&str, &str); 4] = [
    ("Overdue invoices for a bakery", "flour merchants"),
    ("Overdue invoices for a nursery", "garden shops"),
    ("Overdue invoices for a printer", "publishers"),
    ("Overdue invoices for a brewery", "pubs"),
];

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
        let pipeline = Pipeline::new(store.clone(), client, settings)
            .unwrap()
            .with_taxonomy_file(folder.path().join("taxonomy.toml"));
        Self { folder, store, pipeline }
    }

    /// Imports stories and extracts from them; what the stage says.
    async fn read(&self, stories: &[(&str, &str)]) -> String {
        let lines: Vec<String> = stories
            .iter()
            .map(|(title, who)| {
                let text = format!(
                    "When an invoice is overdue in QuickBooks, Zapier sends the {who} a text by Twilio \
                     and posts a note to Slack. We built it last week."
                );
                json!({"url": format!("https://example.org/{who}"), "title": title, "text": text})
                    .to_string()
            })
            .collect();
        let path = self.folder.path().join("stories.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let token = CancellationToken::new();
        jobs::import(&self.store, vec![path], |_| {}, &token).await.unwrap();
        let plan = Plan { stages: vec![Stage::Extract], ..Plan::default() };
        let summary = self.pipeline.run(plan, |_| {}, CancellationToken::new()).await.unwrap();
        summary.jobs.iter().filter_map(|job| job.message.clone()).collect()
    }

    /// The item that was read from the story of `title`.
    async fn item(&self, title: &str) -> Automation {
        let inbox = QueueFilter { status: Some(Status::Inbox), ..QueueFilter::default() };
        let title = title.to_owned();
        let items: Vec<Automation> = self
            .store
            .read(move |reading| {
                let ids = reading.list_queue(&inbox)?;
                ids.into_iter().map(|id| reading.find_automation(id)).collect::<Result<Vec<_>, _>>()
            })
            .await
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        items.into_iter().find(|item| item.content.title == title).unwrap()
    }

    async fn correct(&self, id: AutomationId, function: &str) {
        let values = vec![(Field::Functions, json!([{"label": function, "p": 1.0}]))];
        let edit = Edit { id, revision: 1, values };
        let who =
            Reviewer { name: "ada".into(), origin: Origin::CommandLine, now: Timestamp::now() };
        review::edit(&self.store, edit, who).await.unwrap();
    }
}

fn p_of(functions: &[Scored], label: &str) -> f32 {
    functions.iter().find(|scored| scored.label == label).map_or(0.0, |scored| scored.p)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_like_item_is_classified_as_reviewers_corrected() {
    let house = House::new();
    house.read(&STORIES).await;
    let before = house.item(STORIES[3].0).await.content.functions;
    assert_eq!(before[0].label, "Invoices and expenses", "{before:?}");

    let house = House::new();
    house.read(&STORIES[..3]).await;
    for (title, _) in &STORIES[..3] {
        house.correct(house.item(title).await.id, "Lead nurturing").await;
    }
    house.read(&STORIES).await;
    let after = house.item(STORIES[3].0).await.content.functions;
    assert_eq!(after[0].label, "Lead nurturing", "{after:?}");
    assert!(p_of(&after, "Invoices and expenses") < p_of(&before, "Invoices and expenses"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_function_is_found_when_the_taxonomy_names_it() {
    let house = House::new();
    let own = "[[function]]\nname = \"Dunning\"\ndescription = \"Gets paid.\"\n\
               signs = [\"overdue\", \"invoice*\", \"quickbooks\", \"sends the pubs\"]\n";
    std::fs::write(house.folder.path().join("taxonomy.toml"), own).unwrap();
    house.read(&STORIES[3..]).await;
    let functions = house.item(STORIES[3].0).await.content.functions;
    assert!(functions.iter().any(|scored| scored.label == "Dunning"), "{functions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_says_where_when_the_taxonomy_is_bad() {
    let house = House::new();
    std::fs::write(house.folder.path().join("taxonomy.toml"), "[[function]]\nnam = \"x\"").unwrap();
    let told = house.read(&STORIES[3..]).await;
    assert!(told.contains("taxonomy.toml") && told.contains("nam"), "{told}");
}
