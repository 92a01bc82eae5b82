//! Automations from a sheet, one a row.

use super::super::input::Input;
use super::super::progress::Meter;
use super::super::{CliError, Context};
use super::columns::Map;
use super::known;
use super::rows::{self, Row};
use crate::model::{AutomationId, Content, Location, Status};
use crate::review;
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;

/// What became of a row.
#[derive(Debug, Serialize)]
struct Fate {
    line: u64,
    title: Option<String>,
    /// `new`, `known` or `failed`.
    state: &'static str,
    /// The item that it became, or was already.
    id: Option<AutomationId>,
    reason: Option<String>,
}

/// Adds the rows of a sheet that are new, as one batch, and tells of the others.
///
/// # Errors
/// Where the sheet cannot be read, or no row of it is sound.
pub async fn import(
    context: &Context,
    path: &Path,
    maps: &[Map],
    is_dry_run: bool,
) -> Result<(), CliError> {
    let input = Input::read(path)?;
    let sheet = rows::read(&input, maps)?;
    let store = context.open_store()?;
    let sound: Vec<&Content> =
        sheet.rows.iter().filter_map(|row| Some(&row.item.as_ref().ok()?.0)).collect();
    let known = known::find(&store, &sound).await?;
    let (mut fates, new) = sort_out(sheet.rows, &known);
    let mut batch = None;
    if !is_dry_run && !new.is_empty() {
        let outcome = review::add_all(&store, new, context.reviewer()?).await?;
        known::remember(context, &outcome.changed).await?;
        let added = fates.iter_mut().filter(|fate| fate.state == "new");
        added.zip(&outcome.changed).for_each(|(fate, item)| fate.id = Some(item.id));
        batch = outcome.batch;
    }
    let count = |state| fates.iter().filter(|fate| fate.state == state).count();
    let (added, old, failed) = (count("new"), count("known"), count("failed"));
    tell(context, &input.name, &fates, &sheet.ignored, is_dry_run)?;
    let done = if is_dry_run { "would be added" } else { "added" };
    let words = format!("{}: {added} {done}, {old} known, {failed} failed", input.name);
    let value = json!({
        "path": path, "kind": "sheet", "is_dry_run": is_dry_run, "batch": batch, "added": added,
        "known": old, "failed": failed, "ignored_columns": sheet.ignored, "rows": fates,
    });
    context.output.answer(&value, &words)?;
    if failed > 0 && added + old == 0 { Err(super::nothing()) } else { Ok(()) }
}

/// What becomes of each row, and the automations that are new.
fn sort_out(
    rows: Vec<Row>,
    known: &HashMap<String, (AutomationId, Status)>,
) -> (Vec<Fate>, Vec<(Content, Location)>) {
    let mut new = Vec::new();
    let mut lines = HashMap::new();
    let fates = rows.into_iter().map(|Row { line, item }| {
        let mut fate = Fate { line, title: None, state: "new", id: None, reason: None };
        let (content, location) = match item {
            Ok(item) => item,
            Err(why) => {
                (fate.state, fate.reason) = ("failed", Some(why));
                return fate;
            }
        };
        let key = known::key(&content);
        fate.title = Some(content.title.clone());
        if let Some((id, status)) = known.get(&key) {
            (fate.state, fate.id) = ("known", Some(*id));
            fate.reason = Some(format!("it is #{id} already ({status})"));
        } else if let Some(before) = lines.insert(key, line) {
            (fate.state, fate.reason) =
                ("known", Some(format!("it stands in line {before} already")));
        } else {
            new.push((content, location));
        }
        fate
    });
    (fates.collect(), new)
}

/// Tells of rows that did not go in on standard error; a dry run shows every row.
fn tell(
    context: &Context,
    name: &str,
    fates: &[Fate],
    ignored: &[String],
    is_dry_run: bool,
) -> Result<(), CliError> {
    let meter = Meter::new(context.global.quiet);
    for column in ignored {
        meter.line(&format!("passed over the column `{column}`; --map '{column}=FIELD' reads it"));
    }
    for fate in fates {
        let title = fate.title.as_deref().unwrap_or("–");
        let reason = fate.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let words = format!("{:<7}  {name}:{}  {title}{reason}", fate.state, fate.line);
        if is_dry_run && !context.output.is_json {
            context.output.line(&words)?;
        } else if fate.state != "new" {
            meter.line(&words);
        }
    }
    Ok(())
}
