//! `reservoir eval ranking`.

use crate::cli::{CliError, Context};
use crate::jobs;
use crate::rank::{Found, Replay};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many verdicts make a queue.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(5..))]
    queue: u32,
}

pub async fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let store = context.open_store()?;
    let Replay { verdicts, approvals, queues, found } =
        jobs::replay_verdicts(&store, args.queue as usize).await?;
    if context.output.is_json {
        let replay = Replay { verdicts, approvals, queues, found };
        return context.output.json(&serde_json::json!(replay));
    }
    let output = &context.output;
    output.line(&format!(
        "{verdicts} verdicts, {approvals} of them approvals, in {queues} queues of {}",
        args.queue
    ))?;
    if approvals == 0 {
        return output.line("Nothing to measure: no queue has an approval.");
    }
    output.line("Approvals found in the first 20% of each queue:")?;
    let Found { learned, unlearned, newest_first, random } = found;
    let orders = [
        ("as learnt from the verdicts before", learned),
        ("before anything is learnt", unlearned),
        ("newest first", newest_first),
        ("by chance", random),
    ];
    for (order, share) in orders {
        output.line(&format!("  {order:<36} {:>5.1}%", 100.0 * share))?;
    }
    Ok(())
}
