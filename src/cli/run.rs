//! `reservoir run`.

use super::progress::Meter;
use super::{CliError, Context};
use crate::jobs::{Again, JobsError, Plan};
use crate::model::{JobState, Stage};
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this stage; may be given again: crawl, extract, embed, dedupe, index.
    #[arg(long = "stage", value_name = "STAGE", value_parser = stage)]
    stages: Vec<Stage>,
    /// Bring in the shipped sample week, instead of visiting the sources.
    #[arg(long)]
    sample: bool,
    /// Extract every stored document again, from its text as it is stored.
    #[arg(long)]
    again: bool,
    /// Read what was received again as it is stored, without the network; what now reads otherwise
    /// becomes a new revision. Decisions and edits stay.
    #[arg(long, conflicts_with_all = ["again", "sample"])]
    replay: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let plan = Plan { stages: args.stages, sources: Vec::new(), with_sample: args.sample };
    let again = match (args.again, args.replay) {
        (true, _) => Again::Extraction,
        (_, true) => Again::Reading,
        _ => Again::Nothing,
    };
    carry_out_again(context, again, plan).await
}

/// Runs `plan` with progress on standard error; Ctrl-C stops it in good order.
pub(super) async fn carry_out(context: &Context, plan: Plan) -> Result<(), CliError> {
    carry_out_again(context, Again::Nothing, plan).await
}

async fn carry_out_again(context: &Context, again: Again, plan: Plan) -> Result<(), CliError> {
    let pipeline = context.pipeline()?;
    let meter = Meter::new(context.global.quiet);
    let cancel = context.cancel_on_interrupt();
    let summary = pipeline.run_again(again, plan, move |job| meter.show(job), cancel).await?;
    if context.output.is_json {
        summary.jobs.iter().try_for_each(|job| context.output.json(job))?;
        if let Some(spent) = &summary.spent {
            let warnings: Vec<String> = summary.warnings.iter().map(ToString::to_string).collect();
            context.output.json(&json!({ "models": spent, "warnings": warnings }))?;
        }
    }
    for warning in &summary.warnings {
        Meter::new(context.global.quiet).line(&format!("warning: {warning}"));
    }
    let failed: Vec<String> = summary
        .jobs
        .iter()
        .filter(|job| job.state != JobState::Done)
        .map(|job| {
            let subject = if job.subject.is_empty() { job.stage.name() } else { &job.subject };
            format!("{subject}: {}", job.message.as_deref().unwrap_or(job.state.name()))
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::Failed {
        what: format!("not everything went through: {}", failed.join("; ")),
        hint: Some("what did is stored; run it again for the rest".into()),
    })
}

fn stage(name: &str) -> Result<Stage, String> {
    Stage::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        format!("there is no such stage; stages are: {}", names.join(", "))
    })
}

impl From<JobsError> for CliError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Store(error) => error.into(),
            JobsError::Busy { .. } => Self::Busy {
                what: error.to_string(),
                hint: Some("wait until it is done, or cancel it on its Pipeline screen".into()),
            },
            JobsError::NoSource(name) => super::source::no_source(&name),
            JobsError::Place(error) => super::source::unfit(error),
            JobsError::NameTaken(name) => super::source::taken(&name),
            JobsError::Visited { name, address } => super::source::visited(&name, &address),
            JobsError::OwnSource(name) => super::source::own(&name),
            other => Self::failed(&other),
        }
    }
}
