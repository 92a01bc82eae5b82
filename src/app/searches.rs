//! Saved searches: kept in the store, counted against what is there now.

use super::backend::Backend;
use crate::cli::CliError;
use crate::model::{AutomationId, SavedSearch, SearchQuery};
use crate::store::StoreError;
use crate::tui::{FoundSearch, Level, Loaded};

/// Hits of a search with words among which the new ones are counted.
const COUNTED: usize = 500;

/// Sends the reviewer's saved searches, each with how much is new in it.
pub async fn send(backend: &Backend) {
    let reviewer = backend.reviewer.clone();
    let read = backend.store.read(move |reading| reading.list_saved_searches(&reviewer)).await;
    let saved = match read {
        Ok(saved) => saved,
        Err(error) => return backend.failed("list the saved searches", &error),
    };
    let mut searches = Vec::with_capacity(saved.len());
    for saved in saved {
        let new = count_new(backend, &saved).await.unwrap_or_else(|error| {
            backend.failed("count what is new in a saved search", &error);
            0
        });
        searches.push(FoundSearch { saved, new });
    }
    backend.answer(Loaded::Searches(searches));
}

async fn count_new(backend: &Backend, saved: &SavedSearch) -> Result<u64, CliError> {
    let (query, seen) = (saved.query.clone(), saved.seen);
    let ids = found(backend, query).await?;
    Ok(backend.store.read(move |reading| reading.count_newer(&ids, seen)).await?)
}

async fn found(backend: &Backend, query: SearchQuery) -> Result<Vec<AutomationId>, CliError> {
    if query.text.trim().is_empty() {
        let filter = query.as_queue();
        return Ok(backend.store.read(move |reading| reading.list_queue(&filter)).await?);
    }
    let finder = backend.finder().await?.clone();
    let query = SearchQuery { limit: COUNTED, with_facets: false, ..query };
    let answer = tokio::task::spawn_blocking(move || finder.search(&query)).await;
    let answer = answer
        .map_err(|error| CliError::failed(&error))?
        .map_err(|error| CliError::failed(&error))?;
    Ok(answer.hits.iter().map(|hit| hit.id).collect())
}

/// Keeps a search, then says so.
pub async fn save(backend: &Backend, name: String, query: SearchQuery) {
    let (who, said) = (backend.who(), name.clone());
    let written = backend
        .store
        .write(move |writing| writing.save_search(&who.name, &name, &query, who.now))
        .await;
    told(backend, "save the search", written.map(|()| format!("saved the search “{said}”")));
    send(backend).await;
}

/// Notes that a search was looked at.
pub async fn see(backend: &Backend, name: String) {
    let who = backend.who();
    let written = backend
        .store
        .write(move |writing| writing.mark_search_seen(&who.name, &name, who.now))
        .await;
    if let Err(error) = written {
        backend.failed("note that the search was looked at", &error);
    }
}

/// Deletes a search, then says so.
pub async fn delete(backend: &Backend, name: String) {
    let (reviewer, said) = (backend.reviewer.clone(), name.clone());
    let written = backend.store.write(move |writing| writing.delete_search(&reviewer, &name)).await;
    let said = written.map(|was_there| match was_there {
        true => format!("deleted the search “{said}”"),
        false => format!("the search “{said}” is gone already"),
    });
    told(backend, "delete the search", said);
    send(backend).await;
}

fn told(backend: &Backend, doing: &str, written: Result<String, StoreError>) {
    match written {
        Ok(said) => backend.notice(Level::Info, said),
        Err(error) => backend.failed(doing, &error),
    }
}
