//! Public templates are one automation each. Skipped where they are absent.

use rayon::prelude::*;
use reservoir::extract::{Extractor, Input};
use reservoir::model::DocumentKind;
use reservoir::text::markdown;
use serde::Deserialize;
use std::path::Path;
use std::time::Instant;

#[derive(Deserialize)]
struct Template {
    title: String,
    text: String,
}

#[test]
fn a_template_is_one_automation_when_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/templates/train.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is absent", path.display());
        return;
    };
    let templates: Vec<Template> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let extractor = Extractor::load().unwrap();
    let readable: Vec<String> =
        templates.iter().map(|template| markdown::plain(&template.text)).collect();
    let started = Instant::now();
    let single: usize = templates
        .par_iter()
        .zip(&readable)
        .map(|(template, readable)| {
            let input = Input {
                title: &template.title,
                readable,
                kind: Some(DocumentKind::Template),
                ..Input::default()
            };
            let drafts = extractor.extract(&input);
            for draft in &drafts {
                assert!(draft.content.title.chars().count() <= 80, "{}", draft.content.title);
            }
            usize::from(drafts.len() == 1)
        })
        .sum();
    let bytes: usize = readable.iter().map(String::len).sum();
    println!(
        "{single} of {} give exactly one automation; {} kB each, {:?} in all",
        templates.len(),
        bytes / templates.len() / 1000,
        started.elapsed()
    );
    assert!(single * 100 >= templates.len() * 97);
}
