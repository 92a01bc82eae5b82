//! The program's longer errands: sorting, long documents, a cancel in the middle, warnings.

use crate::home::{Home, section};
use crate::refining::{INVOICES, VISITS, of_invoices, sensible, title};
use crate::server::{Asked, Said, Server, chat};
use jiff::{SignedDuration, Timestamp};
use reservoir::model::CallOutcome;
use reservoir::store::{ModelCall, Store, StoreError};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const OWN: &str = "[[function]]\nname = \"Pond care\"\naliases = [\"ponds\"]\n\
                   description = \"Looking after ponds.\"\nkeywords = [\"pond\"]\n";

/// A workflow of which the rules cannot well say what it is for.
const WORKFLOW: &str = r#"{"name": "Thing to thing", "nodes": [
    {"parameters": {}, "name": "When clicking", "type": "n8n-nodes-base.manualTrigger",
     "typeVersion": 1, "position": [0, 0]},
    {"parameters": {"url": "https://example.com/levels"}, "name": "Fetch levels",
     "type": "n8n-nodes-base.httpRequest", "typeVersion": 1, "position": [200, 0]}],
  "connections": {"When clicking": {"main": [[{"node": "Fetch levels", "type": "main", "index": 0}]]}}}"#;

async fn calls(home: &Home) -> Vec<ModelCall> {
    let store = Store::open(&home.store_file()).unwrap();
    let calls = store.read(|reading| reading.list_model_calls(10_000)).await;
    calls.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

#[test]
fn what_the_rules_are_unsure_of_is_sorted_by_the_users_own_taxonomy() {
    let server = Server::start(|asked| {
        assert!(asked.words().contains("- Pond care") && asked.words().contains("Fetch levels"));
        let labels = |label: &str| json!([{"label": label, "p": 0.9}]);
        let said = json!({"functions": labels("PONDS"), "industries": labels("Space travel")});
        Said::Text(said.to_string())
    });
    let home = Home::behind(&server, "1.00", "");
    std::fs::write(home.path("home/config/taxonomy.toml"), OWN).unwrap();
    home.import(&[("thing.json", WORKFLOW)]);
    let message = home.extract(&[]);
    assert!(message.contains("1 refined") && message.contains("1 label unknown"), "{message}");
    let item = &home.items()[0]["automation"];
    assert_eq!(item["functions"][0]["label"], "Pond care", "{item}");
    let made_by = format!("{}, classify 3 by near/small", reservoir::extract::MADE_BY);
    assert_eq!(item["made_by"], json!(made_by));
    assert_eq!(item["steps"][0]["text"].as_str().map(str::is_empty), Some(false));
    home.extract(&["--again"]);
    assert_eq!(server.count(), 1, "and asked once only");
}

#[test]
fn a_model_may_name_what_the_users_taxonomy_knows() {
    let server = Server::start(|_| {
        let mut found = of_invoices();
        found["functions"] = json!(["ponds"]);
        Said::Text(json!({ "automations": [found] }).to_string())
    });
    let home = Home::behind(&server, "1.00", "");
    std::fs::write(home.path("home/config/taxonomy.toml"), OWN).unwrap();
    home.import(&[("one.md", INVOICES)]);
    home.extract(&[]);
    assert!(server.asked()[0].words().contains("Pond care"));
    assert_eq!(home.items()[0]["automation"]["functions"][0]["label"], "Pond care");
}

#[test]
fn a_long_document_is_read_in_pieces_and_what_straddles_a_border_stands_once() {
    let server = Server::start(sensible);
    let small = section(&server, "5.00", "run_budget = \"5.00\"").replace(
        "cheap = \"small\"",
        "cheap = \"small\"\ncontext_tokens = 9000\noutput_tokens = 1000",
    );
    let home = Home::new(&small);
    let filler = |from: u32| -> String {
        let line = |n| {
            format!(
                "Paragraph {n} tells of the weather of that day, of rain and of wind and sun.\n\n"
            )
        };
        (from..from + 260).map(line).collect()
    };
    let long = [INVOICES, &filler(0), VISITS, &filler(1_000)].concat();
    home.import(&[("long.md", &long)]);
    let message = home.extract(&[]);
    assert!(message.contains("1 refined"), "{message}");
    let asked = server.asked();
    assert!(asked.len() >= 3, "{} pieces", asked.len());
    let with = |words: &str| asked.iter().filter(|asked| asked.words().contains(words)).count();
    assert!(with("offered anew") >= 1 && with("Paragraph 100 tells") >= 1);
    let items = home.items();
    let titles: Vec<&str> = items.iter().map(title).collect();
    assert_eq!(
        titles,
        ["Friday reminders of late invoices", "Missed visits get new slots by text"]
    );
    for item in &items {
        let text: Vec<char> = item["document"]["readable"].as_str().unwrap().chars().collect();
        for evidence in item["evidence"].as_array().unwrap() {
            let at = |name: &str| evidence[name].as_u64().unwrap() as usize;
            let slice: String = text[at("start")..at("end")].iter().collect();
            assert_eq!(slice, evidence["text"].as_str().unwrap());
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_cancel_in_the_middle_keeps_what_was_read_and_the_next_run_reads_the_rest() {
    let server = Server::start(|asked: &Asked| match asked.before {
        1 => Said::Silence,
        _ => sensible(asked),
    });
    let one_by_one = section(&server, "1.00", "")
        .replace("cheap = \"small\"", "cheap = \"small\"\nconcurrency = 1");
    let home = Home::new(&one_by_one);
    home.import(&[("one.md", INVOICES), ("two.md", VISITS)]);
    let child = home
        .command(&["--json", "run", "--stage", "extract"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.count() < 2 {
        assert!(Instant::now() < deadline, "the second question never came");
        tokio::task::yield_now().await;
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("cancelled; the next run goes on"), "{said}");
    let made_by = |item: &Value| item["automation"]["made_by"].as_str().unwrap().to_owned();
    let by_model = |items: &[Value]| {
        items.iter().filter(|item| made_by(item) == "extract 2 by near/small").count()
    };
    let items = home.items();
    assert_eq!((items.len(), by_model(&items)), (2, 1), "what was read is kept");
    let outcomes: Vec<CallOutcome> = calls(&home).await.iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [CallOutcome::Cancelled, CallOutcome::Answered]);
    let message = home.extract(&[]);
    assert!(message.contains("1 refined"), "{message}");
    assert_eq!((by_model(&home.items()), server.count()), (2, 3));
}

#[test]
fn a_day_that_is_nearly_spent_and_dear_items_are_told_by_the_run_and_by_doctor() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/models" => Said::Body(json!({"data": [{"id": "small"}]})),
        _ => Said::Body(chat("{\"automations\": []}", 850_000, 1)),
    });
    let home = Home::behind(&server, "1.00", "item_warning = \"0.10\"");
    home.import(&[("one.md", INVOICES)]);
    // Wherever this runs, it is ten in the morning there.
    let west = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).hour() - 10;
    let west = if west > 12 { west - 24 } else { west };
    let zone = format!("Etc/GMT{west:+}");
    let at_ten = |arguments: &[&str]| home.command(arguments).env("TZ", &zone).output().unwrap();
    let run = at_ten(&["run", "--stage", "extract"]);
    let said = String::from_utf8(run.stderr).unwrap();
    let warnings = [
        "0.850001 of the day's budget of 1.00 are spent before 18:00",
        "an item costs 0.850001 on average today; you wanted to hear above 0.10",
    ];
    assert!(warnings.iter().all(|words| said.contains(&format!("warning: {words}"))), "{said}");
    let doctor = String::from_utf8(at_ten(&["doctor"]).stdout).unwrap();
    assert!(warnings.iter().all(|words| doctor.contains(words)), "{doctor}");
    let again = at_ten(&["--json", "--quiet", "run", "--stage", "extract", "--again"]);
    let again = String::from_utf8(again.stdout).unwrap();
    assert!(again.contains("before 18:00"), "{again}");
}

#[tokio::test]
async fn answers_are_forgotten_at_the_end_of_a_run_but_for_replays() {
    for (keeps, kept) in [("false", 0), ("true", 1)] {
        let server = Server::start(sensible);
        let home = Home::behind(&server, "1.00", &format!("keep_answers = {keeps}"));
        home.import(&[("one.md", INVOICES)]);
        let store = Store::open(&home.store_file()).unwrap();
        let old = Timestamp::now() - SignedDuration::from_hours(30);
        let written: Result<(), StoreError> = store
            .write(move |writing| {
                writing.keep_model_answer(&[7; 32], "old", Default::default(), old)
            })
            .await;
        written.unwrap();
        home.extract(&[]);
        let found = store.read(|reading| reading.find_model_answer(&[7; 32], None)).await;
        let found: Option<_> = found.unwrap_or_else(|error: StoreError| panic!("{error}"));
        assert_eq!(found.iter().count(), kept);
        home.extract(&["--again"]);
        assert_eq!(server.count(), 1, "what is of today is used again");
    }
}

#[test]
fn what_was_answered_is_given_again_however_old_where_answers_are_kept_for_that() {
    for (keeps, asked) in [("false", 2), ("true", 1)] {
        let server = Server::start(sensible);
        let more = format!("cache_hours = 0\nkeep_answers = {keeps}");
        let home = Home::behind(&server, "1.00", &more);
        home.import(&[("one.md", INVOICES)]);
        home.extract(&[]);
        home.extract(&["--again"]);
        assert_eq!(server.count(), asked);
    }
}
