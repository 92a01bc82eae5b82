//! Eight reviewers and a pipeline on one store, all at once: every verdict that was confirmed is in
//! the journal, none overwrites another, and nobody is ever told that the database is locked.
//! `RESERVOIR_REVIEW_SECONDS=300` lets them work for five minutes.
//!
//! Six reviewers work through a handle of their own on the store, two through the program, each
//! verdict a process. All of them choose among the same few items, so that they meet.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::model::{
    AutomationId, BatchId, Decision, DecisionKind, Field, Origin, QueueFilter, Status, Verdict,
};
use reservoir::review::{self, Outcome, ReviewError, Reviewer};
use reservoir::store::{Reading, Store, StoreError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The items that everybody chooses among.
const CHOSEN_AMONG: usize = 40;

fn program(home: &Path, reviewer: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reservoir"));
    command.arg("--home").arg(home).arg("--quiet").stdin(Stdio::null()).env("USER", reviewer);
    command
}

fn store_file(home: &Path) -> PathBuf {
    home.join("data/workspaces/main/reservoir.db")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The same choices in every run, as far as the machine's timing lets them be.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn verdict(&mut self) -> Verdict {
        match self.below(4) {
            0 => Verdict::Approve,
            1 => Verdict::Reject { reason: Some("off topic".into()) },
            2 => Verdict::Defer { until: "2100-01-01T00:00:00Z".parse().unwrap() },
            _ => Verdict::Reopen,
        }
    }
}

/// What one reviewer was told.
#[derive(Default)]
struct Told {
    /// Each batch confirmed, with how each of its items stood then.
    confirmed: Vec<(BatchId, Vec<(AutomationId, Status)>)>,
    /// Acts refused since the item was another's meanwhile, or stands so already.
    refused: usize,
    slowest: Duration,
}

impl Told {
    fn note(&mut self, outcome: Result<Outcome, ReviewError>, took: Duration) {
        self.slowest = self.slowest.max(took);
        match outcome {
            Ok(outcome) => {
                let items = outcome.changed.iter().map(|item| (item.id, item.status)).collect();
                self.confirmed.push((outcome.batch.unwrap(), items));
            }
            Err(ReviewError::Refused(_)) => self.refused += 1,
            Err(ReviewError::Store(error)) => panic!("the store failed: {error:?}"),
        }
    }
}

/// Works through a handle of their own until the time is over.
fn review_by_handle(file: &Path, name: &str, seed: u64, until: Instant) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(file).unwrap();
        let (mut dice, mut told) = (Dice(seed), Told::default());
        while Instant::now() < until {
            let place = dice.below(CHOSEN_AMONG);
            let look = move |reading: &Reading<'_>| {
                let every = QueueFilter { status: None, ..QueueFilter::default() };
                let ids = reading.list_queue(&every)?;
                reading.load_rows(&[ids[place % ids.len()]])
            };
            let seen = store.read(look).await.unwrap().remove(0);
            // A hundred times as fast as anybody reads, and slow enough that the disk is not all theirs.
            tokio::time::sleep(Duration::from_millis(50 + dice.below(200) as u64)).await;
            let who = Reviewer {
                name: name.to_owned(),
                origin: Origin::Workbench,
                now: Timestamp::now(),
            };
            let target = vec![(seen.id, Some(seen.revision))];
            let asked = Instant::now();
            let outcome = match dice.below(8) {
                0 => review::undo(&store, None, who).await,
                1 => {
                    let tag = format!("{name}-{}", dice.below(1_000));
                    review::tag(&store, target, vec![tag], Vec::new(), who).await
                }
                _ => review::decide(&store, target, dice.verdict(), who).await,
            };
            told.note(outcome, asked.elapsed());
        }
        told
    })
}

/// Decides by one process a verdict; tells how many were confirmed, and refused.
fn review_by_program(home: &Path, name: &str, seed: u64, until: Instant) -> (usize, usize) {
    let (mut dice, mut confirmed, mut refused) = (Dice(seed), 0, 0);
    while Instant::now() < until {
        let listed = program(home, name).args(["--json", "list", "--limit", "40"]).output();
        let listed = listed.unwrap();
        assert!(listed.status.success(), "{}", said(&listed));
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let items: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        if items.is_empty() {
            continue;
        }
        let id = items[dice.below(items.len())]["id"].to_string();
        let verdict = ["approve", "reject"][dice.below(2)];
        let decided = program(home, name).args([verdict, &id]).output().unwrap();
        match decided.status.code() {
            Some(0) => confirmed += 1,
            // Somebody else was quicker.
            Some(1) if said(&decided).contains("already") || said(&decided).contains("merged") => {
                refused += 1;
            }
            _ => panic!("`{verdict} {id}` failed: {}", said(&decided)),
        }
    }
    (confirmed, refused)
}

/// Imports and runs until the time is over; tells how many runs there were.
fn run_the_pipeline(home: &Path, until: Instant) -> usize {
    let documents = home.join("more.jsonl");
    let mut runs = 0;
    while Instant::now() < until {
        let lines: String = (0..25)
            .map(|at| {
                let text = format!(
                    "When order {runs}-{at} is paid, the workflow adds a row to Google Sheets. \
                     Then it sends a message in Slack to team {at}."
                );
                let url = format!("https://made.example/{runs}/{at}");
                let title = format!("Order desk {runs}-{at} with Slack");
                format!("{}\n", json!({"url": url, "title": title, "text": text}))
            })
            .collect();
        std::fs::write(&documents, lines).unwrap();
        let path = documents.to_str().unwrap();
        for arguments in [vec!["import", path, "--as", "documents"], vec!["run", "--again"]] {
            let output = program(home, "pipeline").args(&arguments).output().unwrap();
            assert!(output.status.success(), "`{}`: {}", arguments.join(" "), said(&output));
        }
        runs += 1;
    }
    runs
}

#[test]
fn every_verdict_is_kept_when_eight_reviewers_and_a_pipeline_work_at_once() {
    let seconds = std::env::var("RESERVOIR_REVIEW_SECONDS").ok();
    let seconds: u64 = seconds.and_then(|text| text.parse().ok()).unwrap_or(4);
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let first = program(home, "pipeline").args(["run", "--sample"]).output().unwrap();
    assert!(first.status.success(), "{}", said(&first));
    let file = store_file(home);

    let until = Instant::now() + Duration::from_secs(seconds);
    let (mut by_handle, mut by_program, mut runs) = (HashMap::new(), HashMap::new(), 0);
    std::thread::scope(|scope| {
        let handles: Vec<_> = ["ada", "bo", "cy", "di", "ed", "flo"]
            .into_iter()
            .zip(1u64..)
            .map(|(name, seed)| {
                let file = &file;
                let seed = seed * 0x9E37_79B9;
                (name, scope.spawn(move || review_by_handle(file, name, seed, until)))
            })
            .collect();
        let processes: Vec<_> = [("gus", 11u64), ("hal", 12)]
            .map(|(name, seed)| {
                (name, scope.spawn(move || review_by_program(home, name, seed << 20, until)))
            })
            .into_iter()
            .collect();
        let pipeline = scope.spawn(|| run_the_pipeline(home, until));
        by_handle.extend(handles.into_iter().map(|(name, work)| (name, work.join().unwrap())));
        by_program.extend(processes.into_iter().map(|(name, work)| (name, work.join().unwrap())));
        runs = pipeline.join().unwrap();
    });

    let given: usize = by_handle.values().map(|told| told.confirmed.len()).sum::<usize>()
        + by_program.values().map(|(confirmed, _)| confirmed).sum::<usize>();
    let refused: usize = by_handle.values().map(|told| told.refused).sum::<usize>()
        + by_program.values().map(|(_, refused)| refused).sum::<usize>();
    let slowest = by_handle.values().map(|told| told.slowest).max().unwrap();
    println!(
        "{given} acts confirmed, {refused} refused, {runs} runs in {seconds} s; slowest {slowest:?}"
    );

    let journal = load_journal(&file);
    for (name, told) in &by_handle {
        let stored: Vec<_> =
            journal.iter().filter(|(_, who, _)| who == name).map(|(id, ..)| *id).collect();
        let confirmed: Vec<_> = told.confirmed.iter().map(|(batch, _)| *batch).collect();
        assert_eq!(stored, confirmed, "{name}: what was confirmed is what is in the journal");
        for (batch, items) in &told.confirmed {
            let (.., decisions) = &journal[journal.binary_search_by_key(batch, |b| b.0).unwrap()];
            let stored: Vec<_> = decisions.iter().map(|decision| decision.automation).collect();
            let confirmed: Vec<_> = items.iter().map(|(id, _)| *id).collect();
            assert_eq!(stored, confirmed, "{name}: batch {batch}");
        }
    }
    for (name, (confirmed, _)) in &by_program {
        let stored = journal.iter().filter(|(_, who, _)| who == name).count();
        assert_eq!(stored, *confirmed, "{name}: what was confirmed is what is in the journal");
    }
    assert!(by_handle.values().all(|told| !told.confirmed.is_empty()) && runs > 0);
    assert_nothing_was_overwritten(&file, &journal);
}

type Journaled = (BatchId, String, Vec<Decision>);

/// Every batch by id, with who made it.
fn load_journal(file: &Path) -> Vec<Journaled> {
    let store = Store::open(file).unwrap();
    let load = |reading: &Reading<'_>| -> Result<Vec<Journaled>, StoreError> {
        let mut batches: Vec<BatchId> =
            reading.list_history(None, 10_000_000)?.iter().map(|row| row.batch).collect();
        batches.sort_unstable();
        batches.dedup();
        batches
            .into_iter()
            .map(|id| {
                let decisions = reading.list_decisions(id)?;
                let reviewer = decisions[0].reviewer.clone();
                Ok((id, reviewer, decisions))
            })
            .collect()
    };
    store.read_blocking(load).unwrap()
}

/// Each decision began where the one before it on the same item ended, and the item stands as the
/// last one left it.
fn assert_nothing_was_overwritten(file: &Path, journal: &[Journaled]) {
    let mut stand: HashMap<(AutomationId, Field), Value> = HashMap::new();
    for (batch, reviewer, decisions) in journal {
        for decision in decisions {
            for change in &decision.changes {
                if matches!(change.field, Field::Fold | Field::Apart) {
                    continue;
                }
                let key = (decision.automation, change.field);
                if let Some(before) = stand.insert(key, change.after.clone()) {
                    let (id, field) = key;
                    assert_eq!(
                        change.before, before,
                        "batch {batch} by {reviewer}, {field:?} of #{id}"
                    );
                }
            }
        }
    }
    let store = Store::open(file).unwrap();
    for ((id, field), value) in stand {
        let item = store.read_blocking(move |reading| reading.find_automation(id)).unwrap();
        assert_eq!(item.unwrap().value(field), value, "{field:?} of #{id}");
    }
    // Two decisions on one revision of an item would mean that one did not see the other.
    let connection = rusqlite::Connection::open(file).unwrap();
    let sql = "SELECT count(*) FROM (SELECT 1 FROM decisions GROUP BY automation_id, revision
                                     HAVING count(*) > 1)";
    let doubled: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(doubled, 0, "two decisions were made on one revision");
    assert!(journal.iter().any(|(.., decisions)| decisions[0].kind == DecisionKind::Undo));
}

#[test]
fn nobody_is_locked_out_when_eight_programs_start_at_once_on_an_empty_home() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let children: Vec<_> = (0..8)
        .map(|at| {
            program(home, &format!("reviewer-{at}"))
                .args(["add", "--title", &format!("Automation {at}")])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let listed = program(home, "ada").args(["--json", "list"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 8);
}
