//! The lines of a batch's answers.

use crate::llm::Reply;
use crate::llm::reply::{short, usage};
use crate::model::Usage;
use serde_json::Value;
use std::collections::HashMap;

/// What became of one question.
pub(super) enum Line {
    Answered(Reply),
    /// Answered, and charged for, with what is no answer.
    Unreadable {
        why: String,
        usage: Option<Usage>,
    },
    /// Not answered, and not charged for.
    Failed {
        why: String,
    },
    /// It may be a line that cannot be read.
    Lost,
}

/// All lines, by the keys of their questions.
pub(super) struct Lines {
    by_key: HashMap<String, Line>,
    /// Whether every line could be told to belong to a question.
    is_whole: bool,
}

impl Lines {
    pub(super) fn read(text: &str) -> Self {
        let mut lines = Self { by_key: HashMap::new(), is_whole: true };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            match line["custom_id"].as_str() {
                Some(key) => drop(lines.by_key.insert(key.to_owned(), read(&line))),
                None => lines.is_whole = false,
            }
        }
        lines
    }

    pub(super) fn take(&mut self, key: &str) -> Line {
        let missing = || match self.is_whole {
            true => Line::Failed { why: "the batch ended without an answer".to_owned() },
            false => Line::Lost,
        };
        self.by_key.remove(key).unwrap_or_else(missing)
    }
}

fn read(line: &Value) -> Line {
    let response = &line["response"];
    let body = &response["body"];
    let is_good = response["status_code"].as_u64().is_none_or(|status| status < 300);
    if is_good && body.is_object() {
        return match Reply::read(body) {
            Ok(reply) => Line::Answered(reply),
            Err(error) => Line::Unreadable { why: error.to_string(), usage: usage(&body["usage"]) },
        };
    }
    let told = [&line["error"]["message"], &body["error"]["message"]];
    let words = told.into_iter().find_map(Value::as_str);
    Line::Failed { why: short(words.unwrap_or("it failed without a word")) }
}
