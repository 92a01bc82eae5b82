//! The workbench on a terminal in memory: keys in, screen and commands out.

use crate::fake::Fake;
use crate::sample::now;
use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Style;
use reservoir::settings::key::parse_sequence;
use reservoir::settings::{ColorDepth, load_keymap, load_theme};
use reservoir::tui::*;

pub(crate) struct Bench {
    pub(crate) state: State,
    pub(crate) fake: Fake,
    pub(crate) now: Timestamp,
    terminal: Terminal<TestBackend>,
    /// Everything that was asked for, in order.
    pub(crate) commands: Vec<Command>,
}

pub(crate) fn settings(size: (u16, u16), accessible: bool) -> StateSettings {
    let themes = ["dark", "light", "high-contrast", "sixteen"];
    let depth = ColorDepth::Sixteen;
    StateSettings {
        keymap: load_keymap("default", None).unwrap(),
        themes: themes.map(|name| load_theme(name, None, depth).unwrap()).into(),
        theme: "dark".to_owned(),
        reviewer: "ann".to_owned(),
        accessible,
        mouse: true,
        size,
        weight: 0.5,
        has_tour: false,
        now: now(),
    }
}

impl Bench {
    pub(crate) fn new(size: (u16, u16), count: usize) -> Self {
        Self::with(settings(size, false), None, Fake::new(count))
    }

    pub(crate) fn with(settings: StateSettings, session: Option<Session>, fake: Fake) -> Self {
        let terminal = Terminal::new(TestBackend::new(settings.size.0, settings.size.1)).unwrap();
        let mut state = State::new(settings, session);
        let first = state.start();
        let is_empty = fake.is_empty;
        let mut bench = Self { state, fake, now: now(), terminal, commands: Vec::new() };
        bench.carry_out(first);
        bench.send(Event::Loaded(Box::new(Loaded::StoreIsEmpty(is_empty))));
        bench
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        let mut todo: std::collections::VecDeque<Command> = commands.into();
        while let Some(command) = todo.pop_front() {
            let answer = self.fake.answer(&command);
            self.commands.push(command);
            if let Some(loaded) = answer {
                todo.extend(update(&mut self.state, self.now, Event::Loaded(Box::new(loaded))));
            }
        }
    }

    pub(crate) fn send(&mut self, event: Event) {
        let commands = update(&mut self.state, self.now, event);
        self.carry_out(commands);
    }

    /// Lets time pass, with every timer on its moment.
    pub(crate) fn wait(&mut self, milliseconds: i64) {
        let end = self.now + SignedDuration::from_millis(milliseconds);
        while let Some(due) = self.state.next_timer() {
            let at = self.now + SignedDuration::try_from(due).unwrap();
            if at > end {
                break;
            }
            self.now = at;
            self.send(Event::Tick);
        }
        self.now = end;
    }

    /// Presses keys as a quick person does: `j j a`, `5 j`, with 'typed text' in single quotes.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for (at, part) in keys.split('\'').enumerate() {
            if at % 2 == 1 {
                for c in part.chars() {
                    self.press(if c == ' ' { "space".to_owned() } else { c.to_string() });
                }
            } else {
                for key in part.split_whitespace() {
                    self.press(key.to_owned());
                }
            }
        }
        self.wait(1500);
        self
    }

    fn press(&mut self, key: String) {
        for key in parse_sequence(&key).unwrap() {
            self.send(Event::Key(KeyEvent::new(key.code, key.modifiers)));
            self.wait(150);
        }
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let modifiers = crossterm::event::KeyModifiers::NONE;
        self.send(Event::Mouse(MouseEvent { kind, column, row, modifiers }));
    }

    pub(crate) fn click(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
        self.mouse(MouseEventKind::Up(MouseButton::Left), column, row);
        self.wait(1500);
    }

    /// The screen as text, without the blanks at the ends of lines.
    pub(crate) fn screen(&mut self) -> String {
        self.terminal.draw(|frame| draw(&self.state, frame)).unwrap();
        let buffer = self.terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                line.push_str(symbol);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
        self.send(Event::Resize(width, height));
    }

    /// The style of the first cell of `text` on the screen.
    pub(crate) fn style_of(&mut self, text: &str) -> Style {
        let screen = self.screen();
        let row = screen.lines().position(|line| line.contains(text)).expect(text);
        let line = screen.lines().nth(row).unwrap();
        let column = unicode_width::UnicodeWidthStr::width(&line[..line.find(text).unwrap()]);
        self.terminal.backend().buffer()[(column as u16, row as u16)].style()
    }

    pub(crate) fn cursor(&mut self) -> (u16, u16) {
        self.screen();
        let position = self.terminal.get_cursor_position().unwrap();
        (position.x, position.y)
    }

    pub(crate) fn asked(&self, is_it: impl Fn(&Command) -> bool) -> usize {
        self.commands.iter().filter(|command| is_it(command)).count()
    }

    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "the screen should show `{text}`:\n{screen}");
        self
    }

    #[track_caller]
    pub(crate) fn lacks(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "the screen should not show `{text}`:\n{screen}");
        self
    }
}
