//! Pictures of each screen in text.

use crate::bench::Bench;
use crate::sample::now;
use jiff::ToSpan;
use reservoir::model::*;
use reservoir::tui::*;

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
        finished: (state == JobState::Done || state == JobState::Failed)
            .then(|| now() - 1.minutes()),
    };
    let dead = |subject: &str, reason: &str| DeadLetterRow {
        stage: Stage::Crawl,
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        attempts: 5,
        at: now() - 3.hours(),
    };
    JobsView {
        rows: vec![
            job(1, Stage::Crawl, "liamottley", JobState::Done, 15, 15, Some("3 new documents")),
            job(
                2,
                Stage::Crawl,
                "indiehackers-feed",
                JobState::Failed,
                4,
                20,
                Some("the server answered 503 five times"),
            ),
            job(3, Stage::Extract, "", JobState::Running, 2_410, 5_889, None),
            job(4, Stage::Embed, "", JobState::Queued, 0, 0, None),
            job(5, Stage::Dedupe, "", JobState::Queued, 0, 0, None),
        ],
        dead_letters: vec![
            dead("inbox/broken.jsonl:18", "line 18 is not JSON: expected `,` or `}`"),
            dead("https://example.org/feed.xml", "the body is larger than 15 MiB"),
        ],
        log: (0..40)
            .map(|i| {
                format!("2026-11-20T09:5{}:{:02}Z info extract: {} documents", i / 10, i, i * 60)
            })
            .collect(),
    }
}

#[test]
fn look() {
    let mut bench = Bench::new((160, 48), 60);
    bench.fake.jobs = jobs();
    bench.keys("5");
    eprintln!("{}", bench.screen());
    bench.keys("1").keys("g g v 1 5 j a y").keys("2");
    bench.keys("'invoice hvac' enter j w");
    eprintln!("{}", bench.screen());
    bench.keys("tab tab j j");
    eprintln!("{}", bench.screen());
    bench.keys("1").keys("e");
    eprintln!("{}", bench.screen());
    bench.keys("esc t 're'");
    eprintln!("{}", bench.screen());
    bench.keys("esc esc g g m");
    eprintln!("{}", bench.screen());
    let mut bench = Bench::new((80, 24), 0);
    eprintln!("{}", bench.screen());
    let mut bench = Bench::new((80, 24), 60);
    bench.fake.jobs = jobs();
    eprintln!("{}", bench.keys("v 1 3 j a").screen());
    bench.keys("y");
    eprintln!("{}", bench.keys("5").screen());
    eprintln!("{}", bench.keys("2 'no' enter").screen());
    bench.resize(30, 8);
    eprintln!("{}", bench.screen());
}
