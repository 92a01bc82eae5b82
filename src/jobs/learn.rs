//! The extractor as this workspace has taught it: the user's own taxonomy, the reviewers' corrections.

use super::{JobsError, Pipeline};
use crate::extract::classify::{Classifier, Correction, Facet, Learned, Taxonomy};
use crate::extract::{Extractor, MADE_BY};
use crate::model::{DecisionId, Field, FieldChange, Scored, Stage, Status};
use crate::store::{Corrected, StoreError};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Where the store keeps what was learnt.
const SETTING: &str = "classifier.learned";
/// Corrections learnt from, the newest.
const MOST: u32 = 2000;

/// What was learnt, and from what.
#[derive(Serialize, Deserialize)]
struct Kept {
    upto: Option<DecisionId>,
    made_by: String,
    /// The user's taxonomy, as it was then.
    taxonomy: String,
    learned: Learned,
}

/// Loads the extractor; learns anew when the journal has grown since it last did.
pub(super) async fn extractor(pipeline: &Pipeline) -> Result<Extractor, JobsError> {
    let file = pipeline.taxonomy_file.clone();
    let own = tokio::task::spawn_blocking(move || read_taxonomy(file.as_deref()));
    let own = own.await.map_err(|_| JobsError::Panicked(Stage::Extract))??;
    let (upto, kept) = pipeline
        .store
        .read(|reading| {
            // What an older program kept in another form is learnt again.
            let kept: Option<Kept> = reading.find_setting(SETTING).unwrap_or_default();
            Ok::<_, StoreError>((reading.find_newest_decision()?, kept))
        })
        .await?;
    let is_current =
        |kept: &Kept| (kept.upto, kept.made_by.as_str(), &kept.taxonomy) == (upto, MADE_BY, &own);
    let kept = kept.filter(is_current);
    let corrected = match kept {
        Some(_) => Vec::new(),
        None => pipeline.store.read(|reading| reading.list_corrections(MOST)).await?,
    };
    let path = pipeline.taxonomy_file.clone().unwrap_or_default();
    let taxonomy = own.clone();
    let is_new = kept.is_none();
    let (extractor, learned) = tokio::task::spawn_blocking(move || {
        let mut all = Taxonomy::shared().clone();
        let unreadable = |source| JobsError::Taxonomy { path: path.display().to_string(), source };
        all.extend(&taxonomy).map_err(unreadable)?;
        let classifier = Classifier::with_taxonomy(&all).map_err(load_error)?;
        let learned = match kept {
            Some(kept) => kept.learned,
            None => classifier.learn(&corrections(&corrected)),
        };
        let extractor = Extractor::load().map_err(load_error)?;
        let classifier = classifier.with_learned(learned.clone());
        Ok::<_, JobsError>((extractor.with_classifier(classifier), learned))
    })
    .await
    .map_err(|_| JobsError::Panicked(Stage::Extract))??;
    if is_new {
        let kept = Kept { upto, made_by: MADE_BY.to_owned(), taxonomy: own, learned };
        let now = pipeline.store.now();
        pipeline.store.write(move |writing| writing.save_setting(SETTING, &kept, now)).await?;
    }
    Ok(extractor)
}

/// The text of the user's own taxonomy; empty where there is none.
fn read_taxonomy(path: Option<&Path>) -> Result<String, JobsError> {
    let Some(path) = path else { return Ok(String::new()) };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(JobsError::TaxonomyFile { path: path.display().to_string(), source }),
    }
}

fn load_error(error: impl std::error::Error + Send + Sync + 'static) -> JobsError {
    JobsError::Extractor(Box::new(error))
}

fn corrections(corrected: &[Corrected]) -> Vec<Correction> {
    corrected.iter().map(correction).collect()
}

fn correction(Corrected { item, changes }: &Corrected) -> Correction {
    let content = &item.content;
    let mut correction =
        Correction { title: content.title.clone(), text: content.meaning(), told: Vec::new() };
    for FieldChange { field, before, after } in changes {
        let facet = match field {
            Field::Functions => Facet::Functions,
            Field::Industries => Facet::Industries,
            Field::Status if after.as_str() == Some(Status::Approved.name()) => {
                correction.tell_approval(Facet::Functions, &content.functions);
                correction.tell_approval(Facet::Industries, &content.industries);
                continue;
            }
            _ => continue,
        };
        let list = |value: &serde_json::Value| {
            serde_json::from_value::<Vec<Scored>>(value.clone()).unwrap_or_default()
        };
        correction.tell_edit(facet, &list(before), &list(after));
    }
    correction
}
