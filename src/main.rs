//! The `reservoir` program.

use clap::Parser;
use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    reservoir::app::start(reservoir::cli::Cli::parse())
}
