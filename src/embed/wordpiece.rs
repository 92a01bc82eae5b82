//! WordPiece: words cut greedily into the longest pieces that the vocabulary knows.

use super::punctuation::stands_alone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words over this many characters are unknown as a whole.
const LONGEST_WORD: usize = 100;
/// Hash states of the beginning of a word, and of a piece that continues one (FNV-1a's offset basis
/// and an odd constant of our own).
const BEGIN: u64 = 0xcbf2_9ce4_8422_2325;
const CONTINUE: u64 = 0x9e37_79b9_7f4a_7c15;
const PRIME: u64 = 0x0000_0100_0000_01b3;
const EMPTY: u32 = u32::MAX;

/// Tokens by their bytes: an open-addressed table over hashes that grow byte by byte, so that all
/// prefixes of a word are hashed in one pass.
pub(super) struct Vocabulary {
    /// By row.
    tokens: Vec<Token>,
    slots: Vec<Slot>,
    unknown: Option<u32>,
    longest: usize,
}

/// A token's text without the `##` that marks a piece continuing a word.
struct Token {
    text: &'static str,
    continues: bool,
}

#[derive(Clone, Copy)]
struct Slot {
    /// The hash's low half: tells nearly all other tokens apart without a look at their text.
    check: u32,
    row: u32,
}

/// The letters of the word being read, lower-cased and without accents, and its prefix hashes.
#[derive(Default)]
struct Word {
    text: String,
    characters: usize,
    hashes: Vec<u64>,
    pieces: Vec<u32>,
}

impl Vocabulary {
    /// Reads one token a line; the line's number is its row.
    pub(super) fn new(lines: &'static str) -> Self {
        let tokens: Vec<Token> = lines.lines().map(Token::parse).collect();
        let capacity = (tokens.len() * 3).next_power_of_two();
        let mut slots = vec![Slot { check: 0, row: EMPTY }; capacity];
        let mut unknown = None;
        for (row, token) in (0u32..).zip(&tokens) {
            if token.text == "[UNK]" {
                unknown = Some(row);
            }
            let hash = token.text.bytes().fold(start_of(token.continues), grow);
            let mut at = slot_of(hash, capacity);
            while slots[at].row != EMPTY {
                at = (at + 1) & (capacity - 1);
            }
            slots[at] = Slot { check: low_half(hash), row };
        }
        let longest = tokens.iter().map(|token| token.text.len()).max().unwrap_or(0);
        Self { tokens, slots, unknown, longest }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Calls `visit` with the row of every token of `text`, in order.
    pub(super) fn visit(&self, text: &str, mut visit: impl FnMut(u32)) {
        let mut word = Word::default();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                word.push(c.to_ascii_lowercase());
            } else if c.is_whitespace() {
                self.finish(&mut word, &mut visit);
            } else if stands_alone(c) {
                self.finish(&mut word, &mut visit);
                word.push(c);
                self.finish(&mut word, &mut visit);
            } else if !is_dropped(c) {
                for lower in c.to_lowercase().nfd().filter(|&part| !is_combining_mark(part)) {
                    word.push(lower);
                }
            }
        }
        self.finish(&mut word, &mut visit);
    }

    fn finish(&self, word: &mut Word, visit: &mut impl FnMut(u32)) {
        if word.text.is_empty() {
            return;
        }
        if word.characters <= LONGEST_WORD && self.cut(word) {
            word.pieces.iter().copied().for_each(&mut *visit);
        } else if let Some(unknown) = self.unknown {
            visit(unknown);
        }
        word.clear();
    }

    /// Fills the word's pieces; false when some part of it is in no token.
    fn cut(&self, word: &mut Word) -> bool {
        let Word { text, hashes, pieces, .. } = word;
        let mut start = 0;
        while start < text.len() {
            let rest = &text[start..];
            let continues = start > 0;
            hashes.clear();
            let reach = rest.len().min(self.longest);
            hashes.extend(rest.bytes().take(reach).scan(start_of(continues), |hash, byte| {
                *hash = grow(*hash, byte);
                Some(*hash)
            }));
            let found =
                (1..=reach).rev().filter(|&end| rest.is_char_boundary(end)).find_map(|end| {
                    self.find(hashes[end - 1], &rest[..end], continues).map(|row| (row, end))
                });
            let Some((row, length)) = found else { return false };
            pieces.push(row);
            start += length;
        }
        true
    }

    /// The row of the token `text`, whose hash is `hash`.
    fn find(&self, hash: u64, text: &str, continues: bool) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(hash, self.slots.len());
        loop {
            let slot = self.slots[at];
            if slot.row == EMPTY {
                return None;
            }
            if slot.check == low_half(hash) {
                let token = &self.tokens[slot.row as usize];
                if token.continues == continues && token.text == text {
                    return Some(slot.row);
                }
            }
            at = (at + 1) & mask;
        }
    }
}

impl Token {
    fn parse(line: &'static str) -> Self {
        match line.strip_prefix("##").filter(|rest| !rest.is_empty()) {
            Some(text) => Self { text, continues: true },
            None => Self { text: line, continues: false },
        }
    }
}

impl Word {
    fn push(&mut self, c: char) {
        self.characters += 1;
        if self.characters <= LONGEST_WORD {
            self.text.push(c);
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.characters = 0;
    }
}

/// Controls and format characters take no part in words.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}

fn start_of(continues: bool) -> u64 {
    if continues { CONTINUE } else { BEGIN }
}

fn grow(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(PRIME)
}

fn slot_of(hash: u64, capacity: usize) -> usize {
    // FNV's high bits are the well-mixed ones.
    (hash >> 40) as usize & (capacity - 1)
}

fn low_half(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn tokens(text: &str) -> Vec<&'static str> {
        let lines = "[UNK]\nun\n##aff\n##able\nable\n,\nsave\n中\n##d";
        let vocabulary = Vocabulary::new(lines);
        let rows: Vec<&'static str> = lines.lines().collect();
        let mut out = Vec::new();
        vocabulary.visit(text, |row| out.push(rows[row as usize]));
        out
    }

    #[rstest]
    #[case::longest_pieces("unaffable", &["un", "##aff", "##able"])]
    #[case::beginning_and_continuation("able unable", &["able", "un", "##able"])]
    #[case::whole_word_unknown("unaffx saved", &["[UNK]", "save", "##d"])]
    #[case::punctuation("SAVE,save", &["save", ",", "save"])]
    #[case::ideographs("save中中", &["save", "中", "中"])]
    #[case::invisible("sa\u{200b}ve\u{ad}d", &["save", "##d"])]
    fn words_are_cut_into_longest_pieces_when_read(#[case] text: &str, #[case] wanted: &[&str]) {
        assert_eq!(tokens(text), wanted);
    }

    #[test]
    fn a_word_is_unknown_when_over_a_hundred_characters() {
        assert_eq!(tokens(&format!("un{}", "able".repeat(25))), ["[UNK]"]);
        assert_eq!(tokens(&"able".repeat(25)).len(), 25);
    }
}
