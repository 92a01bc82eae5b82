//! Sources and what the last visits to them brought.

use super::error::Doing;
use super::row::{name_at, optional_moment_at};
use super::{Reading, StoreError, Writing};
use crate::model::{NewSource, Source, SourceId, SourceKind};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

const COLUMNS: &str = "id, name, kind, address, title, is_enabled, schedule, etag, last_modified, \
     last_success, last_attempt, last_error, next_attempt, consecutive_failures";

fn source(row: &Row<'_>) -> rusqlite::Result<Source> {
    Ok(Source {
        id: SourceId(row.get("id")?),
        name: row.get("name")?,
        kind: name_at(row, "kind", SourceKind::from_name)?,
        address: row.get("address")?,
        title: row.get("title")?,
        is_enabled: row.get("is_enabled")?,
        // One that a newer program wrote is passed over: the source is then visited as it asks.
        schedule: row.get::<_, Option<String>>("schedule")?.and_then(|text| text.parse().ok()),
        etag: row.get("etag")?,
        last_modified: row.get("last_modified")?,
        last_success: optional_moment_at(row, "last_success")?,
        last_attempt: optional_moment_at(row, "last_attempt")?,
        last_error: row.get("last_error")?,
        next_attempt: optional_moment_at(row, "next_attempt")?,
        consecutive_failures: row.get("consecutive_failures")?,
    })
}

impl Reading<'_> {
    /// Every source, by name.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_sources(&self) -> Result<Vec<Source>, StoreError> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM sources ORDER BY name"))
            .and_then(|mut statement| statement.query_map([], source)?.collect())
            .doing("list the sources")
    }

    /// The source called `name`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_source(&self, name: &str) -> Result<Option<Source>, StoreError> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM sources WHERE name = ?1"))
            .and_then(|mut statement| statement.query_row([name], source).optional())
            .doing(format!("find the source `{name}`"))
    }

    /// How many documents came from a source.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn count_documents_of(&self, id: SourceId) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT count(*) FROM documents WHERE source_id = ?1", [id.0], |row| {
                row.get(0)
            })
            .doing("count the documents of a source")
    }
}

impl Writing<'_> {
    /// Adds a source, or changes the one of the same name; validators are forgotten when its
    /// address changes.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_source(&self, new: &NewSource, now: Timestamp) -> Result<SourceId, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO sources (name, kind, address, title, is_enabled, created)
                 VALUES (:name, :kind, :address, :title, :is_enabled, :now)
                 ON CONFLICT (name) DO UPDATE SET
                     kind = excluded.kind, title = excluded.title,
                     is_enabled = excluded.is_enabled,
                     etag = iif(address = excluded.address, etag, NULL),
                     last_modified = iif(address = excluded.address, last_modified, NULL),
                     next_attempt = iif(address = excluded.address, next_attempt, NULL),
                     address = excluded.address
                 RETURNING id",
            )
            .and_then(|mut statement| {
                statement.query_row(
                    named_params! {
                        ":name": new.name, ":kind": new.kind.name(), ":address": new.address,
                        ":title": new.title, ":is_enabled": new.is_enabled,
                        ":now": now.as_millisecond(),
                    },
                    |row| row.get(0).map(SourceId),
                )
            })
            .doing(format!("save the source `{}`", new.name))
    }

    /// Records a visit that worked, with the validators for the next one.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn record_visit(
        &self,
        id: SourceId,
        validators: (Option<&str>, Option<&str>),
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .execute(
                "UPDATE sources SET etag = :etag, last_modified = :modified, last_success = :now,
                     last_attempt = :now, last_error = NULL, next_attempt = :next,
                     consecutive_failures = 0
                 WHERE id = :id",
                named_params! {
                    ":id": id.0, ":etag": validators.0, ":modified": validators.1,
                    ":next": next.map(Timestamp::as_millisecond), ":now": now.as_millisecond(),
                },
            )
            .doing("record a visit to a source")?;
        Ok(())
    }

    /// Records a visit that failed, in words, and when to try again.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn record_failed_visit(
        &self,
        id: SourceId,
        error: &str,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .execute(
                "UPDATE sources SET last_attempt = :now, last_error = :error, next_attempt = :next,
                     consecutive_failures = consecutive_failures + 1
                 WHERE id = :id",
                named_params! {
                    ":id": id.0, ":error": error, ":now": now.as_millisecond(),
                    ":next": next.map(Timestamp::as_millisecond),
                },
            )
            .doing("record a failed visit to a source")?;
        Ok(())
    }

    /// Notes that a source is found at another address from now on; its validators stay.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn move_source(&self, id: SourceId, address: &str) -> Result<(), StoreError> {
        self.connection
            .execute("UPDATE sources SET address = ?2 WHERE id = ?1", (id.0, address))
            .doing("note a source's new address")?;
        Ok(())
    }

    /// Turns a source on or off; `false` where there is none of that name.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn enable_source(&self, name: &str, is_enabled: bool) -> Result<bool, StoreError> {
        self.connection
            .execute("UPDATE sources SET is_enabled = ?2 WHERE name = ?1", (name, is_enabled))
            .map(|changed| changed > 0)
            .doing(format!("change the source `{name}`"))
    }

    /// Writes what a user may change of a source: name, kind, address, title, schedule. What the
    /// visits left behind is forgotten when its address changes.
    ///
    /// # Errors
    /// Where the store cannot be written, or another source has the name.
    pub fn change_source(&self, changed: &Source) -> Result<(), StoreError> {
        self.connection
            .execute(
                "UPDATE sources SET name = :name, kind = :kind, title = :title,
                     schedule = :schedule,
                     etag = iif(address = :address, etag, NULL),
                     last_modified = iif(address = :address, last_modified, NULL),
                     last_success = iif(address = :address, last_success, NULL),
                     last_error = iif(address = :address, last_error, NULL),
                     next_attempt = iif(address = :address, next_attempt, NULL),
                     consecutive_failures = iif(address = :address, consecutive_failures, 0),
                     address = :address
                 WHERE id = :id",
                named_params! {
                    ":id": changed.id.0, ":name": changed.name, ":kind": changed.kind.name(),
                    ":address": changed.address, ":title": changed.title,
                    ":schedule": changed.schedule.map(|schedule| schedule.to_string()),
                },
            )
            .doing(format!("change the source `{}`", changed.name))?;
        Ok(())
    }

    /// Removes a source that no document came from.
    ///
    /// # Errors
    /// Where documents came from it, or the store cannot be written.
    pub fn remove_source(&self, id: SourceId) -> Result<(), StoreError> {
        self.connection
            .execute("DELETE FROM sources WHERE id = ?1", [id.0])
            .doing("remove a source")?;
        Ok(())
    }
}
