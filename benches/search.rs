//! Search and duplicates at the size of a grown reservoir: 100,000 made-up automations, or as many
//! as `RESERVOIR_BENCH_ITEMS` says.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use reservoir::dedupe::{Item, find};
use reservoir::model::{AutomationId, DocumentKind, SearchMode, SearchQuery, Status};
use reservoir::search::{Change, Index, Indexable, Searcher, StorePosition, Vectors, encode};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BATCH: usize = 5000;
const TOOLS: &[&str] = &["Slack", "Gmail", "Airtable", "HubSpot", "Notion", "Stripe", "Twilio"];
const FUNCTIONS: &[&str] = &["Invoicing", "Support", "Lead nurturing", "Reporting", "Scheduling"];
const INDUSTRIES: &[&str] = &["Dental", "HVAC", "Legal", "Retail", "Logistics", "Hospitality"];

fn items() -> usize {
    std::env::var("RESERVOIR_BENCH_ITEMS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

/// Words in falling frequency, as in real text: the vocabulary of the sentence model, shuffled.
struct Words {
    words: Vec<&'static str>,
    state: u64,
}

impl Words {
    fn new() -> Self {
        let vocabulary = include_str!("../data/embedding/vocab.txt").lines();
        let mut words: Vec<&str> = vocabulary
            .filter(|w| w.len() > 2 && w.chars().all(|c| c.is_ascii_lowercase()))
            .collect();
        let mut this = Self { words: Vec::new(), state: 1 };
        for at in (1..words.len()).rev() {
            words.swap(at, this.below(at + 1));
        }
        this.words = words;
        this
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) as usize % bound
    }

    /// Zipf's law after Mandelbrot, rank + 50, as stop words are not among them; inverted.
    fn word(&mut self) -> &'static str {
        let u = self.below(1 << 24) as f64 / f64::from(1 << 24);
        let rank = (50.0 * (self.words.len() as f64 / 50.0 + 1.0).powf(u) - 50.0) as usize;
        self.words[rank.min(self.words.len() - 1)]
    }

    fn text(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn some(&mut self, from: &[&str], most: usize) -> Vec<String> {
        let count = 1 + self.below(most);
        (0..count).map(|_| from[self.below(from.len())].to_owned()).collect()
    }

    fn item(&mut self, id: usize) -> Indexable {
        let title = self.text(6);
        let description = self.text(25);
        let vector = encode(&format!("{title}. {description}"));
        let status = if self.below(10) == 0 { Status::Rejected } else { Status::Inbox };
        Indexable {
            status,
            kind: Some(DocumentKind::ALL[self.below(9)]),
            source: Some(format!("source-{}", self.below(30))),
            steps: (0..4).map(|_| self.text(6)).collect(),
            tools: self.some(TOOLS, 3),
            functions: self.some(FUNCTIONS, 2),
            industries: self.some(INDUSTRIES, 2),
            tags: vec![self.word().to_owned()],
            body: self.text(60),
            title,
            description,
            vector,
            ..Indexable::empty(
                AutomationId(id as i64),
                Timestamp::from_second(id as i64).unwrap_or_default(),
            )
        }
    }
}

fn build(folder: &std::path::Path, count: usize) -> Searcher {
    let mut words = Words::new();
    let vectors = Arc::new(Vectors::default());
    let index = Index::open(folder).expect("a new index opens");
    let mut writer = index.writer().expect("nobody else writes");
    let (mut indexing, mut bytes) = (Duration::ZERO, 0);
    for start in (1..=count).step_by(BATCH) {
        let batch = start..(start + BATCH).min(count + 1);
        let changes: Vec<_> = batch.map(|id| Change::Upsert(Box::new(words.item(id)))).collect();
        let begun = Instant::now();
        writer.apply(&changes).expect("the index takes changes");
        vectors.apply(&changes);
        indexing += begun.elapsed();
    }
    let begun = Instant::now();
    let position = StorePosition { store_id: "bench".to_owned(), seq: count as i64 };
    writer.commit(&position).expect("the index commits");
    indexing += begun.elapsed();
    writer.close().expect("merges end");
    for entry in std::fs::read_dir(index.folder()).expect("the folder lists") {
        bytes += entry.and_then(|e| e.metadata()).map_or(0, |m| m.len());
    }
    eprintln!("{count} items indexed in {indexing:.2?}, {:.1} MB", bytes as f64 / 1e6);
    index.searcher(vectors).expect("the index opens")
}

fn search(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let searcher = build(folder.path(), items());
    let mut group = criterion.benchmark_group("search");
    for mode in [SearchMode::Text, SearchMode::Meaning, SearchMode::Hybrid] {
        for with_facets in [false, true] {
            let facets = if with_facets { "with facets" } else { "bare" };
            let mut words = Words::new();
            let mut times = Vec::new();
            group.bench_function(format!("{mode}, three words, {facets}"), |bencher| {
                bencher.iter_custom(|rounds| {
                    let mut total = Duration::ZERO;
                    for _ in 0..rounds {
                        let mut query = SearchQuery::new(format!("{} ", words.text(3)), 50);
                        query.mode = mode;
                        query.with_facets = with_facets;
                        let begun = Instant::now();
                        black_box(searcher.search(&query).expect("the index answers"));
                        times.push(begun.elapsed());
                        total += times[times.len() - 1];
                    }
                    total
                });
            });
            times.sort_unstable();
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
            eprintln!("p50 {:.2?} p95 {:.2?} p99 {:.2?}", at(0.5), at(0.95), at(0.99));
        }
    }
    for (name, text) in
        [("one letter", "s"), ("prefix", "aut"), ("slip", "invocie "), ("nothing", "")]
    {
        group.bench_function(format!("hybrid, {name}"), |bencher| {
            let mut query = SearchQuery::new(text, 50);
            query.with_facets = true;
            bencher.iter(|| black_box(searcher.search(&query).expect("the index answers")));
        });
    }
    group.finish();
}

fn dedupe(criterion: &mut Criterion) {
    let mut words = Words::new();
    let items: Vec<Item> = (1..=items())
        .map(|id| {
            let made = words.item(id);
            Item {
                id: made.id,
                title: made.title,
                text: made.description,
                structure: made.steps,
                url: None,
                vector: made.vector,
            }
        })
        .collect();
    let mut group = criterion.benchmark_group("dedupe");
    group.sample_size(10);
    group.bench_function("all against all", |b| b.iter(|| black_box(find(&items, &|_| true))));
    let newest = items.len() as i64 - 100;
    group.bench_function("a hundred new", |b| {
        b.iter(|| black_box(find(&items, &|id| id.0 > newest)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
    targets = search, dedupe
}
criterion_main!(benches);
