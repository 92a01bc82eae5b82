//! Pages that a browser's parsing rules would make unbounded work of.

/// Most steps that nesting may cost the parser: open elements × tags.
const MAX_NESTING_WORK: usize = 40_000_000;
/// Most elements that formatting left open may multiply into: open formatting × tags.
const MAX_COPIES: usize = 2_000_000;

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "li", "p", "td", "tr", "th", "dt", "dd", "option", "tbody", "thead",
];
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Whether parsing `html` by the standard's rules is bounded well enough to be tried.
pub(super) fn is_tame(html: &str) -> bool {
    let (mut tags, mut open, mut deepest) = (0_usize, 0_usize, 0_usize);
    let (mut formatting, mut most_formatting) = (0_usize, 0_usize);
    for (is_close, name, _) in Tags::new(html) {
        tags += 1;
        let step = |count: &mut usize| {
            *count = if is_close { count.saturating_sub(1) } else { *count + 1 };
        };
        if FORMATTING.iter().any(|f| name.eq_ignore_ascii_case(f)) {
            step(&mut formatting);
            most_formatting = most_formatting.max(formatting);
        }
        if !VOID.iter().any(|v| name.eq_ignore_ascii_case(v)) {
            step(&mut open);
            deepest = deepest.max(open);
        }
    }
    deepest.saturating_mul(tags) <= MAX_NESTING_WORK
        && most_formatting.saturating_mul(tags) <= MAX_COPIES
}

/// The text between the tags of `html`, in one pass, scripts and styles left out.
pub(super) fn strip(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut text_from = 0;
    let mut hidden: Option<&str> = None;
    for (is_close, name, (start, end)) in Tags::new(html) {
        if let Some(until) = hidden {
            if is_close && name.eq_ignore_ascii_case(until) {
                hidden = None;
                text_from = end;
            }
            continue;
        }
        push_words(&mut out, &html[text_from.min(start)..start]);
        text_from = end;
        let is_hiding = ["script", "style"].iter().any(|h| name.eq_ignore_ascii_case(h));
        if is_hiding && !is_close {
            hidden = Some(name);
        }
        let is_inline = FORMATTING.iter().chain(&["span"]).any(|f| name.eq_ignore_ascii_case(f));
        if !is_inline && !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    }
    if hidden.is_none() {
        push_words(&mut out, &html[text_from..]);
    }
    out.trim_end().to_owned()
}

fn push_words(out: &mut String, text: &str) {
    for word in text.split_whitespace() {
        if !out.is_empty() && !out.ends_with(['\n', ' ']) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// Walks the tags of a page: whether it closes, its name, and its byte range.
struct Tags<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    fn new(html: &'a str) -> Self {
        Self { html, at: 0 }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = (bool, &'a str, (usize, usize));

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.html.as_bytes();
        loop {
            let start = self.at + memchr::memchr(b'<', &bytes[self.at..])?;
            let is_close = bytes.get(start + 1) == Some(&b'/');
            let name_from = start + 1 + usize::from(is_close);
            let length =
                bytes[name_from..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            self.at = start + 1;
            if length == 0 {
                continue;
            }
            let name_end = name_from + length;
            let end = match memchr::memchr(b'>', &bytes[name_end..]) {
                Some(at) => name_end + at + 1,
                None => bytes.len(),
            };
            self.at = end;
            return Some((is_close, &self.html[name_from..name_end], (start, end)));
        }
    }
}
