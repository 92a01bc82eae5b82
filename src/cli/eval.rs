//! `reservoir eval`: predictions for outside scorers, JSON lines in and out.

pub mod classify;
pub mod dedupe;
pub mod extract;
mod lines;
pub mod search;

use super::CliError;

#[derive(Debug, clap::Subcommand)]
pub enum Eval {
    /// Functions, industries and trigger kinds of texts.
    Classify(classify::Args),
    /// Automations with evidence found in texts.
    Extract(extract::Args),
    /// Pairs that are the same, or related.
    Dedupe(dedupe::Args),
    /// Ranked documents for queries, as TREC run lines.
    Search(search::Args),
}

pub fn run(eval: &Eval) -> Result<(), CliError> {
    match eval {
        Eval::Classify(args) => classify::run(args),
        Eval::Extract(args) => extract::run(args),
        Eval::Dedupe(args) => dedupe::run(args),
        Eval::Search(args) => search::run(args),
    }
}
