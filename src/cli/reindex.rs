//! `reservoir reindex`.

use super::progress::Meter;
use super::{CliError, Context};
use crate::jobs::Follower;
use crate::search::Index;
use serde_json::json;

pub async fn run(context: &Context) -> Result<(), CliError> {
    let store = context.open_store()?;
    let folder = context.workspace.index_folder();
    let meter = Meter::new(context.global.quiet);
    let followed = tokio::task::spawn_blocking(move || {
        let mut index = Index::open(&folder)?;
        index.reset("asked for by `reservoir reindex`")?;
        Follower::new(store, index).catch_up(&mut |progress| {
            meter.status(&format!("index    {} of {}", progress.done, progress.total));
            Ok(())
        })
    })
    .await
    .map_err(|error| CliError::failed(&error))??;
    let Some(followed) = followed else {
        return Err(CliError::Busy {
            what: "another process is writing the index".into(),
            hint: Some("it keeps the index in step by itself; close it to rebuild".into()),
        });
    };
    let value = json!({ "indexed": followed.indexed, "seq": followed.seq });
    context.output.answer(&value, &format!("indexed {} items", followed.indexed))
}
