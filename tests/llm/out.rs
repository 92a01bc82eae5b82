//! The program with more to ask than anybody waits for: batches handed in, fetched, given back.

use crate::home::Home;
use crate::refining::{VISITS, of_visits, title};
use crate::server::{Asked, Said, Server, chat};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const MANY: usize = 112;

/// A provider that takes batches; what `status` says is how they stand. One that is completed has
/// answered all but the first three of its questions.
struct Batching {
    server: Server,
    status: Arc<Mutex<&'static str>>,
}

fn answer() -> String {
    json!({ "automations": [of_visits()] }).to_string()
}

fn batching() -> Batching {
    let status = Arc::new(Mutex::new("in_progress"));
    let now = Arc::clone(&status);
    let lines: Mutex<Vec<Value>> = Mutex::default();
    let server = Server::start(move |asked: &Asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text(answer()),
        "/v1/files" => {
            let file = asked.raw.lines().filter_map(|line| serde_json::from_str(line).ok());
            *lines.lock().unwrap() = file.collect();
            Said::Body(json!({"id": "file-1"}))
        }
        "/v1/batches" => Said::Body(json!({"id": format!("batch-{}", asked.before)})),
        path if path.starts_with("/v1/batches/") => {
            let status = *now.lock().unwrap();
            if status == "down" {
                return Said::Status("503 Service Unavailable", "", json!({}));
            }
            let file = if status == "completed" { json!("out") } else { Value::Null };
            Said::Body(json!({"status": status, "output_file_id": file}))
        }
        "/v1/files/out/content" => {
            let lines = lines.lock().unwrap();
            let said = lines.iter().skip(3).map(|line| {
                let response = json!({"status_code": 200, "body": chat(&answer(), 100, 100)});
                json!({"custom_id": line["custom_id"], "response": response}).to_string() + "\n"
            });
            Said::Raw("application/octet-stream", said.collect())
        }
        "/v1/models" => Said::Body(json!({"data": [{"id": "small"}]})),
        other => panic!("{other}"),
    });
    Batching { server, status }
}

impl Batching {
    fn is_now(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }

    /// Questions that were asked by themselves.
    fn singly(&self) -> usize {
        let asked = self.server.asked();
        asked.iter().filter(|asked| asked.path == "/v1/chat/completions").count()
    }

    fn count(&self, path: &str) -> usize {
        self.server.asked().iter().filter(|asked| asked.path == path).count()
    }

    fn home(&self, more: &str) -> Home {
        let home = Home::new(&format!(
            "[models]\ndaily_budget = \"9.00\"\nrun_budget = \"9.00\"\n{more}\n\
             [[models.provider]]\nname = \"near\"\naddress = \"{}\"\n\
             keys = [\"env:TEST_MODEL_KEY\"]\ncheap = \"small\"\nbatch = true\n\
             [[models.price]]\nmodel = \"small\"\ninput = \"0.50\"\noutput = \"1.00\"\n",
            self.server.base
        ));
        std::fs::create_dir(home.path("texts")).unwrap();
        for number in 0..MANY {
            let text = VISITS.replace("a visit", &format!("a visit of kind {number}"));
            std::fs::write(home.path(&format!("texts/{number:03}.md")), text).unwrap();
        }
        home.json(&["import", home.path("texts").to_str().unwrap()]);
        home
    }
}

#[test]
fn a_batch_outlives_its_run_and_a_later_one_reads_what_it_brought() {
    let near = batching();
    // Answers are not used again otherwise: those of a batch are, whenever they are fetched.
    let home = near.home("cache_hours = 0");
    let message = home.extract(&[]);
    assert!(message.contains("1 refined; "), "the first teaches the dialect: {message}");
    assert!(message.contains("111 documents are out at near in 1 batch since 20"), "{message}");
    assert_eq!((near.singly(), near.count("/v1/batches")), (2, 1), "{message}");
    let message = home.extract(&[]);
    assert!(message.starts_with("0 automations in 0 documents; 0 refined; "), "{message}");
    assert!(message.contains("111 documents are out"), "{message}");
    assert_eq!((near.singly(), near.count("/v1/batches")), (2, 1), "nothing is asked twice");
    let doctor = String::from_utf8(home.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("1 batch with 111 documents out, the oldest at near"), "{doctor}");
    near.is_now("completed");
    let message = home.extract(&[]);
    assert!(message.contains("111 refined; "), "{message}");
    assert!(message.contains("1 batch came back with 108 answers, 3 without"), "{message}");
    assert!(message.contains("and 108 kept answers") && !message.contains("out at"), "{message}");
    assert_eq!(near.singly(), 5, "what the batch did not answer is asked by itself");
    let items = home.json(&["list", "--limit", "500"]);
    assert_eq!(items.len(), MANY);
    let shown = home.json(&["show", &items[40]["id"].to_string()]).remove(0);
    assert_eq!(title(&shown), "Missed visits get new slots by text");
    assert_eq!(shown["automation"]["made_by"], "extract 2 by near/small");
    assert!(!home.extract(&[]).contains("refined"), "and all is done");
}

#[test]
fn a_batch_that_was_cancelled_gives_its_documents_back() {
    let near = batching();
    let home = near.home("");
    home.extract(&[]);
    near.is_now("cancelled");
    let message = home.extract(&[]);
    assert!(message.contains("1 batch came back with 0 answers, 111 without"), "{message}");
    assert!(message.contains("111 refined"), "one by one, as batches lead nowhere: {message}");
    assert_eq!((near.singly(), near.count("/v1/batches")), (112, 1));
}

#[test]
fn a_provider_that_takes_no_batch_after_all_is_asked_one_by_one() {
    let near = batching();
    let refusing = Server::start(move |asked: &Asked| match asked.path.as_str() {
        "/v1/chat/completions" => Said::Text(answer()),
        _ => Said::Status("404 Not Found", "", json!({"error": {"message": "no such path"}})),
    });
    let refusing = Batching { server: refusing, ..near };
    let message = refusing.home("").extract(&[]);
    assert!(message.contains("112 refined") && message.contains("no batch was taken"), "{message}");
}

#[test]
fn what_a_budget_keeps_out_of_a_batch_waits_and_says_so() {
    let near = batching();
    let home = near.home("");
    home.configure(&format!(
        "[models]\ndaily_budget = \"0.30\"\nrun_budget = \"9.00\"\n\
         [[models.provider]]\nname = \"near\"\naddress = \"{}\"\nkeys = [\"env:TEST_MODEL_KEY\"]\n\
         cheap = \"small\"\nbatch = true\n\
         [[models.price]]\nmodel = \"small\"\ninput = \"0.50\"\noutput = \"1.00\"\n",
        near.server.base
    ));
    let message = home.extract(&[]);
    assert!(message.contains("documents are out at near"), "{message}");
    assert!(message.contains("wait for the budget until tomorrow"), "{message}");
}

/// Changes what the store keeps, as time would.
fn alter(home: &Home, sql: &str) {
    let store = rusqlite::Connection::open(home.store_file()).unwrap();
    assert_eq!(store.execute(sql, []).unwrap(), 1, "{sql}");
}

#[test]
fn a_batch_is_given_up_only_days_after_the_first_look_that_failed() {
    let near = batching();
    let home = near.home("");
    home.extract(&[]);
    alter(
        &home,
        "UPDATE model_batches SET sent = sent - 432000000,
             content = json_set(content, '$.sent', '2020-01-01T00:00:00Z')",
    );
    near.is_now("down");
    for _ in 0..2 {
        let message = home.extract(&[]);
        assert!(message.contains("cannot be looked at"), "{message}");
        assert!(message.contains("111 documents are out at near"), "{message}");
    }
    alter(
        &home,
        "UPDATE settings SET value = '{\"1\": \"2020-01-01T00:00:00Z\"}'
             WHERE key = 'batches.unseen'",
    );
    let message = home.extract(&[]);
    assert!(message.contains("is given up") && message.contains("111 refined"), "{message}");
}

#[test]
fn a_batch_that_is_looked_at_again_counts_from_anew() {
    let near = batching();
    let home = near.home("");
    home.extract(&[]);
    near.is_now("down");
    home.extract(&[]);
    near.is_now("in_progress");
    home.extract(&[]);
    alter(&home, "UPDATE settings SET changed = 0 WHERE key = 'batches.unseen' AND value = '{}'");
}

#[test]
fn a_batch_that_is_overdue_gives_its_documents_back() {
    let near = batching();
    let home = near.home("");
    home.extract(&[]);
    alter(
        &home,
        "UPDATE model_batches SET content = json_set(content, '$.sent', '2020-01-01T00:00:00Z')",
    );
    let message = home.extract(&[]);
    assert!(message.contains("is given up: it is not done in time"), "{message}");
    assert!(message.contains("111 refined"), "one by one: {message}");
    assert_eq!(near.count("/v1/batches"), 1);
}
