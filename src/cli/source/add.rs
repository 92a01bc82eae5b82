//! `reservoir source add`.

use super::super::{CliError, Context};
use crate::jobs::{self, WantedSource};

pub async fn run(context: &Context, wanted: WantedSource) -> Result<(), CliError> {
    let store = context.open_store()?;
    let now = store.now();
    let added = jobs::add_source(&store, wanted, now).await?;
    let words = format!(
        "added {} ({}); `reservoir crawl {}` visits it now",
        added.name, added.kind, added.name
    );
    context.output.answer(&added, &words)
}
