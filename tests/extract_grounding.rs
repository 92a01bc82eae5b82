//! Every piece of evidence is an exact slice of the stored readable text, field by field; what has no
//! evidence is inferred, and counted. The public templates are skipped where they are absent.

use rayon::prelude::*;
use reservoir::extract::{Extractor, Input};
use reservoir::gather;
use reservoir::model::{DocumentKind, Draft, Field};
use reservoir::text::markdown;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Fields whose values are read from the text, or inferred from it.
const FIELDS: [Field; 9] = [
    Field::Title,
    Field::Description,
    Field::Trigger,
    Field::Steps,
    Field::Tools,
    Field::Industries,
    Field::Functions,
    Field::Problem,
    Field::Claims,
];

/// By field: how many values there are, and how many have evidence.
type Grounding = BTreeMap<&'static str, (usize, usize)>;

fn values(draft: &Draft, field: Field) -> usize {
    let content = &draft.content;
    match field {
        Field::Title => usize::from(!content.title.is_empty()),
        Field::Description => usize::from(!content.description.is_empty()),
        Field::Trigger => usize::from(content.trigger.is_some()),
        Field::Steps => content.steps.len(),
        Field::Tools => content.tools.len(),
        Field::Industries => content.industries.len(),
        Field::Functions => content.functions.len(),
        Field::Problem => usize::from(content.problem.is_some()),
        Field::Claims => content.claims.len(),
        _ => 0,
    }
}

/// Checks a draft's evidence against the text, and counts it.
fn ground(draft: &Draft, readable: &str) -> Grounding {
    for evidence in &draft.evidence {
        let slice = evidence.span.slice(readable).expect("a span on character borders");
        assert!(!slice.trim().is_empty(), "{}", draft.content.title);
        assert!((0.0..=1.0).contains(&evidence.confidence));
        assert!(FIELDS.contains(&evidence.field), "{:?}", evidence.field);
        let known = values(draft, evidence.field);
        assert!(usize::from(evidence.index) < known, "{:?} {}", evidence.field, evidence.index);
    }
    let proven = |field: Field, at: usize| {
        draft.evidence.iter().any(|e| e.field == field && usize::from(e.index) == at)
    };
    let count = |field: Field| {
        let of = values(draft, field);
        (field.name(), (of, (0..of).filter(|at| proven(field, *at)).count()))
    };
    FIELDS.into_iter().map(count).collect()
}

fn add(mut all: Grounding, one: Grounding) -> Grounding {
    for (field, (of, proven)) in one {
        let sum = all.entry(field).or_default();
        *sum = (sum.0 + of, sum.1 + proven);
    }
    all
}

fn print(name: &str, grounding: &Grounding) {
    for (field, (of, proven)) in grounding {
        println!("{name} {field:12} {proven} of {of} with evidence");
    }
}

#[derive(Deserialize)]
struct Template {
    title: String,
    text: String,
}

#[test]
fn evidence_is_an_exact_slice_in_every_template() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/templates/train.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is absent", path.display());
        return;
    };
    let lines: Vec<&str> = lines.lines().collect();
    let extractor = Extractor::load().unwrap();
    let grounding = lines
        .par_iter()
        .map(|line| {
            let Template { title, text } = serde_json::from_str(line).unwrap();
            let readable = markdown::plain(&text);
            let input = Input {
                title: &title,
                readable: &readable,
                kind: Some(DocumentKind::Template),
                ..Input::default()
            };
            let drafts = extractor.extract(&input);
            drafts.iter().map(|draft| ground(draft, &readable)).fold(Grounding::new(), add)
        })
        .reduce(Grounding::new, add);
    print("templates", &grounding);
    assert!(grounding["steps"].0 > 10_000);
}

#[test]
fn evidence_is_an_exact_slice_in_the_sample_week() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let extractor = Extractor::load().unwrap();
    let mut grounding = Grounding::new();
    gather::read_path(&root.join("data/sample"), &mut |read| {
        if let Ok(document) = read {
            let drafts = extractor.extract(&Input {
                title: &document.title,
                readable: &document.readable,
                kind: Some(document.kind),
                url: document.url.as_deref(),
                marks: &document.marks,
                language: document.language.as_deref(),
                raw: (document.raw.format == "workflow").then_some(&document.raw.bytes),
            });
            let found = drafts.iter().map(|draft| ground(draft, &document.readable));
            grounding = found.fold(std::mem::take(&mut grounding), add);
        }
        std::ops::ControlFlow::Continue(())
    });
    print("sample", &grounding);
    for field in [Field::Description, Field::Steps, Field::Problem, Field::Claims] {
        let (of, proven) = grounding[field.name()];
        assert!(of > 0 && proven * 10 >= of * 7, "{}: {proven} of {of}", field.name());
    }
}
