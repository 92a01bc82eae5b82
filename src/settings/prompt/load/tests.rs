use super::*;
use rstest::rstest;
use serde_json::json;

#[test]
fn every_shipped_prompt_loads_without_a_problem() {
    for name in list_prompts() {
        if let Err(error) = load_prompt(name, None) {
            panic!("{error}");
        }
    }
}

#[test]
fn every_example_of_a_shipped_prompt_quotes_its_input_to_the_letter() {
    let prompt = load_prompt("extract", None).unwrap();
    assert!(!prompt.examples.is_empty());
    for example in &prompt.examples {
        let output: Value = serde_json::from_str(&example.output).unwrap();
        for automation in output["automations"].as_array().unwrap() {
            for quote in automation["evidence"].as_array().unwrap() {
                let words = quote["quote"].as_str().unwrap();
                assert!(example.input.contains(words), "`{words}` is not in the input");
            }
        }
    }
}

#[test]
fn a_prompt_is_filled_in_with_its_examples() {
    let prompt = load_prompt("extract", None).unwrap();
    let mut values = json!({
        "title": "A title", "kind": "post", "text": "Some {{ text }}\n+++\nor so", "fence": "text-1",
        "functions": ["Invoicing"], "industries": ["Cleaning"],
    });
    let filled = prompt.render(&values).unwrap();
    assert!(filled.user.contains("Some {{ text }}\n+++\nor so") && filled.user.contains("A title"));
    assert!(filled.system.contains("- Cleaning") && !filled.system.contains("A title"));
    values["text"] = json!("Another");
    assert_eq!(prompt.render(&values).unwrap().system, filled.system, "rules are the same for all");
    assert!(prompt.render(&json!({ "title": "x" })).is_err(), "a missing variable is an error");
}

const GOOD: &str = r#"+++
name = "mine"
version = 1
tier = "cheap"
variables = ["text"]
schema = '''{"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": false}'''
[[examples]]
input = "a"
output = '{"ok": true}'
+++
Say of {{ text }} whether it is so.
"#;

#[test]
fn a_good_prompt_of_the_user_loads() {
    parse("mine", &Source { name: "mine.md", text: GOOD }).unwrap();
}

#[rstest]
#[case("tier = \"cheap\"", "tier = \"chep\"", "mine.md:4:")]
#[case("version = 1", "version = 1\nmodel = \"x\"", "mine.md:4:1: unknown field `model`")]
#[case(
    "{{ text }}",
    "{{ txt }}",
    "mine.md:11:11: `txt` is used but not among `variables`; did you mean `text`?"
)]
#[case("{{ text }}", "{{ text", "mine.md:11:1: ")]
#[case(
    "name = \"mine\"",
    "name = \"other\"",
    "mine.md:2:1: `name` is `other`, but the file is called `mine`"
)]
#[case(
    "\"additionalProperties\": false",
    "\"title\": \"x\"",
    "must say \"additionalProperties\": false"
)]
#[case("\"required\": [\"ok\"]", "\"required\": []", "`schema.ok` must be required")]
#[case(
    "'{\"ok\": true}'",
    "'{\"no\": true}'",
    "mine.md:7:1: the output of example 1 does not fit the schema: "
)]
#[case("+++\nname", "name", "mine.md:1:1: a prompt begins with a head")]
#[case("+++\nSay", "Say", "the head is not closed")]
fn a_wrong_prompt_says_what_is_wrong_and_where(
    #[case] good: &str,
    #[case] wrong: &str,
    #[case] expected: &str,
) {
    let text = GOOD.replace(good, wrong);
    let problems = parse("mine", &Source { name: "mine.md", text: &text }).expect_err("wrong");
    let message = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
}
