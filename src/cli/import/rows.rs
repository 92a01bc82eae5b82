//! The rows of a sheet as automations.

use super::super::CliError;
use super::super::automations::address;
use super::super::input::Input;
use super::columns::{self, Column, Ground, Map, column_of};
use crate::model::{
    Complexity, Content, Location, Scored, Step, ToolRole, ToolUse, Trigger, TriggerKind,
};
use crate::text::{content, fold};
use csv::{ReaderBuilder, StringRecord};
use std::collections::HashMap;

/// A sheet as it was read.
#[derive(Debug)]
pub struct Rows {
    pub rows: Vec<Row>,
    /// Columns that no field takes.
    pub ignored: Vec<String>,
}

#[derive(Debug)]
pub struct Row {
    /// Where it begins, from 1.
    pub line: u64,
    /// The automation, or why it is none.
    pub item: Result<(Content, Location), String>,
}

/// Reads a sheet; a row that is wrong says so and the others go on.
///
/// # Errors
/// Where no column holds titles, or two hold the same field.
pub fn read(input: &Input, maps: &[Map]) -> Result<Rows, CliError> {
    let (text, above, delimiter) = parts(&input.text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        _ => return Err(usage(format!("{} has no header row", input.name))),
    };
    let fields = fields(input, &header, maps)?;
    let ignored = header
        .iter()
        .zip(&fields)
        .filter(|(name, field)| field.is_none() && !name.trim().is_empty());
    let ignored = ignored.map(|(name, _)| name.trim().to_owned()).collect();
    let mut lines = Lines { text, at: 0, line: above + 1 };
    let mut rows = Vec::new();
    for record in records {
        match record {
            Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(record) => {
                let line = lines.of(record.position());
                rows.push(Row { line, item: item(&record, &fields) });
            }
            Err(error) => {
                rows.push(Row { line: lines.of(error.position()), item: Err(error.to_string()) });
            }
        }
    }
    Ok(Rows { rows, ignored })
}

/// Counts lines as the records come.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line in which a record begins; the reader's own count takes empty lines before it for
    /// part of it.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = byte + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let passed = self.text.get(self.at..start).unwrap_or_default();
        self.line += passed.matches('\n').count() as u64;
        self.at = self.at.max(start);
        self.line
    }
}

/// The sheet itself, the lines above it, and its delimiter, which Excel may say in a first line.
fn parts(text: &str) -> (&str, u64, u8) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (rest, 1, *delimiter),
        _ => (text, 0, columns::delimiter(text)),
    }
}

/// The field of each column.
fn fields(
    input: &Input,
    header: &StringRecord,
    maps: &[Map],
) -> Result<Vec<Option<Column>>, CliError> {
    for map in maps {
        if !header.iter().any(|name| columns::plain(name) == map.header) {
            let what = format!("{} has no column `{}` to map", input.name, map.header);
            return Err(usage(what).with_hint(columns_of(header)));
        }
    }
    let grounds: Vec<_> = header.iter().map(|name| column_of(name, maps)).collect();
    let mut fields = vec![None; grounds.len()];
    for column in Column::ALL {
        let of = |found: &Option<(Column, Ground)>| found.filter(|(one, _)| one == column);
        let Some((_, best)) = grounds.iter().filter_map(of).min_by_key(|(_, why)| *why) else {
            continue;
        };
        let places: Vec<usize> =
            (0..grounds.len()).filter(|at| grounds[*at] == Some((*column, best))).collect();
        if let [one, other, ..] = places[..] {
            let (one, other) = (header[one].trim(), header[other].trim());
            let what =
                format!("{}: columns `{one}` and `{other}` both hold the {column}", input.name);
            return Err(usage(what).with_hint(format!("leave one out with --map '{other}=none'")));
        }
        places.into_iter().for_each(|at| fields[at] = Some(*column));
    }
    if !fields.contains(&Some(Column::Title)) {
        let what = format!("{} has no column of titles", input.name);
        let hint = format!("say which it is with --map COLUMN=title; {}", columns_of(header));
        return Err(usage(what).with_hint(hint));
    }
    Ok(fields)
}

fn columns_of(header: &StringRecord) -> String {
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    format!("columns are: {}", names.join(", "))
}

fn item(record: &StringRecord, fields: &[Option<Column>]) -> Result<(Content, Location), String> {
    if let Some(extra) = record.iter().skip(fields.len()).find(|cell| !cell.trim().is_empty()) {
        let extra: String = extra.trim().chars().take(40).collect();
        return Err(format!("it has more cells than the header, from `{extra}` on"));
    }
    let cells: HashMap<Column, &str> = record
        .iter()
        .zip(fields)
        .filter_map(|(cell, field)| Some(((*field)?, cell.trim())))
        .collect();
    let cell = |column| cells.get(&column).copied().unwrap_or_default();
    let scored = |column| {
        let labels = entries(cell(column)).into_iter();
        labels.map(|label| Scored { label, p: 1.0 }).collect()
    };
    let tools = entries(cell(Column::Tools)).into_iter();
    let content = content::clean(Content {
        title: cell(Column::Title).to_owned(),
        description: cell(Column::Description).to_owned(),
        trigger: trigger(cell(Column::Trigger), cell(Column::TriggerKind))?,
        steps: steps(cell(Column::Steps)),
        tools: tools.map(|name| ToolUse { name, role: ToolRole::Used, p: 1.0 }).collect(),
        industries: scored(Column::Industries),
        functions: scored(Column::Functions),
        problem: Some(cell(Column::Problem).to_owned()),
        claims: Vec::new(),
        complexity: complexity(cell(Column::Complexity))?,
        tags: entries(cell(Column::Tags)),
    });
    let url = Some(cell(Column::Url)).filter(|url| !url.is_empty());
    let location = Location { seconds: None, url: url.map(address).transpose()? };
    match content::unfit(&content).first() {
        Some(unfit) => Err(unfit.why.clone()),
        None => Ok((content, location)),
    }
}

fn trigger(text: &str, kind: &str) -> Result<Option<Trigger>, String> {
    if text.is_empty() && kind.is_empty() {
        return Ok(None);
    }
    let kind = match fold(kind).as_str() {
        "" => TriggerKind::Event,
        name => super::super::add::trigger_kind(name)
            .map_err(|why| format!("trigger kind `{kind}`: {why}"))?,
    };
    Ok(Some(Trigger { kind, text: text.to_owned(), tool: None, confidence: 1.0 }))
}

fn complexity(cell: &str) -> Result<Option<Complexity>, String> {
    match fold(cell).as_str() {
        "" => Ok(None),
        name => Complexity::from_name(name).map(Some).ok_or_else(|| {
            format!("`{cell}` is no complexity; there are simple, moderate and complex")
        }),
    }
}

/// Steps in their order, parted by lines, semicolons or arrows; numbers and bullets taken off.
fn steps(cell: &str) -> Vec<Step> {
    let cell = cell.replace("->", "→").replace("=>", "→");
    let texts = cell.split(['\n', ';', '→']).map(unnumbered).filter(|text| !text.is_empty());
    let mut steps: Vec<Step> = texts
        .map(|text| Step { text: text.to_owned(), tool: None, follows: Vec::new(), branch: None })
        .collect();
    content::chain(&mut steps);
    steps
}

fn unnumbered(text: &str) -> &str {
    let text = text.trim().trim_start_matches(['-', '•', '*', '–']).trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['.', ')']) {
        // A number with a fraction is no numbering: "1.5 hours later".
        Some(after) if rest.len() < text.len() && !after.starts_with(char::is_numeric) => {
            after.trim_start()
        }
        _ => text,
    }
}

fn entries(cell: &str) -> Vec<String> {
    let entries = cell.split([',', ';', '|', '\n']).map(str::trim);
    entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn usage(what: String) -> CliError {
    CliError::Usage { what, hint: Some("the first row names the columns".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Rows {
        read(&Input { name: "s.csv".to_owned(), text: text.to_owned() }, &[]).unwrap()
    }

    #[test]
    fn a_row_becomes_an_automation_with_its_lists_taken_apart() {
        let text = "sep=;\nTitle;When;Trigger type;Actions;Apps;Link\n\
                    Rescue;a call is missed;Event;\"1. text them\n2) wait 1.5 hours -> call\";Twilio, Slack;https://example.org\n";
        let rows = sheet(text);
        let (content, location) = rows.rows[0].item.as_ref().unwrap();
        let steps: Vec<_> = content.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(steps, ["text them", "wait 1.5 hours", "call"]);
        assert_eq!(content.steps[2].follows, [1]);
        assert_eq!(content.tools.len(), 2);
        assert_eq!(location.url.as_deref(), Some("https://example.org/"));
        assert_eq!(rows.rows[0].line, 3);
    }

    #[test]
    fn a_column_of_the_fields_own_name_goes_before_one_that_means_it() {
        let rows = sheet("Name,Title,Summary\nn,t,s\n");
        let (content, _) = rows.rows[0].item.as_ref().unwrap();
        assert_eq!((content.title.as_str(), content.description.as_str()), ("t", "s"));
        assert_eq!(rows.ignored, ["Name"]);
        let text = "Name,Workflow\nn,w\n".to_owned();
        let error = read(&Input { name: "s.csv".to_owned(), text }, &[]).unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("Workflow=none")), "{error}");
    }

    #[test]
    fn rows_that_are_wrong_say_why_and_where() {
        let text = "title,trigger kind,url\nGood,,\n,form,\nT,moon,\n\nT,,ftp://x\nT,,,more\n";
        let failed: Vec<(u64, String)> = sheet(text)
            .rows
            .into_iter()
            .filter_map(|row| Some((row.line, row.item.err()?)))
            .collect();
        let lines: Vec<u64> = failed.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 6, 7], "{failed:?}");
    }
}
