//! Base16 and base24 schemes (<https://github.com/tinted-theming/home/blob/main/styling.md>):
//! sixteen or more colours called base00, base01 and so on, as YAML or TOML.

use super::color::parse_hex;
use super::load::Sheet;
use crate::settings::problem::{Problem, Source};
use ratatui::style::Color;
use std::collections::BTreeMap;

/// What each colour of a scheme does here, as styles over a palette of base00 … base0F.
const STYLES: &str = include_str!("base16.toml");

/// Whether a file looks like a scheme rather than one of our themes.
pub(super) fn is_scheme(source: &Source<'_>) -> bool {
    entries(source).any(|(key, ..)| key == "base00") && !source.text.contains("[styles]")
}

/// Reads a scheme.
pub(super) fn read(source: &Source<'_>) -> Result<Sheet, Vec<Problem>> {
    let mut palette = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, value, at) in entries(source) {
        match parse_hex(value) {
            Some(color) => {
                palette.insert(key.to_owned(), color);
            }
            None => {
                let what = format!("`{key}` = `{value}` is not a colour of six hexadecimal digits");
                problems.push(source.problem(at..at, what));
            }
        }
    }
    for number in 0..16 {
        let name = format!("base{number:02X}");
        if problems.is_empty() && !palette.contains_key(&name) {
            problems.push(source.problem(0..0, format!("the scheme lacks `{name}`")));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let styles = Source { name: "base16.toml", text: STYLES };
    let mut sheet = super::load::read_sheet(&styles)?;
    let ink: BTreeMap<String, Color> = palette;
    sheet.palette.extend(ink);
    Ok(sheet)
}

/// `base0X: "value"` or `base0X = "value"` lines with the place of the value.
fn entries<'a>(source: &Source<'a>) -> impl Iterator<Item = (&'a str, &'a str, usize)> + use<'a> {
    let start = source.text.as_ptr() as usize;
    source.text.lines().filter_map(move |line| {
        let (key, value) = line.split_once([':', '='])?;
        let key = key.trim().trim_matches(['"', '\'']);
        let is_base = key.len() == 6 && key.starts_with("base");
        let value = value.trim();
        let unquoted = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
            _ => value.split(" #").next().unwrap_or_default().trim(),
        };
        let at = unquoted.as_ptr() as usize - start;
        is_base.then_some((key, unquoted.trim_start_matches('#'), at))
    })
}
