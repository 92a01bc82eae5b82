//! `reservoir source remove`.

use super::super::output::counted;
use super::super::{CliError, Context};
use crate::store::StoreError;
use serde_json::json;

pub async fn run(context: &Context, name: &str) -> Result<(), CliError> {
    let store = context.open_store()?;
    let source = super::find_own(&store, name).await?;
    let (id, asked) = (source.id, source.name.clone());
    let documents = store
        .write(move |writing| {
            let documents = writing.count_documents_of(id)?;
            if documents == 0 {
                writing.remove_source(id)?;
            } else {
                // What was read from it says where it came from for ever.
                writing.enable_source(&asked, false)?;
            }
            Ok::<_, StoreError>(documents)
        })
        .await?;
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
