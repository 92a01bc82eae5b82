//! `$EDITOR`: the terminal whole, on a file of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::SystemTime;

/// Names tried before a folder counts as unusable.
const MOST_NAMES: u32 = 1000;

/// How the user left the editor.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    /// What stands in the file now, where it was written.
    pub text: Option<String>,
    /// Why the editor failed, where it did; what was written is then no wish to save.
    pub failure: Option<String>,
}

/// Lets the user edit `text` in a file that no other workbench uses. Blocks; the terminal must have
/// been given back.
///
/// # Errors
/// Where the file cannot be written or read back (it is left in its place then), or the editor not
/// started. The message names the file.
pub fn edit(folder: &Path, said: &str, name: &str, text: &str) -> io::Result<Left> {
    let (path, file) = create(folder, name)?;
    let naming = |error: io::Error| {
        io::Error::new(error.kind(), format!("{error}; the text is in {}", path.display()))
    };
    let before = write(file, text).map_err(naming)?;
    // As git does it: by the shell, so that `EDITOR="code --wait"` works; the path is no part of
    // the command's text.
    let command = choice(said);
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{command} \"$1\""))
        .arg("sh")
        .arg(&path)
        .status()
        .map_err(naming)?;
    let edited = fs::read(&path).map_err(naming)?;
    let after = fs::metadata(&path).and_then(|meta| meta.modified()).map_err(naming)?;
    let edited = String::from_utf8_lossy(&edited).into_owned();
    let is_written = edited != text || after != before;
    fs::remove_file(&path)?;
    Ok(Left { text: is_written.then_some(edited), failure: failure(status) })
}

/// A new file, readable by its owner alone.
fn create(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    fs::create_dir_all(folder)?;
    let process = std::process::id();
    for number in 0..MOST_NAMES {
        let path = folder.join(format!("{name}-{process}-{number}.toml"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, format!("{} is full", folder.display())))
}

/// Writes the text; returns when the file was last written.
fn write(mut file: File, text: &str) -> io::Result<SystemTime> {
    file.write_all(text.as_bytes())?;
    file.metadata()?.modified()
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
    said.or_else(|| variable("VISUAL"))
        .or_else(|| variable("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(editor: &str) -> (Left, usize) {
        let folder = tempfile::tempdir().unwrap();
        let left = edit(folder.path(), editor, "automation-1", "title = 1\n").unwrap();
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
        let one = create(folder.path(), "automation-1").unwrap().0;
        let other = create(folder.path(), "automation-1").unwrap().0;
        assert_ne!(one, other);
    }
}
