//! The store's file: its schema, and documents stored once.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::model::{
    AutomationId, DocumentKind, NewDocument, NewSource, RawBody, SourceId, SourceKind,
};
use reservoir::store::{Store, StoreError, Stored, prepare};
use std::sync::Arc;

fn document(identity: &str, text: &str) -> NewDocument {
    NewDocument {
        identity: identity.into(),
        url: None,
        title: "Title".into(),
        author: None,
        published: None,
        kind: DocumentKind::Note,
        origin: None,
        language: None,
        readable: text.into(),
        marks: Vec::new(),
        raw: Arc::new(RawBody {
            format: "text".into(),
            location: "test".into(),
            bytes: text.as_bytes().to_vec(),
        }),
    }
}

async fn source(store: &Store) -> SourceId {
    let source = NewSource {
        name: "test".into(),
        kind: SourceKind::Import,
        address: String::new(),
        title: None,
        is_enabled: true,
    };
    let saved = store.write(move |writing| writing.save_source(&source, Timestamp::now())).await;
    saved.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

async fn store_all(store: &Store, source: SourceId, all: Vec<NewDocument>) -> Vec<Stored> {
    let ready = prepare(all).unwrap();
    let stored = store
        .write(move |writing| {
            let now = Timestamp::now();
            ready.iter().map(|one| writing.store_document(source, one, now)).collect()
        })
        .await;
    stored.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

#[test]
fn the_final_schema_is_as_reviewed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(Store::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
        .unwrap();
    let schema: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in
        schema.iter().filter(|sql| sql.starts_with("CREATE TABLE") && !sql.contains("sqlite_"))
    {
        assert!(table.contains("STRICT"), "{table}");
    }
    insta::assert_snapshot!("schema", schema.join(";\n"));
}

#[tokio::test]
async fn the_same_document_is_stored_once_and_a_changed_one_is_a_revision() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db")).unwrap();
    let source = source(&store).await;
    let first = store_all(&store, source, vec![document("a", "one"), document("a", "one")]).await;
    let Stored::New(id) = first[0] else { panic!("{first:?}") };
    assert_eq!(first[1], Stored::Same(id));
    let second = store_all(&store, source, vec![document("a", "two")]).await;
    assert_eq!(second, [Stored::Changed(id)]);
    let found = store.read(move |reading| reading.find_document(id)).await.unwrap().unwrap();
    assert_eq!((found.revision, found.readable.as_str()), (2, "two"));
    let raw = store.read(move |reading| reading.find_body(found.body)).await.unwrap().unwrap();
    assert_eq!(raw.bytes, b"two");
}

#[tokio::test]
async fn a_write_that_fails_half_way_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db")).unwrap();
    let source = source(&store).await;
    let ready = prepare(vec![document("a", "one")]).unwrap();
    let failed: Result<(), StoreError> = store
        .write(move |writing| {
            writing.store_document(source, &ready[0], Timestamp::now())?;
            Err(StoreError::Closed)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(store.read(|reading| reading.count_waiting_documents()).await.unwrap(), 0);
}

#[tokio::test]
async fn two_writers_on_one_file_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (one, two) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    assert_eq!(one.id(), two.id());
    let source = source(&one).await;
    let write = |store: Store, name: &'static str| async move {
        for number in 0..40 {
            store_all(&store, source, vec![document(&format!("{name}{number}"), "text")]).await;
        }
    };
    tokio::join!(write(one.clone(), "a"), write(two, "b"));
    assert_eq!(one.read(|reading| reading.count_waiting_documents()).await.unwrap(), 80);
}

const FIRST_SCHEMA: &str = include_str!("../src/store/migrations/001-the-house.sql");

/// A store as the first release made it: one item, of whose changes the older are pruned.
fn old_store(path: &std::path::Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.execute_batch(FIRST_SCHEMA).unwrap();
    connection
        .execute_batch(
            "INSERT INTO reviewers (name, created) VALUES ('ada', 0);
             INSERT INTO sources (name, kind, address, created)
                 VALUES ('notes', 'folder', '/notes', 0), ('import', 'import', '', 0);
             INSERT INTO automations (title, description, confidence, dated, made_by, created)
                 VALUES ('No-show rescue', '', 1, 0, 'manual', 0);
             UPDATE automations SET revision = 2;
             DELETE FROM changes;
             INSERT INTO batches (kind, reviewer_id, origin, at) VALUES ('tag', 1, 'workbench', 0);
             INSERT INTO decisions (batch_id, automation_id, revision, changes)
                 VALUES (1, 1, 1, '[]');
             INSERT INTO dead_letters (stage, subject, reason, first, last)
                 VALUES ('crawl', '/notes/a.md', 'why', 0, 0), ('crawl', '/b.jsonl:7', 'why', 0, 0);
             PRAGMA user_version = 1;",
        )
        .unwrap();
}

#[tokio::test]
async fn a_store_of_the_first_schema_is_backed_up_and_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    old_store(&path);
    let store = Store::open(&path).unwrap();

    let item = AutomationId(1);
    let found = store.read(move |reading| reading.find_automation(item)).await.unwrap().unwrap();
    assert_eq!((found.content.title.as_str(), found.revision), ("No-show rescue", 2));
    let newest = store.read(|reading| reading.newest_change()).await.unwrap();
    assert_eq!(newest, 2, "a number is never used again, though its entry was pruned");
    let letters = store.read(|reading| reading.list_dead_letters(9)).await.unwrap();
    let sources: Vec<_> = letters.iter().map(|letter| letter.source.map(|id| id.0)).collect();
    assert_eq!(sources, [Some(2), Some(1)], "{letters:?}");
    let history = store.read(move |reading| reading.list_history(Some(item), 9)).await.unwrap();
    assert_eq!(history.len(), 1);
    let health = store.read(|reading| reading.check_health()).await.unwrap();
    assert!(health.is_sound(), "{health:?}");

    let backup = rusqlite::Connection::open(folder.path().join("store.schema-1.backup")).unwrap();
    let version: i64 = backup.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let title: String =
        backup.query_row("SELECT title FROM automations", [], |row| row.get(0)).unwrap();
    assert_eq!((version, title.as_str()), (1, "No-show rescue"));
}

#[test]
fn many_processes_that_migrate_at_once_agree() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let data = home.join("data/workspaces/main");
    std::fs::create_dir_all(&data).unwrap();
    old_store(&data.join("reservoir.db"));
    let start = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_reservoir"))
            .args(["--json", "list"])
            .env("RESERVOIR_HOME", &home)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let all: Vec<_> = (0..6).map(|_| start()).collect();
    for process in all {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("No-show rescue"));
    }
    let backup = rusqlite::Connection::open(data.join("reservoir.schema-1.backup")).unwrap();
    let version: i64 = backup.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1, "the backup is of the store as it was");
}

#[test]
fn a_newer_store_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data/workspaces/main");
    std::fs::create_dir_all(&data).unwrap();
    let connection = rusqlite::Connection::open(data.join("reservoir.db")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    for command in ["list", "doctor"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_reservoir"))
            .args(["--home", &folder.path().display().to_string(), command])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains("schema 99") && said.contains("newer reservoir"), "{said}");
    }
}

/// A limit on the size of files stands for a disk that is full: both refuse the next byte.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_what_was_confirmed_whole_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().display().to_string();
    let program = env!("CARGO_BIN_EXE_reservoir");
    let run = |arguments: &[&str]| {
        std::process::Command::new(program).args(["--home", &home]).args(arguments).output()
    };
    let added = run(&["--json", "add", "--title", "Confirmed"]).unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));

    let size =
        std::fs::metadata(folder.path().join("data/workspaces/main/reservoir.db")).unwrap().len();
    // In blocks of 512 bytes: room for the file as it is, and little for what comes.
    let blocks = size / 512 + 64;
    let script =
        format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --home \"$1\" --quiet run --sample");
    let full =
        std::process::Command::new("sh").args(["-c", &script, program, &home]).output().unwrap();
    assert!(!full.status.success());
    let said = String::from_utf8_lossy(&full.stderr);
    assert!(said.contains("the disk"), "{said}");

    let listed = run(&["--json", "list"]).unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("Confirmed"));
    let doctor = run(&["doctor"]).unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    assert!(run(&["--quiet", "run", "--sample"]).unwrap().status.success(), "the next run goes on");
}

#[tokio::test]
async fn a_write_that_panics_names_its_operation_and_the_next_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db")).unwrap();
    let failed: Result<(), StoreError> = store.write(|_| panic!("of this test")).await;
    let words = failed.unwrap_err().to_string();
    assert!(words.contains("a_write_that_panics_names_its_operation"), "{words}");
    source(&store).await;
}
