//! Keeping hostile text off the terminal.

mod class;

use class::{Class, class};
use std::borrow::Cow;

/// Most combining marks that one base character may carry.
const MAX_MARKS: u8 = 4;
/// Most characters that one drawn cluster (emoji family, syllable) may join.
const MAX_CLUSTER: u8 = 24;
/// Longest payload of a terminal string command that is still taken for one, in bytes.
const MAX_COMMAND: usize = 2048;

/// Makes `text` safe to print: no controls but `\n` and `\t`, no escape sequences, no bidi
/// overrides, no zero-width characters but ZWJ inside an emoji, marks capped at four a base.
///
/// Line ends of every kind become `\n`. Doing it twice changes nothing more.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let mut cleaner =
        Cleaner { text, out: None, copied: 0, marks: 0, cluster: 0, last: Last::None };
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b' '..=b'~' => {
                let plain = bytes[at..].iter().take_while(|b| (b' '..=b'~').contains(*b)).count();
                cleaner.start_cluster(bytes[at + plain - 1] as char);
                at + plain
            }
            b'\n' | b'\t' => {
                cleaner.last = Last::None;
                at + 1
            }
            _ => cleaner.other(at),
        };
    }
    cleaner.finish()
}

/// Makes `text` safe to print on one line: as `sanitize`, with every run of white space as one
/// space and none at the ends.
pub fn sanitize_line(text: &str) -> Cow<'_, str> {
    let clean = sanitize(text);
    let is_tidy = !clean.contains(['\n', '\t', '\u{A0}', '\u{3000}'])
        && !clean.contains("  ")
        && clean.trim().len() == clean.len();
    if is_tidy {
        return clean;
    }
    Cow::Owned(clean.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The last thing that was kept, as far as the next character depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing that a mark could sit on.
    None,
    /// A digit, `#` or `*`: may begin a keycap.
    Keycap,
    Base,
    Pictograph,
    /// Variation selector or skin tone after a pictograph.
    Dressed,
    /// A joiner inside an emoji.
    Joiner,
    /// A character that pulls the next one into its cluster: virama, conjoining jamo, prefix sign.
    Pulling,
}

struct Cleaner<'a> {
    text: &'a str,
    out: Option<String>,
    /// Up to where `text` has been copied to `out`.
    copied: usize,
    marks: u8,
    cluster: u8,
    last: Last,
}

impl<'a> Cleaner<'a> {
    fn start_cluster(&mut self, c: char) {
        self.marks = 0;
        self.cluster = 1;
        self.last =
            if c.is_ascii_digit() || c == '#' || c == '*' { Last::Keycap } else { Last::Base };
    }

    /// Handles what is neither plain ASCII nor a kept control, at `at`; returns where to go on.
    fn other(&mut self, at: usize) -> usize {
        let Some(c) = self.text[at..].chars().next() else { return self.text.len() };
        let next = at + c.len_utf8();
        match class(c) {
            Class::LineEnd => {
                let end = if self.text[at..].starts_with("\r\n") { at + 2 } else { next };
                self.replace(at..end, "\n");
                self.last = Last::None;
                end
            }
            Class::Command => {
                let end = command_end(self.text, at);
                self.replace(at..end, "");
                end
            }
            class => {
                if !self.keeps(class, next) {
                    self.replace(at..next, "");
                }
                next
            }
        }
    }

    /// Decides on a visible or joining character and notes it where it stays.
    fn keeps(&mut self, class: Class, next: usize) -> bool {
        let is_pulled = matches!(self.last, Last::Joiner | Last::Pulling);
        let (stays, last, joins) = match class {
            Class::Drop | Class::Command | Class::LineEnd => return false,
            Class::Mark | Class::Linker | Class::Tone => {
                let has_room = self.marks < MAX_MARKS && self.last != Last::None;
                let is_on_emoji = matches!(self.last, Last::Pictograph | Last::Dressed);
                let last = match class {
                    Class::Linker => Last::Pulling,
                    Class::Tone if is_on_emoji => Last::Dressed,
                    _ => Last::Base,
                };
                (has_room, last, true)
            }
            Class::Selector => {
                let is_emoji = self.last == Last::Pictograph;
                let is_keycap =
                    self.last == Last::Keycap && self.text[next..].starts_with('\u{20E3}');
                (is_emoji || is_keycap, if is_emoji { Last::Dressed } else { Last::Base }, true)
            }
            Class::Joiner => {
                let follows = matches!(self.last, Last::Pictograph | Last::Dressed);
                let leads = self.text[next..].chars().next().map(class::class);
                (follows && leads == Some(Class::Pictograph), Last::Joiner, true)
            }
            Class::Pictograph => (true, Last::Pictograph, is_pulled),
            Class::Pulling => (true, Last::Pulling, is_pulled),
            Class::Flag => (true, Last::Base, is_pulled),
            Class::Visible => (true, Last::Base, is_pulled),
        };
        // A joiner needs room for what it joins, or it would be left dangling.
        let room = if class == Class::Joiner { MAX_CLUSTER - 1 } else { MAX_CLUSTER };
        if !stays || (joins && self.cluster >= room) {
            return false;
        }
        let is_mark = matches!(class, Class::Mark | Class::Linker | Class::Tone | Class::Selector);
        self.marks = if is_mark { self.marks + 1 } else { 0 };
        self.cluster = if joins { self.cluster + 1 } else { 1 };
        self.last = last;
        true
    }

    fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        let out = self.out.get_or_insert_with(|| String::with_capacity(self.text.len()));
        out.push_str(&self.text[self.copied..range.start]);
        out.push_str(with);
        self.copied = range.end;
    }

    fn finish(self) -> Cow<'a, str> {
        match self.out {
            None => Cow::Borrowed(self.text),
            Some(mut out) => {
                out.push_str(&self.text[self.copied..]);
                Cow::Owned(out)
            }
        }
    }
}

/// Where the terminal command that begins at `at` (ESC or its C1 form) ends, by ECMA-48.
///
/// A string command without its terminator loses its opening only, so that a stray one cannot
/// swallow the text behind it.
fn command_end(text: &str, at: usize) -> usize {
    let mut chars = text[at..].chars();
    let (kind, from) = match chars.next() {
        Some('\u{1B}') => match chars.next() {
            Some(c @ ' '..='~') => (c, at + 2),
            _ => return at + 1,
        },
        // C1 controls are ESC followed by the character 0x40 lower.
        Some(c) => (char::from_u32(c as u32 - 0x40).unwrap_or(' '), at + c.len_utf8()),
        None => return at,
    };
    let rest = &text.as_bytes()[from..];
    match kind {
        '[' => {
            let arguments = rest.iter().take_while(|b| (0x20..=0x3F).contains(*b)).count();
            let has_final = rest.get(arguments).is_some_and(|b| (0x40..=0x7E).contains(b));
            from + arguments + usize::from(has_final)
        }
        ']' | 'P' | 'X' | '^' | '_' => from + string_length(&text[from..]).unwrap_or(0),
        ' '..='/' => {
            let between = rest.iter().take_while(|b| (0x20..=0x2F).contains(*b)).count();
            let has_final = rest.get(between).is_some_and(|b| (0x30..=0x7E).contains(b));
            from + between + usize::from(has_final)
        }
        _ => from,
    }
}

/// The length of a string command's payload with its terminator, if it has one on its line.
fn string_length(text: &str) -> Option<usize> {
    for (at, c) in text.char_indices() {
        match c {
            '\u{7}' | '\u{9C}' => return Some(at + c.len_utf8()),
            '\u{1B}' => return text[at..].starts_with("\u{1B}\\").then_some(at + 2),
            '\n' | '\r' => return None,
            _ if at > MAX_COMMAND => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
