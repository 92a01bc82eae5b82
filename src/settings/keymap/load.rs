//! Reads keymap files and checks them.

use super::Keymap;
use crate::settings::action::{Action, Context, REGISTRY, Scope};
use crate::settings::key::{KeyError, KeySequence, key_names, parse_sequence, show_sequence};
use crate::settings::problem::{Problem, SettingsError, Source, read};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The shipped keymaps by name.
const SHIPPED: [(&str, &str, &str); 3] = [
    ("default", "keymaps/default.toml", include_str!("../../../keymaps/default.toml")),
    ("vim", "keymaps/vim.toml", include_str!("../../../keymaps/vim.toml")),
    ("emacs", "keymaps/emacs.toml", include_str!("../../../keymaps/emacs.toml")),
];

/// The names of the shipped keymaps.
pub fn shipped_keymaps() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, ..)| *name)
}

/// Keys of one action with the place that set them.
#[derive(Debug, Clone, Default)]
struct Binding {
    sequences: Vec<(KeySequence, Place)>,
}

#[derive(Debug, Clone, Default)]
struct Place {
    file: usize,
    span: Range<usize>,
}

/// Files read so far, so that a problem found late can still be placed.
struct Loader {
    files: Vec<(String, String)>,
    bindings: BTreeMap<Action, Binding>,
    problems: Vec<Problem>,
}

/// Loads the keymap called `name`: `name.toml` in the user's folder, else the shipped one; a
/// user's file says with `inherits` which one it changes (`default` where it does not say, or the
/// shipped one of its own name).
///
/// # Errors
/// `SettingsError::Unknown` for a name that is neither; `SettingsError::Invalid` with every
/// problem found.
pub fn load_keymap(name: &str, user_folder: Option<&Path>) -> Result<Keymap, SettingsError> {
    let mut loader = Loader { files: Vec::new(), bindings: BTreeMap::new(), problems: Vec::new() };
    loader.load(name, user_folder, 0)?;
    if loader.problems.is_empty() {
        loader.check();
    }
    if !loader.problems.is_empty() {
        return Err(SettingsError::Invalid(loader.problems));
    }
    let keys = loader
        .bindings
        .into_iter()
        .map(|(action, b)| (action, b.sequences.into_iter().map(|(keys, _)| keys).collect()))
        .collect();
    Ok(Keymap::new(name.to_owned(), keys))
}

impl Loader {
    fn load(&mut self, name: &str, folder: Option<&Path>, depth: u8) -> Result<(), SettingsError> {
        let shipped = SHIPPED.iter().find(|(known, ..)| *known == name);
        let user = folder.map(|f| f.join(format!("{name}.toml"))).filter(|path| path.is_file());
        let is_users = user.is_some();
        let (file, text) = match (user, shipped) {
            (Some(path), _) => (path.display().to_string(), read("keymap", &path)?),
            (None, Some((_, file, text))) => ((*file).to_owned(), (*text).to_owned()),
            (None, None) => {
                let known = shipped_keymaps().collect::<Vec<_>>().join(", ");
                return Err(SettingsError::Unknown {
                    what: "keymap",
                    name: name.to_owned(),
                    known,
                });
            }
        };
        let source = Source { name: &file, text: &text };
        let table = match source.table() {
            Ok(table) => table,
            Err(problem) => {
                self.problems.push(problem);
                return Ok(());
            }
        };
        let parent = match table.get("inherits").map(|value| (value.span(), value.get_ref())) {
            None if is_users && shipped.is_some() => Some(name.to_owned()),
            None if name == "default" => None,
            None => Some("default".to_owned()),
            Some((_, value)) if value.is_str() => value.as_str().map(str::to_owned),
            Some((span, _)) => {
                let what = "`inherits` must be a keymap's name in quotes";
                self.problems.push(source.problem(span, what));
                None
            }
        };
        match parent {
            Some(_) if depth > 8 => {
                let what = format!("keymap `{name}` inherits itself, by way of others");
                self.problems.push(source.problem(0..0, what));
                return Ok(());
            }
            // A user's file of a shipped name changes the shipped one.
            Some(parent) if parent == name => self.load(&parent, None, depth + 1)?,
            Some(parent) => self.load(&parent, folder, depth + 1)?,
            None => {}
        }
        self.files.push((file.clone(), text.clone()));
        self.read_sections(&source, &table);
        Ok(())
    }

    fn read_sections(&mut self, source: &Source<'_>, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if name == "inherits" {
                continue;
            }
            let Some(scope) = Scope::from_name(name) else {
                let known = Scope::ALL.iter().map(|scope| scope.name());
                let what = format!("there is no section `{name}` in a keymap");
                self.problems.push(source.problem(key.span(), what).with_nearest(name, known));
                continue;
            };
            let Some(section) = value.get_ref().as_table() else {
                let what = format!("`{name}` must be a section: [{name}]");
                self.problems.push(source.problem(value.span(), what));
                continue;
            };
            for (key, value) in section {
                self.read_binding(source, scope, key, value);
            }
        }
    }

    fn read_binding(
        &mut self,
        source: &Source<'_>,
        scope: Scope,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let short = key.get_ref().as_ref();
        let Some(action) = Action::find(scope, short) else {
            let known = REGISTRY.iter().filter(|e| e.scope == scope).map(|e| e.short);
            let what = format!("there is no action `{}.{short}`", scope.name());
            self.problems.push(source.problem(key.span(), what).with_nearest(short, known));
            return;
        };
        let one = std::slice::from_ref(value);
        let values = value.get_ref().as_array().map_or(one, |array| array.as_ref());
        let mut binding = Binding::default();
        for value in values {
            let Some(text) = value.get_ref().as_str() else {
                let what = format!("keys of `{action}` must be text, as in \"ctrl-d\"");
                self.problems.push(source.problem(value.span(), what));
                continue;
            };
            let place = Place { file: self.files.len() - 1, span: value.span() };
            match parse_sequence(text) {
                Ok(keys) => binding.sequences.push((keys, place)),
                Err(error) => {
                    let problem =
                        source.problem(value.span(), format!("`{action}` = \"{text}\": {error}"));
                    self.problems.push(match &error {
                        KeyError::Unknown(name) => problem.with_nearest(name, key_names()),
                        KeyError::Modifier(name) => {
                            problem.with_nearest(name, ["ctrl", "alt", "shift"])
                        }
                        KeyError::Empty => problem.with_hint("to unbind, write []"),
                    });
                }
            }
        }
        self.bindings.insert(action, binding);
    }

    fn problem(&self, place: &Place, what: String) -> Problem {
        let (name, text) = &self.files[place.file];
        Source { name, text }.problem(place.span.clone(), what)
    }

    /// Two actions on one key, a key that hides a longer one, no way to quit, a question answered
    /// by the key that raised it.
    fn check(&mut self) {
        let mut problems = Vec::new();
        for context in Context::ALL {
            self.check_context(context, &mut problems);
        }
        self.check_questions(&mut problems);
        let quits = [Action::Quit, Action::Back, Action::Palette];
        if quits.iter().all(|action| self.sequences(*action).is_empty()) {
            let place = Place { file: self.files.len() - 1, span: 0..0 };
            let what = "no key quits: `app.quit`, `app.back` and `app.palette` are all without one";
            problems.push(self.problem(&place, what.to_owned()).with_hint("quit = \"ctrl-c\""));
        }
        for (dialog, action) in [
            ("prompts", Action::InputCancel),
            ("the palette", Action::PickerCancel),
            ("the search box", Action::SearchLeave),
            ("the edit form", Action::FormCancel),
            ("questions", Action::No),
        ] {
            if self.sequences(action).is_empty() {
                let place = Place { file: self.files.len() - 1, span: 0..0 };
                let what = format!("no key leaves {dialog}: `{action}` is without one");
                problems.push(self.problem(&place, what));
            }
        }
        problems.dedup();
        self.problems = problems;
    }

    fn sequences(&self, action: Action) -> &[(KeySequence, Place)] {
        self.bindings.get(&action).map(|b| b.sequences.as_slice()).unwrap_or_default()
    }

    fn check_context(&self, context: Context, problems: &mut Vec<Problem>) {
        let reach = |scope: Scope| context.scopes().contains(&scope);
        let bound: Vec<(Action, &KeySequence, &Place)> = REGISTRY
            .iter()
            .filter(|entry| reach(entry.scope))
            .flat_map(|e| self.sequences(e.action).iter().map(|(k, place)| (e.action, k, place)))
            .collect();
        for (index, (action, keys, place)) in bound.iter().enumerate() {
            for (other, their_keys, their_place) in &bound[..index] {
                if action == other
                    || !(keys.starts_with(their_keys) || their_keys.starts_with(keys))
                {
                    continue;
                }
                let (late, early) = if (place.file, place.span.start)
                    >= (their_place.file, their_place.span.start)
                {
                    (place, other)
                } else {
                    (their_place, action)
                };
                let (shorter, longer) = if keys.len() <= their_keys.len() {
                    (keys, their_keys)
                } else {
                    (their_keys, keys)
                };
                let what = if shorter == longer {
                    format!("`{}` means both `{action}` and `{other}`", show_sequence(keys))
                } else {
                    format!(
                        "`{}` can never be typed, since `{}` acts at once (`{action}`, `{other}`)",
                        show_sequence(longer),
                        show_sequence(shorter)
                    )
                };
                let hint = format!("give one of them another key; `{early}` had it first");
                let problem = self.problem(late, what).with_hint(hint);
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }

    fn check_questions(&self, problems: &mut Vec<Problem>) {
        for (keys, place) in self.sequences(Action::Yes) {
            for entry in REGISTRY.iter().filter(|entry| entry.traits.may_ask) {
                let asks = self.sequences(entry.action);
                if asks.iter().any(|(theirs, _)| theirs.last() == keys.last()) {
                    let what = format!(
                        "`{}` would both ask (`{}`) and answer (`confirm.yes`)",
                        show_sequence(keys),
                        entry.action
                    );
                    problems.push(self.problem(place, what));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
