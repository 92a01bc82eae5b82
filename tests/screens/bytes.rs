//! How many bytes a key press sends to the terminal.

use crate::bench::{Bench, settings};
use crate::fake::Fake;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;
use ratatui::backend::CrosstermBackend;
use ratatui::{Terminal, TerminalOptions, Viewport};
use reservoir::tui::*;
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes of each cursor-down of a held key.
fn bytes_of_held_key(size: (u16, u16), presses: usize) -> Vec<usize> {
    let mut bench = Bench::with(settings(size, false), None, Fake::new(500));
    let sink = Sink::default();
    let viewport = Viewport::Fixed(ratatui::layout::Rect::new(0, 0, size.0, size.1));
    let backend = CrosstermBackend::new(sink.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let mut sent = Vec::new();
    for _ in 0..presses {
        bench.now += SignedDuration::from_millis(33);
        bench.send(Event::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE)));
        sink.0.borrow_mut().clear();
        terminal.draw(|frame| draw(&bench.state, frame)).unwrap();
        sent.push(sink.0.borrow().len());
    }
    sent.split_off(3)
}

#[test]
fn cursor_down_sends_few_bytes_while_the_pane_rests() {
    for size in [(160, 48), (120, 40), (80, 24)] {
        let mut sent = bytes_of_held_key(size, 19);
        sent.sort_unstable();
        let median = sent[sent.len() / 2];
        assert!(median <= 300, "{size:?}: median {median} of {sent:?}");
    }
}
