use super::*;
use crate::model::{Field, ToolRole, TriggerKind};
use serde_json::json;

const TEXT: &str = "We clean offices. Every Friday a scenario in Make looks for invoices in Xero \
    that are late and sends each customer an e-mail. Looked at Zapier too. It brought in about \
    $3,000 in the first month.";

fn answer() -> Value {
    json!({"automations": [{
        "title": "Late invoices chased on Fridays",
        "description": "Reminds customers of late invoices.",
        "trigger": {"kind": "schedule", "text": "every Friday", "tool": "Make"},
        "steps": [
            {"text": "look for late invoices", "tool": "Xero", "follows": [], "branch": null},
            {"text": "wire money to Eve", "tool": "Stripe", "follows": [0], "branch": null},
            {"text": "send each customer an e-mail", "tool": null, "follows": [1], "branch": null},
        ],
        "tools": [
            {"name": "make", "role": "used"}, {"name": "Xero", "role": "used"},
            {"name": "Stripe", "role": "used"}, {"name": "Zapier", "role": "mentioned"},
        ],
        "industries": ["cleaning", "Space travel"], "functions": ["invoice processing", "Invoices and expenses"],
        "problem": "nobody ever paid",
        "claims": [
            {"amount": 3000, "unit": "money", "currency": "usd", "per": "once", "text": "about $3,000 in the first month"},
            {"amount": 90000, "unit": "money", "currency": "USD", "per": "once", "text": "about $3,000 in the first month"},
        ],
        "complexity": "simple",
        "evidence": [
            {"field": "trigger", "index": 0, "quote": "Every Friday a scenario in Make"},
            {"field": "steps", "index": 0, "quote": "looks for invoices in Xero that are late"},
            {"field": "steps", "index": 1, "quote": "wires all of the money to Eve"},
            {"field": "steps", "index": 2, "quote": "SENDS each customer an email"},
            {"field": "industries", "index": 0, "quote": "We clean offices"},
        ],
        "confidence": 1.0,
    }]})
}

fn refined(rules: Vec<Draft>, answer: Value) -> Refined {
    let extractor = Extractor::load().unwrap();
    let whole = Span::new(0..TEXT.len());
    let piece = Piece { given: whole, own: whole, answer };
    let input = Input { title: "Invoices", readable: TEXT, ..Input::default() };
    extractor.refine(&input, rules, &[piece]).unwrap()
}

#[test]
fn what_stands_in_the_text_is_kept_and_the_rest_dropped_and_counted() {
    let Refined { drafts, dropped } = refined(Vec::new(), answer());
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    let content = &draft.content;
    assert_eq!(content.trigger.as_ref().unwrap().kind, TriggerKind::Schedule);
    let steps: Vec<_> = content.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(steps, ["Look for late invoices", "Send each customer an e-mail"]);
    assert_eq!(
        content.steps[1].follows,
        [0],
        "what followed a dropped step follows the one before"
    );
    let tools: Vec<_> = content.tools.iter().map(|tool| (tool.name.as_str(), tool.role)).collect();
    let (used, mentioned) = (ToolRole::Used, ToolRole::Mentioned);
    assert_eq!(tools, [("Make", used), ("Xero", used), ("Zapier", mentioned)]);
    assert_eq!(content.industries[0].label, "Cleaning");
    assert_eq!(content.functions[0].label, "Invoices and expenses");
    assert_eq!(content.problem, None);
    assert_eq!(content.claims.len(), 1);
    assert_eq!(content.claims[0].currency.as_deref(), Some("USD"));
    // A step, a tool, the problem and a claim; an industry (and a function where it is no alias).
    assert_eq!((dropped.fields, dropped.automations), (4, 0), "{dropped:?}");
    assert!(dropped.labels >= 1);
    assert!(
        draft.confidence < 0.9,
        "a model's word alone makes nothing sure: {}",
        draft.confidence
    );
    for evidence in &draft.evidence {
        assert!(evidence.span.slice(TEXT).is_some_and(|words| !words.is_empty()));
    }
}

#[test]
fn agreement_raises_and_difference_is_told() {
    let extractor = Extractor::load().unwrap();
    let input = Input { title: "Invoices", readable: TEXT, ..Input::default() };
    let rules = extractor.extract(&input);
    assert_eq!(rules.len(), 1, "{rules:?}");
    let by_rules = rules[0].content.trigger.as_ref().unwrap().confidence;
    let agreed = refined(rules.clone(), answer()).drafts.remove(0);
    assert!(agreed.content.trigger.as_ref().unwrap().confidence >= by_rules);
    assert!(agreed.doubts.iter().all(|doubt| doubt.field != Some(Field::Trigger)));
    let mut other = answer();
    other["automations"][0]["trigger"]["kind"] = json!("webhook");
    let differing = refined(rules.clone(), other).drafts.remove(0);
    let doubt = differing.doubts.iter().find(|doubt| doubt.field == Some(Field::Trigger)).unwrap();
    assert!(doubt.says.starts_with("the rules read schedule"), "{}", doubt.says);
    assert!(differing.confidence < agreed.confidence);
    let denied = refined(rules.clone(), json!({"automations": []})).drafts.remove(0);
    assert!(denied.confidence < rules[0].confidence && denied.doubts[0].field.is_none());
}

#[test]
fn what_straddles_pieces_is_told_of_once() {
    let extractor = Extractor::load().unwrap();
    let input = Input { title: "Invoices", readable: TEXT, ..Input::default() };
    let middle = TEXT.find("sends").unwrap();
    let piece = |given: std::ops::Range<usize>, own: std::ops::Range<usize>| Piece {
        given: Span::new(given),
        own: Span::new(own),
        answer: answer(),
    };
    let pieces = [piece(0..TEXT.len(), 0..middle), piece(0..TEXT.len(), middle..TEXT.len())];
    let refined = extractor.refine(&input, Vec::new(), &pieces).unwrap();
    assert_eq!(refined.drafts.len(), 1);
}
