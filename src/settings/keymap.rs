//! Keymaps: which keys mean which action where.

mod load;

pub use load::{load_keymap, shipped_keymaps};

use super::action::{Action, Context, REGISTRY};
use super::key::{Key, KeySequence};
use std::collections::BTreeMap;

/// What a sequence of keys means somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    Action(Action),
    /// Longer sequences begin like this.
    Prefix,
    Nothing,
}

/// What may follow a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub key: Key,
    /// The action it completes, or the prefix goes on.
    pub action: Option<Action>,
}

/// Keys by action, and the other way round by context.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keymap {
    pub name: String,
    keys: BTreeMap<Action, Vec<KeySequence>>,
    by_context: BTreeMap<Context, Trie>,
}

/// A node: what ends here, what goes on from here in the order of the registry.
#[derive(Debug, Clone, Default, PartialEq)]
struct Trie {
    action: Option<Action>,
    next: Vec<(Key, Trie)>,
}

impl Trie {
    fn insert(&mut self, keys: &[Key], action: Action) {
        let Some((first, rest)) = keys.split_first() else {
            self.action.get_or_insert(action);
            return;
        };
        let at = self.next.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
            self.next.push((*first, Self::default()));
            self.next.len() - 1
        });
        self.next[at].1.insert(rest, action);
    }

    fn find(&self, keys: &[Key]) -> Option<&Self> {
        let Some((first, rest)) = keys.split_first() else { return Some(self) };
        self.next.iter().find(|(key, _)| key == first)?.1.find(rest)
    }
}

impl Keymap {
    fn new(name: String, keys: BTreeMap<Action, Vec<KeySequence>>) -> Self {
        let mut by_context = BTreeMap::new();
        for context in Context::ALL {
            let mut trie = Trie::default();
            for scope in context.scopes() {
                for entry in REGISTRY.iter().filter(|entry| entry.scope == *scope) {
                    for sequence in keys.get(&entry.action).into_iter().flatten() {
                        trie.insert(sequence, entry.action);
                    }
                }
            }
            by_context.insert(context, trie);
        }
        Self { name, keys, by_context }
    }

    /// What `keys`, pressed one after the other, mean in `context`.
    pub fn lookup(&self, context: Context, keys: &[Key]) -> Lookup {
        let node = self.by_context.get(&context).and_then(|trie| trie.find(keys));
        match node {
            Some(Trie { action: Some(action), .. }) => Lookup::Action(*action),
            Some(trie) if !trie.next.is_empty() => Lookup::Prefix,
            _ => Lookup::Nothing,
        }
    }

    /// What may follow `prefix` in `context`.
    pub fn hints(&self, context: Context, prefix: &[Key]) -> Vec<Hint> {
        let node = self.by_context.get(&context).and_then(|trie| trie.find(prefix));
        let next = node.map(|node| node.next.as_slice()).unwrap_or_default();
        next.iter().map(|(key, trie)| Hint { key: *key, action: trie.action }).collect()
    }

    /// Every sequence bound to `action`, the first being the one that hints name.
    pub fn keys_of(&self, action: Action) -> &[KeySequence] {
        self.keys.get(&action).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first sequence of `action` as people write it; empty where it has no key.
    pub fn shown_key(&self, action: Action) -> String {
        self.keys_of(action).first().map(|keys| super::key::show_sequence(keys)).unwrap_or_default()
    }
}
