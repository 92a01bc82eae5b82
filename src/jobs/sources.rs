//! Sources as people add and remove them, from the command line and from the workbench.

use super::JobsError;
use crate::gather::{free_name, recognise_place};
use crate::model::{Schedule, Source};
use crate::store::{Store, StoreError};
use jiff::Timestamp;

/// A place that a person wants visited.
#[derive(Debug, Clone, Default)]
pub struct WantedSource {
    /// An http(s) address, or a path.
    pub address: String,
    /// Made from the address, and free, where none is said.
    pub name: Option<String>,
    pub title: Option<String>,
    pub schedule: Option<Schedule>,
}

/// Adds a source, or changes the one of the same name and address.
///
/// # Errors
/// Where the address is no place to visit, another source visits it or has the name; the store's
/// own failures.
pub async fn add_source(
    store: &Store,
    wanted: WantedSource,
    now: Timestamp,
) -> Result<Source, JobsError> {
    let is_named = wanted.name.is_some();
    let (address, name, title) = (wanted.address, wanted.name, wanted.title);
    // It looks at the disk, which may take its time.
    let recognised =
        tokio::task::spawn_blocking(move || recognise_place(&address, name, title)).await;
    let mut source = recognised.map_err(|_| JobsError::Panicked(crate::model::Stage::Crawl))??;
    store
        .write(move |writing| {
            let known = writing.list_sources()?;
            let own = known
                .iter()
                .find(|known| known.name == source.name && known.address == source.address);
            if own.is_none() {
                if let Some(other) = known.iter().find(|known| known.address == source.address) {
                    let (name, address) = (other.name.clone(), other.address.clone());
                    return Err(JobsError::Visited { name, address });
                }
                let is_taken = |name: &str| known.iter().any(|known| known.name == name);
                if is_named && is_taken(&source.name) {
                    return Err(JobsError::NameTaken(source.name.clone()));
                }
                if !is_named {
                    source.name = free_name(&source.name, is_taken);
                }
            }
            writing.save_source(&source, now)?;
            let added = writing.find_source(&source.name)?;
            let mut added = added.expect("invariant: what this transaction saved is there");
            if wanted.schedule.is_some() {
                added.schedule = wanted.schedule;
                writing.change_source(&added)?;
            }
            Ok(added)
        })
        .await
}

/// Removes a source that a person added. One that documents came from is turned off instead, since
/// they name it; how many they are is returned, 0 for one that is gone.
///
/// # Errors
/// Where there is none of that name, or it is the program's own; the store's own failures.
pub async fn remove_source(store: &Store, name: &str) -> Result<u64, JobsError> {
    let name = name.to_owned();
    store
        .write(move |writing| {
            let found = writing.find_source(&name)?;
            let source = found.ok_or_else(|| JobsError::NoSource(name.clone()))?;
            if !source.kind.is_visited() {
                return Err(JobsError::OwnSource(name));
            }
            let documents = writing.count_documents_of(source.id)?;
            if documents == 0 {
                writing.remove_source(source.id)?;
            } else {
                // What was read from it says where it came from for ever.
                writing.enable_source(&name, false)?;
            }
            Ok(documents)
        })
        .await
}

/// Lets runs visit a source, or leave it out.
///
/// # Errors
/// Where there is none of that name; the store's own failures.
pub async fn enable_source(store: &Store, name: &str, is_enabled: bool) -> Result<(), JobsError> {
    let asked = name.to_owned();
    let written = store.write(move |writing| writing.enable_source(&asked, is_enabled)).await;
    match written.map_err(|error: StoreError| JobsError::Store(error))? {
        true => Ok(()),
        false => Err(JobsError::NoSource(name.to_owned())),
    }
}
