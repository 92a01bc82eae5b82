//! `reservoir search`.

use super::output::column;
use super::progress::Meter;
use super::{CliError, Context};
use crate::jobs::Finder;
use crate::model::{InboxRow, SearchMode, SearchQuery, Status};
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "QUERY")]
    query: String,
    /// Words and meaning together, words alone, or meaning alone.
    #[arg(long, default_value = "hybrid", value_parser = ["hybrid", "text", "meaning"])]
    mode: String,
    /// Share of words in the score, 0 to 1.
    #[arg(long)]
    weight: Option<f32>,
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Only items in this state; may be given again. Rejected and merged ones are left out if not
    /// asked for.
    #[arg(long, value_parser = ["inbox", "approved", "rejected", "deferred", "merged"])]
    status: Vec<String>,
    /// Say why each hit stands where it stands.
    #[arg(long)]
    explain: bool,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let config = context.config()?;
    let weight = args.weight.unwrap_or(config.search.weight);
    if !(0.0..=1.0).contains(&weight) {
        return Err(CliError::Usage {
            what: format!("a weight of {weight} is not between 0 and 1"),
            hint: None,
        });
    }
    let mut query = SearchQuery::new(args.query, args.limit);
    query.mode = SearchMode::from_name(&args.mode).unwrap_or(SearchMode::Hybrid);
    query.weight = weight;
    if !args.status.is_empty() {
        query.statuses = args.status.iter().filter_map(|name| Status::from_name(name)).collect();
    }
    let store = context.open_store()?;
    let folder = context.workspace.index_folder();
    let finder = Finder::open(&store, &folder).await?.with_embedder(context.embedder(&store)?);
    let asked = query.clone();
    let answer = tokio::task::spawn_blocking(move || finder.search(&asked))
        .await
        .map_err(|error| CliError::failed(&error))?
        .map_err(|error| CliError::failed(&error))?;
    let ids: Vec<_> = answer.hits.iter().map(|hit| hit.id).collect();
    let rows = store.read(move |reading| Ok::<_, CliError>(reading.load_rows(&ids)?)).await?;
    for (rank, hit) in answer.hits.iter().enumerate() {
        let Some(row) = rows.iter().find(|row| row.id == hit.id) else { continue };
        if context.output.is_json {
            context.output.json(&json!({
                "rank": rank + 1, "score": hit.score, "parts": hit.parts, "automation": row,
            }))?;
            continue;
        }
        context.output.line(&line(rank + 1, hit.score, row))?;
        if args.explain {
            context.output.line(&explain(hit, weight))?;
        }
    }
    if let Some(notice) = &answer.notice {
        Meter::new(context.global.quiet).line(notice);
    }
    match answer.hits.len() {
        0 => context.output.line("nothing found; fewer or other words may find more"),
        shown => context.output.line(&format!("{shown} shown, {} match the words", answer.total)),
    }
}

fn line(rank: usize, score: f32, row: &InboxRow) -> String {
    format!(
        "{rank:>3}. {score:.3}  #{:<6} {}  {}  {}",
        row.id,
        column(row.status.name(), 8),
        column(&row.title, 60),
        row.function.as_deref().unwrap_or("–"),
    )
}

fn explain(hit: &crate::model::Hit, weight: f32) -> String {
    let parts = hit.parts;
    let exact = if parts.is_exact { "; exactly its title or name, so it comes first" } else { "" };
    format!(
        "       words {:.2} × {weight:.2} (BM25 {:.2}) + meaning {:.2} × {:.2} (cosine {:.2}){exact}",
        parts.words_share,
        parts.words,
        parts.meaning_share,
        1.0 - weight,
        parts.meaning,
    )
}
