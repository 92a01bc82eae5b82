//! `reservoir completions`.

use super::{Cli, CliError, Context};
use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct Args {
    shell: Shell,
}

pub fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "reservoir", &mut script);
    if context.output.is_json {
        let script = String::from_utf8_lossy(&script);
        return context.output.json(&json!({ "shell": args.shell.to_string(), "script": script }));
    }
    super::output::write_bytes(&script)
}
