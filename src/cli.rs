//! The command line: argument parsing, one file a command, human and `--json` output.
//!
//! Does: turn arguments into calls on the rooms below and answers into text or JSON. Does not:
//! hold rules of its own, or open the workbench (that is `app`).

mod error;
pub mod eval;
pub mod train;

pub use error::CliError;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "reservoir", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write predictions for outside scorers.
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Learn the weights that ship with the program.
    #[command(subcommand)]
    Train(train::Train),
}

/// Carries out a command.
///
/// # Errors
/// The command's own failure, with its exit status.
pub fn run(cli: &Cli) -> Result<(), CliError> {
    match &cli.command {
        Command::Eval(eval) => eval::run(eval),
        Command::Train(train) => train::run(train),
    }
}
