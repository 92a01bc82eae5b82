//! Wiring: the program's start, the workbench's event loop, and its end.
//!
//! Does: join the command line, the terminal, the screens and the rooms that answer them. Does not:
//! hold rules. Owns: the terminal, the main task (input, update, draw and nothing else), the
//! scribe (a task that carries out a reviewer's writes in the order of the keys), and the watch (a
//! task that follows what other processes write).

mod backend;
mod carry;
mod company;
mod figures;
mod input;
mod links;
mod log;
mod look_alikes;
mod looks;
mod picture;
mod screenshots;
mod scribe;
mod searches;
mod session;
mod sources;
mod stops;
mod terminal;
mod watch;
mod workbench;

use crate::cli::{Cli, CliError, Command};
use std::io::Write;
use std::process::ExitCode;

/// Runs the program: the workbench, or the command that the arguments name.
///
/// # Errors
/// Where the runtime cannot be made; a command's own failure is told and becomes the exit status.
pub fn start(cli: Cli) -> color_eyre::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        match cli.command {
            None => workbench::open(cli.global).await,
            Some(Command::Screenshots(args)) => screenshots::run(&cli.global, &args).await,
            Some(command) => {
                log::to_stderr(cli.global.verbose);
                crate::cli::run(cli.global, command).await
            }
        }
    });
    // What still runs in the background (a search, an index commit) is abandoned: derived data is
    // made again, and a person's writes were awaited.
    runtime.shutdown_timeout(std::time::Duration::from_millis(300));
    Ok(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => tell(&error),
    })
}

fn tell(error: &CliError) -> ExitCode {
    // What an error quotes may be hostile: a path, a line of a file, a server's answer.
    let mut said = format!("reservoir: {}\n", crate::text::sanitize(&error.to_string()));
    if let Some(hint) = error.hint() {
        said.push_str(&format!("hint: {}\n", crate::text::sanitize(hint)));
    }
    // Nobody can be told that standard error does not work; the exit status still tells.
    let _ = std::io::stderr().write_all(said.as_bytes());
    ExitCode::from(error.exit_status())
}
