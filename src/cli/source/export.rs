//! `reservoir source export`.

use super::super::output::{counted, write_bytes};
use super::super::{CliError, Context, opml};
use serde_json::json;
use std::path::PathBuf;

pub async fn run(context: &Context, out: Option<PathBuf>) -> Result<(), CliError> {
    let store = context.open_store()?;
    let mut sources = store.read(|reading| reading.list_sources()).await?;
    sources.retain(|source| source.kind.is_visited());
    let text = opml::write(&sources).map_err(|error| CliError::failed(&error))?;
    let Some(path) = out else {
        if context.output.is_json {
            return context.output.json(&json!({ "sources": sources.len(), "opml": text }));
        }
        return write_bytes(text.as_bytes());
    };
    std::fs::write(&path, text).map_err(|error| CliError::Failed {
        what: format!("cannot write {}: {error}", path.display()),
        hint: None,
    })?;
    let many = counted(sources.len(), "source", "sources");
    let value = json!({ "sources": sources.len(), "path": path });
    context.output.answer(&value, &format!("wrote {many} to {}", path.display()))
}
