//! Prompts for language models: Markdown with a head that says what they need and yield.

mod load;

pub use load::{list_prompts, load_prompt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How strong a model a prompt wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Cheap and quick: sorting, labelling.
    Cheap,
    /// The best there is: reading closely, inventing.
    Strong,
}

/// An input with the output it should have.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub input: String,
    /// JSON text that fits the schema.
    pub output: String,
}

/// A prompt, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub name: String,
    /// Grows with each change of the text; answers are cached by it.
    pub version: u32,
    pub tier: Tier,
    /// JSON Schema of the answer, in the subset that providers share.
    pub schema: Value,
    /// What `render` must be given.
    pub variables: Vec<String>,
    pub examples: Vec<Example>,
    /// What goes before the line that divides, where there is one; the rules.
    system: String,
    /// What goes after it; the case at hand.
    user: String,
}

/// A prompt filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Empty where the prompt is not divided.
    pub system: String,
    pub user: String,
}

/// Why a prompt cannot be filled in.
#[derive(Debug, thiserror::Error)]
#[error("cannot fill in prompt `{name}`")]
pub struct RenderError {
    name: String,
    #[source]
    source: Box<minijinja::Error>,
}

impl Prompt {
    /// The prompt with its variables filled in; the examples stand in it as `examples`. It was
    /// divided before, so that nothing filled in can pass from one part to the other.
    ///
    /// # Errors
    /// Where a variable is missing or a filter fails.
    pub fn render(&self, values: &Value) -> Result<Rendered, RenderError> {
        let failed = |source| RenderError { name: self.name.clone(), source: Box::new(source) };
        let mut environment = minijinja::Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        let syntax = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).build();
        environment.set_syntax(syntax.map_err(failed)?);
        let examples: Vec<Value> = self
            .examples
            .iter()
            .map(|e| serde_json::json!({ "input": e.input, "output": e.output }))
            .collect();
        let mut all = values.clone();
        if let Some(map) = all.as_object_mut() {
            map.insert("examples".to_owned(), Value::Array(examples));
        }
        let fill = |part: &str| {
            environment.render_str(part, minijinja::value::Serde(&all)).map_err(failed)
        };
        let (system, user) = (fill(&self.system)?, fill(&self.user)?);
        Ok(Rendered { system: system.trim().to_owned(), user: user.trim().to_owned() })
    }
}
