//! Schemas: the shape of an answer, checked here whatever the provider promises.

use super::LlmError;
use serde_json::Value;
use std::fmt;

/// Complaints of one answer that are told to the model.
const TOLD: usize = 8;
/// Longest part of a complaint, in characters: it may repeat a whole answer.
const LONGEST: usize = 300;

/// A JSON Schema in the subset that providers share, ready to check answers.
pub struct Schema {
    /// Letters, digits, `_` and `-`.
    pub name: String,
    pub value: Value,
    validator: jsonschema::Validator,
}

impl Schema {
    /// # Errors
    /// `LlmError::Schema` where `value` is no schema.
    pub fn new(name: &str, value: Value) -> Result<Self, LlmError> {
        let fails = |error: jsonschema::ValidationError<'_>| LlmError::Schema {
            name: name.to_owned(),
            why: error.to_string(),
        };
        let validator = jsonschema::validator_for(&value).map_err(fails)?;
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let name = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).take(64).collect();
        Ok(Self { name, value, validator })
    }

    /// What is wrong with `answer`, a line each; empty when it fits.
    pub fn complaints(&self, answer: &Value) -> Vec<String> {
        let one = |error: jsonschema::ValidationError<'_>| {
            let path = error.instance_path().to_string();
            let place = if path.is_empty() { "the answer".to_owned() } else { format!("`{path}`") };
            let words: String = error.to_string().chars().take(LONGEST).collect();
            format!("{place}: {words}")
        };
        self.validator.iter_errors(answer).take(TOLD).map(one).collect()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn complaints_name_the_place_and_are_few_and_short() {
        let schema = json!({
            "type": "object", "required": ["a", "b"], "additionalProperties": false,
            "properties": {"a": {"type": "array", "items": {"type": "integer"}}, "b": {"type": ["string", "null"]}}
        });
        let schema = Schema::new("my schema", schema).unwrap();
        assert_eq!(schema.name, "my_schema");
        assert!(schema.complaints(&json!({"a": [1], "b": null})).is_empty());
        let told = schema.complaints(&json!({"a": [1, "x"]})).join("\n");
        assert!(told.contains("`/a/1`") && told.contains("\"b\" is a required property"), "{told}");
        let many = json!({"a": vec!["x".repeat(5_000); 50], "b": null});
        let told = schema.complaints(&many);
        assert!(told.len() == TOLD && told.iter().all(|line| line.len() < 400));
        assert!(Schema::new("x", json!({"type": 3})).is_err());
    }
}
