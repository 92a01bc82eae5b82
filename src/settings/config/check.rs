//! The table of keys: what each accepts, what it does, and its default.

use crate::model::Money;
use crate::settings::problem::{Problem, Source};
use crate::settings::secret::SecretReference;
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
    Money,
    /// References to secrets.
    Secrets,
    /// Tables, as many as wanted, whose keys stand in the section of this name.
    Tables(&'static str),
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
        "review",
        "opinions",
        Accepts::Whole(1, 9),
        "1",
        "Reviewers who must give an item the same verdict before it leaves the inbox",
    ),
    key(
        "review",
        "batch",
        Accepts::Whole(1, 1_000),
        "20",
        "Items that one claim takes for an hour",
    ),
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
    key("models", "currency", Accepts::Text, "\"USD\"", "Of prices and budgets"),
    key("models", "daily_budget", Accepts::Money, "\"1.00\"", "Never passed, whatever happens"),
    key("models", "monthly_budget", Accepts::Money, "\"20.00\"", "Never passed either"),
    key("models", "run_budget", Accepts::Money, "\"1.00\"", "For one run of the pipeline"),
    key(
        "models",
        "item_warning",
        Accepts::Money,
        "\"0.00\"",
        "Warn when an item costs more on average; 0 for never",
    ),
    key(
        "models",
        "cache_hours",
        Accepts::Whole(0, 87_600),
        "24",
        "How long an answer is used again",
    ),
    key(
        "models",
        "keep_answers",
        Accepts::Bool,
        "false",
        "Keep answers for ever: `run --again` then gives what was given before, at no cost",
    ),
    key(
        "models",
        "embeddings",
        Accepts::Text,
        "\"\"",
        "The provider whose embedding model makes the vectors of search, instead of the embedded one",
    ),
    key(
        "models",
        "refine",
        Accepts::OneOf(&["unsure", "all", "none"]),
        "\"all\"",
        "Which documents a model reads after the rules: those they are unsure of, all with \
         something in them, or none",
    ),
    key("models", "provider", Accepts::Tables(PROVIDER), "", "Asked in this order"),
    key(PROVIDER, "name", Accepts::Text, "\"local\"", "As messages and the ledger call it"),
    key(
        PROVIDER,
        "address",
        Accepts::Text,
        "\"http://127.0.0.1:8000/v1\"",
        "Any endpoint that speaks the OpenAI protocol, up to /chat/completions",
    ),
    key(
        PROVIDER,
        "keys",
        Accepts::Secrets,
        "[\"env:MODEL_KEY\"]",
        "Where its keys stand, env:NAME or file:PATH; used in turn",
    ),
    key(PROVIDER, "cheap", Accepts::Text, "\"small-model\"", "The model that sorts and labels"),
    key(PROVIDER, "strong", Accepts::Text, "\"large-model\"", "The model that reads closely"),
    key(PROVIDER, "embedding", Accepts::Text, "\"\"", "The model that makes vectors"),
    key(PROVIDER, "free", Accepts::Bool, "false", "Takes no money, so its models need no price"),
    key(
        PROVIDER,
        "context_tokens",
        Accepts::Whole(1_000, 10_000_000),
        "32000",
        "Tokens that fit its models, input and output together",
    ),
    key(
        PROVIDER,
        "output_tokens",
        Accepts::Whole(64, 1_000_000),
        "4096",
        "Tokens of an answer at most",
    ),
    key(PROVIDER, "concurrency", Accepts::Whole(1, 256), "4", "Calls under way at once"),
    key(PROVIDER, "batch", Accepts::Bool, "false", "Has a batch endpoint, for more than 100 items"),
    key(
        PROVIDER,
        "batch_percent",
        Accepts::Whole(1, 100),
        "100",
        "What a question in a batch takes, in hundredths of its price",
    ),
    key(PROVIDER, "connect_seconds", Accepts::Whole(1, 600), "10", "To reach it"),
    key(PROVIDER, "first_byte_seconds", Accepts::Whole(1, 3_600), "120", "Until it answers"),
    key(PROVIDER, "silence_seconds", Accepts::Whole(1, 3_600), "60", "Between parts of an answer"),
    key(PROVIDER, "total_seconds", Accepts::Whole(1, 36_000), "300", "For a whole call"),
    key("models", "price", Accepts::Tables(PRICE), "", "What a model takes for a million tokens"),
    key(PRICE, "model", Accepts::Text, "\"large-model\"", "As a provider names it"),
    key(PRICE, "input", Accepts::Money, "\"2.50\"", "For a million tokens"),
    key(PRICE, "cached", Accepts::Money, "\"1.25\"", "Where the provider still had them"),
    key(PRICE, "output", Accepts::Money, "\"10.00\"", "For a million tokens"),
];

const PROVIDER: &str = "models.provider";
const PRICE: &str = "models.price";
/// In tables, what must be said.
const NEEDED: &[(&str, &str)] =
    &[(PROVIDER, "name"), (PROVIDER, "address"), (PRICE, "model"), (PRICE, "input")];

/// Everything wrong in a config file.
pub(super) fn check(source: &Source<'_>) -> Vec<Problem> {
    let table = match source.table() {
        Ok(table) => table,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    for (name, value) in &table {
        let section = name.get_ref().as_ref();
        if section.contains('.') || !KEYS.iter().any(|known| known.section == section) {
            let sections = KEYS.iter().map(|known| known.section);
            let mut known: Vec<&str> = sections.filter(|name| !name.contains('.')).collect();
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
        for (key, value) in entries {
            problems.extend(check_key(source, section, key, value));
            problems.extend(check_tables(source, section, key, value));
        }
    }
    problems
}

/// What is wrong in the tables under a key that accepts some.
fn check_tables(
    source: &Source<'_>,
    section: &str,
    key: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
) -> Vec<Problem> {
    let name = key.get_ref().as_ref();
    let known = KEYS.iter().find(|known| known.section == section && known.key == name);
    let Some(Accepts::Tables(inner)) = known.map(|known| known.accepts) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for table in value.get_ref().as_array().into_iter().flatten() {
        let Some(entries) = table.get_ref().as_table() else { continue };
        problems.extend(entries.iter().filter_map(|(k, v)| check_key(source, inner, k, v)));
        let needed = NEEDED.iter().filter(|(of, _)| *of == inner).map(|(_, needed)| *needed);
        let missing = needed.filter(|needed| entries.iter().all(|(k, _)| k.get_ref() != needed));
        let problem = |needed| source.problem(table.span(), format!("`{inner}` lacks `{needed}`"));
        problems.extend(missing.map(problem));
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
        (Accepts::Secrets | Accepts::Tables(_), _) => problem,
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
        Accepts::Money => match value {
            DeValue::Integer(written) => written.as_str().parse::<Money>().is_ok(),
            DeValue::Float(written) => written.as_str().parse::<Money>().is_ok(),
            _ => value.as_str().is_some_and(|text| text.parse::<Money>().is_ok()),
        },
        Accepts::Secrets => value.as_array().is_some_and(|values| {
            let reference = |value: &DeValue<'_>| value.as_str()?.parse::<SecretReference>().ok();
            values.iter().all(|value| reference(value.get_ref()).is_some())
        }),
        Accepts::Tables(_) => value
            .as_array()
            .is_some_and(|values| values.iter().all(|value| value.get_ref().as_table().is_some())),
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
        Accepts::Money => "a sum such as \"2.50\", with at most six decimals".to_owned(),
        Accepts::Secrets => {
            "a list of \"env:NAME\" or \"file:PATH\", never a key itself".to_owned()
        }
        Accepts::Tables(name) => format!("tables, each under [[{name}]]"),
    }
}

/// Each section and key with its default, commented out. What stands in tables has no default: an
/// example follows its section, commented out twice.
pub(super) fn template() -> String {
    let mut text = String::from("# Reservoir's settings. Each key stands here with its default.\n");
    let mut section = "";
    for entry in KEYS {
        if let Accepts::Tables(name) = entry.accepts {
            text.push_str(&format!("\n# {}:\n## [[{name}]]\n", entry.about));
            continue;
        }
        let is_table = entry.section.contains('.');
        if entry.section != section && !is_table {
            section = entry.section;
            text.push_str(&format!("\n[{section}]\n"));
        }
        let (key, default, about) = (entry.key, entry.default, entry.about);
        text.push_str(&if is_table {
            format!("## {key} = {default}  # {about}\n")
        } else {
            format!("# {about}\n# {key} = {default}\n")
        });
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
        let plain = |entry: &&super::KeyEntry| {
            !entry.section.contains('.') && !matches!(entry.accepts, super::Accepts::Tables(_))
        };
        assert_eq!(shown.matches(" = ").count(), super::KEYS.iter().filter(plain).count());
    }

    #[test]
    fn the_example_of_a_provider_is_a_right_one() {
        let template = Config::template();
        let live: String =
            template.lines().map(|line| format!("{}\n", line.trim_start_matches("## "))).collect();
        let example = live.replace("free = false", "free = true");
        let config = Config::parse("t", &example).unwrap();
        let (provider, price) = (&config.models.provider[0], &config.models.price[0]);
        assert_eq!((provider.name.as_str(), price.input.to_string().as_str()), ("local", "2.50"));
        assert_eq!(Config::parse("t", &config.show()).unwrap(), config);
        let keys = |section| super::KEYS.iter().filter(move |entry| entry.section == section);
        assert_eq!(keys(super::PROVIDER).count(), toml::Table::try_from(provider).unwrap().len());
        assert_eq!(keys(super::PRICE).count(), toml::Table::try_from(price).unwrap().len());
    }

    #[rstest]
    #[case("keys = [\"sk-123\"]", "a list of \"env:NAME\" or \"file:PATH\", never a key itself")]
    #[case("cheep = \"m\"", "there is no key `models.provider.cheep`; did you mean `cheap`?")]
    #[case("cheap = \"m\"", "c.toml:4:9: `m` of `p` has no price")]
    #[case("free = true", "`p` names no model")]
    #[case("concurrency = 0", "must be a whole number from 1 to 256")]
    fn a_wrong_provider_says_what_is_wrong(#[case] line: &str, #[case] expected: &str) {
        let head = "[[models.provider]]\nname = \"p\"\naddress = \"http://x/v1\"\n";
        let error = Config::parse("c.toml", &format!("{head}{line}")).expect_err("wrong");
        let message = error.to_string();
        assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
        assert!(!message.contains("sk-123"), "a key may stand there: {message}");
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
    #[case("[models]\ndaily_budget = 1.2345678", "`models.daily_budget` must be a sum such as")]
    #[case(
        "[models]\nprovider = 3",
        "`models.provider` must be tables, each under [[models.provider]]"
    )]
    #[case("[[models.price]]\ninput = 1", "`models.price` lacks `model`")]
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
