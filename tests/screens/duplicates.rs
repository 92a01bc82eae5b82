//! The Duplicates: groups, choices, merging, keeping apart.

use crate::bench::Bench;
use reservoir::model::{AutomationId, Field, Kept, Status};
use reservoir::tui::*;
use rstest::rstest;

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

/// Keys from the Duplicates of a fresh workbench, and what the screen then shows.
#[rstest]
#[case(WIDE, "", "2 groups · 5 items · strictest first")]
#[case(WIDE, "j", "3  .88 by way of 2")]
#[case(WIDE, "j", "2  .97 alike")]
#[case(WIDE, "j", "1  leads · stays")]
#[case(WIDE, "", "≠ title")]
#[case(WIDE, "j tab l s", "2 .97 alike · stays")]
#[case(WIDE, "j tab l space", "2 .97 alike · left out")]
#[case(WIDE, "tab space", "this item stays; s on another lets that one stay instead")]
#[case(WIDE, "tab l l", "no further item in this group")]
#[case(SMALL, "enter", "1 leads · stays r/smallbusiness")]
#[case(SMALL, "enter esc", "2 groups · 5 items")]
#[case(SMALL, "x", "kept apart from now on; u takes it back")]
#[case(SMALL, "j x", "go to the item that is none of these, then say so")]
#[case(SMALL, "m", "1 item merged; u takes it back")]
#[case(SMALL, "m", "1 group · 3 items")]
#[case(SMALL, "m u", "2 groups · 5 items")]
#[case(SMALL, "m m", "Nothing looks alike that nobody has judged")]
#[case(SMALL, "space", "nothing here to mark")]
fn keys_lead_where_they_should(
    #[case] size: (u16, u16),
    #[case] keys: &str,
    #[case] expected: &str,
) {
    let mut bench = Bench::new(size, 60);
    let screen = bench.keys("3").keys(keys).screen();
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        squeezed(&screen).contains(&squeezed(expected)),
        "{keys} should show {expected}:\n{screen}"
    );
}

fn merge(bench: &Bench) -> (Seen, Vec<Seen>, Vec<(Field, Kept)>) {
    let find = |command: &Command| match command {
        Command::Merge { lead, members, keep, .. } => Some((*lead, members.clone(), keep.clone())),
        _ => None,
    };
    bench.commands.iter().find_map(find).expect("a merge was asked for")
}

#[test]
fn a_merge_names_what_was_seen_and_whose_values_are_kept() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("3").keys("j tab l enter m");
    let (lead, members, keep) = merge(&bench);
    let (first, eighth, ninth) = (AutomationId(1), AutomationId(8), AutomationId(9));
    assert_eq!(lead, (first, Some(1)));
    assert_eq!(members, [(eighth, Some(1)), (ninth, Some(1))]);
    assert!(keep.contains(&(Field::Title, Kept::Of(eighth))), "{keep:?}");
    assert!(keep.contains(&(Field::Tags, Kept::All)), "{keep:?}");
    // Only it has any.
    assert!(keep.contains(&(Field::Problem, Kept::Of(ninth))), "{keep:?}");
}

#[test]
fn what_is_left_out_is_not_merged_and_the_one_that_stays_takes_the_others() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("3").keys("j tab l s l space m");
    let (lead, members, _) = merge(&bench);
    assert_eq!(lead.0, AutomationId(8));
    assert_eq!(members, [(AutomationId(1), Some(1))]);
    assert_eq!(bench.fake.status(9), Status::Inbox);
}

#[test]
fn what_was_reviewed_stays_before_what_nobody_looked_at() {
    let mut bench = Bench::new(WIDE, 60);
    bench.fake.others_decide(12, Status::Approved, "bob");
    bench.keys("3").shows("2  .99 alike · stays");
}

#[test]
fn choices_outlast_a_look_at_another_group() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("3").keys("tab l s esc j k").shows("2  .99 alike · stays");
}

#[test]
fn words_that_the_other_lacks_are_lit() {
    let mut bench = Bench::new(WIDE, 60);
    bench.keys("3").keys("j");
    let lit = bench.style_of("clinics");
    assert_ne!(lit, bench.style_of("rescue"), "a word in one title only stands out");
}

#[test]
fn a_merge_is_taken_apart_from_the_item_that_stayed() {
    let mut bench = Bench::new(SMALL, 60);
    bench.keys("3").keys("m").keys("1").keys("j T");
    let id = AutomationId(2);
    assert_eq!(bench.asked(|command| *command == Command::TakeApart { id }), 1);
}
