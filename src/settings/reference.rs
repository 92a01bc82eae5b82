//! The table of keys that help texts outside the screens show: the man page and README.

use super::action::{REGISTRY, Scope};
use super::key::show_sequence;
use super::keymap::Keymap;

/// One action as a reference lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    pub scope: Scope,
    /// Every key, separated by commas; empty for what only the palette reaches.
    pub keys: String,
    pub title: &'static str,
    pub about: &'static str,
}

/// Every action in the order of the registry.
pub fn key_lines(keymap: &Keymap) -> Vec<KeyLine> {
    REGISTRY
        .iter()
        .map(|entry| {
            let keys: Vec<String> =
                keymap.keys_of(entry.action).iter().map(|keys| show_sequence(keys)).collect();
            KeyLine {
                scope: entry.scope,
                keys: keys.join(", "),
                title: entry.title,
                about: entry.about,
            }
        })
        .collect()
}

/// The same as a Markdown table for each scope, which README carries.
pub fn key_tables(keymap: &Keymap) -> String {
    let lines = key_lines(keymap);
    let mut text = String::new();
    for scope in Scope::ALL {
        let mut of_scope = lines.iter().filter(|line| line.scope == scope).peekable();
        if of_scope.peek().is_none() {
            continue;
        }
        text.push_str(&format!("\n**{}**\n\n| keys | does |\n|---|---|\n", scope.title()));
        for line in of_scope {
            let keys: Vec<String> = line
                .keys
                .split(", ")
                .filter(|keys| !keys.is_empty())
                .map(|keys| format!("`{}`", keys.replace('|', "\\|")))
                .collect();
            let keys = if keys.is_empty() { "by the palette".to_owned() } else { keys.join(" ") };
            text.push_str(&format!("| {keys} | {} |\n", line.about));
        }
    }
    text
}
