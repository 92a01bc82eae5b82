//! `reservoir source add`.

use super::super::{CliError, Context};
use super::address::{recognise, taken, visited};
use crate::model::Schedule;
use crate::store::StoreError;
use jiff::Timestamp;

pub async fn run(
    context: &Context,
    address: &str,
    name: Option<String>,
    title: Option<String>,
    schedule: Option<Schedule>,
) -> Result<(), CliError> {
    let source = recognise(address, name, title)?;
    let store = context.open_store()?;
    let known = store.read(|reading| reading.list_sources()).await?;
    if let Some(known) = known.iter().find(|known| known.name == source.name) {
        if known.address != source.address {
            return Err(taken(&source.name));
        }
    } else if let Some(known) = known.iter().find(|known| known.address == source.address) {
        return Err(visited(known));
    }
    let added = store
        .write(move |writing| {
            writing.save_source(&source, Timestamp::now())?;
            let added = writing.find_source(&source.name)?;
            let mut added = added.expect("invariant: what this transaction saved is there");
            if schedule.is_some() {
                added.schedule = schedule;
                writing.change_source(&added)?;
            }
            Ok::<_, StoreError>(added)
        })
        .await?;
    let words = format!(
        "added {} ({}); `reservoir crawl {}` visits it now",
        added.name, added.kind, added.name
    );
    context.output.answer(&added, &words)
}
