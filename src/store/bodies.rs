//! Raw bodies: what was received, as it came.

use super::error::Doing;
use super::{Reading, StoreError};
use crate::model::{BodyId, RawBody, SourceId};
use rusqlite::OptionalExtension;

/// A raw body from which at least one document in its newest revision was read.
#[derive(Debug, Clone, PartialEq)]
pub struct UsedBody {
    pub id: BodyId,
    pub raw: RawBody,
    /// The sources of those documents, each once.
    pub sources: Vec<SourceId>,
}

impl Reading<'_> {
    /// How many raw bodies documents stand on in their newest revisions.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_used_bodies(&self) -> Result<u64, StoreError> {
        self.number("SELECT count(DISTINCT body_id) FROM documents").doing("count the raw bodies")
    }

    /// Raw bodies that documents stand on in their newest revisions, by id after `after`, at most
    /// `limit`.
    ///
    /// # Errors
    /// Where the store cannot be read, or a body does not decompress.
    pub fn list_used_bodies(
        &self,
        after: BodyId,
        limit: usize,
    ) -> Result<Vec<UsedBody>, StoreError> {
        let look = || -> rusqlite::Result<Vec<(BodyId, Vec<SourceId>)>> {
            let ids: Vec<i64> = self
                .connection
                .prepare_cached(
                    "SELECT DISTINCT body_id FROM documents WHERE body_id > ?1
                     ORDER BY body_id LIMIT ?2",
                )?
                .query_map((after.0, limit), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut sources = self.connection.prepare_cached(
                "SELECT DISTINCT source_id FROM documents WHERE body_id = ?1 ORDER BY source_id",
            )?;
            ids.into_iter()
                .map(|id| {
                    let of = sources.query_map([id], |row| row.get(0).map(SourceId))?;
                    Ok((BodyId(id), of.collect::<rusqlite::Result<_>>()?))
                })
                .collect()
        };
        let mut bodies = Vec::with_capacity(limit);
        for (id, sources) in look().doing("list the raw bodies")? {
            if let Some(raw) = self.find_body(id)? {
                bodies.push(UsedBody { id, raw, sources });
            }
        }
        Ok(bodies)
    }

    /// The raw body that a document's newest revision was read from.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_body_of(
        &self,
        source: SourceId,
        identity: &str,
    ) -> Result<Option<BodyId>, StoreError> {
        self.connection
            .prepare_cached("SELECT body_id FROM documents WHERE source_id = ?1 AND identity = ?2")
            .and_then(|mut statement| {
                statement.query_row((source.0, identity), |row| row.get(0).map(BodyId)).optional()
            })
            .doing(format!("find the document `{identity}`"))
    }

    /// A raw body as it was received.
    ///
    /// # Errors
    /// Where the store cannot be read, or the body does not decompress.
    pub fn find_body(&self, id: BodyId) -> Result<Option<RawBody>, StoreError> {
        let doing = || format!("load raw body #{id}");
        let found = self
            .connection
            .prepare_cached("SELECT format, location, size, bytes FROM bodies WHERE id = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([id.0], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get::<_, usize>(2)?, row.get(3)?))
                    })
                    .optional()
            })
            .doing(doing())?;
        found
            .map(|(format, location, size, packed): (String, String, usize, Vec<u8>)| {
                let bytes = zstd::bulk::decompress(&packed, size)
                    .map_err(|source| StoreError::Compress { doing: doing(), source })?;
                Ok(RawBody { format, location, bytes })
            })
            .transpose()
    }
}
