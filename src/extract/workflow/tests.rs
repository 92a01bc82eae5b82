use super::*;
use rstest::rstest;
use serde_json::{Value, json};

fn node(name: &str, kind: &str) -> Value {
    json!({"name": name, "type": kind, "parameters": {}})
}

fn to(targets: &[&[&str]]) -> Value {
    let outputs: Vec<Value> = targets
        .iter()
        .map(|group| group.iter().map(|t| json!({"node": t, "type": "main", "index": 0})).collect())
        .collect();
    json!({ "main": outputs })
}

fn read_json(value: &Value) -> (Workflow, Reading) {
    let workflow = Workflow::from_value(value).unwrap();
    let (_, lines) = workflow.readable();
    let reading = read(&Gazetteer::load().unwrap(), &workflow, &lines);
    (workflow, reading)
}

fn sample() -> Value {
    json!({
        "name": "Orders",
        "nodes": [
            node("Slack", "n8n-nodes-base.slack"),
            node("Loose", "n8n-nodes-base.set"),
            node("If", "n8n-nodes-base.if"),
            node("Click", "n8n-nodes-base.manualTrigger"),
            node("Loop", "n8n-nodes-base.splitInBatches"),
            node("Daily", "n8n-nodes-base.scheduleTrigger"),
            node("Agent", "@n8n/n8n-nodes-langchain.agent"),
            node("Model", "@n8n/n8n-nodes-langchain.lmChatOpenAi"),
            {"name": "Call", "type": "n8n-nodes-base.httpRequest", "parameters": {"url": "https://api.apify.com/v2/x"}},
            {"name": "Old", "type": "n8n-nodes-base.trello", "parameters": {}, "disabled": true},
        ],
        "connections": {
            "Click": to(&[&["Loop"]]),
            "Daily": to(&[&["Loop"]]),
            "Loop": to(&[&["Old"], &["Agent"]]),
            "Agent": to(&[&["If"]]),
            "If": to(&[&["Slack"], &["Call"]]),
            "Call": to(&[&["Loop"]]),
            "Model": {"ai_languageModel": [[{"node": "Agent", "type": "ai_languageModel", "index": 0}]]},
        },
    })
}

#[test]
fn steps_stand_in_order_and_none_is_lost() {
    let (_, reading) = read_json(&sample());
    let first = |step: &Step| step.text.split(' ').next().unwrap().to_owned();
    let names: Vec<String> = reading.steps.iter().map(first).collect();
    let at = |name: &str| names.iter().position(|n| n.starts_with(name)).unwrap();
    assert_eq!(names.len(), 7);
    assert!(at("Loop") < at("Agent") && at("Agent") < at("If") && at("If") < at("Slack"));
    assert_eq!(at("Loose"), 6);
    assert!(reading.steps[at("Agent")].text.contains("Model"));
    assert_eq!(reading.steps[at("Slack")].branch.as_deref(), Some("true"));
    assert!(reading.steps[at("Loop")].follows.is_empty());
    for (place, step) in reading.steps.iter().enumerate() {
        assert!(step.follows.iter().all(|before| usize::from(*before) < place));
    }
}

#[test]
fn a_real_trigger_goes_before_a_button() {
    let trigger = read_json(&sample()).1.trigger.unwrap();
    assert_eq!(trigger.kind, TriggerKind::Schedule);
    assert!(trigger.text.contains("Click"));
}

#[rstest]
#[case("OpenAI", ToolRole::Used)]
#[case("Slack", ToolRole::Used)]
#[case("Apify", ToolRole::Used)]
#[case("Trello", ToolRole::Mentioned)]
fn services_behind_nodes_are_tools(#[case] name: &str, #[case] role: ToolRole) {
    let (_, reading) = read_json(&sample());
    assert_eq!(reading.tools.iter().find(|tool| tool.name == name).unwrap().role, role);
}

#[test]
fn every_field_points_at_its_nodes_line() {
    let (workflow, reading) = read_json(&sample());
    let (text, _) = workflow.readable();
    for evidence in &reading.evidence {
        assert!(!evidence.span.slice(&text).unwrap().contains('\n'));
    }
    let proven = |field| reading.evidence.iter().filter(|e| e.field == field).count();
    assert_eq!(proven(Field::Trigger), 2);
    assert_eq!(proven(Field::Steps), 8);
}

#[test]
fn tools_behind_a_server_are_its_steps() {
    let value = json!({
        "name": "Server",
        "nodes": [node("Server", "@n8n/n8n-nodes-langchain.mcpTrigger"), node("Add row", "n8n-nodes-base.googleSheetsTool")],
        "connections": {"Add row": {"ai_tool": [[{"node": "Server", "type": "ai_tool", "index": 0}]]}},
    });
    let reading = read_json(&value).1;
    assert_eq!(reading.steps.len(), 1);
    assert_eq!(reading.trigger.unwrap().kind, TriggerKind::Event);
}
