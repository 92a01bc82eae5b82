//! A grown reservoir, made through the real program: documents are written, imported and run.
//!
//! `cargo bench --bench large -- [--items N] [--home DIR] [--seed N]`
//!
//! Prints one table: documents a second, peak memory and size on disk of each command. With
//! `--home`, what was made stays there, for `cargo bench --bench terminal -- --home DIR` and for
//! the eye. Nothing is asserted: these are figures to read.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_reservoir");

const EVENTS: &[&str] = &[
    "a customer cancels an appointment",
    "a new lead fills in the form",
    "an invoice is overdue",
    "a payment fails",
    "a support ticket is opened",
    "a deal moves to the next stage",
    "a review is posted",
    "a file is uploaded",
    "a booking is confirmed",
    "an order is shipped",
    "a call ends",
    "a contract is signed",
    "a subscriber leaves",
    "a job application comes in",
    "a maintenance request is reported",
    "stock falls below the limit",
];
const SCHEDULES: &[&str] = &[
    "Every morning at 7",
    "Every Monday",
    "Once an hour",
    "On the first of the month",
    "Every 15 minutes",
];
const ACTIONS: &[&str] = &[
    "looks up the record in",
    "adds a row to",
    "sends a message in",
    "creates a task in",
    "updates the contact in",
    "writes a summary to",
    "posts an alert in",
    "files the document in",
    "schedules a follow-up in",
    "drafts a reply in",
    "logs the result in",
    "assigns the owner in",
    "syncs the status with",
];
const TOOLS: &[&str] = &[
    "Slack",
    "Gmail",
    "Google Sheets",
    "Airtable",
    "HubSpot",
    "Notion",
    "Stripe",
    "Twilio",
    "Calendly",
    "Trello",
    "Asana",
    "Jira",
    "Salesforce",
    "Pipedrive",
    "Shopify",
    "Mailchimp",
    "Zendesk",
    "Intercom",
    "Telegram",
    "Discord",
    "QuickBooks",
    "Xero",
    "Typeform",
    "Webflow",
    "WordPress",
    "OpenAI",
    "GitHub",
    "Dropbox",
    "Google Drive",
    "ClickUp",
];
const INDUSTRIES: &[&str] = &[
    "dental clinic",
    "law firm",
    "plumbing company",
    "real estate agency",
    "gym",
    "restaurant",
    "hair salon",
    "accounting practice",
    "online shop",
    "marketing agency",
    "property manager",
    "trucking company",
    "cleaning service",
    "landscaper",
    "auto repair shop",
    "veterinary practice",
    "insurance broker",
    "recruiter",
];
const KINDS: &[&str] = &["article", "post", "newsletter", "listing", "launch"];

struct Options {
    items: usize,
    home: Option<PathBuf>,
    seed: u64,
}

fn options() -> Options {
    let mut options = Options { items: 100_000, home: None, seed: 1 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word.as_str() {
            "--items" => options.items = value().parse().expect("a number of documents"),
            "--seed" => options.seed = value().parse().expect("a number"),
            "--home" => options.home = Some(PathBuf::from(value())),
            // What cargo bench passes on its own.
            _ => {}
        }
    }
    options
}

/// Documents that hold one automation each, in plain English, with filler in Zipf's proportions so
/// that an index of them has the shape of a real one.
struct Author {
    vocabulary: Vec<&'static str>,
    state: u64,
}

impl Author {
    fn new(seed: u64) -> Self {
        let words = include_str!("../data/embedding/vocab.txt").lines();
        let plain = |word: &&str| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase());
        let mut author = Self { vocabulary: words.filter(plain).collect(), state: seed };
        for at in (1..author.vocabulary.len()).rev() {
            let other = author.below(at + 1);
            author.vocabulary.swap(at, other);
        }
        author
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) as usize % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Zipf's law after Mandelbrot, rank + 50, inverted.
    fn word(&mut self) -> &'static str {
        let u = self.below(1 << 24) as f64 / f64::from(1 << 24);
        let size = self.vocabulary.len();
        let rank = 50.0 * (size as f64 / 50.0 + 1.0).powf(u) - 50.0;
        self.vocabulary[(rank as usize).min(size - 1)]
    }

    fn filler(&mut self, sentences: usize) -> String {
        let mut text = String::new();
        for _ in 0..sentences {
            let count = 6 + self.below(12);
            let words: Vec<_> = (0..count).map(|_| self.word()).collect();
            let _ = write!(text, "The {}. ", words.join(" "));
        }
        text
    }

    fn document(&mut self, number: usize) -> serde_json::Value {
        let (industry, about) = (self.one(INDUSTRIES), self.word());
        let tools: Vec<_> = (0..2 + self.below(3)).map(|_| self.one(TOOLS)).collect();
        let (subject, begins) = if self.below(4) == 0 {
            let schedule = self.one(SCHEDULES);
            (format!("{about} digest"), format!("{schedule} the workflow starts"))
        } else {
            let event = self.one(EVENTS);
            (format!("{about} follow-up"), format!("When {event}"))
        };
        let mut text = self.filler(2);
        let _ = write!(text, "We built this for a {industry}. {begins}, ");
        for (at, tool) in tools.iter().enumerate() {
            let lead = if at == 0 { "it" } else { "Then it" };
            let _ = write!(text, "{lead} {} {tool} with the {}. ", self.one(ACTIONS), self.word());
        }
        let _ = write!(text, "It saves the team {} hours a week. ", 1 + self.below(12));
        let sentences = 3 + self.below(14);
        text.push_str(&self.filler(sentences));
        let day = 1 + number % 28;
        serde_json::json!({
            "url": format!("https://made.example/{number}"),
            "title": format!("{subject} for a {industry} with {}", tools[0]),
            "text": text,
            "published": format!("2026-{:02}-{day:02}T08:00:00Z", 1 + number / 28 % 11),
            "author": format!("Author {}", number % 500),
            "source": format!("made-{}", number % 30),
            "kind": self.one(KINDS),
        })
    }
}

/// Runs the program to its end; how long it took and its peak resident memory in bytes.
fn run(home: &Path, words: &[&str]) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = Command::new(PROGRAM)
        .arg("--home")
        .arg(home)
        .arg("--quiet")
        .args(words)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(&child).unwrap_or(0));
        match child.try_wait().expect("the program can be waited for") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success(), "`{}` ended with {status}", words.join(" "));
    (begun.elapsed(), peak)
}

fn peak_memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

fn size_on_disk(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size_on_disk(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

fn main() {
    let options = options();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = options.home.clone().unwrap_or_else(|| folder.path().join("home"));
    let documents = folder.path().join("documents.jsonl");
    let mut author = Author::new(options.seed);
    let file = std::fs::File::create(&documents).expect("a file for the documents");
    let mut file = BufWriter::new(file);
    for number in 0..options.items {
        writeln!(file, "{}", author.document(number)).expect("the documents are written");
    }
    file.flush().expect("the documents are written");
    println!(
        "{} documents, {:.0} MB, into {}",
        options.items,
        mega(size_of(&documents)),
        home.display()
    );

    let path = documents.to_string_lossy().into_owned();
    line("import", options.items, &home, run(&home, &["import", &path, "--as", "documents"]));
    for stage in ["extract", "embed", "dedupe", "index"] {
        line(stage, options.items, &home, run(&home, &["run", "--stage", stage]));
    }
    line("reindex", options.items, &home, run(&home, &["reindex"]));
    line("search", 1, &home, run(&home, &["search", "remind late payers by text message"]));
}

fn line(name: &str, items: usize, home: &Path, (took, peak): (Duration, u64)) {
    let seconds = took.as_secs_f64();
    println!(
        "{name:<10} {seconds:>8.2} s {:>9.0}/s   peak {:>5.0} MB   on disk {:>6.0} MB",
        items as f64 / seconds,
        mega(peak),
        mega(size_on_disk(home)),
    );
}

fn size_of(file: &Path) -> u64 {
    file.metadata().map_or(0, |found| found.len())
}

fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
