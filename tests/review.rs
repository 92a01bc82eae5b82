//! Review through a real store: verdicts, undo, redo, conflicts, restarts.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use reservoir::model::{
    Automation, AutomationId, Content, DuplicatePair, DuplicateVerdict, Edit, Field, Kept,
    Location, Origin, Refusal, SearchQuery, Status, Verdict, Week,
};
use reservoir::review::{self, Outcome, ReviewError, Reviewer};
use reservoir::store::{Store, StoreError};
use serde_json::json;
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        Self { folder, store }
    }

    fn reopened(self) -> Self {
        drop(self.store);
        let store = Store::open(&self.folder.path().join("store.db")).unwrap();
        Self { folder: self.folder, store }
    }

    async fn add(&self, title: &str) -> AutomationId {
        let content = Content { title: title.to_owned(), ..Content::default() };
        let outcome =
            review::add(&self.store, content, Location::default(), who("setup")).await.unwrap();
        outcome.changed[0].id
    }

    async fn item(&self, id: AutomationId) -> Automation {
        let found = self.store.read(move |reading| reading.find_automation(id)).await.unwrap();
        found.unwrap()
    }

    async fn status(&self, id: AutomationId) -> Status {
        self.item(id).await.status
    }
}

fn who(name: &str) -> Reviewer {
    Reviewer {
        name: name.to_owned(),
        origin: Origin::Workbench,
        now: "2026-11-20T10:00:00Z".parse().unwrap(),
    }
}

fn reject(reason: &str) -> Verdict {
    Verdict::Reject { reason: Some(reason.to_owned()) }
}

fn refusal(error: ReviewError) -> Refusal {
    match error {
        ReviewError::Refused(refusal) => refusal,
        ReviewError::Store(error) => panic!("the store failed: {error}"),
    }
}

#[tokio::test]
async fn a_verdict_is_undone_and_redone_across_restarts() {
    let bench = Bench::new();
    let id = bench.add("No-show rescue").await;
    review::decide(&bench.store, vec![(id, None)], reject("too vague"), who("ada")).await.unwrap();
    assert_eq!(bench.item(id).await.reason.as_deref(), Some("too vague"));

    let bench = bench.reopened();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    let item = bench.item(id).await;
    assert_eq!((item.status, item.reason), (Status::Inbox, None));

    let bench = bench.reopened();
    review::redo(&bench.store, who("ada")).await.unwrap();
    let item = bench.item(id).await;
    assert_eq!((item.status, item.reason.as_deref()), (Status::Rejected, Some("too vague")));
}

#[tokio::test]
async fn a_batch_is_undone_as_one() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(bench.add(title).await);
    }
    let targets = ids.iter().map(|id| (*id, None)).collect();
    review::decide(&bench.store, targets, Verdict::Approve, who("ada")).await.unwrap();
    let undone = review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(undone.changed.len(), 3);
    for id in ids {
        assert_eq!(bench.status(id).await, Status::Inbox);
    }
}

#[tokio::test]
async fn one_decision_of_a_batch_is_taken_back_and_the_rest_stands() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    let targets = vec![(one, None), (two, None)];
    review::decide(&bench.store, targets, Verdict::Approve, who("ada")).await.unwrap();
    let rows = bench.store.read(move |reading| reading.list_history(Some(one), 1)).await.unwrap();
    let (batch, id) = (rows[0].batch, rows[0].id);
    review::undo_decision(&bench.store, batch, id, who("bob")).await.unwrap();
    assert_eq!(bench.status(one).await, Status::Inbox);
    assert_eq!(bench.status(two).await, Status::Approved);
    // Once more there is nothing; and of the batch, ada's undo finds what is left.
    let error = review::undo_decision(&bench.store, batch, id, who("bob")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::NothingTo(_)));
    let rows = bench.store.read(move |reading| reading.list_history(Some(one), 1)).await.unwrap();
    let undo = (rows[0].batch, rows[0].id);
    let error = review::undo_decision(&bench.store, undo.0, undo.1, who("bob")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::NothingTo(_)), "an undo is no decision");
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(two).await, Status::Inbox);
}

#[tokio::test]
async fn what_somebody_changed_since_is_not_taken_back_from_the_history() {
    let bench = Bench::new();
    let id = bench.add("one").await;
    review::decide(&bench.store, vec![(id, None)], Verdict::Approve, who("ada")).await.unwrap();
    let rows = bench.store.read(move |reading| reading.list_history(Some(id), 1)).await.unwrap();
    review::decide(&bench.store, vec![(id, None)], reject("spam"), who("bob")).await.unwrap();
    let (batch, first) = (rows[0].batch, rows[0].id);
    let error = review::undo_decision(&bench.store, batch, first, who("ada")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::ChangedSince { .. }));
    assert_eq!(bench.status(id).await, Status::Rejected);
}

#[tokio::test]
async fn tags_of_items_with_the_same_function_or_tool_are_suggested() {
    use reservoir::model::{Scored, ToolRole, ToolUse};
    let bench = Bench::new();
    let add = async |function: &str, tool: &str, tags: &[&str]| {
        let content = Content {
            title: format!("{function} by {tool}"),
            functions: vec![Scored { label: function.into(), p: 0.9 }],
            tools: vec![ToolUse { name: tool.into(), role: ToolRole::Used, p: 0.9 }],
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Content::default()
        };
        let added = review::add(&bench.store, content, Location::default(), who("ada")).await;
        added.unwrap().changed[0].id
    };
    let item = add("Invoices", "Stripe", &["mine"]).await;
    add("Invoices", "Xero", &["money", "quick-win"]).await;
    add("Payroll", "Stripe", &["money", "mine"]).await;
    add("Support", "Slack", &["chat"]).await;
    let suggested = bench.store.read(move |reading| reading.suggest_tags(item, 8)).await.unwrap();
    assert_eq!(suggested, ["money", "quick-win"]);
}

#[tokio::test]
async fn undo_takes_back_only_ones_own_acts() {
    let bench = Bench::new();
    let id = bench.add("Invoice chaser").await;
    review::decide(&bench.store, vec![(id, None)], Verdict::Approve, who("ada")).await.unwrap();
    let error = review::undo(&bench.store, None, who("bob")).await.unwrap_err();
    assert_eq!(refusal(error), Refusal::NothingTo("undo"));
    assert_eq!(bench.status(id).await, Status::Approved);
}

#[tokio::test]
async fn undo_never_overwrites_a_later_change_of_another() {
    let bench = Bench::new();
    let id = bench.add("Invoice chaser").await;
    review::decide(&bench.store, vec![(id, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::decide(&bench.store, vec![(id, None)], reject("spam"), who("bob")).await.unwrap();
    let error = review::undo(&bench.store, None, who("ada")).await.unwrap_err();
    let expected = Refusal::ChangedSince { id, field: Field::Status, by: "bob".into() };
    assert_eq!(refusal(error), expected);
    assert_eq!(bench.status(id).await, Status::Rejected);
}

#[tokio::test]
async fn undo_leaves_fields_that_others_changed_alone_when_it_did_not_touch_them() {
    let bench = Bench::new();
    let id = bench.add("Invoice chaser").await;
    review::decide(&bench.store, vec![(id, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::tag(&bench.store, vec![(id, None)], vec!["Money".into()], vec![], who("bob"))
        .await
        .unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    let item = bench.item(id).await;
    assert_eq!((item.status, item.content.tags), (Status::Inbox, vec!["money".to_owned()]));
}

#[tokio::test]
async fn a_new_decision_ends_what_could_be_redone() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    review::decide(&bench.store, vec![(one, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    review::decide(&bench.store, vec![(two, None)], Verdict::Approve, who("ada")).await.unwrap();
    let error = review::redo(&bench.store, who("ada")).await.unwrap_err();
    assert_eq!(refusal(error), Refusal::NothingTo("do again"));
}

#[tokio::test]
async fn several_undos_are_redone_in_the_order_in_which_they_were_made() {
    let bench = Bench::new();
    let id = bench.add("one").await;
    for tag in ["a", "b", "c"] {
        review::tag(&bench.store, vec![(id, None)], vec![tag.into()], vec![], who("ada"))
            .await
            .unwrap();
    }
    for _ in 0..3 {
        review::undo(&bench.store, None, who("ada")).await.unwrap();
    }
    for expected in [vec!["a"], vec!["a", "b"], vec!["a", "b", "c"]] {
        review::redo(&bench.store, who("ada")).await.unwrap();
        assert_eq!(bench.item(id).await.content.tags, expected);
    }
}

#[tokio::test]
async fn an_edit_of_an_older_revision_is_refused() {
    let bench = Bench::new();
    let id = bench.add("Quote from photos").await;
    let seen = bench.item(id).await.revision;
    review::decide(&bench.store, vec![(id, None)], Verdict::Approve, who("bob")).await.unwrap();
    let edit = Edit { id, revision: seen, values: vec![(Field::Title, json!("Mine"))] };
    let error = review::edit(&bench.store, edit, who("ada")).await.unwrap_err();
    assert_eq!(refusal(error), Refusal::Stale { id, seen, now: seen + 1 });
    assert_eq!(bench.item(id).await.content.title, "Quote from photos");
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_changes_nothing() {
    let bench = Bench::new();
    let id = bench.add("Quote from photos").await;
    let revision = bench.item(id).await.revision;
    let values = vec![(Field::Description, json!("fine")), (Field::Steps, json!({"no": "list"}))];
    let edit = Edit { id, revision, values };
    let error = review::edit(&bench.store, edit, who("ada")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::BadValue { field: Field::Steps, .. }));
    let item = bench.item(id).await;
    assert_eq!((item.revision, item.content.description.as_str()), (revision, ""));
}

#[tokio::test]
async fn in_a_bulk_verdict_the_refused_are_told_and_the_rest_goes_through() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    review::decide(&bench.store, vec![(one, None)], Verdict::Approve, who("ada")).await.unwrap();
    let gone = AutomationId(999);
    let targets = vec![(one, None), (two, None), (gone, None)];
    let outcome =
        review::decide(&bench.store, targets, Verdict::Approve, who("ada")).await.unwrap();
    assert_eq!(outcome.changed.len(), 1);
    let refused =
        vec![(one, Refusal::Already(one, Status::Approved)), (gone, Refusal::Unknown(gone))];
    assert_eq!(outcome.refused, refused);
    assert_eq!(bench.status(two).await, Status::Approved);
}

#[tokio::test]
async fn a_merge_is_taken_apart_by_undo() {
    let bench = Bench::new();
    let (lead, other) = (bench.add("one").await, bench.add("one again").await);
    review::merge(&bench.store, (lead, None), vec![(other, None)], who("ada")).await.unwrap();
    let merged = bench.item(other).await;
    assert_eq!((merged.status, merged.merged_into), (Status::Merged, Some(lead)));
    let error = review::decide(&bench.store, vec![(other, None)], Verdict::Approve, who("ada"))
        .await
        .unwrap_err();
    assert_eq!(refusal(error), Refusal::Merged(other, lead));
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    let back = bench.item(other).await;
    assert_eq!((back.status, back.merged_into), (Status::Inbox, None));
}

#[tokio::test]
async fn look_alikes_go_along_with_the_one_that_leads_them() {
    let bench = Bench::new();
    let (lead, other) = (bench.add("one").await, bench.add("one again").await);
    let fold = vec![(lead, vec![other])];
    bench
        .store
        .write(move |writing| writing.save_leads(&fold))
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    review::decide(&bench.store, vec![(lead, None)], Verdict::Approve, who("ada")).await.unwrap();
    assert_eq!(bench.status(lead).await, Status::Approved);
    assert_eq!(bench.item(other).await.merged_into, Some(lead));
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(lead).await, Status::Inbox);
    assert_eq!(bench.status(other).await, Status::Inbox);
}

#[tokio::test]
async fn a_deferred_item_comes_back_when_its_time_has_come() {
    let bench = Bench::new();
    let id = bench.add("later").await;
    let until: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    review::decide(&bench.store, vec![(id, None)], Verdict::Defer { until }, who("ada"))
        .await
        .unwrap();
    for (now, woken) in [("2026-11-30T23:59:59Z", 0), ("2026-12-01T00:00:00Z", 1)] {
        let items = review::wake(&bench.store, now.parse().unwrap()).await.unwrap();
        assert_eq!(items.len(), woken);
    }
    let item = bench.item(id).await;
    assert_eq!((item.status, item.deferred_until), (Status::Inbox, None));
    let history = bench.store.read(move |reading| reading.list_history(Some(id), 9)).await.unwrap();
    assert!(history[0].summary.starts_with("came back, deferred until 202"), "{history:?}");
    assert_eq!(history[0].origin, Origin::Clock);
    let health = bench.store.read(|reading| reading.check_health()).await.unwrap();
    assert!(health.is_sound(), "{health:?}");
}

/// Folds `other` behind `lead`, as the finder does that calls them the same.
async fn fold(bench: &Bench, lead: AutomationId, others: Vec<AutomationId>) {
    let pairs: Vec<DuplicatePair> = others
        .iter()
        .map(|other| DuplicatePair {
            a: lead.min(*other),
            b: lead.max(*other),
            p: 0.99,
            verdict: DuplicateVerdict::Same,
        })
        .collect();
    bench
        .store
        .write(move |writing| {
            writing.save_pairs(&pairs, who("setup").now)?;
            writing.save_leads(&[(lead, others)])
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
}

async fn lead_of(bench: &Bench, id: AutomationId) -> Option<AutomationId> {
    bench.store.read(move |reading| reading.load_fold(id)).await.unwrap().lead
}

#[tokio::test]
async fn items_kept_apart_are_undone_and_redone_across_restarts() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("one again").await);
    fold(&bench, one, vec![two]).await;
    let outcome = review::apart(&bench.store, one, two, who("ada")).await.unwrap();
    assert!(outcome.batch.is_some());
    assert_eq!(outcome.changed.len(), 2);
    assert_eq!(lead_of(&bench, two).await, None);
    let error = review::apart(&bench.store, two, one, who("bob")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::NothingTo(_)));

    let bench = bench.reopened();
    let history =
        bench.store.read(move |reading| reading.list_history(Some(two), 9)).await.unwrap();
    assert_eq!(history[0].summary, format!("not #{one}"));
    assert_eq!(history[0].reviewer, "ada");
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(lead_of(&bench, two).await, Some(one));
    let is_apart = bench.store.read(move |reading| reading.is_apart(one, two)).await.unwrap();
    assert!(!is_apart, "an undo lets them be alike again");

    let bench = bench.reopened();
    review::redo(&bench.store, who("ada")).await.unwrap();
    assert_eq!(lead_of(&bench, two).await, None);
    let apart = bench.store.read(|reading| reading.list_apart()).await.unwrap();
    assert!(apart.contains(&(one, two)));
}

#[tokio::test]
async fn undo_of_a_separation_on_one_item_takes_back_both_halves() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("one again").await);
    fold(&bench, one, vec![two]).await;
    review::apart(&bench.store, one, two, who("ada")).await.unwrap();
    review::undo(&bench.store, Some(one), who("bob")).await.unwrap();
    assert_eq!(lead_of(&bench, two).await, Some(one));
    let error = review::undo(&bench.store, None, who("ada")).await.unwrap_err();
    assert_eq!(refusal(error), Refusal::NothingTo("undo"));
}

#[tokio::test]
async fn what_stood_behind_an_item_stands_there_again_after_an_undo() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(bench.add(title).await);
    }
    fold(&bench, ids[0], vec![ids[1], ids[2]]).await;
    review::decide(&bench.store, vec![(ids[0], None)], Verdict::Approve, who("ada")).await.unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(lead_of(&bench, ids[1]).await, Some(ids[0]));
    assert_eq!(lead_of(&bench, ids[2]).await, Some(ids[0]));
}

#[tokio::test]
async fn an_undo_that_another_blocks_is_told_and_the_next_goes_on() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    review::decide(&bench.store, vec![(one, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::decide(&bench.store, vec![(two, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::decide(&bench.store, vec![(two, None)], reject("spam"), who("bob")).await.unwrap();
    let error = review::undo(&bench.store, None, who("ada")).await.unwrap_err();
    assert!(matches!(refusal(error), Refusal::ChangedSince { id, .. } if id == two));
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(one).await, Status::Inbox);
    assert_eq!(bench.status(two).await, Status::Rejected);

    // Once the other has taken theirs back, one's own comes next again.
    review::undo(&bench.store, None, who("bob")).await.unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(two).await, Status::Inbox);
}

#[tokio::test]
async fn of_a_bulk_batch_what_can_be_is_undone_and_the_rest_is_told() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(bench.add(title).await);
    }
    let targets = ids.iter().map(|id| (*id, None)).collect();
    review::decide(&bench.store, targets, Verdict::Approve, who("ada")).await.unwrap();
    review::decide(&bench.store, vec![(ids[1], None)], reject("spam"), who("bob")).await.unwrap();
    let outcome = review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(outcome.changed.len(), 2);
    assert!(
        matches!(outcome.refused.as_slice(), [(id, Refusal::ChangedSince { .. })] if *id == ids[1])
    );
    review::redo(&bench.store, who("ada")).await.unwrap();
    assert_eq!(bench.status(ids[0]).await, Status::Approved);
    assert_eq!(bench.status(ids[1]).await, Status::Rejected);
}

#[tokio::test]
async fn an_undo_in_one_process_is_seen_by_the_next_undo_of_another() {
    let bench = Bench::new();
    let other = Store::open(&bench.folder.path().join("store.db")).unwrap();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    review::decide(&bench.store, vec![(one, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::decide(&other, vec![(two, None)], Verdict::Approve, who("ada")).await.unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(two).await, Status::Inbox);
    review::undo(&other, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(one).await, Status::Inbox);
    review::redo(&bench.store, who("ada")).await.unwrap();
    review::redo(&other, who("ada")).await.unwrap();
    assert_eq!(bench.status(two).await, Status::Approved);
}

#[tokio::test]
async fn a_merge_with_a_later_edit_is_undone_and_the_edit_stays() {
    let bench = Bench::new();
    let (lead, other) = (bench.add("one").await, bench.add("one again").await);
    review::merge(&bench.store, (lead, None), vec![(other, None)], who("ada")).await.unwrap();
    let revision = bench.item(other).await.revision;
    let values = vec![(Field::Title, json!("Another name"))];
    review::edit(&bench.store, Edit { id: other, revision, values }, who("bob")).await.unwrap();
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    let item = bench.item(other).await;
    assert_eq!((item.status, item.content.title.as_str()), (Status::Inbox, "Another name"));
}

#[tokio::test]
async fn what_folding_changes_stands_in_the_feed_and_no_more() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(bench.add(title).await);
    }
    let newest = || bench.store.read(|reading| reading.newest_change());
    let before = newest().await.unwrap();
    fold(&bench, ids[0], vec![ids[1]]).await;
    let after = newest().await.unwrap();
    let changes = bench.store.read(move |reading| reading.list_changes(before, 99)).await.unwrap();
    let told: Vec<AutomationId> = changes.iter().map(|change| change.automation).collect();
    assert_eq!(told, [ids[1], ids[0]], "the item and its lead");
    fold(&bench, ids[0], vec![ids[1]]).await;
    assert_eq!(newest().await.unwrap(), after, "the same folds are no change");
}

/// One act of a random reviewer on one of a few items.
#[derive(Debug, Clone)]
enum Act {
    Decide(usize, Verdict),
    Bulk(usize, usize, Verdict),
    Apart(usize, usize),
    /// Time passes, and what was deferred comes back.
    Wake,
    Tag(usize, String),
    Title(usize, String),
    Merge(usize, usize),
    /// The lead takes the title of the first, and everybody's tags.
    MergeChoosing(usize, usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    let verdict = prop_oneof![
        Just(Verdict::Approve),
        Just(Verdict::Reopen),
        Just(reject("no")),
        Just(Verdict::Defer { until: "2027-01-01T00:00:00.123456789Z".parse().unwrap() }),
    ];
    prop_oneof![
        (0..4usize, 0..4usize, verdict.clone())
            .prop_map(|(one, two, verdict)| Act::Bulk(one, two, verdict)),
        (0..4usize, verdict).prop_map(|(at, verdict)| Act::Decide(at, verdict)),
        (0..4usize, 0..4usize).prop_map(|(one, two)| Act::Apart(one, two)),
        Just(Act::Wake),
        (0..4usize, "[a-c]").prop_map(|(at, tag)| Act::Tag(at, tag)),
        (0..4usize, "[a-z]{1,8}").prop_map(|(at, title)| Act::Title(at, title)),
        (0..4usize, 0..4usize).prop_map(|(lead, member)| Act::Merge(lead, member)),
        (0..4usize, 0..4usize, 0..4usize)
            .prop_map(|(lead, one, two)| Act::MergeChoosing(lead, one, two)),
    ]
}

async fn merge_choosing(
    bench: &Bench,
    ids: &[AutomationId],
    [lead, one, two]: [usize; 3],
    name: &str,
) -> Result<Outcome, ReviewError> {
    let keep = vec![(Field::Title, Kept::Of(ids[one])), (Field::Tags, Kept::All)];
    let members = vec![(ids[one], None), (ids[two], None)];
    review::merge_choosing(&bench.store, (ids[lead], None), members, keep, who(name)).await
}

async fn carry_out(bench: &Bench, ids: &[AutomationId], act: Act, name: &str) -> bool {
    let store = &bench.store;
    let outcome = match act {
        Act::Decide(at, verdict) => {
            review::decide(store, vec![(ids[at], None)], verdict, who(name)).await
        }
        Act::Bulk(one, two, verdict) => {
            let mut targets = vec![(ids[one], None), (ids[two], None)];
            targets.dedup();
            review::decide(store, targets, verdict, who(name)).await
        }
        Act::Apart(one, two) => review::apart(store, ids[one], ids[two], who(name)).await,
        Act::Wake => {
            review::wake(store, "2027-02-01T00:00:00Z".parse().unwrap()).await.unwrap();
            return false;
        }
        Act::Tag(at, tag) => {
            review::tag(store, vec![(ids[at], None)], vec![tag], vec![], who(name)).await
        }
        Act::Title(at, title) => {
            let revision = bench.item(ids[at]).await.revision;
            let values = vec![(Field::Title, json!(title))];
            review::edit(store, Edit { id: ids[at], revision, values }, who(name)).await
        }
        Act::MergeChoosing(lead, one, two) => {
            merge_choosing(bench, ids, [lead, one, two], name).await
        }
        Act::Merge(lead, member) => {
            review::merge(store, (ids[lead], None), vec![(ids[member], None)], who(name)).await
        }
    };
    match outcome {
        Ok(outcome) => outcome.batch.is_some(),
        Err(ReviewError::Refused(_)) => false,
        Err(ReviewError::Store(error)) => panic!("the store failed: {error}"),
    }
}

/// What a reviewer can see of the items.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    status: Status,
    reason: Option<String>,
    merged_into: Option<AutomationId>,
    lead: Option<AutomationId>,
    content: Content,
}

async fn state(bench: &Bench, ids: &[AutomationId]) -> Vec<Seen> {
    let mut all = Vec::new();
    for id in ids {
        let item = bench.item(*id).await;
        all.push(Seen {
            status: item.status,
            reason: item.reason,
            merged_into: item.merged_into,
            lead: lead_of(bench, *id).await,
            content: item.content,
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_merge_taken_apart_leaves_every_field_and_tag_as_it_was(
        acts in prop::collection::vec(act(), 0..8), lead in 0..4usize, one in 0..4usize, two in 0..4usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let mut ids = Vec::new();
            for title in ["one", "two", "three", "four"] {
                ids.push(bench.add(title).await);
            }
            for act in acts {
                carry_out(&bench, &ids, act, "ada").await;
            }
            let before = state(&bench, &ids).await;
            if merge_choosing(&bench, &ids, [lead, one, two], "ada").await.is_ok() {
                let taken = review::take_apart(&bench.store, ids[lead], who("bob")).await.unwrap();
                assert!(taken.refused.is_empty(), "{taken:?}");
            }
            assert_eq!(state(&bench, &ids).await, before);
        });
    }

    #[test]
    fn undoing_all_leads_back_and_redoing_all_leads_forth(acts in prop::collection::vec(act(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let mut ids = Vec::new();
            for title in ["one", "two", "three", "four"] {
                ids.push(bench.add(title).await);
            }
            fold(&bench, ids[0], vec![ids[1], ids[2]]).await;
            let start = state(&bench, &ids).await;
            let mut done = 0;
            for act in acts {
                done += usize::from(carry_out(&bench, &ids, act, "ada").await);
            }
            let end = state(&bench, &ids).await;
            for _ in 0..done {
                review::undo(&bench.store, None, who("ada")).await.unwrap();
            }
            assert_eq!(state(&bench, &ids).await, start);
            for _ in 0..done {
                review::redo(&bench.store, who("ada")).await.unwrap();
            }
            assert_eq!(state(&bench, &ids).await, end);
            let health = bench.store.read(|reading| reading.check_health()).await.unwrap();
            assert!(health.is_sound(), "{health:?}");
        });
    }

    #[test]
    fn two_reviewers_who_undo_as_they_like_leave_a_sound_store_and_come_to_an_end(
        acts in prop::collection::vec((act(), any::<bool>(), 0..4u8), 1..20)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let mut ids = Vec::new();
            for title in ["one", "two", "three", "four"] {
                ids.push(bench.add(title).await);
            }
            fold(&bench, ids[0], vec![ids[1], ids[2]]).await;
            for (act, is_ada, turn) in acts {
                let name = if is_ada { "ada" } else { "bob" };
                // Whatever is refused is refused with a reason; only the store must not fail.
                let outcome = match turn {
                    0 => review::undo(&bench.store, None, who(name)).await.map(drop),
                    1 => review::redo(&bench.store, who(name)).await.map(drop),
                    _ => {
                        carry_out(&bench, &ids, act, name).await;
                        Ok(())
                    }
                };
                assert!(!matches!(outcome, Err(ReviewError::Store(_))), "{outcome:?}");
            }
            // Nobody's undo is blocked for ever: each asks until nothing is left.
            for name in ["ada", "bob", "ada"] {
                let mut asked = 0;
                while !matches!(
                    review::undo(&bench.store, None, who(name)).await,
                    Err(ReviewError::Refused(Refusal::NothingTo(_)))
                ) {
                    asked += 1;
                    assert!(asked < 200, "undo never comes to an end");
                }
            }
            let health = bench.store.read(|reading| reading.check_health()).await.unwrap();
            assert!(health.is_sound(), "{health:?}");
        });
    }
}

#[tokio::test]
async fn undo_of_one_item_leaves_the_rest_of_its_batch_alone() {
    let bench = Bench::new();
    let (one, two) = (bench.add("one").await, bench.add("two").await);
    let both = vec![(one, None), (two, None)];
    review::decide(&bench.store, both, Verdict::Approve, who("ada")).await.unwrap();
    review::undo(&bench.store, Some(two), who("bob")).await.unwrap();
    assert_eq!(bench.status(one).await, Status::Approved);
    assert_eq!(bench.status(two).await, Status::Inbox);
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.status(one).await, Status::Inbox);
    review::redo(&bench.store, who("bob")).await.unwrap();
    assert_eq!(bench.status(two).await, Status::Approved);
}

#[tokio::test]
async fn an_edit_of_probabilities_is_undone_to_the_letter() {
    let bench = Bench::new();
    let id = bench.add("one").await;
    for p in [0.1f32, 0.437_211_9, 0.998_877_6, 0.333_333_34] {
        let revision = bench.item(id).await.revision;
        let tools = json!([{"name": "Slack", "role": "used", "p": p}]);
        let edit = Edit { id, revision, values: vec![(Field::Tools, tools)] };
        review::edit(&bench.store, edit, who("ada")).await.unwrap();
    }
    for _ in 0..4 {
        review::undo(&bench.store, None, who("ada")).await.unwrap();
    }
    assert!(bench.item(id).await.content.tools.is_empty());
}

#[tokio::test]
async fn a_saved_search_counts_what_came_since_it_was_looked_at() {
    let bench = Bench::new();
    let (old, fresh) = (bench.add("Old").await, bench.add("Fresh").await);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let save = |writing: &reservoir::store::Writing<'_>| {
        let query = SearchQuery::new("invoice", 10);
        let now = "2026-11-20T11:00:00Z".parse().unwrap();
        writing.save_search("ann", "chasers", &query, now)
    };
    bench.store.write(save).await.unwrap();
    // A tag makes nothing new; a verdict does.
    let late = |name| Reviewer { now: at("2026-11-20T12:00:00Z"), ..who(name) };
    let tags = vec!["sms".to_owned()];
    review::tag(&bench.store, vec![(old, None)], tags, vec![], late("bob")).await.unwrap();
    let targets = vec![(fresh, None)];
    review::decide(&bench.store, targets, Verdict::Approve, late("bob")).await.unwrap();

    let listed = bench.store.read(|reading| reading.list_saved_searches("ann")).await.unwrap();
    assert_eq!((listed[0].name.as_str(), listed[0].query.text.as_str()), ("chasers", "invoice"));
    let seen = listed[0].seen;
    let newer =
        move |reading: &reservoir::store::Reading<'_>| reading.count_newer(&[old, fresh], seen);
    assert_eq!(bench.store.read(newer).await.unwrap(), 1);
    let others = bench.store.read(|reading| reading.list_saved_searches("bob")).await.unwrap();
    assert!(others.is_empty());

    let now = at("2026-11-20T13:00:00Z");
    let see = move |writing: &reservoir::store::Writing<'_>| {
        writing.mark_search_seen("ann", "chasers", now)
    };
    bench.store.write(see).await.unwrap();
    let listed = bench.store.read(|reading| reading.list_saved_searches("ann")).await.unwrap();
    assert_eq!(listed[0].seen, now);
    let delete = |writing: &reservoir::store::Writing<'_>| writing.delete_search("ann", "chasers");
    assert!(bench.store.write(delete).await.unwrap());
    assert!(!bench.store.write(delete).await.unwrap());
}

async fn three_alike(bench: &Bench) -> [AutomationId; 3] {
    let mut ids = Vec::new();
    for (title, tag) in [("short", "a"), ("a longer title", "b"), ("other", "a")] {
        let tags = vec![tag.to_owned()];
        let content = Content { title: title.to_owned(), tags, ..Content::default() };
        let added = review::add(&bench.store, content, Location::default(), who("setup"));
        ids.push(added.await.unwrap().changed[0].id);
    }
    [ids[0], ids[1], ids[2]]
}

async fn merge_three(bench: &Bench, [lead, second, third]: [AutomationId; 3]) {
    let keep = vec![(Field::Title, Kept::Of(second)), (Field::Tags, Kept::All)];
    let members = vec![(second, None), (third, None)];
    review::merge_choosing(&bench.store, (lead, None), members, keep, who("ada")).await.unwrap();
}

#[tokio::test]
async fn a_merge_keeps_the_chosen_values_and_is_undone_as_one() {
    let bench = Bench::new();
    let ids = three_alike(&bench).await;
    let before = bench.item(ids[0]).await.content;
    merge_three(&bench, ids).await;
    let merged = bench.item(ids[0]).await.content;
    assert_eq!((merged.title.as_str(), merged.tags.join(" ")), ("a longer title", "a b".into()));
    assert_eq!(bench.item(ids[2]).await.merged_into, Some(ids[0]));
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.item(ids[0]).await.content, before);
    for id in ids {
        assert_eq!(bench.status(id).await, Status::Inbox);
    }
    review::redo(&bench.store, who("ada")).await.unwrap();
    assert_eq!(bench.item(ids[0]).await.content, merged);
}

#[tokio::test]
async fn a_merge_of_which_one_item_was_changed_meanwhile_changes_nothing() {
    let bench = Bench::new();
    let [lead, second, third] = three_alike(&bench).await;
    let seen = bench.item(third).await.revision;
    review::tag(&bench.store, vec![(third, None)], vec!["new".into()], vec![], who("bob"))
        .await
        .unwrap();
    let members = vec![(second, None), (third, Some(seen))];
    let keep = vec![(Field::Title, Kept::Of(second))];
    let merged =
        review::merge_choosing(&bench.store, (lead, None), members, keep, who("ada")).await;
    assert!(matches!(refusal(merged.unwrap_err()), Refusal::Stale { .. }));
    assert_eq!(bench.item(lead).await.content.title, "short");
    assert_eq!(bench.status(second).await, Status::Inbox);
}

#[tokio::test]
async fn a_merge_is_taken_apart_from_any_of_its_items_after_other_decisions() {
    for at in [0, 2] {
        let bench = Bench::new();
        let ids = three_alike(&bench).await;
        merge_three(&bench, ids).await;
        let other = bench.add("something else").await;
        review::decide(&bench.store, vec![(other, None)], Verdict::Approve, who("ada"))
            .await
            .unwrap();
        review::take_apart(&bench.store, ids[at], who("bob")).await.unwrap();
        assert_eq!(bench.item(ids[0]).await.content.title, "short");
        for id in ids {
            assert_eq!(bench.status(id).await, Status::Inbox);
        }
        assert_eq!(bench.status(other).await, Status::Approved);
        let again = review::take_apart(&bench.store, ids[at], who("bob")).await.unwrap_err();
        assert!(matches!(refusal(again), Refusal::NothingTo(_)));
    }
}

#[tokio::test]
async fn taking_apart_what_an_approval_took_along_leaves_the_approval() {
    let bench = Bench::new();
    let (lead, member) = (bench.add("lead").await, bench.add("member").await);
    let pair = DuplicatePair { a: lead, b: member, p: 0.99, verdict: DuplicateVerdict::Same };
    bench
        .store
        .write(move |writing| {
            writing.save_pairs(&[pair], who("").now)?;
            writing.save_leads(&[(lead, vec![lead, member])])
        })
        .await
        .unwrap();
    review::decide(&bench.store, vec![(lead, None)], Verdict::Approve, who("ada")).await.unwrap();
    assert_eq!(bench.status(member).await, Status::Merged);
    review::take_apart(&bench.store, lead, who("ada")).await.unwrap();
    assert_eq!(bench.status(member).await, Status::Inbox);
    assert_eq!(bench.status(lead).await, Status::Approved);
}

#[tokio::test]
async fn figures_count_what_stands_by_week_by_day_and_by_verdict() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for title in ["one", "two", "three", "four"] {
        ids.push(bench.add(title).await);
    }
    let now = who("ada").now;
    let at = |days: i64| Reviewer { now: now - (days * 24).hours(), ..who("ada") };
    let decide = async |id: AutomationId, verdict: Verdict, who: Reviewer| {
        review::decide(&bench.store, vec![(id, None)], verdict, who).await.unwrap();
    };
    decide(ids[0], Verdict::Approve, at(8)).await;
    decide(ids[1], Verdict::Approve, at(0)).await;
    decide(ids[2], reject("spam"), at(0)).await;
    // Taken back: it counts nowhere.
    decide(ids[3], Verdict::Approve, at(0)).await;
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    let midnight: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let day = midnight.to_zoned(jiff::tz::TimeZone::UTC).date();
    let read = bench.store.read(move |reading| reading.load_figures(now, midnight, day));
    let figures = read.await.unwrap();
    let weeks: Vec<u64> = figures.approvals.iter().map(|(_, count)| *count).collect();
    assert_eq!(weeks, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(
        figures.statuses[..3],
        [(Status::Inbox, 1), (Status::Approved, 2), (Status::Rejected, 1)]
    );
    assert_eq!((figures.today.approved, figures.today.rejected), (1, 1));
    // What people typed in tells nothing of the reader's confidence.
    assert!(figures.bins.iter().all(|bin| bin.judged == 0));
    assert_eq!((figures.yields[0].found, figures.yields[0].approved), (4, 2));

    let week = Week::of(now);
    let report = bench.store.read(move |reading| reading.load_report(week)).await.unwrap();
    let titles: Vec<&str> = report.approved.iter().map(|item| item.title.as_str()).collect();
    assert_eq!((titles, report.rejected), (vec!["two"], 1));
}
