//! How text falls into words, for indexing and asking alike.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, Stemmer,
    StopWordFilter, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Longer runs are keys, hashes and encoded data: nobody types them, and they bloat the dictionary.
const LONGEST_WORD: usize = 64;

/// Words that say nothing of what a text is about. Longer than Lucene's list of 33, as people also
/// ask in questions: articles, pronouns, prepositions, conjunctions, auxiliaries, question words.
const STOP_WORDS: &str = "\
    a an the this that these those such same some any each every either neither both all no nor not \
    i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his \
    himself she her hers herself it its itself they them their theirs themselves one ones \
    of in on at by for from to into onto upon with within without about above after against along \
    among around as before behind below beneath beside besides between beyond during except inside \
    near off out outside over per since through throughout toward towards under until up down via \
    and or but if then else than so because while whereas although though unless whether yet \
    be am is are was were been being do does did doing done have has had having can could may might \
    must shall should will would ought cannot \
    what which who whom whose when where why how there here now also just only very too more most \
    much many few less least other another own again further ever never always often etc";

/// Runs of letters and digits; each ideograph and kana stands alone, as those scripts do not part
/// words by spaces.
#[derive(Clone, Default)]
pub(super) struct WordTokenizer {
    token: Token,
}

pub(super) struct WordStream<'a> {
    text: &'a str,
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, at: 0, token: &mut self.token }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((from, to)) = next_word(self.text, self.at) else { return false };
        self.at = to;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = from;
        self.token.offset_to = to;
        self.token.text.clear();
        self.token.text.push_str(&self.text[from..to]);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn next_word(text: &str, at: usize) -> Option<(usize, usize)> {
    let mut characters = text[at..].char_indices().skip_while(|(_, c)| !c.is_alphanumeric());
    let (start, first) = characters.next()?;
    let from = at + start;
    if stands_alone(first) {
        return Some((from, from + first.len_utf8()));
    }
    let end = characters.find(|&(_, c)| !c.is_alphanumeric() || stands_alone(c));
    Some((from, end.map_or(text.len(), |(offset, _)| at + offset)))
}

fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Words as they are, folded: for phrases, prefixes, typos and lighting up.
pub(super) fn plain() -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// English stems without stop words: what is scored.
pub(super) fn stemmed() -> TextAnalyzer {
    let stop = StopWordFilter::remove(STOP_WORDS.split_whitespace().map(str::to_owned));
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(stop)
        .filter(Stemmer::new(Language::English))
        .build()
}

/// One whole value, folded: facet values, titles, identifiers.
pub(super) fn whole() -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// All tokens of `text`.
pub(super) fn list_tokens(analyzer: &TextAnalyzer, text: &str) -> Vec<String> {
    let mut analyzer = analyzer.clone();
    let mut stream = analyzer.token_stream(text);
    let mut tokens = Vec::new();
    while stream.advance() {
        tokens.push(stream.token().text.clone());
    }
    tokens
}

/// Neighbouring stems, each two as one word.
pub(super) fn list_pairs(stems: &[String]) -> Vec<String> {
    stems.windows(2).map(|pair| format!("{}+{}", pair[0], pair[1])).collect()
}

/// A title as it is compared to the letter: its words, whatever stands between them.
pub(super) fn title_key(analyzer: &TextAnalyzer, title: &str) -> String {
    let mut key = list_tokens(analyzer, title).join(" ");
    if key.len() > 1000 {
        key.truncate((0..=1000).rev().find(|&at| key.is_char_boundary(at)).unwrap_or(0));
    }
    key
}

/// The words of `text` that look like identifiers: a digit, or punctuation inside, and no spaces.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace().map(trim_identifier).filter(|w| is_identifier(w)).map(str::to_owned)
}

/// `word` without the punctuation that a sentence puts around it.
pub(super) fn trim_identifier(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

pub(super) fn is_identifier(word: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_digit() || "-_./:@#+".contains(c);
    (3..=LONGEST_WORD).contains(&word.len())
        && word.contains(is_mark)
        && word.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Invoices, chased politely!", &["invoices", "chased", "politely"])]
    #[case("Café-Bestellung", &["cafe", "bestellung"])]
    #[case("自动化 workflow", &["自", "动", "化", "workflow"])]
    #[case("n8n工具", &["n8n", "工", "具"])]
    #[case("  \u{7f} ", &[])]
    fn text_falls_into_folded_words(#[case] text: &str, #[case] words: &[&str]) {
        assert_eq!(list_tokens(&plain(), text), words);
    }

    #[test]
    fn stems_drop_stop_words_and_endings() {
        assert_eq!(list_tokens(&stemmed(), "the invoices of a customer"), ["invoic", "custom"]);
    }

    #[test]
    fn identifiers_are_told_from_words() {
        let found: Vec<_> =
            identifiers("Use gpt-4o-mini (v2.1) with slack_post, please.").collect();
        assert_eq!(found, ["gpt-4o-mini", "v2.1", "slack_post"]);
    }
}
