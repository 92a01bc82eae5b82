//! The workbench as a reviewer meets it: the real program in a pseudo-terminal.
//!
//! `cargo bench --bench terminal -- [--home DIR] [--keys N] [--idle SECONDS] [--size 160x48]…`
//!
//! Prints one table with a column for each size (160x48 and 80x24 where none is named): start to first useful frame, key to frame (a frame ends with the end of the
//! synchronized update), bytes a key press, bytes while idle. Without `--home`, a home with the
//! sample week is made first. Nothing is asserted: these are figures to read.

use portable_pty::{CommandBuilder, MasterPty, NativePtySystem, PtySize, PtySystem};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_reservoir");
const FRAME_END: &[u8] = b"\x1b[?2026l";
const PATIENCE: Duration = Duration::from_secs(20);

struct Options {
    home: Option<PathBuf>,
    keys: usize,
    idle: Duration,
    sizes: Vec<(u16, u16)>,
    colors: String,
}

fn options() -> Options {
    let mut options = Options {
        home: None,
        keys: 300,
        idle: Duration::from_secs(20),
        sizes: Vec::new(),
        colors: "truecolor".to_owned(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word.as_str() {
            "--home" => options.home = Some(PathBuf::from(value())),
            "--keys" => options.keys = value().parse().expect("a number of keys"),
            "--idle" => options.idle = Duration::from_secs(value().parse().expect("seconds")),
            "--colors" => options.colors = value(),
            "--size" => {
                let text = value();
                let (width, height) = text.split_once('x').expect("a size as 160x48");
                let size = (width.parse().expect("columns"), height.parse().expect("rows"));
                options.sizes.push(size);
            }
            // What cargo bench passes on its own.
            _ => {}
        }
    }
    if options.sizes.is_empty() {
        options.sizes = vec![(160, 48), (80, 24)];
    }
    options
}

/// The program in a pseudo-terminal, its screen kept by a terminal emulator.
struct Session {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Session {
    fn start(home: &Path, (width, height): (u16, u16), options: &Options) -> Self {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = NativePtySystem::default().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(["--home".as_ref(), home.as_os_str()]);
        command.env("TERM", "xterm-256color");
        match options.colors.as_str() {
            "truecolor" => command.env("COLORTERM", "truecolor"),
            "16" => command.env("TERM", "xterm"),
            _ => {}
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let writer = pair.master.take_writer().expect("the terminal can be written");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length) = reader.read(&mut buffer) {
                if length == 0 || send.send((Instant::now(), buffer[..length].to_vec())).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(height, width, 0);
        Self { master: pair.master, writer, output, screen, child }
    }

    fn key(&mut self, key: &str) {
        self.writer.write_all(key.as_bytes()).expect("the key is written");
        self.writer.flush().expect("the key is written");
    }

    /// Reads until `until` holds on the screen; how long it took and how many bytes came.
    fn wait(&mut self, since: Instant, until: impl Fn(&str) -> bool) -> (Duration, usize) {
        let mut bytes = 0;
        loop {
            let left = PATIENCE.saturating_sub(since.elapsed());
            match self.output.recv_timeout(left) {
                Ok((at, part)) => {
                    bytes += part.len();
                    self.screen.process(&part);
                    if until(&self.screen.screen().contents()) {
                        return (at - since, bytes);
                    }
                }
                Err(error) => panic!("{error}; the screen is\n{}", self.screen.screen().contents()),
            }
        }
    }

    /// Reads one whole frame; when it was complete and how many bytes it took.
    fn frame(&mut self, since: Instant) -> (Duration, usize) {
        let mut bytes = Vec::new();
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok((at, part)) => {
                    self.screen.process(&part);
                    bytes.extend_from_slice(&part);
                    if bytes.ends_with(FRAME_END) {
                        return (at - since, bytes.len());
                    }
                }
                Err(error) => panic!("{error}; the screen is\n{}", self.screen.screen().contents()),
            }
        }
    }

    /// Reads what comes during `time`; how many bytes.
    fn listen(&mut self, time: Duration) -> usize {
        let end = Instant::now() + time;
        let mut bytes = 0;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((_, part)) => {
                    self.screen.process(&part);
                    bytes += part.len();
                }
                Err(RecvTimeoutError::Timeout) => return bytes,
                Err(error) => panic!("the program ended: {error}"),
            }
        }
    }

    fn resident_kib(&self) -> Option<u64> {
        let process = self.child.process_id()?;
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    fn cpu_ticks(&self) -> Option<u64> {
        let process = self.child.process_id()?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    }

    fn quit(mut self) {
        self.key("\x1b");
        self.key(":");
        self.listen(Duration::from_millis(300));
        drop(self.writer);
        drop(self.master);
        // Best effort: the kernel ends it with the terminal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Figures of one measure.
#[derive(Default)]
struct Figures(Vec<f64>);

impl Figures {
    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = ((sorted.len() - 1) as f64 * share).round() as usize;
        sorted[place]
    }

    fn words(&self) -> String {
        format!("{:.2} / {:.2} / {:.2}", self.at(0.5), self.at(0.99), self.at(1.0))
    }
}

/// The table's lines at one size: what was measured, and its figures.
#[derive(Default)]
struct Column(Vec<(String, String)>);

impl Column {
    fn add(&mut self, name: impl Into<String>, figures: impl Into<String>) {
        self.0.push((name.into(), figures.into()));
    }
}

fn is_useful(screen: &str) -> bool {
    // A line of the queue: a confidence stands in it.
    screen
        .lines()
        .skip(2)
        .any(|line| line.contains(" .") || line.contains(" 0.") || line.contains(" 1.0"))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn sample_home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let status = Command::new(PROGRAM)
        .arg("--home")
        .arg(home.path())
        .args(["--quiet", "run", "--sample"])
        .status()
        .expect("the program runs");
    assert!(status.success(), "the sample week does not load");
    home
}

fn main() {
    let options = options();
    let kept;
    let home = match &options.home {
        Some(home) => home.clone(),
        None => {
            kept = sample_home();
            kept.path().to_owned()
        }
    };
    println!("workbench, {} colours, home {}", options.colors, home.display());
    let columns: Vec<Column> =
        options.sizes.iter().map(|size| measure(&home, *size, &options)).collect();
    print!("\n{:<44}", "p50 / p99 / max");
    for (width, height) in &options.sizes {
        print!("  {:>26}", format!("{width}x{height}"));
    }
    println!();
    for (line, (name, _)) in columns[0].0.iter().enumerate() {
        print!("{name:<44}");
        for column in &columns {
            print!("  {:>26}", column.0[line].1);
        }
        println!();
    }
}

fn measure(home: &Path, size: (u16, u16), options: &Options) -> Column {
    let mut column = Column::default();
    // Each size begins where a newcomer does, not where the last one left off; none is no trouble.
    let _ = std::fs::remove_dir_all(home.join("data/workspaces/main/sessions"));
    let mut starts = Figures::default();
    for _ in 0..10 {
        let started = Instant::now();
        let mut session = Session::start(home, size, options);
        let (took, _) = session.wait(started, is_useful);
        starts.0.push(milliseconds(took));
        session.quit();
    }
    column.add("start to first useful frame, ms", starts.words());

    let mut session = Session::start(home, size, options);
    session.wait(Instant::now(), is_useful);
    session.listen(Duration::from_millis(800));
    measure_keys(&mut session, options, ("j", "cursor down"), &mut column);
    measure_keys(&mut session, options, ("k", "cursor up"), &mut column);
    measure_typing(&mut session, options, &mut column);

    // Toasts and the session's file have their last moment first.
    session.listen(Duration::from_secs(12));
    let ticks = session.cpu_ticks();
    let idle = session.listen(options.idle);
    column.add(format!("idle output in {} s, bytes", options.idle.as_secs()), idle.to_string());
    let share = match (ticks, session.cpu_ticks()) {
        // USER_HZ is 100 on every Linux that this runs on.
        (Some(before), Some(after)) => {
            format!("{:.2}", (after - before) as f64 / options.idle.as_secs_f64())
        }
        _ => "?".to_owned(),
    };
    column.add("idle CPU, % of a core", share);
    let resident = session.resident_kib().map_or("?".to_owned(), |kib| (kib / 1024).to_string());
    column.add("resident memory, MB", resident);
    session.quit();
    column
}

fn measure_keys(
    session: &mut Session,
    options: &Options,
    (key, name): (&str, &str),
    column: &mut Column,
) {
    let (mut times, mut sizes) = (Figures::default(), Figures::default());
    for _ in 0..options.keys {
        let pressed = Instant::now();
        session.key(key);
        let (took, bytes) = session.frame(pressed);
        times.0.push(milliseconds(took));
        sizes.0.push(bytes as f64);
        // The pane's own frame comes later; it is not the next key's.
        while session.listen(Duration::from_millis(40)) > 0 {}
    }
    column.add(format!("key to frame, {name}, ms"), times.words());
    column.add(format!("to that frame, {name}, bytes"), sizes.words());
}

fn measure_typing(session: &mut Session, options: &Options, column: &mut Column) {
    session.key("2");
    session.listen(Duration::from_millis(800));
    session.key("/");
    session.listen(Duration::from_millis(500));
    let mut times = Figures::default();
    let words = "send invoice reminder when payment late ".repeat(options.keys / 40 + 1);
    for letter in words.chars().take(options.keys.min(200)) {
        let pressed = Instant::now();
        session.key(&letter.to_string());
        let (took, _) = session.frame(pressed);
        times.0.push(milliseconds(took));
        while session.listen(Duration::from_millis(40)) > 0 {}
    }
    column.add("key to frame, typing a search, ms", times.words());
    session.key("\x1b");
    session.key("1");
    session.listen(Duration::from_millis(300));
}
