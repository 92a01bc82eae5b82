//! Keys and colours from the user's files: at the start, and again whenever a file changes.

use crate::settings::{self, ColorDepth, Config, Home, Keymap, SettingsError, Theme};
use crate::text::sanitize_line;
use crate::tui::NewLooks;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a file was like when it was looked at: its path, when it was written, its length.
type Stamp = (PathBuf, Option<SystemTime>, u64);

/// The settings as they were at the start.
pub struct First {
    pub config: Config,
    pub keymap: Keymap,
    pub themes: Vec<Theme>,
    /// What could not be used, in words.
    pub notices: Vec<String>,
}

/// Watches the files; a look costs a few calls to the system.
pub struct Looks {
    home: Home,
    /// The last that could be read.
    config: Config,
    seen: Vec<Stamp>,
}

/// Reads everything; what is bad is replaced by the defaults and told: a typing mistake must not
/// lock a reviewer out.
pub fn load(home: &Home) -> First {
    let mut notices = Vec::new();
    let config = Config::load(&home.config_file()).unwrap_or_else(|error| {
        notices.push(format!("using the defaults: {error}"));
        Config::default()
    });
    let folder = home.keymaps_folder();
    let keymap = settings::load_keymap(&config.ui.keymap, Some(&folder)).unwrap_or_else(|error| {
        notices.push(format!("using the default keys: {error}"));
        settings::load_keymap("default", None)
            .expect("invariant: the shipped keymaps load, as a test holds")
    });
    let (themes, bad) = load_themes(home, depth(&config));
    notices.extend(bad.iter().map(|(_, error)| format!("leaving out a theme: {error}")));
    First { config, keymap, themes, notices }
}

impl Looks {
    /// Watches from now on.
    pub fn new(home: Home, config: Config) -> Self {
        let seen = stamps(&home);
        Self { home, config, seen }
    }

    /// What is to be used now, if a file changed since the last look; of what cannot be read the
    /// last good one stays. Blocks for a moment.
    pub fn look(&mut self) -> Option<NewLooks> {
        let now = stamps(&self.home);
        if now == self.seen {
            return None;
        }
        self.seen = now;
        let mut problems = Vec::new();
        match Config::load(&self.home.config_file()) {
            Ok(config) => self.config = config,
            Err(error) => problems.push(in_a_line(&error)),
        }
        let folder = self.home.keymaps_folder();
        let keymap = settings::load_keymap(&self.config.ui.keymap, Some(&folder));
        let keymap = keymap.map_err(|error| problems.push(in_a_line(&error))).ok();
        let (themes, bad) = load_themes(&self.home, depth(&self.config));
        problems.extend(bad.iter().map(|(_, error)| in_a_line(error)));
        Some(NewLooks {
            keymap,
            themes,
            kept: bad.into_iter().map(|(name, _)| name).collect(),
            theme: self.config.ui.theme.clone(),
            problems,
        })
    }
}

fn depth(config: &Config) -> ColorDepth {
    config.color_depth(|name| std::env::var(name).ok())
}

/// The themes that load, and the names of those that do not, with the reason.
fn load_themes(home: &Home, depth: ColorDepth) -> (Vec<Theme>, Vec<(String, SettingsError)>) {
    let folder = home.themes_folder();
    let (mut themes, mut bad) = (Vec::new(), Vec::new());
    for name in settings::list_themes(Some(&folder)) {
        match settings::load_theme(&name, Some(&folder), depth) {
            Ok(theme) => themes.push(theme),
            Err(error) => bad.push((name, error)),
        }
    }
    (themes, bad)
}

/// The first problem, with its place, and how many more there are.
fn in_a_line(error: &SettingsError) -> String {
    let said = match error.problems() {
        [] => error.to_string(),
        [first] => first.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    };
    sanitize_line(&said).into_owned()
}

fn stamps(home: &Home) -> Vec<Stamp> {
    let mut stamps = vec![stamp(home.config_file())];
    for folder in [home.keymaps_folder(), home.themes_folder()] {
        stamps.extend(files(&folder).into_iter().map(stamp));
    }
    stamps.sort();
    stamps
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn stamp(path: PathBuf) -> Stamp {
    let about = std::fs::metadata(&path).ok();
    let length = about.as_ref().map_or(0, std::fs::Metadata::len);
    let written = about.and_then(|about| about.modified().ok());
    (path, written, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Action;

    #[test]
    fn a_file_that_changes_is_read_again_and_a_bad_one_keeps_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::under(folder.path());
        std::fs::create_dir_all(home.keymaps_folder()).unwrap();
        std::fs::create_dir_all(home.themes_folder()).unwrap();
        let mut looks = Looks::new(home.clone(), Config::default());
        assert!(looks.look().is_none());
        std::fs::write(home.config_file(), "[ui]\nkeymap = \"mine\"\n").unwrap();
        let mine = home.keymaps_folder().join("mine.toml");
        std::fs::write(&mine, "[item]\napprove = \"A\"\n").unwrap();
        let keymap = looks.look().unwrap().keymap.unwrap();
        assert_eq!(keymap.shown_key(Action::Approve), "A");
        assert!(looks.look().is_none());
        std::fs::write(&mine, "[item]\napprove = \"A\"\nfly = \"F\"\n").unwrap();
        let bad = looks.look().unwrap();
        assert!(bad.keymap.is_none());
        assert!(bad.problems[0].contains("mine.toml:3:1: "), "{:?}", bad.problems);
        std::fs::write(home.themes_folder().join("odd.toml"), "text = 3\n").unwrap();
        let bad = looks.look().unwrap();
        assert_eq!(bad.kept, ["odd"]);
        assert!(bad.themes.len() >= 4, "the others load");
    }
}
