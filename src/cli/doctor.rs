//! `reservoir doctor`: is everything sound, and what to do where it is not.

use super::{CliError, Context};
use crate::search::Index;
use crate::settings;
use serde::Serialize;

/// One check's verdict.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    is_ok: bool,
    /// What was found, in words.
    found: String,
    /// The next step, where something is wrong.
    step: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, is_ok: true, found: found.into(), step: None }
    }

    fn wrong(name: &'static str, found: impl Into<String>, step: impl Into<String>) -> Self {
        Self { name, is_ok: false, found: found.into(), step: Some(step.into()) }
    }
}

pub async fn run(context: &Context) -> Result<(), CliError> {
    let mut checks = vec![check_settings(context)];
    match context.open_store() {
        Ok(store) => {
            let checked = store.read(|reading| reading.check_health()).await;
            let broken = match checked {
                Ok(health) => [health.damage, health.dangling, health.broken].concat(),
                Err(error) => vec![crate::text::with_causes(&error)],
            };
            checks.push(if broken.is_empty() {
                Check::ok("store", format!("{} is sound", store.path().display()))
            } else {
                let step = "keep a copy of the file and restore a backup";
                Check::wrong("store", broken.join("; "), step)
            });
            checks.push(check_index(context, &store).await?);
            checks.push(check_letters(&store).await?);
        }
        Err(error) => {
            let step = error.hint().unwrap_or("see the message").to_owned();
            checks.push(Check::wrong("store", error.to_string(), step));
        }
    }
    let wrong: Vec<&str> =
        checks.iter().filter(|check| !check.is_ok).map(|check| check.name).collect();
    for check in &checks {
        if context.output.is_json {
            context.output.json(check)?;
            continue;
        }
        let mark = if check.is_ok { "ok   " } else { "WRONG" };
        context.output.line(&format!("{mark}  {:<9} {}", check.name, check.found))?;
        if let Some(step) = &check.step {
            context.output.line(&format!("                 → {step}"))?;
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CliError::Failed { what: format!("not sound: {}", wrong.join(", ")), hint: None })
}

fn check_settings(context: &Context) -> Check {
    let problems = settings::check_all(&context.home);
    if problems.is_empty() {
        return Check::ok("settings", "no problem found");
    }
    Check::wrong("settings", problems.join("; "), "mend the lines named; `config check` shows them")
}

async fn check_index(context: &Context, store: &crate::store::Store) -> Result<Check, CliError> {
    let newest = store.read(|reading| reading.newest_change()).await?;
    let folder = context.workspace.index_folder();
    let id = store.id().to_owned();
    let look = move || -> Result<Check, crate::search::SearchError> {
        let index = Index::open(&folder)?;
        index.verify()?;
        let position = index.searcher(std::sync::Arc::default())?.position();
        Ok(match position {
            Some(position) if position.store_id == id && position.seq <= newest => {
                let behind = newest - position.seq;
                Check::ok("index", format!("sound, {behind} changes behind the store"))
            }
            _ if newest == 0 => Check::ok("index", "nothing to index yet"),
            // It follows by itself at the next search or run: slower, not wrong.
            _ => Check::ok("index", "will be built anew at the next search"),
        })
    };
    let looked =
        tokio::task::spawn_blocking(look).await.map_err(|error| CliError::failed(&error))?;
    Ok(looked.unwrap_or_else(|error| {
        Check::wrong("index", crate::text::with_causes(&error), "run `reservoir reindex`")
    }))
}

async fn check_letters(store: &crate::store::Store) -> Result<Check, CliError> {
    let letters = store.read(|reading| reading.list_dead_letters(1_000)).await?;
    let found = match letters.first() {
        None => "no dead letters".to_owned(),
        Some(newest) => {
            format!("{} dead letters, the newest: {}", letters.len(), newest.reason)
        }
    };
    Ok(Check::ok("letters", found))
}
