//! What the finder of duplicates holds to, whatever it is given.

use proptest::prelude::*;
use reservoir::dedupe::{Item, find};
use reservoir::model::{AutomationId, DuplicatePair, DuplicateVerdict};

fn item(id: i64, title: &str, text: &str, structure: &[&str]) -> Item {
    Item {
        id: AutomationId(id),
        title: title.to_owned(),
        text: text.to_owned(),
        structure: structure.iter().map(|s| (*s).to_owned()).collect(),
        url: None,
        vector: None,
    }
}

fn all(items: &[Item]) -> Vec<DuplicatePair> {
    find(items, &|_| true)
}

const CHASER: &[&str] = &[
    "Every weekday scheduleTrigger",
    "Find unpaid invoices stripe",
    "Overdue by a week? if",
    "Write a polite reminder agent",
    "Send reminder gmail",
    "Log reminder googleSheets",
];

#[test]
fn a_copy_is_the_same_when_only_its_title_was_lost() {
    let text = "Looks for unpaid invoices each weekday and sends a polite reminder by mail.";
    let items = [
        item(1, "Invoice chaser with polite escalation", text, CHASER),
        item(2, "Stripe workflow", "", CHASER),
        item(
            3,
            "Voicemail to note",
            "Transcribes voicemails into the CRM.",
            &["New voicemail webhook", "Transcribe openAi", "Create note hubspot"],
        ),
    ];
    let pairs = all(&items);
    assert_eq!(pairs.len(), 1);
    assert_eq!((pairs[0].a.0, pairs[0].b.0), (1, 2));
    assert_eq!(pairs[0].verdict, DuplicateVerdict::Same);
}

#[test]
fn templates_stay_apart_when_they_differ_in_a_tool() {
    let with = |tool: &str, id| {
        let sends = format!("Send message {tool}");
        let mut structure = CHASER.to_vec();
        structure[4] = &sends;
        let title = format!("Chase unpaid invoices with {tool}");
        let text =
            format!("Reminds customers through {tool}, in your own words. Set up {tool} first.");
        item(id, &title, &text, &structure)
    };
    let pairs = all(&[with("Slack", 1), with("Telegram", 2)]);
    assert!(pairs.iter().all(|pair| pair.verdict != DuplicateVerdict::Same), "{pairs:?}");
}

#[test]
fn one_address_is_one_thing_whatever_it_is_called() {
    let mut items = [item(1, "A", "one text", &[]), item(2, "B", "quite another", &[])];
    items[0].url = Some("https://www.n8n.io/workflows/29/?utm_source=x#top".to_owned());
    items[1].url = Some("http://n8n.io/workflows/29".to_owned());
    assert_eq!(all(&items)[0].verdict, DuplicateVerdict::Same);
    items[1].url = Some("https://n8n.io/workflows/30".to_owned());
    assert_eq!(all(&items), []);
}

#[test]
fn nothing_is_the_same_when_only_a_stock_title_is() {
    let items: Vec<Item> = (0..20)
        .map(|id| item(id, "My workflow", "", &[&format!("step{id} tool{id} other{id}")]))
        .collect();
    assert!(all(&items).iter().all(|pair| pair.verdict != DuplicateVerdict::Same));
}

#[test]
fn old_pairs_are_not_told_again_when_only_one_item_is_new() {
    let text = "Looks for unpaid invoices each weekday and sends a polite reminder by mail.";
    let items: Vec<Item> =
        (1..=3).map(|id| item(id, "Invoice chaser, polite", text, CHASER)).collect();
    assert_eq!(all(&items).len(), 3);
    let pairs = find(&items, &|id| id.0 == 2);
    assert_eq!(pairs.iter().map(|p| (p.a.0, p.b.0)).collect::<Vec<_>>(), [(1, 2), (2, 3)]);
}

fn any_item() -> impl Strategy<Value = Item> {
    let word =
        || prop::sample::select(vec!["invoice", "slack", "lead", "crm", "mail", "weekly", ""]);
    let words = move |most| {
        prop::collection::vec(word(), 0..most).prop_map(|words: Vec<&str>| words.join(" "))
    };
    let url = prop::option::of(prop::sample::select(vec!["https://a.io/1", "https://a.io/2", "x"]));
    (0i64..30, words(5), words(9), prop::collection::vec(words(3), 0..4), url).prop_map(
        |(id, title, text, structure, url)| Item {
            id: AutomationId(id),
            title,
            text,
            structure,
            url: url.map(str::to_owned),
            vector: None,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pairs_are_ordered_unique_and_in_bounds(items in prop::collection::vec(any_item(), 0..25)) {
        let pairs = all(&items);
        prop_assert!(pairs.iter().all(|p| p.a < p.b && (0.0..=1.0).contains(&p.p)));
        prop_assert!(pairs.windows(2).all(|w| (w[0].a, w[0].b) < (w[1].a, w[1].b)));
        prop_assert_eq!(&pairs, &all(&items));
    }

    #[test]
    fn the_order_of_items_makes_no_difference(
        items in prop::collection::vec(any_item(), 0..25), seed in any::<u64>()
    ) {
        let mut unique = items;
        unique.sort_by_key(|item| item.id);
        unique.dedup_by_key(|item| item.id);
        let mut shuffled = unique.clone();
        shuffled.sort_by_key(|item| (item.id.0 as u64).wrapping_mul(seed | 1));
        prop_assert_eq!(all(&unique), all(&shuffled));
    }
}
