//! `reservoir import`.

use super::progress::Meter;
use super::{CliError, Context};
use crate::jobs::{self, Intake};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files or folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What they hold; recognised if not said.
    #[arg(long = "as", value_name = "KIND", value_parser = ["documents"])]
    kind: Option<String>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    for path in &args.paths {
        if let Err(error) = std::fs::symlink_metadata(path) {
            return Err(CliError::NotFound {
                what: format!("cannot read {}: {error}", path.display()),
                hint: Some("name a file or folder that exists".into()),
            });
        }
    }
    let store = context.open_store()?;
    let meter = Meter::new(context.global.quiet);
    let cancel = context.cancel_on_interrupt();
    let watch = |intake: &Intake| meter.status(&format!("import   {} documents", intake.seen()));
    let intake = jobs::import(&store, args.paths, watch, &cancel).await?;
    for problem in &intake.problems {
        meter.line(&format!("skipped  {problem}"));
    }
    context.output.answer(&intake, &format!("imported: {}", intake.in_words()))?;
    if intake.seen() > 0 || intake.failed == 0 {
        return Ok(());
    }
    Err(CliError::Failed {
        what: "nothing could be imported".into(),
        hint: Some("the lines above say why, file by file".into()),
    })
}
