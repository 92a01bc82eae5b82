//! What speaks for and against a tool's being used.

use super::{Named, Scene};
use crate::extract::pattern;
use crate::extract::stance::Stance;
use crate::extract::structure::Section;
use regex::Regex;
use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

/// How far around a mention words are looked at, in bytes.
const REACH: usize = 40;

/// Words anywhere in the line before or just after a mention that turn its meaning.
const TURNING: &[&str] = &[
    "or",
    "instead",
    "alternatively",
    "like",
    "such",
    "optional",
    "optionally",
    "replace",
    "swap",
    "unlike",
    "could",
    "other",
    "any",
    "via",
    "api",
    "http",
    "request",
    "key",
    "etc",
    "node",
    "credentials",
    "account",
    "example",
    "send",
    "sends",
    "store",
    "save",
    "using",
    "connect",
    "trigger",
    "agent",
    "model",
    "url",
    "link",
];

/// Calls `see` with each feature of `named[at]` and its value.
pub(super) fn of(scene: &Scene, named: &[Named], at: usize, see: &mut dyn FnMut(&str, f32)) {
    let entry = &named[at];
    let tool = scene.gazetteer.tool(entry.tool);
    let mut name = String::with_capacity(32);
    let mut put = |prefix: &str, rest: &str, value: f32, see: &mut dyn FnMut(&str, f32)| {
        name.clear();
        let _ = write!(name, "{prefix}{rest}");
        see(&name, value);
    };
    see("bias", 1.0);
    put("tool:", &tool.name, 1.0, see);
    put("category:", &tool.category, 1.0, see);
    let count = entry.places.len() + usize::from(entry.is_in_title);
    see("count", (count.max(1) as f32).ln());
    let first = entry.places.first().map_or(0, |place| place.mention.range.start);
    see("first", first as f32 / scene.text.len().max(1) as f32);
    see("rank", at as f32 / named.len() as f32);
    see("tools", (named.len() as f32).ln() / 2.0);
    if entry.is_in_title {
        see("in_title", 1.0);
        put("title_category:", &tool.category, 1.0, see);
    }
    sections(entry, &mut |prefix, rest, value| put(prefix, rest, value, see));
    rivals(scene, named, at, see);
    let mut seen: Vec<String> = Vec::new();
    for place in &entry.places {
        match place.stance {
            Stance::Against => once(&mut seen, "against", see),
            Stance::Optional => once(&mut seen, "optional", see),
            Stance::Plain => {}
        }
        if is_carried(scene.text, &place.mention.range) {
            once(&mut seen, "carried", see);
        }
        words(scene.text, &place.mention.range, &mut |feature| once(&mut seen, feature, see));
    }
}

fn once(seen: &mut Vec<String>, feature: &str, see: &mut dyn FnMut(&str, f32)) {
    if !seen.iter().any(|s| s == feature) {
        seen.push(feature.to_owned());
        see(feature, 1.0);
    }
}

fn sections(entry: &Named, put: &mut dyn FnMut(&str, &str, f32)) {
    const ALL: [(Section, &str); 9] = [
        (Section::Lead, "lead"),
        (Section::How, "how"),
        (Section::Setup, "setup"),
        (Section::Customise, "customise"),
        (Section::Benefit, "benefit"),
        (Section::Audience, "audience"),
        (Section::Problem, "problem"),
        (Section::About, "about"),
        (Section::Other, "other"),
    ];
    let mut sections = 0;
    let mut last = "";
    for (section, name) in ALL {
        let count = entry.places.iter().filter(|place| place.section == section).count();
        if count > 0 {
            put("in:", name, 1.0);
            put("times_in:", name, (1.0 + count as f32).ln() / 2.0);
            sections += 1;
            last = name;
        }
    }
    if sections == 1 && !entry.is_in_title {
        put("only_in:", last, 1.0);
    }
}

/// Other tools that could do the same: where one is used, another is often an alternative.
fn rivals(scene: &Scene, named: &[Named], at: usize, see: &mut dyn FnMut(&str, f32)) {
    let category = &scene.gazetteer.tool(named[at].tool).category;
    let rivals = named
        .iter()
        .enumerate()
        .filter(|(other, n)| *other != at && scene.gazetteer.tool(n.tool).category == *category);
    let (mut any, mut is_more, mut is_in_title) = (false, false, false);
    for (_, rival) in rivals {
        any = true;
        is_more |= rival.places.len() > named[at].places.len();
        is_in_title |= rival.is_in_title;
    }
    for (is_so, feature) in
        [(any, "rival"), (is_more, "rival_more"), (is_in_title, "rival_in_title")]
    {
        if is_so {
            see(feature, 1.0);
        }
    }
}

/// The words next to a mention, and those in its line that turn its meaning.
fn words(text: &str, range: &Range<usize>, see: &mut dyn FnMut(&str)) {
    let from = text.ceil_char_boundary(range.start.saturating_sub(REACH));
    let to = text.floor_char_boundary((range.end + REACH).min(text.len()));
    let mut name = String::with_capacity(24);
    let mut put = |prefix: &str, word: &str, see: &mut dyn FnMut(&str)| {
        name.clear();
        name.push_str(prefix);
        name.extend(word.chars().flat_map(char::to_lowercase));
        see(&name);
    };
    for (at, word) in tokens(&text[from..range.start]).iter().rev().take(3).enumerate() {
        put(if at == 0 { "before:" } else { "near_before:" }, word, see);
    }
    for (at, word) in tokens(&text[range.end..to]).iter().take(3).enumerate() {
        put(if at == 0 { "after:" } else { "near_after:" }, word, see);
    }
    let line_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    for word in tokens(&text[line_start..range.start]).iter().rev().take(14) {
        turning(word, "line_before:", &mut put, see);
    }
    for word in tokens(&text[range.end..line_end]).iter().take(10) {
        turning(word, "line_after:", &mut put, see);
    }
}

fn turning(
    word: &str,
    prefix: &str,
    put: &mut impl FnMut(&str, &str, &mut dyn FnMut(&str)),
    see: &mut dyn FnMut(&str),
) {
    if TURNING.iter().any(|t| t.eq_ignore_ascii_case(word)) {
        put(prefix, word, see);
    }
}

/// Words and single signs; line breaks count as signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            found.push(&text[from..at]);
        }
        if c == '\n' || !c.is_whitespace() {
            found.push(&text[at..at + c.len_utf8()]);
        }
    }
    found.extend(start.map(|from| &text[from..]));
    found
}

/// Whether the words before say that something is done in, to or with it: "logged in X".
pub(super) fn is_carried(text: &str, range: &Range<usize>) -> bool {
    static CARRIED: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(
            r"(?i)\b(?:in|into|to|via|with|using|from|through|on|by|our|uses?|bei|mit|über|nach|per|im|ins|en|con|por|dans|avec|sur|no|na|com|su|inside)(?: (?:our|the|a|an|my|their|your|its|ein\w*|la|el|le|un|una|une))?[ *`_\x22“(\[]*$",
        )
    });
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(r"^[*`_”\x22)\]]* (?:then |automatically |also )?[a-z]{2,}s\b")
    });
    let from = text.ceil_char_boundary(range.start.saturating_sub(REACH));
    let to = text.floor_char_boundary((range.end + REACH).min(text.len()));
    CARRIED.is_match(&text[from..range.start]) || DOES.is_match(&text[range.end..to])
}
