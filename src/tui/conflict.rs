//! Two reviewers on one item: the second sees what the first did, and is asked.

use super::layers::Layer;
use super::layers::confirm::{Confirm, Then};
use super::message::{Conflict, Level, Seen};
use super::phrases::{ago, counted, verdict_order};
use super::state::State;
use crate::model::{DecisionKind, Verdict};
use jiff::Timestamp;

/// Items told one by one; more are counted.
const MOST_TOLD: usize = 6;

impl State {
    /// A verdict met items that were changed meanwhile. Where they are as wished already, that is
    /// said; the rest is asked about, as soon as nothing else is being typed or answered.
    pub(super) fn ask_about(&mut self, conflicts: Vec<Conflict>, verdict: &Verdict) {
        let (same, other): (Vec<_>, Vec<_>) =
            conflicts.into_iter().partition(|conflict| is_as_wished(conflict, verdict));
        for conflict in same.iter().take(3) {
            let said = told(conflict, &self.reviewer, self.now);
            self.tell(Level::Info, format!("{said}: nothing left to do"));
        }
        if other.is_empty() {
            return;
        }
        let mut lines: Vec<String> = Vec::new();
        for conflict in other.iter().take(MOST_TOLD) {
            lines.push(told(conflict, &self.reviewer, self.now));
        }
        if other.len() > MOST_TOLD {
            lines.push(format!("and {}", counted(other.len() - MOST_TOLD, "more item")));
        }
        let order = verdict_order(verdict);
        let what = match other.as_slice() {
            [_] => format!("{order} it all the same"),
            many => format!("{order} these {} all the same", many.len()),
        };
        let items: Vec<Seen> = other.iter().map(|c| (c.id, Some(c.revision))).collect();
        let then = Then::DecideAnyway { items, verdict: verdict.clone() };
        let question = Confirm::new(what, then).about("changed since you looked", lines);
        self.questions.push_back(question);
    }

    /// Opens the next question that waits, if nothing is in its way.
    pub(super) fn ask_next(&mut self) {
        let is_busy = !self.layers.is_empty()
            || !self.keys.prefix.is_empty()
            || self.keys.count.is_some()
            || self.context().takes_text();
        if is_busy {
            return;
        }
        if let Some(question) = self.questions.pop_front() {
            self.open(Layer::Confirm(question.unasked(self.now)));
        }
    }
}

/// Whether the verdict would change nothing that its giver could mean.
fn is_as_wished(conflict: &Conflict, verdict: &Verdict) -> bool {
    let says_no_more =
        matches!(verdict, Verdict::Approve | Verdict::Reopen | Verdict::Reject { reason: None });
    says_no_more && conflict.status == verdict.status()
}

/// Who did what, when, and how the item stands.
fn told(conflict: &Conflict, reviewer: &str, now: Timestamp) -> String {
    let Conflict { id, title, status, last, .. } = conflict;
    let is_verdict = last.as_ref().is_some_and(|last| last.kind == DecisionKind::Verdict);
    let now_is = if is_verdict { String::new() } else { format!(". Now: {status}") };
    let happened = match last {
        Some(last) => {
            let who = if last.reviewer == *reviewer { "you" } else { &last.reviewer };
            let what = match last.kind {
                DecisionKind::Edit => format!("edited {}", last.summary),
                DecisionKind::Tag => "set its tags".to_owned(),
                DecisionKind::Undo => format!("took back: {}", last.summary),
                DecisionKind::Redo => format!("did again: {}", last.summary),
                _ => last.summary.clone(),
            };
            let elsewhere = if who == "you" { ", elsewhere" } else { "" };
            format!("{who} {what} {}{elsewhere}", ago(last.at, now))
        }
        None => "its source was read anew".to_owned(),
    };
    format!("#{id} “{title}”: {happened}{now_is}")
}
