//! `$EDITOR`: the terminal whole, on a file of its own.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Editors to fall back on, the first that is installed.
const FALLBACKS: [&str; 3] = ["vi", "vim", "nano"];

/// Writes `text` to a new file in `folder`, called after `name`, that only its owner may read.
///
/// # Errors
/// Where the folder or the file cannot be made.
pub fn lend(folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let process = std::process::id();
    let mut attempt = 0_u32;
    loop {
        // A file that an earlier process kept for its user is never written over.
        let path = folder.join(format!("{stem}-{process}-{attempt}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Opens the file in the editor that `said` names, else `$VISUAL`, else `$EDITOR`, and waits.
///
/// # Errors
/// Where the editor cannot be started.
pub fn open(path: &Path, said: &str) -> io::Result<ExitStatus> {
    // As git does it: by the shell, so that `EDITOR="code --wait"` works; the path is no part of
    // the command's text.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{} \"$1\"", choice(said))).arg("sh").arg(path);
    if !io::stdout().is_terminal() {
        // Standard output is somebody's data.
        command.stdout(Stdio::from(io::stderr().as_fd().try_clone_to_owned()?));
    }
    command.status()
}

/// Lets the user edit `text`; `None` where nothing was changed. Blocks; the terminal must have
/// been given back.
///
/// # Errors
/// Where the file cannot be written or read, or the editor fails; the message names the file where
/// it holds changes, which is then kept.
pub fn edit(folder: &Path, said: &str, name: &str, text: &str) -> io::Result<Option<String>> {
    let path = lend(folder, name, text)?;
    let status = open(&path, said)?;
    let kept = |why: String| {
        let place = path.display();
        io::Error::other(format!("{why}; your text is kept in {place}"))
    };
    let edited = std::fs::read_to_string(&path).map_err(|error| kept(error.to_string()))?;
    if !status.success() && edited != text {
        return Err(kept(format!("the editor failed ({status})")));
    }
    std::fs::remove_file(&path)?;
    Ok((edited != text).then_some(edited))
}

fn choice(said: &str) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let said = Some(said.to_owned()).filter(|said| !said.trim().is_empty());
    let fallback = || FALLBACKS.into_iter().find(|name| is_installed(name)).unwrap_or("vi");
    said.or_else(|| variable("VISUAL"))
        .or_else(|| variable("EDITOR"))
        .unwrap_or_else(|| fallback().to_owned())
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}
