//! The sample week, which ships inside the program and is read like a folder.

use super::JobsError;
use crate::model::{NewSource, Source, SourceKind};
use crate::store::{Store, StoreError};
use include_dir::{Dir, include_dir};

static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/sample");

/// The name of the source that holds the sample week.
pub const SAMPLE_SOURCE: &str = "sample";

/// The files of the sample week by their path in it.
pub(super) fn files() -> Vec<(&'static str, &'static [u8])> {
    let mut files = Vec::new();
    let mut folders = vec![&SAMPLE];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        files.extend(
            folder.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))),
        );
    }
    files
}

/// Makes the sample week a source.
pub(super) async fn prepare(store: &Store) -> Result<Source, JobsError> {
    let new = NewSource {
        name: SAMPLE_SOURCE.to_owned(),
        kind: SourceKind::Sample,
        address: "the program itself".to_owned(),
        title: Some("The sample week".to_owned()),
        is_enabled: true,
    };
    let now = store.now();
    let found: Result<_, StoreError> = store
        .write(move |writing| {
            writing.save_source(&new, now)?;
            writing.find_source(SAMPLE_SOURCE)
        })
        .await;
    found?.ok_or_else(|| JobsError::NoSource(SAMPLE_SOURCE.to_owned()))
}
