//! Secrets: settings name where one stands, never the secret itself.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A secret in memory. It has no `Display` and no `Serialize`, and its `Debug` tells nothing, so
/// that it cannot reach a log, a message or a file by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the secret blotted out.
    pub fn scrub(&self, text: &str) -> String {
        // A shorter secret would blot out ordinary words.
        if self.0.len() < 6 { text.to_owned() } else { text.replace(&self.0, "[secret]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret stands: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum SecretReference {
    Environment(String),
    File(PathBuf),
}

/// Why a secret cannot be had. Never holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("a secret is named as env:NAME or file:PATH, never written down")]
    Form,
    #[error("the variable {0} is not set")]
    Unset(String),
    #[error("cannot read the secret in {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the secret of {0} is empty or holds characters that no header can carry")]
    Unfit(String),
}

impl SecretReference {
    /// Fetches the secret; `variable` looks into the environment.
    ///
    /// # Errors
    /// Where there is none, or none that an HTTP header can carry.
    pub fn load(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Secret, SecretError> {
        let text = match self {
            Self::Environment(name) => {
                variable(name).ok_or_else(|| SecretError::Unset(name.clone()))?
            }
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|source| SecretError::Read { path: path.clone(), source })?,
        };
        let secret = text.trim();
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretError::Unfit(self.to_string()));
        }
        Ok(Secret::new(secret))
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl FromStr for SecretReference {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(SecretError::Form),
        }
    }
}

impl TryFrom<String> for SecretReference {
    type Error = SecretError;

    fn try_from(text: String) -> Result<Self, SecretError> {
        text.parse()
    }
}

impl From<SecretReference> for String {
    fn from(reference: SecretReference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_from_the_environment_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "sk-in-a-file\n").unwrap();
        let file: SecretReference = format!("file:{}", path.display()).parse().unwrap();
        assert_eq!(file.load(|_| None).unwrap().expose(), "sk-in-a-file");
        let named: SecretReference = "env:KEY".parse().unwrap();
        let set = |name: &str| (name == "KEY").then(|| "sk-set".to_owned());
        assert_eq!(named.load(set).unwrap().expose(), "sk-set");
        assert!(matches!(named.load(|_| None), Err(SecretError::Unset(name)) if name == "KEY"));
        assert!(named.load(|_| Some("two\nlines".into())).is_err());
    }

    #[test]
    fn a_secret_written_into_the_settings_is_refused_without_being_repeated() {
        let error = "sk-my-own-key".parse::<SecretReference>().unwrap_err();
        assert!(!error.to_string().contains("sk-my"));
    }

    #[test]
    fn a_secret_cannot_be_printed() {
        let secret = Secret::new("sk-123456");
        assert!(!format!("{secret:?}").contains("123"));
        assert_eq!(secret.scrub("wrong key sk-123456!"), "wrong key [secret]!");
    }
}
