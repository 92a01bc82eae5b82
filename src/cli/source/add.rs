//! `reservoir source add`.

use super::super::{CliError, Context};
use crate::jobs::{self, WantedSource};
use jiff::Timestamp;

pub async fn run(context: &Context, wanted: WantedSource) -> Result<(), CliError> {
    let added = jobs::add_source(&context.open_store()?, wanted, Timestamp::now()).await?;
    let words = format!(
        "added {} ({}); `reservoir crawl {}` visits it now",
        added.name, added.kind, added.name
    );
    context.output.answer(&added, &words)
}
