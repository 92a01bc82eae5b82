//! `reservoir eval extract` as a script sees it.

use serde_json::Value;
use std::process::Command;

#[test]
fn offsets_count_characters_and_a_bad_line_is_reported_while_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    let text = "🚀 Größe zählt. When a form is submitted, n8n creates a ticket in Zendesk and posts it to Slack. We built it last week.";
    let line = serde_json::json!({"id": "a", "title": "Tickets", "text": text});
    std::fs::write(&input, format!("{line}\nnot json\n\n{{\"id\": 3}}\n{line}\n")).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_reservoir"))
        .args(["eval", "extract", "--input"])
        .arg(&input)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(errors.contains("in.jsonl:2: ") && errors.contains("in.jsonl:4: "), "{errors}");
    let answers = std::fs::read_to_string(out).unwrap();
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    let readable: Vec<char> = answers[0]["readable"].as_str().unwrap().chars().collect();
    let automation = &answers[0]["automations"][0];
    assert_eq!(automation["trigger"]["kind"], "form");
    let evidence = automation["evidence"].as_array().unwrap();
    assert!(!evidence.is_empty());
    for proof in evidence {
        let at = |key: &str| usize::try_from(proof[key].as_u64().unwrap()).unwrap();
        let slice: String = readable[at("start")..at("end")].iter().collect();
        assert_eq!(slice, proof["text"].as_str().unwrap());
    }
}
