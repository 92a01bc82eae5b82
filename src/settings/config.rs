//! `config.toml`: what a user may set, checked against one table of keys.

mod check;
mod models;

pub use models::{ModelsConfig, PriceConfig, ProviderConfig, Refine};

use super::problem::{SettingsError, Source, read};
use super::theme::ColorDepth;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Everything a user may set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub reviewer: ReviewerConfig,
    pub review: ReviewConfig,
    pub ui: UiConfig,
    pub pipeline: PipelineConfig,
    pub net: NetConfig,
    pub search: SearchConfig,
    pub models: ModelsConfig,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewerConfig {
    /// Empty for the name of the account.
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewConfig {
    /// Reviewers who must give an item the same verdict before it leaves the inbox, 1..=9.
    pub opinions: u8,
    /// Items that one claim takes.
    pub batch: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiConfig {
    pub theme: String,
    pub keymap: String,
    pub color: ColorSetting,
    pub accessible: bool,
    pub mouse: bool,
    /// Whether addresses are links where the terminal knows them (OSC 8).
    pub links: bool,
    /// Empty for `$VISUAL`, then `$EDITOR`.
    pub editor: String,
}

/// How many colours to draw: as the environment says, or as said here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColorSetting {
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(untagged)]
    Depth(ColorDepth),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineConfig {
    /// Threads for extraction and the like; 0 for one less than the machine has.
    pub workers: u16,
    /// Drafts less certain than this are not stored, 0..=1.
    pub minimum_confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetConfig {
    /// Empty for the program's own name and version.
    pub agent: String,
    pub timeout_seconds: u32,
    pub max_body_mib: u32,
    /// Least pause between two requests to one host.
    pub delay_ms: u32,
    /// Hosts that may be asked although their address is private.
    pub allowed_private_hosts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchConfig {
    /// Share of words in the fused score, 0..=1; the rest is meaning.
    pub weight: f32,
}

impl Default for ReviewConfig {
    fn default() -> Self {
        Self { opinions: 1, batch: 20 }
    }
}

impl Default for UiConfig {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            keymap: "default".to_owned(),
            color: ColorSetting::Auto,
            accessible: false,
            mouse: true,
            links: true,
            editor: String::new(),
        }
    }
}

impl Default for PipelineConfig {
    fn default() -> Self {
        Self { workers: 0, minimum_confidence: 0.2 }
    }
}

impl Default for NetConfig {
    fn default() -> Self {
        Self {
            agent: String::new(),
            timeout_seconds: 30,
            max_body_mib: 15,
            delay_ms: 1000,
            allowed_private_hosts: Vec::new(),
        }
    }
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self { weight: 0.5 }
    }
}

impl Config {
    /// Reads the file; where there is none, the defaults.
    ///
    /// # Errors
    /// `SettingsError::Read` where it is there but cannot be read; `SettingsError::Invalid` with
    /// every problem found.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = read("config", path)?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a config that stands in `text`, called `file` in messages.
    ///
    /// # Errors
    /// `SettingsError::Invalid` with every problem found.
    pub fn parse(file: &str, text: &str) -> Result<Self, SettingsError> {
        let source = Source { name: file, text };
        let problems = check::check(&source);
        if !problems.is_empty() {
            return Err(SettingsError::Invalid(problems));
        }
        let config: Self = toml::from_str(text)
            .map_err(|error| SettingsError::Invalid(vec![source.toml_problem(&error)]))?;
        let place_of = |name: &str| {
            let at = text.find(&format!("\"{name}\"")).unwrap_or(0);
            at..at
        };
        let wrong = config.contradictions();
        if wrong.is_empty() {
            return Ok(config);
        }
        let problems = wrong.into_iter().map(|(name, what)| source.problem(place_of(name), what));
        Err(SettingsError::Invalid(problems.collect()))
    }

    /// The settings in force, as TOML.
    pub fn show(&self) -> String {
        toml::to_string(self).expect("invariant: settings are plain TOML")
    }

    /// A file for `config init`: each key with its default and what it does, commented out.
    pub fn template() -> String {
        check::template()
    }

    /// How many colours to draw in this environment.
    pub fn color_depth(&self, variable: impl Fn(&str) -> Option<String>) -> ColorDepth {
        match self.ui.color {
            ColorSetting::Auto => ColorDepth::detect(variable),
            ColorSetting::Depth(depth) => depth,
        }
    }
}
