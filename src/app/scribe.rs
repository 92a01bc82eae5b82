//! The scribe: a reviewer's writes, one after the other in the order of their keys, each on the
//! disk before the screen hears of it.

use super::backend::Backend;
use crate::model::{Automation, AutomationId, Status};
use crate::review::{self, Outcome, ReviewError};
use crate::tui::{Command, DecidedItems, Loaded, ReversedItems, Token};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// The revisions that this reviewer's writes gave to items; cheap to clone.
#[derive(Clone, Default)]
pub struct OwnWrites {
    /// A std mutex: held for a look only.
    revisions: Arc<Mutex<HashMap<AutomationId, u32>>>,
}

impl OwnWrites {
    /// The revision that the item was given last, which is then forgotten.
    pub fn take(&self, id: AutomationId) -> Option<u32> {
        self.revisions.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    fn note(&self, changed: &[Automation]) {
        let revisions = changed.iter().map(|item| (item.id, item.revision));
        self.revisions.lock().unwrap_or_else(PoisonError::into_inner).extend(revisions);
    }
}

/// Starts the scribe; it ends when the sender is dropped and all that was sent is written.
pub fn start(backend: Backend) -> (mpsc::UnboundedSender<Command>, tokio::task::JoinHandle<()>) {
    let (send, mut receive) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        while let Some(command) = receive.recv().await {
            write(&backend, command).await;
            backend.wrote.notify_one();
            let counting = backend.clone();
            tokio::spawn(async move { counting.send_counts().await });
        }
    });
    (send, task)
}

/// Whether a command is the scribe's.
pub fn is_write(command: &Command) -> bool {
    matches!(
        command,
        Command::Decide { .. }
            | Command::SetTags { .. }
            | Command::Edit { .. }
            | Command::Merge { .. }
            | Command::Apart { .. }
            | Command::Undo { .. }
            | Command::Redo
    )
}

async fn write(backend: &Backend, command: Command) {
    let (store, who) = (&backend.store, backend.who());
    match command {
        Command::Decide { token, items, verdict } => {
            let outcome = review::decide(store, items, verdict, who).await;
            decided(backend, token, outcome);
        }
        Command::SetTags { token, items, add, remove } => {
            decided(backend, token, review::tag(store, items, add, remove, who).await);
        }
        Command::Edit { token, edit } => {
            decided(backend, token, review::edit(store, edit, who).await);
        }
        Command::Merge { token, lead, members } => {
            decided(backend, token, review::merge(store, lead, members, who).await);
        }
        Command::Apart { token, a, b } => {
            decided(backend, token, review::apart(store, a, b, who).await);
        }
        Command::Undo { id } => {
            reversed(backend, false, review::undo(store, id, who).await);
        }
        Command::Redo => reversed(backend, true, review::redo(store, who).await),
        other => tracing::error!(?other, "not a write"),
    }
}

fn decided(backend: &Backend, token: Token, outcome: Result<Outcome, ReviewError>) {
    note(backend, &outcome);
    let outcome = outcome.map_err(|error| words(&error)).map(|outcome| DecidedItems {
        done: revisions(&outcome.changed),
        refused: refused(&outcome),
    });
    backend.answer(Loaded::Decided { token, outcome });
}

fn reversed(backend: &Backend, is_redo: bool, outcome: Result<Outcome, ReviewError>) {
    note(backend, &outcome);
    let outcome = outcome.map_err(|error| words(&error)).map(|outcome| ReversedItems {
        summary: summary(&outcome.changed),
        done: revisions(&outcome.changed),
        refused: refused(&outcome),
    });
    backend.answer(Loaded::Reversed { is_redo, outcome });
}

fn note(backend: &Backend, outcome: &Result<Outcome, ReviewError>) {
    if let Ok(outcome) = outcome {
        backend.own_writes.note(&outcome.changed);
    }
}

fn revisions(changed: &[Automation]) -> Vec<(AutomationId, u32)> {
    changed.iter().map(|item| (item.id, item.revision)).collect()
}

fn refused(outcome: &Outcome) -> Vec<(AutomationId, String)> {
    outcome.refused.iter().map(|(id, refusal)| (*id, refusal.to_string())).collect()
}

/// How the items stand now, in words.
fn summary(changed: &[Automation]) -> String {
    match changed {
        [one] => {
            let place = match one.status {
                Status::Inbox => "in the inbox",
                status => status.name(),
            };
            format!("“{}” is {place}", one.content.title)
        }
        many => format!("{} items", many.len()),
    }
}

fn words(error: &ReviewError) -> String {
    match error {
        ReviewError::Refused(refusal) => refusal.to_string(),
        ReviewError::Store(error) => {
            let words = crate::text::with_causes(error);
            tracing::error!(error = %words, "a decision could not be written");
            match error.hint() {
                Some(hint) => format!("{words}; {hint}"),
                None => words,
            }
        }
    }
}
