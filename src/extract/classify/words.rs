//! Prose out of Markdown, and words out of prose.

use memchr::memchr2_iter;

/// Link targets longer than this are not links but a bracket left open.
const LONGEST_TARGET: usize = 2000;

/// `text` in lower case without the targets of links and the addresses that stand in it: what is
/// left is what a reader takes in.
pub(super) fn prose(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for at in memchr2_iter(b'(', b':', bytes) {
        if at < kept {
            continue;
        }
        let Some((start, end)) = address(bytes, at) else { continue };
        if start >= kept {
            out.push_str(&text[kept..start]);
            out.push(' ');
            kept = end;
        }
    }
    out.push_str(&text[kept..]);
    out.to_lowercase()
}

/// Where the link target (to its bracket or the line's end) or address around the sign at `at` begins and ends; both ends stand
/// beside ASCII, and so on character borders.
fn address(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if bytes[at] == b'(' {
        let is_target = at > 0 && bytes[at - 1] == b']';
        let reach = &bytes[at..bytes.len().min(at + LONGEST_TARGET)];
        let length = is_target.then(|| memchr::memchr2(b')', b'\n', reach))??;
        return Some((at, at + length));
    }
    let letters = bytes[..at].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    if letters == 0 || !bytes[at..].starts_with(b"://") {
        return None;
    }
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b')' | b']' | b'>' | b'"' | b'`');
    let length = bytes[at..].iter().position(ends).unwrap_or(bytes.len() - at);
    Some((at - letters, at + length))
}

/// The words of a lower-case text: runs of letters and digits, with `+ . # - _` inside them
/// (`gpt-4o`, `make.com`, `c#` without its sign).
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '.' | '#' | '-' | '_'))
        .map(|run| run.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::image("See ![flow](fileId:19) now", "see ![flow] ) now")]
    #[case::link("[Docs](https://x.io/a?b=(c)) end", "[docs] )) end")]
    #[case::bare("at https://api.n8n.io/x/y, then", "at   then")]
    #[case::open("[a](never closed\nnext", "[a] next")]
    #[case::colon("time: 10:30 ÉTÉ", "time: 10:30 été")]
    fn addresses_leave_when_prose_is_taken(#[case] text: &str, #[case] wanted: &str) {
        let flat = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat(&prose(text)), flat(wanted));
    }

    #[test]
    fn words_keep_their_inner_signs_when_split() {
        assert_eq!(
            words("gpt-4o, make.com & c# – “e-mail” naïve v1.2."),
            ["gpt-4o", "make.com", "c", "e-mail", "naïve", "v1.2"]
        );
    }
}
