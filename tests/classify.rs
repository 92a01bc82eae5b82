//! The shipped classifier on texts in the sources' manner, and learning anew.

use reservoir::extract::classify::{self, Classifier, Example, Taxonomy};
use reservoir::model::TriggerKind;
use rstest::rstest;

#[rstest]
#[case::invoices(
    "Chase unpaid invoices from Xero with polite reminders",
    "Every morning the workflow looks up overdue invoices in Xero and e-mails a payment reminder.",
    "Invoices and expenses",
    TriggerKind::Schedule
)]
#[case::assistant(
    "Telegram AI chatbot with memory",
    "The trigger is a new Telegram message. An AI agent answers the chat and remembers.",
    "AI assistants",
    TriggerKind::Message
)]
#[case::leads(
    "Scrape Google Maps for leads and enrich them",
    "Submit the form with a city and a trade: prospects' contacts are scraped and stored as leads.",
    "Lead generation",
    TriggerKind::Form
)]
fn function_and_trigger_are_named_when_the_text_tells(
    #[case] title: &str,
    #[case] text: &str,
    #[case] function: &str,
    #[case] trigger: TriggerKind,
) {
    let found = Classifier::shared().classify(title, text);
    assert_eq!(found.functions[0].label, function, "{:?}", &found.functions[..3]);
    assert_eq!(found.triggers[0].0, trigger, "{:?}", &found.triggers[..3]);
}

#[test]
fn lists_are_sorted_probabilities_when_anything_is_classified() {
    for (title, text) in [("", ""), ("漢字", "\u{202e}\u{1b}[31m"), ("a", &"word ".repeat(50_000))]
    {
        let found = Classifier::shared().classify(title, text);
        assert_eq!(found.functions.len(), Taxonomy::shared().functions.len());
        assert_eq!(found.triggers.len(), TriggerKind::ALL.len());
        assert!(found.functions.is_sorted_by(|a, b| a.p >= b.p));
        assert!(found.triggers.is_sorted_by(|a, b| a.1 >= b.1));
        assert!(found.functions.iter().all(|scored| (0.0..=1.0).contains(&scored.p)));
    }
}

#[rstest]
#[case::dental(
    "No-show rescue for dental clinics",
    "Texts patients who missed a visit.",
    Some("Dental")
)]
#[case::place(
    "Quote follow-up",
    "Seen on r/hvac: the office texts every homeowner.",
    Some("Home services")
)]
#[case::none("Sync two spreadsheets", "Rows that changed are copied once an hour.", None)]
#[case::part_of_a_word("Spare parts", "The spatula and the spam filter.", None)]
fn an_industry_is_named_when_words_speak_for_it(
    #[case] title: &str,
    #[case] text: &str,
    #[case] wanted: Option<&str>,
) {
    let found = Classifier::shared().industries(title, text);
    assert_eq!(found.first().map(|scored| scored.label.as_str()), wanted, "{found:?}");
}

#[test]
fn a_users_function_is_judged_by_its_keywords_when_never_learnt() {
    let mut taxonomy = Taxonomy::shared().clone();
    let text = "[[function]]\nname = \"Fleet care\"\ndescription = \"Keeps vans running.\"\n\
                keywords = [\"oil change\", \"van\", \"mileage\"]\n";
    taxonomy.extend(text).expect("sound");
    let classifier = Classifier::with_taxonomy(&taxonomy).expect("whole");
    let text = "When a van passes the mileage, an oil change is booked. Fleet care for every van.";
    let functions = classifier.functions("Fleet care for the van", text);
    let found = functions.iter().find(|scored| scored.label == "Fleet care");
    assert!(found.is_some_and(|scored| scored.p > 0.3), "{found:?}");
}

#[test]
fn the_same_bytes_come_out_when_learning_twice() {
    let example = |at: usize| {
        let (title, category, node) = match at % 2 {
            0 => ("Remind debtors of invoices", "Invoice Processing", "x.scheduleTrigger"),
            _ => ("Answer chat questions", "AI Chatbot", "x.telegramTrigger"),
        };
        Example {
            title: title.into(),
            text: format!("{title}, way {at}."),
            categories: vec![category.into()],
            node_types: vec![node.into()],
            published: format!("2025-01-{:02}T00:00:00Z", at + 1),
        }
    };
    let examples: Vec<Example> = (0..10).map(example).collect();
    let backwards: Vec<Example> = examples.iter().rev().cloned().collect();
    let learn =
        |of: &[Example]| classify::train(of, Taxonomy::shared(), &|_, _| ()).expect("weights");
    let bytes = learn(&examples);
    assert_eq!(bytes, learn(&backwards));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("classifier.bin");
    std::fs::write(&path, &bytes).expect("written");
    let classifier = Classifier::load(&path).expect("whole");
    assert_eq!(classifier.functions(&examples[0].title, "")[0].label, "Invoices and expenses");
    std::fs::write(&path, &bytes[..bytes.len() - 1]).expect("written");
    assert!(Classifier::load(&path).is_err());
}
