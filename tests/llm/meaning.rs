//! Vectors from an endpoint: made in the background, never mixed with others, missed without harm.

use crate::home::Home;
use crate::refining::{INVOICES, VISITS};
use crate::server::{Asked, Said, Server};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// An endpoint that knows two meanings, in vectors of 300 numbers; it can be told to be down, and to
/// refuse texts with a word in them.
struct Meanings {
    server: Server,
    is_down: Arc<AtomicBool>,
    refused: Arc<Mutex<Option<String>>>,
}

fn meanings() -> Meanings {
    let is_down = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&is_down);
    let refused = Arc::new(Mutex::new(None::<String>));
    let hated = Arc::clone(&refused);
    let server = Server::start(move |asked: &Asked| {
        if asked.path == "/v1/models" {
            return Said::Body(json!({"data": [{"id": "sense"}]}));
        }
        assert_eq!(
            (asked.path.as_str(), &asked.body["model"]),
            ("/v1/embeddings", &json!("sense"))
        );
        if now.load(Ordering::SeqCst) {
            return Said::Silence;
        }
        let refused = hated.lock().unwrap().clone();
        if refused.is_some_and(|word| asked.body["input"].to_string().contains(&word)) {
            let error = json!({"error": {"message": "no such thing here"}});
            return Said::Status("400 Bad Request", "", error);
        }
        let texts = asked.body["input"].as_array().unwrap().iter().enumerate();
        let entry = |(at, text): (usize, &Value)| {
            let text = text.as_str().unwrap().to_lowercase();
            let is_money = text.contains("invoice") || text.contains("dunning");
            let mut vector = vec![0.01; 300];
            vector[if is_money { 20 } else { 280 }] = 3.0;
            json!({"index": at, "embedding": vector})
        };
        Said::Body(json!({
            "data": texts.map(entry).collect::<Vec<_>>(), "usage": {"prompt_tokens": 10},
        }))
    });
    Meanings { server, is_down, refused }
}

impl Meanings {
    /// Questions for vectors so far.
    fn count(&self) -> usize {
        let asked = self.server.asked();
        asked.iter().filter(|asked| asked.path == "/v1/embeddings").count()
    }

    fn config(&self, daily: &str) -> String {
        format!(
            "[models]\ndaily_budget = \"{daily}\"\nrefine = \"none\"\nembeddings = \"near\"\n\
             [[models.provider]]\nname = \"near\"\naddress = \"{}\"\nembedding = \"sense\"\n\
             first_byte_seconds = 30\n\
             [[models.price]]\nmodel = \"sense\"\ninput = \"1.00\"\n",
            self.server.base
        )
    }
}

/// The message of the embed job of a run.
fn embed(home: &Home) -> String {
    let run = home.json(&["run"]);
    let job = run.iter().find(|job| job["stage"] == "embed").unwrap();
    job["message"].as_str().unwrap().to_owned()
}

/// What a search by meaning finds first, and what it says on standard error.
fn first(home: &Home, query: &str) -> (Option<String>, String) {
    let output = home.run(&["--json", "search", query, "--mode", "meaning", "--limit", "1"]);
    let hits = String::from_utf8(output.stdout).unwrap();
    let hit = hits.lines().next().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let title = hit.and_then(|hit| Some(hit["automation"]["title"].as_str()?.to_owned()));
    (title, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn search_turns_to_an_endpoints_vectors_once_every_item_has_one_and_back_again() {
    let near = meanings();
    let home = Home::new("");
    home.import(&[("one.md", INVOICES), ("two.md", VISITS)]);
    assert_eq!(embed(&home), "2 vectors");
    // There is no money: what there is goes on.
    home.configure(&near.config("0.00"));
    let message = embed(&home);
    assert!(
        message.starts_with("0 vectors; 0 vectors by near/sense; the rest waits: "),
        "{message}"
    );
    assert!(
        message.ends_with("search goes by static-256-1 until the last 2 are there"),
        "{message}"
    );
    first(&home, "dunning");
    let doctor = String::from_utf8(home.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("search goes by those of static-256-1"), "{doctor}");
    assert!(doctor.contains("2 items have none of near/sense yet"), "{doctor}");
    assert_eq!(near.count(), 0, "nothing but the embedded model is asked meanwhile");
    home.configure(&near.config("1.00"));
    let message = embed(&home);
    assert_eq!(message, "0 vectors; 2 vectors by near/sense; search now goes by them");
    let (title, said) = first(&home, "dunning");
    assert!(title.is_some_and(|title| title.to_lowercase().contains("invoice")), "{said}");
    assert_eq!(near.count(), 2, "one question for the items and one for the query");
    let doctor = home.json(&["doctor"]);
    let budget = doctor.iter().find(|row| row["name"] == "budget").unwrap();
    assert!(budget["found"].as_str().unwrap().starts_with("0.99998 of 1.00"), "{budget}");
    // What only its state has changed around is not paid for again.
    let id = home.items()[0]["automation"]["id"].to_string();
    home.json(&["approve", &id]);
    assert_eq!(embed(&home), "1 vectors; 0 vectors by near/sense");
    assert_eq!(near.count(), 2);
    home.configure("");
    assert_eq!(embed(&home), "0 vectors; search now goes by them");
    assert!(first(&home, "unpaid").0.is_some());
    assert_eq!(near.count(), 2);
}

#[test]
fn a_search_whose_meaning_nobody_tells_goes_by_words_and_says_so() {
    let near = meanings();
    let home = Home::new(&near.config("1.00"));
    home.import(&[("one.md", INVOICES), ("two.md", VISITS)]);
    assert_eq!(embed(&home), "2 vectors; 2 vectors by near/sense; search now goes by them");
    near.is_down.store(true, Ordering::SeqCst);
    let (title, said) = first(&home, "calendly");
    assert!(title.is_some_and(|title| title.to_lowercase().contains("visit")), "{said}");
    assert!(said.contains("searched by words alone: near/sense did not answer in time"), "{said}");
    home.configure("");
    let (title, said) = first(&home, "calendly");
    assert!(title.is_some() && said.contains("which is not configured any more"), "{said}");
}

#[test]
fn a_provider_for_vectors_must_be_there_and_have_a_model_for_them() {
    let home = Home::new("[models]\nembeddings = \"nobody\"\n");
    let output = home.run(&["config", "check"]);
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("no provider is called `nobody` and names an embedding model"), "{told}");
}

#[test]
fn a_text_that_is_refused_keeps_no_other_from_its_vector() {
    let near = meanings();
    *near.refused.lock().unwrap() = Some("Calendly".to_owned());
    let home = Home::new(&near.config("1.00"));
    home.import(&[("one.md", INVOICES), ("two.md", VISITS)]);
    let message = embed(&home);
    assert!(
        message.ends_with("1 vectors by near/sense; 1 refused; search now goes by them"),
        "{message}"
    );
    assert_eq!(near.count(), 3, "together, then each by itself");
    let (title, said) = first(&home, "dunning");
    assert!(title.is_some_and(|title| title.to_lowercase().contains("invoice")), "{said}");
    assert_eq!(embed(&home), "0 vectors; 0 vectors by near/sense");
    assert_eq!(near.count(), 4, "and is not asked about again, only the query was");
}

#[test]
fn an_endpoint_that_refuses_everything_is_told_of_and_asked_again() {
    let near = meanings();
    *near.refused.lock().unwrap() = Some("\"".to_owned());
    let home = Home::new(&near.config("1.00"));
    home.import(&[("one.md", INVOICES), ("two.md", VISITS)]);
    let output = home.run(&["--json", "--quiet", "run"]);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!output.status.success() && told.contains("no such thing here"), "{told}");
    *near.refused.lock().unwrap() = None;
    let message = embed(&home);
    assert!(message.contains("2 vectors by near/sense; search now goes by them"), "{message}");
}
