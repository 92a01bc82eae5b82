//! What people type, taken apart: words, "phrases", -not, field:value.

use crate::model::FacetField;

/// A query in parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parsed {
    pub clauses: Vec<Clause>,
    /// Whether the last word may go on: nothing stands after it.
    pub is_open: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    pub what: What,
    /// Whether it must not match.
    pub is_negated: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Word(String),
    Phrase(String),
    Field(FacetField, String),
}

impl Parsed {
    /// Reads `text`; anything is a query, nothing is an error.
    pub(super) fn read(text: &str) -> Self {
        let mut clauses = Vec::new();
        let mut rest = text;
        let mut is_open = false;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            let (clause, after, open) = read_clause(rest);
            is_open = open && after.is_empty();
            clauses.extend(clause);
            rest = after;
        }
        Self { clauses, is_open }
    }

    /// Whether it asks for more than words: such a query is meant to the letter.
    pub(super) fn is_strict(&self) -> bool {
        self.clauses.iter().any(|c| c.is_negated || !matches!(c.what, What::Word(_)))
    }

    /// The words and phrases asked for, as one text.
    pub(super) fn wanted_text(&self) -> String {
        let wanted = self.clauses.iter().filter(|c| !c.is_negated);
        let texts = wanted.filter_map(|c| match &c.what {
            What::Word(text) | What::Phrase(text) => Some(text.as_str()),
            What::Field(..) => None,
        });
        texts.collect::<Vec<_>>().join(" ")
    }
}

/// The first clause of `text`, what follows it, and whether it may still be going on.
fn read_clause(text: &str) -> (Option<Clause>, &str, bool) {
    let (is_negated, text) = match text.strip_prefix('-') {
        Some(after) if after.starts_with(|c: char| c.is_alphanumeric() || c == '"') => {
            (true, after)
        }
        _ => (false, text),
    };
    let clause = |what| Some(Clause { what, is_negated });
    if let Some(after) = text.strip_prefix('"') {
        let (phrase, rest) = after.split_once('"').unwrap_or((after, ""));
        let is_blank = !phrase.contains(char::is_alphanumeric);
        return (clause(What::Phrase(phrase.to_owned())).filter(|_| !is_blank), rest, false);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    if let Some((name, value)) = text[..end].split_once(':')
        && let Some(field) = FacetField::from_name(&name.to_lowercase())
    {
        let (value, rest) = match value.strip_prefix('"') {
            Some(_) => {
                let after = &text[name.len() + 2..];
                after.split_once('"').unwrap_or((after, ""))
            }
            None => (value, &text[end..]),
        };
        let value = value.trim();
        // A value not yet typed narrows nothing.
        let what = What::Field(field, value.to_owned());
        return (clause(what).filter(|_| !value.is_empty()), rest, false);
    }
    let word = &text[..end];
    let is_open = word.ends_with(char::is_alphanumeric) && !is_negated;
    (clause(What::Word(word.to_owned())), &text[end..], is_open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn show(parsed: &Parsed) -> String {
        let parts = parsed.clauses.iter().map(|clause| {
            let sign = if clause.is_negated { "-" } else { "" };
            match &clause.what {
                What::Word(word) => format!("{sign}{word}"),
                What::Phrase(phrase) => format!("{sign}[{phrase}]"),
                What::Field(field, value) => format!("{sign}{field}={value}"),
            }
        });
        let open = if parsed.is_open { "…" } else { "" };
        parts.collect::<Vec<_>>().join(" ") + open
    }

    #[rstest]
    #[case("invoice remind", "invoice remind…")]
    #[case("invoice ", "invoice")]
    #[case("what is it?", "what is it?")]
    #[case("\"no show\" clinic -dental", "[no show] clinic -dental")]
    #[case("tool:slack status:inbox x", "tool=slack status=inbox x…")]
    #[case("tool:\"Google Sheets\" -tag:\"to do\"", "tool=Google Sheets -tag=to do")]
    #[case("TOOL:Slack", "tool=Slack")]
    #[case("tool:", "")]
    #[case("https://n8n.io", "https://n8n.io…")]
    #[case("\"half a phrase", "[half a phrase]")]
    #[case("\"\" - -- follow-up", "- -- follow-up…")]
    fn what_is_typed_falls_into_clauses(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(show(&Parsed::read(text)), expected);
    }

    proptest! {
        #[test]
        fn no_text_is_refused(text in "[ \"\\-:a-z\u{e9}\u{4e00}]{0,40}|\\PC{0,40}") {
            let parsed = Parsed::read(&text);
            prop_assert!(parsed.clauses.len() <= text.chars().count());
        }
    }
}
