//! An item's draft as text: at which revision it began, and notes to its writer.

use crate::model::Automation;
use crate::text::sheet::SheetError;

/// Begins a line that the workbench writes and takes out again.
const NOTE: &str = "#! ";
/// Begins the line that says at which revision the draft began.
const BEGUN: &str = "# begun at revision ";

/// The text with the revision at which it began, unless it says one.
pub(super) fn begun(text: &str, revision: u32) -> String {
    if revision_of(text).is_some() { text.to_owned() } else { format!("{BEGUN}{revision}\n{text}") }
}

/// The revision at which a draft began.
pub(super) fn revision_of(text: &str) -> Option<u32> {
    text.lines().find_map(|line| line.strip_prefix(BEGUN))?.trim().parse().ok()
}

/// The text without notes.
pub(super) fn bare(text: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with(NOTE));
    lines.collect()
}

/// Whether nothing but comments is left: how an editor's user throws a draft away.
pub(super) fn is_empty(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// A draft as the editor shows it: what it is, and what is wrong with it above the line where it is.
pub(super) fn noted(draft: &str, problem: Option<&SheetError>, item: &Automation) -> String {
    let mut text = format!("{NOTE}This is your draft. Empty the file to throw it away.\n");
    if revision_of(draft).is_some_and(|began| began != item.revision) {
        text.push_str(&format!(
            "{NOTE}The item was changed by others since you began: what you save stands over it.\n"
        ));
    }
    let at = problem.and_then(|problem| problem.line);
    if let (Some(problem), None) = (problem, at) {
        text.push_str(&format!("{NOTE}Not saved: {}\n", problem.what));
    }
    for (number, line) in draft.split_inclusive('\n').enumerate() {
        if let Some(problem) = problem.filter(|_| at == Some(number + 1)) {
            text.push_str(&format!("{NOTE}Not saved, the next line: {}\n", problem.what));
        }
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "title = \"\"\ncomplexity = \"odd\"\n\n[[steps]]\ntext = \"a\"\n[[steps]]\n";

    #[test]
    fn notes_and_the_revision_come_out_as_they_went_in() {
        let draft = begun(TEXT, 4);
        assert_eq!((revision_of(&draft), revision_of(TEXT)), (Some(4), None));
        assert_eq!(begun(&draft, 9), draft);
        assert_eq!(bare(&format!("{NOTE}a note\n{draft}")), draft);
        assert!(is_empty("# only\n\n  # comments\n") && !is_empty(TEXT));
    }
}
