//! What can go wrong in search.

use std::path::PathBuf;
use std::sync::Arc;
use tantivy::TantivyError;

#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    #[error("cannot {operation} the search index at {}", path.display())]
    Index { operation: &'static str, path: PathBuf, source: TantivyError },
    #[error("cannot {operation} the search index folder {}", path.display())]
    Folder { operation: &'static str, path: PathBuf, source: Arc<std::io::Error> },
    #[error("another process is writing the search index at {}", path.display())]
    Busy { path: PathBuf },
    /// The files do not fit together; a rebuild mends it.
    #[error("the search index at {} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
}

impl SearchError {
    pub(super) fn folder(
        operation: &'static str,
        path: &std::path::Path,
        e: std::io::Error,
    ) -> Self {
        Self::Folder { operation, path: path.to_owned(), source: Arc::new(e) }
    }
}
