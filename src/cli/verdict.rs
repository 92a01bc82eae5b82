//! `reservoir approve|reject|defer|reopen|merge`.

use super::{CliError, Context, items, rules};
use crate::model::{AutomationId, Rejection, Verdict};
use crate::review;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::ffi::OsStr;

#[derive(Debug, clap::Args)]
pub struct ApproveArgs {
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AutomationId>,
}

#[derive(Debug, clap::Args)]
pub struct RejectArgs {
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AutomationId>,
    /// Why: a usual reason, from which the inbox's order learns, or words of your own.
    #[arg(long, value_name = "REASON", value_parser = ReasonParser)]
    reason: Option<String>,
}

/// Offers the usual reasons and takes any.
#[derive(Debug, Clone)]
struct ReasonParser;

impl TypedValueParser for ReasonParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let typed = StringValueParser::new().parse_ref(command, argument, value)?;
        Ok(Rejection::kept(&typed))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let usual = |usual: &Rejection| PossibleValue::new(usual.word()).help(usual.about());
        Some(Box::new(Rejection::ALL.iter().map(usual)))
    }
}

#[derive(Debug, clap::Args)]
pub struct DeferArgs {
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AutomationId>,
    /// The day on which it comes back, as 2026-12-01.
    #[arg(long, value_name = "DATE", conflicts_with = "by")]
    until: Option<Date>,
    /// How long, as `3d` or `2w`.
    #[arg(long = "for", id = "by", value_name = "SPAN", default_value = "7d")]
    by: Span,
}

#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// The one that stays.
    #[arg(value_name = "LEAD")]
    lead: AutomationId,
    /// Those that fold into it.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AutomationId>,
    /// From now on merge whatever comes from where these come from into what it repeats.
    #[arg(long)]
    always: bool,
}

pub async fn approve(context: &Context, args: ApproveArgs) -> Result<(), CliError> {
    decide(context, &args.ids, Verdict::Approve, "approved").await
}

pub async fn reject(context: &Context, args: RejectArgs) -> Result<(), CliError> {
    decide(context, &args.ids, Verdict::Reject { reason: args.reason }, "rejected").await
}

pub async fn reopen(context: &Context, args: ApproveArgs) -> Result<(), CliError> {
    decide(context, &args.ids, Verdict::Reopen, "reopened").await
}

pub async fn defer(context: &Context, args: DeferArgs) -> Result<(), CliError> {
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    let until = match args.until {
        Some(day) => day.to_zoned(TimeZone::UTC),
        None => now.checked_add(args.by),
    };
    let until = until.map_err(|error| CliError::Usage {
        what: format!("cannot defer so far: {error}"),
        hint: Some("name a day as 2026-12-01, or a span as 3d".into()),
    })?;
    if until <= now {
        return Err(CliError::Usage {
            what: format!("{} is not in the future", until.date()),
            hint: Some("name a later day, or leave the item in the inbox".into()),
        });
    }
    decide(context, &args.ids, Verdict::Defer { until: until.timestamp() }, "deferred").await
}

pub async fn merge(context: &Context, args: MergeArgs) -> Result<(), CliError> {
    let store = context.open_store()?;
    let outcome =
        review::merge(&store, (args.lead, None), items::targets(&args.ids), context.reviewer()?)
            .await?;
    items::report(context, &outcome, "merged")?;
    if args.always {
        rules::make(context, &store, args.ids).await?;
    }
    Ok(())
}

async fn decide(
    context: &Context,
    ids: &[AutomationId],
    verdict: Verdict,
    done: &str,
) -> Result<(), CliError> {
    let store = context.open_store()?;
    let targets = items::targets(ids);
    let needed = context.config()?.review.opinions;
    let outcome =
        review::decide_together(&store, targets, verdict, needed, context.reviewer()?).await?;
    items::report(context, &outcome, done)
}
