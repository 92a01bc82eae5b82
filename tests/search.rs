//! The index on disk: following, finding, filtering, and surviving damage.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use jiff::Timestamp;
use reservoir::embed::Model;
use reservoir::model::{
    AutomationId, DocumentKind, FacetField, SearchAnswer, SearchMode, SearchQuery, Status,
};
use reservoir::search::{
    Change, Index, Indexable, SearchError, Searcher, Standing, StorePosition, Vectors,
};
use rstest::rstest;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

fn item(id: i64, title: &str, description: &str) -> Indexable {
    Indexable {
        title: title.to_owned(),
        description: description.to_owned(),
        vector: Model::shared().encode(&format!("{title}. {description}")),
        ..Indexable::empty(AutomationId(id), Timestamp::from_second(1_700_000_000 + id).unwrap())
    }
}

fn catalogue() -> Vec<Indexable> {
    let strings = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let mut items = vec![
        item(1, "No-show rescue for clinics", "Texts patients who missed a visit with Twilio"),
        item(2, "Invoice chaser", "Reminds customers of unpaid invoices politely"),
        item(3, "Voicemail to CRM note", "Transcribes voicemails and files a follow-up task"),
        item(4, "Weekly review replies", "Drafts answers to reviews with gpt-4o-mini"),
        item(5, "Overdue bills by letter", "Sends dunning letters for late payments"),
        item(6, "自动化 发票", "Rechnungen für Café Müller prüfen"),
    ];
    items[0].tools = strings(&["Twilio", "Google Calendar"]);
    items[0].industries = strings(&["Dental"]);
    items[1].tools = strings(&["Stripe", "Slack"]);
    items[1].functions = strings(&["Invoicing"]);
    items[1].tags = strings(&["money"]);
    items[1].kind = Some(DocumentKind::Post);
    items[1].source = Some("reddit-hvac".to_owned());
    items[1].origin = Some("r/hvac".to_owned());
    items[2].status = Status::Approved;
    items[2].tools = strings(&["HubSpot", "Slack"]);
    items[4].status = Status::Rejected;
    items
}

struct Bench {
    folder: TempDir,
    vectors: Arc<Vectors>,
    searcher: Searcher,
}

fn position(seq: i64) -> StorePosition {
    StorePosition { store_id: "store-a".to_owned(), seq }
}

fn fill(root: &Path, vectors: &Vectors, items: Vec<Indexable>) -> Index {
    let index = Index::open(root).unwrap();
    let mut writer = index.writer().unwrap();
    let changes: Vec<_> = items.into_iter().map(|i| Change::Upsert(Box::new(i))).collect();
    writer.apply(&changes).unwrap();
    vectors.apply(&changes);
    writer.commit(&position(changes.len() as i64)).unwrap();
    writer.close().unwrap();
    index
}

fn bench() -> Bench {
    let folder = TempDir::new().unwrap();
    let vectors = Arc::new(Vectors::default());
    let index = fill(folder.path(), &vectors, catalogue());
    let searcher = index.searcher(vectors.clone()).unwrap();
    Bench { folder, vectors, searcher }
}

fn ask(text: &str, mode: SearchMode) -> SearchQuery {
    SearchQuery { mode, ..SearchQuery::new(text, 10) }
}

fn ids(answer: &SearchAnswer) -> Vec<i64> {
    answer.hits.iter().map(|hit| hit.id.0).collect()
}

#[rstest]
#[case::word("invoices", &[2])]
#[case::stem("reminding customer", &[2])]
#[case::prefix("voicem", &[3])]
#[case::prefix_of_a_stem("remin", &[2])]
#[case::slip("invioce", &[2])]
#[case::two_slips("transcrabis", &[3])]
#[case::too_short_for_slips("twi0", &[])]
#[case::phrase("\"unpaid invoices\"", &[2])]
#[case::phrase_out_of_order("\"invoices unpaid\"", &[])]
#[case::without("politely -stripe", &[])]
#[case::accent("muller", &[6])]
#[case::ideographs("发票", &[6])]
#[case::only_stop_words("of with", &[1, 2, 4])]
#[case::tool("tool:slack", &[3, 2])]
#[case::tool_of_two_words("tool:\"google calendar\"", &[1])]
#[case::tool_and_word("tool:slack follow", &[3])]
#[case::not_tool("tool:slack -tool:stripe", &[3])]
#[case::industry("industry:dental", &[1])]
#[case::function("function:invoicing", &[2])]
#[case::tag("tag:money", &[2])]
#[case::kind("kind:post", &[2])]
#[case::source("source:reddit-hvac", &[2])]
#[case::origin("source:r/hvac", &[2])]
#[case::status("status:approved", &[3])]
#[case::status_beyond_the_usual("status:rejected", &[5])]
#[case::nothing_like_it("zzzzqqqq", &[])]
#[case::everything("", &[6, 4, 3, 2, 1])]
fn words_find_what_they_say(#[case] text: &str, #[case] expected: &[i64]) {
    let answer = bench().searcher.search(&ask(text, SearchMode::Text)).unwrap();
    let mut found = ids(&answer);
    if !text.is_empty() && !text.contains(':') {
        found.sort_unstable();
    }
    assert_eq!(found, expected, "{text}");
    assert_eq!(answer.total, expected.len() as u64);
}

#[test]
fn the_nearest_among_some_are_found_down_to_a_least() {
    let bench = bench();
    let all: Vec<AutomationId> = (1..=6).map(AutomationId).collect();
    let near = |among: &[AutomationId], least, most| {
        bench.vectors.nearest_among(AutomationId(2), among, least, most)
    };
    let ordered = near(&all, -1.0, 10).unwrap();
    assert_eq!(ordered.len(), 5, "all but the item itself: {ordered:?}");
    assert_eq!(near(&all, -1.0, 2).unwrap(), ordered[..2]);
    assert_eq!(near(&ordered[3..], -1.0, 10).unwrap(), ordered[3..]);
    assert!(near(&all, 1.1, 10).unwrap().is_empty());
    assert_eq!(bench.vectors.nearest_among(AutomationId(99), &all, 0.0, 10), None);
}

#[rstest]
#[case::title("weekly REVIEW replies", 4)]
#[case::identifier("gpt-4o-mini", 4)]
#[case::id("#3", 3)]
fn what_is_named_to_the_letter_comes_first(#[case] text: &str, #[case] expected: i64) {
    for mode in [SearchMode::Text, SearchMode::Hybrid] {
        let answer = bench().searcher.search(&ask(text, mode)).unwrap();
        assert_eq!(answer.hits[0].id.0, expected);
        assert!(answer.hits[0].parts.is_exact);
    }
}

#[test]
fn meaning_finds_what_no_word_says_and_keeps_to_the_filters() {
    let bench = bench();
    let mut query = ask("late payments", SearchMode::Hybrid);
    let answer = bench.searcher.search(&query).unwrap();
    assert!(!ids(&answer).contains(&5), "rejected items stay out");
    assert_eq!(answer.total, 0, "no word matches under the filters");
    assert_eq!(answer.hits[0].id.0, 2);
    assert_eq!(answer.hits[0].parts.words, 0.0);
    assert!(answer.hits[0].parts.meaning > 0.0);
    query.statuses.clear();
    assert_eq!(ids(&bench.searcher.search(&query).unwrap())[0], 5);
    query.filters = vec![(FacetField::Tool, "Slack".to_owned())];
    let mut found = ids(&bench.searcher.search(&query).unwrap());
    found.sort_unstable();
    assert_eq!(found, [2, 3]);
}

#[test]
fn facets_count_what_words_and_filters_match() {
    let mut query = ask("", SearchMode::Hybrid);
    query.with_facets = true;
    let answer = bench().searcher.search(&query).unwrap();
    let count = |field, value: &str| {
        let found = answer.facets.iter().find(|f| f.field == field && f.value == value);
        found.map_or(0, |f| f.count)
    };
    assert_eq!(count(FacetField::Tool, "Slack"), 2);
    assert_eq!(count(FacetField::Status, "inbox"), 4);
    assert_eq!(count(FacetField::Status, "rejected"), 0);
    assert_eq!(count(FacetField::Week, "2023-W46"), answer.total);
    let tools: Vec<_> = answer.facets.iter().filter(|f| f.field == FacetField::Tool).collect();
    assert_eq!((tools[0].value.as_str(), tools.len()), ("Slack", 5));
}

#[test]
fn a_search_sees_what_another_writer_committed() {
    let bench = bench();
    let index = Index::open(bench.folder.path()).unwrap();
    let mut writer = index.writer().unwrap();
    assert_eq!(writer.standing("store-a"), Standing::At(6));
    assert!(matches!(writer.standing("store-b"), Standing::NeedsRebuild(_)));
    let renamed = item(2, "Dunning machine", "Asks for money");
    let changes = [Change::Upsert(Box::new(renamed)), Change::Delete(AutomationId(3))];
    writer.apply(&changes).unwrap();
    bench.vectors.apply(&changes);
    assert_eq!(ids(&bench.searcher.search(&ask("invoice", SearchMode::Text)).unwrap()), [2]);
    writer.commit(&position(8)).unwrap();
    assert_eq!(ids(&bench.searcher.search(&ask("invoice", SearchMode::Text)).unwrap()), [0; 0]);
    assert_eq!(ids(&bench.searcher.search(&ask("dunning", SearchMode::Text)).unwrap()), [2]);
    assert_eq!(ids(&bench.searcher.search(&ask("voicemail", SearchMode::Text)).unwrap()), [0; 0]);
    assert_eq!(bench.searcher.position(), Some(position(8)));
    // Replaying the same changes, as after a crash, changes nothing.
    writer.apply(&changes).unwrap();
    writer.commit(&position(8)).unwrap();
    bench.searcher.reload().unwrap();
    assert_eq!(bench.searcher.len(), 5);
}

#[test]
fn a_second_writer_is_told_that_the_index_is_busy() {
    let bench = bench();
    let index = Index::open(bench.folder.path()).unwrap();
    let held = index.writer().unwrap();
    assert!(matches!(index.writer(), Err(SearchError::Busy { .. })));
    drop(held);
    assert!(index.writer().is_ok());
}

#[test]
fn a_cleared_index_is_filled_anew_when_the_store_is_another() {
    let bench = bench();
    let index = Index::open(bench.folder.path()).unwrap();
    let mut writer = index.writer().unwrap();
    writer.clear().unwrap();
    writer.apply(&[Change::Upsert(Box::new(item(7, "Another store", "")))]).unwrap();
    let other = StorePosition { store_id: "store-b".to_owned(), seq: 1 };
    writer.commit(&other).unwrap();
    assert_eq!(ids(&bench.searcher.search(&ask("", SearchMode::Text)).unwrap()), [7]);
    assert_eq!(writer.standing("store-b"), Standing::At(1));
}

#[test]
fn uncommitted_changes_are_gone_when_the_writer_dies() {
    let bench = bench();
    let index = Index::open(bench.folder.path()).unwrap();
    let mut writer = index.writer().unwrap();
    writer.apply(&[Change::Delete(AutomationId(2))]).unwrap();
    drop(writer);
    let writer = index.writer().unwrap();
    assert_eq!(writer.standing("store-a"), Standing::At(6));
    drop(writer);
    assert_eq!(ids(&bench.searcher.search(&ask("invoice", SearchMode::Text)).unwrap()), [2]);
}

/// A small generator, so that each run damages the same way.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries.filter(|p| p.is_file()).collect();
    files.sort();
    files
}

#[test]
fn a_damaged_index_is_set_aside_and_filled_again_whatever_the_damage() {
    let mut random = 42;
    for round in 0..60 {
        let bench = bench();
        let folder = Index::open(bench.folder.path()).unwrap().folder().to_owned();
        let files = files(&folder);
        let victim = &files[next(&mut random) % files.len()];
        let bytes = std::fs::read(victim).unwrap();
        match round % 3 {
            0 => std::fs::remove_file(victim).unwrap(),
            1 => std::fs::write(victim, &bytes[..bytes.len() / 2]).unwrap(),
            _ => std::fs::write(victim, vec![0xa5; bytes.len().max(16)]).unwrap(),
        }
        let mut index = Index::open(bench.folder.path()).unwrap();
        if let Err(error) = index.verify() {
            index.reset(&error.to_string()).unwrap();
        }
        let mut writer = index.writer().unwrap();
        if writer.standing("store-a") != Standing::At(6) {
            let all: Vec<_> =
                catalogue().into_iter().map(|i| Change::Upsert(Box::new(i))).collect();
            writer.clear().unwrap();
            writer.apply(&all).unwrap();
            writer.commit(&position(6)).unwrap();
        }
        let searcher = index.searcher(bench.vectors.clone()).unwrap();
        let answer = searcher.search(&ask("invoice", SearchMode::Text)).unwrap();
        assert_eq!(ids(&answer), [2], "round {round}: {}", victim.display());
    }
}

#[test]
fn flipped_bytes_end_in_an_answer_or_an_error_and_never_in_a_panic() {
    let mut random = 7;
    for _ in 0..40 {
        let bench = bench();
        let index = Index::open(bench.folder.path()).unwrap();
        for file in files(index.folder()) {
            let mut bytes = std::fs::read(&file).unwrap();
            if file.extension().is_some_and(|e| e != "json") && !bytes.is_empty() {
                let at = next(&mut random) % bytes.len();
                bytes[at] ^= 0x55;
                std::fs::write(&file, bytes).unwrap();
            }
        }
        assert!(index.verify().is_err());
        if let Ok(searcher) = index.searcher(bench.vectors.clone()) {
            for text in ["invoice", "", "tool:slack", "\"unpaid invoices\"", "remin"] {
                // Either will do; what must not happen is a panic that reaches here.
                let _ = searcher.search(&ask(text, SearchMode::Hybrid));
            }
        }
    }
}

#[test]
fn any_query_is_answered() {
    let bench = bench();
    for text in ["\"", "-", "--", ":", "tool:", "-tool:", "\u{202e}", "a\0b", "((", "*", "#", "#x"]
    {
        for mode in SearchMode::ALL {
            assert!(bench.searcher.search(&ask(text, *mode)).is_ok(), "{text:?}");
        }
    }
    let long = "word ".repeat(20_000);
    assert!(bench.searcher.search(&ask(&long, SearchMode::Hybrid)).is_ok());
}

#[test]
fn a_longer_page_begins_with_the_shorter_one() {
    let bench = bench();
    let mut query = ask("reminds customers of visits", SearchMode::Hybrid);
    let all = ids(&bench.searcher.search(&query).unwrap());
    query.limit = 2;
    assert_eq!(ids(&bench.searcher.search(&query).unwrap()), all[..2]);
    query.limit = 0;
    assert!(bench.searcher.search(&query).unwrap().hits.is_empty());
}
