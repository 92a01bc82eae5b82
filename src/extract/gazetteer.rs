//! The tools that automations run on, and where a text names them.

use super::ExtractError;
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

const TOOLS: &str = include_str!("../../data/gazetteer/tools.toml");

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

/// How a name must stand in a text to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Care {
    /// In any case.
    #[default]
    None,
    /// Written just so.
    Case,
    /// Written just so, next to words that speak of software.
    Context,
}

/// A tool of the gazetteer.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The name by which it is shown and counted.
    pub name: String,
    pub category: String,
    /// What it can do for an automation: `send_sms`, `crm`.
    pub does: Vec<String>,
    care: Care,
}

/// A place where a text names a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) tool: u16,
    pub(crate) range: Range<usize>,
}

/// All known tools, their spellings and their n8n node types.
#[derive(Debug)]
pub struct Gazetteer {
    tools: Vec<Tool>,
    names: AhoCorasick,
    spellings: Vec<(String, u16)>,
    nodes: HashMap<String, u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    category: BTreeMap<String, Vec<String>>,
    tools: List,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    list: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    nodes: Vec<String>,
    category: String,
    does: Option<Vec<String>>,
    #[serde(default)]
    care: Care,
}

impl Gazetteer {
    /// Reads the shipped gazetteer.
    ///
    /// # Errors
    /// When the shipped file does not parse, which a test excludes.
    pub fn load() -> Result<Self, ExtractError> {
        let file: File = toml::from_str(TOOLS).map_err(|source| ExtractError::Data {
            file: "data/gazetteer/tools.toml",
            reason: source.to_string(),
        })?;
        let mut tools = Vec::new();
        let mut spellings = Vec::new();
        let mut nodes = HashMap::new();
        for (at, entry) in file.tools.list.into_iter().enumerate() {
            let id = u16::try_from(at).expect("invariant: the shipped gazetteer is short");
            nodes.extend(entry.nodes.iter().map(|node| (node.to_lowercase(), id)));
            spellings.extend(entry.aliases.into_iter().map(|alias| (alias, id)));
            spellings.push((entry.name.clone(), id));
            let does = entry
                .does
                .or_else(|| file.category.get(&entry.category).cloned())
                .unwrap_or_default();
            tools.push(Tool { name: entry.name, category: entry.category, does, care: entry.care });
        }
        let names = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(spellings.iter().map(|(name, _)| name))
            .map_err(|source| ExtractError::Data {
                file: "data/gazetteer/tools.toml",
                reason: source.to_string(),
            })?;
        Ok(Self { tools, names, spellings, nodes })
    }

    /// Every tool, in the file's order.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool called `name` or by one of its other spellings, in any case.
    pub fn find(&self, name: &str) -> Option<&Tool> {
        let wanted =
            self.spellings.iter().find(|(spelling, _)| spelling.eq_ignore_ascii_case(name))?;
        Some(&self.tools[wanted.1 as usize])
    }

    pub(crate) fn tool(&self, id: u16) -> &Tool {
        &self.tools[id as usize]
    }

    /// The tool behind a node's bare type: `googleSheets`, without package, `Trigger` and `Tool`.
    pub(crate) fn of_node(&self, bare: &str) -> Option<&Tool> {
        self.nodes.get(&bare.to_lowercase()).map(|id| self.tool(*id))
    }

    /// The places at which `text` names tools, in order.
    pub(crate) fn mentions(&self, text: &str) -> Vec<Mention> {
        let is_uncased = is_uncased(text);
        let mut sure: Vec<(Mention, bool)> = Vec::new();
        for hit in self.names.find_iter(text) {
            let (spelling, tool) = &self.spellings[hit.pattern().as_usize()];
            let range = hit.range();
            if !has_borders(text, &range) || is_address(text, &range) {
                continue;
            }
            let surroundings = Surroundings::of(text, &range);
            let is_exact = text[range.clone()] == **spelling;
            let is_plain_word = spelling.bytes().all(|b| b.is_ascii_alphanumeric());
            let is_sure = match self.tool(*tool).care {
                Care::None => true,
                _ if !is_plain_word => true,
                Care::Case => {
                    is_exact
                        || (is_uncased && !surroundings.follows_article())
                        || surroundings.is_placed()
                }
                Care::Context => is_exact && surroundings.speak_of_software(),
            };
            let may_be = is_exact && !surroundings.opens_sentence();
            if is_sure || may_be {
                sure.push((Mention { tool: *tool, range }, is_sure));
            }
        }
        settle(text, sure)
    }
}

/// Keeps what is sure, what stands in a list with it, and further mentions of what is sure elsewhere.
fn settle(text: &str, found: Vec<(Mention, bool)>) -> Vec<Mention> {
    let is_kept: Vec<bool> = (0..found.len())
        .map(|at| {
            let (mention, is_sure) = &found[at];
            *is_sure
                || found.iter().any(|(other, sure)| *sure && other.tool == mention.tool)
                || (at > 0 && found[at - 1].1 && stand_in_list(text, &found[at - 1].0, mention))
                || found
                    .get(at + 1)
                    .is_some_and(|next| next.1 && stand_in_list(text, mention, &next.0))
        })
        .collect();
    found
        .into_iter()
        .zip(is_kept)
        .filter(|(_, kept)| *kept)
        .map(|((mention, _), _)| mention)
        .collect()
}

fn stand_in_list(text: &str, one: &Mention, other: &Mention) -> bool {
    let between = text[one.range.end..other.range.start].trim();
    matches!(
        between,
        "," | "/"
            | "+"
            | "&"
            | "and"
            | "or"
            | "→"
            | "->"
            | ", and"
            | ", or"
            | "und"
            | "oder"
            | "y"
            | "et"
    )
}

/// Whether hardly a letter is a capital, as in automatic captions.
fn is_uncased(text: &str) -> bool {
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

fn has_borders(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let mut after = text[range.end..].chars();
    let next = after.next();
    // A plural or possessive "s" still ends the name: "Zaps", "Airtables".
    let is_plural = next == Some('s') && !after.next().is_some_and(is_word) && range.len() > 4;
    !before.is_some_and(|c| is_word(c) || c == '_')
        && (is_plural || !next.is_some_and(|c| is_word(c) || c == '_'))
}

/// Whether the name stands inside a link or an e-mail address.
fn is_address(text: &str, range: &Range<usize>) -> bool {
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
struct Surroundings<'t> {
    before: &'t str,
    previous: String,
    next: String,
    is_followed_closely: bool,
}

impl<'t> Surroundings<'t> {
    fn of(text: &'t str, range: &Range<usize>) -> Self {
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

    fn opens_sentence(&self) -> bool {
        let last = self.before.chars().next_back();
        last.is_none_or(|c| matches!(c, '.' | '!' | '?' | '\n' | ':' | '-' | '•' | '#' | '>'))
    }

    fn follows_article(&self) -> bool {
        matches!(self.previous.as_str(), "a" | "an" | "the" | "some" | "no")
    }

    /// Named like a place, in whatever case: "in slack and".
    fn is_placed(&self) -> bool {
        PLACES[..10].contains(&self.previous.as_str()) && self.may_end_here()
    }

    fn may_end_here(&self) -> bool {
        !self.is_followed_closely
            || LINKING.contains(&self.next.to_lowercase().as_str())
            || SOFTWARE.contains(&self.next.to_lowercase().as_str())
    }

    fn speak_of_software(&self) -> bool {
        let next = self.next.to_lowercase();
        let names_software = self.is_followed_closely && SOFTWARE.contains(&next.as_str());
        let is_placed =
            PLACES.contains(&self.previous.as_str()) && self.may_end_here() && next != "of";
        names_software || is_placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Post it to Slack and log it in Google Sheets.", &["Slack", "Google Sheets"])]
    #[case("Close the deal in Close and move on.", &["Close"])]
    #[case("Make sure the teams front the money.", &[])]
    #[case("We moved from Zapier to Make last year.", &["Zapier", "Make"])]
    #[case("Zapier, Make or n8n?", &["Zapier", "Make", "n8n"])]
    #[case("It was a square table and a linear process.", &[])]
    #[case("Payments come in through Square.", &["Square"])]
    #[case("See https://slack.com/help or mail me@gmail.com", &[])]
    #[case("[Airtable](https://airtable.com) is the base", &["Airtable"])]
    #[case("I excel at nothing, in the notion that slack helps", &[])]
    #[case("we drop it in slack and call it a day", &["Slack"])]
    #[case("a Microsoft Teams message", &["Microsoft Teams"])]
    #[case("the teams meet weekly", &[])]
    #[case("OpenAIが読み、Dropboxに保存", &["OpenAI", "Dropbox"])]
    fn names_count_in_their_context(#[case] text: &str, #[case] expected: &[&str]) {
        let gazetteer = Gazetteer::load().unwrap();
        let found: Vec<&str> =
            gazetteer.mentions(text).iter().map(|m| gazetteer.tool(m.tool).name.as_str()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_tool_has_a_known_category_and_one_owner_per_spelling() {
        let file: File = toml::from_str(TOOLS).unwrap();
        let mut owners = HashMap::new();
        assert!(file.tools.list.len() >= 400);
        for entry in &file.tools.list {
            assert!(file.category.contains_key(&entry.category), "{}", entry.name);
            for spelling in entry.aliases.iter().chain([&entry.name]) {
                let owner = owners.insert(spelling.to_lowercase(), &entry.name);
                assert!(owner.is_none_or(|o| o == &entry.name), "{spelling} belongs to two tools");
            }
        }
    }
}
