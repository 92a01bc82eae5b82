//! Names for node types and for the outputs of nodes that branch.

use super::Node;
use serde_json::Value;

/// Words in which a type's name is spelt otherwise than its camel case says.
const SPELLINGS: &[(&str, &str)] = &[
    ("Http", "HTTP"),
    ("Api", "API"),
    ("Rss", "RSS"),
    ("Ssh", "SSH"),
    ("Ftp", "FTP"),
    ("Sql", "SQL"),
    ("My SQL", "MySQL"),
    ("Html", "HTML"),
    ("Xml", "XML"),
    ("Pdf", "PDF"),
    ("Aws", "AWS"),
    ("Crm", "CRM"),
    ("Ai", "AI"),
    ("Open AI", "OpenAI"),
    ("Git Hub", "GitHub"),
    ("Github", "GitHub"),
    ("Git Lab", "GitLab"),
    ("Hub Spot", "HubSpot"),
    ("Linked In", "LinkedIn"),
    ("Whats App", "WhatsApp"),
    ("You Tube", "YouTube"),
    ("Click Up", "ClickUp"),
    ("Mongo Db", "MongoDB"),
    ("Graphql", "GraphQL"),
    ("Lm Chat", "Chat Model"),
    ("Imap", "IMAP"),
    ("No Op", "No Operation"),
];

/// What people call a node type: `n8n-nodes-base.gmailTrigger` is "Gmail Trigger".
pub fn kind_label(kind: &str) -> String {
    let short = kind.rsplit('.').next().unwrap_or(kind);
    let mut label = capitalised(&words(short));
    for (from, to) in SPELLINGS {
        if let Some(at) = find_words(&label, from) {
            label.replace_range(at..at + from.len(), to);
        }
    }
    crate::text::sanitize_line(&label).into_owned()
}

/// `camelCase` as words, lower-cased where a capital began them.
pub(super) fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.chars() {
        let is_gap = c == '_' || c == '-' || c.is_whitespace();
        if (is_gap || (c.is_uppercase() && was_lower)) && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
        if !is_gap {
            out.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    out
}

fn capitalised(words: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect::<String>())
    };
    words.split(' ').filter_map(capital).collect::<Vec<_>>().join(" ")
}

/// Where `wanted` stands in `label` as whole words.
fn find_words(label: &str, wanted: &str) -> Option<usize> {
    label.match_indices(wanted).map(|(at, _)| at).find(|&at| {
        let before = label[..at].chars().next_back();
        let after = label[at + wanted.len()..].chars().next();
        before.is_none_or(|c| c == ' ') && after.is_none_or(|c| c == ' ')
    })
}

/// The outcome that output `output` of `node` stands for; `None` where it does not branch.
///
/// `outputs` is how many outputs the file wires.
pub(super) fn output_label(node: &Node, output: usize, outputs: usize) -> Option<String> {
    let named = match node.short_kind() {
        "if" => Some(if output == 0 { "true" } else { "false" }.to_owned()),
        "filter" => Some(if output == 0 { "kept" } else { "discarded" }.to_owned()),
        // Version 3 swapped the outputs: the first fires when the loop is through.
        "splitInBatches" => Some(batch_label(node, output).to_owned()),
        "compareDatasets" => {
            ["only in A", "same", "different", "only in B"].get(output).map(|s| (*s).to_owned())
        }
        "switch" => switch_label(&node.parameters, output),
        "textClassifier" => category(&node.parameters, output),
        "sentimentAnalysis" => sentiment(&node.parameters, output),
        _ => None,
    };
    if node.splits_errors && output > 0 && output + 1 == outputs {
        return Some("error".to_owned());
    }
    named.map(|label| crate::text::sanitize_line(&label).into_owned()).filter(|l| !l.is_empty())
}

fn batch_label(node: &Node, output: usize) -> &'static str {
    if (node.version >= 3.0) == (output == 0) { "done" } else { "loop" }
}

fn switch_label(parameters: &Value, output: usize) -> Option<String> {
    let rules = parameters.pointer("/rules/values").or(parameters.pointer("/rules/rules"));
    let rule = rules.and_then(|rules| rules.get(output));
    let Some(rule) = rule else {
        let has_rules = rules.and_then(Value::as_array).is_some_and(|r| !r.is_empty());
        return Some(if has_rules { "otherwise".to_owned() } else { format!("output {output}") });
    };
    let named = rule.get("outputKey").or(rule.pointer("/conditions/conditions/0/rightValue"));
    let value = named.or(rule.get("value2")).or(rule.get("value"));
    match value {
        Some(Value::String(text)) if !text.is_empty() && !text.starts_with('=') => {
            Some(text.clone())
        }
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Bool(is)) => Some(is.to_string()),
        _ => Some(format!("output {output}")),
    }
}

fn category(parameters: &Value, output: usize) -> Option<String> {
    let of = parameters.pointer(&format!("/categories/categories/{output}/category"))?;
    of.as_str().map(str::to_owned)
}

fn sentiment(parameters: &Value, output: usize) -> Option<String> {
    let given = parameters.pointer("/options/categories").and_then(Value::as_str);
    let list = given.unwrap_or("Positive, Neutral, Negative");
    list.split(',').nth(output).map(|label| label.trim().to_owned())
}
