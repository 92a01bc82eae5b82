//! `reservoir doctor` looks, changes nothing, and fails where something is wrong.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn run(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reservoir"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Every check by name, and whether the command succeeded.
fn doctor(home: &Path) -> (Vec<Value>, bool) {
    let output = run(home, &["--json", "doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let checks = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (checks, output.status.success())
}

fn wrong(checks: &[Value]) -> Vec<&str> {
    let wrong = checks.iter().filter(|check| check["is_ok"] == false);
    wrong.map(|check| check["name"].as_str().unwrap()).collect()
}

fn store_file(home: &Path) -> PathBuf {
    home.join("data/workspaces/main/reservoir.db")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder).into_iter().flatten().map(|entry| entry.into_path()).collect()
}

#[test]
fn where_nothing_is_yet_it_is_clean_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let (checks, is_success) = doctor(&home);
    assert!(is_success, "{checks:?}");
    assert!(files(&home).is_empty(), "{:?}", files(&home));
}

#[test]
fn a_reservoir_in_use_is_clean_until_something_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    assert!(run(home, &["--quiet", "run", "--sample"]).status.success());
    let (checks, is_success) = doctor(home);
    assert!(is_success, "{checks:?}");
    let index = checks.iter().find(|check| check["name"] == "index").unwrap();
    assert!(index["found"].as_str().unwrap().starts_with("sound, with all "), "{index}");

    let store = rusqlite::Connection::open(store_file(home)).unwrap();
    let added = run(home, &["--json", "add", "--title", "By hand"]);
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    let id = added["changed"][0]["id"].as_i64().unwrap_or_else(|| panic!("{added}"));
    assert!(run(home, &["tag", &id.to_string(), "--add", "mine"]).status.success());
    store.execute("UPDATE automation_tags SET tag = 'slipped-in' WHERE tag = 'mine'", []).unwrap();
    let (checks, is_success) = doctor(home);
    assert!(!is_success);
    assert_eq!(wrong(&checks), ["store"]);
    assert!(checks.iter().any(|check| check["found"].as_str().unwrap().contains("journal")));
    store.execute("UPDATE automation_tags SET tag = 'mine' WHERE tag = 'slipped-in'", []).unwrap();

    let future = "UPDATE documents SET gathered = 32503680000000 WHERE id = 1";
    store.execute(future, []).unwrap();
    store.execute("UPDATE evidence SET span_end = 99999999 WHERE id = 1", []).unwrap();
    let (checks, _) = doctor(home);
    assert_eq!(wrong(&checks), ["store", "clock"]);
}

#[test]
fn a_damaged_index_is_told_and_left_for_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    assert!(run(home, &["--quiet", "run", "--sample"]).status.success());
    let index = home.join("cache/workspaces/main/index");
    for path in files(&index).into_iter().filter(|path| path.extension() == Some("idx".as_ref())) {
        std::fs::write(path, b"not an index").unwrap();
    }
    for _ in 0..2 {
        let (checks, is_success) = doctor(home);
        assert!(!is_success, "it mended what it was to look at: {checks:?}");
        assert_eq!(wrong(&checks), ["index"]);
    }
    assert!(run(home, &["--quiet", "reindex"]).status.success());
    assert!(doctor(home).1);
}
