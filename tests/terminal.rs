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
    _master: Box<dyn MasterPty + Send>,
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
        Self { _master: pair.master, writer, output, screen, child, raw: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
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
    let process = terminal.child.process_id().unwrap().to_string();
    assert!(Command::new("kill").args(["-HUP", &process]).status().unwrap().success());
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
