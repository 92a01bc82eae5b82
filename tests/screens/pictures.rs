//! Pictures of each screen and popup in text, at three sizes.

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use crate::sample::now;
use jiff::ToSpan;
use reservoir::model::*;
use reservoir::tui::*;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (160, 48)];

pub(crate) fn jobs() -> JobsView {
    let job = |id, stage, subject: &str, state, done, total, message: Option<&str>| JobRow {
        id: JobId(id),
        run: RunId(1),
        stage,
        subject: subject.to_owned(),
        state,
        progress: Progress { done, total, failed: u64::from(state == JobState::Failed) },
        message: message.map(str::to_owned),
        attempts: 1,
        queued: now() - 5.minutes(),
        started: (state != JobState::Queued).then(|| now() - 4.minutes()),
        finished: matches!(state, JobState::Done | JobState::Failed).then(|| now() - 1.minutes()),
    };
    let dead = |subject: &str, reason: &str| DeadLetterRow {
        stage: Stage::Crawl,
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        attempts: 5,
        at: now() - 3.hours(),
    };
    let log = |i: i32| format!("09:5{}:{:02} info extract: {} documents", i / 10, i, i * 60);
    let failure = Some("the server answered 503 five times");
    JobsView {
        rows: vec![
            job(1, Stage::Crawl, "liamottley", JobState::Done, 15, 15, Some("3 new documents")),
            job(2, Stage::Crawl, "indiehackers", JobState::Failed, 4, 20, failure),
            job(3, Stage::Extract, "", JobState::Running, 2_410, 5_889, None),
            job(4, Stage::Embed, "", JobState::Queued, 0, 0, None),
            job(5, Stage::Dedupe, "", JobState::Queued, 0, 0, None),
        ],
        dead_letters: vec![
            dead("inbox/broken.jsonl:18", "line 18 is not JSON: expected `,` or `}`"),
            dead("https://example.org/feed.xml", "the body is larger than 15 MiB"),
        ],
        log: (0..40).map(log).collect(),
    }
}

/// Presses `keys` in a fresh workbench of 214 items and keeps the picture at each size.
fn picture(name: &str, keys: &[&str]) {
    for size in SIZES {
        let mut bench = Bench::new(size, 214);
        bench.fake.jobs = jobs();
        for keys in keys {
            bench.keys(keys);
        }
        bench.wait(20_000);
        let screen = bench.screen();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
        });
    }
}

#[test]
fn the_inbox() {
    picture("inbox", &["a x j", "space", "n n"]);
}

#[test]
fn the_open_item() {
    picture("item", &["enter j j"]);
}

#[test]
fn the_library() {
    picture("library", &["v 1 9 j a y", "2", "'no-show invoice' enter j w"]);
}

#[test]
fn the_facets() {
    picture("facets", &["v 1 9 j a y", "2", "enter tab tab j"]);
}

#[test]
fn the_pipeline() {
    picture("pipeline", &["5", "j j"]);
}

#[test]
fn the_palette() {
    picture("palette", &[": 'rej'"]);
}

#[test]
fn the_help() {
    picture("help", &["?"]);
}

#[test]
fn the_edit_form() {
    picture("form", &["e tab tab"]);
}

#[test]
fn the_tags() {
    picture("tags", &["t 'quick'"]);
}

#[test]
fn the_look_alikes() {
    picture("look-alikes", &["m space"]);
}

#[test]
fn the_question() {
    picture("question", &["v 1 3 j x"]);
}

#[test]
fn the_filter() {
    picture("filter", &["/ 'function:Sales quote'"]);
}

#[test]
fn the_hints() {
    picture("hints", &["g"]);
}

#[test]
fn the_messages() {
    picture("messages", &["z", "M", "g m"]);
}

#[test]
fn the_welcome() {
    for size in SIZES {
        let mut bench = Bench::new(size, 0);
        let screen = bench.screen();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("welcome-{}x{}", size.0, size.1), screen);
        });
    }
}

#[test]
fn the_inbox_without_drawn_lines() {
    let mut bench = Bench::with(settings((120, 40), true), None, Fake::new(30));
    let screen = bench.keys("a x j n").screen();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("accessible-120x40", screen);
    });
}
