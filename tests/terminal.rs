//! The workbench in a real pseudo-terminal: from an empty home to decisions that survive.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use portable_pty::{CommandBuilder, MasterPty, NativePtySystem, PtySize, PtySystem};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Nothing here takes so long, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    /// Kept open: closing it would hang up.
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    raw: Vec<u8>,
}

impl Terminal {
    fn open(home: &Path, size: (u16, u16), term: &str) -> Self {
        Self::open_with(home, size, term, "vi")
    }

    fn open_with(home: &Path, (width, height): (u16, u16), term: &str, editor: &str) -> Self {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = NativePtySystem::default().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reservoir"));
        command.args(["--home".as_ref(), home.as_os_str()]);
        command.env("TERM", term);
        command.env("USER", "ada");
        command.env("EDITOR", editor);
        for name in ["COLORTERM", "NO_COLOR", "TMUX", "VTE_VERSION"] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length) = reader.read(&mut buffer) {
                if length == 0 || send.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(height, width, 0);
        Self { master: pair.master, writer, output, screen, child, raw: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn resize(&mut self, (width, height): (u16, u16)) {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).unwrap();
        self.screen.screen_mut().set_size(height, width);
    }

    fn signal(&self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    }

    fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is as wanted.
    fn wait_for(&mut self, what: &str, is_there: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_there(&self.contents()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(part) => {
                    self.raw.extend_from_slice(&part);
                    self.screen.process(&part);
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited for {what}; the screen is\n{}", self.contents())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("ended while waiting for {what}; the screen is\n{}", self.contents())
                }
            }
        }
    }

    fn wait_for_text(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contains(text));
    }

    /// Waits for the program's end; its exit code and all that it wrote.
    fn end(mut self) -> (u32, String) {
        let deadline = Instant::now() + PATIENCE;
        let code = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status.exit_code(),
                None if Instant::now() > deadline => {
                    self.child.kill().unwrap();
                    panic!("it does not end; the screen is\n{}", self.contents());
                }
                None => {
                    if let Ok(part) = self.output.recv_timeout(Duration::from_millis(20)) {
                        self.raw.extend_from_slice(&part);
                        self.screen.process(&part);
                    }
                }
            }
        };
        while let Ok(part) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.raw.extend_from_slice(&part);
        }
        (code, String::from_utf8_lossy(&self.raw).into_owned())
    }
}

/// A home with automations of these titles in its inbox.
fn home_with(titles: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for title in titles {
        let added = Command::new(env!("CARGO_BIN_EXE_reservoir"))
            .arg("--home")
            .arg(folder.path())
            .args(["add", "--title", title, "--tool", "Slack", "--step", "Tell the team"])
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
    folder
}

fn approved(home: &Path) -> usize {
    let output = Command::new(env!("CARGO_BIN_EXE_reservoir"))
        .arg("--home")
        .arg(home)
        .args(["--json", "list", "--status", "approved", "--limit", "0"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().count()
}

#[test]
fn from_an_empty_home_to_decisions_that_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let mut terminal = Terminal::open(home, (120, 40), "xterm-256color");
    terminal.wait_for("the welcome", |screen| screen.contains("sample week"));
    terminal.press("d");
    terminal.wait_for("a full inbox", |screen| {
        screen.contains("1 Inbox") && !screen.contains("1 Inbox 0") && screen.contains("here")
    });
    terminal.wait_for_text("the run is done");
    terminal.press("aaa");
    terminal.wait_for_text("3 done today");
    terminal.press("u");
    terminal.wait_for_text("2 done today");
    terminal.wait_for_text("2 Library 2");
    terminal.press("q");
    let (code, raw) = terminal.end();
    assert_eq!(code, 0);
    assert!(raw.contains("\x1b[?1049l"), "the terminal was not given back");
    assert_eq!(approved(home), 2);

    let mut again = Terminal::open(home, (80, 24), "xterm-256color");
    again.wait_for("the same numbers", |screen| {
        screen.contains("Library 2") || screen.contains("2 done")
    });
    assert!(!again.contents().contains("sample week"), "the welcome came again");
}

#[test]
fn every_screen_shows_the_sample_week_and_a_merge_there_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(folder.path(), (80, 24), "xterm-256color");
    terminal.wait_for("the welcome", |screen| screen.contains("sample week"));
    terminal.press("d");
    terminal.wait_for_text("the run is done");
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.press("3");
    terminal.wait_for_text("strictest first");
    terminal.press("\r");
    terminal.wait_for_text("leads");
    terminal.press("m");
    terminal.wait_for_text("merged; u takes it back");
    terminal.press("u");
    terminal.wait_for_text("taken back");
    for (key, text) in [
        ("4", "There are no ideas"),
        ("6", "The sample week"),
        ("7", "automations found"),
        ("8", "Decided today, by everybody"),
    ] {
        terminal.press(key);
        terminal.wait_for_text(text);
    }
    terminal.press("q");
    let (code, _) = terminal.end();
    assert_eq!(code, 0);
}

#[test]
fn a_terminal_that_hangs_up_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let mut terminal = Terminal::open(home, (100, 30), "xterm");
    terminal.wait_for("the welcome", |screen| screen.contains("sample week"));
    terminal.press("d");
    terminal.wait_for_text("the run is done");
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.signal("-HUP");
    let (_, raw) = terminal.end();
    assert!(raw.contains("\x1b[?1049l"), "the terminal was not given back");
    assert_eq!(approved(home), 1);
}

#[test]
fn a_terminal_that_cannot_place_text_is_refused_kindly() {
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::open(folder.path(), (80, 24), "dumb");
    let (code, raw) = terminal.end();
    assert_eq!(code, 2);
    assert!(raw.contains("TERM=dumb") && raw.contains("hint:"), "{raw}");
    assert!(!raw.contains("\x1b[?1049h"), "the screen was taken over");
}

/// An editor of a few lines: it says that it is there, survives Ctrl-C, reads a line, sets the title
/// to it, wipes the screen, and ends with the status that the line says.
const EDITOR: &str = r#"#!/bin/sh
trap 'echo INTERRUPTED' INT
echo READY
until read status title; do :; done
sed "s/^title = .*/title = \"$title\"/" "$1" > "$1.new" && mv "$1.new" "$1"
printf '\033[2J\033[H'
exit "$status"
"#;

#[test]
fn an_editor_has_the_terminal_for_itself_and_its_text_is_never_lost() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let editor = folder.path().join("editor");
    std::fs::write(&editor, EDITOR).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let home = folder.path().join("home");
    let editor = editor.to_str().unwrap();
    let mut terminal = Terminal::open_with(&home, (100, 30), "xterm", editor);
    terminal.wait_for("the welcome", |screen| screen.contains("sample week"));
    terminal.press("d");
    terminal.wait_for_text("the run is done");
    terminal.press("E");
    terminal.wait_for_text("READY");
    // The keyboard's interrupt is the editor's, and so is every key.
    terminal.press("\x03");
    terminal.wait_for_text("INTERRUPTED");
    terminal.press("1 jjj Half typed\r");
    terminal.wait_for_text("so nothing is saved");
    terminal.press("E");
    terminal.wait_for_text("READY");
    terminal.press("0 jjj Whole\r");
    terminal.wait_for_text("changes saved");
    terminal.wait_for_text("jjj Whole");
    // The next one is a video, which has an address.
    terminal.press("j");
    terminal.wait_for_text("── video");
    terminal.press("q");
    let (code, raw) = terminal.end();
    assert_eq!(code, 0);
    assert!(raw.contains("\x1b]8;;http"), "the source's address is no link");
}

#[test]
fn every_terminal_gets_only_what_it_understands() {
    for (term, has_links) in [("screen", true), ("linux", false), ("xterm-256color", true)] {
        let home = home_with(&["Chase invoices", "Answer reviews"]);
        let mut terminal = Terminal::open(home.path(), (80, 24), term);
        terminal.wait_for("both", |screen| {
            screen.contains("Chase invoices") && screen.contains("Answer reviews")
        });
        terminal.press("a");
        terminal.wait_for_text("1 done today");
        terminal.press("q");
        let (code, raw) = terminal.end();
        assert_eq!(code, 0, "{term}");
        assert!(raw.contains("\x1b[?1049l"), "{term} was not given back");
        let is_true = raw.contains("38;2;") || raw.contains("48;2;");
        assert!(!is_true, "{term} was sent true colours, which it did not claim");
        assert!(has_links || !raw.contains("\x1b]8;"), "{term} was sent links");
        if !term.contains("256color") {
            let parts = raw.split("8;5;").skip(1);
            let colours =
                parts.filter_map(|rest| rest.split(['m', ';']).next()?.parse::<u8>().ok());
            assert!(colours.max().is_none_or(|most| most < 16), "{term} has 16 colours");
        }
        assert_eq!(approved(home.path()), 1);
    }
}

#[test]
fn wide_and_narrow_windows_are_worked_in() {
    let home = home_with(&["Chase invoices", "Answer reviews"]);
    for (size, done) in [((300, 60), 1), ((40, 12), 2)] {
        let mut terminal = Terminal::open(home.path(), size, "xterm-256color");
        terminal.wait_for("the list", |screen| {
            screen.contains("Chase invoices") || screen.contains("Answer reviews")
        });
        terminal.press("a");
        terminal.wait_for("the mark", |screen| screen.contains('✓'));
        terminal.press("q");
        assert_eq!(terminal.end().0, 0);
        assert_eq!(approved(home.path()), done);
    }
}

#[test]
fn a_storm_of_resizes_is_weathered() {
    let home = home_with(&["Chase invoices", "Answer reviews"]);
    let mut terminal = Terminal::open(home.path(), (80, 24), "xterm-256color");
    terminal.wait_for_text("Chase invoices");
    let sizes = [(300, 90), (40, 10), (1, 1), (120, 40), (39, 9), (2, 60), (200, 3), (80, 24)];
    for (at, size) in sizes.iter().cycle().take(160).enumerate() {
        terminal.resize(*size);
        if at % 7 == 0 {
            terminal.press("jk");
        }
    }
    terminal.resize((100, 30));
    terminal.wait_for("the whole screen", |screen| {
        screen.contains("Chase invoices") && screen.contains("8 Overview")
    });
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.press("q");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn a_paste_of_a_megabyte_is_taken_in_part_and_does_no_harm() {
    let home = home_with(&["Chase invoices"]);
    let mut terminal = Terminal::open(home.path(), (80, 24), "xterm-256color");
    terminal.wait_for_text("Chase invoices");
    // Nothing is open to take it: no letter of it may be a key.
    let paste = format!("\x1b[200~{}\x1b[201~", "aaaxq reject \n".repeat(80_000));
    terminal.press(&paste);
    terminal.wait_for_text("pasting goes into prompts");
    terminal.press("/");
    terminal.wait_for_text("filter");
    terminal.press(&paste);
    terminal.wait_for_text("characters were taken");
    terminal.press("\x1b");
    terminal.wait_for("the prompt closed", |screen| {
        screen.contains("Chase invoices") && !screen.contains("aaaxq")
    });
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.press("q");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(approved(home.path()), 1);
}

#[test]
fn a_termination_loses_nothing_and_gives_the_terminal_back() {
    let home = home_with(&["Chase invoices"]);
    let mut terminal = Terminal::open(home.path(), (80, 24), "xterm");
    terminal.wait_for_text("Chase invoices");
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.signal("-TERM");
    let (_, raw) = terminal.end();
    assert!(raw.contains("\x1b[?1049l"), "the terminal was not given back");
    assert_eq!(approved(home.path()), 1);
}

#[test]
fn it_sleeps_on_ctrl_z_and_wakes_where_it_was() {
    let home = home_with(&["Chase invoices"]);
    let mut terminal = Terminal::open(home.path(), (80, 24), "xterm");
    terminal.wait_for_text("Chase invoices");
    terminal.press("\x1a");
    let stat = format!("/proc/{}/stat", terminal.child.process_id().unwrap());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let Ok(text) = std::fs::read_to_string(&stat) else {
            return eprintln!("skipped: no /proc here to tell a sleeping process by");
        };
        if text.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')) {
            break;
        }
        assert!(Instant::now() < deadline, "it does not sleep: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What it wrote before is all read: the shell's screen is back.
    terminal.wait_for("the shell's screen", |screen| !screen.contains("Chase invoices"));
    terminal.signal("-CONT");
    terminal.wait_for_text("Chase invoices");
    terminal.press("a");
    terminal.wait_for_text("1 done today");
    terminal.press("q");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn hostile_titles_stay_text() {
    let clipboard = "\x1b]52;c;aGFja2Vk\x07";
    let hostile = [
        format!("one {clipboard}\x1b[31mred\x1b[2J"),
        "two \u{202e}txet desrever\u{2066}".to_owned(),
        format!("three e{}", "\u{301}".repeat(60)),
        "four \u{1F469}\u{200d}\u{1F469}\u{200d}\u{1F467}\u{200d}\u{1F466} family".to_owned(),
        "five \u{9b}31m\u{90}q\u{9c} \u{7}\u{8}".to_owned(),
    ];
    let titles: Vec<&str> = hostile.iter().map(String::as_str).collect();
    let home = home_with(&titles);
    let mut terminal = Terminal::open(home.path(), (120, 40), "xterm-256color");
    terminal.wait_for("all of them", |screen| {
        ["one ", "two ", "three ", "four ", "five "].iter().all(|word| screen.contains(word))
    });
    let shown = terminal.contents();
    // The columns behind the titles stand straight.
    let ends = shown.lines().filter(|line| line.contains(" now")).map(|line| {
        let at = line.find(" now").unwrap();
        unicode_width::UnicodeWidthStr::width(&line[..at])
    });
    let ends: Vec<usize> = ends.collect();
    assert!(ends.len() >= 5 && ends.iter().all(|end| *end == ends[0]), "{ends:?}\n{shown}");
    terminal.press("jjjj");
    terminal.press("q");
    let (code, raw) = terminal.end();
    assert_eq!(code, 0);
    for bad in ["]52;", "\u{202e}", "\u{2066}", "\u{9b}", "\u{90}", "\x08"] {
        assert!(!raw.contains(bad), "{bad:?} reached the terminal");
    }
    assert!(!raw.contains(&"\u{301}".repeat(10)), "a pile of marks reached the terminal");
}
