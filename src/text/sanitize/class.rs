//! What a character does to a terminal.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Controls, format characters, fillers: never kept.
    Drop,
    /// Begins a terminal command: ESC, or its C1 short form.
    Command,
    LineEnd,
    Mark,
    /// A mark that joins the next consonant to its cluster (Unicode rule GB9c).
    Linker,
    /// An emoji's skin tone.
    Tone,
    /// U+FE0E, U+FE0F.
    Selector,
    /// U+200D.
    Joiner,
    Pictograph,
    /// Conjoining jamo and prefixed signs, which grow clusters without bound.
    Pulling,
    /// A regional indicator.
    Flag,
    Visible,
}

/// Tells what `c` does; for characters outside printable ASCII.
pub(super) fn class(c: char) -> Class {
    match c as u32 {
        0x20..=0x7E => Class::Visible,
        0x0A..=0x0D | 0x85 | 0x2028 | 0x2029 => Class::LineEnd,
        0x1B | 0x90 | 0x98 | 0x9B | 0x9D | 0x9E | 0x9F => Class::Command,
        0x00..=0x1F | 0x7F..=0x9F => Class::Drop,
        0xA9 | 0xAE => Class::Pictograph,
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F => Class::Drop,
        0xA0..=0x2FF => Class::Visible,
        0x200D => Class::Joiner,
        0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F => Class::Drop,
        0xFE0E | 0xFE0F => Class::Selector,
        0xFE00..=0xFE0D | 0xFEFF | 0xFFF0..=0xFFFC | 0x3164 | 0xFFA0 => Class::Drop,
        0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF => Class::Drop,
        n if n & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&n) => Class::Drop,
        0x1100..=0x11FF | 0xA960..=0xA97F | 0xD7B0..=0xD7FF => Class::Pulling,
        // Hangul syllables take vowels and finals after them; a syllable does not pull.
        0x600..=0x605 | 0x6DD | 0x70F | 0x890 | 0x891 | 0x8E2 | 0xD4E | 0x110BD | 0x110CD => {
            Class::Pulling
        }
        0x111C2 | 0x111C3 | 0x1193F | 0x11941 | 0x11A3A | 0x11A84..=0x11A89 | 0x11D46 | 0x11F02 => {
            Class::Pulling
        }
        0x1F3FB..=0x1F3FF => Class::Tone,
        0x1F1E6..=0x1F1FF => Class::Flag,
        0x1F000..=0x1FAFF => Class::Pictograph,
        0x203C | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x21AA | 0x231A..=0x23FF | 0x24C2 => {
            Class::Pictograph
        }
        0x25AA..=0x25FE | 0x2600..=0x27BF | 0x2934 | 0x2935 | 0x2B05..=0x2B55 => Class::Pictograph,
        0x3030 | 0x303D | 0x3297 | 0x3299 => Class::Pictograph,
        n if n >= 0x900 && canonical_combining_class(c) == 9 => Class::Linker,
        // Spacing marks that the combining tables leave out still extend a cluster.
        0xE33 | 0xEB3 | 0xFF9E | 0xFF9F => Class::Mark,
        _ if is_combining_mark(c) => Class::Mark,
        _ => Class::Visible,
    }
}
