//! n8n workflow JSON, as the n8n API returns it and as an editor exports it.
//!
//! Shapes read: a record `{workflow: {id, name, description, user, workflow: {nodes, connections}}}`,
//! a wrapped one `{workflow: {nodes, connections}}`, and an export `{name, nodes, connections}`.

mod label;
mod parse;

use crate::model::Span;
use crate::text::{markdown, sanitize, sanitize_line};
use serde_json::Value;

pub use label::kind_label;

/// A workflow: what runs, in which wiring, and what its author says about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workflow {
    /// The gallery's number, where it came from there.
    pub id: Option<u64>,
    pub name: String,
    /// As written: Markdown, unsafe for terminals.
    pub description: String,
    pub author: Option<String>,
    /// As written: ISO 8601 in known galleries.
    pub created: Option<String>,
    pub categories: Vec<String>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// What the sticky notes on the canvas say, in file order, Markdown.
    pub notes: Vec<String>,
    /// Connections that name a node which is not there; left out of `edges`.
    pub dangling: usize,
}

/// One node; sticky notes are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub name: String,
    /// The full type, such as `n8n-nodes-base.gmailTrigger`.
    pub kind: String,
    /// The type's version, which changes what its outputs mean; 1 where not said.
    pub version: f64,
    pub parameters: Value,
    pub is_disabled: bool,
    /// Whether a failure leaves by an output of its own, the last one.
    pub splits_errors: bool,
    pub notes: Option<String>,
}

/// One connection, by node index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// `main`, or what is lent to an agent: `ai_tool`, `ai_languageModel`, …
    pub port: String,
    /// Which output of `from` it leaves, from 0.
    pub output: usize,
    /// The outcome that output stands for ("true", "error"), where the node branches.
    pub label: Option<String>,
}

impl Workflow {
    /// Reads workflow JSON; `None` where `text` is no JSON or holds no workflow.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_value(&serde_json::from_str(text).ok()?)
    }

    /// Reads a workflow out of parsed JSON; `None` where it holds none.
    pub fn from_value(value: &Value) -> Option<Self> {
        parse::workflow(value)
    }

    /// The gallery page, where the workflow has a number there.
    pub fn url(&self) -> Option<String> {
        self.id.map(|id| format!("https://n8n.io/workflows/{id}"))
    }

    /// The readable text, safe for terminals, and for each node the span of its line in it.
    ///
    /// The description comes first (the canvas notes where there is none), then a line a node.
    pub fn readable(&self) -> (String, Vec<Span>) {
        let mut text = match self.description.trim() {
            "" => {
                self.notes.iter().map(|note| markdown::plain(note)).collect::<Vec<_>>().join("\n\n")
            }
            description => markdown::plain(description),
        };
        text = sanitize(&text).trim().to_owned();
        if !text.is_empty() && !self.nodes.is_empty() {
            text.push_str("\n\n");
        }
        let mut spans = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            let start = text.len();
            text.push_str(&node.line());
            spans.push(Span::new(start..text.len()));
        }
        (text, spans)
    }
}

impl Node {
    /// The type's last part, such as `gmailTrigger`.
    pub fn short_kind(&self) -> &str {
        self.kind.rsplit('.').next().unwrap_or(&self.kind)
    }

    /// One line for people: name, service, and what it does there.
    pub fn line(&self) -> String {
        let label = kind_label(&self.kind);
        let mut line = sanitize_line(&self.name).into_owned();
        if !crate::text::fold(&line).contains(&crate::text::fold(&label)) {
            line.push_str(&format!(" ({label})"));
        }
        let doing = ["operation", "resource", "event", "mode"]
            .iter()
            .filter_map(|key| self.parameters.get(key)?.as_str())
            .filter(|word| !word.starts_with('=') && word.len() <= 40)
            .take(2)
            .map(label::words)
            .collect::<Vec<_>>()
            .join(" ");
        if !doing.is_empty() {
            line.push_str(": ");
            line.push_str(&sanitize_line(&doing));
        }
        if let Some(notes) = &self.notes {
            line.push_str(" – ");
            line.push_str(&sanitize_line(notes));
        }
        if self.is_disabled {
            line.push_str(" [disabled]");
        }
        line
    }
}

#[cfg(test)]
mod tests;
