//! `reservoir eval`: predictions for outside scorers, JSON lines in and out.

pub mod classify;
pub mod dedupe;
pub mod extract;
mod lines;
pub mod ranking;
pub mod search;

use super::{CliError, Context};

#[derive(Debug, clap::Subcommand)]
pub enum Eval {
    /// Functions, industries and trigger kinds of texts.
    Classify(classify::Args),
    /// Automations with evidence found in texts.
    Extract(extract::Args),
    /// Pairs that are the same, or related.
    Dedupe(dedupe::Args),
    /// How early the inbox's order would have shown what was approved.
    Ranking(ranking::Args),
    /// Ranked documents for queries, as TREC run lines.
    Search(search::Args),
}

pub async fn run(context: &Context, eval: &Eval) -> Result<(), CliError> {
    match eval {
        Eval::Classify(args) => classify::run(args),
        Eval::Extract(args) => extract::run(args),
        Eval::Dedupe(args) => dedupe::run(args),
        Eval::Ranking(args) => ranking::run(context, args).await,
        Eval::Search(args) => search::run(args),
    }
}
