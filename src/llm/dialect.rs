//! Dialects: what an endpoint understands of the protocol, learned from its refusals.

use super::question::{Message, Question};
use super::{CallError, Schema, Speaker};
use serde_json::{Value, json};

/// How the shape of the answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// By schema, which the provider itself enforces.
    Schema,
    /// By the promise of JSON beside the schema, as llama.cpp's family takes it.
    Guided,
    /// By the promise of JSON; the schema stands in the words.
    Object,
    /// By words alone.
    Text,
}

/// How requests to one model of one provider are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    format: Format,
    /// The newer name of the bound on output, which older servers do not know.
    is_limit_new: bool,
    takes_temperature: bool,
    takes_stream_options: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            format: Format::Schema,
            is_limit_new: false,
            takes_temperature: true,
            takes_stream_options: true,
        }
    }
}

impl Dialect {
    /// Gives up what `error` complains of; `false` where nothing is left to give up.
    pub(super) fn learn(&mut self, error: &CallError, has_schema: bool) -> bool {
        let why = match error {
            CallError::BadRequest { why, .. } => why.to_ascii_lowercase(),
            // llama-cpp-python answers 500 to a `response_format` that it does not know.
            CallError::Server { status: 500, why, .. } if why.contains("response_format") => {
                why.to_ascii_lowercase()
            }
            _ => return false,
        };
        if why.contains("max_completion_tokens") && !self.is_limit_new {
            self.is_limit_new = true;
            return true;
        }
        if why.contains("temperature") && self.takes_temperature {
            self.takes_temperature = false;
            return true;
        }
        if why.contains("stream_options") && self.takes_stream_options {
            self.takes_stream_options = false;
            return true;
        }
        let simpler = match self.format {
            Format::Schema => Format::Guided,
            Format::Guided => Format::Object,
            Format::Object => Format::Text,
            Format::Text => return false,
        };
        if has_schema {
            self.format = simpler;
        }
        has_schema
    }

    /// The request for an answer to `messages`.
    pub(super) fn request(
        &self,
        question: &Question,
        messages: &[Message],
        model: &str,
        max_output: u32,
    ) -> Value {
        let mut messages = messages.to_vec();
        let schema = question.schema.as_deref();
        if let Some(schema) = schema.filter(|_| self.format != Format::Schema) {
            tell_shape(&mut messages, schema);
        }
        let said: Vec<Value> = messages
            .iter()
            .map(|message| json!({"role": message.speaker.name(), "content": message.text}))
            .collect();
        let limit = if self.is_limit_new { "max_completion_tokens" } else { "max_tokens" };
        let is_streamed = question.deltas.is_some();
        let mut request = json!({
            "model": model, "messages": said, limit: max_output, "stream": is_streamed,
        });
        if self.takes_temperature {
            request["temperature"] = json!(f64::from(question.temperature) / 1e3);
        }
        if is_streamed && self.takes_stream_options {
            request["stream_options"] = json!({"include_usage": true});
        }
        if let Some(schema) = schema {
            match self.format {
                Format::Schema => {
                    request["response_format"] = json!({
                        "type": "json_schema",
                        "json_schema": {
                            "name": schema.name, "strict": true, "schema": schema.value,
                        },
                    });
                }
                Format::Guided => {
                    request["response_format"] =
                        json!({"type": "json_object", "schema": schema.value});
                }
                Format::Object => request["response_format"] = json!({"type": "json_object"}),
                Format::Text => {}
            }
        }
        request
    }
}

/// Says in words what the request cannot say by itself.
fn tell_shape(messages: &mut Vec<Message>, schema: &Schema) {
    let words = format!(
        "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{}",
        schema.value
    );
    match messages.iter_mut().find(|message| message.speaker == Speaker::System) {
        Some(system) => system.text = format!("{}\n\n{words}", system.text),
        None => messages.insert(0, Message::new(Speaker::System, words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Freshness;
    use crate::settings::Tier;
    use std::sync::Arc;

    fn question() -> Question {
        let schema = Schema::new("s", json!({"type": "object"})).unwrap();
        Question {
            task: "t".into(),
            tier: Tier::Cheap,
            item: "i".into(),
            prompt: "p 1".into(),
            messages: vec![Message::new(Speaker::User, "hello")],
            schema: Some(Arc::new(schema)),
            max_output: 100,
            temperature: 0,
            freshness: Freshness::Settled,
            deltas: None,
        }
    }

    fn refusal(why: &str) -> CallError {
        CallError::BadRequest { status: 400, why: why.into() }
    }

    #[test]
    fn a_shape_is_asked_for_strictly_then_loosely_then_in_words() {
        let question = question();
        let mut dialect = Dialect::default();
        let request = |dialect: &Dialect| dialect.request(&question, &question.messages, "m", 50);
        assert_eq!(request(&dialect)["response_format"]["json_schema"]["strict"], true);
        assert!(dialect.learn(&refusal("response_format is not supported"), true));
        assert_eq!(request(&dialect)["response_format"]["schema"]["type"], "object");
        assert!(dialect.learn(&refusal("unknown field"), true));
        let loose = request(&dialect);
        assert_eq!(loose["response_format"], json!({"type": "json_object"}));
        let words = request(&dialect)["messages"][0]["content"].as_str().unwrap().to_owned();
        assert!(words.contains("JSON Schema") && words.contains(r#"{"type":"object"}"#));
        assert!(dialect.learn(&refusal("unknown field"), true));
        assert!(request(&dialect)["response_format"].is_null());
        assert!(!dialect.learn(&refusal("unknown field"), true), "nothing is left to give up");
    }

    #[test]
    fn a_complaint_is_met_where_it_names_a_part() {
        let question = question();
        let mut dialect = Dialect::default();
        let complaint = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        assert!(dialect.learn(&refusal(complaint), true));
        assert!(dialect.learn(&refusal("'temperature' does not support 0"), true));
        let request = dialect.request(&question, &question.messages, "m", 50);
        assert_eq!(request["max_completion_tokens"], 50);
        assert!(request["max_tokens"].is_null() && request["temperature"].is_null());
        assert_eq!(request["response_format"]["type"], "json_schema");
        assert!(!dialect.learn(&CallError::Limited { retry_at: None }, true));
        let failed = |why: &str| CallError::Server { status: 500, why: why.into(), retry_at: None };
        assert!(!dialect.learn(&failed("out of memory"), true));
        assert!(dialect.learn(&failed("('body', 'response_format', 'type')"), true));
        assert!(!Dialect::default().learn(&refusal("odd"), false));
    }
}
