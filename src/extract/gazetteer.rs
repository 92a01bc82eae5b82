//! The tools that automations run on, and where a text names them.

mod context;

use super::ExtractError;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use context::{Surroundings, has_borders, is_address, is_uncased};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

const TOOLS: &str = include_str!("../../data/gazetteer/tools.toml");

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
            // Every text is searched: three times faster than the automaton chosen by default.
            .kind(Some(AhoCorasickKind::DFA))
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
