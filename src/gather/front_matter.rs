//! The few keys of a Markdown file's front matter, YAML (`---`) or TOML (`+++`).

/// Lines after which front matter that has not closed is taken for text.
const MAX_LINES: usize = 200;

/// Keys with their values, in file order, keys lower-cased.
#[derive(Debug, Default, PartialEq)]
pub(super) struct FrontMatter(Vec<(String, String)>);

impl FrontMatter {
    /// The value of the first of `keys` that is there and not empty.
    pub(super) fn get(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| {
            let (_, value) = self.0.iter().find(|(k, v)| k == key && !v.is_empty())?;
            Some(value.clone())
        })
    }
}

/// Parts front matter from the text behind it; without any the whole text comes back.
pub(super) fn split(text: &str) -> (FrontMatter, &str) {
    let none = || (FrontMatter::default(), text);
    let body = text.trim_start_matches('\u{FEFF}');
    let fence = match body.lines().next().map(str::trim_end) {
        Some(fence @ ("---" | "+++")) => fence,
        _ => return none(),
    };
    let start = body.find('\n').map_or(body.len(), |at| at + 1);
    let mut at = start;
    for line in body[start..].split_inclusive('\n').take(MAX_LINES) {
        let trimmed = line.trim_end();
        if trimmed == fence || (fence == "---" && trimmed == "...") {
            let head = &body[start..at];
            let front = if fence == "+++" { toml_keys(head) } else { yaml_keys(head) };
            return (front, &body[at + line.len()..]);
        }
        at += line.len();
    }
    none()
}

/// Top-level `key: value` lines; of a list, its first entry. Nested keys are left out.
fn yaml_keys(head: &str) -> FrontMatter {
    let mut keys: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if let Some(entry) = line.trim_start().strip_prefix("- ") {
            if let Some((_, value)) = keys.last_mut().filter(|(_, value)| value.is_empty()) {
                *value = scalar(entry);
            }
            continue;
        }
        let is_nested = line.starts_with([' ', '\t', '#']);
        if let Some((key, value)) = line.split_once(':').filter(|_| !is_nested) {
            keys.push((key.trim().to_ascii_lowercase(), scalar(value)));
        }
    }
    FrontMatter(keys)
}

/// A YAML scalar without its quotes and comment; of `[a, b]` the first.
fn scalar(value: &str) -> String {
    let value = value.trim();
    let value = value.strip_prefix('[').map_or(value, |list| {
        list.trim_end_matches(']').split(',').next().unwrap_or_default().trim()
    });
    if let Some(inner) = value.strip_prefix('"') {
        let end = inner.rfind('"').unwrap_or(inner.len());
        return inner[..end].replace("\\\"", "\"").replace("\\\\", "\\");
    }
    if let Some(inner) = value.strip_prefix('\'') {
        let end = inner.rfind('\'').unwrap_or(inner.len());
        return inner[..end].replace("''", "'");
    }
    let value = value.split(" #").next().unwrap_or_default().trim();
    if matches!(value, "|" | ">" | "~" | "null") { String::new() } else { value.to_owned() }
}

fn toml_keys(head: &str) -> FrontMatter {
    let table = head.parse::<toml::Table>().unwrap_or_default();
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Datetime(moment) => Some(moment.to_string()),
        toml::Value::Array(list) => list.first().and_then(|v| v.as_str()).map(str::to_owned),
        _ => None,
    };
    FrontMatter(
        table.iter().filter_map(|(k, v)| Some((k.to_ascii_lowercase(), text(v)?))).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("---\ntitle: A: b # c\nDate: 2026-11-14\n---\nbody", "A: b", "body")]
    #[case::quoted("---\r\ntitle: \"A \\\"b\\\" # c\"\r\n---\r\nbody", "A \"b\" # c", "body")]
    #[case::single("---\ntitle: 'it''s'\n...\nbody", "it's", "body")]
    #[case::list("---\ntitle:\n  - first\n  - second\nx:\n  title: no\n---\nbody", "first", "body")]
    #[case::flow("---\ntitle: [a, b]\n---\nbody", "a", "body")]
    #[case::toml("+++\ntitle = \"T\"\ndate = 2026-11-14\n+++\nbody", "T", "body")]
    #[case::broken_toml("+++\ntitle = \n+++\nbody", "", "body")]
    #[case::none("title: x\nbody", "", "title: x\nbody")]
    #[case::open("---\ntitle: x\nbody", "", "---\ntitle: x\nbody")]
    #[case::empty("", "", "")]
    fn keys_are_read_and_the_text_begins_behind(
        #[case] text: &str,
        #[case] title: &str,
        #[case] body: &str,
    ) {
        let (front, rest) = split(text);
        assert_eq!((front.get(&["title"]).unwrap_or_default().as_str(), rest), (title, body));
    }
}
