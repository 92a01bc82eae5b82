//! `reservoir source remove`.

use super::super::output::counted;
use super::super::{CliError, Context};
use crate::jobs;
use serde_json::json;

pub async fn run(context: &Context, name: &str) -> Result<(), CliError> {
    let documents = jobs::remove_source(&context.open_store()?, name).await?;
    let is_removed = documents == 0;
    let value = json!({ "name": name, "is_removed": is_removed, "documents": documents });
    let words = if is_removed {
        format!("removed {name}")
    } else {
        let many =
            counted(usize::try_from(documents).unwrap_or(usize::MAX), "document", "documents");
        format!("disabled {name}; it stays, as {many} came from it")
    };
    context.output.answer(&value, &words)
}
