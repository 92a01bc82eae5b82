//! A text that a person writes in an editor until it is sound, or leaves.

use super::{CliError, Context, editor};
use crate::text::sheet::SheetError;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};

/// What begins a line that tells of an error; taken out again before the text is read.
const MARK: &str = "#!! ";

/// What came of an editing.
pub enum Composed<T> {
    /// The text as it was read, and the file that holds it until [`Kept::forget`].
    Written(T, Kept),
    /// Nothing was changed, or everything was deleted.
    Dropped,
}

/// The file with what the person wrote: kept until it is in the store.
pub struct Kept(PathBuf);

impl Kept {
    /// Removes the file: its text is safe elsewhere.
    pub fn forget(self) {
        // A file too many in the cache does no harm.
        let _ = std::fs::remove_file(self.0);
    }

    /// `error`, with where the text is.
    pub fn beside(&self, error: CliError) -> CliError {
        let place = format!("your text is kept in {}", self.0.display());
        let hint = match error.hint() {
            Some(hint) => format!("{hint}; {place}"),
            None => place,
        };
        error.with_hint(hint)
    }
}

/// Opens `text` in the editor until `read` accepts it; each error is written above its line.
///
/// # Errors
/// Where the editor fails, or the text is left with an error in it; the file is named.
pub fn compose<T>(
    context: &Context,
    name: &str,
    text: &str,
    read: impl Fn(&str) -> Result<T, SheetError>,
) -> Result<Composed<T>, CliError> {
    let said = context.config()?.ui.editor;
    // The terminal sends Ctrl-C to the editor and to this program; it is the editor's.
    let _ctrl_c = signal(SignalKind::interrupt());
    let folder = context.workspace.cache.join("edit");
    let path = editor::lend(&folder, name, text).map_err(|error| CliError::Failed {
        what: format!("cannot write a file for the editor in {}: {error}", folder.display()),
        hint: None,
    })?;
    let kept = Kept(path);
    let mut before = text.to_owned();
    let mut wrong: Option<SheetError> = None;
    loop {
        let edited = edited(&kept, &said, wrong.as_ref(), text)?;
        if is_empty(&edited) || (wrong.is_none() && edited == before) {
            kept.forget();
            return Ok(Composed::Dropped);
        }
        if let Some(wrong) = wrong.filter(|_| edited == before) {
            write(&kept.0, &edited)?;
            let error = CliError::Failed {
                what: format!("nothing was changed: the text was left as it is, with {wrong}"),
                hint: None,
            };
            return Err(kept.beside(error));
        }
        match read(&edited) {
            Ok(read) => return Ok(Composed::Written(read, kept)),
            Err(error) => {
                write(&kept.0, &with_error(&edited, &error))?;
                before = edited;
                wrong = Some(error);
            }
        }
    }
}

/// Runs the editor once; the text without what was said of the last error.
fn edited(
    kept: &Kept,
    said: &str,
    wrong: Option<&SheetError>,
    first: &str,
) -> Result<String, CliError> {
    let failed = |what: String| kept.beside(CliError::Failed { what, hint: None });
    let status = editor::open(&kept.0, said)
        .map_err(|error| failed(format!("cannot start the editor: {error}")))?;
    let bytes = std::fs::read(&kept.0)
        .map_err(|error| failed(format!("cannot read what the editor wrote: {error}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| failed("what the editor wrote is not UTF-8".to_owned()))?;
    let text = match wrong {
        Some(error) => text.replacen(&format!("{}\n", said_of(error)), "", 1),
        None => text,
    };
    if status.success() {
        return Ok(text);
    }
    let what = format!("the editor failed ({status}); nothing was changed");
    if text == first {
        // Nothing of the person's own is in it.
        let _ = std::fs::remove_file(&kept.0);
        let hint = "set $VISUAL or $EDITOR to an editor that is installed".to_owned();
        return Err(CliError::Failed { what, hint: Some(hint) });
    }
    Err(failed(what))
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|error| CliError::Failed {
        what: format!("cannot write {}: {error}", path.display()),
        hint: None,
    })
}

/// Whether nothing but white space and comments is left.
fn is_empty(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

fn said_of(error: &SheetError) -> String {
    format!("{MARK}{}", error.what.replace(['\n', '\r'], " "))
}

/// The text with the error above its line, or at its head.
fn with_error(text: &str, error: &SheetError) -> String {
    let at = error.line.unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(at).map(str::len).sum();
    format!("{}{}\n{}", &text[..start], said_of(error), &text[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stands_above_its_line_and_goes_without_a_trace() {
        let error = SheetError { line: Some(2), what: "a title cannot be empty".to_owned() };
        let text = "# head\ntitle = \"\"\n";
        let told = with_error(text, &error);
        assert_eq!(told, "# head\n#!! a title cannot be empty\ntitle = \"\"\n");
        assert_eq!(told.replacen(&format!("{}\n", said_of(&error)), "", 1), text);
    }

    #[test]
    fn comments_alone_are_nothing() {
        assert!(is_empty("# a\n\n  # b\n"));
        assert!(!is_empty("# a\ntitle = \"T\""));
    }
}
