//! `reservoir import`.

mod columns;
mod known;
mod outlines;
mod rows;
mod sheet;

pub use outlines::import as outlines;

use super::input::Input;
use super::output::counted;
use super::progress::Meter;
use super::{CliError, Context, add, automations, crawl};
use crate::jobs::{self, Intake, Visit};
use crate::model::{NewSource, SourceKind};
use columns::Map;
use serde_json::json;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How much of a file is looked at to tell its kind, in bytes.
const HEAD: u64 = 64 << 10;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files or folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What they hold; recognised if not said: OPML, a sheet of automations (CSV or TSV with a
    /// title column), else documents.
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<Kind>,
    /// Read a sheet's column as this field (title, description, trigger, trigger_kind, steps,
    /// tools, industries, functions, problem, complexity, tags, url, or none); may be given again.
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<Map>,
    /// Show what would come in, and store nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Documents,
    /// What `show --json` writes.
    Automations,
    /// Automations as CSV or TSV, one a row.
    Sheet,
    /// Sources.
    Opml,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let mut documents = Vec::new();
    for path in args.paths {
        let kind = match args.kind {
            Some(kind) => kind,
            None if !args.map.is_empty() => Kind::Sheet,
            None => recognise(&path),
        };
        match kind {
            Kind::Documents if path == Path::new("-") => {
                return Err(CliError::Usage {
                    what: "documents cannot be read from standard input".into(),
                    hint: Some("name files or folders, or say --as automations".into()),
                });
            }
            Kind::Documents => {
                exists(&path)?;
                documents.push(path);
            }
            Kind::Automations => import_automations(context, &path, args.dry_run).await?,
            Kind::Sheet => sheet::import(context, &path, &args.map, args.dry_run).await?,
            Kind::Opml => outlines::import(context, &path, args.dry_run).await?,
        }
    }
    match documents {
        documents if documents.is_empty() => Ok(()),
        documents if args.dry_run => preview_documents(context, documents).await,
        documents => import_documents(context, documents).await,
    }
}

fn exists(path: &Path) -> Result<(), CliError> {
    std::fs::symlink_metadata(path).map(drop).map_err(|error| CliError::NotFound {
        what: format!("cannot read {}: {error}", path.display()),
        hint: Some("name a file or folder that exists".into()),
    })
}

/// What a file holds, by its name and its first bytes; documents where in doubt.
fn recognise(path: &Path) -> Kind {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let head = || {
        let mut bytes = Vec::new();
        let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if is_file && let Ok(file) = File::open(path) {
            // What cannot be read is told by whoever reads it in earnest.
            let _ = file.take(HEAD).read_to_end(&mut bytes);
        }
        crate::text::decode(&bytes, None).text.into_owned()
    };
    match ending.as_deref() {
        Some("opml") => Kind::Opml,
        Some("xml") if head().to_ascii_lowercase().contains("<opml") => Kind::Opml,
        Some("csv" | "tsv" | "tab") if columns::has_title(&head()) => Kind::Sheet,
        _ => Kind::Documents,
    }
}

async fn import_automations(
    context: &Context,
    path: &Path,
    is_dry_run: bool,
) -> Result<(), CliError> {
    let all = automations::read(&Input::read(path)?)?;
    if !is_dry_run {
        return add::add_all(context, all).await;
    }
    let titles: Vec<&str> = all.iter().map(|(content, _)| content.title.as_str()).collect();
    if context.output.is_json {
        let value = json!({ "path": path, "kind": "automations", "titles": titles });
        return context.output.json(&value);
    }
    for title in &titles {
        context.output.line(&format!("new      {title}"))?;
    }
    let many = counted(titles.len(), "automation", "automations");
    context.output.line(&format!("{many} would be added"))
}

async fn preview_documents(context: &Context, paths: Vec<PathBuf>) -> Result<(), CliError> {
    let pipeline = context.pipeline()?;
    let store = context.open_store()?;
    let import = store.read(|reading| reading.find_source("import")).await?;
    let visit = |path: PathBuf| {
        let address = path.display().to_string();
        let place = NewSource {
            name: "import".to_owned(),
            kind: SourceKind::Folder,
            address,
            title: None,
            is_enabled: true,
        };
        Visit { source: import.as_ref().map(|source| source.id), ..Visit::from(&place) }
    };
    let visits: Vec<Visit> = paths.into_iter().map(visit).collect();
    crawl::preview(context, &pipeline, &visits).await
}

async fn import_documents(context: &Context, paths: Vec<PathBuf>) -> Result<(), CliError> {
    let store = context.open_store()?;
    let meter = Meter::new(context.global.quiet);
    let cancel = context.cancel_on_interrupt();
    let watch = |intake: &Intake| meter.status(&format!("import   {} documents", intake.seen()));
    let intake = jobs::import(&store, paths, watch, &cancel).await?;
    for problem in &intake.problems {
        meter.line(&format!("skipped  {problem}"));
    }
    context.output.answer(&intake, &format!("imported: {}", intake.in_words()))?;
    if intake.seen() > 0 || intake.failed == 0 {
        return Ok(());
    }
    Err(nothing())
}

/// The error where every part of a file or folder failed.
fn nothing() -> CliError {
    CliError::Failed {
        what: "nothing could be imported".into(),
        hint: Some("the lines above say why, one by one".into()),
    }
}
