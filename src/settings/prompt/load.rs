//! Reads prompt files and checks them.

use super::{Example, Prompt, Tier};
use crate::settings::problem::{Problem, SettingsError, Source, read};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// The shipped prompts by name.
const SHIPPED: [(&str, &str, &str); 2] = [
    ("extract", "prompts/extract.md", include_str!("../../../prompts/extract.md")),
    ("classify", "prompts/classify.md", include_str!("../../../prompts/classify.md")),
];

/// The line that opens and closes the head, and divides the rules from the case at hand.
const FENCE: &str = "+++";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    version: u32,
    tier: Tier,
    schema: String,
    variables: Vec<String>,
    #[serde(default)]
    examples: Vec<Example>,
}

/// The names of the shipped prompts.
pub fn list_prompts() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, ..)| *name)
}

/// Loads the prompt called `name`: `name.md` in the user's folder, else the shipped one.
///
/// # Errors
/// `SettingsError::Unknown` for a name that is neither; `SettingsError::Invalid` with every
/// problem found.
pub fn load_prompt(name: &str, user_folder: Option<&Path>) -> Result<Prompt, SettingsError> {
    let user = user_folder.map(|f| f.join(format!("{name}.md"))).filter(|path| path.is_file());
    let shipped = SHIPPED.iter().find(|(known, ..)| *known == name);
    let (file, text) = match (user, shipped) {
        (Some(path), _) => (path.display().to_string(), read("prompt", &path)?),
        (None, Some((_, file, text))) => ((*file).to_owned(), (*text).to_owned()),
        (None, None) => {
            let known = list_prompts().collect::<Vec<_>>().join(", ");
            return Err(SettingsError::Unknown { what: "prompt", name: name.to_owned(), known });
        }
    };
    parse(name, &Source { name: &file, text: &text }).map_err(SettingsError::Invalid)
}

fn parse(name: &str, source: &Source<'_>) -> Result<Prompt, Vec<Problem>> {
    let (head_at, head, body_at) = split(source).map_err(|problem| vec![problem])?;
    let body = &source.text[body_at..];
    let head: Head = toml::from_str(head).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        vec![source.problem(span.start + head_at..span.end + head_at, what)]
    })?;
    let mut problems = Vec::new();
    let place_of = |key: &str| {
        let at = source.text.find(&format!("\n{key}")).map_or(0, |at| at + 1);
        at..at
    };
    if head.name != name {
        let what = format!("`name` is `{}`, but the file is called `{name}`", head.name);
        problems.push(source.problem(place_of("name"), what));
    }
    let schema = match serde_json::from_str::<Value>(&head.schema) {
        Ok(schema) => {
            check_schema(source, &schema, &place_of, &mut problems);
            schema
        }
        Err(error) => {
            problems
                .push(source.problem(place_of("schema"), format!("`schema` is no JSON: {error}")));
            Value::Null
        }
    };
    for (at, example) in head.examples.iter().enumerate() {
        check_example(source, at, example, &schema, &mut problems);
    }
    check_body(source, body_at, body, &head.variables, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (system, user) = divide(body);
    Ok(Prompt {
        name: head.name,
        version: head.version,
        tier: head.tier,
        schema,
        variables: head.variables,
        examples: head.examples,
        system: system.to_owned(),
        user: user.to_owned(),
    })
}

/// What stands before and after the line that divides the body; all of it after where none does.
fn divide(body: &str) -> (&str, &str) {
    body.split_once(&format!("\n{FENCE}\n")).unwrap_or(("", body))
}

/// Where the head begins, the head, and where the body begins.
fn split<'a>(source: &Source<'a>) -> Result<(usize, &'a str, usize), Problem> {
    let opening = format!("{FENCE}\n");
    let closing = format!("\n{FENCE}\n");
    let Some(rest) = source.text.strip_prefix(&opening) else {
        let what = format!("a prompt begins with a head between two lines `{FENCE}`");
        return Err(source.problem(0..0, what));
    };
    let Some(end) = rest.find(&closing) else {
        return Err(source.problem(0..0, format!("the head is not closed by a line `{FENCE}`")));
    };
    Ok((opening.len(), &rest[..=end], opening.len() + end + closing.len()))
}

/// Providers want an object, every property required, nothing beside.
fn check_schema(
    source: &Source<'_>,
    schema: &Value,
    place_of: &impl Fn(&str) -> std::ops::Range<usize>,
    problems: &mut Vec<Problem>,
) {
    let mut wrong = Vec::new();
    walk(schema, "schema", &mut wrong);
    if let Err(error) = jsonschema::validator_for(schema) {
        wrong.push(format!("`schema` is no JSON Schema: {error}"));
    }
    if schema["type"] != "object" {
        wrong.push("`schema` must be an object at its top".to_owned());
    }
    problems.extend(wrong.into_iter().map(|what| source.problem(place_of("schema"), what)));
}

fn walk(schema: &Value, path: &str, wrong: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != Value::Bool(false) {
            wrong.push(format!("`{path}` must say \"additionalProperties\": false"));
        }
        let required = schema["required"].as_array();
        for (name, property) in properties {
            if !required.is_some_and(|names| names.iter().any(|required| required == name)) {
                wrong.push(format!("`{path}.{name}` must be required; let it be null instead"));
            }
            walk(property, &format!("{path}.{name}"), wrong);
        }
    }
    if schema["items"].is_object() {
        walk(&schema["items"], &format!("{path}[]"), wrong);
    }
}

fn check_example(
    source: &Source<'_>,
    at: usize,
    example: &Example,
    schema: &Value,
    problems: &mut Vec<Problem>,
) {
    let place = source.text.match_indices("[[examples]]").nth(at).map_or(0, |(at, _)| at);
    let number = at + 1;
    let what = match serde_json::from_str::<Value>(&example.output) {
        Err(error) => format!("the output of example {number} is no JSON: {error}"),
        Ok(output) => {
            // A schema that is none is told of by itself.
            let Ok(validator) = jsonschema::validator_for(schema) else { return };
            match validator.iter_errors(&output).next() {
                Some(error) => {
                    format!("the output of example {number} does not fit the schema: {error}")
                }
                None => return,
            }
        }
    };
    problems.push(source.problem(place..place, what));
}

fn check_body(
    source: &Source<'_>,
    body_at: usize,
    body: &str,
    variables: &[String],
    problems: &mut Vec<Problem>,
) {
    let environment = minijinja::Environment::new();
    let template = match environment.template_from_str(body) {
        Ok(template) => template,
        Err(error) => {
            let line = error.line().unwrap_or(1);
            let skipped: usize = body.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let at = body_at + skipped;
            let detail = error.detail().unwrap_or("not a template");
            problems.push(source.problem(at..at, detail.to_owned()));
            return;
        }
    };
    let used = template.undeclared_variables(false);
    let mut unknown: Vec<&String> =
        used.iter().filter(|name| *name != "examples" && !variables.contains(name)).collect();
    unknown.sort();
    for name in unknown {
        let at = body_at + body.find(name.as_str()).unwrap_or(0);
        let what = format!("`{name}` is used but not among `variables`");
        let problem = source.problem(at..at, what);
        problems.push(problem.with_nearest(name, variables.iter().map(String::as_str)));
    }
    for name in variables.iter().filter(|name| !used.contains(*name)) {
        let what = format!("`{name}` is among `variables` but never used");
        problems.push(source.problem(body_at..body_at, what));
    }
}

#[cfg(test)]
mod tests;
