//! Every settings file of a home, checked at once.

use super::theme::ColorDepth;
use super::{Config, Home, SettingsError, keymap, theme};
use std::path::Path;

/// What is wrong in the config and in the user's keymaps and themes, a line each; empty when all
/// is well.
pub fn check_all(home: &Home) -> Vec<String> {
    let config = Config::load(&home.config_file());
    let named = config.as_ref().map(|config| (config.ui.keymap.clone(), config.ui.theme.clone()));
    let mut problems = lines(config.as_ref().err());
    let (keymaps, themes) = (home.keymaps_folder(), home.themes_folder());
    let (named_keymap, named_theme) = named.unwrap_or_default();
    for name in names(&keymaps, &named_keymap) {
        problems.extend(lines(keymap::load_keymap(&name, Some(&keymaps)).err().as_ref()));
    }
    for name in names(&themes, &named_theme) {
        let loaded = theme::load_theme(&name, Some(&themes), ColorDepth::True);
        problems.extend(lines(loaded.err().as_ref()));
    }
    problems
}

/// The user's own files, and the one that the config names.
fn names(folder: &Path, configured: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let own = entries.filter_map(|entry| {
        entry.path().file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
    });
    let mut names: Vec<String> =
        own.chain((!configured.is_empty()).then(|| configured.to_owned())).collect();
    names.sort();
    names.dedup();
    names
}

fn lines(error: Option<&SettingsError>) -> Vec<String> {
    match error {
        None => Vec::new(),
        Some(error) if error.problems().is_empty() => vec![crate_words(error)],
        Some(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

fn crate_words(error: &SettingsError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
