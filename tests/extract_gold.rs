//! Automations found in texts written for scoring, against those marked in them.
//!
//! `SHOW_MISSES=1` lists the misses and false finds of the `tune` part with `--nocapture`; those of
//! the `held` part are never listed, so that nothing is tuned on them.

use reservoir::extract::{Extractor, Input};
use reservoir::gather;
use reservoir::model::{Draft, Field, NewDocument, Span};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

/// What one `tools_used` overlap weighs in a match, against 1 for all quotes touched.
const WEIGHT_OF_TOOLS: f32 = 0.25;

#[derive(Deserialize)]
struct Marked {
    id: String,
    kind: String,
    language: String,
    file: String,
    part: String,
    automations: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Wanted {
    title: String,
    quote_trigger: String,
    trigger_kind: String,
    quotes_actions: Vec<String>,
    #[serde(default)]
    again: Vec<String>,
    tools_used: Vec<String>,
    tools_mentioned: Vec<String>,
    functions: Vec<String>,
    industries: Vec<String>,
    problem: Option<String>,
    value: Vec<String>,
}

impl Wanted {
    fn quotes(&self) -> impl Iterator<Item = &String> {
        let told = std::iter::once(&self.quote_trigger).chain(&self.quotes_actions);
        told.chain(&self.again).chain(&self.problem).chain(&self.value)
    }
}

/// Text with its white space folded, and for each byte of it the byte of the text as it was.
struct Folded {
    text: String,
    origin: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self { text: String::new(), origin: Vec::new() };
        for (at, c) in text.char_indices() {
            let c = if c.is_whitespace() { ' ' } else { c };
            if c == ' ' && folded.text.ends_with(' ') {
                continue;
            }
            folded.text.push(c);
            folded.origin.extend(at..at + c.len_utf8());
        }
        folded.origin.push(text.len());
        folded
    }

    fn find(&self, quote: &str) -> Option<Span> {
        let at = self.text.find(quote)?;
        Some(Span::new(self.origin[at]..self.origin[at + quote.len()]))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gold")
}

fn marks() -> Vec<Marked> {
    let lines = std::fs::read_to_string(root().join("marks.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).expect("a marked document")).collect()
}

/// The one document in each marked file, as the folder reader yields it.
fn document(marked: &Marked) -> NewDocument {
    let mut documents = Vec::new();
    gather::read_path(&root().join(&marked.file), &mut |read| {
        documents.push(read.expect("a readable file"));
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(documents.len(), 1, "{} is one document", marked.file);
    documents.remove(0)
}

/// Labels of one table of the taxonomy.
fn labels(file: &str, table: &str) -> HashSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/taxonomy").join(file);
    let read: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let entries = read[table].as_array().unwrap().iter();
    entries.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

/// The gazetteer's names by all their spellings, so that a spelling is never an error.
struct Names(HashMap<String, String>);

impl Names {
    fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/gazetteer/tools.toml");
        let read: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let mut names = HashMap::new();
        for tool in read["tools"].as_table().unwrap().values().flat_map(|v| v.as_array().unwrap()) {
            let name = tool["name"].as_str().unwrap();
            let aliases = tool.get("aliases").and_then(|list| list.as_array());
            for alias in aliases.into_iter().flatten().filter_map(|alias| alias.as_str()) {
                names.entry(plain(alias)).or_insert_with(|| plain(name));
            }
        }
        Self(names)
    }

    fn set<'a>(&self, names: impl Iterator<Item = &'a String>) -> HashSet<String> {
        let known = |name: &String| self.0.get(&plain(name)).cloned();
        names.map(|name| known(name).unwrap_or_else(|| plain(name))).collect()
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace([' ', '.', '-'], "")
}

/// Whether half of the shorter of the two lies in the other.
fn touches(a: Span, b: Span) -> bool {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize;
    shared > 0 && shared * 2 >= a.len().min(b.len())
}

fn evidence<'a>(draft: &'a Draft, fields: &'a [Field]) -> impl Iterator<Item = Span> + 'a {
    draft.evidence.iter().filter(|e| fields.contains(&e.field)).map(|e| e.span)
}

/// How well a draft fits a marked automation; `None` without real overlap.
///
/// The share of the quotes of trigger and actions that evidence of the draft's trigger or steps
/// touches, in the better of the two tellings, plus a little for the same tools. Real overlap is
/// two quotes touched, or one of at most three.
fn fit(folded: &Folded, wanted: &Wanted, draft: &Draft, names: &Names) -> Option<f32> {
    let share = |quotes: Vec<&String>| {
        let read = |span: Span| {
            evidence(draft, &[Field::Trigger, Field::Steps]).any(|evidence| touches(evidence, span))
        };
        let spans = quotes.iter().filter_map(|quote| folded.find(quote));
        let touched = spans.filter(|span| read(*span)).count();
        let is_real = touched >= 2 || (touched == 1 && quotes.len() <= 3);
        is_real.then(|| touched as f32 / quotes.len() as f32)
    };
    let first = share(std::iter::once(&wanted.quote_trigger).chain(&wanted.quotes_actions).collect());
    let again = share(wanted.again.iter().collect());
    let quotes = first.into_iter().chain(again).reduce(f32::max)?;
    let marked = names.set(wanted.tools_used.iter());
    let used = names.set(draft.content.tools_used().map(|tool| &tool.name));
    let all = marked.union(&used).count().max(1);
    Some(quotes + WEIGHT_OF_TOOLS * marked.intersection(&used).count() as f32 / all as f32)
}

/// Pairs (marked, draft), one to one, best fit first.
fn pairs(folded: &Folded, marked: &Marked, drafts: &[Draft], names: &Names) -> Vec<(usize, usize)> {
    let mut fits: Vec<(f32, usize, usize)> = Vec::new();
    for (m, wanted) in marked.automations.iter().enumerate() {
        for (d, draft) in drafts.iter().enumerate() {
            fits.extend(fit(folded, wanted, draft, names).map(|fit| (fit, m, d)));
        }
    }
    fits.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, m, d) in fits {
        if pairs.iter().all(|pair| pair.0 != m && pair.1 != d) {
            pairs.push((m, d));
        }
    }
    pairs
}

#[derive(Default, Clone, Copy)]
struct Share {
    hits: usize,
    of: usize,
}

impl Share {
    fn count(&mut self, is_hit: bool) {
        self.hits += usize::from(is_hit);
        self.of += 1;
    }

    fn value(self) -> f32 {
        if self.of == 0 { 1.0 } else { self.hits as f32 / self.of as f32 }
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

/// Counts over documents; everything but the first four is over matched automations only.
#[derive(Default, Clone, Copy)]
struct Tally {
    documents: usize,
    precision: Share,
    recall: Share,
    left_empty: Share,
    tools_precision: Share,
    tools_recall: Share,
    mentioned_as_used: Share,
    trigger: Share,
    function: Share,
    industry: Share,
    value: Share,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.precision += other.precision;
        self.recall += other.recall;
        self.left_empty += other.left_empty;
        self.tools_precision += other.tools_precision;
        self.tools_recall += other.tools_recall;
        self.mentioned_as_used += other.mentioned_as_used;
        self.trigger += other.trigger;
        self.function += other.function;
        self.industry += other.industry;
        self.value += other.value;
    }
}

impl Tally {
    fn tools_f1(&self) -> f32 {
        let (precision, recall) = (self.tools_precision.value(), self.tools_recall.value());
        2.0 * precision * recall / (precision + recall).max(f32::EPSILON)
    }

    fn line(&self) -> String {
        format!(
            "{:3} documents, {:2} marked: precision {:.2}, recall {:.2}, left empty {:.2} of {:2}; tools F1 {:.2} (P {:.2} R {:.2}, mentioned taken for used {:.2}), trigger {:.2}, function {:.2}, industry {:.2}; value {:.2} of {}",
            self.documents,
            self.recall.of,
            self.precision.value(),
            self.recall.value(),
            self.left_empty.value(),
            self.left_empty.of,
            self.tools_f1(),
            self.tools_precision.value(),
            self.tools_recall.value(),
            self.mentioned_as_used.value(),
            self.trigger.value(),
            self.function.value(),
            self.industry.value(),
            self.value.value(),
            self.value.of,
        )
    }

    fn count_match(&mut self, folded: &Folded, wanted: &Wanted, draft: &Draft, names: &Names) {
        let content = &draft.content;
        let marked = names.set(wanted.tools_used.iter());
        let mentioned = names.set(wanted.tools_mentioned.iter());
        let used = names.set(content.tools_used().map(|tool| &tool.name));
        used.iter().for_each(|tool| self.tools_precision.count(marked.contains(tool)));
        marked.iter().for_each(|tool| self.tools_recall.count(used.contains(tool)));
        mentioned.iter().for_each(|tool| self.mentioned_as_used.count(used.contains(tool)));
        let kind = content.trigger.as_ref().map_or("none", |trigger| trigger.kind.name());
        self.trigger.count(kind == wanted.trigger_kind);
        let is_marked = |label: &String, among: &[String]| among.contains(label);
        let function = content.functions.first();
        self.function.count(function.is_some_and(|f| is_marked(&f.label, &wanted.functions)));
        if !wanted.industries.is_empty() {
            let industry = content.industries.first();
            self.industry.count(industry.is_some_and(|i| is_marked(&i.label, &wanted.industries)));
        }
        for span in wanted.value.iter().filter_map(|quote| folded.find(quote)) {
            self.value.count(evidence(draft, &[Field::Claims]).any(|claim| touches(claim, span)));
        }
    }
}

fn score(marked: &Marked, extractor: &Extractor, names: &Names) -> Tally {
    let document = document(marked);
    let drafts = extractor.extract(&Input {
        title: &document.title,
        readable: &document.readable,
        kind: Some(document.kind),
        url: document.url.as_deref(),
        marks: &document.marks,
        language: document.language.as_deref(),
        raw: (document.raw.format == "workflow").then_some(&document.raw.bytes),
    });
    let folded = Folded::of(&document.readable);
    let pairs = pairs(&folded, marked, &drafts, names);
    let mut tally = Tally {
        documents: 1,
        precision: Share { hits: pairs.len(), of: drafts.len() },
        recall: Share { hits: pairs.len(), of: marked.automations.len() },
        ..Tally::default()
    };
    if marked.automations.is_empty() {
        tally.left_empty.count(drafts.is_empty());
    }
    for &(m, d) in &pairs {
        tally.count_match(&folded, &marked.automations[m], &drafts[d], names);
    }
    if std::env::var_os("SHOW_MISSES").is_some() && marked.part == "tune" {
        show(marked, &drafts, &pairs);
    }
    tally
}

fn show(marked: &Marked, drafts: &[Draft], pairs: &[(usize, usize)]) {
    for (m, wanted) in marked.automations.iter().enumerate() {
        if let Some((_, d)) = pairs.iter().find(|pair| pair.0 == m) {
            let content = &drafts[*d].content;
            let kind = content.trigger.as_ref().map(|t| (t.kind.name(), t.text.as_str()));
            if kind.map_or("none", |(name, _)| name) != wanted.trigger_kind {
                println!("{}: trigger {kind:?} for {}", marked.id, wanted.trigger_kind);
            }
        } else {
            println!("{}: missed {}", marked.id, wanted.title);
        }
    }
    for (d, draft) in drafts.iter().enumerate() {
        if pairs.iter().all(|pair| pair.1 != d) {
            let found = (&draft.content.title, draft.confidence);
            println!("{}: false find {found:?}", marked.id);
        }
    }
}

#[test]
fn every_quote_stands_in_its_document_and_every_label_in_the_taxonomy() {
    let functions = labels("functions.toml", "function");
    let industries = labels("industries.toml", "industry");
    let kinds = "schedule webhook form message email file feed event manual";
    let mut wrong = Vec::new();
    for marked in marks() {
        let document = document(&marked);
        let folded = Folded::of(&document.readable);
        if document.language.as_deref() != Some(marked.language.as_str()) {
            wrong.push(format!("{}: language {:?}", marked.id, document.language));
        }
        for wanted in &marked.automations {
            let lost = wanted.quotes().filter(|quote| folded.find(quote).is_none());
            wrong.extend(lost.map(|quote| format!("{}: quote {quote:?}", marked.id)));
            let strange = wanted.functions.iter().filter(|label| !functions.contains(*label));
            wrong.extend(strange.map(|label| format!("{}: function {label}", marked.id)));
            let strange = wanted.industries.iter().filter(|label| !industries.contains(*label));
            wrong.extend(strange.map(|label| format!("{}: industry {label}", marked.id)));
            if !kinds.split(' ').any(|kind| kind == wanted.trigger_kind) {
                wrong.push(format!("{}: trigger kind {}", marked.id, wanted.trigger_kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_marked_texts_are_read_about_as_people_read_them() {
    let (extractor, names) = (Extractor::load().unwrap(), Names::load());
    let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
    for marked in marks() {
        let tally = score(&marked, &extractor, &names);
        let language = format!("language {}", marked.language);
        let part = format!("part {}", marked.part);
        for group in [&*marked.kind, "~ all", &language, &part] {
            *groups.entry(group.to_owned()).or_default() += tally;
        }
    }
    for (group, tally) in &groups {
        println!("{group:20}{}", tally.line());
    }
    let all = groups["~ all"];
    assert!(all.precision.value() >= 0.0, "too many false finds");
}
