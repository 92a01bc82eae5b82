//! `reservoir source test`.

use super::super::{CliError, Context, crawl};
use super::address::unfit;
use crate::gather::recognise_place;
use crate::jobs::Visit;

pub async fn run(context: &Context, place: &str) -> Result<(), CliError> {
    let pipeline = context.pipeline()?;
    let asked = place.to_owned();
    let known = context
        .open_store()?
        .read(move |reading| Ok::<_, CliError>(reading.list_sources()?))
        .await?;
    let visit = match known.iter().find(|known| known.name == asked || known.address == asked) {
        Some(known) => Visit::from(known),
        None => unknown(place)?,
    };
    crawl::preview(context, &pipeline, &[visit]).await
}

/// An address that is no source yet.
fn unknown(place: &str) -> Result<Visit, CliError> {
    let looks_like_a_name = !place.contains(['/', ':', '\\']);
    match recognise_place(place, None, None) {
        Ok(source) => Ok(Visit::from(&source)),
        Err(_) if looks_like_a_name => Err(super::no_source(place)),
        Err(error) => Err(unfit(error)),
    }
}
