//! `reservoir train`: learns the weights that ship with the program.

use super::progress::Meter;
use super::{CliError, Context};
use crate::extract::classify::{self, Example, Taxonomy};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Train {
    /// Learn functions and trigger kinds from gallery templates.
    Classify(Args),
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines: {"title", "text", "categories", "node_types", "published"}.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Folder to write classifier.bin to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Learn only from templates published before this date or moment.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

pub fn run(context: &Context, train: &Train) -> Result<(), CliError> {
    let meter = Meter::new(context.global.quiet);
    let Train::Classify(args) = train;
    let failed = |what: String| CliError::Failed { what, hint: None };
    let text = std::fs::read_to_string(&args.input)
        .map_err(|error| failed(format!("cannot read {}: {error}", args.input.display())))?;
    let mut examples: Vec<Example> = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|line| !line.1.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(example) => examples.push(example),
            Err(error) => meter.line(&format!("{}:{}: {error}", args.input.display(), at + 1)),
        }
    }
    if let Some(until) = &args.until {
        examples.retain(|example| example.published.as_str() < until.as_str());
    }
    if examples.is_empty() {
        return Err(failed(format!("cannot learn from {}: no example", args.input.display()))
            .with_hint("see data/classifier/README.md for the form of a line"));
    }
    meter.line(&format!("learning from {} examples", examples.len()));
    let progress = |done, of| meter.line(&format!("fitted {done} of {of}"));
    let bytes = classify::train(&examples, Taxonomy::shared(), &progress)
        .map_err(|error| CliError::failed(&error))?;
    let path = args.out.join("classifier.bin");
    std::fs::create_dir_all(&args.out)
        .and_then(|()| std::fs::write(&path, &bytes))
        .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))?;
    let value = serde_json::json!({ "bytes": bytes.len(), "path": path });
    context.output.answer(&value, &format!("{} bytes to {}", bytes.len(), path.display()))
}
