//! Long lists, and events in any order.

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use proptest::prelude::*;
use reservoir::model::AutomationId;
use reservoir::tui::*;
use std::sync::Arc;

#[test]
fn a_hundred_thousand_items_ask_for_a_few_rows_only() {
    let mut bench = Bench::new((160, 48), 10);
    bench.keys("R");
    let generation = bench
        .commands
        .iter()
        .rev()
        .find_map(|command| match command {
            Command::LoadQueue { generation, .. } => Some(*generation),
            _ => None,
        })
        .unwrap();
    let ids: Arc<[AutomationId]> = (1..=100_000).map(AutomationId).collect();
    bench.send(Event::Loaded(Box::new(Loaded::Queue { generation, ids })));
    bench.commands.clear();
    bench.keys("G").shows("100,000 here");
    bench.keys("g g 5 0 0 0 0 j * a").shows("Approve 100,000 items?");
    let largest = bench.commands.iter().map(|command| match command {
        Command::LoadRows(ids) => ids.len(),
        _ => 0,
    });
    assert!(largest.max().unwrap() <= 48 * 5);
}

fn any_event() -> impl Strategy<Value = Event> {
    let codes = prop_oneof![
        8 => proptest::sample::select("jkgGavxXdrtemEHuUoyYnNJKOSFRIM*v:?/qwL[]{}<>125 0".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        4 => proptest::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down,
            KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Delete, KeyCode::PageUp, KeyCode::PageDown, KeyCode::F(1),
        ]),
    ];
    let modifiers = prop_oneof![6 => Just(0u8), 1 => Just(2u8), 1 => 0u8..8];
    let key = (codes, modifiers).prop_map(|(code, bits)| {
        Event::Key(KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits)))
    });
    let kind = proptest::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ]);
    let mouse = (kind, 0u16..200, 0u16..60).prop_map(|(kind, column, row)| {
        Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    });
    prop_oneof![
        16 => key,
        2 => mouse,
        1 => "\\PC{0,12}".prop_map(Event::Paste),
        1 => (0u16..180, 0u16..60).prop_map(|(w, h)| Event::Resize(w, h)),
        1 => any::<bool>().prop_map(Event::Focus),
        1 => Just(Event::Tick),
        1 => proptest::collection::vec(1i64..40, 0..4).prop_map(|ids| {
            let ids = ids.into_iter().map(AutomationId).collect();
            Event::Loaded(Box::new(Loaded::Changed { ids }))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn no_event_in_any_order_breaks_the_screens(
        events in proptest::collection::vec((any_event(), 0i64..600), 1..120), accessible: bool, count in 0usize..40,
    ) {
        let mut bench = Bench::with(settings((100, 30), accessible), None, Fake::new(count));
        bench.fake.jobs = JobsView::example(crate::sample::now());
        for (event, pause) in events {
            bench.now += SignedDuration::from_millis(pause);
            match event {
                Event::Resize(width, height) => bench.resize(width, height),
                event => bench.send(event),
            }
            bench.screen();
        }
        let text = serde_json::to_string(&bench.state.session()).unwrap();
        let session: Session = serde_json::from_str(&text).unwrap();
        Bench::with(settings((100, 30), accessible), Some(session), Fake::new(count)).screen();
    }
}
