use super::*;
use rstest::rstest;
use serde_json::json;

fn graph() -> Value {
    json!({
        "nodes": [
            {"name": "Every Monday", "type": "n8n-nodes-base.scheduleTrigger", "typeVersion": 1.2, "position": [0, 0], "parameters": {}},
            {"name": "Why", "type": "n8n-nodes-base.stickyNote", "position": [0, 0], "parameters": {"content": "## Why\nThe *office* forgets."}},
            {"name": "Paid?", "type": "n8n-nodes-base.if", "position": [1, 0], "parameters": {}, "onError": "continueErrorOutput"},
            {"name": "Chase", "type": "n8n-nodes-base.gmail", "position": [2, 0], "parameters": {"operation": "send", "resource": "message"}, "notes": "polite"},
            {"name": "Thank", "type": "n8n-nodes-base.slack", "position": [2, 1], "parameters": {"operation": "={{ $x }}"}, "disabled": true},
            {"name": "Model", "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi", "position": [2, 1], "parameters": {}},
            {"type": "n8n-nodes-base.noOp", "position": [2, 1]}
        ],
        "connections": {
            "Every Monday": {"main": [[{"node": "Paid?", "type": "main", "index": 0}]]},
            "Paid?": {"main": [[{"node": "Thank", "type": "main", "index": 0}], null, [{"node": "Chase", "type": "main", "index": 0}, {"node": "Gone", "type": "main", "index": 0}]]},
            "Model": {"ai_languageModel": [[{"node": "Chase", "type": "ai_languageModel", "index": 0}]]},
            "Lost": {"main": [[{"node": "Chase", "type": "main", "index": 0}]]}
        }
    })
}

fn record() -> Value {
    json!({"workflow": {"id": 7, "name": "Chaser", "description": "Chases **late** invoices.", "createdAt": "2024-01-02T03:04:05Z",
        "user": {"name": "Ada", "username": "ada"}, "categories": [{"name": "Finance"}], "workflow": graph()}})
}

#[test]
fn an_api_record_is_read_whole() {
    let workflow = Workflow::from_value(&record()).unwrap();
    assert_eq!(workflow.url().unwrap(), "https://n8n.io/workflows/7");
    assert_eq!((workflow.name.as_str(), workflow.author.as_deref()), ("Chaser", Some("Ada")));
    assert_eq!(workflow.categories, ["Finance"]);
    assert_eq!(workflow.nodes.len(), 6);
    assert_eq!(workflow.notes, ["## Why\nThe *office* forgets."]);
    assert_eq!(workflow.dangling, 2);
    let edges: Vec<_> = workflow
        .edges
        .iter()
        .map(|e| (e.from, e.to, e.port.as_str(), e.output, e.label.as_deref()))
        .collect();
    assert_eq!(edges.len(), 4);
    assert!(edges.contains(&(0, 1, "main", 0, None)));
    assert!(edges.contains(&(1, 3, "main", 0, Some("true"))));
    assert!(edges.contains(&(1, 2, "main", 2, Some("error"))));
    assert!(edges.contains(&(4, 2, "ai_languageModel", 0, None)));
}

#[rstest]
#[case::export(graph())]
#[case::wrapped(json!({"workflow": graph()}))]
#[case::pushed(json!({"data": {"workflow": graph()}}))]
fn other_wrappings_hold_the_same_graph(#[case] value: Value) {
    let workflow = Workflow::from_value(&value).unwrap();
    let plain = Workflow::from_value(&record()).unwrap();
    assert_eq!((workflow.nodes, workflow.edges), (plain.nodes, plain.edges));
}

#[rstest]
#[case(json!({"nodes": [{"id": 1}], "edges": []}))]
#[case(json!({"workflow": "text"}))]
#[case(json!([1, 2]))]
#[case(json!({"url": "x", "title": "t", "text": "body"}))]
fn other_json_is_no_workflow(#[case] value: Value) {
    assert_eq!(Workflow::from_value(&value), None);
}

#[test]
fn readable_is_safe_and_each_node_has_its_line() {
    let mut workflow = Workflow::from_value(&record()).unwrap();
    workflow.nodes[0].name = "Every\u{1b}[31m Mon\nday".to_owned();
    let (text, spans) = workflow.readable();
    let lines: Vec<_> = spans.iter().map(|span| span.slice(&text).unwrap()).collect();
    assert_eq!(
        lines,
        [
            "Every Mon day (Schedule Trigger)",
            "Paid? (If)",
            "Chase (Gmail): send message – polite",
            "Thank (Slack) [disabled]",
            "Model (Chat Model OpenAI)",
            "No Operation",
        ]
    );
    assert!(text.starts_with("Chases late invoices.\n\nEvery Mon day"));
    assert_eq!(crate::text::sanitize(&text), text);
}

#[test]
fn canvas_notes_stand_in_for_a_missing_description() {
    let (text, _) = Workflow::from_value(&graph()).unwrap().readable();
    assert!(text.starts_with("Why\nThe office forgets.\n\nEvery Monday"), "{text}");
}

#[rstest]
#[case("n8n-nodes-base.httpRequest", "HTTP Request")]
#[case("n8n-nodes-base.googleSheetsTrigger", "Google Sheets Trigger")]
#[case("@n8n/n8n-nodes-langchain.openAi", "OpenAI")]
#[case("n8n-nodes-base.github", "GitHub")]
#[case("CUSTOM.weird_name-x", "Weird Name X")]
#[case("", "")]
#[case("é", "É")]
fn types_get_the_names_people_use(#[case] kind: &str, #[case] label: &str) {
    assert_eq!(kind_label(kind), label);
}

#[rstest]
#[case("splitInBatches", 1.0, json!({}), 0, Some("loop"))]
#[case("splitInBatches", 3.0, json!({}), 0, Some("done"))]
#[case("switch", 1.0, json!({"rules": {"rules": [{"value2": "paid"}]}}), 0, Some("paid"))]
#[case("switch", 3.0, json!({"rules": {"values": [{"outputKey": "Late"}]}}), 0, Some("Late"))]
#[case("switch", 3.0, json!({"rules": {"values": [{"conditions": {"conditions": [{"rightValue": 3}]}}]}}), 0, Some("3"))]
#[case("switch", 3.0, json!({"rules": {"values": [{}]}}), 1, Some("otherwise"))]
#[case("textClassifier", 1.0, json!({"categories": {"categories": [{"category": "Spam"}]}}), 0, Some("Spam"))]
#[case("sentimentAnalysis", 1.0, json!({}), 2, Some("Negative"))]
#[case("gmail", 1.0, json!({}), 0, None)]
fn branches_are_labelled(
    #[case] kind: &str,
    #[case] version: f64,
    #[case] parameters: Value,
    #[case] output: usize,
    #[case] expected: Option<&str>,
) {
    let node = Node {
        name: "n".to_owned(),
        kind: format!("n8n-nodes-base.{kind}"),
        version,
        parameters,
        is_disabled: false,
        splits_errors: false,
        notes: None,
    };
    assert_eq!(label::output_label(&node, output, 2).as_deref(), expected);
}
