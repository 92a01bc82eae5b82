//! `$EDITOR`: the terminal whole, on a file of its own.

use std::fs::{self, OpenOptions};
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
    fs::create_dir_all(folder)?;
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

/// How the user left the editor.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    /// What stands in the file now, where it was written.
    pub text: Option<String>,
    /// Why the editor failed, where it did; what was written is then no wish to save.
    pub failure: Option<String>,
}

/// Lets the user edit `text` in a file that no other process uses. Blocks; the terminal must have
/// been given back.
///
/// # Errors
/// Where the file cannot be written or read back (it is left in its place then), or the editor not
/// started. The message names the file.
pub fn edit(folder: &Path, said: &str, name: &str, text: &str) -> io::Result<Left> {
    let path = lend(folder, name, text)?;
    let naming = |error: io::Error| {
        io::Error::new(error.kind(), format!("{error}; the text is in {}", path.display()))
    };
    let written = || fs::metadata(&path).and_then(|found| found.modified());
    let before = written().map_err(naming)?;
    let status = open(&path, said).map_err(naming)?;
    let edited = fs::read(&path).map_err(naming)?;
    let edited = String::from_utf8(edited).map_err(|_| {
        naming(io::Error::new(ErrorKind::InvalidData, "what was written is not UTF-8"))
    })?;
    let is_written = edited != text || written().map_err(naming)? != before;
    // A file too many does no harm; the text would.
    let _ = fs::remove_file(&path);
    Ok(Left { text: is_written.then_some(edited), failure: failure(status) })
}

fn failure(status: ExitStatus) -> Option<String> {
    (!status.success()).then(|| match status.code() {
        Some(code) => format!("the editor ended with status {code}"),
        None => "the editor was ended by a signal".to_owned(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn left(editor: &str) -> (Left, usize) {
        let folder = tempfile::tempdir().unwrap();
        let left = edit(folder.path(), editor, "automation-1.toml", "title = 1\n").unwrap();
        (left, fs::read_dir(folder.path()).unwrap().count())
    }

    #[test]
    fn what_was_written_comes_back_also_from_an_editor_that_fails() {
        let (saved, files) = left("echo '# more' >>");
        assert_eq!(saved.text.as_deref(), Some("title = 1\n# more\n"));
        assert_eq!((saved.failure, files), (None, 0));
        let (failed, files) = left("f() { echo '# more' >> \"$1\"; exit 3; }; f");
        assert_eq!(failed.text.as_deref(), Some("title = 1\n# more\n"));
        assert!(failed.failure.unwrap().ends_with("ended with status 3"));
        assert_eq!(files, 0);
    }

    #[test]
    fn a_file_that_was_not_written_is_no_text() {
        assert_eq!(left("true").0, Left { text: None, failure: None });
        // Written as it was is written too: a draft may be right as it stands.
        let again = "f() { sleep 0.02; text=$(cat \"$1\"); echo \"$text\" > \"$1\"; }; f";
        assert_eq!(left(again).0.text.as_deref(), Some("title = 1\n"));
    }

    #[test]
    fn two_editors_on_one_item_have_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let lent = || lend(folder.path(), "automation-1.toml", "").unwrap();
        assert_ne!(lent(), lent());
    }
}
