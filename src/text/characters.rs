//! Byte offsets to character offsets and back.

/// Bytes between two checkpoints.
const STRIDE: usize = 128;

/// Converts between byte and character offsets of one text, in about a hundred steps each.
#[derive(Debug, Clone)]
pub struct CharacterIndex<'a> {
    text: &'a str,
    /// Characters that begin before byte `i * STRIDE`; empty for ASCII, where both counts agree.
    before: Vec<u32>,
    count: usize,
}

impl<'a> CharacterIndex<'a> {
    /// Reads `text` once.
    pub fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self { text, before: Vec::new(), count: text.len() };
        }
        let mut before = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut count = 0;
        for block in text.as_bytes().chunks(STRIDE) {
            before.push(u32::try_from(count).unwrap_or(u32::MAX));
            count += starts(block);
        }
        Self { text, before, count }
    }

    /// How many characters the text has.
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of characters that begin before `byte`; offsets past the end count as the end.
    pub fn character(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if self.before.is_empty() || byte == self.text.len() {
            return if byte == self.text.len() { self.count } else { byte };
        }
        let block = byte / STRIDE;
        self.before[block] as usize + starts(&self.text.as_bytes()[block * STRIDE..byte])
    }

    /// The byte at which character `character` begins; the text's length when there is none.
    pub fn byte(&self, character: usize) -> usize {
        if character >= self.count {
            return self.text.len();
        }
        if self.before.is_empty() {
            return character;
        }
        let after = self.before.partition_point(|&count| count as usize <= character);
        let block = after.saturating_sub(1);
        let mut left = character - self.before[block] as usize;
        let from = block * STRIDE;
        for (at, byte) in self.text.as_bytes()[from..].iter().enumerate() {
            if is_start(*byte) {
                if left == 0 {
                    return from + at;
                }
                left -= 1;
            }
        }
        self.text.len()
    }
}

fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| is_start(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_directions_agree_with_counting(text in "[a-zé漢🦀 ]{0,600}") {
            let index = CharacterIndex::new(&text);
            prop_assert_eq!(index.len(), text.chars().count());
            for (character, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(index.character(byte), character);
                prop_assert_eq!(index.byte(character), byte);
            }
            prop_assert_eq!(index.byte(index.len()), text.len());
            prop_assert_eq!(index.character(text.len()), index.len());
        }
    }
}
