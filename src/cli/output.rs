//! Standard output, for people or as JSON.

use super::CliError;
use crate::text::{sanitize, sanitize_line};
use serde::Serialize;
use std::io::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where and how a command answers.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub is_json: bool,
    pub is_quiet: bool,
}

impl Output {
    /// Writes one JSON value on a line of its own.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn json<T: Serialize>(&self, value: &T) -> Result<(), CliError> {
        let text = serde_json::to_string(value).map_err(|error| CliError::failed(&error))?;
        write_line(&text)
    }

    /// Writes a line for a person; nothing under `--json` and `--quiet`.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn line(&self, text: &str) -> Result<(), CliError> {
        if self.is_json || self.is_quiet {
            return Ok(());
        }
        write_line(&sanitize(text))
    }

    /// Writes the same answer as a line for people or as JSON for programs.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn answer<T: Serialize>(&self, value: &T, words: &str) -> Result<(), CliError> {
        if self.is_json { self.json(value) } else { self.line(words) }
    }
}

fn write_line(text: &str) -> Result<(), CliError> {
    write_bytes(format!("{text}\n").as_bytes())
}

/// Writes bytes to standard output as they are: a script, a manual page.
///
/// # Errors
/// Where standard output cannot be written.
pub fn write_bytes(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // The reader went away (`| head`): there is nobody left to tell.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => outcome.map_err(|error| CliError::failed(&error)),
    }
}

/// `text` cut or padded to exactly `width` columns.
pub fn column(text: &str, width: usize) -> String {
    let text = sanitize_line(text);
    let mut kept = String::with_capacity(width);
    let mut used = 0;
    let total = text.width();
    for letter in text.chars() {
        let next = used + letter.width().unwrap_or(0);
        if next > width || (next == width && total > width) {
            kept.push('…');
            used += 1;
            break;
        }
        kept.push(letter);
        used = next;
    }
    kept.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    kept
}

/// `1 item`, `3 items`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_asked_whatever_stands_in_it() {
        for text in ["short", "a title that is too long for it", "日本語の長い題名です", ""]
        {
            assert_eq!(column(text, 12).width(), 12, "{text}");
        }
    }
}
