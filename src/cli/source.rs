//! `reservoir source`.

use super::output::column;
use super::{CliError, Context};
use crate::model::{NewSource, Source as StoredSource, SourceKind};
use jiff::Timestamp;
use url::Url;

/// Names of the sources that the program makes itself.
const RESERVED: [&str; 2] = ["import", "sample"];

#[derive(Debug, clap::Subcommand)]
pub enum Source {
    /// List the sources and how they are.
    List,
    /// Add a source: a feed's address, or a folder; what it is gets recognised.
    Add {
        /// An http(s) address, or a path.
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// What to call it; made from the address if not said.
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        title: Option<String>,
    },
    /// Visit a source again when the pipeline runs.
    Enable { name: String },
    /// Leave a source out when the pipeline runs.
    Disable { name: String },
}

pub async fn run(context: &Context, command: Source) -> Result<(), CliError> {
    match command {
        Source::List => list(context).await,
        Source::Add { address, name, title } => add(context, &address, name, title).await,
        Source::Enable { name } => enable(context, name, true).await,
        Source::Disable { name } => enable(context, name, false).await,
    }
}

async fn list(context: &Context) -> Result<(), CliError> {
    let store = context.open_store()?;
    let sources = store.read(|reading| Ok::<_, CliError>(reading.list_sources()?)).await?;
    if context.output.is_json {
        return sources.iter().try_for_each(|source| context.output.json(source));
    }
    for source in &sources {
        context.output.line(&format!(
            "{}  {}  {}  {}",
            column(&source.name, 24),
            column(source.kind.name(), 7),
            column(&health(source), 44),
            source.address
        ))?;
    }
    if sources.is_empty() {
        context.output.line("no sources yet; `reservoir source add ADDRESS` adds one")?;
    }
    Ok(())
}

fn health(source: &StoredSource) -> String {
    match (&source.last_error, source.last_success) {
        _ if !source.is_enabled => "disabled".to_owned(),
        (Some(error), _) => format!("failing: {error}"),
        (None, Some(at)) => format!("ok, last {}", at.strftime("%Y-%m-%d %H:%M")),
        (None, None) => "never visited".to_owned(),
    }
}

async fn add(
    context: &Context,
    address: &str,
    name: Option<String>,
    title: Option<String>,
) -> Result<(), CliError> {
    let source = recognise(address, name, title)?;
    let store = context.open_store()?;
    let name = source.name.clone();
    let known = store.read(move |reading| reading.find_source(&name)).await?;
    let is_reserved = RESERVED.contains(&source.name.as_str());
    if is_reserved || known.is_some_and(|known| known.address != source.address) {
        return Err(CliError::Failed {
            what: format!("the name `{}` is taken", source.name),
            hint: Some("give another one with --name".into()),
        });
    }
    let added = source.clone();
    store.write(move |writing| writing.save_source(&added, Timestamp::now())).await?;
    let words = format!(
        "added {} ({}); `reservoir crawl {}` visits it now",
        source.name, source.kind, source.name
    );
    context.output.answer(&source, &words)
}

async fn enable(context: &Context, name: String, is_enabled: bool) -> Result<(), CliError> {
    let store = context.open_store()?;
    let asked = name.clone();
    let found = store.write(move |writing| writing.enable_source(&asked, is_enabled)).await?;
    if !found {
        return Err(no_source(&name));
    }
    let state = if is_enabled { "enabled" } else { "disabled" };
    let value = serde_json::json!({ "name": name, "is_enabled": is_enabled });
    context.output.answer(&value, &format!("{state} {name}"))
}

/// The error for a name that no source has.
pub fn no_source(name: &str) -> CliError {
    CliError::NotFound {
        what: format!("there is no source `{name}`"),
        hint: Some("`reservoir source list` names them".into()),
    }
}

fn recognise(
    address: &str,
    name: Option<String>,
    title: Option<String>,
) -> Result<NewSource, CliError> {
    let (kind, address, suggestion) = match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
            let suggestion = format!("{host}{}", url.path());
            (SourceKind::Feed, url.to_string(), suggestion)
        }
        _ => {
            let path = std::fs::canonicalize(address).map_err(|error| CliError::Usage {
                what: format!("`{address}` is neither an http(s) address nor a path: {error}"),
                hint: Some("give a feed's address, or a folder that exists".into()),
            })?;
            let suggestion = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let path = path.to_string_lossy().into_owned();
            (SourceKind::Folder, path, suggestion.unwrap_or_else(|| "folder".into()))
        }
    };
    let name = name.unwrap_or_else(|| slug(&suggestion));
    if name != slug(&name) {
        return Err(CliError::Usage {
            what: format!("`{name}` cannot name a source"),
            hint: Some(format!("use letters, digits, `.`, `_` and `-`, as `{}`", slug(&name))),
        });
    }
    Ok(NewSource { name, kind, address, title, is_enabled: true })
}

/// Lower-case letters, digits, dots and dashes, at most 48; never empty.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        let fits = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if fits || (matches!(letter, '.' | '_') && !slug.is_empty()) {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(48);
    let slug = slug.trim_end_matches(['-', '.', '_']);
    if slug.is_empty() { "source".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_recognised_and_named_after_its_address() {
        let source = recognise("https://www.example.org/blog/feed.xml", None, None).unwrap();
        assert_eq!(
            (source.kind, source.name.as_str()),
            (SourceKind::Feed, "example.org-blog-feed.xml")
        );
    }

    #[test]
    fn what_is_neither_address_nor_path_is_refused() {
        let error = recognise("no such thing", None, None).unwrap_err();
        assert_eq!(error.exit_status(), 2);
    }
}
