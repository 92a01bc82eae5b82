//! kill -9 at random moments of a run with reviewing going on: nothing confirmed is lost, nothing
//! is stored by halves, and the next run finishes the work. `RESERVOIR_KILLS=20` kills more often.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reservoir"));
    command.arg("--home").arg(home).stdin(Stdio::null());
    command
}

fn output(home: &Path, arguments: &[&str]) -> Output {
    program(home).args(arguments).output().unwrap()
}

fn json_lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn start_run(home: &Path) -> Child {
    program(home)
        .args(["run", "--sample", "--again"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A small generator: the moments differ from kill to kill, and are the same in every test run.
fn moments(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

#[test]
fn what_was_confirmed_survives_kill_nine_at_any_moment() {
    let kills: usize =
        std::env::var("RESERVOIR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let started = Instant::now();
    let first = output(home, &["--quiet", "run", "--sample"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let whole = started.elapsed();

    let mut confirmed: BTreeMap<i64, &str> = BTreeMap::new();
    for (round, moment) in moments(0x9E37_79B9).take(kills).enumerate() {
        let mut run = start_run(home);
        let lifetime = whole.mul_f64((moment % 1_000) as f64 / 1_000.0);
        let verdict = if round % 2 == 0 { "approve" } else { "reject" };
        let ended = Instant::now() + lifetime;
        for item in json_lines(&output(home, &["--json", "list", "--limit", "4"])) {
            if Instant::now() >= ended {
                break;
            }
            let id = item["id"].as_i64().unwrap();
            if output(home, &["--json", verdict, &id.to_string()]).status.success() {
                confirmed.insert(id, if verdict == "approve" { "approved" } else { "rejected" });
            }
        }
        std::thread::sleep(ended.saturating_duration_since(Instant::now()));
        run.kill().unwrap();
        run.wait().unwrap();

        let doctor = output(home, &["doctor"]);
        assert!(
            doctor.status.success(),
            "round {round}: {}",
            String::from_utf8_lossy(&doctor.stdout)
        );
        for (id, status) in &confirmed {
            let shown = json_lines(&output(home, &["--json", "show", &id.to_string()]));
            assert_eq!(shown[0]["automation"]["status"], *status, "round {round}, item {id}");
        }
    }
    assert!(!confirmed.is_empty(), "nothing was decided");

    // A holder that was killed does not keep the next run waiting.
    let last = output(home, &["--quiet", "run", "--stage", "extract", "--stage", "index"]);
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    let found = json_lines(&output(home, &["--json", "search", "invoice", "--limit", "3"]));
    assert!(!found.is_empty(), "the index was not brought up to date");
}
