//! `reservoir source edit`.

use super::super::{CliError, Context};
use super::address::{taken, unfit, visited};
use crate::gather::{fit_name, recognise_place};
use crate::model::{Schedule, Source};
use crate::text::sanitize_line;

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub struct Args {
    #[arg(value_name = "NAME")]
    source: String,
    /// What to call it from now on.
    #[arg(long, value_name = "NAME", group = "change")]
    name: Option<String>,
    /// Its title; empty takes it away.
    #[arg(long, group = "change")]
    title: Option<String>,
    /// Where to find it from now on; what it is gets recognised.
    #[arg(long, group = "change")]
    address: Option<String>,
    /// Visit it at most so often, as 6h, 1d, daily; `none` as often as it asks itself.
    #[arg(long, group = "change", value_parser = schedule)]
    schedule: Option<Choice>,
}

/// A schedule, or none on purpose.
#[derive(Debug, Clone, Copy)]
struct Choice(Option<Schedule>);

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let store = context.open_store()?;
    let before = super::find_own(&store, &args.source).await?;
    let known = store.read(|reading| reading.list_sources()).await?;
    let after = changed(&before, args)?;
    let mut others = known.iter().filter(|other| other.id != before.id);
    if let Some(other) =
        others.find(|other| other.name == after.name || other.address == after.address)
    {
        let is_name = other.name == after.name;
        return Err(if is_name {
            taken(&after.name)
        } else {
            visited(&other.name, &other.address)
        });
    }
    if after == before {
        return context.output.answer(&after, "nothing was changed");
    }
    let name = after.name.clone();
    let changed = store
        .write(move |writing| {
            writing.change_source(&after)?;
            writing.find_source(&name)
        })
        .await?;
    let changed = changed.ok_or_else(|| super::no_source(&before.name))?;
    let words = format!("changed {} ({}, {})", changed.name, changed.kind, changed.address);
    context.output.answer(&changed, &words)
}

fn changed(before: &Source, args: Args) -> Result<Source, CliError> {
    let mut after = before.clone();
    if let Some(name) = args.name {
        after.name = fit_name(name).map_err(unfit)?;
    }
    if let Some(title) = args.title {
        let title = sanitize_line(&title).into_owned();
        after.title = Some(title).filter(|title| !title.is_empty());
    }
    if let Some(address) = args.address {
        let recognised =
            recognise_place(&address, Some(after.name.clone()), None).map_err(unfit)?;
        (after.kind, after.address) = (recognised.kind, recognised.address);
    }
    if let Some(Choice(schedule)) = args.schedule {
        after.schedule = schedule;
    }
    Ok(after)
}

fn schedule(text: &str) -> Result<Choice, String> {
    match text.trim() {
        "" | "none" => Ok(Choice(None)),
        text => text
            .parse()
            .map(|schedule| Choice(Some(schedule)))
            .map_err(|error: crate::model::ScheduleError| error.to_string()),
    }
}
