//! Vectors of texts.

use super::call::{Call, Turned};
use super::chain::place;
use super::question::Embedded;
use super::tried::Tried;
use super::{LlmError, Models};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

impl Models {
    /// The model that makes vectors at `provider`; `None` where it has none.
    pub fn embedding_model(&self, provider: &str) -> Option<&str> {
        let model = self.provider(provider)?.settings.embedding.as_str();
        Some(model).filter(|model| !model.is_empty())
    }

    /// Vectors of `texts` from `provider` alone: those of two models cannot be compared.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn embed(
        &self,
        provider: &str,
        (task, item): (&str, &str),
        texts: &[String],
        cancel: &CancellationToken,
    ) -> Result<Embedded, LlmError> {
        let mut waited = Duration::ZERO;
        for round in 1.. {
            let mut tried = Tried::default();
            if let (Some(model), Some(provider)) =
                (self.embedding_model(provider), self.provider(provider))
            {
                let call =
                    Call { deltas: None, ..self.call(provider, model, task, item, "", cancel) };
                match embed_one(&call, texts, cancel).await {
                    Ok(embedded) => return Ok(embedded),
                    Err(turned) => tried.add(provider, turned)?,
                }
            }
            self.wait(&mut waited, round, tried, task, cancel).await?;
        }
        unreachable!("invariant: waiting ends the rounds")
    }
}

async fn embed_one(
    call: &Call<'_>,
    texts: &[String],
    cancel: &CancellationToken,
) -> Result<Embedded, Turned> {
    let _place = place(call.provider, cancel).await?;
    let write = |_: &super::dialect::Dialect| json!({"model": call.model, "input": texts});
    let (vectors, cost) = call.send(false, 0, write, |model, request| model.embed(request)).await?;
    let provider = call.provider.settings.name.clone();
    if vectors.vectors.len() != texts.len() {
        let why = format!("{} vectors for {} texts", vectors.vectors.len(), texts.len());
        let task = call.task.to_owned();
        return Err(Turned::Failed(LlmError::Unusable { task, provider, why }));
    }
    let model = call.model.to_owned();
    Ok(Embedded { provider, model, vectors: vectors.vectors, cost })
}
