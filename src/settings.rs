//! Paths, config, keymaps, themes, prompts and the registry of actions: load, check, explain.
//!
//! Does: find the user's folders, read and check settings files, say what is wrong with
//! file:line:column and what to write instead. Does not: hold state, print, or open a store.

mod account;
pub mod action;
mod check;
pub mod config;
pub mod key;
pub mod keymap;
pub mod paths;
mod problem;
pub mod prompt;
mod reference;
mod secret;
pub mod theme;

pub use action::{Action, Context, Entry, REGISTRY, Scope};
pub use check::check_all;
pub use config::{
    Config, ModelsConfig, NetConfig, PriceConfig, ProviderConfig, Refine, ReviewConfig,
};
pub use key::{Key, KeySequence};
pub use keymap::{Keymap, load_keymap, shipped_keymaps};
pub use paths::{DEFAULT_WORKSPACE, Home, Workspace};
pub use problem::{Problem, SettingsError};
pub use prompt::{Prompt, Rendered, Tier, list_prompts, load_prompt};
pub use reference::{KeyLine, key_lines, key_tables};
pub use secret::{Secret, SecretError, SecretReference};
pub use theme::{ColorDepth, Role, Theme, list_themes, load_theme};
