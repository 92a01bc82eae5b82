//! Pictures of each screen and popup in text, at three sizes.

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use crate::sample::now;
use reservoir::tui::*;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (160, 48)];

/// Presses `keys` in a fresh workbench of 214 items and keeps the picture at each size.
fn picture(name: &str, keys: &[&str]) {
    for size in SIZES {
        let mut bench = Bench::new(size, 214);
        bench.fake.jobs = JobsView::example(now());
        for keys in keys {
            bench.keys(keys);
        }
        bench.wait(20_000);
        let screen = bench.screen();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
        });
    }
}

#[test]
fn the_inbox() {
    picture("inbox", &["a x j", "space", "n n"]);
}

#[test]
fn the_open_item() {
    picture("item", &["enter j j"]);
}

#[test]
fn the_item_read_twice() {
    picture("item-read-twice", &["j j enter"]);
}

#[test]
fn the_library() {
    picture("library", &["v 1 9 j a y", "2", "'no-show invoice' enter j w"]);
}

#[test]
fn the_facets() {
    picture("facets", &["v 1 9 j a y", "2", "enter tab tab j"]);
}

#[test]
fn the_pipeline() {
    picture("pipeline", &["5", "j j"]);
}

#[test]
fn the_duplicates() {
    picture("duplicates", &["3", "j tab l"]);
}

#[test]
fn the_sources() {
    picture("sources", &["6", "j"]);
}

#[test]
fn the_report() {
    picture("report", &["7"]);
}

#[test]
fn the_overview() {
    picture("overview", &["8"]);
}

#[test]
fn the_ideas() {
    picture("ideas", &["4"]);
}

#[test]
fn the_palette() {
    picture("palette", &[": 'rej'"]);
}

#[test]
fn the_help() {
    picture("help", &["?"]);
}

#[test]
fn the_edit_form() {
    picture("form", &["e tab tab"]);
}

#[test]
fn the_tags() {
    picture("tags", &["t 'quick'"]);
}

#[test]
fn the_reasons() {
    picture("reasons", &["X 'dup'"]);
}

#[test]
fn the_day() {
    picture("today", &["a x X 'spam' enter", "g h j"]);
}

#[test]
fn the_look_alikes() {
    picture("look-alikes", &["m space"]);
}

#[test]
fn the_question() {
    picture("question", &["v 1 3 j x"]);
}

#[test]
fn the_filter() {
    picture("filter", &["/ 'function:Sales quote'"]);
}

#[test]
fn the_hints() {
    picture("hints", &["g"]);
}

#[test]
fn the_messages() {
    picture("messages", &["z", "M", "g m"]);
}

#[test]
fn the_welcome() {
    for size in SIZES {
        let mut bench = Bench::new(size, 0);
        let screen = bench.screen();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("welcome-{}x{}", size.0, size.1), screen);
        });
    }
}

#[test]
fn comparing_without_drawn_lines() {
    let mut bench = Bench::with(settings((120, 40), true), None, Fake::new(30));
    let screen = bench.keys("3").keys("j tab l").screen();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("duplicates-accessible-120x40", screen);
    });
}

#[test]
fn the_inbox_without_drawn_lines() {
    let mut bench = Bench::with(settings((120, 40), true), None, Fake::new(30));
    let screen = bench.keys("a x j n").screen();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("accessible-120x40", screen);
    });
}
