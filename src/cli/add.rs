//! `reservoir add`.

use super::compose::{Composed, compose};
use super::input::Input;
use super::{CliError, Context, automations, items};
use crate::model::{Content, Location, Scored, Step, ToolRole, ToolUse, Trigger, TriggerKind};
use crate::review;
use crate::text::{content as given, sheet};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, required_unless_present_any = ["from", "editor"], conflicts_with = "from")]
    title: Option<String>,
    #[arg(long, default_value = "")]
    description: String,
    /// What sets it off, in words.
    #[arg(long, value_name = "TEXT")]
    trigger: Option<String>,
    /// schedule, webhook, form, message, email, file, feed, event or manual.
    #[arg(long, default_value = "event", value_parser = trigger_kind)]
    trigger_kind: TriggerKind,
    /// An action, in order; may be given again.
    #[arg(long = "step", value_name = "TEXT")]
    steps: Vec<String>,
    /// A tool that it runs on; may be given again.
    #[arg(long = "tool", value_name = "NAME")]
    tools: Vec<String>,
    #[arg(long)]
    function: Option<String>,
    #[arg(long)]
    industry: Option<String>,
    #[arg(long)]
    problem: Option<String>,
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Where it was seen.
    #[arg(long)]
    url: Option<String>,
    /// Automations in the shape that `show --json` writes, one object or one a line; `-` reads
    /// standard input. All are added, or none.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["title", "description", "trigger",
        "trigger_kind", "steps", "tools", "function", "industry", "problem", "tags", "url",
        "editor"])]
    from: Option<PathBuf>,
    /// Write it in $VISUAL or $EDITOR, starting from what the other options say.
    #[arg(long)]
    editor: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    if let Some(path) = &args.from {
        return add_all(context, automations::read(&Input::read(path)?)?).await;
    }
    let url = args.url.as_deref().map(automations::address).transpose().map_err(unfit)?;
    let location = Location { seconds: None, url };
    let content = given::clean(content(&args));
    if args.editor {
        return write_and_add(context, &content, location).await;
    }
    if let Some(first) = given::unfit(&content).into_iter().next() {
        return Err(unfit(first.why));
    }
    add_all(context, vec![(content, location)]).await
}

/// Adds automations as one batch and tells of them.
pub(super) async fn add_all(
    context: &Context,
    all: Vec<(Content, Location)>,
) -> Result<(), CliError> {
    let store = context.open_store()?;
    let outcome = review::add_all(&store, all, context.reviewer()?).await?;
    items::report(context, &outcome, "added")
}

async fn write_and_add(
    context: &Context,
    content: &Content,
    location: Location,
) -> Result<(), CliError> {
    let store = context.open_store()?;
    let read = |text: &str| sheet::read_new(text, content);
    match compose(context, "new-automation.toml", &sheet::write_new(content), read)? {
        Composed::Dropped => items::report_nothing(context, "nothing was added"),
        Composed::Written(content, kept) => {
            let who = context.reviewer().map_err(|error| kept.beside(error))?;
            let added = review::add(&store, content, location, who).await;
            let outcome = added.map_err(|error| kept.beside(error.into()))?;
            kept.forget();
            items::report(context, &outcome, "added")
        }
    }
}

fn unfit(what: String) -> CliError {
    CliError::Usage { what, hint: Some("nothing was added".into()) }
}

fn content(args: &Args) -> Content {
    let scored = |label: &Option<String>| {
        label.iter().map(|label| Scored { label: label.clone(), p: 1.0 }).collect()
    };
    Content {
        title: args.title.clone().unwrap_or_default(),
        description: args.description.clone(),
        trigger: args.trigger.as_ref().map(|text| Trigger {
            kind: args.trigger_kind,
            text: text.clone(),
            tool: None,
            confidence: 1.0,
        }),
        steps: args
            .steps
            .iter()
            .enumerate()
            .map(|(at, text)| Step {
                text: text.clone(),
                tool: None,
                follows: at
                    .checked_sub(1)
                    .and_then(|at| u16::try_from(at).ok())
                    .into_iter()
                    .collect(),
                branch: None,
            })
            .collect(),
        tools: args
            .tools
            .iter()
            .map(|name| ToolUse { name: name.clone(), role: ToolRole::Used, p: 1.0 })
            .collect(),
        industries: scored(&args.industry),
        functions: scored(&args.function),
        problem: args.problem.clone(),
        tags: args.tags.clone(),
        ..Content::default()
    }
}

pub(super) fn trigger_kind(name: &str) -> Result<TriggerKind, String> {
    TriggerKind::from_name(name).ok_or_else(|| {
        let names: Vec<_> = TriggerKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("there is no such kind; kinds are: {}", names.join(", "))
    })
}
