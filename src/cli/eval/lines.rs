//! JSON lines in.

use crate::cli::CliError;
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Reads each line of a file; blank ones are passed over.
///
/// # Errors
/// Names the file, and the line where one does not parse.
pub(super) fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, CliError> {
    let file = std::fs::File::open(path).map_err(|e| cannot("read", path, &e))?;
    let mut entries = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|e| cannot("read", path, &e))?;
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let entry = serde_json::from_str(&line);
        entries.push(entry.map_err(|e| cannot("read", Path::new(&place), &e))?);
    }
    Ok(entries)
}

/// A failure that names the operation and the file.
pub(super) fn cannot(operation: &str, path: &Path, error: &dyn std::error::Error) -> CliError {
    let what = format!("cannot {operation} {}: {error}", path.display());
    CliError::Failed { what, hint: None }
}
