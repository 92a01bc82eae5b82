//! Markdown as plain readable text.

mod inline;

use inline::{PATIENCE, push_inline};

/// Turns Markdown into readable text: headings and list items on lines of their own, paragraphs
/// parted by an empty line; images, link targets, emphasis marks and HTML tags fall.
///
/// The result is not yet safe for terminals.
pub fn plain(markdown: &str) -> String {
    let out = String::with_capacity(markdown.len());
    let mut writer = Writer { out, patience: PATIENCE, ..Writer::default() };
    for line in markdown.lines() {
        writer.line(line);
    }
    let kept = writer.out.trim_end().len();
    writer.out.truncate(kept);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    /// The fence that closes the code block we are in.
    fence: Option<(u8, usize)>,
    /// Whether the line before belongs to a paragraph that this one may continue.
    is_open: bool,
    /// An empty line was met since the last text.
    is_parted: bool,
    /// Inside `<!-- … -->` that spans lines.
    is_comment: bool,
    patience: u32,
}

impl Writer {
    fn line(&mut self, line: &str) {
        if let Some((mark, length)) = self.fence {
            return self.code_line(line, mark, length);
        }
        let trimmed = line.trim();
        if self.is_comment {
            let Some(end) = trimmed.find("-->") else { return };
            self.is_comment = false;
            return self.line(&trimmed[end + 3..]);
        }
        if trimmed.is_empty() {
            self.is_parted = true;
            self.is_open = false;
            return;
        }
        if let Some(fence) = fence(trimmed) {
            self.fence = Some(fence);
            self.is_parted = true;
            return;
        }
        if let Some(start) = trimmed.find("<!--").filter(|&at| !trimmed[at..].contains("-->")) {
            self.is_comment = true;
            return self.block(line, &trimmed[..start]);
        }
        self.block(line, trimmed);
    }

    fn code_line(&mut self, line: &str, mark: u8, length: usize) {
        let trimmed = line.trim();
        let closes = trimmed.len() >= length && trimmed.bytes().all(|b| b == mark);
        if closes {
            self.fence = None;
            self.is_parted = true;
            self.is_open = false;
        } else {
            self.begin(line.trim_end());
        }
    }

    /// Writes one line outside code.
    fn block(&mut self, line: &str, trimmed: &str) {
        let text = trimmed.trim_start_matches(['>', ' ']);
        if text.is_empty() {
            self.is_parted = true;
            return;
        }
        if is_rule(text) || is_definition(text) || is_table_rule(text) {
            self.is_open = false;
            return;
        }
        if let Some(heading) = heading(text) {
            self.is_parted = true;
            self.write_line("", heading);
            self.is_open = false;
            return;
        }
        if let Some((marker, rest)) = item(text) {
            let depth = (line.len() - line.trim_start().len()) / 2;
            let indent = "  ".repeat(depth.min(6));
            let shown = if marker.ends_with(['.', ')']) { marker } else { "-" };
            self.write_line(&format!("{indent}{shown} "), rest);
            return;
        }
        if let Some(row) = text.strip_prefix('|') {
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            self.write_line("", &cells.join(" | "));
            self.is_open = false;
            return;
        }
        if self.is_open && !self.is_parted {
            self.continue_paragraph(text);
        } else {
            self.write_line("", text);
        }
    }

    /// Writes inline text on a line of its own; nothing where nothing is left of it.
    fn write_line(&mut self, lead: &str, text: &str) {
        let before = self.out.len();
        let (was_parted, was_open) = (self.is_parted, self.is_open);
        self.begin(lead);
        let start = self.out.len();
        push_inline(&mut self.out, text, &mut self.patience);
        let kept = self.out.trim_end().len().max(start.min(self.out.len()));
        self.out.truncate(kept);
        if self.out[start..].trim().is_empty() {
            self.out.truncate(before);
            (self.is_parted, self.is_open) = (was_parted, was_open);
        } else {
            self.is_open = true;
        }
    }

    /// Adds a source line to the paragraph before it, as its author broke it.
    fn continue_paragraph(&mut self, text: &str) {
        let before = self.out.len();
        self.out.push('\n');
        push_inline(&mut self.out, text, &mut self.patience);
        if self.out[before..].trim().is_empty() {
            self.out.truncate(before);
        }
    }

    fn begin(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push_str(if self.is_parted { "\n\n" } else { "\n" });
        }
        self.is_parted = false;
        self.out.push_str(text);
    }
}

/// The fence a line opens: its character and length.
fn fence(line: &str) -> Option<(u8, usize)> {
    let mark = line.bytes().next().filter(|b| *b == b'`' || *b == b'~')?;
    let length = line.bytes().take_while(|b| *b == mark).count();
    let is_fence = length >= 3 && !(mark == b'`' && line[length..].contains('`'));
    is_fence.then_some((mark, length))
}

fn heading(line: &str) -> Option<&str> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let rest = line.get(level..)?;
    // Authors of notes often forget the space that CommonMark wants; a hash tag is one word.
    let is_heading = (1..=6).contains(&level)
        && (rest.starts_with([' ', '\t']) || (level > 1 && !rest.is_empty()));
    is_heading.then(|| rest.trim().trim_end_matches('#').trim_end())
}

/// A list item's marker and text.
fn item(line: &str) -> Option<(&str, &str)> {
    let marker = match line.bytes().next()? {
        b'-' | b'*' | b'+' => 1,
        b'0'..=b'9' => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            (digits <= 9 && matches!(line.as_bytes().get(digits), Some(b'.' | b')')))
                .then_some(digits + 1)?
        }
        _ if line.starts_with('•') => '•'.len_utf8(),
        _ => return None,
    };
    let (marker, rest) = line.split_at(marker);
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let rest = rest.strip_prefix("[ ] ").or(rest.strip_prefix("[x] ")).unwrap_or(rest);
    Some((marker, rest))
}

/// A thematic break, or the underline of a heading.
fn is_rule(line: &str) -> bool {
    let Some(first) = line.bytes().next().filter(|b| b"-*_=".contains(b)) else { return false };
    let marks = line.bytes().filter(|b| *b == first).count();
    marks >= 2 && line.bytes().all(|b| b == first || b == b' ') && !(first == b'*' && marks < 3)
}

/// A link definition, `[name]: target`.
fn is_definition(line: &str) -> bool {
    line.starts_with('[') && line.find("]: ").is_some_and(|at| !line[..at].contains(' '))
}

fn is_table_rule(line: &str) -> bool {
    line.contains("--") && line.contains('|') && line.bytes().all(|b| b"|-: ".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::heading("# Title #\ntext\n## Sub\nmore", "Title\ntext\n\nSub\nmore")]
    #[case::image("![shot](fileId:19)\n\n1. First\n2. Second", "1. First\n2. Second")]
    #[case::image_between("a\n![shot](x)\nb", "a\nb")]
    #[case::link("See [the *docs*](https://x.y/z(1) \"T\") now", "See the docs now")]
    #[case::reference("See [docs][1] and [^2]\n\n[1]: http://x", "See docs and")]
    #[case::emphasis(
        "**Bold**, *it*, __b__, ~~gone~~, snake_case and 2*3*4",
        "Bold, it, b, gone, snake_case and 2*3*4"
    )]
    #[case::code("Run `npm i` or ``a`b``", "Run npm i or a`b")]
    #[case::fence("a\n```js\nlet x = *1*;\n```\nb", "a\n\nlet x = *1*;\n\nb")]
    #[case::nested("- one\n  - two\n* three\n+ four", "- one\n  - two\n- three\n- four")]
    #[case::tasks("- [x] done\n- [ ] open", "- done\n- open")]
    #[case::quote("> quoted\n> more\n\nown", "quoted\nmore\n\nown")]
    #[case::table("| A | B |\n|---|:-:|\n| 1 | 2 |", "A | B\n1 | 2")]
    #[case::rule("a\n\n---\n\nb\n***\nc", "a\n\nb\nc")]
    #[case::html("<p align=\"x\">Hi <b>you</b><br>there</p>\n<!-- no -->", "Hi you\nthere")]
    #[case::comment("a <!-- b\nc --> d", "a\nd")]
    #[case::entities("Fish &amp; chips &lt;3 &#8217; &unknown;", "Fish & chips <3 ’ &unknown;")]
    #[case::autolink("<https://x.y/z> and a < b", "https://x.y/z and a < b")]
    #[case::escape(r"1\. not \*it\* C:\new", "1. not *it* C:\\new")]
    #[case::linked_image("[![alt](a.png)](https://x)", "")]
    #[case::setext("Title\n=====\ntext", "Title\ntext")]
    #[case::hash_tag("#automation is fun", "#automation is fun")]
    #[case::hard_space("###No space", "No space")]
    fn structure_stays_and_marks_fall(#[case] markdown: &str, #[case] text: &str) {
        assert_eq!(plain(markdown), text);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[-*_`~\\[\\]()!<>&#|\\\\a é\n:1.]{0,200}") {
            plain(&text);
        }

        #[test]
        fn plain_words_stay_as_they_are(text in "[a-zA-Zé][a-zA-Zé ,.]{0,80}[a-z]") {
            prop_assert_eq!(plain(&text), text);
        }
    }
}
