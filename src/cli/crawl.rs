//! `reservoir crawl`.

use super::output::column;
use super::progress::Meter;
use super::{CliError, Context};
use crate::jobs::{Foreseen, JobsError, Pipeline, Plan, Visit};
use crate::model::Stage;
use tokio_util::sync::CancellationToken;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Visit these, due or not; the enabled and due ones when none is named.
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Only show what would come in, and store nothing.
    #[arg(long)]
    test: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    if !args.test {
        let plan = Plan { stages: vec![Stage::Crawl], sources: args.sources, with_sample: false };
        return super::run::carry_out(context, plan).await;
    }
    let pipeline = context.pipeline()?;
    let sources = pipeline.list_crawled(args.sources).await?;
    if sources.is_empty() {
        return context.output.line("no source is due; name one to look at it all the same");
    }
    let visits: Vec<Visit> = sources.iter().map(Visit::from).collect();
    preview(context, &pipeline, &visits).await
}

/// Shows what visits would bring; a place that cannot be visited does not keep the others back.
pub(super) async fn preview(
    context: &Context,
    pipeline: &Pipeline,
    visits: &[Visit],
) -> Result<(), CliError> {
    let cancel = context.cancel_on_interrupt();
    let mut failed = Vec::new();
    for visit in visits {
        match preview_one(context, pipeline, visit, &cancel).await? {
            Ok(()) => {}
            Err(JobsError::Cancelled) => return Err(JobsError::Cancelled.into()),
            Err(error) => failed.push(crate::text::with_causes(&error)),
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    let hint = "check the address and the network; `reservoir source list` shows what is stored"
        .to_owned();
    Err(CliError::Failed { what: failed.join("\n"), hint: Some(hint) })
}

async fn preview_one(
    context: &Context,
    pipeline: &Pipeline,
    visit: &Visit,
    cancel: &CancellationToken,
) -> Result<Result<(), JobsError>, CliError> {
    let mut written = Ok(());
    let show = |document: Foreseen| {
        if written.is_ok() {
            written = context.output.answer(&document, &line(&document));
        }
    };
    let outcome = pipeline.preview(visit, show, cancel).await;
    written?;
    let intake = match outcome {
        Ok(intake) => intake,
        Err(error) => return Ok(Err(error)),
    };
    let meter = Meter::new(context.global.quiet);
    for problem in &intake.problems {
        meter.line(&format!("problem  {problem}"));
    }
    let words = format!("{}: {}; nothing was stored", visit.name, intake.in_words());
    context.output.line(&words)?;
    if intake.seen() > 0 || intake.failed == 0 {
        return Ok(Ok(()));
    }
    let reason = intake.problems.first().cloned().unwrap_or_default();
    Ok(Err(JobsError::Source { name: visit.name.clone(), reason }))
}

fn line(document: &Foreseen) -> String {
    let day = document.published.map(|at| at.strftime("%Y-%m-%d").to_string());
    let place = document.url.as_deref().unwrap_or(&document.identity);
    format!(
        "{:<7}  {}  {:>9}  {}  {place}",
        document.state,
        column(day.as_deref().unwrap_or("–"), 10),
        size(document.size),
        column(&document.title, 48),
    )
}

/// Bytes in words: `640 B`, `12.5 kB`.
fn size(bytes: usize) -> String {
    if bytes < 1_000 { format!("{bytes} B") } else { format!("{:.1} kB", bytes as f64 / 1_000.0) }
}
