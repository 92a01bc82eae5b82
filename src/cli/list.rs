//! `reservoir list`.

use super::output::counted;
use super::{CliError, Context, items};
use crate::model::{FacetField, Order, QueueFilter, Status, Week};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only items in this state; `all` for every one.
    #[arg(long, default_value = "inbox", value_parser = ["inbox", "approved", "rejected", "deferred", "merged", "all"])]
    status: String,
    /// Only items that came in during this week, as 2026-W47.
    #[arg(long)]
    week: Option<Week>,
    /// Only items of this function, as `Lead nurturing`.
    #[arg(long)]
    function: Option<String>,
    /// Only items of this industry.
    #[arg(long)]
    industry: Option<String>,
    /// Only items that use this tool.
    #[arg(long)]
    tool: Option<String>,
    /// Only items with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// Only items from this place, as `r/hvac`.
    #[arg(long)]
    source: Option<String>,
    /// Only items with words that begin so, in title or description.
    #[arg(long = "match", value_name = "WORDS", default_value = "")]
    words: String,
    /// In which order.
    #[arg(long, default_value = "worth", value_parser = ["worth", "uncertain", "newest", "source", "cluster"])]
    order: String,
    /// List look-alikes one by one instead of behind the one that leads them.
    #[arg(long)]
    unfold: bool,
    /// At most so many; 0 for all.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Pass over so many first.
    #[arg(long, default_value_t = 0)]
    skip: usize,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let facets = [
        (FacetField::Function, args.function),
        (FacetField::Industry, args.industry),
        (FacetField::Tool, args.tool),
        (FacetField::Tag, args.tag),
        (FacetField::Source, args.source),
    ];
    let status = Status::from_name(&args.status);
    let filter = QueueFilter {
        status,
        week: args.week.map(|week| week.to_string()),
        facets: facets.into_iter().filter_map(|(field, value)| Some((field, value?))).collect(),
        words: args.words,
        order: Order::from_name(&args.order).unwrap_or(Order::Worth),
        folds_duplicates: !args.unfold && status != Some(Status::Merged),
    };
    let (skip, limit) = (args.skip, if args.limit == 0 { usize::MAX } else { args.limit });
    let store = context.open_store()?;
    let (total, rows) = store
        .read(move |reading| {
            let ids = reading.list_queue(&filter)?;
            let shown: Vec<_> = ids.iter().copied().skip(skip).take(limit).collect();
            Ok::<_, CliError>((ids.len(), reading.load_rows(&shown)?))
        })
        .await?;
    if context.output.is_json {
        return rows.iter().try_for_each(|row| context.output.json(row));
    }
    for row in &rows {
        context.output.line(&items::line(row))?;
    }
    let all = counted(total, "item", "items");
    match rows.len() {
        shown if shown == total => context.output.line(&all),
        shown => context.output.line(&format!("{shown} of {all}; --skip and --limit show more")),
    }
}
