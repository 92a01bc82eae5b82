//! Migrations: SQL files that never change once shipped.

use super::StoreError;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::fs::File;
use std::path::{Path, PathBuf};

const STEPS: &[M<'_>] = &[
    M::up(include_str!("migrations/001-the-house.sql")),
    M::up(include_str!("migrations/002-one-history.sql")),
    M::up(include_str!("migrations/003-the-models.sql")),
    M::up(include_str!("migrations/004-a-second-reader.sql")),
    M::up(include_str!("migrations/005-an-order-that-learns.sql")),
    M::up(include_str!("migrations/006-what-is-out.sql")),
    M::up(include_str!("migrations/007-several-reviewers.sql")),
];

/// The newest schema this program knows; SQLite's `user_version` of a store it wrote.
pub const SCHEMA_VERSION: usize = STEPS.len();

/// Brings the store at `path` to the newest schema. An older store is copied beside itself first.
///
/// A lock file keeps two processes that start at once from migrating twice.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(connection, path)?;
    if found == SCHEMA_VERSION {
        return Ok(());
    }
    let lock_path = path.with_extension("lock");
    let lock = File::create(&lock_path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| StoreError::Lock { path: lock_path, source })?;
    // Another process may have migrated while this one waited for the lock.
    let found = version(connection, path)?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Newer { path: path.into(), found, known: SCHEMA_VERSION });
    }
    if found > 0 && found < SCHEMA_VERSION {
        back_up(connection, path, found)?;
    }
    let known = SCHEMA_VERSION;
    Migrations::from_slice(STEPS).to_latest(connection).map_err(|source| StoreError::Migrate {
        path: path.into(),
        known,
        source,
    })?;
    drop(lock);
    Ok(())
}

pub(super) fn version(connection: &Connection, path: &Path) -> Result<usize, StoreError> {
    let read = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let found = read.map_err(|source| StoreError::Open { path: path.into(), source })?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

fn back_up(connection: &Connection, path: &Path, found: usize) -> Result<PathBuf, StoreError> {
    let target = path.with_extension(format!("schema-{found}.backup"));
    let fail = |source| StoreError::Backup { path: target.clone(), source };
    connection.backup("main", &target, None).map_err(|error| fail(Box::new(error)))?;
    File::open(&target).and_then(|file| file.sync_all()).map_err(|error| fail(Box::new(error)))?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_sound() {
        Migrations::from_slice(STEPS).validate().unwrap();
    }

    #[test]
    fn a_newer_store_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection, &path).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, .. }));
        assert!(error.hint().is_some());
        assert_eq!(version(&connection, &path).unwrap(), 99);
    }

    #[test]
    fn a_backup_opens_and_holds_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path).unwrap();
        connection.execute("INSERT INTO reviewers (name, created) VALUES ('ada', 0)", []).unwrap();
        let copy = back_up(&connection, &path, 1).unwrap();
        let names: String = Connection::open(copy)
            .unwrap()
            .query_row("SELECT name FROM reviewers", [], |row| row.get(0))
            .unwrap();
        assert_eq!(names, "ada");
    }
}
