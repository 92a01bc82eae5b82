//! Keys as people write them: `ctrl-d`, `g g`, `space`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;
use std::str::FromStr;

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub struct Key {
    pub code: KeyCode,
    pub modifiers: KeyModifiers,
}

/// Several presses, one after the other.
pub type KeySequence = Vec<Key>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key is missing")]
    Empty,
    #[error("no key is called `{0}`")]
    Unknown(String),
    #[error("no modifier is called `{0}`; there are ctrl, alt and shift")]
    Modifier(String),
}

/// Names of keys that have no character of their own; the first name of a code is how it is
/// written.
const NAMES: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("minus", KeyCode::Char('-')),
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Key {
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        Self { code, modifiers }.normal()
    }

    /// A character key without modifiers.
    pub fn char(c: char) -> Self {
        Self::new(KeyCode::Char(c), KeyModifiers::NONE)
    }

    /// The one form in which keys are compared: shift is part of a letter, backtab is not
    /// shift-tab, and lock states do not count.
    fn normal(self) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let (mut code, mut modifiers) = (self.code, self.modifiers & known);
        match code {
            KeyCode::Char(c) => {
                if modifiers.contains(KeyModifiers::SHIFT) && c.is_lowercase() {
                    let mut upper = c.to_uppercase();
                    if let (Some(one), None) = (upper.next(), upper.next()) {
                        code = KeyCode::Char(one);
                    }
                }
                modifiers -= KeyModifiers::SHIFT;
            }
            KeyCode::BackTab => modifiers -= KeyModifiers::SHIFT,
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => {
                code = KeyCode::BackTab;
                modifiers -= KeyModifiers::SHIFT;
            }
            _ => {}
        }
        Self { code, modifiers }
    }

    /// The character it types, where it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// The digit it types.
    pub fn digit(self) -> Option<u32> {
        self.typed().and_then(|c| c.to_digit(10))
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (flag, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(flag) {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "f{n}"),
            _ => f.write_str("?"),
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut rest = text.trim();
        let mut modifiers = KeyModifiers::NONE;
        while let Some((modifier, after)) = rest.split_once('-') {
            if modifier.is_empty() || after.is_empty() {
                break;
            }
            modifiers |= match modifier.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
                "alt" | "meta" | "a" | "m" => KeyModifiers::ALT,
                "shift" | "s" => KeyModifiers::SHIFT,
                _ => return Err(KeyError::Modifier(modifier.to_owned())),
            };
            rest = after;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (None, _) => return Err(KeyError::Empty),
            (Some(c), None) if !c.is_control() => KeyCode::Char(c),
            _ => named(rest).ok_or_else(|| KeyError::Unknown(rest.to_owned()))?,
        };
        Ok(Self::new(code, modifiers))
    }
}

fn named(name: &str) -> Option<KeyCode> {
    let name = name.to_ascii_lowercase();
    let by_name = NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    by_name.or_else(|| {
        let number: u8 = name.strip_prefix('f')?.parse().ok()?;
        (1..=24).contains(&number).then_some(KeyCode::F(number))
    })
}

/// Reads a sequence such as `g g` or `ctrl-x ctrl-s`.
///
/// # Errors
/// The first key that cannot be read.
pub fn parse_sequence(text: &str) -> Result<KeySequence, KeyError> {
    let keys: KeySequence = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(KeyError::Empty) } else { Ok(keys) }
}

/// Writes a sequence as `parse_sequence` reads it.
pub fn show_sequence(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Every name that `Key` accepts for a key without a character, for hints.
pub(crate) fn key_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("ctrl-d", KeyCode::Char('d'), KeyModifiers::CONTROL)]
    #[case("G", KeyCode::Char('G'), KeyModifiers::NONE)]
    #[case("shift-g", KeyCode::Char('G'), KeyModifiers::NONE)]
    #[case("shift-tab", KeyCode::BackTab, KeyModifiers::NONE)]
    #[case("space", KeyCode::Char(' '), KeyModifiers::NONE)]
    #[case("-", KeyCode::Char('-'), KeyModifiers::NONE)]
    #[case("ctrl--", KeyCode::Char('-'), KeyModifiers::CONTROL)]
    #[case("alt-<", KeyCode::Char('<'), KeyModifiers::ALT)]
    #[case("F12", KeyCode::F(12), KeyModifiers::NONE)]
    #[case("ctrl-alt-del", KeyCode::Delete, KeyModifiers::CONTROL.union(KeyModifiers::ALT))]
    fn a_key_is_read_as_people_write_it(
        #[case] text: &str,
        #[case] code: KeyCode,
        #[case] modifiers: KeyModifiers,
    ) {
        assert_eq!(text.parse(), Ok(Key { code, modifiers }));
    }

    #[rstest]
    #[case("")]
    #[case("hyper-x")]
    #[case("entr")]
    #[case("f99")]
    fn what_is_no_key_is_refused(#[case] text: &str) {
        assert!(text.parse::<Key>().is_err(), "{text}");
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let code = prop_oneof![
            any::<char>()
                .prop_filter("printable", |c| !c.is_control() && !c.is_whitespace())
                .prop_map(KeyCode::Char),
            proptest::sample::select(NAMES).prop_map(|(_, code)| code),
            (1u8..=24).prop_map(KeyCode::F),
        ];
        (code, 0u8..8)
            .prop_map(|(code, bits)| Key::new(code, KeyModifiers::from_bits_truncate(bits)))
    }

    proptest! {
        #[test]
        fn a_sequence_is_read_back_as_it_is_written(keys in proptest::collection::vec(any_key(), 1..4)) {
            prop_assert_eq!(parse_sequence(&show_sequence(&keys)), Ok(keys));
        }
    }
}
