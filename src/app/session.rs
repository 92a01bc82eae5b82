//! The session file: read leniently, written whole or not at all.

use crate::tui::Session;
use std::io::Write;
use std::path::Path;

/// The session left at `path`; none where there is none, or it cannot be understood.
pub fn load(path: &Path) -> Option<Session> {
    let text = std::fs::read_to_string(path).ok()?;
    match serde_json::from_str(&text) {
        Ok(session) => Some(session),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "cannot read the session; starting afresh");
            None
        }
    }
}

/// Writes the session beside its place, then moves it there.
///
/// # Errors
/// Where the folder cannot be written.
pub fn save(path: &Path, session: &Session) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(session)?)?;
    drop(file);
    std::fs::rename(&beside, path)
}
