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

/// What agreement of all tools weighs in a match, against 1 for all quotes touched.
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
    let lines = std::fs::read_to_string(root().join("marks.jsonl")).expect("the marks");
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

/// A shipped TOML file.
fn shipped(file: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
    let text = std::fs::read_to_string(path).expect("shipped data");
    text.parse().expect("shipped data is TOML")
}

/// Labels of one table of the taxonomy.
fn labels(file: &str, table: &str) -> HashSet<String> {
    let read = shipped(file);
    let entries = read[table].as_array().into_iter().flatten();
    entries.filter_map(|entry| entry["name"].as_str()).map(str::to_owned).collect()
}

/// The gazetteer's names by all their spellings, so that a spelling is never an error.
struct Names(HashMap<String, String>);

impl Names {
    fn load() -> Self {
        let read = shipped("gazetteer/tools.toml");
        let lists = read["tools"].as_table().expect("tools by group").values();
        let mut names = HashMap::new();
        for tool in lists.filter_map(toml::Value::as_array).flatten() {
            let name = tool["name"].as_str().unwrap_or_default();
            let aliases = tool.get("aliases").and_then(toml::Value::as_array);
            for alias in aliases.into_iter().flatten().filter_map(toml::Value::as_str) {
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
/// two quotes touched, or one where at most three are marked or half of the tools agree.
fn fit(folded: &Folded, wanted: &Wanted, draft: &Draft, names: &Names) -> Option<f32> {
    let marked = names.set(wanted.tools_used.iter());
    let used = names.set(draft.content.tools_used().map(|tool| &tool.name));
    let all = marked.union(&used).count().max(1);
    let tools = marked.intersection(&used).count() as f32 / all as f32;
    let share = |quotes: Vec<&String>| {
        let read = |span: Span| {
            evidence(draft, &[Field::Trigger, Field::Steps]).any(|evidence| touches(evidence, span))
        };
        let spans = quotes.iter().filter_map(|quote| folded.find(quote));
        let touched = spans.filter(|span| read(*span)).count();
        let is_real = touched >= 2 || (touched == 1 && (quotes.len() <= 3 || tools >= 0.5));
        is_real.then(|| touched as f32 / quotes.len() as f32)
    };
    let told = std::iter::once(&wanted.quote_trigger).chain(&wanted.quotes_actions);
    let quotes =
        [share(told.collect()), share(wanted.again.iter().collect())].into_iter().flatten();
    Some(quotes.reduce(f32::max)? + WEIGHT_OF_TOOLS * tools)
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

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.of {
            0 => f.pad("–"),
            _ => write!(f, "{:.2}", self.value()),
        }
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
    /// Of those that are given a function at all: whether its first is marked.
    function: Share,
    has_function: Share,
    industry: Share,
    has_industry: Share,
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
        self.has_function += other.has_function;
        self.industry += other.industry;
        self.has_industry += other.has_industry;
        self.value += other.value;
    }
}

impl Tally {
    fn tools_f1(&self) -> f32 {
        let (precision, recall) = (self.tools_precision.value(), self.tools_recall.value());
        2.0 * precision * recall / (precision + recall).max(f32::EPSILON)
    }

    fn line(&self) -> String {
        let Self { documents, precision, recall, left_empty, trigger, value, .. } = self;
        let (tools_precision, tools_recall) = (self.tools_precision, self.tools_recall);
        let found = format!(
            "{documents:3} documents, {:2} marked: precision {precision}, recall {recall}, left empty {left_empty} of {}",
            recall.of, left_empty.of
        );
        let tools = format!(
            "tools F1 {:.2} (P {tools_precision} R {tools_recall}, mentioned taken for used {})",
            self.tools_f1(),
            self.mentioned_as_used,
        );
        let labels = format!(
            "function {} of the {} labelled, industry {} of {}",
            self.function, self.has_function, self.industry, self.has_industry,
        );
        format!("{found}; {tools}; trigger {trigger}; {labels}; value {value} of {}", value.of)
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
        let (function, industry) = (content.functions.first(), content.industries.first());
        self.has_function.count(function.is_some());
        if let Some(function) = function {
            self.function.count(wanted.functions.contains(&function.label));
        }
        if !wanted.industries.is_empty() {
            self.has_industry.count(industry.is_some());
            if let Some(industry) = industry {
                self.industry.count(wanted.industries.contains(&industry.label));
            }
        }
        for span in wanted.value.iter().filter_map(|quote| folded.find(quote)) {
            self.value.count(evidence(draft, &[Field::Claims]).any(|claim| touches(claim, span)));
        }
    }
}

fn drafts(document: &NewDocument, extractor: &Extractor) -> Vec<Draft> {
    extractor.extract(&Input {
        title: &document.title,
        readable: &document.readable,
        kind: Some(document.kind),
        url: document.url.as_deref(),
        marks: &document.marks,
        language: document.language.as_deref(),
        raw: (document.raw.format == "workflow").then_some(&document.raw.bytes),
    })
}

fn score(marked: &Marked, extractor: &Extractor, names: &Names) -> Tally {
    let document = document(marked);
    let drafts = drafts(&document, extractor);
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
        show(&folded, marked, &drafts, &pairs);
    }
    tally
}

fn show(folded: &Folded, marked: &Marked, drafts: &[Draft], pairs: &[(usize, usize)]) {
    let id = &marked.id;
    for (m, wanted) in marked.automations.iter().enumerate() {
        let Some((_, d)) = pairs.iter().find(|pair| pair.0 == m) else {
            println!("{id}: missed {}", wanted.title);
            continue;
        };
        let content = &drafts[*d].content;
        let kind = content.trigger.as_ref().map(|t| (t.kind.name(), t.text.as_str()));
        if kind.map_or("none", |(name, _)| name) != wanted.trigger_kind {
            println!("{id}: trigger {kind:?} for {}", wanted.trigger_kind);
        }
        let function = content.functions.first();
        if let Some(function) = function.filter(|f| !wanted.functions.contains(&f.label)) {
            println!("{id}: function {function:?} for {:?}", wanted.functions);
        }
        for quote in &wanted.value {
            let span = folded.find(quote).expect("a quote of the text");
            if !evidence(&drafts[*d], &[Field::Claims]).any(|claim| touches(claim, span)) {
                println!("{id}: value missed {quote:?}");
            }
        }
        let mentioned: HashSet<_> = wanted.tools_mentioned.iter().collect();
        let used: Vec<_> = content.tools_used().map(|tool| &tool.name).collect();
        let confused: Vec<_> = used.iter().filter(|name| mentioned.contains(*name)).collect();
        if !confused.is_empty() {
            println!("{id}: not used {confused:?} in {}", wanted.title);
        }
    }
    for (d, draft) in drafts.iter().enumerate() {
        if pairs.iter().all(|pair| pair.1 != d) {
            println!("{id}: false find {:?} ({:.2})", draft.content.title, draft.confidence);
        }
    }
}

/// By field: each confidence that was given, and whether the value was right.
type Given = BTreeMap<&'static str, Vec<(f32, bool)>>;

/// What the drafts of a marked text are sure of; all but the whole item over matched drafts only.
fn given(marked: &Marked, extractor: &Extractor, names: &Names) -> Given {
    let document = document(marked);
    let drafts = drafts(&document, extractor);
    let folded = Folded::of(&document.readable);
    let pairs = pairs(&folded, marked, &drafts, names);
    let mut given = Given::new();
    let mut note = |field, p, is_right| given.entry(field).or_default().push((p, is_right));
    for (d, draft) in drafts.iter().enumerate() {
        let found = pairs.iter().find(|pair| pair.1 == d);
        note("item", draft.confidence, found.is_some());
        let Some(wanted) = found.map(|pair| &marked.automations[pair.0]) else { continue };
        if let Some(trigger) = &draft.content.trigger {
            note("trigger", trigger.confidence, trigger.kind.name() == wanted.trigger_kind);
        }
        let used = names.set(wanted.tools_used.iter());
        for tool in &draft.content.tools {
            let is_used =
                names.set([&tool.name].into_iter()).iter().any(|name| used.contains(name));
            note("tools", tool.p, is_used);
        }
        if let Some(function) = draft.content.functions.first() {
            note("functions", function.p, wanted.functions.contains(&function.label));
        }
        let values: Vec<Span> =
            wanted.value.iter().filter_map(|quote| folded.find(quote)).collect();
        for evidence in draft.evidence.iter().filter(|evidence| evidence.field == Field::Claims) {
            let is_right = values.iter().any(|value| touches(*value, evidence.span));
            note("value", evidence.confidence, is_right);
        }
    }
    given
}

/// Expected calibration error over ten bins, and a line for each bin that holds any.
fn reliability(given: &[(f32, bool)]) -> (f32, Vec<String>) {
    let mut bins = [(0usize, 0.0f32, 0usize); 10];
    for (p, is_right) in given {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + p, bin.2 + usize::from(*is_right));
    }
    let off = bins.iter().map(|(_, sum, right)| (sum - *right as f32).abs()).sum::<f32>();
    let full = bins.iter().enumerate().filter(|(_, bin)| bin.0 > 0);
    let lines = full.map(|(at, (count, sum, right))| {
        let (said, held) = (sum / *count as f32, *right as f32 / *count as f32);
        format!("  .{at}  {count:4} values: said {said:.2}, right {held:.2}")
    });
    (off / given.len().max(1) as f32, lines.collect())
}

#[test]
fn confidence_means_about_what_it_says() {
    let (extractor, names) = (Extractor::load().unwrap(), Names::load());
    let mut parts: BTreeMap<String, Given> = BTreeMap::new();
    for marked in marks() {
        let part = parts.entry(marked.part.clone()).or_default();
        for (field, values) in given(&marked, &extractor, &names) {
            part.entry(field).or_default().extend(values);
        }
    }
    for (part, given) in &parts {
        for (field, values) in given {
            let (error, lines) = reliability(values);
            println!("{part} {field}: {} values, off by {error:.3}", values.len());
            lines.iter().for_each(|line| println!("{line}"));
        }
    }
    // Over what nothing was tuned on, a little over what was measured in November 2026.
    let held = &parts["held"];
    let bars =
        [("item", 0.08), ("trigger", 0.22), ("tools", 0.17), ("functions", 0.23), ("value", 0.20)];
    let error = |field: &str| reliability(&held[field]).0;
    let off: Vec<_> = bars.iter().filter(|(field, bar)| error(field) > *bar).collect();
    assert!(off.is_empty(), "off by more than (field, bar): {off:?}");
}

#[test]
fn every_quote_stands_in_its_document_and_every_label_in_the_taxonomy() {
    let functions = labels("taxonomy/functions.toml", "function");
    let industries = labels("taxonomy/industries.toml", "industry");
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
    // A little under what was measured in November 2026. Functions stand lower than at first: more parts of
    // longer texts are found, and what a short part is for is harder to tell.
    let bars = [
        ("precision", all.precision.value(), 0.90),
        ("recall", all.recall.value(), 0.82),
        ("documents without any left empty", all.left_empty.value(), 0.78),
        ("F1 of tools used", all.tools_f1(), 0.73),
        ("trigger kind", all.trigger.value(), 0.78),
        ("function", all.function.value(), 0.56),
        ("value claims", all.value.value(), 0.69),
    ];
    let below: Vec<_> = bars.iter().filter(|(_, measured, bar)| measured < bar).collect();
    assert!(below.is_empty(), "below the bar (name, measured, bar): {below:?}");
}
