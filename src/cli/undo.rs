//! `reservoir undo` and `reservoir redo`.

use super::{CliError, Context, items};
use crate::model::AutomationId;
use crate::review;

#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    /// Take back the last decision on this item, whoever made it, instead of your own last one.
    #[arg(value_name = "ID")]
    id: Option<AutomationId>,
}

pub async fn undo(context: &Context, args: UndoArgs) -> Result<(), CliError> {
    let store = context.open_store()?;
    let outcome = review::undo(&store, args.id, context.reviewer()?).await?;
    items::report(context, &outcome, "undone:")
}

pub async fn redo(context: &Context) -> Result<(), CliError> {
    let store = context.open_store()?;
    let outcome = review::redo(&store, context.reviewer()?).await?;
    items::report(context, &outcome, "done again:")
}
