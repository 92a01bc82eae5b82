//! What a command is told to read: a file, or standard input.

use super::CliError;
use crate::text::decode;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Most bytes that are read: 64 MiB.
const MAX: u64 = 64 << 20;

/// A text with what to call it in messages.
#[derive(Debug)]
pub struct Input {
    pub name: String,
    pub text: String,
}

impl Input {
    /// Reads a file, or standard input for `-`, in whatever encoding it is.
    ///
    /// # Errors
    /// Where it is not there, is no file, is too large or holds no text.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let name = if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        let bytes = bytes(path).map_err(|error| unreadable(&name, &error))?;
        if bytes.len() as u64 > MAX {
            return Err(usage(format!("{name} is larger than {} MiB", MAX >> 20), "split it"));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            let hint = "save it as CSV, or unpack it";
            return Err(usage(format!("{name} is a ZIP archive (or an office document)"), hint));
        }
        let text = decode(&bytes, None).text.into_owned();
        if text.contains('\0') {
            return Err(usage(format!("{name} is a binary file"), "name a text file"));
        }
        if text.trim().is_empty() {
            return Err(usage(format!("{name} is empty"), "nothing was changed"));
        }
        Ok(Self { name, text })
    }

    /// Line and column, from 1, of a byte of the text; columns count characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(MAX + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> CliError {
    let what = format!("cannot read {name}: {error}");
    match error.kind() {
        ErrorKind::NotFound => {
            CliError::NotFound { what, hint: Some("name a file that exists".into()) }
        }
        ErrorKind::IsADirectory => usage(format!("{name} is a folder"), "name a file in it"),
        _ => CliError::Failed { what, hint: None },
    }
}

fn usage(what: String, hint: &str) -> CliError {
    CliError::Usage { what, hint: Some(hint.to_owned()) }
}
