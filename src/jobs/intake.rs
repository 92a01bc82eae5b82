//! Intake: documents from a path into the store, read, made ready and written side by side.

use super::report::Reporter;
use super::sample;
use super::{JobsError, pipeline};
use crate::gather::{Problem, read_files, read_path};
use crate::model::{NewDocument, NewSource, SourceId, SourceKind, Stage};
use crate::store::{Store, StoreError, Stored, prepare};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Documents made ready and written together.
const BATCH: usize = 512;
/// Batches read ahead of the writer.
const AHEAD: usize = 2;
/// Problems kept in words; more are only counted.
const KEPT_PROBLEMS: usize = 200;

/// What an intake brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    /// What could not be read, at most 200 in words.
    pub problems: Vec<String>,
    pub failed: usize,
}

impl Intake {
    /// Documents seen, stored or not.
    pub fn seen(&self) -> usize {
        self.new + self.changed + self.same
    }

    /// Counts a problem, and keeps it in words where there is room.
    pub(super) fn count_problem(&mut self, problem: &Problem) {
        self.failed += 1;
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(problem.to_string());
        }
    }

    pub(super) fn count(&mut self, stored: &[Stored]) {
        for outcome in stored {
            match outcome {
                Stored::New(_) => self.new += 1,
                Stored::Changed(_) => self.changed += 1,
                Stored::Same(_) => self.same += 1,
            }
        }
    }

    pub fn in_words(&self) -> String {
        let mut words = format!("{} new, {} changed, {} known", self.new, self.changed, self.same);
        if self.failed > 0 {
            words.push_str(&format!(", {} could not be read", self.failed));
        }
        words
    }
}

/// Imports files or folders as documents of the source `import`, without a run.
///
/// # Errors
/// Where the store fails; what cannot be read is told in the outcome.
pub async fn import(
    store: &Store,
    paths: Vec<PathBuf>,
    mut watch: impl FnMut(&Intake) + Send,
    cancel: &CancellationToken,
) -> Result<Intake, JobsError> {
    let source = NewSource {
        name: "import".to_owned(),
        kind: SourceKind::Import,
        address: String::new(),
        title: Some("Imported".to_owned()),
        is_enabled: true,
    };
    let now = store.now();
    let id = store.write(move |writing| writing.save_source(&source, now)).await?;
    let mut intake = Intake::default();
    for path in paths {
        read_in(store, id, path, &mut intake, &mut watch, None, cancel).await?;
    }
    Ok(intake)
}

/// Reads a path, and forgets what could not be read there before and can be now.
async fn read_in(
    store: &Store,
    source: SourceId,
    path: PathBuf,
    intake: &mut Intake,
    watch: &mut (impl FnMut(&Intake) + Send),
    reporter: Option<&Reporter>,
    cancel: &CancellationToken,
) -> Result<(), JobsError> {
    let begun = store.now();
    // Problems name the path without its links.
    let root = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let root = root.display().to_string();
    take_in(store, source, Place::Path(path), intake, watch, reporter, cancel).await?;
    store.write(move |writing| writing.clear_mended(source, Some(&root), begun)).await?;
    Ok(())
}

/// Imports again what could not be imported.
pub(super) async fn import_again(
    store: &Store,
    source: SourceId,
    reporter: &Reporter,
) -> Result<Intake, JobsError> {
    let letters = store.read(|reading| reading.list_dead_letters(usize::MAX >> 1)).await?;
    let paths: BTreeSet<PathBuf> = letters
        .iter()
        .filter(|letter| letter.stage == Stage::Crawl && letter.source == Some(source))
        .map(|letter| file_of(&letter.subject))
        .collect();
    let mut intake = Intake::default();
    for path in paths {
        let cancel = reporter.cancel();
        read_in(store, source, path, &mut intake, &mut |_| {}, Some(reporter), cancel).await?;
    }
    Ok(intake)
}

/// The file that a dead letter is of: its subject may name a line (`:7`) or a part (`#7`) of it.
fn file_of(subject: &str) -> PathBuf {
    let whole = PathBuf::from(subject);
    let cut = subject.rsplit_once([':', '#']);
    match cut {
        Some((file, number))
            if !whole.exists() && number.bytes().all(|letter| letter.is_ascii_digit()) =>
        {
            PathBuf::from(file)
        }
        _ => whole,
    }
}

/// What an intake reads.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Path(PathBuf),
    /// The sample week in the program itself.
    Sample,
}

/// As [`import`], for a job of the pipeline.
pub(super) async fn crawl(
    store: &Store,
    source: SourceId,
    place: Place,
    reporter: &Reporter,
) -> Result<Intake, JobsError> {
    let (mut intake, begun) = (Intake::default(), store.now());
    take_in(store, source, place, &mut intake, &mut |_| {}, Some(reporter), reporter.cancel())
        .await?;
    store.write(move |writing| writing.clear_mended(source, None, begun)).await?;
    reporter.tell(pipeline::progress(intake.seen(), intake.seen(), intake.failed)).await?;
    Ok(intake)
}

pub(super) enum Read {
    Documents(Vec<NewDocument>),
    Problem(Problem),
}

async fn take_in(
    store: &Store,
    source: SourceId,
    place: Place,
    intake: &mut Intake,
    watch: &mut (impl FnMut(&Intake) + Send),
    reporter: Option<&Reporter>,
    cancel: &CancellationToken,
) -> Result<(), JobsError> {
    let (send, mut receive) = mpsc::channel(AHEAD);
    let stop = cancel.clone();
    let reader = tokio::task::spawn_blocking(move || read_batches(&place, &send, &stop));
    while let Some(read) = receive.recv().await {
        match read {
            Read::Documents(documents) => {
                let stored = store_batch(store, source, documents).await?;
                intake.count(&stored);
            }
            Read::Problem(problem) => record_problem(store, intake, source, &problem).await?,
        }
        watch(intake);
        if let Some(reporter) = reporter {
            reporter.tell(pipeline::progress(intake.seen(), 0, intake.failed)).await?;
        }
        if cancel.is_cancelled() {
            return Err(JobsError::Cancelled);
        }
    }
    reader.await.map_err(|_| JobsError::Panicked(Stage::Crawl))
}

/// Reads a place into batches, on the calling thread, until it is told to stop.
pub(super) fn read_batches(place: &Place, send: &mpsc::Sender<Read>, stop: &CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut sink = |read| {
        // A closed channel means that the store failed: what is read from here on goes nowhere,
        // and the source will be read again.
        match read {
            Ok(document) => {
                batch.push(document);
                if batch.len() >= BATCH {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    let _ = send.blocking_send(Read::Documents(full));
                }
            }
            Err(problem) => {
                let _ = send.blocking_send(Read::Problem(problem));
            }
        }
        if stop.is_cancelled() || send.is_closed() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    match place {
        Place::Path(path) => read_path(path, &mut sink),
        Place::Sample => read_files(&sample::files(), &mut sink),
    }
    if !batch.is_empty() {
        let _ = send.blocking_send(Read::Documents(batch));
    }
}

/// Stores documents of a source in one transaction.
pub(super) async fn store_batch(
    store: &Store,
    source: SourceId,
    documents: Vec<NewDocument>,
) -> Result<Vec<Stored>, JobsError> {
    let ready = tokio::task::spawn_blocking(move || prepare(documents))
        .await
        .map_err(|_| JobsError::Panicked(Stage::Crawl))??;
    let now = store.now();
    let stored = store
        .write(move |writing| {
            let store_one = |document| writing.store_document(source, document, now);
            ready.iter().map(store_one).collect::<Result<Vec<_>, StoreError>>()
        })
        .await?;
    Ok(stored)
}

/// Counts a problem and keeps it as a dead letter.
pub(super) async fn record_problem(
    store: &Store,
    intake: &mut Intake,
    source: SourceId,
    problem: &Problem,
) -> Result<(), JobsError> {
    intake.count_problem(problem);
    let problem = problem.clone();
    let now = store.now();
    store
        .write(move |writing| {
            let place = match problem.line {
                Some(line) => format!("{}:{line}", problem.path),
                None => problem.path.clone(),
            };
            let hint = Some(problem.hint.as_str());
            let subject = (Some(source), place.as_str());
            writing.record_dead_letter(Stage::Crawl, subject, &problem.what, hint, now)
        })
        .await?;
    Ok(())
}
