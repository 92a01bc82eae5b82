//! The command line: argument parsing, one file a command, human and `--json` output.
//!
//! Does: turn arguments into calls on the rooms below and answers into text or JSON. Does not:
//! hold rules of its own, or open the workbench (that is `app`).

mod add;
mod automations;
mod claim;
mod completions;
mod compose;
mod config;
mod context;
mod crawl;
mod doctor;
mod edit;
pub mod editor;
mod error;
pub mod eval;
mod import;
mod input;
mod items;
mod list;
mod man;
mod opml;
mod output;
mod progress;
mod reindex;
mod rules;
mod run;
mod search;
mod show;
mod source;
mod tag;
mod train;
mod undo;
mod verdict;

pub use context::Context;
pub use error::CliError;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Discovers, curates and searches business automations. Without a command: opens the workbench.
#[derive(Debug, Parser)]
#[command(name = "reservoir", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Global {
    /// Keep everything under this folder instead of the platform's own.
    #[arg(long, global = true, value_name = "DIR", env = "RESERVOIR_HOME")]
    pub home: Option<PathBuf>,
    /// Which reservoir: workspaces never mix.
    #[arg(long, global = true, value_name = "NAME", default_value = "main")]
    pub workspace: String,
    /// Write JSON (one value, or one a line) and nothing else to standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log more to standard error; twice for debugging.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take one pass through the pipeline: crawl, extract, embed, dedupe, index.
    Run(run::Args),
    /// Visit sources now, without the later stages.
    Crawl(crawl::Args),
    /// Bring in documents, automations, sheets of them, or lists of sources.
    Import(import::Args),
    /// Add an automation by hand.
    Add(add::Args),
    /// Search by words and meaning.
    Search(search::Args),
    /// List automations.
    List(list::Args),
    /// Show one automation with its evidence and history.
    Show(show::Args),
    /// Approve automations.
    Approve(verdict::ApproveArgs),
    /// Reject automations.
    Reject(verdict::RejectArgs),
    /// Put automations off until a day.
    Defer(verdict::DeferArgs),
    /// Put automations back into the inbox.
    Reopen(verdict::ApproveArgs),
    /// Fold automations into one.
    Merge(verdict::MergeArgs),
    /// Take the first items of the inbox for yourself for an hour.
    Claim(claim::Args),
    /// List, make and forget rules by which items are merged without asking.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Add and remove tags.
    Tag(tag::Args),
    /// Change fields of an automation.
    Edit(edit::Args),
    /// Take the last decision back.
    Undo(undo::UndoArgs),
    /// Do again what was undone last.
    Redo,
    /// List, add and change sources.
    #[command(subcommand)]
    Source(source::Source),
    /// Show, check and create the configuration.
    #[command(subcommand)]
    Config(config::Config),
    /// Build the search index anew from the store.
    Reindex,
    /// Check that everything is sound, and say what to do where it is not.
    Doctor,
    /// Write predictions for outside scorers.
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Learn the weights that ship with the program.
    #[command(subcommand)]
    Train(train::Train),
    /// Draw the program's own screens as pictures.
    Screenshots(ScreenshotArgs),
    /// Write the completion script of a shell.
    Completions(completions::Args),
    /// Write the manual page, in roff.
    Man,
}

#[derive(Debug, Clone, clap::Args)]
pub struct ScreenshotArgs {
    /// Where the pictures go.
    #[arg(long, value_name = "DIR", default_value = "screenshots")]
    pub out: PathBuf,
    /// Write nothing; fail where a picture is missing or no longer what the screens show.
    #[arg(long)]
    pub check: bool,
}

/// Carries out a command that needs no screen.
///
/// # Errors
/// The command's own failure, with its exit status.
pub async fn run(global: Global, command: Command) -> Result<(), CliError> {
    let context = Context::new(global)?;
    match command {
        Command::Run(args) => run::run(&context, args).await,
        Command::Crawl(args) => crawl::run(&context, args).await,
        Command::Import(args) => import::run(&context, args).await,
        Command::Add(args) => add::run(&context, args).await,
        Command::Search(args) => search::run(&context, args).await,
        Command::List(args) => list::run(&context, args).await,
        Command::Show(args) => show::run(&context, args).await,
        Command::Approve(args) => verdict::approve(&context, args).await,
        Command::Reject(args) => verdict::reject(&context, args).await,
        Command::Defer(args) => verdict::defer(&context, args).await,
        Command::Reopen(args) => verdict::reopen(&context, args).await,
        Command::Merge(args) => verdict::merge(&context, args).await,
        Command::Claim(args) => claim::run(&context, args).await,
        Command::Rules(args) => rules::run(&context, args).await,
        Command::Tag(args) => tag::run(&context, args).await,
        Command::Edit(args) => edit::run(&context, args).await,
        Command::Undo(args) => undo::undo(&context, args).await,
        Command::Redo => undo::redo(&context).await,
        Command::Source(args) => source::run(&context, args).await,
        Command::Config(args) => config::run(&context, &args),
        Command::Reindex => reindex::run(&context).await,
        Command::Doctor => doctor::run(&context).await,
        Command::Eval(args) => eval::run(&context, &args).await,
        Command::Train(args) => train::run(&context, &args),
        Command::Screenshots(_) => Err(CliError::Failed {
            what: "screenshots are drawn by the workbench".to_owned(),
            hint: None,
        }),
        Command::Completions(args) => completions::run(&context, &args),
        Command::Man => man::run(&context),
    }
}
