//! The scribe: a reviewer's writes, one after the other in the order of their keys, each on the
//! disk before the screen hears of it.

use super::backend::Backend;
use crate::model::{Automation, AutomationId, Refusal, Status};
use crate::review::{self, Outcome, ReviewError};
use crate::store::{Reading, StoreError};
use crate::tui::{Command, Conflict, DecidedItems, Level, Loaded, ReversedItems, Token};
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
            | Command::UndoDecision { .. }
            | Command::TakeApart { .. }
            | Command::Redo
    )
}

async fn write(backend: &Backend, command: Command) {
    let (store, who) = (&backend.store, backend.who());
    match command {
        Command::Decide { token, items, verdict } => {
            let named: Vec<_> = items.iter().map(|(id, _)| *id).collect();
            let needed = backend.review.opinions;
            let outcome = review::decide_together(store, items, verdict, needed, who).await;
            note(backend, &outcome);
            tell_waiting(backend, &outcome);
            match with_conflicts(backend, &named, outcome).await {
                Ok(items) => backend.answer(Loaded::Decided { token, outcome: Ok(items) }),
                Err(error) => decided(backend, token, Err(error)),
            }
        }
        Command::SetTags { token, items, add, remove } => {
            decided(backend, token, review::tag(store, items, add, remove, who).await);
        }
        Command::Edit { token, edit } => {
            decided(backend, token, review::edit(store, edit, who).await);
        }
        Command::Merge { token, lead, members, keep } if keep.is_empty() => {
            decided(backend, token, review::merge(store, lead, members, who).await);
        }
        Command::Merge { token, lead, members, keep } => {
            let merged = review::merge_choosing(store, lead, members, keep, who).await;
            decided(backend, token, merged);
        }
        Command::Apart { token, a, b } => {
            decided(backend, token, review::apart(store, a, b, who).await);
        }
        Command::Undo { id } => {
            reversed(backend, false, review::undo(store, id, who).await);
        }
        Command::UndoDecision { id, batch } => {
            reversed(backend, false, review::undo_decision(store, batch, id, who).await);
        }
        Command::TakeApart { id } => {
            reversed(backend, false, review::take_apart(store, id, who).await);
        }
        Command::Redo => reversed(backend, true, review::redo(store, who).await),
        other => tracing::error!(?other, "not a write"),
    }
}

/// Says of items that were judged and stay in the inbox why they do.
fn tell_waiting(backend: &Backend, outcome: &Result<Outcome, ReviewError>) {
    let Ok(outcome) = outcome else { return };
    let stays = |item: &&Automation| item.status == Status::Inbox && !item.opinions.is_empty();
    let (disputed, waiting): (Vec<&Automation>, Vec<_>) =
        outcome.changed.iter().filter(stays).partition(|item| item.is_disputed());
    if !disputed.is_empty() {
        let said = match disputed.as_slice() {
            [one] => format!("reviewers differ on “{}”: it stays", one.content.title),
            many => format!("reviewers differ on {} items: they stay", many.len()),
        };
        backend.notice(Level::Warning, said);
    }
    if !waiting.is_empty() {
        let said = match waiting.len() {
            1 => "your verdict waits for another reviewer's".to_owned(),
            many => format!("{many} of your verdicts wait for another reviewer's"),
        };
        backend.notice(Level::Info, said);
    }
}

fn decided(backend: &Backend, token: Token, outcome: Result<Outcome, ReviewError>) {
    note(backend, &outcome);
    let outcome = outcome.map_err(|error| words(&error)).map(|outcome| DecidedItems {
        done: revisions(&outcome.changed),
        refused: refused(&outcome),
        conflicts: Vec::new(),
    });
    backend.answer(Loaded::Decided { token, outcome });
}

/// What a verdict did; items that others changed meanwhile come as they are now, with who did what,
/// so that the reviewer can be asked.
async fn with_conflicts(
    backend: &Backend,
    named: &[AutomationId],
    outcome: Result<Outcome, ReviewError>,
) -> Result<DecidedItems, ReviewError> {
    let (mut items, refusals) = match outcome {
        Ok(mut outcome) => {
            let refusals = std::mem::take(&mut outcome.refused);
            let done = revisions(&outcome.changed);
            (DecidedItems { done, ..DecidedItems::default() }, refusals)
        }
        Err(ReviewError::Refused(refusal @ Refusal::Stale { id, .. })) if named == [id] => {
            (DecidedItems::default(), vec![(id, refusal)])
        }
        Err(error) => return Err(error),
    };
    for (id, refusal) in refusals {
        let conflict = match refusal {
            Refusal::Stale { .. } => find_conflict(backend, id).await?,
            _ => None,
        };
        match conflict {
            Some(conflict) => items.conflicts.push(conflict),
            None => items.refused.push((id, refusal.to_string())),
        }
    }
    Ok(items)
}

async fn find_conflict(
    backend: &Backend,
    id: AutomationId,
) -> Result<Option<Conflict>, StoreError> {
    let find = move |reading: &Reading<'_>| {
        let Some(item) = reading.find_automation(id)? else { return Ok(None) };
        let last = reading.list_history(Some(id), 1)?.pop();
        let (title, status) = (item.content.title, item.status);
        Ok(Some(Conflict { id, title, revision: item.revision, status, last }))
    };
    backend.store.read(find).await
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
