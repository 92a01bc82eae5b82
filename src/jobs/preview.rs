//! What a visit would bring: the same reading as a crawl's, without a trace in the store.

use super::intake::{self, Intake, Place, Read};
use super::{Again, JobsError, Pipeline, Plan};
use crate::gather::feed::{self, FeedAnswer, Validators};
use crate::model::{DocumentKind, NewDocument, NewSource, Source, SourceId, SourceKind, Stage};
use crate::store::{StoreError, Stored};
use crate::text::with_causes;
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A place to look at, stored as a source or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The source whose documents count as known.
    pub source: Option<SourceId>,
    pub name: String,
    pub kind: SourceKind,
    pub address: String,
}

/// A document that a visit would bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Foreseen {
    pub source: String,
    /// `new`, `changed` or `known`.
    pub state: &'static str,
    pub title: String,
    pub url: Option<String>,
    pub published: Option<Timestamp>,
    pub kind: DocumentKind,
    /// Bytes of its readable text.
    pub size: usize,
    pub identity: String,
}

impl From<&Source> for Visit {
    fn from(source: &Source) -> Self {
        Self {
            source: Some(source.id),
            name: source.name.clone(),
            kind: source.kind,
            address: source.address.clone(),
        }
    }
}

impl From<&NewSource> for Visit {
    fn from(source: &NewSource) -> Self {
        Self {
            source: None,
            name: source.name.clone(),
            kind: source.kind,
            address: source.address.clone(),
        }
    }
}

impl Pipeline {
    /// The sources that a crawl of `names` visits: those, or all that are due.
    ///
    /// # Errors
    /// `JobsError::NoSource` for a name that none has; the store's own failures.
    pub async fn list_crawled(&self, names: Vec<String>) -> Result<Vec<Source>, JobsError> {
        let plan = Plan { stages: vec![Stage::Crawl], sources: names, with_sample: false };
        self.sources_to_crawl(&plan, Again::Nothing).await
    }

    /// Visits a place as a first crawl would, and stores nothing: no document, no validator, no
    /// attempt. `show` hears of each document.
    ///
    /// # Errors
    /// `JobsError::Source` where the place cannot be visited; what cannot be read in it is told in
    /// the outcome.
    pub async fn preview(
        &self,
        visit: &Visit,
        mut show: impl FnMut(Foreseen) + Send,
        cancel: &CancellationToken,
    ) -> Result<Intake, JobsError> {
        let mut intake = Intake::default();
        let place = match visit.kind {
            SourceKind::Folder => Place::Path(PathBuf::from(&visit.address)),
            SourceKind::Sample => Place::Sample,
            SourceKind::Feed => {
                self.preview_feed(visit, &mut intake, &mut show, cancel).await?;
                return Ok(intake);
            }
            SourceKind::Manual | SourceKind::Import => return Ok(intake),
        };
        if let Place::Path(path) = &place
            && let Err(error) = std::fs::metadata(path)
        {
            let reason = format!("cannot read {}: {error}", path.display());
            return Err(JobsError::Source { name: visit.name.clone(), reason });
        }
        let (send, mut receive) = mpsc::channel(1);
        let stop = cancel.clone();
        let reader =
            tokio::task::spawn_blocking(move || intake::read_batches(&place, &send, &stop));
        while let Some(read) = receive.recv().await {
            match read {
                Read::Documents(docs) => self.foresee(visit, docs, &mut intake, &mut show).await?,
                Read::Problem(problem) => intake.count_problem(&problem),
            }
        }
        reader.await.map_err(|_| JobsError::Panicked(Stage::Crawl))?;
        if cancel.is_cancelled() { Err(JobsError::Cancelled) } else { Ok(intake) }
    }

    async fn preview_feed(
        &self,
        visit: &Visit,
        intake: &mut Intake,
        show: &mut (impl FnMut(Foreseen) + Send),
        cancel: &CancellationToken,
    ) -> Result<(), JobsError> {
        // Without validators the server sends all it has, visited before or not.
        let validators = Validators::default();
        let answer = tokio::select! {
            answer = feed::fetch(&self.client, &visit.address, &validators) => answer,
            () = cancel.cancelled() => return Err(JobsError::Cancelled),
        };
        match answer {
            Ok(FeedAnswer::NotModified { .. }) => Ok(()),
            Ok(FeedAnswer::Documents { docs, problems, .. }) => {
                problems.iter().for_each(|problem| intake.count_problem(problem));
                self.foresee(visit, docs, intake, show).await
            }
            Err(error) => {
                let reason = with_causes(&error);
                Err(JobsError::Source { name: visit.name.clone(), reason })
            }
        }
    }

    async fn foresee(
        &self,
        visit: &Visit,
        documents: Vec<NewDocument>,
        intake: &mut Intake,
        show: &mut (impl FnMut(Foreseen) + Send),
    ) -> Result<(), JobsError> {
        let source = visit.source;
        let judged: Vec<(NewDocument, Option<Stored>)> = self
            .store
            .read(move |reading| {
                let judge = |document: NewDocument| {
                    let known = match source {
                        Some(source) => reading.find_stored(source, &document)?,
                        None => None,
                    };
                    Ok::<_, StoreError>((document, known))
                };
                documents.into_iter().map(judge).collect::<Result<_, StoreError>>()
            })
            .await?;
        for (document, known) in judged {
            let state = match known {
                None | Some(Stored::New(_)) => {
                    intake.new += 1;
                    "new"
                }
                Some(Stored::Changed(_)) => {
                    intake.changed += 1;
                    "changed"
                }
                Some(Stored::Same(_)) => {
                    intake.same += 1;
                    "known"
                }
            };
            show(Foreseen {
                source: visit.name.clone(),
                state,
                size: document.readable.len(),
                title: document.title,
                url: document.url,
                published: document.published,
                kind: document.kind,
                identity: document.identity,
            });
        }
        Ok(())
    }
}
