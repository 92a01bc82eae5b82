//! What could not be read, and what to do about it.

use std::fmt;

/// One thing that could not be read; everything else goes on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// A path or an address.
    pub path: String,
    /// From 1, where one line is to blame.
    pub line: Option<u64>,
    /// What is wrong, lower case, no full stop.
    pub what: String,
    /// What the user can do.
    pub hint: String,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, what: impl Into<String>, hint: &str) -> Self {
        Self { path: path.into(), line: None, what: what.into(), hint: hint.to_owned() }
    }

    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the operation that failed on `path`.
    pub(crate) fn io(path: impl Into<String>, doing: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let hint = match error.kind() {
            ErrorKind::PermissionDenied => "give this user the right to read it, or leave it out",
            ErrorKind::NotFound => "check the path",
            _ => "check the disk, then read it again",
        };
        Self::new(path, format!("cannot {doing}: {}", plain(error)), hint)
    }
}

/// An I/O error without the operating system's number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

impl std::error::Error for Problem {}
