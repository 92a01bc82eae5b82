//! `reservoir source list`.

use super::super::output::column;
use super::super::{CliError, Context};
use crate::model::Source;

pub async fn run(context: &Context) -> Result<(), CliError> {
    let store = context.open_store()?;
    let sources = store.read(|reading| Ok::<_, CliError>(reading.list_sources()?)).await?;
    if context.output.is_json {
        return sources.iter().try_for_each(|source| context.output.json(source));
    }
    for source in &sources {
        let every = source.schedule.map(|schedule| format!("  every {schedule}"));
        context.output.line(&format!(
            "{}  {}  {}  {}{}",
            column(&source.name, 24),
            column(source.kind.name(), 7),
            column(&health(source), 44),
            source.address,
            every.unwrap_or_default()
        ))?;
    }
    if sources.is_empty() {
        context.output.line("no sources yet; `reservoir source add ADDRESS` adds one")?;
    }
    Ok(())
}

fn health(source: &Source) -> String {
    match (&source.last_error, source.last_success) {
        _ if !source.is_enabled => "disabled".to_owned(),
        (Some(error), _) => format!("failing: {error}"),
        (None, Some(at)) => format!("ok, last {}", at.strftime("%Y-%m-%d %H:%M")),
        (None, None) => "never visited".to_owned(),
    }
}
