//! Answers of models, kept by the hash of all that they depend on.

use super::error::Doing;
use super::{Reading, StoreError, Writing};
use crate::model::Usage;
use jiff::Timestamp;
use rusqlite::OptionalExtension;

impl Reading<'_> {
    /// The answer under `key` and the tokens it took, where it was kept at `since` or later; however
    /// old without it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_model_answer(
        &self,
        key: &[u8; 32],
        since: Option<Timestamp>,
    ) -> Result<Option<(String, Usage)>, StoreError> {
        let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
        self.connection
            .prepare_cached(
                "SELECT text, input_tokens, cached_tokens, output_tokens FROM model_answers
                 WHERE key = ?1 AND kept >= ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_row((key, since), |row| {
                        let (input, cached, output) = (row.get(1)?, row.get(2)?, row.get(3)?);
                        Ok((row.get(0)?, Usage { input, cached, output }))
                    })
                    .optional()
            })
            .doing("look for a kept answer")
    }
}

impl Writing<'_> {
    /// Keeps an answer under `key`, in the place of an older one.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn keep_model_answer(
        &self,
        key: &[u8; 32],
        text: &str,
        usage: Usage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO model_answers
                     (key, text, input_tokens, cached_tokens, output_tokens, kept)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .and_then(|mut statement| {
                let Usage { input, cached, output } = usage;
                statement.execute((key, text, input, cached, output, now.as_millisecond()))
            })
            .doing("keep a model's answer")?;
        Ok(())
    }

    /// Forgets answers that were kept before `moment`, but for those that a batch may have brought
    /// and nobody has read yet; how many.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn prune_model_answers(&self, moment: Timestamp) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM model_answers
                 WHERE kept < min(?1, COALESCE((SELECT min(sent) FROM model_batches), ?1))",
            )
            .and_then(|mut statement| statement.execute([moment.as_millisecond()]))
            .doing("forget old answers of models")
    }
}
