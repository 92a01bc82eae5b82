//! The store's file: its schema, and documents stored once.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::model::{DocumentKind, NewDocument, NewSource, RawBody, SourceId, SourceKind};
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
