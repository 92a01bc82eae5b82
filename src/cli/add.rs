//! `reservoir add`.

use super::{CliError, Context, items};
use crate::model::{Content, Location, Scored, Step, ToolRole, ToolUse, Trigger, TriggerKind};
use crate::review;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, required_unless_present = "from", conflicts_with = "from")]
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
    /// Automations as a JSON object, or one object a line, in the shape that `show --json` writes.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let store = context.open_store()?;
    let contents = match &args.from {
        Some(path) => read_contents(path)?,
        None => vec![content(&args)],
    };
    let location = Location { seconds: None, url: args.url };
    for content in contents {
        let outcome = review::add(&store, content, location.clone(), context.reviewer()?).await?;
        items::report(context, &outcome, "added")?;
    }
    Ok(())
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

/// Reads one JSON object, or one a line; every line is checked before any is added.
fn read_contents(path: &PathBuf) -> Result<Vec<Content>, CliError> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| CliError::Failed {
        what: format!("cannot read {name}: {error}"),
        hint: None,
    })?;
    serde_json::Deserializer::from_str(&text)
        .into_iter::<Content>()
        .map(|read| {
            read.map_err(|error| CliError::Usage {
                what: format!("{name}:{}:{}: {error}", error.line(), error.column()),
                hint: Some("nothing was added; mend the file and try again".into()),
            })
        })
        .collect()
}

fn trigger_kind(name: &str) -> Result<TriggerKind, String> {
    TriggerKind::from_name(name).ok_or_else(|| {
        let names: Vec<_> = TriggerKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("there is no such kind; kinds are: {}", names.join(", "))
    })
}
