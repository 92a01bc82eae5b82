//! `reservoir doctor`: is everything sound, and what to do where it is not. It only looks.

mod disk;
mod models;

use super::output::counted;
use super::{CliError, Context};
use crate::jobs::position_at;
use crate::search::{Index, SearchError};
use crate::settings;
use crate::store::{Inspector, Reading, SCHEMA_VERSION, StoreError};
use crate::text::with_causes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A log larger than this is not given back by itself, in bytes.
const LARGE_LOG: u64 = 256 << 20;
/// What the store tells of may lie so far ahead of the clock: other machines' clocks differ.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(10);
/// Dead letters counted; more are told as so many.
const MOST_LETTERS: usize = 10_000;

/// One check's verdict.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    is_ok: bool,
    /// What was found, in words.
    found: String,
    /// The next step, where there is one to take.
    step: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, is_ok: true, found: found.into(), step: None }
    }

    fn wrong(name: &'static str, found: impl Into<String>, step: impl Into<String>) -> Self {
        Self { name, is_ok: false, found: found.into(), step: Some(step.into()) }
    }

    fn with_step(mut self, step: impl Into<String>) -> Self {
        self.step = Some(step.into());
        self
    }
}

pub async fn run(context: &Context) -> Result<(), CliError> {
    let mut checks = tokio::task::block_in_place(|| look(context));
    checks.extend(models::check_providers(context).await);
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

fn look(context: &Context) -> Vec<Check> {
    let mut checks = vec![check_settings(context)];
    let file = context.workspace.store_file();
    match Inspector::open(&file) {
        Ok(Some(inspector)) => checks.extend(check_store(context, &inspector)),
        Ok(None) => checks.push(
            Check::ok("store", format!("there is none yet at {}", file.display()))
                .with_step("`reservoir run --sample` or `reservoir import` makes it"),
        ),
        Err(error) => checks.push(unreadable("store", &error)),
    }
    checks.extend(disk::check(context));
    checks
}

fn unreadable(name: &'static str, error: &StoreError) -> Check {
    let step = error.hint().unwrap_or("keep a copy of the file and restore a backup");
    Check::wrong(name, with_causes(error), step)
}

fn check_settings(context: &Context) -> Check {
    let problems = settings::check_all(&context.home);
    if problems.is_empty() {
        return Check::ok("settings", "no problem found");
    }
    Check::wrong("settings", problems.join("; "), "mend the lines named; `config check` shows them")
}

fn check_store(context: &Context, inspector: &Inspector) -> Vec<Check> {
    let schema = inspector.schema();
    if schema > SCHEMA_VERSION {
        let found = format!("schema {schema}, and this program knows up to {SCHEMA_VERSION} only");
        let step = "install the newer reservoir that wrote it, or restore a backup";
        return vec![Check::wrong("schema", found, step)];
    }
    if schema < SCHEMA_VERSION {
        let found = format!("schema {schema}, and this program writes {SCHEMA_VERSION}");
        let step = "any other command brings it up to date, with a backup beside it first; \
             then look again";
        return vec![Check::ok("schema", found).with_step(step)];
    }
    let reading = inspector.reading();
    let checks = [
        ("store", check_health(context, &reading)),
        ("log", Ok(check_log(inspector))),
        ("index", check_index(context, &reading)),
        ("letters", check_letters(&reading)),
        ("reviewers", tell_agreement(&reading)),
        ("clock", check_clock(&reading)),
    ];
    let told = |(name, check): (&'static str, Result<Check, StoreError>)| {
        check.unwrap_or_else(|error| unreadable(name, &error))
    };
    let mut told: Vec<Check> = checks.into_iter().map(told).collect();
    told.insert(0, Check::ok("schema", format!("{schema}, the newest")));
    told.extend(models::check_budget(context, &reading));
    told.extend(models::check_batches(&reading));
    told.extend(models::check_vectors(context, &reading));
    told
}

fn check_health(context: &Context, reading: &Reading<'_>) -> Result<Check, StoreError> {
    let health = reading.check_health()?;
    let file = context.workspace.store_file();
    if health.is_sound() {
        let found = format!("{} is sound, items and journal agree", file.display());
        return Ok(Check::ok("store", found));
    }
    let is_damaged = !health.damage.is_empty();
    let found = [health.damage, health.dangling, health.broken].concat().join("; ");
    let step = match is_damaged {
        true => "keep a copy of the file and restore a backup",
        false => "keep a copy of the file; `reservoir show ID` tells an item's history",
    };
    Ok(Check::wrong("store", found, step))
}

fn check_log(inspector: &Inspector) -> Check {
    let size = inspector.log_size();
    let found = format!("{} MiB wait to be merged into the file", size >> 20);
    if size <= LARGE_LOG {
        return Check::ok("log", found);
    }
    Check::wrong("log", found, "close every workbench; the last to close merges it")
}

fn check_index(context: &Context, reading: &Reading<'_>) -> Result<Check, StoreError> {
    let newest = reading.newest_change()?;
    let Some(index) = Index::find(&context.workspace.index_folder()) else {
        let found = if newest == 0 { "nothing to index yet" } else { "there is none yet" };
        return Ok(Check::ok("index", found).with_step("the next search builds it"));
    };
    let read = || -> Result<_, SearchError> {
        index.verify()?;
        let searcher = index.searcher(std::sync::Arc::default())?;
        Ok((searcher.position(), searcher.len()))
    };
    let (position, indexed) = match read() {
        Ok(read) => read,
        Err(error) => {
            let step = "`reservoir reindex` builds it anew";
            return Ok(Check::wrong("index", with_causes(&error), step));
        }
    };
    let id = reading.find_store_id()?.unwrap_or_default();
    let here = match &position {
        Some(position) => position_at(reading, &id, position.seq)?,
        None => None,
    };
    // It follows by itself at the next search or run: slower, not wrong.
    let anew = "is of another time than the store, and will be built anew";
    Ok(match position.filter(|position| here.as_ref() == Some(position)) {
        None => Check::ok("index", anew).with_step("the next search, or `reservoir reindex`"),
        Some(position) if position.seq < newest => {
            let behind = format!("sound, {} changes behind the store", newest - position.seq);
            Check::ok("index", behind).with_step("the next search or run follows")
        }
        Some(_) => {
            let stored = reading.count_automations()?;
            if indexed == stored {
                Check::ok("index", format!("sound, with all {stored} items"))
            } else {
                let found = format!("holds {indexed} items, and the store {stored}");
                Check::wrong("index", found, "`reservoir reindex` builds it anew")
            }
        }
    })
}

fn check_letters(reading: &Reading<'_>) -> Result<Check, StoreError> {
    let letters = reading.list_dead_letters(MOST_LETTERS)?;
    let Some(newest) = letters.first() else { return Ok(Check::ok("letters", "no dead letters")) };
    let found = format!(
        "{}, the newest: {}: {}",
        counted(letters.len(), "dead letter", "dead letters"),
        newest.subject,
        newest.reason
    );
    Ok(Check::ok("letters", found)
        .with_step("mend what is named; the workbench's Pipeline screen tries them again"))
}

/// How far reviewers agree; nothing that could be wrong.
fn tell_agreement(reading: &Reading<'_>) -> Result<Check, StoreError> {
    let agreement = reading.load_agreement()?;
    if agreement.items == 0 {
        return Ok(Check::ok("reviewers", "no item was judged by two"));
    }
    let mut found = agreement.in_words();
    if agreement.disputed > 0 {
        found.push_str(&format!("; they differ on {} in the inbox", agreement.disputed));
    }
    Ok(Check::ok("reviewers", found))
}

fn check_clock(reading: &Reading<'_>) -> Result<Check, StoreError> {
    let now = Timestamp::now();
    let newest = reading.find_newest_moment()?.unwrap_or(now);
    if newest <= now + CLOCK_SLACK {
        return Ok(Check::ok("clock", format!("it is {}", now.strftime("%Y-%m-%d %H:%M UTC"))));
    }
    let found = format!(
        "it says {}, and the store tells of {}",
        now.strftime("%Y-%m-%d %H:%M UTC"),
        newest.strftime("%Y-%m-%d %H:%M UTC")
    );
    Ok(Check::wrong("clock", found, "set this machine's clock right"))
}
