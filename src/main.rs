//! The `reservoir` program.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = reservoir::cli::Cli::parse();
    match reservoir::cli::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reservoir: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::from(error.exit_status())
        }
    }
}
