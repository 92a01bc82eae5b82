//! Automations found in the sample week against those marked by reading.

use reservoir::extract::{Extractor, Input};
use reservoir::gather;
use reservoir::model::{Draft, NewDocument, ToolRole};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

#[derive(Deserialize)]
struct Expected {
    file: String,
    part: Option<String>,
    automations: Vec<Automation>,
}

#[derive(Deserialize)]
struct Automation {
    trigger: String,
    tools: Vec<String>,
}

#[derive(Default)]
struct Tally {
    documents: usize,
    found: usize,
    false_finds: usize,
    missed: usize,
    triggers: (usize, usize),
    tools: (usize, usize, usize),
}

impl Tally {
    fn line(&self) -> String {
        let share = |hit: usize, of: usize| if of == 0 { 1.0 } else { hit as f32 / of as f32 };
        let tools = self.tools;
        format!(
            "{:4} documents: precision {:.2}, recall {:.2}; trigger {:.2}; tools precision {:.2}, recall {:.2}",
            self.documents,
            share(self.found, self.found + self.false_finds),
            share(self.found, self.found + self.missed),
            share(self.triggers.0, self.triggers.1),
            share(tools.0, tools.0 + tools.1),
            share(tools.0, tools.0 + tools.2),
        )
    }

    fn count(&mut self, expected: &[Automation], drafts: &[Draft]) {
        let pairs = expected.len().min(drafts.len());
        self.documents += 1;
        self.found += pairs;
        self.false_finds += drafts.len() - pairs;
        self.missed += expected.len() - pairs;
        if expected.len() != drafts.len() {
            return;
        }
        for (wanted, draft) in expected.iter().zip(drafts) {
            let kind = draft.content.trigger.as_ref().map_or("none", |trigger| trigger.kind.name());
            self.triggers.0 += usize::from(kind == wanted.trigger);
            if std::env::var_os("SHOW_TRIGGERS").is_some() && kind != wanted.trigger {
                println!(
                    "{} for {}: {:?}",
                    kind,
                    wanted.trigger,
                    draft.content.trigger.as_ref().map(|t| &t.text)
                );
            }
            self.triggers.1 += 1;
            let lower = |name: &str| name.to_lowercase().replace([' ', '.', '-'], "");
            let wanted: HashSet<String> = wanted.tools.iter().map(|name| lower(name)).collect();
            let used = draft.content.tools.iter().filter(|tool| tool.role == ToolRole::Used);
            let used: HashSet<String> = used.map(|tool| lower(&tool.name)).collect();
            self.tools.0 += wanted.intersection(&used).count();
            self.tools.1 += used.difference(&wanted).count();
            self.tools.2 += wanted.difference(&used).count();
        }
    }
}

fn expected(root: &Path) -> Vec<Expected> {
    let Ok(lines) = std::fs::read_to_string(root.join("tests/fixtures/sample/expected.jsonl"))
    else {
        return Vec::new();
    };
    lines.lines().map(|line| serde_json::from_str(line).expect("a marked document")).collect()
}

fn documents(root: &Path) -> Vec<NewDocument> {
    let mut documents = Vec::new();
    gather::read_path(&root.join("data/sample"), &mut |read| {
        documents.extend(read);
        std::ops::ControlFlow::Continue(())
    });
    documents
}

fn belongs(document: &NewDocument, expected: &Expected) -> bool {
    let same_file = document.raw.location.contains(&expected.file)
        || document.identity.contains(&expected.file);
    let part_fits = expected.part.as_ref().is_none_or(|part| {
        document.identity.contains(part)
            || document.url.as_deref().is_some_and(|url| url.contains(part))
    });
    same_file && part_fits
}

#[test]
fn the_sample_week_is_read_about_as_people_read_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (expected, documents) = (expected(root), documents(root));
    if expected.is_empty() {
        println!("skipped: the sample week is absent");
        return;
    }
    let extractor = Extractor::load().unwrap();
    let mut by_folder: BTreeMap<String, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    for wanted in &expected {
        let Some(document) = documents.iter().find(|document| belongs(document, wanted)) else {
            println!("not gathered: {} {:?}", wanted.file, wanted.part);
            continue;
        };
        let drafts = extractor.extract(&Input {
            title: &document.title,
            readable: &document.readable,
            kind: Some(document.kind),
            url: document.url.as_deref(),
            marks: &document.marks,
            language: document.language.as_deref(),
            raw: (document.raw.format == "workflow").then_some(&document.raw.bytes),
        });
        if std::env::var_os("SHOW_MISSES").is_some() && drafts.len() != wanted.automations.len() {
            let titles: Vec<_> = drafts.iter().map(|d| (&d.content.title, d.confidence)).collect();
            println!(
                "{} {:?}: {} marked, {titles:?}",
                wanted.file,
                wanted.part,
                wanted.automations.len()
            );
        }
        let folder = wanted.file.split('/').next().unwrap_or_default();
        by_folder.entry(folder.to_owned()).or_default().count(&wanted.automations, &drafts);
        total.count(&wanted.automations, &drafts);
    }
    for (folder, tally) in &by_folder {
        println!("{folder:13}{}", tally.line());
    }
    println!("{:13}{}", "all", total.line());
    assert!(total.found * 100 >= (total.found + total.false_finds) * 95, "too many false finds");
    assert!(total.found * 100 >= (total.found + total.missed) * 84, "too many missed");
}
