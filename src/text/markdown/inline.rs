//! Marks inside a line of Markdown.

/// How far a link's closing bracket or a tag's end is looked for, in bytes: bounds the work on
/// hostile text.
const REACH: usize = 2_000;
/// Deepest nesting of links and images that is followed.
const MAX_DEPTH: u8 = 6;

/// How many marks of one document may turn out to be none, before the rest is taken as it stands.
pub(super) const PATIENCE: u32 = 50_000;

/// Appends the plain words of `text` to `out`.
pub(super) fn push_inline(out: &mut String, text: &str, patience: &mut u32) {
    push(out, text, 0, patience);
}

fn push(out: &mut String, text: &str, depth: u8, patience: &mut u32) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut plain_from = 0;
    while *patience > 0
        && let Some(skip) = next_mark(&bytes[at..])
    {
        at += skip;
        let start = out.len();
        out.push_str(&text[plain_from..at]);
        let taken = mark(out, text, at, depth, patience);
        if taken == 0 {
            // Not a mark after all: the character stays, with the plain text before it.
            out.truncate(start);
            out.push_str(&text[plain_from..=at]);
            if matches!(bytes[at], b'[' | b'!' | b'<' | b'`') {
                *patience -= 1;
            }
        }
        at += taken.max(1);
        plain_from = at;
    }
    out.push_str(&text[plain_from..]);
}

fn next_mark(bytes: &[u8]) -> Option<usize> {
    bytes
        .iter()
        .position(|b| matches!(b, b'*' | b'_' | b'~' | b'`' | b'!' | b'[' | b'<' | b'&' | b'\\'))
}

/// Reads the mark at `at`, writes what it shows, and returns its length; 0 where it is none.
fn mark(out: &mut String, text: &str, at: usize, depth: u8, patience: &mut u32) -> usize {
    let rest = &text[at..];
    match rest.as_bytes()[0] {
        b'`' => code(out, rest),
        b'!' if rest.starts_with("![") => match link(rest, 1) {
            Some((_, length)) => length,
            None => 0,
        },
        b'[' if depth < MAX_DEPTH => match link(rest, 0) {
            Some((label, length)) => {
                if !label.starts_with('^') {
                    push(out, label, depth + 1, patience);
                }
                length
            }
            None => 0,
        },
        b'<' => tag(out, rest),
        b'&' => entity(out, rest),
        b'\\' => match rest.as_bytes().get(1) {
            Some(c) if c.is_ascii_punctuation() => {
                out.push(char::from(*c));
                2
            }
            _ => 0,
        },
        sign => emphasis(text, at, sign),
    }
}

fn code(out: &mut String, rest: &str) -> usize {
    let ticks = rest.bytes().take_while(|b| *b == b'`').count();
    let body = &rest[ticks..];
    let mut from = 0;
    // Beyond the reach a partner is not looked for.
    let body = &body[..body.floor_char_boundary(REACH)];
    while let Some(open) = body[from..].find('`') {
        let run = body[from + open..].bytes().take_while(|b| *b == b'`').count();
        if run == ticks {
            out.push_str(body[..from + open].trim());
            return ticks + from + open + run;
        }
        from += open + run;
    }
    // Ticks without a partner are noise.
    ticks
}

/// The label and whole length of a link or image, whose `[` stands at `bracket`.
///
/// A `[label]` with neither target nor reference is no link.
fn link(rest: &str, bracket: usize) -> Option<(&str, usize)> {
    let close = closing(&rest[bracket..], b'[', b']')? + bracket;
    let label = &rest[bracket + 1..close];
    let after = &rest[close + 1..];
    if after.starts_with('(') {
        let end = closing(after, b'(', b')')?;
        return Some((label, close + 1 + end + 1));
    }
    if after.starts_with('[') {
        let end = closing(after, b'[', b']')?;
        return Some((label, close + 1 + end + 1));
    }
    label.starts_with('^').then_some((label, close + 1))
}

/// Where the bracket that opens at the start of `text` closes.
fn closing(text: &str, open: u8, close: u8) -> Option<usize> {
    let mut depth = 0_u32;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().take(REACH) {
        if is_escaped {
            is_escaped = false;
        } else if byte == b'\\' {
            is_escaped = true;
        } else if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// An HTML tag, comment or `<https://…>`.
fn tag(out: &mut String, rest: &str) -> usize {
    let leads = rest.as_bytes().get(1).copied().unwrap_or(b' ');
    if !(leads.is_ascii_alphabetic() || leads == b'/' || leads == b'!') {
        return 0;
    }
    let Some(end) = rest.bytes().take(REACH).position(|b| b == b'>') else { return 0 };
    if let Some(body) = rest.strip_prefix("<!--") {
        let near = &body[..body.floor_char_boundary(REACH)];
        return near.find("-->").map_or(0, |close| 4 + close + 3);
    }
    let inside = &rest[1..end];
    let is_address = ["http://", "https://", "mailto:"].iter().any(|s| inside.starts_with(s));
    if is_address {
        out.push_str(inside);
        return end + 1;
    }
    let name = inside.trim_start_matches('/');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
    let breaks = ["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol"];
    if breaks.contains(&name.to_ascii_lowercase().as_str())
        && !out.is_empty()
        && !out.ends_with('\n')
    {
        out.push('\n');
    }
    end + 1
}

fn entity(out: &mut String, rest: &str) -> usize {
    let Some(end) = rest.bytes().take(12).position(|b| b == b';') else { return 0 };
    let name = &rest[1..end];
    let shown = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        _ => match numbered(name) {
            Some(shown) => shown,
            None => return 0,
        },
    };
    out.push(shown);
    end + 1
}

fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

/// The length of a run of emphasis signs that falls; 0 where the sign is part of the text.
///
/// Looser than CommonMark, which pairs runs: a run at a word's edge falls, one inside a word or
/// between spaces stays.
fn emphasis(text: &str, at: usize, sign: u8) -> usize {
    let run = text.as_bytes()[at..].iter().take_while(|b| **b == sign).count();
    let before = text[..at].chars().next_back();
    let after = text[at + run..].chars().next();
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_inside = is_word(before) && is_word(after);
    let is_alone = is_space(before) && is_space(after);
    let is_edge = !is_inside && !is_alone;
    let falls = match sign {
        b'~' => run == 2,
        b'*' if run >= 2 => true,
        _ => is_edge,
    };
    if falls { run } else { 0 }
}
