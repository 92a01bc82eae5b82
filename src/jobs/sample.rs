//! The shipped sample week: unpacked beside the caches and read as a folder.

use super::JobsError;
use crate::model::{NewSource, Source, SourceKind};
use crate::store::Store;
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use std::path::Path;

static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/sample");

/// The name of the source that holds the sample week.
pub const SAMPLE_SOURCE: &str = "sample";

/// Unpacks the sample and makes it a source.
pub(super) async fn prepare(store: &Store, cache: &Path) -> Result<Source, JobsError> {
    let folder = cache.join("sample");
    let target = folder.clone();
    let unpacked = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&target).and_then(|()| SAMPLE.extract(&target))
    })
    .await;
    match unpacked {
        Ok(Ok(())) => {}
        Ok(Err(source)) => return Err(JobsError::Sample { path: folder, source }),
        Err(_) => return Err(JobsError::Panicked(crate::model::Stage::Crawl)),
    }
    let new = NewSource {
        name: SAMPLE_SOURCE.to_owned(),
        kind: SourceKind::Sample,
        address: folder.to_string_lossy().into_owned(),
        title: Some("The sample week".to_owned()),
        is_enabled: true,
    };
    let found = store
        .write(move |writing| {
            writing.save_source(&new, Timestamp::now())?;
            writing.find_source(SAMPLE_SOURCE)
        })
        .await;
    let found: Option<Source> = found.map_err(|error: crate::store::StoreError| error)?;
    found.ok_or_else(|| JobsError::NoSource(SAMPLE_SOURCE.to_owned()))
}
