//! `reservoir man`: the manual page, its keys read from the registry of actions.

use super::{Cli, CliError, Context};
use crate::settings::{Scope, key_lines, load_keymap};
use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

pub fn run(context: &Context) -> Result<(), CliError> {
    if context.output.is_json {
        let page = String::from_utf8_lossy(&page()?).into_owned();
        return context.output.json(&serde_json::json!({ "page": page }));
    }
    super::output::write_bytes(&page()?)
}

fn page() -> Result<Vec<u8>, CliError> {
    let mut page = Vec::new();
    let failed = |error: std::io::Error| CliError::failed(&error);
    Man::new(Cli::command()).render(&mut page).map_err(failed)?;
    keys()?.to_writer(&mut page).map_err(failed)?;
    Ok(page)
}

fn keys() -> Result<Roff, CliError> {
    let lines = key_lines(&load_keymap("default", None)?);
    let mut roff = Roff::new();
    roff.control("SH", ["KEYS OF THE WORKBENCH"]);
    for scope in Scope::ALL {
        let of_scope: Vec<_> = lines.iter().filter(|line| line.scope == scope).collect();
        if of_scope.is_empty() {
            continue;
        }
        roff.control("SS", [scope.title()]);
        for line in of_scope {
            let keys = if line.keys.is_empty() { ":" } else { &line.keys };
            roff.control("TP", []);
            roff.text([bold(keys)]);
            roff.text([roman(line.about)]);
        }
    }
    Ok(roff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_commands_and_keys() {
        let page = String::from_utf8(page().unwrap()).unwrap();
        for part in ["reservoir", "KEYS OF THE WORKBENCH", "ctrl\\-r"] {
            assert!(page.contains(part), "{part} is missing");
        }
    }
}
