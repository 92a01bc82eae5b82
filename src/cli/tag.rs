//! `reservoir tag`.

use super::{CliError, Context, items};
use crate::model::AutomationId;
use crate::review;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AutomationId>,
    /// A tag to add; may be given again.
    #[arg(short, long, value_name = "TAG", required_unless_present = "remove")]
    add: Vec<String>,
    /// A tag to take off; may be given again.
    #[arg(short, long, value_name = "TAG")]
    remove: Vec<String>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let store = context.open_store()?;
    let targets = items::targets(&args.ids);
    let who = context.reviewer()?;
    let outcome = review::tag(&store, targets, args.add, args.remove, who).await?;
    items::report(context, &outcome, "tagged")
}
