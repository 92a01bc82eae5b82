//! The mouse.

use crate::bench::Bench;
use crossterm::event::{MouseButton, MouseEventKind};
use reservoir::tui::*;

#[test]
fn a_click_moves_the_cursor_opens_a_tab_and_lights_a_field() {
    let mut bench = Bench::new((160, 48), 60);
    bench.click(10, 8);
    bench.shows("▌   10 ChatGPT hacks");
    bench.click(75, 7);
    bench.shows("▸ └▸ look up the patient");
    let screen = bench.screen();
    let column = screen.lines().next().unwrap().find("5 Pipeline").unwrap();
    bench.click(column as u16, 0);
    bench.shows("Nothing has run yet");
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut bench = Bench::new((80, 24), 60);
    bench.mouse(MouseEventKind::ScrollDown, 10, 10);
    bench.shows("▌   Weekly review");
    bench.mouse(MouseEventKind::ScrollUp, 10, 10);
    bench.shows("▌   No-show");
}

#[test]
fn the_splitter_is_dragged_and_remembered() {
    let mut bench = Bench::new((160, 48), 60);
    let divider = |bench: &mut Bench| {
        let line = bench.screen().lines().nth(2).unwrap().to_owned();
        line.chars().position(|c| c == '│').unwrap_or(0)
    };
    let before = divider(&mut bench);
    bench.mouse(MouseEventKind::Down(MouseButton::Left), before as u16, 20);
    bench.mouse(MouseEventKind::Drag(MouseButton::Left), 100, 20);
    bench.mouse(MouseEventKind::Up(MouseButton::Left), 100, 20);
    assert!(divider(&mut bench) > before + 20);
    assert!(bench.state.session().split > 50);
}

#[test]
fn a_mouse_that_is_given_back_does_nothing_here() {
    let mut bench = Bench::new((160, 48), 60);
    bench.keys("M");
    assert_eq!(bench.commands.last(), Some(&Command::SetMouse(false)));
    bench.click(10, 8);
    bench.shows("▌   No-show rescue");
}
