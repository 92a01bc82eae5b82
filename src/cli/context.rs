//! What a command works with: folders, settings, the store, and where to write.

use super::output::Output;
use super::{CliError, Global};
use crate::jobs::{Embedder, Pipeline, PipelineSettings, desk};
use crate::llm::{Models, SystemClock};
use crate::model::{Origin, Refusal};
use crate::net::{Client, NetSettings};
use crate::review::{ReviewError, Reviewer};
use crate::settings::{Config, Home, NetConfig, SettingsError, Workspace};
use crate::store::{Store, StoreError};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The surroundings of one command.
pub struct Context {
    pub home: Home,
    pub workspace: Workspace,
    pub global: Global,
    pub output: Output,
    /// The clock that the store is opened with.
    pub clock: fn() -> Timestamp,
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
        Ok(Self { home, workspace, global, output, clock: Timestamp::now })
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
        Ok(Store::open(&self.workspace.store_file())?.with_clock(self.clock))
    }

    /// Who decides by this command: from the config, else the account.
    ///
    /// # Errors
    /// As [`Context::config`].
    pub fn reviewer(&self) -> Result<Reviewer, CliError> {
        let name = self.config()?.reviewer_name(|key| std::env::var(key).ok());
        Ok(Reviewer { name, origin: Origin::CommandLine, now: (self.clock)() })
    }
}

impl Context {
    /// The pipeline over this workspace's store, with every core at its service.
    ///
    /// # Errors
    /// Where the store or the settings cannot be opened.
    pub fn pipeline(&self) -> Result<Pipeline, CliError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.pipeline_over(self.open_store()?, cores)
    }

    /// The pipeline over an open store, with at most `workers` threads, or what the config says.
    ///
    /// # Errors
    /// Where the settings cannot be read or the client not be made.
    pub fn pipeline_over(&self, store: Store, workers: usize) -> Result<Pipeline, CliError> {
        let config = self.config()?;
        let said = usize::from(config.pipeline.workers);
        let settings = PipelineSettings {
            index_folder: self.workspace.index_folder(),
            workers: if said == 0 { workers } else { said },
            minimum_confidence: config.pipeline.minimum_confidence,
            owner: owner(),
        };
        let client =
            Client::new(net_settings(&config.net)).map_err(|error| CliError::failed(&error))?;
        let models = models(&config, &store)?;
        let pipeline = Pipeline::new(store, client, settings)?
            .with_taxonomy_file(self.home.taxonomy_file())
            .with_embedder(embedder(&config, models.as_ref()));
        Ok(match models {
            Some(models) => {
                pipeline.with_models(models, config.models.refine, self.home.prompts_folder())
            }
            None => pipeline,
        })
    }

    /// What makes vectors instead of the embedded model, where the config asks for it.
    ///
    /// # Errors
    /// Where the settings cannot be read or no connection be set up.
    pub fn embedder(&self, store: &Store) -> Result<Option<Embedder>, CliError> {
        let config = self.config()?;
        Ok(embedder(&config, models(&config, store)?.as_ref()))
    }

    /// A token that Ctrl-C cancels; a second Ctrl-C ends the program at once.
    pub fn cancel_on_interrupt(&self) -> CancellationToken {
        let token = CancellationToken::new();
        let cancelled = token.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancelled.cancel();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
        token
    }
}

fn models(config: &Config, store: &Store) -> Result<Option<Models>, CliError> {
    let variable = |name: &str| std::env::var(name).ok();
    Models::configured(&config.models, desk(store), Arc::new(SystemClock), variable)
        .map_err(|error| CliError::failed(&error))
}

fn embedder(config: &Config, models: Option<&Models>) -> Option<Embedder> {
    Embedder::new(models?.clone(), &config.models.embeddings)
}

/// Who runs the pipeline, as `host:process`.
fn owner() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "localhost" } else { host.trim() };
    format!("{host}:{}", std::process::id())
}

fn net_settings(config: &NetConfig) -> NetSettings {
    let defaults = NetSettings::default();
    NetSettings {
        agent: if config.agent.is_empty() { defaults.agent } else { config.agent.clone() },
        total_timeout: Duration::from_secs(u64::from(config.timeout_seconds)),
        max_body: (config.max_body_mib as usize) << 20,
        host_delay: Duration::from_millis(u64::from(config.delay_ms)),
        allowed_hosts: config.allowed_private_hosts.clone(),
        ..defaults
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
            Refusal::BadValue { .. } => Self::Usage { what, hint: None },
            _ => Self::Failed { what, hint: None },
        }
    }
}
