//! What goes wrong with names and addresses of sources, as the command line tells it.

use super::super::CliError;
use crate::gather::PlaceError;

/// The error for what cannot be a source.
pub fn unfit(error: PlaceError) -> CliError {
    let (what, hint) = (error.to_string(), Some(error.hint()));
    match error {
        PlaceError::Reserved(name) => taken(&name),
        PlaceError::Nothing { .. } | PlaceError::Unfit(_) => CliError::Usage { what, hint },
    }
}

/// The error for a name that another source has.
pub fn taken(name: &str) -> CliError {
    CliError::Failed {
        what: format!("the name `{name}` is taken"),
        hint: Some("give another one with --name".into()),
    }
}

/// The error for an address that another source visits.
pub fn visited(name: &str, address: &str) -> CliError {
    CliError::Failed {
        what: format!("the source `{name}` visits {address} already"),
        hint: Some(format!("`reservoir source edit {name}` changes it")),
    }
}

/// The error for a source that is not a person's to change.
pub fn own(name: &str) -> CliError {
    CliError::Failed {
        what: format!("`{name}` is the program's own source"),
        hint: Some("only folders and feeds can be changed".into()),
    }
}
