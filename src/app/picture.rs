//! A screen's cells as a picture: SVG, and PNG drawn from that SVG.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use resvg::{tiny_skia, usvg};
use std::fmt::Write;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// A cell in pixels: the width of DejaVu Sans Mono's letters at this size.
const CELL: (f32, f32) = (8.43, 18.0);
const FONT_SIZE: f32 = 14.0;
/// Where the text's base line lies in its cell.
const BASE_LINE: f32 = 13.5;
const MARGIN: f32 = 10.0;
/// PNG pixels to an SVG pixel.
const SCALE: f32 = 1.5;

/// What a picture is drawn with where a cell says "default".
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    pub foreground: Color,
    pub background: Color,
}

/// How a run of cells looks.
#[derive(PartialEq, Clone, Copy)]
struct Look {
    foreground: (u8, u8, u8),
    background: (u8, u8, u8),
    is_bold: bool,
    is_italic: bool,
    is_underlined: bool,
}

/// The buffer as an SVG document of its own.
pub fn svg(buffer: &Buffer, paper: Paper) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let width = columns.mul_add(CELL.0, 2.0 * MARGIN);
    let height = rows.mul_add(CELL.1, 2.0 * MARGIN);
    let mut out = String::new();
    let ground = hex(rgb(paper.background, (16, 16, 20)));
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" \
         font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">\n"
    );
    for row in 0..buffer.area.height {
        write_row(&mut out, buffer, row, paper);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn write_row(out: &mut String, buffer: &Buffer, row: u16, paper: Paper) {
    let top = f32::from(row).mul_add(CELL.1, MARGIN);
    let paper_ground = rgb(paper.background, (16, 16, 20));
    let mut column = 0;
    while column < buffer.area.width {
        let look = look(buffer, column, row, paper);
        let start = column;
        let (mut text, mut places) = (String::new(), String::new());
        while column < buffer.area.width && self::look(buffer, column, row, paper) == look {
            let symbol = buffer[(column, row)].symbol();
            if !symbol.trim().is_empty() {
                text.push_str(symbol);
                // One place a letter: whatever font a viewer has, columns stay straight.
                for _ in symbol.chars() {
                    let x = f32::from(column).mul_add(CELL.0, MARGIN);
                    let _ = write!(places, "{x:.1} ");
                }
            }
            column += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        let x = f32::from(start).mul_add(CELL.0, MARGIN);
        let width = f32::from(column - start) * CELL.0;
        if look.background != paper_ground {
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" \
                 fill=\"{}\"/>",
                CELL.1,
                hex(look.background)
            );
        }
        if !text.is_empty() {
            let _ = writeln!(
                out,
                "<text y=\"{:.1}\" x=\"{}\" fill=\"{}\"{}{}{}>{}</text>",
                top + BASE_LINE,
                places.trim_end(),
                hex(look.foreground),
                if look.is_bold { " font-weight=\"bold\"" } else { "" },
                if look.is_italic { " font-style=\"italic\"" } else { "" },
                if look.is_underlined { " text-decoration=\"underline\"" } else { "" },
                escape(&text)
            );
        }
    }
}

fn look(buffer: &Buffer, column: u16, row: u16, paper: Paper) -> Look {
    let cell = &buffer[(column, row)];
    let mut foreground = rgb(cell.fg, rgb(paper.foreground, (220, 220, 220)));
    let mut background = rgb(cell.bg, rgb(paper.background, (16, 16, 20)));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut foreground, &mut background);
    }
    if cell.modifier.contains(Modifier::DIM) {
        let half = |a: u8, b: u8| u8::midpoint(a, b);
        foreground = (
            half(foreground.0, background.0),
            half(foreground.1, background.1),
            half(foreground.2, background.2),
        );
    }
    Look {
        foreground,
        background,
        is_bold: cell.modifier.contains(Modifier::BOLD),
        is_italic: cell.modifier.contains(Modifier::ITALIC),
        is_underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

/// The colour in red, green, blue; the sixteen as most terminals show them.
fn rgb(color: Color, default: (u8, u8, u8)) -> (u8, u8, u8) {
    match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 49, 49),
        Color::Green => (13, 188, 121),
        Color::Yellow => (229, 229, 16),
        Color::Blue => (36, 114, 200),
        Color::Magenta => (188, 63, 188),
        Color::Cyan => (17, 168, 205),
        Color::Gray => (204, 204, 204),
        Color::DarkGray => (102, 102, 102),
        Color::LightRed => (241, 76, 76),
        Color::LightGreen => (35, 209, 139),
        Color::LightYellow => (245, 245, 67),
        Color::LightBlue => (59, 142, 234),
        Color::LightMagenta => (214, 112, 214),
        Color::LightCyan => (41, 184, 219),
        Color::White => (255, 255, 255),
        Color::Indexed(_) | Color::Reset => default,
    }
}

/// Whether a colour is nearer to black than to white.
pub fn is_dark(color: Color) -> bool {
    let (red, green, blue) = rgb(color, (255, 255, 255));
    u32::from(red) + u32::from(green) + u32::from(blue) < 3 * 128
}

/// Whether the shipped font has letters for `text`: it knows European scripts, no East Asian ones.
pub fn can_draw(text: &str) -> bool {
    text.chars().all(|c| c < '\u{2e80}')
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The SVG as PNG bytes, with the fonts that ship in the program: the same on every machine.
///
/// # Errors
/// Where the SVG cannot be drawn, in words.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options =
        usvg::Options { font_family: "DejaVu Sans Mono".into(), ..Default::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(include_bytes!("../../data/fonts/DejaVuSansMono.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../data/fonts/DejaVuSansMono-Bold.ttf").to_vec());
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the picture has no size")?;
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("the picture is too large")?;
    let transform = tiny_skia::Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn what_a_picture_shows_is_escaped_and_drawn() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
        buffer.set_string(0, 0, "<b> & 日本", Style::default().fg(Color::Red));
        let paper = Paper { foreground: Color::White, background: Color::Black };
        let picture = svg(&buffer, paper);
        assert!(picture.contains("&lt;b&gt;"), "{picture}");
        assert!(png(&picture).unwrap().starts_with(b"\x89PNG"));
    }
}
