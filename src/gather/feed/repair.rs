//! Damage that feeds come with, undone as far as it is sure.

use std::borrow::Cow;

/// XML without the declaration, whose encoding no longer holds, and without characters that XML
/// forbids, which some feeds carry all the same. JSON comes back as it is.
pub(super) fn readable_xml(text: &str) -> Cow<'_, str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(text, |(_, rest)| rest),
        None => text,
    };
    let is_forbidden = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    if text.contains(is_forbidden) {
        return Cow::Owned(text.replace(is_forbidden, ""));
    }
    Cow::Borrowed(text)
}

/// A feed that breaks off, closed behind its last whole entry; `None` where there is none.
pub(super) fn closed(text: &str) -> Option<String> {
    let endings =
        [("</entry>", "</feed>"), ("</item>", "</channel></rss>"), ("</item>", "</rdf:RDF>")];
    let is_rdf = text.contains("<rdf:RDF");
    let (end, close) = endings.into_iter().find(|(end, close)| {
        text.contains(end) && (*close == "</rdf:RDF>") == (is_rdf && *end == "</item>")
    })?;
    let at = text.rfind(end)? + end.len();
    Some(format!("{}{close}", &text[..at]))
}
