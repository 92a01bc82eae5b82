//! Sources from an OPML file.

use super::super::input::Input;
use super::super::opml::{self, Outline};
use super::super::progress::Meter;
use super::super::{CliError, Context, automations};
use crate::gather;
use crate::model::{NewSource, Schedule, Source, SourceKind};
use crate::store::StoreError;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// What became of an outline.
#[derive(Debug, Serialize)]
struct Fate {
    line: usize,
    name: Option<String>,
    address: String,
    /// `new`, `known` or `failed`.
    state: &'static str,
    reason: Option<String>,
}

/// Adds the sources that an OPML file lists, and tells of those that are there already.
///
/// # Errors
/// Where it is no OPML, or no source of it is sound.
pub async fn import(context: &Context, path: &Path, is_dry_run: bool) -> Result<(), CliError> {
    let input = Input::read(path)?;
    let outlines = opml::read(&input)?;
    let store = context.open_store()?;
    let known = store.read(|reading| reading.list_sources()).await?;
    let mut taken: Vec<(String, String)> =
        known.into_iter().map(|Source { name, address, .. }| (name, address)).collect();
    let mut fates = Vec::with_capacity(outlines.len());
    let mut new = Vec::new();
    for outline in outlines {
        let (fate, source) = judge(&outline, &taken);
        if let Some((source, schedule)) = source {
            taken.push((source.name.clone(), source.address.clone()));
            new.push((source, schedule));
        }
        fates.push(fate);
    }
    if !is_dry_run {
        store.write(move |writing| new.iter().try_for_each(|one| save(writing, one))).await?;
    }
    report(context, path, &input.name, &fates, is_dry_run)
}

fn save(
    writing: &crate::store::Writing<'_>,
    (source, schedule): &(NewSource, Option<Schedule>),
) -> Result<(), StoreError> {
    writing.save_source(source, Timestamp::now())?;
    match writing.find_source(&source.name)? {
        Some(mut stored) if schedule.is_some() => {
            stored.schedule = *schedule;
            writing.change_source(&stored)
        }
        _ => Ok(()),
    }
}

/// What becomes of an outline, given the names and addresses that are taken.
fn judge(
    outline: &Outline,
    taken: &[(String, String)],
) -> (Fate, Option<(NewSource, Option<Schedule>)>) {
    let mut fate = Fate {
        line: outline.line,
        name: None,
        address: outline.address.clone(),
        state: "new",
        reason: None,
    };
    let read = checked_address(outline).and_then(|address| {
        let schedule = outline.schedule.as_deref().map(str::parse::<Schedule>).transpose();
        Ok((address, schedule.map_err(|error| error.to_string())?))
    });
    let (address, schedule) = match read {
        Ok(read) => read,
        Err(why) => {
            (fate.state, fate.reason) = ("failed", Some(why));
            return (fate, None);
        }
    };
    fate.address.clone_from(&address);
    if let Some((name, _)) = taken.iter().find(|(_, known)| *known == address) {
        fate.name = Some(name.clone());
        (fate.state, fate.reason) = ("known", Some(format!("it is the source `{name}` already")));
        return (fate, None);
    }
    let wanted = wanted_name(outline, &address);
    let is_taken = |name: &str| taken.iter().any(|(known, _)| known == name);
    let name = gather::free_name(&wanted, is_taken);
    if name != wanted {
        fate.reason = Some(format!("the name `{wanted}` is taken"));
    }
    fate.name = Some(name.clone());
    let kind = if outline.is_folder { SourceKind::Folder } else { SourceKind::Feed };
    let is_enabled = !outline.is_disabled;
    let source = NewSource { name, kind, address, title: outline.title.clone(), is_enabled };
    (fate, Some((source, schedule)))
}

fn checked_address(outline: &Outline) -> Result<String, String> {
    if !outline.is_folder {
        return automations::address(&outline.address);
    }
    // A folder that is not mounted now is still the folder that was meant.
    let path = Path::new(&outline.address);
    if path.is_absolute() {
        return Ok(outline.address.clone());
    }
    Err(format!("`{}` is no absolute path", outline.address))
}

fn wanted_name(outline: &Outline, address: &str) -> String {
    let said = outline.name.clone().and_then(|name| gather::fit_name(name).ok());
    let host = || {
        let url = url::Url::parse(address).ok()?;
        let host = url.host_str()?.trim_start_matches("www.").to_owned();
        Some(format!("{host}{}", url.path()))
    };
    said.unwrap_or_else(|| {
        let text = outline.title.clone().or_else(host).unwrap_or_default();
        let name = gather::slug(&text);
        // A title without Latin letters makes no name.
        if name == "source" { host().map_or(name, |host| gather::slug(&host)) } else { name }
    })
}

fn report(
    context: &Context,
    path: &Path,
    name: &str,
    fates: &[Fate],
    is_dry_run: bool,
) -> Result<(), CliError> {
    let meter = Meter::new(context.global.quiet);
    for fate in fates {
        let source = fate.name.as_deref().unwrap_or("–");
        let reason = fate.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let words =
            format!("{:<7}  {name}:{}  {source}  {}{reason}", fate.state, fate.line, fate.address);
        match fate.state {
            "new" if !context.output.is_json => context.output.line(&words)?,
            "new" => {}
            _ => meter.line(&words),
        }
    }
    let count = |state| fates.iter().filter(|fate| fate.state == state).count();
    let (added, known, failed) = (count("new"), count("known"), count("failed"));
    let done = if is_dry_run { "would be added" } else { "added" };
    let value = json!({
        "path": path, "kind": "opml", "is_dry_run": is_dry_run, "added": added, "known": known,
        "failed": failed, "sources": fates,
    });
    let words = format!("{name}: {added} {done}, {known} known, {failed} failed");
    context.output.answer(&value, &words)?;
    if failed > 0 && added + known == 0 { Err(super::nothing()) } else { Ok(()) }
}
