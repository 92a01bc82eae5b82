//! What keys do in popups, prompts and the form.

use crate::bench::Bench;
use reservoir::model::{AutomationId, Field, Status};
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
fn the_palette_shows_a_theme_while_it_is_chosen_too() {
    let mut bench = Bench::new(WIDE, 30);
    let before = bench.style_of("1 Inbox");
    bench.keys(": 'theme light'").keys("down up");
    assert_ne!(bench.style_of("1 Inbox"), before);
    bench.keys("esc");
    assert_eq!(bench.style_of("1 Inbox"), before);
}

fn looks(keymap: Option<&str>, problems: &[&str]) -> NewLooks {
    let depth = reservoir::settings::ColorDepth::True;
    let theme = |name| reservoir::settings::load_theme(name, None, depth).unwrap();
    NewLooks {
        keymap: keymap.map(|name| reservoir::settings::load_keymap(name, None).unwrap()),
        themes: vec![theme("light"), theme("high-contrast")],
        kept: vec!["dark".to_owned()],
        theme: "dark".to_owned(),
        problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
    }
}

#[test]
fn keys_and_colours_change_while_one_works() {
    let mut bench = Bench::new(WIDE, 30);
    let before = bench.style_of("No-show");
    bench.keys("alt-x").shows("`alt-x` does nothing here").keys("g t");
    bench.send(Event::Loaded(Box::new(Loaded::Looks(Box::new(looks(Some("emacs"), &[]))))));
    bench.shows("keys and colours read again").lacks("themes  ").keys("alt-x").shows("palette");
    bench.keys("esc");
    assert_eq!(bench.style_of("No-show"), before, "a bad theme file keeps the last good one");
    let mut chosen = looks(None, &[]);
    chosen.theme = "light".to_owned();
    bench.send(Event::Loaded(Box::new(Loaded::Looks(Box::new(chosen)))));
    assert_ne!(bench.style_of("No-show"), before, "the config names another now");
}

#[test]
fn a_bad_settings_file_shows_a_banner_until_it_is_mended() {
    let mut bench = Bench::new(SMALL, 30);
    let bad = "keymaps/mine.toml:3:1: no action `item.fly`";
    bench.send(Event::Loaded(Box::new(Loaded::Looks(Box::new(looks(None, &[bad]))))));
    bench.wait(20_000);
    bench.shows("! keymaps/mine.toml:3:1").keys("j a").shows("✓ Invoice chaser");
    bench.send(Event::Loaded(Box::new(Loaded::Looks(Box::new(looks(Some("vim"), &[]))))));
    bench.shows("good again").lacks("mine.toml:3:1: no action").shows("a approve");
}

#[test]
fn steps_are_moved_opened_and_dropped_as_a_list() {
    let mut bench = Bench::new(WIDE, 30);
    let steps = |bench: &Bench| -> Vec<String> {
        let content = &bench.fake.items[0].automation.content;
        content.steps.iter().map(|step| step.text.clone()).collect()
    };
    let before = steps(&bench);
    bench.keys("e alt-up").shows("only steps and texts have lines");
    bench.keys("tab tab tab tab tab alt-up ctrl-s").shows("changes saved");
    let mut wanted = before.clone();
    let last = wanted.len() - 1;
    wanted.swap(last, last - 1);
    assert_eq!(steps(&bench), wanted);
    bench.keys("e tab tab tab tab tab alt-x alt-o 'tell the owner' ctrl-s");
    wanted.truncate(last);
    wanted.push("tell the owner".to_owned());
    assert_eq!(steps(&bench), wanted);
    let steps = &bench.fake.items[0].automation.content.steps;
    assert_eq!(steps[last].follows, [last as u16 - 1]);
}

#[test]
fn tags_of_items_like_this_one_are_offered_first() {
    let mut bench = Bench::new(WIDE, 30);
    let screen = bench.keys("t").screen();
    let line = |tag| screen.lines().position(|line| line.contains(tag)).expect(tag);
    assert!(line("✓ sms") < line("quick-win") || line("✓ reactivation") < line("quick-win"));
    let all: Vec<usize> = ["quick-win", "later"].map(line).into();
    assert!(all.is_sorted(), "{screen}");
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
    let failure = None;
    let edited = |text: String| {
        let (text, failure) = (Some(text), failure.clone());
        Event::Loaded(Box::new(Loaded::Edited { id, revision, text, failure }))
    };
    bench.send(edited(text.clone()));
    bench.shows("nothing was changed");
    bench.send(edited(text.replace("No-show rescue", "Missed-visit rescue")));
    assert!(bench.fake.items[0].automation.content.title.starts_with("Missed-visit"));
    assert!(bench.state.session().drafts.is_empty());
}

fn sheets(bench: &Bench) -> Vec<String> {
    let sheet = |command: &Command| match command {
        Command::EditInEditor { text, .. } => Some(text.clone()),
        _ => None,
    };
    bench.commands.iter().filter_map(sheet).collect()
}

fn came_back(text: String, failure: Option<&str>) -> Event {
    Event::Loaded(Box::new(Loaded::Edited {
        id: AutomationId(1),
        revision: 1,
        text: Some(text),
        failure: failure.map(str::to_owned),
    }))
}

#[test]
fn a_sheet_with_an_error_is_offered_again_with_the_error_at_its_line() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("E");
    let text = sheets(&bench).remove(0).replace("title = ", "title == ");
    bench.send(came_back(text, None));
    bench.shows("not saved").shows("Edit it again?").keys("y");
    let again = sheets(&bench).remove(1);
    let wrong = again.lines().position(|line| line.starts_with("title == ")).unwrap();
    let note = again.lines().nth(wrong - 1).unwrap();
    assert!(note.starts_with("#! Not saved, the next line: "), "{again}");
    // Left alone, it is a draft: not lost, not replaced by the item as it is.
    bench.send(came_back(again, None));
    bench.keys("n");
    assert!(bench.state.session().drafts[&1].contains("title == "));
    bench.keys("e").shows("your draft cannot be read").lacks("edit #1");
    assert!(bench.state.session().drafts[&1].contains("title == "));
    let mended = sheets(&bench).remove(1).replace("title == \"No", "title = \"Oh no");
    bench.send(came_back(mended, None));
    assert!(bench.fake.items[0].automation.content.title.starts_with("Oh no"));
    assert!(bench.state.session().drafts.is_empty());
}

#[test]
fn what_an_editor_that_fails_has_written_is_kept() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("E");
    let text = sheets(&bench).remove(0).replace("No-show", "Missed-visit");
    bench.send(came_back(text, Some("`vi` ended with status 1")));
    bench.shows("status 1, so nothing is saved");
    assert!(bench.fake.items[0].automation.content.title.starts_with("No-show"));
    bench.keys("E");
    let again = sheets(&bench).remove(1);
    assert!(again.contains("Missed-visit") && again.contains("#! This is your draft"), "{again}");
    bench.send(came_back("# emptied\n".to_owned(), None));
    assert!(bench.state.session().drafts.is_empty());
}

#[test]
fn what_was_typed_is_kept_where_saving_fails() {
    let mut bench = Bench::new(SMALL, 30);
    bench.fake.failure = Some("the disk is full".to_owned());
    bench.keys("e ' now' ctrl-s").shows("kept as a draft");
    bench.fake.failure = None;
    bench.keys("e").shows("dental clinics now").keys("ctrl-s").shows("changes saved");
    assert!(bench.state.session().drafts.is_empty());
}

#[test]
fn a_draft_begun_before_others_changed_the_item_says_so() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("e ' now' esc");
    bench.fake.items[0].automation.revision = 5;
    bench.send(Event::Loaded(Box::new(Loaded::Changed { ids: vec![AutomationId(1)] })));
    bench.keys("e").shows("changed since you began");
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
fn the_day_tells_who_decided_what_and_takes_one_back() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("g h").shows("nobody decided anything today").keys("esc");
    bench.keys("a x j g h").shows("2 decisions").shows("rejected").keys("U");
    assert_eq!(bench.asked(|c| matches!(c, Command::UndoDecision { id, .. } if id.0 == 2)), 1);
    bench.shows("rejected (taken back)").keys("U").shows("this is taken back already");
    bench.keys("j enter").lacks("2 decisions").shows("▌ ✓ No-show rescue");
}

#[test]
fn an_item_of_the_day_that_left_the_list_is_shown_among_all() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("5 j a R g h enter").shows("/status:all").shows("▌ ✓ Quote from three photos");
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

#[test]
fn a_search_is_saved_listed_opened_and_deleted() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("2 0 space a y 2 'invoice' enter s").shows("save search as invoice");
    bench.keys("' chasers' enter");
    bench.fake.searches[0].new = 3;
    bench.keys("esc S").shows("saved searches").shows("invoice chasers").shows("3 new");
    bench.keys("enter").shows("search: invoice chasers").shows("/ invoice");
    assert_eq!(bench.asked(|c| matches!(c, Command::SeeSearch { .. })), 1);
    bench.keys("S x").shows("Delete the saved search “invoice chasers”?");
    bench.keys("x").shows("Delete the saved search").keys("y").shows("none yet: s in the Library");
    assert!(bench.fake.searches.is_empty());
}
