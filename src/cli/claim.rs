//! `reservoir claim`.

use super::output::counted;
use super::{CliError, Context, items};
use crate::model::QueueFilter;
use crate::review;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many of the first items in the inbox; what `review.batch` says if not said.
    #[arg(value_name = "N")]
    count: Option<usize>,
    /// Give back what you have claimed.
    #[arg(long, conflicts_with = "count")]
    release: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let (store, who) = (context.open_store()?, context.reviewer()?);
    if args.release {
        let released = review::release(&store, who).await?;
        let words = format!("{} given back", counted(released, "item", "items"));
        return context.output.answer(&json!({ "released": released }), &words);
    }
    let count = args.count.unwrap_or(context.config()?.review.batch.into());
    let (claimed, until) = review::claim(&store, QueueFilter::default(), count, who).await?;
    if context.output.is_json {
        return context.output.json(&json!({ "claimed": claimed, "until": until }));
    }
    let rows = store.read(move |reading| reading.load_rows(&claimed)).await?;
    for row in &rows {
        context.output.line(&items::line(row))?;
    }
    let until = until.to_zoned(jiff::tz::TimeZone::system());
    let counted = counted(rows.len(), "item is", "items are");
    context.output.line(&format!("{counted} yours until {}", until.strftime("%H:%M")))
}
