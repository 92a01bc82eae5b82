//! Automations as JSON: what `show --json` writes, or their fields alone.

use super::CliError;
use super::input::Input;
use super::output::counted;
use crate::model::{
    Claim, Complexity, Content, Location, Scored, Step, ToolRole, ToolUse, Trigger,
};
use crate::text::content;
use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

/// Problems told in words; more are only counted.
const TOLD: usize = 20;

const HINT: &str = "nothing was added; mend the file and try again (`reservoir show ID --json` \
                    shows the shape)";

/// One automation: the fields themselves, or under `automation` as `show --json` writes them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Entry {
    automation: Option<Fields>,
    #[serde(rename = "duplicates")]
    _duplicates: IgnoredAny,
    #[serde(rename = "history")]
    _history: IgnoredAny,
    #[serde(rename = "document")]
    _document: IgnoredAny,
    #[serde(rename = "evidence")]
    _evidence: IgnoredAny,
    #[serde(rename = "doubts")]
    _doubts: IgnoredAny,
    #[serde(rename = "rereadings")]
    _rereadings: IgnoredAny,
}

/// The fields of an automation; those of its life in another store are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    title: String,
    description: String,
    trigger: Option<Trigger>,
    steps: Vec<GivenStep>,
    tools: Vec<GivenTool>,
    industries: Vec<GivenLabel>,
    functions: Vec<GivenLabel>,
    problem: Option<String>,
    claims: Vec<Claim>,
    complexity: Option<Complexity>,
    tags: Vec<String>,
    url: Option<String>,
    location: Option<Location>,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "revision")]
    _revision: IgnoredAny,
    #[serde(rename = "document")]
    _document: IgnoredAny,
    #[serde(rename = "status")]
    _status: IgnoredAny,
    #[serde(rename = "confidence")]
    _confidence: IgnoredAny,
    #[serde(rename = "reason")]
    _reason: IgnoredAny,
    #[serde(rename = "deferred_until")]
    _deferred_until: IgnoredAny,
    #[serde(rename = "merged_into")]
    _merged_into: IgnoredAny,
    #[serde(rename = "made_by")]
    _made_by: IgnoredAny,
    #[serde(rename = "created")]
    _created: IgnoredAny,
    #[serde(rename = "decided")]
    _decided: IgnoredAny,
}

/// A step in full, or its text alone: it then follows the one before.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a step is a text, or an object with `text`")]
enum GivenStep {
    Text(String),
    Whole(Step),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a tool is a name, or an object with `name`, `role` and `p`")]
enum GivenTool {
    Name(String),
    Whole(ToolUse),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a label is a text, or an object with `label` and `p`")]
enum GivenLabel {
    Label(String),
    Whole(Scored),
}

/// Reads every automation in `input`: one object, one a line, or a list.
///
/// # Errors
/// Where any of them is wrong; each is named by file, line and column.
pub fn read(input: &Input) -> Result<Vec<(Content, Location)>, CliError> {
    let (pieces, damage) = pieces(input);
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for (from, text) in pieces {
        match entries(text) {
            Ok(read) => found.extend(read.into_iter().map(|fields| (from, fields))),
            Err(error) => {
                let (line, column) = input.place(from);
                let before = if error.line() == 1 { column - 1 } else { 0 };
                let place = (line + error.line() - 1, before + error.column());
                problems.push(told(input, place, &error));
            }
        }
    }
    problems.extend(damage);
    let many = found.len();
    let mut items = Vec::with_capacity(many);
    for (number, (from, fields)) in found.into_iter().enumerate() {
        let (line, column) = input.place(from);
        match sound(fields) {
            Ok(item) => items.push(item),
            Err(why) => problems.push(format!(
                "{}:{line}:{column}: automation {} of {many}: {why}",
                input.name,
                number + 1
            )),
        }
    }
    if problems.is_empty() {
        return Ok(items);
    }
    Err(CliError::Usage { what: listed(problems), hint: Some(HINT.to_owned()) })
}

/// The JSON values of a text, each with its offset, and what ended the reading early.
fn pieces(input: &Input) -> (Vec<(usize, &str)>, Option<String>) {
    let text = input.text.as_str();
    let offset = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let is_lines = lines.peek().is_some_and(|line| {
        line.starts_with('{') && serde_json::from_str::<IgnoredAny>(line).is_ok()
    });
    if is_lines {
        // Line by line, so that a damaged one does not hide what is wrong with the others.
        return (lines.map(|line| (offset(line), line)).collect(), None);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut pieces = Vec::new();
    loop {
        let from = values.byte_offset();
        match values.next() {
            None => return (pieces, None),
            Some(Err(error)) => {
                return (pieces, Some(told(input, (error.line(), error.column()), &error)));
            }
            Some(Ok(_)) => {
                let piece = text[from..values.byte_offset()].trim_start();
                pieces.push((offset(piece), piece));
            }
        }
    }
}

/// The automations in one JSON value: an object, or a list of them.
fn entries(text: &str) -> serde_json::Result<Vec<Fields>> {
    if text.starts_with('[') {
        let whole: serde_json::Result<Vec<Entry>> = serde_json::from_str(text);
        return match whole {
            Ok(entries) if entries.iter().all(|entry| entry.automation.is_some()) => {
                Ok(entries.into_iter().filter_map(|entry| entry.automation).collect())
            }
            _ => serde_json::from_str(text),
        };
    }
    #[derive(Deserialize)]
    struct Probe {
        automation: Option<IgnoredAny>,
    }
    let is_nested = serde_json::from_str::<Probe>(text).is_ok_and(|it| it.automation.is_some());
    if is_nested {
        let entry: Entry = serde_json::from_str(text)?;
        return Ok(entry.automation.into_iter().collect());
    }
    serde_json::from_str(text).map(|fields| vec![fields])
}

/// The automation, made safe, or why it cannot be kept.
fn sound(fields: Fields) -> Result<(Content, Location), String> {
    let mut location = fields.location.unwrap_or_default();
    location.url = fields.url.or(location.url);
    if let Some(url) = &location.url {
        location.url = Some(address(url)?);
    }
    let content = content::clean(Content {
        title: fields.title,
        description: fields.description,
        trigger: fields.trigger,
        steps: steps(fields.steps),
        tools: fields.tools.into_iter().map(GivenTool::whole).collect(),
        industries: fields.industries.into_iter().map(GivenLabel::whole).collect(),
        functions: fields.functions.into_iter().map(GivenLabel::whole).collect(),
        problem: fields.problem,
        claims: fields.claims,
        complexity: fields.complexity,
        tags: fields.tags,
    });
    let unfit = content::unfit(&content);
    if unfit.is_empty() {
        return Ok((content, location));
    }
    Err(unfit.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// An http(s) address in its normal form.
///
/// # Errors
/// In words, where it is none.
pub fn address(text: &str) -> Result<String, String> {
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.to_string()),
        _ => Err(format!("`{}` is no http(s) address", text.trim())),
    }
}

fn steps(given: Vec<GivenStep>) -> Vec<Step> {
    let given = given.into_iter().enumerate();
    given
        .map(|(at, step)| match step {
            GivenStep::Whole(step) => step,
            GivenStep::Text(text) => {
                let before = at.checked_sub(1).and_then(|before| u16::try_from(before).ok());
                Step { text, tool: None, follows: before.into_iter().collect(), branch: None }
            }
        })
        .collect()
}

impl GivenTool {
    fn whole(self) -> ToolUse {
        match self {
            Self::Whole(tool) => tool,
            Self::Name(name) => ToolUse { name, role: ToolRole::Used, p: 1.0 },
        }
    }
}

impl GivenLabel {
    fn whole(self) -> Scored {
        match self {
            Self::Whole(scored) => scored,
            Self::Label(label) => Scored { label, p: 1.0 },
        }
    }
}

fn told(input: &Input, (line, column): (usize, usize), error: &serde_json::Error) -> String {
    let words = error.to_string();
    // The place in the value is not the place in the file.
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    format!("{}:{line}:{}: {words}", input.name, column.max(1))
}

/// Problems one a line, the first ones in words.
pub fn listed(mut problems: Vec<String>) -> String {
    let more = problems.len().saturating_sub(TOLD);
    problems.truncate(TOLD);
    if more > 0 {
        problems.push(format!("and {}", counted(more, "more problem", "more problems")));
    }
    problems.join("\n")
}
