//! The command line: argument parsing, one file a command, human and `--json` output.
//!
//! Does: turn arguments into calls on the rooms below and answers into text or JSON. Does not:
//! hold rules of its own, or open the workbench (that is `app`).

mod error;
pub mod eval;

pub use error::CliError;
