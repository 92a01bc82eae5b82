//! Every shipped settings file is known to the program and loads without a problem.

use reservoir::settings::{
    ColorDepth, Home, list_prompts, list_themes, load_keymap, load_prompt, load_theme,
    shipped_keymaps,
};
use std::path::Path;

/// The names of the files in a top-level folder.
fn files(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<String> = std::fs::read_dir(path)
        .expect(folder)
        .map(|entry| entry.expect(folder).path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn sorted<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort();
    names
}

#[test]
fn every_shipped_keymap_is_known_and_loads() {
    assert_eq!(files("keymaps"), sorted(shipped_keymaps()));
    for name in shipped_keymaps() {
        load_keymap(name, None).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn every_shipped_theme_is_known_and_loads() {
    assert_eq!(files("themes"), sorted(list_themes(None)));
    for name in list_themes(None) {
        for depth in [ColorDepth::None, ColorDepth::Sixteen, ColorDepth::Indexed, ColorDepth::True]
        {
            load_theme(&name, None, depth).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn every_shipped_prompt_is_known_and_loads() {
    assert_eq!(files("prompts"), sorted(list_prompts()));
    for name in list_prompts() {
        load_prompt(name, None).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_users_files_overlay_the_shipped_ones() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::under(folder.path());
    std::fs::create_dir_all(home.themes_folder()).unwrap();
    std::fs::create_dir_all(home.keymaps_folder()).unwrap();
    std::fs::write(home.themes_folder().join("dusk.toml"), "inherits = \"dark\"").unwrap();
    std::fs::write(home.keymaps_folder().join("default.toml"), "[app]\nhelp = \"f2\"").unwrap();
    assert!(list_themes(Some(&home.themes_folder())).contains(&"dusk".to_owned()));
    let keymap = load_keymap("default", Some(&home.keymaps_folder())).unwrap();
    assert_eq!(keymap.shown_key(reservoir::settings::Action::Help), "f2");
    assert_eq!(keymap.shown_key(reservoir::settings::Action::Approve), "a");
}
