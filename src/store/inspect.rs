//! A look at a store that changes nothing: it makes no file, migrates nothing, and writes nothing.

use super::connection::open_reader;
use super::schema::version;
use super::{Reading, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A store's file as it is found, read only.
pub struct Inspector {
    connection: Connection,
    path: PathBuf,
    schema: usize,
}

impl Inspector {
    /// Opens the file at `path`; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or is no database.
    pub fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.try_exists().map_err(|source| StoreError::Lock { path: path.into(), source })? {
            return Ok(None);
        }
        let connection =
            open_reader(path).map_err(|source| StoreError::Open { path: path.into(), source })?;
        let schema = version(&connection, path)?;
        Ok(Some(Self { connection, path: path.into(), schema }))
    }

    /// The schema it has, from 1; what [`Inspector::reading`] offers holds for
    /// [`super::SCHEMA_VERSION`] only.
    pub fn schema(&self) -> usize {
        self.schema
    }

    /// Bytes written to the log and not yet to the file itself.
    pub fn log_size(&self) -> u64 {
        let mut name = self.path.clone().into_os_string();
        name.push("-wal");
        std::fs::metadata(name).map_or(0, |metadata| metadata.len())
    }

    /// What can be asked of it.
    pub fn reading(&self) -> Reading<'_> {
        Reading { connection: &self.connection }
    }
}
