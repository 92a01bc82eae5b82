//! The workbench as a reviewer meets it: the real program in a pseudo-terminal.
//!
//! `cargo bench --bench terminal -- [--home DIR] [--keys N] [--idle SECONDS] [--size 160x48]`
//!
//! Prints one table: start to first useful frame, key to frame (a frame ends with the end of the
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
    size: (u16, u16),
    colors: String,
}

fn options() -> Options {
    let mut options = Options {
        home: None,
        keys: 300,
        idle: Duration::from_secs(20),
        size: (160, 48),
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
                options.size = (width.parse().expect("columns"), height.parse().expect("rows"));
            }
            // What cargo bench passes on its own.
            _ => {}
        }
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
    fn start(home: &Path, options: &Options) -> Self {
        let (width, height) = options.size;
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

struct Figures(Vec<f64>);

impl Figures {
    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = ((sorted.len() - 1) as f64 * share).round() as usize;
        sorted[place]
    }

    fn line(&self, name: &str, unit: &str) {
        println!(
            "{name:<44} p50 {:>9.2}  p99 {:>9.2}  max {:>9.2} {unit}   n={}",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0),
            self.0.len()
        );
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
    let (width, height) = options.size;
    println!("workbench at {width}x{height}, {} colours, home {}", options.colors, home.display());

    let mut starts = Figures(Vec::new());
    for _ in 0..10 {
        let started = Instant::now();
        let mut session = Session::start(&home, &options);
        let (took, _) = session.wait(started, is_useful);
        starts.0.push(milliseconds(took));
        session.quit();
    }
    starts.line("start to first useful frame", "ms");

    let mut session = Session::start(&home, &options);
    session.wait(Instant::now(), is_useful);
    session.listen(Duration::from_millis(800));
    measure_keys(&mut session, &options, "j", "cursor down");
    measure_keys(&mut session, &options, "k", "cursor up");
    measure_typing(&mut session, &options);

    session.listen(Duration::from_secs(12));
    let ticks = session.cpu_ticks();
    let idle = session.listen(options.idle);
    let seconds = options.idle.as_secs();
    println!("{:<44} {idle} bytes in {seconds} s", "idle output");
    if let (Some(before), Some(after)) = (ticks, session.cpu_ticks()) {
        // USER_HZ is 100 on every Linux that this runs on.
        let share = (after - before) as f64 / options.idle.as_secs_f64();
        println!("{:<44} {share:.2} % of a core", "idle CPU");
    }
    if let Some(resident) = session.resident_kib() {
        println!("{:<44} {:.0} MB", "resident memory", resident as f64 / 1024.0);
    }
    session.quit();
}

fn measure_keys(session: &mut Session, options: &Options, key: &str, name: &str) {
    let (mut times, mut sizes) = (Figures(Vec::new()), Figures(Vec::new()));
    for _ in 0..options.keys {
        let pressed = Instant::now();
        session.key(key);
        let (took, bytes) = session.frame(pressed);
        times.0.push(milliseconds(took));
        sizes.0.push(bytes as f64);
        // The pane's own frame comes later; it is not the next key's.
        while session.listen(Duration::from_millis(40)) > 0 {}
    }
    times.line(&format!("key to frame, {name}"), "ms");
    sizes.line(&format!("bytes to that frame, {name}"), "bytes");
}

fn measure_typing(session: &mut Session, options: &Options) {
    session.key("2");
    session.listen(Duration::from_millis(800));
    session.key("/");
    session.listen(Duration::from_millis(500));
    let mut times = Figures(Vec::new());
    let words = "send invoice reminder when payment late ".repeat(options.keys / 40 + 1);
    for letter in words.chars().take(options.keys.min(200)) {
        let pressed = Instant::now();
        session.key(&letter.to_string());
        let (took, _) = session.frame(pressed);
        times.0.push(milliseconds(took));
        session.listen(Duration::from_millis(30));
    }
    times.line("key to frame, typing a search", "ms");
    session.key("\x1b");
    session.key("1");
    session.listen(Duration::from_millis(300));
}
