//! Reads theme files and checks them.

use super::color::{color_names, parse_color};
use super::{ColorDepth, Role, Theme, base16};
use crate::settings::problem::{Problem, SettingsError, Source, read};
use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The shipped themes by name.
const SHIPPED: [(&str, &str, &str); 4] = [
    ("dark", "themes/dark.toml", include_str!("../../../themes/dark.toml")),
    ("light", "themes/light.toml", include_str!("../../../themes/light.toml")),
    (
        "high-contrast",
        "themes/high-contrast.toml",
        include_str!("../../../themes/high-contrast.toml"),
    ),
    ("sixteen", "themes/sixteen.toml", include_str!("../../../themes/sixteen.toml")),
];

const SECTIONS: [&str; 4] = ["inherits", "palette", "palette_16", "styles"];
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// A theme file as read: colours still by name, so that an heir may change the palette.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) inherits: Option<String>,
    pub(super) palette: BTreeMap<String, Color>,
    /// What a palette's colour becomes where there are sixteen.
    pub(super) palette_16: BTreeMap<String, Color>,
    pub(super) styles: BTreeMap<&'static str, RoleStyle>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct RoleStyle {
    fg: Option<Named>,
    bg: Option<Named>,
    modifiers: Modifier,
}

#[derive(Debug, Clone)]
struct Named {
    name: String,
    problem: Problem,
}

/// The themes there are: the shipped ones, then those of the user's folder.
pub fn list_themes(user_folder: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = SHIPPED.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let entries = user_folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut own: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let known = ["toml", "yaml", "yml"].map(std::ffi::OsStr::new);
            known
                .contains(&path.extension()?)
                .then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .filter(|name| !names.contains(name))
        .collect();
    own.sort();
    own.dedup();
    names.append(&mut own);
    names
}

/// Loads the theme called `name` for a terminal of `depth`: `name.toml`, `.yaml` or `.yml` in the
/// user's folder, else the shipped one.
///
/// # Errors
/// `SettingsError::Unknown` for a name that is neither; `SettingsError::Invalid` with every
/// problem found.
pub fn load_theme(
    name: &str,
    user_folder: Option<&Path>,
    depth: ColorDepth,
) -> Result<Theme, SettingsError> {
    let mut sheets = Vec::new();
    let mut next = Some((name.to_owned(), user_folder));
    while let Some((name, folder)) = next.take() {
        let (file, text) = find(&name, folder)?;
        let source = Source { name: &file, text: &text };
        if sheets.len() > 8 {
            let what = format!("theme `{name}` inherits itself, by way of others");
            return Err(SettingsError::Invalid(vec![source.problem(0..0, what)]));
        }
        let sheet =
            if base16::is_scheme(&source) { base16::read(&source) } else { read_sheet(&source) };
        let sheet = sheet.map_err(SettingsError::Invalid)?;
        next = sheet.inherits.clone().map(|parent| {
            // A user's file of a shipped name changes the shipped one.
            let folder = if parent == name { None } else { user_folder };
            (parent, folder)
        });
        sheets.push(sheet);
    }
    let mut whole = Sheet::default();
    for sheet in sheets.into_iter().rev() {
        whole.palette.extend(sheet.palette);
        whole.palette_16.extend(sheet.palette_16);
        whole.styles.extend(sheet.styles);
    }
    resolve(name, &whole, depth).map_err(SettingsError::Invalid)
}

fn find(name: &str, folder: Option<&Path>) -> Result<(String, String), SettingsError> {
    let candidates = folder.into_iter().flat_map(|folder| {
        ["toml", "yaml", "yml"].map(|ending| folder.join(format!("{name}.{ending}")))
    });
    let user: Option<PathBuf> = candidates.into_iter().find(|path| path.is_file());
    if let Some(path) = user {
        return Ok((path.display().to_string(), read("theme", &path)?));
    }
    let shipped = SHIPPED.iter().find(|(known, ..)| *known == name);
    shipped.map(|(_, file, text)| ((*file).to_owned(), (*text).to_owned())).ok_or_else(|| {
        let known = list_themes(folder).join(", ");
        SettingsError::Unknown { what: "theme", name: name.to_owned(), known }
    })
}

/// Reads one of our theme files.
pub(super) fn read_sheet(source: &Source<'_>) -> Result<Sheet, Vec<Problem>> {
    let table = source.table().map_err(|problem| vec![problem])?;
    let mut sheet = Sheet::default();
    let mut problems = Vec::new();
    for (key, value) in &table {
        let name = key.get_ref().as_ref();
        match (name, value.get_ref().as_table()) {
            ("inherits", _) => match value.get_ref().as_str() {
                Some(parent) => sheet.inherits = Some(parent.to_owned()),
                None => {
                    let what = "`inherits` must be a theme's name in quotes";
                    problems.push(source.problem(value.span(), what));
                }
            },
            ("palette", Some(colors)) => {
                read_palette(source, colors, &mut sheet.palette, &mut problems);
            }
            ("palette_16", Some(colors)) => {
                read_palette(source, colors, &mut sheet.palette_16, &mut problems);
            }
            ("styles", Some(styles)) => read_styles(source, styles, &mut sheet, &mut problems),
            _ => {
                let what = format!("there is no section `{name}` in a theme");
                problems.push(source.problem(key.span(), what).with_nearest(name, SECTIONS));
            }
        }
    }
    if problems.is_empty() { Ok(sheet) } else { Err(problems) }
}

fn read_palette(
    source: &Source<'_>,
    table: &DeTable<'_>,
    palette: &mut BTreeMap<String, Color>,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match value.get_ref().as_str().and_then(parse_color) {
            Some(color) => {
                palette.insert(name.to_owned(), color);
            }
            None => {
                let what = format!("`{name}` is not a colour");
                let hint = "write \"#1a2b3c\", a name such as \"bright-red\", or \"0\" to \"255\"";
                problems.push(source.problem(value.span(), what).with_hint(hint));
            }
        }
    }
}

fn read_styles(
    source: &Source<'_>,
    table: &DeTable<'_>,
    sheet: &mut Sheet,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let Some(role) = Role::from_name(name) else {
            let known = Role::ALL.iter().map(|role| role.name());
            let what = format!("there is no role `{name}`");
            problems.push(source.problem(key.span(), what).with_nearest(name, known));
            continue;
        };
        let mut style = RoleStyle::default();
        match value.get_ref() {
            DeValue::String(_) => style.fg = named(source, value),
            DeValue::Table(parts) => {
                for (part, value) in parts {
                    read_part(source, &mut style, part, value, problems);
                }
            }
            _ => {
                let what =
                    format!("`{name}` must be a colour or {{ fg = …, bg = …, bold = true }}");
                problems.push(source.problem(value.span(), what));
            }
        }
        sheet.styles.insert(role.name(), style);
    }
}

fn read_part(
    source: &Source<'_>,
    style: &mut RoleStyle,
    part: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) {
    let name = part.get_ref().as_ref();
    let modifier = MODIFIERS.iter().find(|(known, _)| *known == name);
    match (name, modifier, value.get_ref()) {
        ("fg", _, DeValue::String(_)) => style.fg = named(source, value),
        ("bg", _, DeValue::String(_)) => style.bg = named(source, value),
        (_, Some((_, modifier)), DeValue::Boolean(is_on)) => style.modifiers.set(*modifier, *is_on),
        ("fg" | "bg", ..) => {
            problems.push(source.problem(value.span(), format!("`{name}` must be a colour")));
        }
        (_, Some(_), _) => {
            problems.push(source.problem(value.span(), format!("`{name}` must be true or false")));
        }
        _ => {
            let known = ["fg", "bg"].into_iter().chain(MODIFIERS.iter().map(|(known, _)| *known));
            let what = format!("a style has no `{name}`");
            problems.push(source.problem(part.span(), what).with_nearest(name, known));
        }
    }
}

/// A colour's name, with the problem it will be if the whole theme has no such colour.
fn named(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Option<Named> {
    let name = value.get_ref().as_str()?.to_owned();
    let problem = source.problem(value.span(), format!("there is no colour `{name}`"));
    Some(Named { name, problem })
}

fn resolve(name: &str, sheet: &Sheet, depth: ColorDepth) -> Result<Theme, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut color = |named: &Option<Named>| {
        let named = named.as_ref()?;
        let sixteen = sheet.palette_16.get(&named.name).filter(|_| depth == ColorDepth::Sixteen);
        let found = sixteen.or_else(|| sheet.palette.get(&named.name)).copied();
        let found = found.or_else(|| parse_color(&named.name));
        if found.is_none() {
            let known = sheet.palette.keys().map(String::as_str).chain(color_names());
            problems.push(named.problem.clone().with_nearest(&named.name, known));
        }
        found
    };
    let default = RoleStyle::default();
    let styles = Role::ALL
        .iter()
        .map(|role| {
            let style = sheet.styles.get(role.name()).unwrap_or(&default);
            let (fg, bg) = (color(&style.fg), color(&style.bg));
            Style { fg, bg, ..Style::new() }.add_modifier(style.modifiers)
        })
        .collect();
    if problems.is_empty() {
        Ok(Theme { name: name.to_owned(), styles }.degraded(depth))
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests;
