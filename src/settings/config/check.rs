//! The table of keys: what each accepts, what it does, and its default.

use crate::settings::problem::{Problem, Source};
use toml::Spanned;
use toml::de::{DeString, DeValue};

/// What a key accepts.
#[derive(Debug, Clone, Copy)]
enum Accepts {
    Text,
    Texts,
    Bool,
    Whole(i64, i64),
    Share,
    OneOf(&'static [&'static str]),
}

struct KeyEntry {
    section: &'static str,
    key: &'static str,
    accepts: Accepts,
    /// As TOML.
    default: &'static str,
    about: &'static str,
}

const fn key(
    section: &'static str,
    key: &'static str,
    accepts: Accepts,
    default: &'static str,
    about: &'static str,
) -> KeyEntry {
    KeyEntry { section, key, accepts, default, about }
}

const COLORS: &[&str] = &["auto", "truecolor", "256", "16", "none"];

const KEYS: &[KeyEntry] = &[
    key("reviewer", "name", Accepts::Text, "\"\"", "Who decides; empty for the account's name"),
    key(
        "ui",
        "theme",
        Accepts::Text,
        "\"dark\"",
        "dark, light, high-contrast, sixteen, or a file's name in themes/",
    ),
    key(
        "ui",
        "keymap",
        Accepts::Text,
        "\"default\"",
        "default, vim, emacs, or a file's name in keymaps/",
    ),
    key(
        "ui",
        "color",
        Accepts::OneOf(COLORS),
        "\"auto\"",
        "auto, truecolor, 256, 16 or none; set it where sshd drops COLORTERM",
    ),
    key(
        "ui",
        "accessible",
        Accepts::Bool,
        "false",
        "Plain labels, no drawn lines, the cursor always where the attention is",
    ),
    key("ui", "mouse", Accepts::Bool, "true", "Whether the mouse is taken from the terminal"),
    key("ui", "links", Accepts::Bool, "true", "Whether addresses are links the terminal can open"),
    key("ui", "editor", Accepts::Text, "\"\"", "Empty for $VISUAL, then $EDITOR"),
    key(
        "pipeline",
        "workers",
        Accepts::Whole(0, 256),
        "0",
        "Threads; 0 for one less than the machine has",
    ),
    key(
        "pipeline",
        "minimum_confidence",
        Accepts::Share,
        "0.2",
        "What is read with less certainty is not stored, 0 to 1",
    ),
    key("net", "agent", Accepts::Text, "\"\"", "User-Agent; empty for the program's own"),
    key("net", "timeout_seconds", Accepts::Whole(1, 600), "30", "For a whole request"),
    key("net", "max_body_mib", Accepts::Whole(1, 1024), "15", "After decompression"),
    key("net", "delay_ms", Accepts::Whole(0, 600_000), "1000", "Between requests to one host"),
    key(
        "net",
        "allowed_private_hosts",
        Accepts::Texts,
        "[]",
        "Hosts that may be asked although their address is private",
    ),
    key(
        "search",
        "weight",
        Accepts::Share,
        "0.5",
        "Words against meaning: 1 is words alone, 0 meaning alone",
    ),
];

/// Everything wrong in a config file.
pub(super) fn check(source: &Source<'_>) -> Vec<Problem> {
    let table = match source.table() {
        Ok(table) => table,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    for (name, value) in &table {
        let section = name.get_ref().as_ref();
        if !KEYS.iter().any(|known| known.section == section) {
            let mut known: Vec<&str> = KEYS.iter().map(|known| known.section).collect();
            known.dedup();
            let what = format!("there is no section `{section}`");
            problems.push(source.problem(name.span(), what).with_nearest(section, known));
            continue;
        }
        let Some(entries) = value.get_ref().as_table() else {
            let what = format!("`{section}` must be a section: [{section}]");
            problems.push(source.problem(value.span(), what));
            continue;
        };
        problems.extend(entries.iter().filter_map(|(k, v)| check_key(source, section, k, v)));
    }
    problems
}

fn check_key(
    source: &Source<'_>,
    section: &str,
    name: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
) -> Option<Problem> {
    let key = name.get_ref().as_ref();
    let Some(entry) = KEYS.iter().find(|known| known.section == section && known.key == key) else {
        let known = KEYS.iter().filter(|known| known.section == section).map(|known| known.key);
        let what = format!("there is no key `{section}.{key}`");
        return Some(source.problem(name.span(), what).with_nearest(key, known));
    };
    if is_accepted(entry.accepts, value.get_ref()) {
        return None;
    }
    let what = format!("`{section}.{key}` must be {}", accepted(entry.accepts));
    let problem = source.problem(value.span(), what);
    Some(match (entry.accepts, value.get_ref().as_str()) {
        (Accepts::OneOf(known), Some(text)) => problem.with_nearest(text, known.iter().copied()),
        _ => problem.with_hint(format!("the default is {}", entry.default)),
    })
}

fn is_accepted(accepts: Accepts, value: &DeValue<'_>) -> bool {
    let number = || match value {
        DeValue::Integer(n) => n.as_str().parse::<f64>().ok(),
        DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
        _ => None,
    };
    match accepts {
        Accepts::Text => value.is_str(),
        Accepts::Texts => value
            .as_array()
            .is_some_and(|values| values.iter().all(|value| value.get_ref().is_str())),
        Accepts::Bool => value.is_bool(),
        Accepts::Whole(least, most) => value
            .as_integer()
            .and_then(|n| i64::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok())
            .is_some_and(|n| (least..=most).contains(&n)),
        Accepts::Share => number().is_some_and(|n| (0.0..=1.0).contains(&n)),
        Accepts::OneOf(known) => value.as_str().is_some_and(|text| known.contains(&text)),
    }
}

fn accepted(accepts: Accepts) -> String {
    match accepts {
        Accepts::Text => "text in quotes".to_owned(),
        Accepts::Texts => "a list of texts in quotes".to_owned(),
        Accepts::Bool => "true or false".to_owned(),
        Accepts::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Accepts::Share => "a number from 0 to 1".to_owned(),
        Accepts::OneOf(known) => {
            let quoted: Vec<String> = known.iter().map(|value| format!("\"{value}\"")).collect();
            format!("one of {}", quoted.join(", "))
        }
    }
}

/// Each section and key with its default, commented out.
pub(super) fn template() -> String {
    let mut text = String::from("# Reservoir's settings. Each key stands here with its default.\n");
    let mut section = "";
    for entry in KEYS {
        if entry.section != section {
            section = entry.section;
            text.push_str(&format!("\n[{section}]\n"));
        }
        text.push_str(&format!("# {}\n# {} = {}\n", entry.about, entry.key, entry.default));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::settings::Config;
    use rstest::rstest;

    #[test]
    fn the_template_is_the_defaults_with_and_without_its_comments() {
        let template = Config::template();
        assert_eq!(Config::parse("t", &template).unwrap(), Config::default());
        let live: String = template
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|l| l.contains(" = ")).unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(Config::parse("t", &live).unwrap(), Config::default());
        assert_eq!(Config::parse("t", &Config::default().show()).unwrap(), Config::default());
    }

    #[test]
    fn every_key_of_the_config_stands_in_the_table() {
        let shown = Config::default().show();
        for line in shown.lines().filter_map(|line| line.split_once(" = ")) {
            assert!(super::KEYS.iter().any(|entry| entry.key == line.0), "{}", line.0);
        }
        assert_eq!(shown.matches(" = ").count(), super::KEYS.len());
    }

    #[rstest]
    #[case("[iu]\n", "c.toml:1:2: there is no section `iu`; did you mean `ui`?")]
    #[case("[ui]\nthme = \"dark\"", "c.toml:2:1: there is no key `ui.thme`; did you mean `theme`?")]
    #[case(
        "[ui]\ntheme = 3",
        "c.toml:2:9: `ui.theme` must be text in quotes; the default is \"dark\""
    )]
    #[case(
        "[ui]\ncolor = \"truecolour\"",
        "c.toml:2:9: `ui.color` must be one of \"auto\", \"truecolor\", \"256\", \"16\", \"none\"; did you mean `truecolor`?"
    )]
    #[case("[search]\nweight = 1.5", "c.toml:2:10: `search.weight` must be a number from 0 to 1")]
    #[case("[net]\ntimeout_seconds = 0", "must be a whole number from 1 to 600; the default is 30")]
    #[case("[net]\nallowed_private_hosts = [1]", "must be a list of texts in quotes")]
    #[case("[ui]\n\ntheme = \"da", "c.toml:3:")]
    #[case("ui = 3", "c.toml:1:6: `ui` must be a section: [ui]")]
    fn a_wrong_config_says_what_is_wrong_and_where(#[case] text: &str, #[case] expected: &str) {
        let message = Config::parse("c.toml", text).expect_err("it should not load").to_string();
        assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let text = "[ui]\nthme = 1\nmouse = 2\n[nett]\n";
        let error = Config::parse("c.toml", text).unwrap_err();
        assert_eq!(error.problems().len(), 3);
    }

    #[rstest]
    #[case("auto")]
    #[case("truecolor")]
    #[case("256")]
    #[case("16")]
    #[case("none")]
    fn every_colour_depth_is_read(#[case] depth: &str) {
        assert!(Config::parse("c", &format!("[ui]\ncolor = \"{depth}\"")).is_ok());
    }
}
