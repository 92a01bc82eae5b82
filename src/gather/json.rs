//! JSON: lines of documents, workflows, and lists of either.

use super::found::Found;
use super::{Problem, moment};
use crate::model::{DocumentKind, NewDocument, RawBody};
use crate::text::workflow::Workflow;
use crate::text::{decode, html, markdown};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

const SHAPE: &str = "write each line as {\"url\", \"title\", \"text\" or \"html\", \"published\", \"author\", \"source\", \"kind\"}";

/// A document in a line of JSON; fields beyond these are ignored.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    html: Option<Cow<'a, str>>,
    /// Read where neither `text` nor `html` is there.
    #[serde(borrow, default)]
    raw: Option<Cow<'a, str>>,
    #[serde(default)]
    published: Value,
    #[serde(default)]
    author: Value,
    #[serde(default)]
    source: Value,
    #[serde(default)]
    kind: Value,
    #[serde(default)]
    language: Value,
}

/// Reads a line of JSON as a document; `line` is its number, for the problem's sake.
pub(super) fn read_line(raw: &Arc<RawBody>, line: Option<u64>) -> Result<NewDocument, Problem> {
    let text = decode(&raw.bytes, None).text;
    read_text(raw, text.trim()).map_err(|problem| match line {
        Some(line) => problem.at_line(line),
        None => problem,
    })
}

fn read_text(raw: &Arc<RawBody>, text: &str) -> Result<NewDocument, Problem> {
    let parsed: Line<'_> = match serde_json::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => return Err(Problem::new(&raw.location, malformed(&error), SHAPE)),
    };
    let is_bare = parsed.text.is_none() && parsed.html.is_none() && parsed.raw.is_none();
    if is_bare {
        if let Some(workflow) = Workflow::parse(text) {
            return document_of(&workflow, raw);
        }
        if parsed.title.is_none() {
            return Err(Problem::new(&raw.location, "neither `text` nor `html` in it", SHAPE));
        }
    }
    let kind = plain(&parsed.kind).and_then(|word| DocumentKind::from_loose_name(&word));
    let url = parsed.url.filter(|url| !url.trim().is_empty());
    let readable = match (parsed.text, parsed.html, parsed.raw) {
        (Some(text), _, _) if !text.trim().is_empty() => markdown::plain(&text),
        (_, Some(html), _) => body_of_html(&html, url.as_deref()),
        (_, _, Some(raw)) if html::is_html(&raw) => html::readable(&raw, url.as_deref()).text,
        (_, _, Some(raw)) => markdown::plain(&raw),
        _ => String::new(),
    };
    let title = parsed.title.unwrap_or_default();
    let identity = url.is_none().then(|| {
        let hash = blake3::hash(format!("{title}\n{readable}").as_bytes());
        format!("text:{}", &hash.to_hex()[..24])
    });
    Found {
        identity,
        kind: kind.or_else(|| url.is_none().then_some(DocumentKind::Note)),
        url: url.map(Cow::into_owned),
        title: title.into_owned(),
        author: plain(&parsed.author),
        published: plain(&parsed.published).as_deref().and_then(moment::read),
        origin: plain(&parsed.source),
        language: plain(&parsed.language),
        readable,
        ..Found::default()
    }
    .finish(raw)
}

fn body_of_html(html: &str, url: Option<&str>) -> String {
    if html::is_html(html) { html::readable(html, url).text } else { html::fragment(html) }
}

/// Reads a workflow that fills a whole body.
pub(super) fn read_workflow(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let text = decode(&raw.bytes, None).text;
    match Workflow::parse(&text) {
        Some(workflow) => document_of(&workflow, raw),
        None => {
            let hint = "check that the file is a workflow as n8n exports it";
            Err(Problem::new(&raw.location, "no workflow can be read in it", hint))
        }
    }
}

fn document_of(workflow: &Workflow, raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let (readable, _) = workflow.readable();
    Found {
        url: workflow.url(),
        title: workflow.name.clone(),
        spare_title: super::page::stem(&raw.location),
        author: workflow.author.clone(),
        published: workflow.created.as_deref().and_then(moment::read),
        kind: Some(DocumentKind::Workflow),
        origin: workflow.id.map(|_| "n8n gallery".to_owned()),
        readable,
        ..Found::default()
    }
    .finish(raw)
}

/// Takes a whole JSON file apart into bodies that are read each by itself.
///
/// # Errors
/// Where it is no JSON, or JSON that holds no documents.
pub(super) fn split(location: &str, bytes: Vec<u8>) -> Result<Vec<RawBody>, Problem> {
    let text = decode(&bytes, None).text;
    let value: Value = serde_json::from_str(text.trim()).map_err(|error| {
        let problem =
            Problem::new(location, malformed(&error), "repair the file and read it again");
        problem.at_line(error.line() as u64)
    })?;
    let body = |format: &str, bytes: Vec<u8>| RawBody {
        format: format.to_owned(),
        location: location.to_owned(),
        bytes,
    };
    let list = match value {
        Value::Array(list) => list,
        value => {
            let is_feed = value["version"].as_str().is_some_and(|v| v.contains("jsonfeed.org"));
            let format = match () {
                () if is_feed => "feed",
                () if Workflow::from_value(&value).is_some() => "workflow",
                () if is_document(&value) => {
                    return Ok(vec![body("jsonl", value.to_string().into_bytes())]);
                }
                () => return Err(Problem::new(location, "JSON that holds no document", SHAPE)),
            };
            drop(text);
            return Ok(vec![body(format, bytes)]);
        }
    };
    let is_any =
        list.iter().any(|value| is_document(value) || Workflow::from_value(value).is_some());
    if !is_any {
        return Err(Problem::new(location, "a JSON list that holds no document", SHAPE));
    }
    Ok(list.iter().map(|value| body("jsonl", value.to_string().into_bytes())).collect())
}

fn is_document(value: &Value) -> bool {
    ["text", "html", "raw"].iter().any(|key| value[*key].is_string())
}

/// A string or number as text; of an object its `name`.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => object.get("name")?.as_str().map(str::to_owned),
        Value::Array(list) => plain(list.first()?),
        _ => None,
    }
}

/// Why JSON cannot be read, without serde's own position, which counts inside the line.
fn malformed(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    format!("malformed JSON at column {}: {text}", error.column())
}
