//! Folding: what makes two spellings compare as equal.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Folds `text` for comparison: compatibility forms unified (NFKC), lower case, accents off.
///
/// Only marks of U+0300–U+036F fall, so that Indic vowels and Japanese voicing stay.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .flat_map(char::to_lowercase)
        .filter(|c| !('\u{300}'..='\u{36F}').contains(c))
        .flat_map(|c| plain_letter(c).chars().collect::<Vec<_>>())
        .nfc()
        .collect()
}

/// Letters that carry a stroke or are joined, which no normal form takes apart.
fn plain_letter(c: char) -> Cow<'static, str> {
    Cow::Borrowed(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        '\u{2018}' | '\u{2019}' => "'",
        '\u{201C}' | '\u{201D}' => "\"",
        _ => return Cow::Owned(c.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Zürich Straße", "zurich strasse")]
    #[case("ŁÓDŹ", "lodz")]
    #[case("ﬁne Ｈｅｌｌｏ ①", "fine hello 1")]
    #[case("İstanbul", "istanbul")]
    #[case("が", "が")]
    #[case("ΣΊΣΥΦΟΣ", "σισυφοσ")]
    #[case("don’t", "don't")]
    fn spellings_of_one_word_fold_together(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold(text), folded);
        assert_eq!(fold(folded), folded);
    }
}
