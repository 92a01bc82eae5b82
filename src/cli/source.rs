//! `reservoir source`.

mod add;
mod address;
mod edit;
mod export;
mod list;
mod remove;
mod test;

pub use address::{own, taken, unfit, visited};

use super::{CliError, Context};
use crate::jobs::{self, WantedSource};
use crate::model::{Schedule, Source as StoredSource};
use crate::store::Store;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Source {
    /// List the sources and how they are.
    List,
    /// Add a source: a feed's address, or a folder; what it is gets recognised.
    Add {
        /// An http(s) address, or a path.
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// What to call it; made from the address if not said.
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        title: Option<String>,
        /// Visit it at most so often, as 6h, 1d, daily.
        #[arg(long)]
        schedule: Option<Schedule>,
    },
    /// Change a source: its name, title, address, schedule.
    Edit(edit::Args),
    /// Remove a source. One that documents came from is disabled instead: they name it.
    Remove {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Show what a visit to a source, or to an address that is none yet, would bring.
    Test {
        #[arg(value_name = "NAME|ADDRESS")]
        place: String,
    },
    /// Visit a source again when the pipeline runs.
    Enable { name: String },
    /// Leave a source out when the pipeline runs.
    Disable { name: String },
    /// Write the sources as OPML, with all that `source import` needs to bring them back.
    Export {
        /// Write there instead of to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Add the sources that an OPML file lists; `-` reads standard input.
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would be added, and add nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub async fn run(context: &Context, command: Source) -> Result<(), CliError> {
    match command {
        Source::List => list::run(context).await,
        Source::Add { address, name, title, schedule } => {
            add::run(context, WantedSource { address, name, title, schedule }).await
        }
        Source::Edit(args) => edit::run(context, args).await,
        Source::Remove { name } => remove::run(context, &name).await,
        Source::Test { place } => test::run(context, &place).await,
        Source::Enable { name } => enable(context, name, true).await,
        Source::Disable { name } => enable(context, name, false).await,
        Source::Export { out } => export::run(context, out).await,
        Source::Import { file, dry_run } => super::import::outlines(context, &file, dry_run).await,
    }
}

async fn enable(context: &Context, name: String, is_enabled: bool) -> Result<(), CliError> {
    jobs::enable_source(&context.open_store()?, &name, is_enabled).await?;
    let state = if is_enabled { "enabled" } else { "disabled" };
    let value = serde_json::json!({ "name": name, "is_enabled": is_enabled });
    context.output.answer(&value, &format!("{state} {name}"))
}

/// The source of this name that a person added.
async fn find_own(store: &Store, name: &str) -> Result<StoredSource, CliError> {
    let asked = name.to_owned();
    let found = store.read(move |reading| reading.find_source(&asked)).await?;
    let source = found.ok_or_else(|| no_source(name))?;
    if !source.kind.is_visited() {
        return Err(own(name));
    }
    Ok(source)
}

/// The error for a name that no source has.
pub fn no_source(name: &str) -> CliError {
    CliError::NotFound {
        what: format!("there is no source `{name}`"),
        hint: Some("`reservoir source list` names them".into()),
    }
}
