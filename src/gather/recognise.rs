//! What a file is, by its first bytes; its name decides only where content leaves it open.

use crate::text::{decode, html, transcript};

/// How much of a file is looked at, in bytes.
pub(super) const HEAD: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Gzip,
    /// One JSON document a line.
    Lines,
    /// One JSON value in the whole file.
    Json,
    Feed,
    Html,
    Markdown,
    Text,
    Captions,
    Mail,
    Mbox,
    /// Not to be read: what it is, and what to do.
    Other(&'static str, &'static str),
}

const LEAVE_OUT: &str = "leave it out, or save its text as .md or .txt";
const BINARY: Shape = Shape::Other("it is a binary file", LEAVE_OUT);

/// Binary formats by their first bytes, for a clearer message than "binary".
const MAGIC: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "it is a ZIP archive (or an office document)"),
    (b"%PDF", "it is a PDF"),
    (b"\x89PNG", "it is a picture"),
    (b"\xff\xd8\xff", "it is a picture"),
    (b"GIF8", "it is a picture"),
    (b"SQLite format 3", "it is a database"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd, of which only gzip is read here"),
    (b"BZh", "it is compressed with bzip2, of which only gzip is read here"),
    (b"\x7fELF", "it is a program"),
];

/// Recognises a file by its name and its first bytes.
pub(super) fn shape(name: &str, head: &[u8]) -> Shape {
    if head.starts_with(&[0x1F, 0x8B]) {
        return Shape::Gzip;
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Shape::Other(what, LEAVE_OUT);
    }
    let decoded = decode(head, None);
    if is_binary(&decoded.text) {
        return BINARY;
    }
    let text = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.is_empty() {
        return Shape::Other("it is empty", "nothing to do; there is nothing to read in it");
    }
    by_content(text, &extension(name)).unwrap_or_else(|| by_name(&extension(name)))
}

fn by_content(text: &str, extension: &str) -> Option<Shape> {
    let is_markdown = matches!(extension, "md" | "markdown");
    if matches!(extension, "jsonl" | "ndjson" | "jsonlines") {
        return Some(Shape::Lines);
    }
    match text.as_bytes()[0] {
        b'{' | b'[' if extension == "json" || (!is_markdown && opens_json(text)) => {
            return Some(json_shape(text));
        }
        b'<' if !is_markdown => return markup(text),
        _ => {}
    }
    if transcript::is_transcript(text) {
        return Some(Shape::Captions);
    }
    let is_envelope = text.starts_with("From ") && text.lines().nth(1).is_some_and(is_header);
    if is_envelope {
        return Some(Shape::Mbox);
    }
    is_mail(text).then_some(Shape::Mail)
}

/// Whether what opens `text` may be JSON: a transcript pasted with its times begins "[00:00] so …".
fn opens_json(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), next) => matches!(next, Some('"' | '}') | None),
        (Some('['), next) => matches!(next, Some('{' | '[' | '"' | ']') | None),
        _ => false,
    }
}

/// JSON lines where the first line closes what it opens and another follows.
fn json_shape(text: &str) -> Shape {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_whole = lines.next().is_some_and(|line| line.starts_with('{') && line.ends_with('}'));
    let is_followed = lines.next().is_some_and(|line| line.starts_with('{'));
    if is_whole && is_followed { Shape::Lines } else { Shape::Json }
}

fn markup(text: &str) -> Option<Shape> {
    let head: String = text.chars().take(4_000).collect::<String>().to_ascii_lowercase();
    let root = ["<rss", "<feed", "<rdf:rdf", "<opml", "<html", "<!doctype html"]
        .iter()
        .filter_map(|tag| Some((head.find(tag)?, *tag)))
        .min();
    match root {
        Some((_, "<rss" | "<feed" | "<rdf:rdf")) => Some(Shape::Feed),
        Some((_, "<opml")) => Some(Shape::Other(
            "it is a list of feeds (OPML)",
            "bring its feeds in with `reservoir import --as opml`",
        )),
        Some(_) => Some(Shape::Html),
        None if html::is_html(text) => Some(Shape::Html),
        None if head.starts_with("<?xml") || head.starts_with("<!") => {
            Some(Shape::Other("it is XML, but no feed", "give a feed (RSS, Atom) or HTML"))
        }
        None => None,
    }
}

fn by_name(extension: &str) -> Shape {
    match extension {
        "md" | "markdown" | "mdown" => Shape::Markdown,
        "txt" | "text" | "" => Shape::Text,
        "html" | "htm" | "xhtml" => Shape::Html,
        "eml" => Shape::Mail,
        "vtt" | "srt" => Shape::Captions,
        "json" => Shape::Json,
        "rss" | "atom" | "xml" => Shape::Feed,
        _ => Shape::Other(
            "it is no kind of file that documents come in",
            "rename it to .txt or .md where it is prose",
        ),
    }
}

/// Whether text has more control characters than text has.
fn is_binary(text: &str) -> bool {
    let (mut odd, mut all) = (0_usize, 0_usize);
    for c in text.chars().take(8_000) {
        all += 1;
        let is_text =
            matches!(c, '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{1B}' | '\u{8}' | '\u{7}');
        odd += usize::from(c == '\0') * 4;
        odd += usize::from((c.is_control() && !is_text) || c == '\u{FFFD}');
    }
    odd * 10 > all
}

/// Whether text begins with the header of a mail.
fn is_mail(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "delivered-to",
        "dkim-signature",
        "reply-to",
        "content-type",
        "x-mailer",
        "list-id",
    ];
    let head = text.lines().take(60).take_while(|line| !line.trim().is_empty());
    let mut known = 0;
    for line in head {
        let is_folded = line.starts_with([' ', '\t']);
        if is_folded {
            continue;
        }
        if !is_header(line) {
            return false;
        }
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        known += usize::from(KNOWN.contains(&name.as_str()));
    }
    known >= 3
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// A name's extension in lower case, looking through `.gz`.
fn extension(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("x", b"\x1f\x8b\x08".as_slice(), Shape::Gzip)]
    #[case("x.txt", b"{\"url\":1}\n{\"url\":2}\n", Shape::Lines)]
    #[case("x.jsonl", b"{\"url\":1}", Shape::Lines)]
    #[case("x.jsonl", b"broken\n{}", Shape::Lines)]
    #[case("x.json", b"{\n \"nodes\": []}", Shape::Json)]
    #[case("x", b"[{\"a\":1}]", Shape::Json)]
    #[case(
        "x.txt",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- c --><rss version='2.0'>",
        Shape::Feed
    )]
    #[case("x.xml", b"<feed xmlns='x'>", Shape::Feed)]
    #[case("x.xml", b"<!DOCTYPE html><html><rss>", Shape::Html)]
    #[case("x.html", b"<p>Hi</p>", Shape::Html)]
    #[case("x.md", b"<p align=center>Hi</p>", Shape::Markdown)]
    #[case("x.md", b"[link](x)", Shape::Markdown)]
    #[case("x.vtt", b"WEBVTT\n\n", Shape::Captions)]
    #[case("x.txt", b"1\n00:00:01,000 --> 00:00:02,000\nhi", Shape::Captions)]
    #[case("x", b"From a@b Mon Jan 1 00:00:00 2026\nSubject: x\n", Shape::Mbox)]
    #[case("x", b"From: a\nTo: b\nSubject: c\n\nhi", Shape::Mail)]
    #[case("x.txt", b"From: here\nto there we go\n", Shape::Text)]
    #[case("x.txt", b"[00:00] so today we build a thing", Shape::Text)]
    #[case("x.json", b"[00:00] so today", Shape::Json)]
    #[case("notes", b"just words", Shape::Text)]
    #[case("x.txt", b"h\x00i\x00 \x00t\x00h\x00e\x00r\x00e\x00", Shape::Text)]
    fn files_are_known_by_their_content(
        #[case] name: &str,
        #[case] head: &[u8],
        #[case] expected: Shape,
    ) {
        assert_eq!(shape(name, head), expected);
    }

    #[rstest]
    #[case("x.txt", b"\x00\x01\x02\x03\x00\xff\xfe\x10".as_slice())]
    #[case("x.md", b"%PDF-1.7")]
    #[case("x.txt", b" \n ")]
    #[case("x.py", b"print(1)")]
    #[case("x.xml", b"<?xml version='1.0'?><project/>")]
    #[case("x.opml", b"<opml version='2.0'>")]
    fn other_files_are_refused_with_a_reason(#[case] name: &str, #[case] head: &[u8]) {
        assert!(matches!(shape(name, head), Shape::Other(..)), "{:?}", shape(name, head));
    }
}
