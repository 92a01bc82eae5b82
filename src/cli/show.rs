//! `reservoir show`.

use super::{CliError, Context};
use crate::jobs::rank_reasons;
use crate::model::{AutomationId, Field, ItemView, Refusal};
use crate::text::CharacterIndex;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "ID")]
    id: AutomationId,
    /// Write the source text too.
    #[arg(long)]
    text: bool,
    /// Tell what moves it up or down the inbox.
    #[arg(long)]
    why: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let store = context.open_store()?;
    let (id, now) = (args.id, store.now());
    let (found, reasons) = store
        .read(move |reading| {
            let reasons = match args.why {
                true => rank_reasons(reading, id, now)?.unwrap_or_default(),
                false => Vec::new(),
            };
            Ok::<_, CliError>((reading.find_item(id)?, reasons))
        })
        .await?;
    let view = found.ok_or(Refusal::Unknown(id))?;
    if context.output.is_json {
        let mut value = as_json(&view);
        if args.why {
            value["why"] = json!(reasons);
        }
        return context.output.json(&value);
    }
    for line in as_lines(&view) {
        context.output.line(&line)?;
    }
    for reason in &reasons {
        context.output.line(&format!("{:<11} {}", "why", reason.in_words()))?;
    }
    if let (true, Some(document)) = (args.text, &view.document) {
        context.output.line("")?;
        for line in document.readable.lines() {
            context.output.line(line)?;
        }
    }
    Ok(())
}

/// The item with evidence as character offsets, which is what other languages count in.
fn as_json(view: &ItemView) -> Value {
    let mut value = json!({
        "automation": view.automation,
        "duplicates": view.duplicates,
        "history": view.history,
        "document": view.document,
        "doubts": view.doubts,
        "rereadings": view.rereadings,
    });
    if let Some(document) = &view.document {
        let index = CharacterIndex::new(&document.readable);
        let evidence: Vec<Value> = view
            .evidence
            .iter()
            .map(|evidence| {
                let range = evidence.span.range();
                json!({
                    "field": evidence.field,
                    "index": evidence.index,
                    "start": index.character(range.start),
                    "end": index.character(range.end),
                    "text": evidence.span.slice(&document.readable),
                    "confidence": evidence.confidence,
                })
            })
            .collect();
        value["evidence"] = Value::Array(evidence);
    }
    value
}

fn as_lines(view: &ItemView) -> Vec<String> {
    let item = &view.automation;
    let content = &item.content;
    let mut lines = vec![
        format!("#{}  {}  ({}, {:.2})", item.id, content.title, item.status, item.confidence),
        content.description.clone(),
        String::new(),
    ];
    if let Some(trigger) = &content.trigger {
        let tool = trigger.tool.as_ref().map(|tool| format!("  ({tool})")).unwrap_or_default();
        lines.push(format!("WHEN  {} [{}]{tool}", trigger.text, trigger.kind));
    }
    for (number, step) in content.steps.iter().enumerate() {
        let branch = step.branch.as_ref().map(|name| format!("if {name}: ")).unwrap_or_default();
        let tool = step.tool.as_ref().map(|tool| format!("  ({tool})")).unwrap_or_default();
        lines.push(format!("{:>4}. {branch}{}{tool}", number + 1, step.text));
    }
    lines.push(String::new());
    let labels = |scored: &[crate::model::Scored]| {
        scored.iter().map(|s| format!("{} {:.2}", s.label, s.p)).collect::<Vec<_>>().join(", ")
    };
    let tools: Vec<_> = content.tools.iter().map(|t| format!("{} ({})", t.name, t.role)).collect();
    let claims: Vec<_> = content.claims.iter().map(|claim| claim.text.as_str()).collect();
    let facts = [
        ("tools", tools.join(", ")),
        ("functions", labels(&content.functions)),
        ("industries", labels(&content.industries)),
        ("problem", content.problem.clone().unwrap_or_default()),
        ("claims", claims.join("; ")),
        ("tags", content.tags.join(", ")),
        ("reason", item.reason.clone().unwrap_or_default()),
    ];
    for (name, value) in facts {
        if !value.is_empty() {
            lines.push(format!("{name:<11} {value}"));
        }
    }
    if let Some(document) = &view.document {
        let place = item.location.url.as_ref().or(document.url.as_ref());
        let place = place.map_or(document.identity.as_str(), String::as_str);
        lines.push(format!("{:<11} {} · {place}", "source", document.title));
        for evidence in &view.evidence {
            if let (Some(words), false) =
                (evidence.span.slice(&document.readable), evidence.field == Field::Tools)
            {
                lines.push(format!("{:<11} {}: “{words}”", "evidence", evidence.field.name()));
            }
        }
    }
    for doubt in &view.doubts {
        let field = doubt.field.map(|field| format!("{}: ", field.name())).unwrap_or_default();
        lines.push(format!("{:<11} {field}{}", "doubt", doubt.says));
    }
    for other in &view.duplicates {
        lines.push(format!("{:<11} #{} {}", "more alike", other.id, other.title));
    }
    for entry in &view.history {
        let undone = if entry.is_undone { " (undone)" } else { "" };
        let at = entry.at.strftime("%Y-%m-%d %H:%M");
        lines.push(format!("{:<11} {at} {} {}{undone}", "history", entry.reviewer, entry.summary));
    }
    for reread in &view.rereadings {
        let at = reread.at.strftime("%Y-%m-%d %H:%M");
        lines.push(format!("{:<11} {at} {}", "history", reread.in_words()));
    }
    lines
}
