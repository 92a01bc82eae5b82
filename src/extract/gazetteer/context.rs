//! How a name must stand in a text to be a tool's.

use std::ops::Range;

/// Words after which an everyday word may be a tool: "in Close", "via Front".
const PLACES: &[&str] = &[
    "in", "into", "to", "via", "with", "using", "from", "through", "on", "inside", "uses", "use",
    "connect", "connects", "bei", "mit", "über", "nach", "an", "en", "a", "con", "por", "desde",
    "dans", "avec", "sur", "vers", "no", "na", "pelo", "pela", "com", "su", "da", "di",
];

/// Nouns that make the word before them a tool: "the Front API".
const SOFTWARE: &[&str] = &[
    "account",
    "api",
    "app",
    "automation",
    "base",
    "board",
    "calendar",
    "campaign",
    "channel",
    "connector",
    "contact",
    "credential",
    "credentials",
    "crm",
    "dashboard",
    "database",
    "integration",
    "inbox",
    "module",
    "node",
    "nodes",
    "pos",
    "record",
    "scenario",
    "scenarios",
    "subscription",
    "table",
    "trigger",
    "webhook",
    "webhooks",
    "workflow",
    "workspace",
];

/// Words that may follow a tool's name without turning it into an everyday word.
const LINKING: &[&str] = &[
    "and",
    "or",
    "to",
    "for",
    "then",
    "when",
    "if",
    "as",
    "is",
    "so",
    "that",
    "which",
    "where",
    "at",
    "on",
    "by",
    "but",
    "it",
    "we",
    "i",
    "with",
    "via",
    "after",
    "before",
    "has",
    "the",
    "every",
    "using",
    "und",
    "wenn",
    "y",
    "et",
    "e",
    "because",
    "last",
    "this",
    "next",
    "now",
    "today",
    "instead",
    "only",
    "each",
    "whenever",
    "from",
    "in",
    "into",
    "sends",
    "gets",
    "while",
    "once",
    "automatically",
    "plus",
];

/// Whether hardly a letter is a capital, as in automatic captions.
pub(super) fn is_uncased(text: &str) -> bool {
    let (mut upper, mut letters) = (0usize, 0usize);
    for byte in text.bytes().take(4_000).filter(u8::is_ascii_alphabetic) {
        letters += 1;
        upper += usize::from(byte.is_ascii_uppercase());
    }
    letters > 80 && upper * 200 < letters
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() && !is_han_or_kana(c)
}

fn is_han_or_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

pub(super) fn has_borders(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let mut after = text[range.end..].chars();
    let next = after.next();
    // A plural or possessive "s" still ends the name: "Zaps", "Airtables".
    let is_plural = next == Some('s') && !after.next().is_some_and(is_word) && range.len() > 4;
    !before.is_some_and(|c| is_word(c) || c == '_')
        && (is_plural || !next.is_some_and(|c| is_word(c) || c == '_'))
}

/// Whether the name stands inside a link or an e-mail address.
pub(super) fn is_address(text: &str, range: &Range<usize>) -> bool {
    let is_border = |c: char| {
        c.is_whitespace() || matches!(c, '(' | '[' | ')' | ']' | '<' | '>' | '"' | ',' | '|')
    };
    let start = text[..range.start].rfind(is_border).map_or(0, |at| at + 1);
    let head = text.get(start..range.start).unwrap_or_default();
    let tail_end = text[range.end..].find(is_border).map_or(text.len(), |at| range.end + at);
    let tail = &text[range.end..tail_end];
    let ends_in_domain = [".com", ".io", ".ai", ".co", ".net", ".org", ".app", ".de"]
        .iter()
        .any(|d| tail.starts_with(d));
    head.contains("://")
        || head.contains('@')
        || head.starts_with("www.")
        || tail.starts_with('@')
        || ends_in_domain
}

/// The words around a name.
pub(super) struct Surroundings<'t> {
    before: &'t str,
    previous: String,
    next: String,
    is_followed_closely: bool,
}

impl<'t> Surroundings<'t> {
    pub(super) fn of(text: &'t str, range: &Range<usize>) -> Self {
        let before =
            text[..range.start].trim_end_matches([' ', '*', '`', '_', '"', '\'', '[', '(', '“']);
        let after = &text[range.end..];
        let tail = after.trim_start_matches(['*', '`', '_', '"', '\'', ']', ')', '”']);
        let word_of = |c: char| !c.is_alphanumeric();
        let previous = before.rsplit(word_of).next().unwrap_or_default().to_lowercase();
        let rest = tail.strip_prefix(' ').unwrap_or(tail);
        let next = rest.split(word_of).next().unwrap_or_default();
        Self {
            before,
            previous,
            next: next.to_owned(),
            is_followed_closely: tail.starts_with(' ') && !next.is_empty(),
        }
    }

    pub(super) fn opens_sentence(&self) -> bool {
        let last = self.before.chars().next_back();
        last.is_none_or(|c| matches!(c, '.' | '!' | '?' | '\n' | ':' | '-' | '•' | '#' | '>'))
    }

    pub(super) fn follows_article(&self) -> bool {
        matches!(self.previous.as_str(), "a" | "an" | "the" | "some" | "no")
    }

    /// Named like a place, in whatever case: "in slack and".
    pub(super) fn is_placed(&self) -> bool {
        PLACES[..10].contains(&self.previous.as_str()) && self.may_end_here()
    }

    fn may_end_here(&self) -> bool {
        !self.is_followed_closely
            || LINKING.contains(&self.next.to_lowercase().as_str())
            || SOFTWARE.contains(&self.next.to_lowercase().as_str())
    }

    pub(super) fn speak_of_software(&self) -> bool {
        let next = self.next.to_lowercase();
        let names_software = self.is_followed_closely && SOFTWARE.contains(&next.as_str());
        let is_placed =
            PLACES.contains(&self.previous.as_str()) && self.may_end_here() && next != "of";
        names_software || is_placed
    }
}
