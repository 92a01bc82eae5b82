//! The crawl stage: one visit to one source.

use super::intake::{self, Intake, Place};
use super::report::Reporter;
use super::{JobsError, Pipeline};
use crate::gather::feed::{self, FeedAnswer, Validators};
use crate::model::{Source, SourceKind};
use crate::text::with_causes;
use jiff::{Timestamp, ToSpan};
use std::path::PathBuf;

/// A failing source is asked again after 5 minutes, doubled with each failure up to a day.
const FIRST_PAUSE_MINUTES: i64 = 5;
const LONGEST_PAUSE_MINUTES: i64 = 24 * 60;

pub(super) async fn run(
    pipeline: &Pipeline,
    source: &Source,
    reporter: &Reporter,
) -> Result<String, JobsError> {
    match source.kind {
        SourceKind::Folder | SourceKind::Sample => {
            let place = match source.kind {
                SourceKind::Sample => Place::Sample,
                _ => Place::Path(PathBuf::from(&source.address)),
            };
            if let Place::Path(path) = &place
                && let Err(error) = std::fs::metadata(path)
            {
                let words = format!("cannot read {}: {error}", path.display());
                let told = format!("{words}; check that it is there and may be read");
                record_failure(pipeline, source, &told, None).await?;
                return Err(JobsError::Source { name: source.name.clone(), reason: words });
            }
            let intake = intake::crawl(&pipeline.store, source.id, place, reporter).await?;
            record_visit(pipeline, source, (None, None), None).await?;
            Ok(intake.in_words())
        }
        SourceKind::Feed => visit_feed(pipeline, source, reporter).await,
        SourceKind::Import => {
            let intake = intake::import_again(&pipeline.store, source.id, reporter).await?;
            Ok(intake.in_words())
        }
        SourceKind::Manual => Ok("nothing to visit".to_owned()),
    }
}

async fn visit_feed(
    pipeline: &Pipeline,
    source: &Source,
    reporter: &Reporter,
) -> Result<String, JobsError> {
    let validators =
        Validators { etag: source.etag.clone(), last_modified: source.last_modified.clone() };
    let visit = feed::fetch(&pipeline.client, &source.address, &validators);
    let begun = pipeline.store.now();
    let answer = tokio::select! {
        answer = visit => answer,
        () = reporter.cancel().cancelled() => return Err(JobsError::Cancelled),
    };
    match answer {
        Ok(FeedAnswer::NotModified { next }) => {
            let kept = (validators.etag.as_deref(), validators.last_modified.as_deref());
            record_visit(pipeline, source, kept, Some(next)).await?;
            Ok("not modified since the last visit".to_owned())
        }
        Ok(FeedAnswer::Documents { docs, problems, etag, last_modified, next, moved_to }) => {
            let mut intake = Intake::default();
            let stored = intake::store_batch(&pipeline.store, source.id, docs).await?;
            intake.count(&stored);
            for problem in &problems {
                intake::record_problem(&pipeline.store, &mut intake, source.id, problem).await?;
            }
            let id = source.id;
            pipeline.store.write(move |writing| writing.clear_mended(id, None, begun)).await?;
            // The validators move only now that what they vouch for is on the disk.
            let new = (etag.as_deref(), last_modified.as_deref());
            record_visit(pipeline, source, new, Some(next)).await?;
            if let Some(address) = moved_to {
                follow_move(pipeline, source, address).await?;
            }
            reporter
                .tell(super::pipeline::progress(intake.seen(), intake.seen(), intake.failed))
                .await?;
            Ok(intake.in_words())
        }
        Err(error) => {
            let words = with_causes(&error);
            let told = format!("{words}; {}", error.hint());
            record_failure(pipeline, source, &told, error.retry_at()).await?;
            Err(JobsError::Source { name: source.name.clone(), reason: words })
        }
    }
}

/// Asks the new address from now on, where a feed has moved for good.
async fn follow_move(
    pipeline: &Pipeline,
    source: &Source,
    address: String,
) -> Result<(), JobsError> {
    tracing::info!(source = %source.name, %address, "the feed has moved for good");
    let id = source.id;
    pipeline.store.write(move |writing| writing.move_source(id, &address)).await?;
    Ok(())
}

async fn record_visit(
    pipeline: &Pipeline,
    source: &Source,
    validators: (Option<&str>, Option<&str>),
    next: Option<Timestamp>,
) -> Result<(), JobsError> {
    let (id, now) = (source.id, pipeline.store.now());
    let (etag, modified) = (validators.0.map(str::to_owned), validators.1.map(str::to_owned));
    pipeline
        .store
        .write(move |writing| {
            let validators = (etag.as_deref(), modified.as_deref());
            writing.record_visit(id, validators, next, now)
        })
        .await?;
    Ok(())
}

async fn record_failure(
    pipeline: &Pipeline,
    source: &Source,
    words: &str,
    retry_after: Option<Timestamp>,
) -> Result<(), JobsError> {
    let now = pipeline.store.now();
    let doublings = source.consecutive_failures.min(16);
    let pause = (FIRST_PAUSE_MINUTES << doublings).min(LONGEST_PAUSE_MINUTES);
    let next = (now + pause.minutes()).max(retry_after.unwrap_or(now));
    let (id, words) = (source.id, words.to_owned());
    pipeline
        .store
        .write(move |writing| writing.record_failed_visit(id, &words, Some(next), now))
        .await?;
    Ok(())
}
