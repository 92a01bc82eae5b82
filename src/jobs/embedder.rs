//! Vectors from an endpoint, where the config asks for them instead of the embedded model's.

use crate::embed::Vector;
use crate::llm::{CallError, LlmError, Models};
use crate::model::RunId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest text sent, in characters: what an item is about stands at its beginning.
const LONGEST: usize = 8_000;
/// A text that the model finds too long is halved, down to this.
const SHORTEST: usize = 200;
/// Somebody who searches waits so long for what the query means.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Queries whose vectors are remembered.
const MOST_QUERIES: usize = 512;

/// Makes vectors at one provider; cheap to clone.
#[derive(Clone)]
pub struct Embedder {
    models: Models,
    provider: String,
    /// A std mutex: held for a look or a change only.
    queries: Arc<Mutex<HashMap<String, Vector>>>,
}

impl Embedder {
    /// An embedder at `provider`; `None` where that has no model for it.
    pub fn new(models: Models, provider: &str) -> Option<Self> {
        models.embedding_model(provider)?;
        Some(Self { models, provider: provider.to_owned(), queries: Arc::default() })
    }

    /// Names the model wherever its vectors are kept.
    pub fn name(&self) -> String {
        let model = self.models.embedding_model(&self.provider).unwrap_or_default();
        format!("{}/{model}", self.provider)
    }

    /// The same, spending for `run`.
    pub(super) fn for_run(&self, run: RunId) -> Self {
        Self { models: self.models.for_run(run), ..self.clone() }
    }

    /// The vectors of `texts`; `None` for one without a word, or that no shortening makes fit.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub(super) async fn embed(
        &self,
        item: &str,
        texts: &[String],
        cancel: &CancellationToken,
    ) -> Result<Vec<Option<Vector>>, LlmError> {
        let mut vectors = vec![None; texts.len()];
        let has_words = |at: &usize| texts[*at].contains(char::is_alphanumeric);
        let places: Vec<usize> = (0..texts.len()).filter(has_words).collect();
        let short: Vec<String> = places.iter().map(|at| head(&texts[*at], LONGEST)).collect();
        match self.ask(item, &short, cancel).await {
            Ok(found) => places.iter().zip(found).for_each(|(at, found)| vectors[*at] = found),
            Err(error) if is_too_long(&error) => {
                for (at, text) in places.into_iter().zip(short) {
                    vectors[at] = self.shortened(item, text, cancel).await?;
                }
            }
            Err(error) => return Err(error),
        }
        Ok(vectors)
    }

    async fn ask(
        &self,
        item: &str,
        texts: &[String],
        cancel: &CancellationToken,
    ) -> Result<Vec<Option<Vector>>, LlmError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let embedded = self.models.embed(&self.provider, ("embed", item), texts, cancel).await?;
        Ok(embedded.vectors.iter().map(|dense| Vector::of_direction(dense)).collect())
    }

    async fn shortened(
        &self,
        item: &str,
        mut text: String,
        cancel: &CancellationToken,
    ) -> Result<Option<Vector>, LlmError> {
        loop {
            match self.ask(item, std::slice::from_ref(&text), cancel).await {
                Err(error) if is_too_long(&error) => {
                    let half = text.chars().count() / 2;
                    if half < SHORTEST {
                        return Ok(None);
                    }
                    text = head(&text, half);
                }
                asked => return Ok(asked?.pop().flatten()),
            }
        }
    }

    /// What a query means, remembered or asked for; `None` for one without a word.
    ///
    /// # Errors
    /// As [`Models::ask`]; `Cancelled` where no answer comes in time.
    pub(super) async fn query(&self, text: &str) -> Result<Option<Vector>, LlmError> {
        if let Some(known) = self.queries().get(text) {
            return Ok(Some(known.clone()));
        }
        let cancel = CancellationToken::new();
        let texts = [text.to_owned()];
        let asking = self.embed("a query", &texts, &cancel);
        tokio::pin!(asking);
        let mut vectors = tokio::select! {
            vectors = &mut asking => vectors?,
            () = tokio::time::sleep(PATIENCE) => {
                // Told rather than dropped, so that the ledger hears how it ended.
                cancel.cancel();
                asking.await?
            }
        };
        let vector = vectors.pop().flatten();
        if let Some(vector) = &vector {
            let mut queries = self.queries();
            if queries.len() >= MOST_QUERIES {
                queries.clear();
            }
            queries.insert(text.to_owned(), vector.clone());
        }
        Ok(vector)
    }

    fn queries(&self) -> MutexGuard<'_, HashMap<String, Vector>> {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn head(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn is_too_long(error: &LlmError) -> bool {
    matches!(error, LlmError::Refused { source: CallError::TooLong { .. }, .. })
}
