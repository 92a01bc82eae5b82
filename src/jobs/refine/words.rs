//! What refining did and left, in a job's words.

use super::Tally;
use super::batches::Fetched;
use crate::llm::LlmError;
use crate::model::BudgetKind;
use crate::store::{Awaiting, ModelBatch, RunSpending};

pub(super) fn told(
    tally: &Tally,
    left: &Awaiting,
    spent: &RunSpending,
    out: &[ModelBatch],
) -> String {
    let mut parts = vec![format!("{} refined", tally.refined)];
    if spent.calls > 0 || tally.refined > 0 {
        let tokens = spent.input_tokens + spent.output_tokens;
        let kept = match spent.cached {
            0 => String::new(),
            kept => format!(" and {kept} kept answers"),
        };
        parts.push(format!(
            "{}{kept}, {}, {} spent",
            counted(spent.calls, "call", "calls"),
            counted(tokens, "token", "tokens"),
            spent.cost
        ));
    }
    let dropped = tally.dropped;
    for (count, one, many) in [
        (dropped.fields, "field ungrounded, dropped", "fields ungrounded, dropped"),
        (dropped.labels, "label unknown, dropped", "labels unknown, dropped"),
        (dropped.automations, "automation nowhere in the text", "automations nowhere in the text"),
        (tally.failed, "document no model could read", "documents no model could read"),
    ] {
        if count > 0 {
            parts.push(counted(count as u64, one, many));
        }
    }
    parts.extend(came_back(&tally.fetched));
    parts.extend(tally.fetched.notes.iter().cloned());
    parts.extend(is_out(left.out, out));
    let left = left.unasked + left.returned;
    if let Some(halt) = tally.halt.as_ref().filter(|_| left > 0) {
        parts.push(waiting(left, halt));
    }
    parts.join("; ")
}

fn came_back(fetched: &Fetched) -> Option<String> {
    let batches = counted(fetched.batches as u64, "batch", "batches");
    let without = match fetched.failed {
        0 => String::new(),
        failed => format!(", {failed} without"),
    };
    let answered = counted(fetched.answered as u64, "answer", "answers");
    (fetched.batches > 0).then(|| format!("{batches} came back with {answered}{without}"))
}

fn is_out(documents: u64, out: &[ModelBatch]) -> Option<String> {
    let oldest = out.first()?;
    let batches = counted(out.len() as u64, "batch", "batches");
    let since = oldest.sent.strftime("%Y-%m-%d %H:%M UTC");
    let documents = counted(documents, "document is", "documents are");
    Some(format!(
        "{documents} out at {} in {batches} since {since}, for a later run to fetch",
        oldest.provider
    ))
}

fn waiting(left: u64, halt: &LlmError) -> String {
    let documents = counted(left, "document waits", "documents wait");
    match halt {
        LlmError::Budget { over, .. } => {
            let until = match over.budget {
                BudgetKind::Day => "until tomorrow",
                BudgetKind::Month => "until next month",
                BudgetKind::Run => "until the next run",
            };
            format!("{documents} for the budget {until}: {over}")
        }
        other => format!("{documents} for the next run: {other}"),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
