//! Which column of a sheet is which field.

use crate::model::named;
use crate::text::fold;
use std::str::FromStr;

named! {
    /// A field of an automation that a column can hold.
    Column {
        Title = "title",
        Description = "description",
        Trigger = "trigger",
        TriggerKind = "trigger_kind",
        Steps = "steps",
        Tools = "tools",
        Industries = "industries",
        Functions = "functions",
        Problem = "problem",
        Complexity = "complexity",
        Tags = "tags",
        Url = "url",
    }
}

/// What people call the fields, folded and without spaces, beside the names above.
const SYNONYMS: [(Column, &[&str]); 12] = [
    (Column::Title, &["name", "automation", "automationname", "workflow", "usecase"]),
    (Column::Description, &["summary", "details", "about", "notes", "what"]),
    (Column::Trigger, &["when", "triggertext", "startswhen", "triggeredby", "event"]),
    (Column::TriggerKind, &["triggertype", "kindoftrigger", "typeoftrigger"]),
    (Column::Steps, &["step", "actions", "action", "then", "process", "flow"]),
    (Column::Tools, &["tool", "apps", "app", "software", "stack", "integrations", "platforms"]),
    (Column::Industries, &["industry", "sector", "sectors", "vertical", "verticals", "niche"]),
    (Column::Functions, &["function", "businessfunction", "department", "area", "category"]),
    (Column::Problem, &["painpoint", "pain", "problemsolved", "why", "need"]),
    (Column::Complexity, &["difficulty", "effort"]),
    (Column::Tags, &["tag", "labels", "label", "keywords"]),
    (Column::Url, &["link", "source", "sourceurl", "href", "address", "website"]),
];

/// What `--map` says of one column; `none` leaves it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// The column's name, folded.
    pub header: String,
    pub column: Option<Column>,
}

impl FromStr for Map {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (header, field) =
            text.rsplit_once('=').ok_or_else(|| "write COLUMN=FIELD, as Name=title".to_owned())?;
        let column = match field.trim().to_lowercase().as_str() {
            "none" => None,
            name => Some(Column::from_name(name).ok_or_else(|| {
                let names: Vec<_> = Column::ALL.iter().map(|column| column.name()).collect();
                format!("there is no field `{field}`; fields are: {}, none", names.join(", "))
            })?),
        };
        Ok(Self { header: plain(header), column })
    }
}

/// How a column came to hold its field; what stands first goes before what stands later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// `--map` says so.
    Said,
    /// It has the field's own name.
    Named,
    /// It has a name that people use for the field.
    Meant,
}

/// The field that a column of this name holds, and why.
pub fn column_of(header: &str, maps: &[Map]) -> Option<(Column, Ground)> {
    let header = plain(header);
    if let Some(map) = maps.iter().find(|map| map.header == header) {
        return map.column.map(|column| (column, Ground::Said));
    }
    let named = Column::ALL.iter().copied().find(|column| plain(column.name()) == header);
    let meant = SYNONYMS.iter().find(|(_, words)| words.contains(&header.as_str()));
    let meant = meant.map(|(column, _)| (*column, Ground::Meant));
    named.map(|column| (column, Ground::Named)).or(meant)
}

/// A header or a field's name as it is compared: folded, letters and digits only.
pub fn plain(header: &str) -> String {
    fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The character that parts the fields of a sheet, by its header line.
pub fn delimiter(head: &str) -> u8 {
    let line = head.lines().next().unwrap_or_default();
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in line.bytes() {
        is_quoted ^= byte == b'"';
        for (letter, count) in &mut counts {
            *count += usize::from(!is_quoted && byte == *letter);
        }
    }
    // Of equals the first: `max_by_key` would take the last.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(letter, _)| *letter)
}

/// Whether a text begins with the header of a sheet of automations.
pub fn has_title(head: &str) -> bool {
    let line = head.lines().next().unwrap_or_default();
    let parts = line.split(char::from(delimiter(head))).map(|part| part.trim().trim_matches('"'));
    let columns: Vec<Column> = parts.filter_map(|part| Some(column_of(part, &[])?.0)).collect();
    columns.contains(&Column::Title) && columns.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Title", Some(Column::Title))]
    #[case("TRIGGER KIND", Some(Column::TriggerKind))]
    #[case("trigger-type", Some(Column::TriggerKind))]
    #[case(" Pain point ", Some(Column::Problem))]
    #[case("Owner", Some(Column::Tags))]
    #[case("Notes", None)]
    #[case("Budget", None)]
    fn a_header_is_known_by_its_name_its_synonyms_and_what_was_said(
        #[case] header: &str,
        #[case] expected: Option<Column>,
    ) {
        let maps = ["owner=tags", "Notes=none"].map(|text| text.parse().unwrap());
        assert_eq!(column_of(header, &maps).map(|(column, _)| column), expected);
    }

    #[rstest]
    #[case("title,steps", b',')]
    #[case("\"a,b\";title;steps", b';')]
    #[case("title\tsteps", b'\t')]
    #[case("title", b',')]
    fn the_delimiter_is_what_parts_the_header(#[case] head: &str, #[case] expected: u8) {
        assert_eq!(delimiter(head), expected);
    }
}
