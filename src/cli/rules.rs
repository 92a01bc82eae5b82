//! `reservoir rules`: merges that nobody wants to be asked about again.

use super::output::counted;
use super::{CliError, Context, items};
use crate::model::AutomationId;
use crate::review;

#[derive(Debug, clap::Subcommand)]
pub enum Rules {
    /// List the rules.
    List,
    /// Always merge what comes from where these items come from into what it repeats.
    Add {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<AutomationId>,
    },
    /// Forget a rule; what it merged stays merged.
    Remove {
        #[arg(value_name = "RULE")]
        id: i64,
    },
    /// Merge now what the rules say, as the dedupe stage does.
    Apply,
}

pub async fn run(context: &Context, command: Rules) -> Result<(), CliError> {
    let store = context.open_store()?;
    match command {
        Rules::List => {
            let rules = store.read(|reading| reading.list_merge_rules(review::RULE)).await?;
            for rule in &rules {
                let words = format!(
                    "{:>4}  {}  by {} on {}, {}",
                    rule.id,
                    rule.origin,
                    rule.reviewer,
                    rule.created.strftime("%Y-%m-%d"),
                    counted(rule.merged as usize, "merge", "merges"),
                );
                context.output.answer(rule, &words)?;
            }
            if rules.is_empty() {
                context.output.line("there are no rules; `reservoir merge --always` makes one")?;
            }
            Ok(())
        }
        Rules::Add { ids } => make(context, &store, ids).await,
        Rules::Remove { id } => {
            review::forget_rule(&store, id).await?;
            let words = format!("rule {id} is forgotten; what it merged stays merged");
            context.output.answer(&serde_json::json!({ "forgotten": id }), &words)
        }
        Rules::Apply => {
            let outcome = review::apply_rules(&store, (context.clock)()).await?;
            items::report(context, &outcome, "merged by rule")
        }
    }
}

/// Makes rules of where items come from, and says so.
pub(super) async fn make(
    context: &Context,
    store: &crate::store::Store,
    ids: Vec<AutomationId>,
) -> Result<(), CliError> {
    let made = review::make_rules(store, ids, context.reviewer()?).await?;
    for origin in &made {
        let said = format!("what comes from {origin} is merged into what it repeats from now on");
        context.output.answer(&serde_json::json!({ "origin": origin }), &said)?;
    }
    Ok(())
}
