//! Sources, Report, Overview, Ideas.

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use reservoir::model::Idea;
use reservoir::tui::*;
use rstest::rstest;

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

/// Keys from the Inbox (a screen's number first), and what the screen then shows.
#[rstest]
#[case(SMALL, "6", "", "6 sources · 2 failing · 2 due now")]
#[case(SMALL, "6", "j", "410 Gone; it is gone for good")]
#[case(SMALL, "6", "j", "a adds its new address, x removes this one")]
#[case(SMALL, "6", "2 j", "r tries it now")]
#[case(SMALL, "6", "3 j", "Never visited. r visits it now, t shows what that would bring")]
#[case(SMALL, "6", "4 j", "Left out of runs. e turns it on")]
#[case(SMALL, "6", "G", "the last visit took 48 s")]
#[case(SMALL, "6", "e", "`fine.example.org` is left out of runs")]
#[case(SMALL, "6", "e", "Left out of runs")]
#[case(SMALL, "6", "x", "Turn `fine.example.org` off for good (212 documents")]
#[case(SMALL, "6", "3 j x", "Remove the source `posts`?")]
#[case(SMALL, "6", "3 j x y", "5 sources")]
#[case(SMALL, "6", "t", "fine.example.org would bring")]
#[case(SMALL, "6", "a", "add source")]
#[case(SMALL, "6", "a enter", "paste the address of a feed, or the path of a folder")]
#[case(SMALL, "6", "k", "no further source that way")]
#[case(SMALL, "7", "", "2026-W47  16 to 22 November 2026")]
#[case(SMALL, "7", "]", "this is the present week; the next has not begun")]
#[case(SMALL, "7", "[", "2026-W46  9 to 15 November 2026")]
#[case(WIDE, "7", "[", "Nothing was approved in this week")]
#[case(SMALL, "7", "Y", "copied the report of 2026-W47 as Markdown")]
#[case(SMALL, "7", "G", "Something else")]
#[case(WIDE, "8", "", "Confidence and what became of it")]
#[case(SMALL, "8", "", "Decided today, by everybody")]
#[case(SMALL, "8", "G", "search index")]
#[case(SMALL, "8", "G j", "nothing more that way")]
#[case(SMALL, "4", "", "There are no ideas: this version makes none yet")]
#[case(SMALL, "8", "q", "")]
#[case(SMALL, "1", "{", "Decided today")]
fn keys_lead_where_they_should(
    #[case] size: (u16, u16),
    #[case] screen: &str,
    #[case] keys: &str,
    #[case] expected: &str,
) {
    let mut bench = Bench::new(size, 60);
    let shown = bench.keys(screen).keys(keys).screen();
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        squeezed(&shown).contains(&squeezed(expected)),
        "{screen} {keys} should show {expected}:\n{shown}"
    );
}

#[test]
fn the_tabs_tell_what_waits_and_what_fails() {
    let mut bench = Bench::new(WIDE, 60);
    bench.shows("3 Duplicates 2").shows("6 Sources 2!").shows("8 Overview");
}

#[rstest]
#[case(160, "3 Duplicates 2  4 Ideas  5 Pipeline  6 Sources 2!  7 Report  8 Overview")]
#[case(120, "Reservoir 1 Inbox 60 2 Library 0 3 Duplicates 2")]
#[case(80, "1 Inbox 60 2 Lib 0 3 Dup 2 4 Ideas 5 Pipe 6 Src 2! 7 Rep 8 Over")]
#[case(50, "1 Inbox 60 2 3 4 5 6 7 8")]
fn tabs_fold_where_it_is_narrow(#[case] width: u16, #[case] expected: &str) {
    let mut bench = Bench::new((width, 24), 60);
    let head = bench.screen().lines().next().unwrap().to_owned();
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(squeezed(&head).contains(&squeezed(expected)), "{head}");
}

#[test]
fn a_click_on_a_folded_tab_opens_its_screen() {
    let mut bench = Bench::new(SMALL, 60);
    let head = bench.screen().lines().next().unwrap().to_owned();
    let column = head.find("6 Src").unwrap() as u16;
    bench.click(column, 0);
    bench.shows("6 Sources 2!").shows("6 sources · 2 failing");
}

#[test]
fn a_source_is_added_by_what_was_pasted() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("6").keys("a");
    bench.send(Event::Paste("https://example.org/feed.xml\n".to_owned()));
    bench.keys("enter");
    let address = "https://example.org/feed.xml".to_owned();
    assert_eq!(
        bench.asked(|command| *command == Command::AddSource { address: address.clone() }),
        1
    );
}

#[test]
fn one_source_is_visited_alone() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("6").keys("j r");
    let name = "gone.example.org".to_owned();
    assert_eq!(bench.asked(|command| *command == Command::CrawlSource { name: name.clone() }), 1);
}

#[test]
fn what_was_written_brings_the_figures_up_to_date() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("8");
    let before = bench.asked(|command| matches!(command, Command::LoadOverview { .. }));
    bench.send(Event::Loaded(Box::new(Loaded::Changed { ids: Vec::new() })));
    bench.wait(5000);
    assert_eq!(bench.asked(|command| matches!(command, Command::LoadOverview { .. })), before + 1);
}

#[test]
fn charts_are_numbers_where_no_lines_are_drawn() {
    let mut bench = Bench::with(settings(WIDE, true), None, Fake::new(60));
    let screen = bench.keys("8").screen();
    assert!(!screen.contains(['━', '─', '│']), "{screen}");
    assert!(screen.contains("W47"), "{screen}");
}

#[test]
fn ideas_that_there_are_show_with_what_they_come_from() {
    let mut fake = Fake::new(60);
    fake.ideas.push(Idea {
        title: "Rescue for late orders".to_owned(),
        pitch: "What no-show rescue does for visits, for parcels.".to_owned(),
        method: "cross_pollination".to_owned(),
        status: "proposed".to_owned(),
        novelty: Some(0.71),
        feasibility: None,
        parents: vec!["No-show rescue".to_owned(), "Parcel watch".to_owned()],
    });
    let mut bench = Bench::with(settings(SMALL, false), None, fake);
    bench.keys("4").shows("Rescue for late orders").shows("from No-show rescue × Parcel watch");
    bench.shows("proposed · cross pollination · novelty .71").shows("4 Ideas 1");
}
