//! What can go wrong with the store, in words.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the store at {path}")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error(
        "the store at {path} has schema {found}, and this program knows schemas up to {known} only"
    )]
    Newer { path: PathBuf, found: usize, known: usize },
    #[error("cannot bring the store at {path} to schema {known}")]
    Migrate { path: PathBuf, known: usize, source: rusqlite_migration::Error },
    #[error("cannot back up the store to {path} before migrating it")]
    Backup { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("cannot make the folder {path}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("cannot lock {path}")]
    Lock { path: PathBuf, source: std::io::Error },
    #[error("cannot {doing}")]
    Query { doing: String, source: rusqlite::Error },
    #[error("cannot {doing}: the store holds a value this program does not know ({value})")]
    Value { doing: String, value: String },
    #[error("cannot {doing}")]
    Json { doing: String, source: serde_json::Error },
    #[error("cannot {doing}")]
    Compress { doing: String, source: std::io::Error },
    /// The operation, by the name of the function that asked for it.
    #[error("cannot carry out `{operation}`: it panicked and was rolled back; the log has details")]
    Panicked { operation: &'static str },
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// The next step to take, where there is one to name.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Newer { .. } => Some(
                "install the newer reservoir that wrote it, or restore a backup from before the upgrade",
            ),
            Self::Query { source, .. } | Self::Open { source, .. } => sqlite_hint(source),
            _ => None,
        }
    }
}

fn sqlite_hint(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some("the disk is full: free some space, then try again"),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Some(
            "check that the folder exists and that you may write in it, or name another with --home",
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Some("another process has been writing for long; try again in a moment")
        }
        ErrorCode::SystemIoFailure => {
            Some("the disk did not take or give the data: check its space and its health")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Some("the file is damaged; keep a copy of it and restore a backup")
        }
        _ => None,
    }
}

/// Names the operation that failed.
pub(super) trait Doing<T> {
    fn doing(self, what: impl Into<String>) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, rusqlite::Error> {
    fn doing(self, what: impl Into<String>) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Query { doing: what.into(), source })
    }
}

impl<T> Doing<T> for Result<T, serde_json::Error> {
    fn doing(self, what: impl Into<String>) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Json { doing: what.into(), source })
    }
}
