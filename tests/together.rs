//! Several reviewers on one store: presence, claims, second opinions; rules; and merges that can be
//! taken back whatever else happened.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use reservoir::jobs::{self, Pipeline, PipelineSettings, Plan};
use reservoir::model::{
    Automation, AutomationId, Company, Content, DuplicatePair, DuplicateVerdict, Edit, Field, Kept,
    Location, Origin, QueueFilter, Refusal, Stage, Status, Verdict,
};
use reservoir::net::{Client, NetSettings};
use reservoir::review::{self, Outcome, ReviewError, Reviewer};
use reservoir::store::{Reading, Store, StoreError};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

struct Bench {
    folder: TempDir,
    store: Store,
}

fn start() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    start().saturating_add(SignedDuration::from_mins(minutes)).unwrap()
}

fn who(name: &str) -> Reviewer {
    Reviewer { name: name.to_owned(), origin: Origin::Workbench, now: start() }
}

fn reject() -> Verdict {
    Verdict::Reject { reason: Some("too vague".into()) }
}

fn refusal(error: ReviewError) -> Refusal {
    match error {
        ReviewError::Refused(refusal) => refusal,
        ReviewError::Store(error) => panic!("the store failed: {error}"),
    }
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        Self { folder, store }
    }

    async fn add(&self, title: &str) -> AutomationId {
        let content = Content { title: title.to_owned(), ..Content::default() };
        let added = review::add(&self.store, content, Location::default(), who("setup"));
        added.await.unwrap().changed[0].id
    }

    async fn three(&self) -> [AutomationId; 3] {
        [self.add("one").await, self.add("two").await, self.add("three").await]
    }

    async fn item(&self, id: AutomationId) -> Automation {
        let found = self.store.read(move |reading| reading.find_automation(id)).await.unwrap();
        found.unwrap()
    }

    async fn company(&self, of: &'static str, now: Timestamp) -> Company {
        self.store.read(move |reading| reading.load_company(of, now)).await.unwrap()
    }

    async fn queue(&self, of: &'static str, now: Timestamp) -> Vec<AutomationId> {
        let list = move |reading: &Reading<'_>| {
            review::list_queue_for(reading, &QueueFilter::default(), of, now)
        };
        self.store.read(list).await.unwrap()
    }

    async fn judge(
        &self,
        id: AutomationId,
        verdict: Verdict,
        name: &str,
    ) -> Result<Outcome, ReviewError> {
        review::decide_together(&self.store, vec![(id, None)], verdict, 2, who(name)).await
    }

    async fn alike(&self, pairs: &[(AutomationId, AutomationId)]) {
        let verdict = DuplicateVerdict::Same;
        let pairs: Vec<DuplicatePair> = pairs
            .iter()
            .map(|(a, b)| DuplicatePair { a: *a.min(b), b: *a.max(b), p: 0.9, verdict })
            .collect();
        let saved = self.store.write(move |writing| writing.save_pairs(&pairs, start())).await;
        saved.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    /// As if the items had been read from documents of these origins, undecided.
    fn came_from(&self, origins: &[(AutomationId, &str)]) {
        let file = rusqlite::Connection::open(self.folder.path().join("store.db")).unwrap();
        for (id, origin) in origins {
            let sql = "UPDATE automations SET origin = ?2, decided = NULL, decided_by = NULL
                       WHERE id = ?1";
            file.execute(sql, (id.0, origin)).unwrap();
        }
    }

    async fn assert_sound(&self) {
        let health = self.store.read(|reading| reading.check_health()).await.unwrap();
        assert!(health.is_sound(), "{health:?}");
    }
}

#[tokio::test]
async fn what_others_have_open_is_told_until_it_runs_out_and_raises_no_revision() {
    let bench = Bench::new();
    let [one, two, _] = bench.three().await;
    let newest = bench.store.read(|reading| reading.newest_change()).await.unwrap();
    for (workbench, name, item) in [("a", "ada", one), ("b", "bo", one), ("b", "bo", two)] {
        let told = bench.store.write(move |writing| {
            writing.save_presence(workbench, name, Some((item, after(1))), start())
        });
        told.await.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }
    let company = bench.company("ada", start()).await;
    assert_eq!(company.open, [(two, "bo".to_owned())], "one's own is not told, the old is gone");
    assert_eq!(bench.company("cy", start()).await.open.len(), 2);
    assert_eq!(bench.company("ada", after(2)).await.open, []);
    let left = bench.store.write(|writing| writing.save_presence("b", "bo", None, start())).await;
    left.unwrap_or_else(|error: StoreError| panic!("{error}"));
    assert_eq!(bench.company("ada", start()).await.open, []);
    assert_eq!(bench.item(one).await.revision, 1);
    assert_eq!(bench.store.read(|reading| reading.newest_change()).await.unwrap(), newest);
}

#[tokio::test]
async fn claimed_items_step_back_in_others_queues_for_an_hour() {
    let bench = Bench::new();
    let [one, two, three] = bench.three().await;
    let claim = async |name: &str, count| {
        review::claim(&bench.store, QueueFilter::default(), count, who(name)).await.unwrap().0
    };
    assert_eq!(claim("ada", 2).await, [one, two]);
    assert_eq!(bench.queue("ada", start()).await, [one, two, three]);
    assert_eq!(bench.queue("bo", start()).await, [three, one, two]);
    assert_eq!(claim("bo", 5).await, [three], "nobody's claim is taken over");
    assert_eq!(bench.queue("bo", after(61)).await, [one, two, three], "it ends by itself");
    // It stops nobody.
    review::decide(&bench.store, vec![(one, None)], Verdict::Approve, who("bo")).await.unwrap();
    assert_eq!(review::release(&bench.store, who("ada")).await.unwrap(), 2);
    assert_eq!(bench.queue("bo", start()).await, [two, three]);
}

#[tokio::test]
async fn an_item_leaves_the_inbox_once_two_say_the_same() {
    let bench = Bench::new();
    let [id, ..] = bench.three().await;
    bench.judge(id, Verdict::Approve, "ada").await.unwrap();
    assert_eq!(bench.item(id).await.status, Status::Inbox);
    let again = bench.judge(id, Verdict::Approve, "ada").await.unwrap_err();
    assert!(matches!(refusal(again), Refusal::NothingTo(_)), "one is not two");
    let queue = bench.queue("ada", start()).await;
    assert_eq!(queue.last(), Some(&id), "what was judged steps back for who judged it");
    assert_eq!(bench.queue("bo", start()).await.first(), Some(&id));

    bench.judge(id, Verdict::Approve, "bo").await.unwrap();
    assert_eq!(bench.item(id).await.status, Status::Approved);
    review::undo(&bench.store, None, who("bo")).await.unwrap();
    let item = bench.item(id).await;
    assert_eq!((item.status, item.opinions.len()), (Status::Inbox, 1), "ada's verdict stands");
    review::undo(&bench.store, None, who("ada")).await.unwrap();
    assert_eq!(bench.item(id).await.opinions, []);
    review::redo(&bench.store, who("ada")).await.unwrap();
    assert_eq!(bench.item(id).await.opinions.len(), 1);
    bench.assert_sound().await;
}

#[tokio::test]
async fn an_item_on_which_two_differ_stays_until_a_third_or_one_of_them_settles_it() {
    let bench = Bench::new();
    let [one, two, _] = bench.three().await;
    for id in [one, two] {
        bench.judge(id, Verdict::Approve, "ada").await.unwrap();
        bench.judge(id, reject(), "bo").await.unwrap();
        let item = bench.item(id).await;
        assert!(item.status == Status::Inbox && item.is_disputed());
    }
    let agreement = bench.store.read(|reading| reading.load_agreement()).await.unwrap();
    assert_eq!((agreement.items, agreement.agreed, agreement.disputed), (2, 0, 2));
    bench.judge(one, reject(), "cy").await.unwrap();
    let item = bench.item(one).await;
    assert_eq!((item.status, item.reason.as_deref()), (Status::Rejected, Some("too vague")));
    bench.judge(two, Verdict::Approve, "bo").await.unwrap();
    assert_eq!(bench.item(two).await.status, Status::Approved, "bo came round");
    let agreement = bench.store.read(|reading| reading.load_agreement()).await.unwrap();
    assert_eq!(agreement.agreed, 0, "what each said at first counts");
    assert_eq!(agreement.disputed, 0);
    // Looked at afresh, it needs two again.
    review::decide(&bench.store, vec![(two, None)], Verdict::Reopen, who("ada")).await.unwrap();
    assert_eq!(bench.item(two).await.opinions, []);
    bench.assert_sound().await;
}

#[tokio::test]
async fn a_second_verdict_that_did_not_see_the_first_is_refused() {
    let bench = Bench::new();
    let [id, ..] = bench.three().await;
    let seen = Some(bench.item(id).await.revision);
    bench.judge(id, Verdict::Approve, "ada").await.unwrap();
    let target = vec![(id, seen)];
    let blind = review::decide_together(&bench.store, target, Verdict::Approve, 2, who("bo")).await;
    assert!(matches!(refusal(blind.unwrap_err()), Refusal::Stale { .. }));
}

#[tokio::test]
async fn a_rule_merges_reposts_once_and_not_again_when_they_were_taken_apart() {
    let bench = Bench::new();
    let [original, repost, other] = bench.three().await;
    bench.came_from(&[(original, "Blog"), (repost, "Reposts"), (other, "Reposts")]);
    bench.alike(&[(original, repost)]).await;
    let apply = async || review::apply_rules(&bench.store, start()).await.unwrap();
    assert_eq!(apply().await.batch, None, "no rule, no merge");
    let made = review::make_rules(&bench.store, vec![repost], who("ada")).await.unwrap();
    assert_eq!(made, ["Reposts"]);
    assert!(review::make_rules(&bench.store, vec![repost], who("bo")).await.unwrap().is_empty());

    let merged = apply().await;
    assert_eq!(merged.changed.iter().map(|item| item.id).collect::<Vec<_>>(), [repost]);
    assert_eq!(bench.item(repost).await.merged_into, Some(original));
    let history = bench.store.read(move |reading| reading.list_history(Some(repost), 1)).await;
    let last = history.unwrap().remove(0);
    assert_eq!((last.reviewer.as_str(), last.origin), (review::RULE, Origin::Rule));
    let rules = bench.store.read(|reading| reading.list_merge_rules(review::RULE)).await.unwrap();
    assert_eq!((rules[0].origin.as_str(), rules[0].merged), ("Reposts", 1));

    review::take_apart(&bench.store, repost, who("ada")).await.unwrap();
    assert_eq!(bench.item(repost).await.status, Status::Inbox);
    assert_eq!(apply().await.batch, None, "a person took it apart");
    assert_eq!(bench.item(other).await.status, Status::Inbox, "alike to nothing");
    review::forget_rule(&bench.store, rules[0].id).await.unwrap();
    assert!(review::forget_rule(&bench.store, rules[0].id).await.is_err());
    bench.assert_sound().await;
}

#[tokio::test]
async fn a_rule_leaves_alone_what_a_person_decided_on_or_put_apart() {
    let bench = Bench::new();
    let [original, decided, apart] = bench.three().await;
    let all = [(original, "Blog"), (decided, "Reposts"), (apart, "Reposts")];
    bench.came_from(&all);
    bench.alike(&[(original, decided), (original, apart)]).await;
    review::make_rules(&bench.store, vec![decided], who("ada")).await.unwrap();
    let tags = vec!["mine".to_owned()];
    review::tag(&bench.store, vec![(decided, None)], tags, vec![], who("ada")).await.unwrap();
    review::apart(&bench.store, original, apart, who("ada")).await.unwrap();
    assert_eq!(review::apply_rules(&bench.store, start()).await.unwrap().batch, None);
}

#[tokio::test]
async fn a_later_member_does_not_bridge_what_was_put_apart() {
    let bench = Bench::new();
    let client = Client::new(NetSettings::default()).unwrap();
    let settings = PipelineSettings {
        index_folder: bench.folder.path().join("index"),
        workers: 2,
        minimum_confidence: 0.2,
        owner: format!("test:{}", std::process::id()),
    };
    let pipeline = Pipeline::new(bench.store.clone(), client, settings).unwrap();
    let import = async |number: u32| {
        let text = "When an invoice is overdue in QuickBooks, Zapier sends the client a text by \
                    Twilio and posts a note to Slack. It saves us three hours a week.";
        let line = json!({
            "id": number.to_string(), "title": "Chasing invoices with QuickBooks", "text": text,
            "url": format!("https://example.org/{number}"), "source": format!("blog-{number}"),
        });
        let path = bench.folder.path().join(format!("{number}.jsonl"));
        std::fs::write(&path, line.to_string()).unwrap();
        let token = CancellationToken::new();
        jobs::import(&bench.store, vec![path], |_| {}, &token).await.unwrap();
        let stages = vec![Stage::Extract, Stage::Embed, Stage::Dedupe];
        let plan = Plan { stages, ..Plan::default() };
        pipeline.run(plan, |_| {}, CancellationToken::new()).await.unwrap();
    };
    import(1).await;
    import(2).await;
    let every = QueueFilter { folds_duplicates: false, ..QueueFilter::default() };
    let list = move |reading: &Reading<'_>| reading.list_queue(&every);
    let first = bench.store.read(list.clone()).await.unwrap();
    let [a, b] = first[..] else { panic!("two items came of two documents: {first:?}") };
    let fold = async |id| bench.store.read(move |reading| reading.load_fold(id)).await.unwrap();
    assert!(fold(a).await.lead.or(fold(b).await.lead).is_some(), "they are found alike");
    review::apart(&bench.store, a, b, who("ada")).await.unwrap();

    import(3).await;
    let newest = bench.store.read(list).await.unwrap();
    let c = *newest.iter().find(|id| ![a, b].contains(id)).unwrap();
    let (of_a, of_b, of_c) = (fold(a).await, fold(b).await, fold(c).await);
    assert!(!of_a.folded.contains(&b) && !of_b.folded.contains(&a));
    assert!(of_a.lead.is_none() || of_a.lead != of_b.lead, "both stand behind one");
    assert!(of_c.lead.is_some() || !of_c.folded.is_empty(), "the new one joined one of them");
    assert!(!(of_c.folded.contains(&a) && of_c.folded.contains(&b)), "it bridges them");
}

/// What may happen between merges; items by place.
#[derive(Debug, Clone)]
enum Act {
    Merge { lead: usize, member: usize, keeps: u8 },
    Edit { item: usize, field: u8, value: u8 },
    Tag { item: usize, tag: u8 },
    Judge { item: usize, verdict: u8 },
    TakeApart { item: usize },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..5usize, 0..5usize, 0..8u8)
            .prop_map(|(lead, member, keeps)| Act::Merge { lead, member, keeps }),
        2 => (0..5usize, 0..3u8, any::<u8>())
            .prop_map(|(item, field, value)| Act::Edit { item, field, value }),
        1 => (0..5usize, 0..4u8).prop_map(|(item, tag)| Act::Tag { item, tag }),
        1 => (0..5usize, 0..3u8).prop_map(|(item, verdict)| Act::Judge { item, verdict }),
        2 => (0..5usize).prop_map(|item| Act::TakeApart { item }),
    ]
}

/// Does it, or is refused with a reason; the store must not fail.
async fn carry_out(bench: &Bench, ids: &[AutomationId], act: &Act, name: &str) -> bool {
    let (store, by) = (&bench.store, who(name));
    let outcome = match *act {
        Act::Merge { lead, member, keeps } => {
            let of = Kept::Of(ids[member]);
            let fields = [Field::Title, Field::Description, Field::Problem];
            let mut keep: Vec<(Field, Kept)> = fields
                .into_iter()
                .enumerate()
                .filter(|(at, _)| keeps >> at & 1 == 1)
                .map(|(_, field)| (field, of))
                .collect();
            keep.push((Field::Tags, Kept::All));
            let members = vec![(ids[member], None)];
            review::merge_choosing(store, (ids[lead], None), members, keep, by).await
        }
        Act::Edit { item, field, value } => {
            let field = [Field::Title, Field::Description, Field::Problem][usize::from(field)];
            let revision = bench.item(ids[item]).await.revision;
            let values = vec![(field, json!(format!("value {value}")))];
            review::edit(store, Edit { id: ids[item], revision, values }, by).await
        }
        Act::Tag { item, tag } => {
            let add = vec![format!("tag-{tag}")];
            review::tag(store, vec![(ids[item], None)], add, vec![], by).await
        }
        Act::Judge { item, verdict } => {
            let verdict =
                [Verdict::Approve, reject(), Verdict::Reopen][usize::from(verdict)].clone();
            review::decide(store, vec![(ids[item], None)], verdict, by).await
        }
        Act::TakeApart { item } => review::take_apart(store, ids[item], by).await,
    };
    match outcome {
        Ok(_) => true,
        Err(ReviewError::Refused(_)) => false,
        Err(ReviewError::Store(error)) => panic!("{act:?}: {error}"),
    }
}

async fn five(bench: &Bench) -> Vec<AutomationId> {
    let mut ids = Vec::new();
    for number in 0..5 {
        let content = Content {
            title: format!("title {number}"),
            description: format!("description {number}"),
            tags: vec![format!("own-{number}"), "common".to_owned()],
            problem: (number % 2 == 0).then(|| format!("problem {number}")),
            ..Content::default()
        };
        let added = review::add(&bench.store, content, Location::default(), who("setup"));
        ids.push(added.await.unwrap().changed[0].id);
    }
    ids
}

type Stand = (Status, Option<AutomationId>, Option<String>, Content);

async fn stand(bench: &Bench, ids: &[AutomationId]) -> Vec<Stand> {
    let mut all = Vec::new();
    for id in ids {
        let item = bench.item(*id).await;
        all.push((item.status, item.merged_into, item.reason, item.content));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// One reviewer merges, edits, merges again and takes apart in any order; taken back one by one,
    /// every field and tag is where it was.
    #[test]
    fn merges_are_reversible_whatever_happens_between(acts in prop::collection::vec(act(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let ids = five(&bench).await;
            let begun = stand(&bench, &ids).await;
            for act in &acts {
                carry_out(&bench, &ids, act, "ada").await;
            }
            let mut asked = 0;
            while review::undo(&bench.store, None, who("ada")).await.is_ok() {
                asked += 1;
                assert!(asked < 100, "undo never comes to an end");
            }
            assert_eq!(stand(&bench, &ids).await, begun);
            bench.assert_sound().await;
        });
    }

    /// Merges of items that nobody else touched are taken apart in any order, each once; nothing of
    /// any merge is left, whichever item of it is named.
    #[test]
    fn merges_are_taken_apart_in_any_order(
        merges in prop::collection::vec((0..5usize, 0..5usize, 0..8u8), 1..8),
        order in prop::collection::vec(0..5usize, 24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let ids = five(&bench).await;
            let begun = stand(&bench, &ids).await;
            for &(lead, member, keeps) in &merges {
                carry_out(&bench, &ids, &Act::Merge { lead, member, keeps }, "ada").await;
            }
            // Who asks for an older merge first is refused with a reason and may ask again later.
            let rest = (0..5).cycle().take(25);
            for item in order.into_iter().chain(rest) {
                carry_out(&bench, &ids, &Act::TakeApart { item }, "bo").await;
            }
            assert_eq!(stand(&bench, &ids).await, begun);
            bench.assert_sound().await;
        });
    }

    /// What another reviewer did on top is never overwritten: an undo takes back what it can and says
    /// what it cannot.
    #[test]
    fn what_another_did_on_top_of_a_merge_stands(
        acts in prop::collection::vec((act(), any::<bool>()), 1..16)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let ids = five(&bench).await;
            for (act, is_ada) in &acts {
                carry_out(&bench, &ids, act, if *is_ada { "ada" } else { "bo" }).await;
            }
            for _ in 0..60 {
                let undone = review::undo(&bench.store, None, who("ada")).await;
                if matches!(undone, Err(ReviewError::Refused(Refusal::NothingTo(_)))) {
                    break;
                }
            }
            bench.assert_sound().await;
        });
    }
}
