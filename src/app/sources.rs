//! Sources from the workbench: listed, added, changed, looked at.

use super::backend::Backend;
use crate::jobs::{self, JobsError, Visit, WantedSource};
use crate::text::with_causes;
use crate::tui::{Generation, Level, Loaded, SourceVisit};

/// Most documents of a look at a source.
const MOST_FORESEEN: usize = 200;

/// Sends every source with what it brought.
pub async fn send(backend: &Backend, generation: Generation) {
    let now = backend.store.now();
    match backend.store.read(move |reading| reading.list_source_rows(now)).await {
        Ok(rows) => backend.answer(Loaded::Sources { generation, rows }),
        Err(error) => backend.failed("list the sources", &error),
    }
}

/// Adds what was pasted, then says what it was recognised as.
pub async fn add(backend: &Backend, address: String) {
    let wanted = WantedSource { address, ..WantedSource::default() };
    let added = jobs::add_source(&backend.store, wanted, backend.store.now()).await;
    told(
        backend,
        added.map(|source| {
            format!("added the {} `{}`: {}", source.kind, source.name, source.address)
        }),
    );
}

/// Lets runs visit a source, or leave it out.
pub async fn enable(backend: &Backend, name: &str, is_enabled: bool) {
    if let Err(error) = jobs::enable_source(&backend.store, name, is_enabled).await {
        told(backend, Err(error));
    }
    backend.answer(Loaded::SourcesChanged);
}

/// Removes a source, or turns it off where documents came from it.
pub async fn remove(backend: &Backend, name: &str) {
    let removed = jobs::remove_source(&backend.store, name).await;
    told(
        backend,
        removed.map(|documents| match documents {
            0 => format!("removed `{name}`"),
            many => format!("turned `{name}` off; it stays, as {many} documents came from it"),
        }),
    );
}

/// Looks at what a visit would bring, and stores nothing.
pub async fn test(backend: &Backend, name: String) {
    let asked = name.clone();
    let outcome = match backend.store.read(move |reading| reading.find_source(&asked)).await {
        Ok(Some(source)) => look(backend, &Visit::from(&source)).await,
        Ok(None) => Err(JobsError::NoSource(name.clone())),
        Err(error) => Err(error.into()),
    };
    let outcome = outcome.map_err(|error| with_causes(&error));
    backend.answer(Loaded::SourceTested { name, outcome });
}

async fn look(backend: &Backend, visit: &Visit) -> Result<SourceVisit, JobsError> {
    let mut documents = Vec::new();
    let show = |seen: jobs::Foreseen| {
        if documents.len() < MOST_FORESEEN {
            documents.push((seen.state, seen.title));
        }
    };
    let intake = backend.pipeline.preview(visit, show, &backend.stop.child_token()).await?;
    Ok(SourceVisit { documents, summary: intake.in_words() })
}

fn told(backend: &Backend, outcome: Result<String, JobsError>) {
    match outcome {
        Ok(said) => backend.notice(Level::Done, said),
        Err(JobsError::Place(error)) => {
            backend.notice(Level::Warning, format!("{error}; {}", error.hint()));
        }
        Err(error) => backend.notice(Level::Warning, with_causes(&error)),
    }
    backend.answer(Loaded::SourcesChanged);
}
