//! `$EDITOR`: the terminal whole, on a file of its own.

use std::io;
use std::path::Path;
use std::process::Command;

/// Lets the user edit `text`; `None` where the editor failed or nothing was changed. Blocks; the
/// terminal must have been given back.
///
/// # Errors
/// Where the file cannot be written or read, or the editor not started.
pub fn edit(folder: &Path, said: &str, name: &str, text: &str) -> io::Result<Option<String>> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    // As git does it: by the shell, so that `EDITOR="code --wait"` works; the path is no part of
    // the command's text.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{} \"$1\"", choice(said)))
        .arg("sh")
        .arg(&path)
        .status()?;
    let edited = std::fs::read_to_string(&path)?;
    std::fs::remove_file(&path)?;
    Ok((status.success() && edited != text).then_some(edited))
}

fn choice(said: &str) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let said = Some(said.to_owned()).filter(|said| !said.trim().is_empty());
    said.or_else(|| variable("VISUAL"))
        .or_else(|| variable("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned())
}
