//! Putting text on a buffer so that columns stay where they are.

use super::message::Link;
use crate::settings::{Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A buffer with the theme it is painted in.
pub(super) struct Painter<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    /// Plain labels, no drawn lines.
    pub(super) is_plain: bool,
    /// Where the hardware cursor goes, once all is painted.
    pub(super) cursor: Option<(u16, u16)>,
    /// What was painted that leads to an address, with its text.
    pub(super) links: Vec<(Link, String)>,
}

impl Painter<'_> {
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Paints `text` in at most `width` columns and returns the column after it.
    pub(super) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.styled(x, y, width, text, style)
    }

    /// The same with a style of its own.
    pub(super) fn styled(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if width == 0
            || y < area.top()
            || y >= area.bottom()
            || x >= area.right()
            || x < area.left()
        {
            return x;
        }
        self.buffer.set_stringn(x, y, fitted(text, width), usize::from(width), style).0
    }

    /// Paints `text` so that it ends before column `right`, in at most `width` columns.
    pub(super) fn right(&mut self, right: u16, y: u16, width: u16, text: &str, role: Role) {
        let text = fitted(text, width);
        let own = columns(&text);
        if own > 0 {
            self.text(right.saturating_sub(own), y, own, &text, role);
        }
    }

    /// Fills with blanks in the style of `role`.
    pub(super) fn fill(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }

    /// Lays the style of `role` over what is painted.
    pub(super) fn tint(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, style);
    }

    /// A horizontal rule; nothing in plain mode.
    pub(super) fn rule(&mut self, area: Rect) {
        if !self.is_plain {
            let line = "─".repeat(usize::from(area.width));
            self.text(area.x, area.y, area.width, &line, Role::Rule);
        }
    }

    /// A vertical rule; nothing in plain mode.
    pub(super) fn upright(&mut self, x: u16, top: u16, bottom: u16) {
        if !self.is_plain {
            for y in top..bottom {
                self.text(x, y, 1, "│", Role::Rule);
            }
        }
    }

    /// A bar of `width` columns of which `share` (0..=1) is full.
    pub(super) fn bar(&mut self, x: u16, y: u16, width: u16, share: f64) {
        let full = (f64::from(width) * share.clamp(0.0, 1.0)).round() as u16;
        let x = self.text(x, y, full, &"━".repeat(usize::from(full)), Role::Bar);
        let rest = width - full;
        self.text(x, y, rest, &"─".repeat(usize::from(rest)), Role::BarRest);
    }
}

/// Columns that `text` takes.
pub(super) fn columns(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// `text`, cut to `width` columns with an ellipsis where it is longer.
pub(super) fn fitted(text: &str, width: u16) -> Cow<'_, str> {
    let width = usize::from(width);
    if text.len() <= width || text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme.width();
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        end = at + grapheme.len();
    }
    let kept = text[..end].trim_end();
    Cow::Owned(if width == 0 { String::new() } else { format!("{kept}…") })
}

/// `text` broken at spaces into lines of at most `width` columns; a word longer than a line is
/// broken anywhere.
pub(super) fn wrapped(text: &str, width: u16) -> Vec<String> {
    let width = usize::from(width.max(1));
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = word.width();
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if wide <= width {
            line.push_str(word);
            used += wide;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme.width();
            if used + wide > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("invoice", 7, "invoice")]
    #[case("invoices", 7, "invoic…")]
    #[case("予約リマインダー", 7, "予約リ…")]
    #[case("a b", 2, "a…")]
    #[case("abc", 0, "")]
    fn text_is_cut_by_columns(#[case] text: &str, #[case] width: u16, #[case] expected: &str) {
        assert_eq!(fitted(text, width), expected);
    }

    #[rstest]
    #[case("one two three", 7, &["one two", "three"])]
    #[case("abcdefgh", 3, &["abc", "def", "gh"])]
    #[case("", 3, &[""])]
    #[case("予約 の 確認", 5, &["予約", "の", "確認"])]
    fn text_is_wrapped_by_columns(
        #[case] text: &str,
        #[case] width: u16,
        #[case] expected: &[&str],
    ) {
        assert_eq!(wrapped(text, width), expected);
    }
}
