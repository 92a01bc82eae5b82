//! The log: a file in the cache folder, and its newest lines for the Pipeline screen.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines kept for the screen.
const KEPT: usize = 500;
/// A log larger than this is set aside at the next start, over the one before.
const LARGEST: u64 = 5 << 20;

/// The newest lines; cheap to clone.
#[derive(Clone, Default)]
pub struct Tail {
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Tail {
    /// Oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn push(&self, text: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if lines.len() == KEPT {
                lines.pop_front();
            }
            lines.push_back(line.to_owned());
        }
    }
}

/// Logs into `folder`, and keeps the tail; without a writable folder, the tail alone.
pub fn to_file(folder: &Path) -> Tail {
    let tail = Tail::default();
    let file = open(folder).ok().map(|file| Arc::new(Mutex::new(file)));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter("reservoir=info,warn"))
        .with_ansi(false)
        .with_target(false)
        .with_writer(Both { tail: tail.clone(), file })
        .finish();
    // A second workbench in one process (tests) keeps the first one's log.
    let _ = tracing::subscriber::set_global_default(subscriber);
    tail
}

/// Logs to standard error, for commands: warnings, or more with `-v`.
pub fn to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "reservoir=warn,error",
        1 => "reservoir=info,warn",
        _ => "reservoir=debug,info",
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter(level))
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .with_writer(io::stderr)
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::try_from_env("RESERVOIR_LOG").unwrap_or_else(|_| EnvFilter::new(default))
}

fn open(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("reservoir.log");
    if std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGEST) {
        std::fs::rename(&path, folder.join("reservoir.log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[derive(Clone)]
struct Both {
    tail: Tail,
    file: Option<Arc<Mutex<File>>>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tail.push(&String::from_utf8_lossy(bytes));
        if let Some(file) = &self.file {
            file.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Both {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
