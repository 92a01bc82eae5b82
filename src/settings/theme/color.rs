//! Colours: how they are written, and how many a terminal has.

use ratatui::style::Color;
use serde::{Deserialize, Serialize};

/// How many colours are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ColorDepth {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "16")]
    Sixteen,
    #[serde(rename = "256")]
    Indexed,
    #[serde(rename = "truecolor")]
    True,
}

/// The sixteen ANSI colours by the names themes use, with the usual red, green and blue.
const ANSI: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 49, 49]),
    ("green", Color::Green, [13, 188, 121]),
    ("yellow", Color::Yellow, [205, 173, 0]),
    ("blue", Color::Blue, [36, 114, 200]),
    ("magenta", Color::Magenta, [188, 63, 188]),
    ("cyan", Color::Cyan, [17, 168, 205]),
    ("white", Color::Gray, [229, 229, 229]),
    ("bright-black", Color::DarkGray, [102, 102, 102]),
    ("bright-red", Color::LightRed, [241, 76, 76]),
    ("bright-green", Color::LightGreen, [35, 209, 139]),
    ("bright-yellow", Color::LightYellow, [245, 245, 67]),
    ("bright-blue", Color::LightBlue, [59, 142, 234]),
    ("bright-magenta", Color::LightMagenta, [214, 112, 214]),
    ("bright-cyan", Color::LightCyan, [41, 184, 219]),
    ("bright-white", Color::White, [255, 255, 255]),
];

impl ColorDepth {
    /// What the environment says of the terminal: NO_COLOR (<https://no-color.org>), COLORTERM,
    /// TERM.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).unwrap_or_default().to_lowercase();
        let (terminal, color) = (value("TERM"), value("COLORTERM"));
        if !value("NO_COLOR").is_empty() || terminal == "dumb" {
            Self::None
        } else if color.contains("truecolor")
            || color.contains("24bit")
            || terminal.ends_with("-direct")
        {
            Self::True
        } else if terminal.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    /// The nearest colour that this depth has.
    pub(super) fn fit(self, color: Color) -> Color {
        match (self, color) {
            (Self::None, _) => Color::Reset,
            (Self::Sixteen, Color::Rgb(r, g, b)) => nearest_ansi([r, g, b]),
            (Self::Sixteen, Color::Indexed(i)) if i > 15 => nearest_ansi(indexed_rgb(i)),
            (Self::Sixteen, Color::Indexed(i)) => ANSI[usize::from(i)].1,
            (Self::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed([r, g, b])),
            _ => color,
        }
    }
}

/// Reads `#1a2b3c`, `#abc`, a name such as `bright-red`, a number 0 to 255, or `default`.
pub(super) fn parse_color(text: &str) -> Option<Color> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix('#') {
        return parse_hex(hex);
    }
    if text == "default" {
        return Some(Color::Reset);
    }
    let named = ANSI.iter().find(|(name, ..)| *name == text).map(|(_, color, _)| *color);
    named.or_else(|| text.parse().ok().map(Color::Indexed))
}

/// Reads six (or three) hexadecimal digits.
pub(super) fn parse_hex(hex: &str) -> Option<Color> {
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let at = |range: std::ops::Range<usize>| u8::from_str_radix(&hex[range], 16).ok();
    match hex.len() {
        6 => Some(Color::Rgb(at(0..2)?, at(2..4)?, at(4..6)?)),
        3 => Some(Color::Rgb(at(0..1)? * 17, at(1..2)? * 17, at(2..3)? * 17)),
        _ => None,
    }
}

/// The names that `parse_color` knows, for hints.
pub(super) fn color_names<'a>() -> impl Iterator<Item = &'a str> {
    ANSI.iter().map(|(name, ..)| *name).chain(["default"])
}

/// Squared distance weighted as the eye weighs (the "redmean" approximation).
fn distance(a: [u8; 3], b: [u8; 3]) -> i64 {
    let [r, g, bl] = [0, 1, 2].map(|i| i64::from(a[i]) - i64::from(b[i]));
    let mean = (i64::from(a[0]) + i64::from(b[0])) / 2;
    (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * bl * bl) >> 8)
}

fn nearest_ansi(rgb: [u8; 3]) -> Color {
    let nearest = ANSI.iter().min_by_key(|(.., theirs)| distance(rgb, *theirs));
    nearest.map_or(Color::Reset, |(_, color, _)| *color)
}

/// The colour cube's six levels, as xterm draws them.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn indexed_rgb(index: u8) -> [u8; 3] {
    match index {
        0..=15 => ANSI[usize::from(index)].2,
        16..=231 => {
            let i = usize::from(index - 16);
            [LEVELS[i / 36], LEVELS[i / 6 % 6], LEVELS[i % 6]]
        }
        232..=255 => [8 + 10 * (index - 232); 3],
    }
}

fn nearest_indexed(rgb: [u8; 3]) -> u8 {
    (16..=255u8).min_by_key(|index| distance(rgb, indexed_rgb(*index))).unwrap_or(16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("#ff8000", Some(Color::Rgb(255, 128, 0)))]
    #[case("#f80", Some(Color::Rgb(255, 136, 0)))]
    #[case("bright-red", Some(Color::LightRed))]
    #[case("208", Some(Color::Indexed(208)))]
    #[case("default", Some(Color::Reset))]
    #[case("#ff80", None)]
    #[case("#é00", None)]
    #[case("reddish", None)]
    #[case("256", None)]
    fn a_colour_is_read(#[case] text: &str, #[case] expected: Option<Color>) {
        assert_eq!(parse_color(text), expected);
    }

    #[rstest]
    #[case(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], ColorDepth::None)]
    #[case(&[("NO_COLOR", ""), ("COLORTERM", "truecolor")], ColorDepth::True)]
    #[case(&[("TERM", "xterm-256color")], ColorDepth::Indexed)]
    #[case(&[("TERM", "dumb")], ColorDepth::None)]
    #[case(&[("TERM", "xterm")], ColorDepth::Sixteen)]
    fn the_environment_says_how_many_colours(
        #[case] variables: &[(&str, &str)],
        #[case] expected: ColorDepth,
    ) {
        let read = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())
        };
        assert_eq!(ColorDepth::detect(read), expected);
    }

    #[rstest]
    #[case(ColorDepth::Indexed, Color::Rgb(255, 0, 0), Color::Indexed(196))]
    #[case(ColorDepth::Indexed, Color::Rgb(128, 128, 128), Color::Indexed(244))]
    #[case(ColorDepth::Sixteen, Color::Rgb(250, 70, 70), Color::LightRed)]
    #[case(ColorDepth::Sixteen, Color::Indexed(21), Color::Blue)]
    #[case(ColorDepth::None, Color::Red, Color::Reset)]
    fn a_colour_falls_to_the_nearest(
        #[case] depth: ColorDepth,
        #[case] color: Color,
        #[case] expected: Color,
    ) {
        assert_eq!(depth.fit(color), expected);
    }
}
