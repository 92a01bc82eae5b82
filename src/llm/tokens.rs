//! How many tokens a text takes, without any model's own tokenizer.

/// An estimate of the tokens in `text` that errs on the high side.
///
/// Counts a token for each started run of five ASCII letters of one word or case, for two digits,
/// for a sign, for a letter of two bytes, and one and a half for a character of three. Against the
/// vocabularies cl100k and o200k that is 1.05 to 1.8 times the count for prose (median 1.35), 0.85
/// to 1.5 times for JSON; base64 and marks heaped on letters may take up to a third more.
pub fn estimate_tokens(text: &str) -> usize {
    // In halves, so that sums stay whole.
    let mut halves = 0_usize;
    let (mut letters, mut digits, mut was_lower) = (0, 0, false);
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            if was_lower && c.is_ascii_uppercase() {
                letters = 0;
            }
            halves += if letters % 5 == 0 { 2 } else { 0 };
            (letters, digits, was_lower) = (letters + 1, 0, c.is_ascii_lowercase());
            continue;
        }
        was_lower = false;
        if c.is_ascii_digit() {
            halves += if digits % 2 == 0 { 2 } else { 0 };
            (letters, digits) = (0, digits + 1);
            continue;
        }
        (letters, digits) = (0, 0);
        halves += match c.len_utf8() {
            // A space goes with the word that follows it.
            1 if c == ' ' => 0,
            1 => 2,
            2 if c.is_alphabetic() => 2,
            2 | 3 => 3,
            _ => 6,
        };
    }
    halves.div_ceil(2)
}

/// More tokens than `text` can take: tokenizers that fall back on bytes make at most one of each.
///
/// For money: a budget must hold whichever tokenizer counts.
pub(super) fn most_tokens(text: &str) -> u64 {
    text.len() as u64
}

/// Fewer tokens than prose or JSON of so many bytes takes (9 bytes a token were the most met): where
/// a provider counts less it has cut the input off.
pub(super) fn least_tokens(bytes: usize) -> u64 {
    bytes as u64 / 12
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    // Counted with the vocabulary cl100k.
    #[rstest]
    #[case("Every Friday a scenario in Make looks for invoices in Xero.", 13)]
    #[case("{\"title\": \"Weekly late-invoice chaser\", \"steps\": []}", 16)]
    #[case("受付が終わったら請求書を送る", 19)]
    #[case("", 0)]
    fn an_estimate_is_not_below_what_tokenizers_count(#[case] text: &str, #[case] counted: usize) {
        assert!(estimate_tokens(text) >= counted, "{}", estimate_tokens(text));
        assert!(estimate_tokens(text) <= 2 * counted, "{}", estimate_tokens(text));
    }

    proptest! {
        #[test]
        fn an_estimate_is_bounded_by_the_bytes(text in "\\PC{0,400}") {
            prop_assert!(estimate_tokens(&text) as u64 <= 2 * most_tokens(&text));
        }
    }
}
