//! `reservoir eval search`.

use crate::cli::CliError;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Documents as JSON lines.
    #[arg(long, value_name = "FILE")]
    documents: PathBuf,
    /// Queries as JSON lines.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Which arms answer: text, meaning or hybrid.
    #[arg(long, default_value = "hybrid")]
    mode: String,
    /// Where to write the run, in TREC's format.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: &Args) -> Result<(), CliError> {
    let _ = (&args.documents, &args.queries, &args.mode, &args.out);
    Ok(())
}
