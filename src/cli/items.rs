//! How items and outcomes are told, shared by the commands that decide.

use super::output::{column, counted};
use super::{CliError, Context};
use crate::model::{AutomationId, InboxRow};
use crate::review::Outcome;
use serde_json::json;

/// One item in one line of a list.
pub fn line(row: &InboxRow) -> String {
    let more = if row.duplicates > 0 { format!(" +{}", row.duplicates) } else { String::new() };
    format!(
        "{:>7}  {}  {}  {}  {:.2}  {}{more}",
        row.id,
        column(row.status.name(), 8),
        column(&row.title, 56),
        column(row.function.as_deref().unwrap_or("–"), 20),
        row.confidence,
        row.dated.strftime("%Y-%m-%d"),
    )
}

/// Tells what a decision did; refusals of single items go to standard error, and make it fail.
pub fn report(context: &Context, outcome: &Outcome, done: &str) -> Result<(), CliError> {
    let refused: Vec<_> = outcome
        .refused
        .iter()
        .map(|(id, refusal)| json!({ "id": id, "reason": refusal.to_string() }))
        .collect();
    if context.output.is_json {
        context.output.json(&json!({
            "batch": outcome.batch,
            "changed": outcome.changed,
            "refused": refused,
        }))?;
    } else {
        for item in &outcome.changed {
            let state = item.status.name();
            context
                .output
                .line(&format!("{done} #{}  {} ({state})", item.id, item.content.title))?;
        }
    }
    if outcome.refused.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> =
        outcome.refused.iter().map(|(_, refusal)| refusal.to_string()).collect();
    let what = format!(
        "{} refused: {}",
        counted(reasons.len(), "item was", "items were"),
        reasons.join("; ")
    );
    Err(CliError::Failed { what, hint: None })
}

/// Tells that nothing was done, in the shape of [`report`].
pub fn report_nothing(context: &Context, words: &str) -> Result<(), CliError> {
    let nothing = json!({ "batch": null, "changed": [], "refused": [] });
    context.output.answer(&nothing, words)
}

/// Ids as targets, each taken as it stands now.
pub fn targets(ids: &[AutomationId]) -> Vec<crate::review::Target> {
    ids.iter().map(|id| (*id, None)).collect()
}
