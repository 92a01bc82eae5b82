//! What keys do in popups, prompts and the form.

use crate::bench::Bench;
use reservoir::model::{Field, Status};
use reservoir::tui::*;

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

#[test]
fn the_palette_finds_and_runs() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys(": 'approve' enter").shows("✓ No-show rescue");
    bench.keys("ctrl-p 'order newest' enter").shows("order: newest first");
    bench.keys(": 'theme light' enter").shows("theme: light");
    bench.keys(": 'zzzz' enter").shows("nothing is called that");
    bench.keys("esc").lacks("nothing is called that");
    bench.keys(": 'pipeline' enter").shows("Nothing has run yet");
}

#[test]
fn themes_show_while_they_are_chosen() {
    let mut bench = Bench::new(WIDE, 30);
    let before = bench.style_of("No-show");
    bench.keys("g t down down");
    assert_ne!(bench.style_of("Invoice chaser"), before);
    bench.keys("esc");
    assert_eq!(bench.style_of("No-show"), before);
}

#[test]
fn help_is_searched_by_name_and_by_key() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("?").shows("keys here").shows("Approve into the Library");
    bench.keys("'markdown'").shows("Copy the item as Markdown").lacks("Approve into the Library");
    bench.keys("esc ? 'ctrl-d'");
    let screen = bench.screen();
    let first = screen.lines().find(|line| line.contains("ctrl-d") && line.contains("Move down"));
    assert!(first.is_some(), "{screen}");
    bench.keys("esc ? 'O' enter").shows("order: most uncertain first");
}

#[test]
fn tags_are_toggled_found_and_made() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("t").shows("✓ reactivation").shows("  quick-win");
    bench.keys("'quick' enter").shows("tags of 1 item set");
    let tags = &bench.fake.items[0].automation.content.tags;
    assert!(tags.contains(&"quick-win".to_owned()), "{tags:?}");
    bench.keys("t 'Dental' down enter");
    bench.keys("j t 'No Show'").shows("+ new tag “no-show”");
    bench.keys("esc");
    bench.keys("k t space enter").shows("tags of 1 item set");
}

#[test]
fn the_form_saves_what_was_changed_and_keeps_a_draft_of_the_rest() {
    let mut bench = Bench::new(WIDE, 30);
    bench
        .keys("e")
        .shows("edit #1")
        .shows("trigger kind")
        .shows("book the slot and confirm | Calendly");
    bench.keys("' now' tab 'x' esc").shows("kept as a draft");
    assert_eq!(bench.state.session().drafts.len(), 1);
    bench.keys("e").shows("this is your draft").shows("dental clinics now");
    bench.keys("ctrl-s").shows("changes saved");
    let title = &bench.fake.items[0].automation.content.title;
    assert_eq!(title, "No-show rescue for dental clinics now");
    let edits = bench.commands.iter().find_map(|command| match command {
        Command::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    });
    let fields: Vec<Field> = edits.unwrap().values.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, [Field::Title, Field::Description]);
    assert!(bench.state.session().drafts.is_empty());
    bench.keys("e 'z' ctrl-q").shows("draft thrown away");
    assert!(bench.state.session().drafts.is_empty());
}

#[test]
fn the_form_says_what_cannot_be_saved() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("e ctrl-u ctrl-s").shows("not saved: a title cannot be empty").shows("edit #1");
    bench.keys("'T' tab tab ctrl-u 'weekly' ctrl-s").shows("`weekly` is no kind of trigger");
}

#[test]
fn a_draft_survives_a_restart_while_the_form_is_open() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("e ' half typed'");
    let session = bench.state.session();
    let fake = crate::fake::Fake::new(30);
    let mut again = Bench::with(crate::bench::settings(WIDE, false), Some(session), fake);
    again.keys("e").shows("clinics half typed");
}

#[test]
fn the_editor_gets_the_fields_and_what_comes_back_is_saved() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("E");
    let (id, revision, text) = bench
        .commands
        .iter()
        .find_map(|command| match command {
            Command::EditInEditor { id, revision, text } => Some((*id, *revision, text.clone())),
            _ => None,
        })
        .unwrap();
    assert!(text.contains("title = \"No-show rescue"), "{text}");
    let edited =
        |text: String| Event::Loaded(Box::new(Loaded::Edited { id, revision, text: Some(text) }));
    bench.send(edited(text.clone()));
    bench.shows("nothing was changed");
    bench.send(edited(text.replace("title = ", "title == ")));
    bench.shows("not saved: line ");
    bench.send(edited(text.replace("No-show rescue", "Missed-visit rescue")));
    assert!(bench.fake.items[0].automation.content.title.starts_with("Missed-visit"));
}

#[test]
fn look_alikes_are_merged_or_kept_apart() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("m").shows("look-alikes").shows("Contract renewal radar");
    bench.keys("x").lacks("  Contract renewal radar with owner digest 📅  template");
    assert_eq!(bench.asked(|c| matches!(c, Command::Apart { .. })), 1);
    bench.keys("m").shows("1 item merged");
    assert_eq!(bench.fake.status(9), Status::Merged);
}

#[test]
fn marked_items_are_merged_into_the_one_under_the_cursor() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("space space m").shows("Merge 2 items into “Voicemail to CRM note");
    bench.keys("y").shows("2 items merged");
    assert_eq!((bench.fake.status(1), bench.fake.status(3)), (Status::Merged, Status::Inbox));
}

#[test]
fn messages_keep_what_was_told() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("z M");
    bench.wait(20_000);
    bench.lacks("does nothing here");
    bench.keys("g m").shows("messages").shows("`z` does nothing here").shows("the mouse is the");
    bench.keys("q").lacks("newest first");
}

#[test]
fn history_tells_who_decided() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("H").shows("nobody decided on this item yet");
    bench.keys("esc").lacks("history");
}

#[test]
fn pasting_goes_into_prompts_only_and_is_made_safe() {
    let mut bench = Bench::new(SMALL, 30);
    bench.send(Event::Paste("aaaa".to_owned()));
    assert_eq!(bench.asked(|c| matches!(c, Command::Decide { .. })), 0);
    bench.shows("pasting goes into prompts and forms only");
    bench.keys("/");
    bench.send(Event::Paste("invoice\u{1b}[2J\nchaser".to_owned()));
    bench.shows("filter invoice chaser");
}

#[test]
fn hostile_text_never_reaches_the_screen() {
    let mut fake = crate::fake::Fake::new(3);
    let hostile =
        "evil\u{1b}[31m\u{202e}title\u{7}\u{200b} e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";
    let view = &mut fake.items[0];
    view.automation.content.title = hostile.to_owned();
    view.automation.content.tags = vec![hostile.to_owned()];
    if let Some(document) = &mut view.document {
        document.readable = format!("{hostile} {}", document.readable);
        document.origin = Some(hostile.to_owned());
    }
    let mut bench = Bench::with(crate::bench::settings(WIDE, false), None, fake);
    for keys in ["n", "t", "esc e", "esc m", "H"] {
        let screen = bench.keys(keys).screen();
        let bad = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c);
        assert!(!screen.contains(bad), "{screen:?}");
        assert!(!screen.contains(&"\u{301}".repeat(5)));
    }
}
