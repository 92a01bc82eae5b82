//! What a command works with: folders, settings, the store, and where to write.

use super::output::Output;
use super::{CliError, Global};
use crate::model::{Origin, Refusal};
use crate::review::{ReviewError, Reviewer};
use crate::settings::{Config, Home, SettingsError, Workspace};
use crate::store::{Store, StoreError};
use jiff::Timestamp;

/// The surroundings of one command.
pub struct Context {
    pub home: Home,
    pub workspace: Workspace,
    pub global: Global,
    pub output: Output,
}

impl Context {
    /// Finds the folders that the arguments name.
    ///
    /// # Errors
    /// Where the platform names none, or the workspace's name is unfit.
    pub fn new(global: Global) -> Result<Self, CliError> {
        let home = Home::find(global.home.as_deref())?;
        let workspace = home.workspace(&global.workspace)?;
        let output = Output { is_json: global.json, is_quiet: global.quiet };
        Ok(Self { home, workspace, global, output })
    }

    /// The settings in force.
    ///
    /// # Errors
    /// Where the file cannot be read or is wrong; the message names line and column.
    pub fn config(&self) -> Result<Config, CliError> {
        Ok(Config::load(&self.home.config_file())?)
    }

    /// Opens the workspace's store, making it at first.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open_store(&self) -> Result<Store, CliError> {
        Ok(Store::open(&self.workspace.store_file())?)
    }

    /// Who decides by this command: from the config, else the account.
    ///
    /// # Errors
    /// As [`Context::config`].
    pub fn reviewer(&self) -> Result<Reviewer, CliError> {
        let name = self.config()?.reviewer_name(|key| std::env::var(key).ok());
        Ok(Reviewer { name, origin: Origin::CommandLine, now: Timestamp::now() })
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let hint = error.hint();
        let failed = Self::failed(&error);
        match hint {
            Some(hint) => failed.with_hint(hint),
            None => failed,
        }
    }
}

impl From<SettingsError> for CliError {
    fn from(error: SettingsError) -> Self {
        Self::failed(&error)
    }
}

impl From<ReviewError> for CliError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Store(error) => error.into(),
            ReviewError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        let what = refusal.to_string();
        match refusal {
            Refusal::Unknown(_) => {
                Self::NotFound { what, hint: Some("see `reservoir list` for what there is".into()) }
            }
            _ => Self::Failed { what, hint: None },
        }
    }
}
