//! Figures and sources with fixed numbers.

use crate::sample::now;
use jiff::ToSpan;
use reservoir::model::*;
use reservoir::tui::OverviewView;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn weeks_ago(weeks: i64) -> Week {
    Week::of(now() - (weeks * 7 * 24).hours())
}

pub(crate) fn overview() -> OverviewView {
    let counts = [4, 9, 0, 12, 31, 28, 40, 22, 35, 51, 47, 38];
    let approvals = (0..12).map(|at| (weeks_ago(11 - at), counts[at as usize])).collect();
    let one = |origin: &str, found, approved| Yield { origin: origin.to_owned(), found, approved };
    let mut bins = [Judged::default(); CONFIDENCE_BINS];
    for (at, bin) in bins.iter_mut().enumerate() {
        let judged = at as u64 * 12;
        *bin = Judged { judged, approved: judged * at as u64 / 10 };
    }
    let corrections = [
        (Field::Title, 61),
        (Field::Steps, 44),
        (Field::Functions, 30),
        (Field::Industries, 12),
        (Field::Tools, 9),
        (Field::Trigger, 7),
        (Field::Description, 6),
        (Field::Claims, 2),
        (Field::Problem, 0),
        (Field::Complexity, 0),
    ];
    let cost = |task: &str, model: &str, calls, today: &str, month: &str| Cost {
        task: task.to_owned(),
        model: model.to_owned(),
        calls,
        today: money(today),
        month: money(month),
    };
    let figures = Figures {
        approvals,
        statuses: vec![
            (Status::Inbox, 214),
            (Status::Approved, 317),
            (Status::Rejected, 402),
            (Status::Deferred, 18),
            (Status::Merged, 41),
        ],
        yields: vec![
            one("r/smallbusiness", 190, 92),
            one("Liam Ottley", 88, 61),
            one("n8n gallery", 204, 55),
            one("Lindy Letters", 31, 20),
            one("", 4, 4),
        ],
        bins,
        corrections: corrections.to_vec(),
        approved_as_read: 313,
        today: Today { approved: 24, rejected: 11, deferred: 2, merged: 1, pace: Some(10.6) },
        spending: Spending { day: money("0.42"), month: money("6.10"), ..Spending::default() },
        costs: vec![
            cost("extract", "small-1", 812, "0.38", "5.60"),
            cost("judge", "large-2", 14, "0.04", "0.50"),
        ],
        agreement: Agreement::default(),
        store_bytes: 41_300_000,
    };
    OverviewView {
        figures,
        budgets: Some(Budgets { day: money("1"), month: money("20"), run: money("1") }),
        currency: "USD".to_owned(),
        tiers: vec![("small-1".to_owned(), "cheap"), ("large-2".to_owned(), "strong")],
        index_bytes: 8_200_000,
    }
}

pub(crate) fn report(week: Week) -> WeekReport {
    let item = |function: Option<&str>, title: &str, description: &str| ReportedItem {
        id: AutomationId(1),
        title: title.to_owned(),
        description: description.to_owned(),
        function: function.map(str::to_owned),
        origin: Some("r/smallbusiness".to_owned()),
        url: Some("https://example.org/1".to_owned()),
        tools: vec!["Airtable".to_owned(), "Twilio".to_owned()],
    };
    let approved = vec![
        item(Some("Invoicing"), "Invoice chaser", "Reminds late payers, politely at first."),
        item(Some("Invoicing"), "Card moves to Done, invoice goes out", ""),
        item(Some("Lead nurturing"), "No-show rescue", "Texts who missed a visit."),
        item(None, "Something else", "What has no function yet."),
    ];
    let approved = if week == Week::of(now()) { approved } else { Vec::new() };
    WeekReport { week, documents: 212, found: 148, rejected: 61, merged: 9, approved, unlisted: 0 }
}

fn source(name: &str, address: &str, kind: SourceKind) -> SourceRow {
    let at = now() - 20.hours();
    let source = Source {
        id: SourceId(1),
        name: name.to_owned(),
        kind,
        address: address.to_owned(),
        title: None,
        is_enabled: true,
        schedule: Some("1d".parse().unwrap()),
        etag: None,
        last_modified: None,
        last_success: Some(at),
        last_attempt: Some(at),
        last_error: None,
        next_attempt: None,
        consecutive_failures: 0,
    };
    SourceRow {
        source,
        documents: 212,
        items: 148,
        week: 21,
        approved: 40,
        judged: 96,
        last_seconds: Some(2),
    }
}

pub(crate) fn sources() -> Vec<SourceRow> {
    let feed = |name: &str| source(name, &format!("https://{name}/feed.xml"), SourceKind::Feed);
    let mut dead = feed("gone.example.org");
    dead.source.last_error = Some(
        "https://gone.example.org/feed.xml answered 410 Gone; it is gone for good; remove the \
         source"
            .to_owned(),
    );
    dead.source.consecutive_failures = 12;
    dead.source.last_success = None;
    let mut failing = feed("late.example.org");
    failing.source.last_error =
        Some("late.example.org did not answer within 30s; nothing to do now".to_owned());
    failing.source.consecutive_failures = 2;
    failing.source.next_attempt = Some(now() + 3.hours());
    let mut fresh = source("posts", "/home/ann/posts", SourceKind::Folder);
    fresh.source.last_success = None;
    fresh.source.last_attempt = None;
    fresh.source.schedule = None;
    fresh = SourceRow { documents: 0, items: 0, week: 0, approved: 0, judged: 0, ..fresh };
    fresh.last_seconds = None;
    let mut off = feed("quiet.example.org");
    off.source.is_enabled = false;
    let mut slow = feed("slow.example.org");
    slow.last_seconds = Some(48);
    vec![feed("fine.example.org"), dead, failing, fresh, off, slow]
}
