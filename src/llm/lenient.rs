//! JSON out of an answer that is nearly JSON.

use serde_json::Value;

/// Places where an answer's JSON may begin that are tried.
const STARTS: usize = 16;

/// The JSON value in `text`: bare, in a fence, behind a preamble, after a model's thoughts; with
/// commas too many and line breaks inside of strings forgiven. A value that is cut off is none.
///
/// # Errors
/// What the JSON reader said of the likeliest place.
pub(super) fn json(text: &str) -> Result<Value, String> {
    let text = without_thoughts(text.trim_start_matches('\u{feff}')).trim();
    let first = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error.to_string(),
    };
    let starts = text.match_indices(['{', '[']).map(|(at, _)| at).take(STARTS);
    let mut covered = 0;
    let mut complaint = None;
    for start in starts {
        // Inside of what was read already, a smaller value would hide that the larger is broken.
        if start < covered {
            continue;
        }
        let Some(end) = closing(&text[start..]) else {
            return Err(format!("the JSON is cut off ({first})"));
        };
        let candidate = &text[start..start + end];
        covered = start + end;
        let read = serde_json::from_str(candidate)
            .or_else(|_| serde_json::from_str::<Value>(&mended(candidate)));
        match read {
            // Prose has brackets too: "[1]" is a footnote rather than an answer.
            Ok(value) if value.is_object() => return Ok(value),
            Ok(value) if start == 0 => return Ok(value),
            Ok(_) => {}
            Err(error) => complaint = complaint.or(Some(error.to_string())),
        }
    }
    Err(complaint.unwrap_or(first))
}

/// What follows a model's thoughts, where it wrote them down before its answer.
fn without_thoughts(text: &str) -> &str {
    match (text.trim_start().starts_with("<think>"), text.rfind("</think>")) {
        (true, Some(end)) => &text[end + "</think>".len()..],
        _ => text,
    }
}

/// Where the value that begins `text` ends.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => depth += 1,
            b'}' | b']' if !is_string => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// `text` without commas before closing brackets, and with line breaks in strings escaped.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_string, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        let was_escaped = std::mem::take(&mut is_escaped);
        match c {
            '"' if !was_escaped => is_string = !is_string,
            '\\' if is_string && !was_escaped => is_escaped = true,
            '\n' if is_string => {
                out.push_str("\\n");
                continue;
            }
            '\r' if is_string => continue,
            '\t' if is_string => {
                out.push_str("\\t");
                continue;
            }
            ',' if !is_string && text[at + 1..].trim_start().starts_with(['}', ']']) => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("{\"a\": 1}")]
    #[case("  \u{feff}{\"a\": 1}\n")]
    #[case("```json\n{\"a\": 1}\n```")]
    #[case("```\n{\"a\": 1,}\n```\nI hope that helps!")]
    #[case("Sure! Here is [the] JSON you {asked} for:\n\n{\"a\": 1}")]
    #[case("<think>maybe {\"a\": 2}?</think>\n{\"a\": 1}")]
    fn the_answer_is_found(#[case] text: &str) {
        assert_eq!(json(text).unwrap(), json!({"a": 1}));
    }

    #[rstest]
    #[case("{\"a\": [1, 2,], \"b\": \"x, }\",}", json!({"a": [1, 2], "b": "x, }"}))]
    #[case("{\"a\": \"two\nlines\t\\\"said\\\"\"}", json!({"a": "two\nlines\t\"said\""}))]
    #[case("[1, 2]", json!([1, 2]))]
    #[case("\"text\"", json!("text"))]
    fn slips_are_forgiven(#[case] text: &str, #[case] expected: Value) {
        assert_eq!(json(text).unwrap(), expected);
    }

    #[rstest]
    #[case("")]
    #[case("I cannot do that.")]
    #[case("See [1] and [2].")]
    #[case("{\"a\": 1")]
    #[case("{\"automations\": [{\"title\": \"x\"}, {\"title\": \"y")]
    #[case("{a: 1}")]
    fn what_is_no_answer_stays_none(#[case] text: &str) {
        assert!(json(text).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            let _ = json(&text);
        }

        #[test]
        fn good_json_stays_as_it_is(words in proptest::collection::vec("\\PC{0,20}", 0..6)) {
            let value = json!({ "words": words });
            prop_assert_eq!(json(&format!("Here:\n```json\n{value}\n```")).unwrap(), value);
        }
    }
}
