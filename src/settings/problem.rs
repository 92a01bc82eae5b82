//! What is wrong in a settings file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One thing wrong in a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as a person knows it: its path, or `keymaps/vim.toml` for a shipped one.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, naming the key.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot read {what} at {}", path.display())]
    Read {
        what: String,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    #[error("no {what} called `{name}`; there are: {known}")]
    Unknown { what: &'static str, name: String, known: String },
    #[error(
        "`{0}` cannot be a workspace's name: lower-case letters, digits, - and _, at most 64 of them"
    )]
    WorkspaceName(String),
    #[error("cannot tell where the user's folders are; give --home DIR")]
    NoHome,
}

impl SettingsError {
    /// The single problems, where a file was read but found wanting.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(problems) => problems,
            _ => &[],
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A settings file's text under the name that messages give it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> Source<'a> {
    /// A problem at the byte range `at`.
    pub(crate) fn problem(&self, at: Range<usize>, what: impl Into<String>) -> Problem {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Problem {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what: what.into(),
            hint: None,
        }
    }

    /// What the TOML reader found wrong.
    pub(crate) fn toml_problem(&self, error: &toml::de::Error) -> Problem {
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        self.problem(error.span().unwrap_or(0..0), what)
    }

    /// The file as a TOML table whose keys and values know their place.
    pub(crate) fn table(&self) -> Result<toml::de::DeTable<'a>, Problem> {
        toml::de::DeTable::parse(self.text)
            .map(toml::Spanned::into_inner)
            .map_err(|error| self.toml_problem(&error))
    }
}

impl Problem {
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the nearest of `known` as the hint, or all of them where none is near and they are few.
    pub(crate) fn with_nearest<'k>(
        mut self,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        self.hint = match nearest(name, known.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if known.len() <= 16 => Some(format!("known are: {}", known.join(", "))),
            None => None,
        };
        self
    }
}

/// The entry of `known` most like `name`, where one is like it at all.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let slips = strsim::damerau_levenshtein(&name, &candidate);
        let alike = strsim::jaro_winkler(&name, &candidate);
        (alike >= 0.8 || slips <= 1.max(name.len() / 4)).then_some(alike)
    };
    known
        .into_iter()
        .filter_map(|candidate| Some((likeness(candidate)?, candidate)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Reads a settings file whole.
pub(crate) fn read(what: &str, path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|source| SettingsError::Read {
        what: what.to_owned(),
        path: path.to_owned(),
        source,
    })
}
