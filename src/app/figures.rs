//! What the Overview, the Report and the Ideas show.

use super::backend::Backend;
use crate::model::Week;
use crate::settings::ModelsConfig;
use crate::store::StoreError;
use crate::tui::{Generation, Loaded, OverviewView};
use jiff::tz::TimeZone;
use std::path::Path;
use std::sync::Arc;

/// Sends the figures as of now.
pub async fn send_overview(backend: &Backend, generation: Generation) {
    let now = backend.store.now();
    let here = now.to_zoned(TimeZone::system());
    let (midnight, day) = (here.start_of_day().unwrap_or(here.clone()).timestamp(), here.date());
    let folder = backend.index_folder.clone();
    let read = backend.store.read(move |reading| {
        Ok::<_, StoreError>((reading.load_figures(now, midnight, day)?, size_of(&folder)))
    });
    match read.await {
        Ok((figures, index_bytes)) => {
            let models = &backend.models;
            let overview = OverviewView {
                figures,
                budgets: (!models.provider.is_empty()).then(|| models.budgets()),
                currency: models.currency.clone(),
                tiers: tiers(models),
                index_bytes,
            };
            backend.answer(Loaded::Overview { generation, overview: Arc::new(overview) });
        }
        Err(error) => backend.failed("work out the figures", &error),
    }
}

/// What the configuration calls each model.
fn tiers(models: &ModelsConfig) -> Vec<(String, &'static str)> {
    let of = |provider: &crate::settings::ProviderConfig| {
        [(provider.cheap.clone(), "cheap"), (provider.strong.clone(), "strong")]
    };
    models.provider.iter().flat_map(of).filter(|(model, _)| !model.is_empty()).collect()
}

/// Bytes of the files under a folder; what cannot be read counts nothing.
fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size_of(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Sends the report of a week.
pub async fn send_report(backend: &Backend, generation: Generation, week: Week) {
    match backend.store.read(move |reading| reading.load_report(week)).await {
        Ok(report) => backend.answer(Loaded::Report { generation, report: Arc::new(report) }),
        Err(error) => backend.failed("put the report together", &error),
    }
}

/// Sends the ideas there are.
pub async fn send_ideas(backend: &Backend, generation: Generation) {
    match backend.store.read(|reading| reading.list_ideas()).await {
        Ok(ideas) => backend.answer(Loaded::Ideas { generation, ideas }),
        Err(error) => backend.failed("list the ideas", &error),
    }
}
