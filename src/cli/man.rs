//! `reservoir man`: the manual page, its key table read from the registry of actions.

use super::{Cli, CliError};
use clap::CommandFactory;
use clap_mangen::Man;

pub fn run() -> Result<(), CliError> {
    super::output::write_bytes(&page().map_err(|error| CliError::failed(&error))?)
}

fn page() -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    Ok(page)
}
