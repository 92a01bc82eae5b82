//! What keys do on the screens: (start, keys, expected).

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use reservoir::model::{AutomationId, FacetField, Order, Status, Verdict};
use reservoir::tui::*;
use rstest::rstest;

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

/// Keys from a fresh Inbox of 60 items, and what the screen then shows.
#[rstest]
#[case("j j", "▌   Voicemail to CRM")]
#[case("j j k", "▌   Invoice chaser")]
#[case("G", "▌   Nightly stock check that reorders parts 60")]
#[case("G g g", "▌   No-show rescue for dental clinics ")]
#[case("3 j", "▌   Weekly review replies")]
#[case("1 2 j", "▌   Voicemail to CRM note to follow-up task 13")]
#[case("5 G", "▌   10 ChatGPT hacks")]
#[case("1 0 g g", "▌   Nightly stock check")]
#[case("ctrl-d", "▌   No-show rescue for dental clinics 11")]
#[case("5", "Nothing has run yet")]
#[case("2", "The Library holds what you approve")]
#[case("g l", "The Library holds what you approve")]
#[case("{", "Decided today, by everybody")]
#[case("2 esc 1", "▌   No-show rescue")]
#[case("k", "already at the first line")]
#[case("z", "`z` does nothing here; ? shows the keys")]
#[case("g z", "`g z` does nothing here")]
#[case("esc", "nothing to clear")]
#[case("space", "1 marked")]
#[case("space space", "▌   Voicemail to CRM")]
#[case("3 space", "3 marked")]
#[case("space esc", "60 here")]
#[case("v j j", "3 marked · range")]
#[case("v j j v", "3 marked ·")]
#[case("*", "60 marked")]
#[case("O", "order: most uncertain first")]
#[case("S", "/status:deferred")]
#[case("S esc", "filter cleared")]
#[case("/ 'invoice'", "6 here")]
#[case("/ 'invoice' enter", "/invoice")]
#[case("/ 'invoice' esc", "60 here")]
#[case("/ 'nothing like it' enter", "Nothing fits the filter. esc clears it")]
#[case("/ 'function:Sales' enter", "▌   Quote from three photos")]
#[case("F", "look-alikes shown")]
#[case("enter", "tags           reactivation, sms")]
#[case("o", "opening https://example.org/1")]
#[case("y", "copied https://example.org/1")]
#[case("Y", "copied the item as Markdown")]
#[case("M", "the mouse is the terminal's again")]
#[case("u", "cannot undo: nothing to undo")]
#[case("a u", "taken back: verdict on 1 item")]
#[case("a u ctrl-r", "done again: verdict on 1 item")]
#[case("x j U", "taken back")]
#[case("j m", "nothing looks like this one")]
fn keys_lead_where_they_should(#[case] keys: &str, #[case] expected: &str) {
    let size = if expected.contains("reactivation") { (80, 40) } else { SMALL };
    let mut bench = Bench::new(size, 60);
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let screen = bench.keys(keys).screen();
    assert!(
        squeezed(&screen).contains(&squeezed(expected)),
        "{keys} should show {expected}:\n{screen}"
    );
}

#[test]
fn a_verdict_advances_and_shows_once_it_is_durable() {
    let mut bench = Bench::new(WIDE, 30);
    bench.fake.holds = true;
    bench.keys("a");
    bench.shows("  … No-show rescue").shows("▌   Invoice chaser");
    assert_eq!(bench.fake.status(1), Status::Inbox);
    bench.fake.holds = false;
    let decide = bench.commands.iter().find(|c| matches!(c, Command::Decide { .. })).cloned();
    let answer = bench.fake.answer(&decide.unwrap()).unwrap();
    bench.send(Event::Loaded(Box::new(answer)));
    bench.shows("  ✓ No-show rescue");
    assert_eq!(bench.fake.status(1), Status::Approved);
}

#[test]
fn a_verdict_that_fails_is_told_and_the_row_returns() {
    let mut bench = Bench::new(WIDE, 30);
    bench.fake.failure = Some("the disk is full".to_owned());
    bench.keys("x").shows("nothing was written: the disk is full").shows("    No-show rescue");
    assert_eq!(bench.fake.status(1), Status::Inbox);
}

#[test]
fn a_verdict_names_the_revision_that_was_seen() {
    let mut bench = Bench::new(WIDE, 30);
    bench.fake.others_decide(1, Status::Rejected, "bob");
    bench.keys("a").shows("changed since you looked").shows("bob rejected just now");
    bench.shows("Approve it all the same?");
    // Neither the key that raised it nor a key of the haste before answers.
    bench.keys("a").shows("Approve it all the same?");
    bench.keys("n").shows("left as it was");
    assert_eq!(bench.fake.status(1), Status::Rejected);
    // The newer revision is there now; saying it again says it of that one.
    bench.keys("k a");
    assert_eq!(bench.fake.status(1), Status::Approved);
}

#[test]
fn who_is_asked_about_anothers_verdict_may_give_their_own_all_the_same() {
    let mut bench = Bench::new(SMALL, 30);
    bench.fake.others_decide(1, Status::Rejected, "bob");
    bench.keys("a");
    // The first moment belongs to what was being typed.
    bench.keys("y");
    assert_eq!(bench.fake.status(1), Status::Approved);
}

#[test]
fn a_question_that_comes_by_itself_takes_no_key_of_the_haste_before() {
    let mut bench = Bench::new(SMALL, 30);
    bench.fake.others_decide(1, Status::Rejected, "bob");
    let key = |c| Event::Key(crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char(c)));
    bench.send(key('a'));
    bench.send(key('y'));
    bench.shows("Approve it all the same?");
    assert_eq!(bench.fake.status(1), Status::Rejected);
}

#[test]
fn a_question_waits_until_nothing_is_typed_any_more() {
    let mut bench = Bench::new(SMALL, 30);
    bench.fake.others_decide(1, Status::Rejected, "bob");
    bench.fake.holds = true;
    bench.keys("a");
    let decide = bench.commands.iter().find(|c| matches!(c, Command::Decide { .. })).cloned();
    bench.fake.holds = false;
    bench.keys("/ 'inv");
    let answer = bench.fake.answer(&decide.unwrap()).unwrap();
    bench.send(Event::Loaded(Box::new(answer)));
    bench.keys("'oice'").shows("filter invoice").lacks("all the same");
    bench.keys("enter").shows("Approve it all the same?");
}

#[test]
fn the_same_verdict_twice_asks_nothing() {
    let mut bench = Bench::new(WIDE, 30);
    bench.fake.others_decide(1, Status::Approved, "bob");
    bench.keys("a").shows("bob approved").lacks("all the same");
}

#[test]
fn a_queue_that_nobody_touched_fills_by_itself() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("2 esc 1");
    bench.fake.items.truncate(60);
    bench.send(Event::Loaded(Box::new(Loaded::Changed { ids: Vec::new() })));
    bench.wait(1500);
    bench.lacks("new items").shows("▌   No-show rescue");
    assert_eq!(bench.asked(|c| matches!(c, Command::LoadQueue { .. })), 3);
    bench.keys("j");
    bench.send(Event::Loaded(Box::new(Loaded::Changed { ids: Vec::new() })));
    bench.wait(1500);
    bench.shows("new items, R");
}

#[test]
fn what_is_approved_is_in_the_library_when_one_comes_back_to_it() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("2 esc 1 a 2").shows("✓ No-show rescue");
}

#[test]
fn a_run_that_ends_is_told_to_the_desktop_while_nobody_watches() {
    let mut bench = Bench::new(SMALL, 30);
    let done = || {
        let text = "the run is done: 12 new".to_owned();
        Event::Loaded(Box::new(Loaded::Notice { level: Level::Done, text }))
    };
    bench.send(done());
    assert_eq!(bench.asked(|c| matches!(c, Command::Notify(_))), 0);
    bench.send(Event::Focus(false));
    bench.send(done());
    assert_eq!(bench.asked(|c| matches!(c, Command::Notify(_))), 1);
}

#[test]
fn bulk_verdicts_ask_above_ten_and_undo_as_one() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("v 1 1 j a").shows("Approve 12 items?");
    bench.keys("a").shows("Approve 12 items?").shows("`a` does nothing here");
    bench.keys("n").shows("left as it was");
    assert_eq!(bench.fake.status(1), Status::Inbox);
    bench.keys("a y").shows("approved 12 items; u takes it back");
    assert_eq!(bench.fake.status(12), Status::Approved);
    assert_eq!(bench.fake.status(13), Status::Inbox);
    bench.keys("u");
    assert_eq!(bench.fake.status(12), Status::Inbox);
    assert_eq!(bench.asked(|c| matches!(c, Command::Decide { .. })), 1);
}

#[test]
fn what_is_similar_is_marked_and_decided_as_one() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("=").shows("marked this and 4 others like it").shows("5 marked");
    bench.keys("x").shows("rejected 5 items; u takes it back");
    assert_eq!((bench.fake.status(13), bench.fake.status(14)), (Status::Rejected, Status::Inbox));
    bench.keys("u");
    assert_eq!(bench.fake.status(13), Status::Inbox);
    bench.keys("esc 2 =").shows("3 marked");
}

#[test]
fn marks_survive_filtering_and_what_is_out_of_sight_is_asked_about() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("space / 'invoice' enter").shows("1 marked (1 out of sight)");
    bench.keys("space a").shows("Approve 2 items, 1 of them out of sight?").keys("n");
    bench.keys("esc esc").shows("30 here").lacks("2 marked");
    // What others change while it is out of sight is no more what was marked.
    bench.keys("g g space / 'invoice' enter").shows("1 out of sight");
    bench.send(Event::Loaded(Box::new(Loaded::Changed { ids: vec![AutomationId(1)] })));
    bench.lacks("out of sight");
}

#[test]
fn ten_marked_items_need_no_question() {
    let mut bench = Bench::new(WIDE, 30);
    bench.keys("1 0 space x");
    assert_eq!((bench.fake.status(10), bench.fake.status(11)), (Status::Rejected, Status::Inbox));
}

#[test]
fn rejecting_with_a_reason_asks_for_it() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("X 'only a list' enter");
    assert_eq!(bench.fake.items[0].automation.reason.as_deref(), Some("only a list"));
    bench.keys("X 'not this' esc");
    assert_eq!(bench.fake.status(2), Status::Inbox);
}

#[test]
fn a_usual_reason_is_chosen_by_its_first_letters() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("X").shows("not an automation").shows("outdated").keys("'vag' enter");
    assert_eq!(bench.fake.items[0].automation.reason.as_deref(), Some("too vague"));
    bench.keys("X down enter");
    assert_eq!(bench.fake.items[1].automation.reason.as_deref(), Some("not an automation"));
    // Words that only begin like a usual reason stand as they were typed.
    bench.keys("X 'duplicate of #1' enter");
    assert_eq!(bench.fake.items[2].automation.reason.as_deref(), Some("duplicate of #1"));
}

#[test]
fn deferring_takes_days_as_a_count() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("3 d d");
    let until = |command: &Command| match command {
        Command::Decide { verdict: Verdict::Defer { until }, .. } => Some(until.to_string()),
        _ => None,
    };
    let until: Vec<String> = bench.commands.iter().filter_map(until).collect();
    assert!(until[0].starts_with("2026-11-23") && until[1].starts_with("2026-11-27"), "{until:?}");
}

#[test]
fn a_digit_that_counts_nothing_opens_its_screen() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("2");
    bench.shows("holds what you approve");
    // Quick hands: the digit, and what is meant for the screen it opens.
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("a 2 'rescue' enter").shows("▌ ✓ No-show rescue");
}

#[test]
fn a_prefix_shows_what_can_follow() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("g").shows("g …").shows("top").shows("Library");
    bench.keys("g").lacks("g …");
}

#[test]
fn the_light_moves_over_the_evidence() {
    let mut bench = Bench::new(WIDE, 30);
    let first = "visit gets marked as missed it";
    let rest = bench.style_of(first);
    bench.keys("n");
    let lit = bench.style_of(first);
    assert_ne!(rest, lit);
    bench.keys("n");
    assert_eq!(bench.style_of("pulls the"), lit);
    assert_eq!(bench.style_of(first), rest);
    bench.keys("N");
    assert_eq!(bench.style_of(first), lit);
    bench.keys("tab j").shows("▸ └▸ look up the patient");
    assert_eq!(bench.style_of("pulls the"), lit);
}

#[test]
fn the_library_searches_as_one_types() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("2 0 space a y 2 'invoice'");
    bench.shows("✓ Invoice chaser with polite").lacks("✓ No-show rescue");
    assert!(bench.asked(|c| matches!(c, Command::Search { query, .. } if query.text == "inv")) > 0);
    let lit = bench.style_of("Invoice chaser");
    assert_ne!(lit, bench.style_of("chaser with"), "the match is lit up");
    bench.keys("enter w").shows("words").shows("→ 0.81");
    bench.keys("] ] ]").shows("words ──────●── meaning");
    bench.keys("esc").shows("20  words");
    bench.keys("tab tab j enter");
    let is_narrowed = |c: &Command| {
        matches!(c, Command::Search { query, .. }
            if query.filters.iter().any(|(field, _)| *field == FacetField::Function))
    };
    assert!(bench.asked(is_narrowed) > 0);
}

#[test]
fn more_like_this_asks_for_meaning_alone() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("a 2 enter L").shows("meaning alone");
}

#[test]
fn late_answers_are_dropped() {
    let mut bench = Bench::new(SMALL, 30);
    let ids: std::sync::Arc<[AutomationId]> = [AutomationId(3)].into();
    bench.send(Event::Loaded(Box::new(Loaded::Queue { generation: 0, ids })));
    bench.shows("30 here");
}

#[test]
fn others_news_do_not_move_the_cursor() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("5 j");
    bench.fake.items[2].automation.status = Status::Approved;
    bench.fake.items[2].automation.decided = Some(crate::sample::now());
    bench.send(Event::Loaded(Box::new(Loaded::Changed {
        ids: vec![AutomationId(3), AutomationId(900)],
    })));
    bench.wait(3000);
    bench.shows("✓ Voicemail to CRM").shows("▌   Quote from three photos").shows("1 new, R");
    bench.keys("R").shows("59 here").shows("▌   Quote from three photos");
}

#[test]
fn the_session_comes_back() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("O j j space").keys("/ 'invoice' enter j");
    let session = bench.state.session();
    let text = serde_json::to_string(&session).unwrap();
    let session: Session = serde_json::from_str(&text).unwrap();
    assert_eq!(session.filter.order, Order::Uncertain);
    let mut again = Bench::with(settings(WIDE, false), Some(session), Fake::new(60));
    again.shows("/invoice").shows("│ Invoice chaser with polite escalation 42");
}

#[test]
fn a_session_is_saved_soon_after_something_changed_and_at_the_end() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("j");
    bench.wait(4000);
    assert_eq!(bench.asked(|c| matches!(c, Command::SaveSession(_))), 1);
    bench.keys("q");
    assert_eq!(bench.asked(|c| matches!(c, Command::SaveSession(_))), 2);
    assert_eq!(bench.commands.last(), Some(&Command::Quit));
}

#[test]
fn nothing_is_timed_and_nothing_drawn_when_nothing_happens() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("j j a");
    bench.wait(20_000);
    assert_eq!(bench.state.next_timer(), None);
    bench.state.take_dirty();
    bench.send(Event::Tick);
    assert!(!bench.state.take_dirty());
    bench.send(Event::Focus(false));
    assert!(!bench.state.take_dirty());
}

#[test]
fn the_welcome_offers_three_ways_to_begin() {
    let mut bench = Bench::new(SMALL, 0);
    bench.keys("d");
    assert_eq!(bench.asked(|c| matches!(c, Command::RunPipeline { sample: true, .. })), 1);
    bench.keys("enter");
    assert_eq!(bench.asked(|c| matches!(c, Command::RunPipeline { sample: false, .. })), 1);
    bench.keys("i '/tmp/feed.xml' enter").shows("importing /tmp/feed.xml");
    assert_eq!(bench.asked(|c| matches!(c, Command::Import(_))), 1);
    bench.fake = Fake::new(5);
    bench.send(Event::Loaded(Box::new(Loaded::StoreIsEmpty(false))));
    bench.shows("▌   No-show rescue");
}

#[test]
fn the_pipeline_shows_jobs_and_lets_them_be_cancelled() {
    let mut bench = Bench::new(WIDE, 60);
    bench.fake.jobs = JobsView::example(crate::sample::now());
    bench.keys("5").shows("2,410/5,889").shows("10/s").shows("extract 41%");
    bench.keys("x").shows("crawl is done already");
    bench.keys("j j x").shows("cancelling extract");
    assert_eq!(bench.asked(|c| matches!(c, Command::CancelJob(id) if id.0 == 3)), 1);
    bench.keys("t");
    assert_eq!(bench.asked(|c| matches!(c, Command::RetryDeadLetters)), 1);
    bench.keys("tab j enter").shows("https://example.org/feed.xml: the body is larger");
    bench.keys("r").shows("the pipeline is running already");
}

#[test]
fn a_small_terminal_asks_for_room_and_takes_it() {
    let mut bench = Bench::new(SMALL, 30);
    bench.resize(39, 9);
    bench.shows("Reservoir needs 40 columns and 10 rows");
    bench.keys("j");
    bench.resize(160, 48);
    bench.shows("▌   Invoice chaser");
}

#[test]
fn the_folded_pane_is_opened_and_closed() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("enter").shows("WHEN  a visit gets marked").lacks("Invoice chaser");
    // Verdicts work from here too, and the next item follows.
    bench.keys("a").shows("Invoice chaser with polite escalation").shows("WHEN");
    bench.keys("q").shows("✓ No-show rescue").lacks("WHEN");
    bench.keys("enter esc").lacks("WHEN");
}

#[test]
fn accessible_mode_draws_no_lines_and_puts_the_cursor_where_the_attention_is() {
    let mut bench = Bench::with(settings(WIDE, true), None, Fake::new(30));
    bench.keys("a j").lacks("─").lacks("│").lacks("▌").lacks("✓");
    bench.shows("approved").shows("when: a visit gets marked as missed").shows("order worth");
    assert_eq!(bench.cursor(), (0, 6));
    bench.keys("space").shows("marked");
    bench.keys("5");
    let screen = bench.screen();
    assert!(screen.is_ascii() || !screen.contains(['━', '─', '⠶']), "{screen}");
}

#[test]
fn no_colours_still_show_where_one_is() {
    use ratatui::style::Modifier;
    let mut plain = settings(SMALL, false);
    let none = reservoir::settings::ColorDepth::None;
    plain.themes = vec![reservoir::settings::load_theme("dark", None, none).unwrap()];
    let mut bench = Bench::with(plain, None, Fake::new(30));
    bench.keys("j");
    assert!(bench.style_of("Invoice chaser").add_modifier.contains(Modifier::REVERSED));
    assert!(!bench.style_of("No-show").add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn the_workbench_goes_to_sleep_while_something_is_typed_too() {
    let mut bench = Bench::new(SMALL, 30);
    bench.keys("/ 'inv' ctrl-z").shows("filter inv");
    assert_eq!(bench.asked(|c| matches!(c, Command::Suspend)), 1);
}

fn newcomer() -> Bench {
    let settings = StateSettings { has_tour: true, ..settings(SMALL, false) };
    Bench::with(settings, None, Fake::new(30))
}

#[test]
fn a_newcomer_is_shown_around_in_five_steps() {
    let mut bench = newcomer();
    bench.shows("1 of 5  j k  move through the queue").keys("j");
    bench.shows("2 of 5  a x d  approve").keys("a").shows("3 of 5  u  takes").keys("u");
    bench.shows("4 of 5  /  narrows").keys("/").lacks("4 of 5").keys("esc");
    bench.shows("5 of 5  : ?").keys("?").keys("esc");
    bench.shows("a approve").lacks("of 5");
    assert_eq!(bench.state.session().tour, None);
}

#[test]
fn the_tour_goes_on_in_the_next_session_and_ends_with_esc() {
    let mut bench = newcomer();
    // Who knows the next step already has taken it.
    bench.keys("a").shows("3 of 5");
    let session = bench.state.session();
    let again = StateSettings { has_tour: true, ..settings(SMALL, false) };
    let mut again = Bench::with(again, Some(session.clone()), Fake::new(30));
    again.shows("3 of 5").keys("space").keys("esc").shows("3 of 5");
    again.keys("esc").shows("the tour is over").lacks("3 of 5");
    assert_eq!(again.state.session().tour, None);
    // A session from before there was a tour has none.
    let old = Session { tour: None, ..session };
    let settings = StateSettings { has_tour: true, ..settings(SMALL, false) };
    Bench::with(settings, Some(old), Fake::new(30)).lacks("of 5");
}

#[test]
fn there_is_no_tour_where_nothing_is_in_store() {
    let settings = StateSettings { has_tour: true, ..settings(SMALL, false) };
    Bench::with(settings, None, Fake::new(0)).shows("Welcome").lacks("of 5");
}
