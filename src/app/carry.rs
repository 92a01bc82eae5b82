//! Carrying out what the screens ask for, apart from writes (the scribe) and the terminal (the
//! loop): each question is a task of its own, and answers find their way by generation.

use super::backend::Backend;
use super::{company, figures, look_alikes, searches, sources};
use crate::jobs::{self, Again, Plan};
use crate::model::{AutomationId, ItemView, SearchAnswer, SearchQuery, Stage, Status};
use crate::review;
use crate::store::{Reading, StoreError};
use crate::tui::{Command, Generation, Level, Loaded};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Lines loaded with a search's answer.
const FIRST_ROWS: usize = 120;
/// Most tags suggested for an item.
const SUGGESTED_TAGS: usize = 8;
/// Most decisions of a day that are shown.
const TODAY_ROWS: usize = 2_000;
/// While jobs run, the screens hear of it so often.
const TELLING: Duration = Duration::from_millis(250);

/// Begins to carry out `command`; the answer comes by the backend's channel, before the task ends.
pub fn carry(backend: &Backend, command: Command) -> JoinHandle<()> {
    let backend = backend.clone();
    tokio::spawn(async move {
        match command {
            Command::LoadQueue { generation, filter } => {
                let (reviewer, now) = (backend.reviewer.clone(), backend.store.now());
                let list = move |reading: &Reading<'_>| {
                    review::list_queue_for(reading, &filter, &reviewer, now)
                };
                let ids = backend.store.read(list).await;
                match ids {
                    Ok(ids) => backend.answer(Loaded::Queue { generation, ids: ids.into() }),
                    Err(error) => backend.failed("load the queue", &error),
                }
            }
            Command::LoadRows(asked) => load_rows(&backend, asked).await,
            Command::LoadItem { generation, id } => match load_item(&backend, id).await {
                Ok(view) => {
                    backend.answer(Loaded::Item { generation, id, view: view.map(Arc::new) })
                }
                Err(error) => backend.failed("load the item", &error),
            },
            Command::Search { generation, query } => search(&backend, generation, query).await,
            Command::FindSimilar { generation, id, among, most } => {
                find_similar(&backend, generation, id, among, most).await;
            }
            Command::LoadToday { generation } => load_today(&backend, generation).await,
            Command::LoadDuplicates { generation } => look_alikes::send(&backend, generation).await,
            Command::LoadIdeas { generation } => figures::send_ideas(&backend, generation).await,
            Command::LoadReport { generation, week } => {
                figures::send_report(&backend, generation, week).await;
            }
            Command::LoadOverview { generation } => {
                figures::send_overview(&backend, generation).await;
            }
            Command::LoadSources { generation } => sources::send(&backend, generation).await,
            Command::AddSource { address } => sources::add(&backend, address).await,
            Command::EnableSource { name, is_enabled } => {
                sources::enable(&backend, &name, is_enabled).await;
            }
            Command::RemoveSource { name } => sources::remove(&backend, &name).await,
            Command::TestSource { name } => sources::test(&backend, name).await,
            Command::CrawlSource { name } => {
                run(&backend, Plan { sources: vec![name], ..Plan::default() }).await;
            }
            Command::Claim { filter, count, holds_some } => {
                company::claim(&backend, filter, count, holds_some).await;
            }
            Command::LoadCounts => backend.send_counts().await,
            Command::LoadJobs => backend.send_jobs().await,
            Command::LoadTags => match backend.store.read(|reading| reading.list_tags()).await {
                Ok(tags) => backend.answer(Loaded::Tags(tags)),
                Err(error) => backend.failed("list the tags", &error),
            },
            Command::SuggestTags(id) => suggest_tags(&backend, id).await,
            Command::LoadSearches => searches::send(&backend).await,
            Command::SaveSearch { name, query } => searches::save(&backend, name, query).await,
            Command::SeeSearch { name } => searches::see(&backend, name).await,
            Command::DeleteSearch { name } => searches::delete(&backend, name).await,
            Command::RunPipeline { stages, sample } => {
                let plan = Plan { stages, sources: Vec::new(), with_sample: sample };
                run(&backend, plan).await;
            }
            Command::CancelJob(id) => cancel(&backend, id).await,
            Command::RetryDeadLetters => retry(&backend).await,
            Command::Import(path) => import(&backend, path).await,
            Command::OpenUrl(url) => open_url(&backend, &url),
            other => tracing::error!(?other, "nobody carries this out"),
        }
    })
}

async fn load_rows(backend: &Backend, asked: Vec<AutomationId>) {
    let ids = asked.clone();
    match backend.store.read(move |reading| reading.load_rows(&ids)).await {
        Ok(rows) => backend.answer(Loaded::Rows { asked, rows }),
        Err(error) => backend.failed("load lines of the queue", &error),
    }
}

async fn search(backend: &Backend, generation: Generation, query: SearchQuery) {
    backend.newest_search.fetch_max(generation, Ordering::Relaxed);
    let finder = match backend.finder().await {
        Ok(finder) => finder.clone(),
        Err(error) => return backend.failed("open the search index", &error),
    };
    let newest = Arc::clone(&backend.newest_search);
    let found = tokio::task::spawn_blocking(move || {
        // Typing on makes this answer stale before it is worked out.
        (newest.load(Ordering::Relaxed) == generation).then(|| finder.search(&query))
    })
    .await;
    let answer: SearchAnswer = match found {
        Ok(Some(Ok(answer))) => answer,
        Ok(Some(Err(error))) => return backend.failed("search", &error),
        Ok(None) => return,
        Err(_) => return backend.notice(Level::Error, "the search failed; the log has details"),
    };
    if let Some(notice) = &answer.notice {
        backend.notice(Level::Warning, notice.clone());
    }
    let ids: Vec<_> = answer.hits.iter().take(FIRST_ROWS).map(|hit| hit.id).collect();
    match backend.store.read(move |reading| reading.load_rows(&ids)).await {
        Ok(rows) => {
            backend.answer(Loaded::Search { generation, answer: Arc::new(answer), rows });
        }
        Err(error) => backend.failed("load what was found", &error),
    }
}

async fn suggest_tags(backend: &Backend, id: AutomationId) {
    match backend.store.read(move |reading| reading.suggest_tags(id, SUGGESTED_TAGS)).await {
        Ok(tags) => backend.answer(Loaded::SuggestedTags { id, tags }),
        Err(error) => backend.failed("suggest tags", &error),
    }
}

async fn find_similar(
    backend: &Backend,
    generation: Generation,
    id: AutomationId,
    among: Arc<[AutomationId]>,
    most: usize,
) {
    let finder = match backend.finder().await {
        Ok(finder) => finder.clone(),
        Err(error) => return backend.failed("open the search index", &error),
    };
    let found = tokio::task::spawn_blocking(move || finder.similar(id, &among, most)).await;
    match found {
        Ok(found) => backend.answer(Loaded::Similar { generation, id, found }),
        Err(_) => backend.notice(Level::Error, "the search failed; the log has details"),
    }
}

async fn load_today(backend: &Backend, generation: Generation) {
    let midnight = backend.midnight();
    let read = backend.store.read(|reading| reading.list_history(None, TODAY_ROWS)).await;
    match read {
        Ok(mut rows) => {
            rows.retain(|row| row.at >= midnight);
            backend.answer(Loaded::Today { generation, rows });
        }
        Err(error) => backend.failed("load what was decided today", &error),
    }
}

async fn run(backend: &Backend, plan: Plan) {
    run_again(backend, Again::Nothing, plan).await;
}

async fn run_again(backend: &Backend, again: Again, plan: Plan) {
    let told = CancellationToken::new();
    let telling = tokio::spawn(tell_while_running(backend.clone(), told.clone()));
    let outcome = backend.pipeline.run_again(again, plan, |_| {}, backend.stop.child_token()).await;
    told.cancel();
    if telling.await.is_err() {
        tracing::error!("telling of progress panicked");
    }
    match outcome {
        Ok(summary) if summary.is_success() => {
            let words: Vec<&str> = summary
                .jobs
                .iter()
                .filter(|job| matches!(job.stage, Stage::Crawl | Stage::Extract))
                .filter_map(|job| job.message.as_deref())
                .collect();
            let warnings: Vec<String> = summary.warnings.iter().map(ToString::to_string).collect();
            match warnings.as_slice() {
                [] => backend.notice(Level::Done, format!("the run is done: {}", words.join("; "))),
                warnings => backend.notice(Level::Warning, warnings.join("; ")),
            }
        }
        Ok(_) => backend.notice(
            Level::Warning,
            "the run ended, but not every job went through; the Pipeline screen says why",
        ),
        Err(error) => backend.failed("run the pipeline", &error),
    }
    backend.answer(Loaded::Changed { ids: Vec::new() });
    backend.answer(Loaded::SourcesChanged);
    backend.send_counts().await;
    backend.send_jobs().await;
}

async fn tell_while_running(backend: Backend, done: CancellationToken) {
    let mut last_count = 0;
    loop {
        tokio::select! {
            () = done.cancelled() => return,
            () = tokio::time::sleep(TELLING) => {}
        }
        backend.send_jobs().await;
        let count = backend.store.read(|reading| reading.newest_change()).await.unwrap_or(0);
        if count != last_count {
            last_count = count;
            backend.send_counts().await;
        }
    }
}

/// The item, and what moves it up or down the inbox while it stands there.
async fn load_item(backend: &Backend, id: AutomationId) -> Result<Option<ItemView>, StoreError> {
    let now = backend.store.now();
    backend
        .store
        .read(move |reading| {
            let Some(mut view) = reading.find_item(id)? else { return Ok(None) };
            if view.automation.status == Status::Inbox {
                view.reasons = jobs::rank_reasons(reading, id, now)?.unwrap_or_default();
            }
            Ok(Some(view))
        })
        .await
}

async fn cancel(backend: &Backend, id: crate::model::JobId) {
    let now = backend.store.now();
    match backend.store.write(move |writing| writing.request_cancel(id, now)).await {
        Ok(true) => backend.notice(Level::Info, "the job stops at its next pause"),
        Ok(false) => backend.notice(Level::Info, "the job has ended already"),
        Err(error) => backend.failed("cancel the job", &error),
    }
    backend.send_jobs().await;
}

async fn retry(backend: &Backend) {
    run_again(backend, Again::DeadLetters, Plan::default()).await;
}

async fn import(backend: &Backend, path: PathBuf) {
    match jobs::import(&backend.store, vec![path], |_| {}, &backend.stop).await {
        Ok(intake) => {
            let level = if intake.failed > 0 { Level::Warning } else { Level::Done };
            backend.notice(level, format!("imported: {}", intake.in_words()));
            let later = Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Crawl).collect();
            run(backend, Plan { stages: later, ..Plan::default() }).await;
        }
        Err(error) => backend.failed("import", &error),
    }
}

fn open_url(backend: &Backend, url: &str) {
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return backend.notice(Level::Warning, "only http and https links are opened");
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let spawned = std::process::Command::new(opener)
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    match spawned {
        Ok(mut child) => {
            // Reaped on a thread of its own; how a browser ends is none of ours.
            std::thread::spawn(move || child.wait());
        }
        Err(_) => backend.notice(
            Level::Warning,
            "no browser can be opened here; `y` copies the link to your own clipboard",
        ),
    }
}
