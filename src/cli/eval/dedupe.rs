//! `reservoir eval dedupe`.

use crate::cli::CliError;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines to read.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write predictions, as JSON lines.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: &Args) -> Result<(), CliError> {
    let _ = (&args.input, &args.out);
    Ok(())
}
