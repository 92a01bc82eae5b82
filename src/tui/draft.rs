//! An item's draft as text: at which revision it began, and notes to its writer.

use crate::model::Automation;

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
pub(super) fn noted(draft: &str, problem: Option<&str>, item: &Automation) -> String {
    let mut text = format!("{NOTE}This is your draft. Empty the file to throw it away.\n");
    if revision_of(draft).is_some_and(|began| began != item.revision) {
        text.push_str(&format!(
            "{NOTE}The item was changed by others since you began: what you save stands over it.\n"
        ));
    }
    let at = problem.and_then(|problem| line_of(problem, draft));
    if let (Some(problem), None) = (problem, at) {
        text.push_str(&format!("{NOTE}Not saved: {problem}\n"));
    }
    for (number, line) in draft.split_inclusive('\n').enumerate() {
        if let Some(problem) = problem.filter(|_| at == Some(number)) {
            let (_, what) = problem.split_once(": ").unwrap_or(("", problem));
            let what = if problem.starts_with("line ") { what } else { problem };
            text.push_str(&format!("{NOTE}Not saved, the next line: {what}\n"));
        }
        text.push_str(line);
    }
    text
}

/// The line, from 0, that a problem speaks of: by its number, or by the word that it quotes.
fn line_of(problem: &str, text: &str) -> Option<usize> {
    if let Some((number, _)) = problem.strip_prefix("line ").and_then(|rest| rest.split_once(':')) {
        return number.parse::<usize>().ok()?.checked_sub(1);
    }
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    if let Some((_, rest)) = problem.split_once('`') {
        let quoted = format!("\"{}\"", rest.split('`').next().unwrap_or_default());
        return lines.find(|(_, line)| line.contains(&quoted)).map(|(number, _)| number);
    }
    if let Some(step) = problem.strip_prefix("step ") {
        let step: usize = step.split(' ').next()?.parse().ok()?;
        let mut steps = lines.filter(|(_, line)| line.trim() == "[[steps]]");
        return steps.nth(step).map(|(number, _)| number);
    }
    let names_title = problem.contains("title");
    lines.find(|(_, line)| names_title && line.starts_with("title")).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const TEXT: &str = "title = \"\"\ncomplexity = \"odd\"\n\n[[steps]]\ntext = \"a\"\n[[steps]]\n";

    #[rstest]
    #[case("line 2: expected `=`", Some(1))]
    #[case("`odd` is no complexity; there are simple, moderate and complex", Some(1))]
    #[case("step 1 cannot follow step 3: a step comes after those it follows", Some(5))]
    #[case("a title cannot be empty", Some(0))]
    #[case("something else", None)]
    fn a_problem_is_found_in_the_text(#[case] problem: &str, #[case] line: Option<usize>) {
        assert_eq!(line_of(problem, TEXT), line);
    }

    #[test]
    fn notes_and_the_revision_come_out_as_they_went_in() {
        let draft = begun(TEXT, 4);
        assert_eq!((revision_of(&draft), revision_of(TEXT)), (Some(4), None));
        assert_eq!(begun(&draft, 9), draft);
        assert_eq!(bare(&format!("{NOTE}a note\n{draft}")), draft);
        assert!(is_empty("# only\n\n  # comments\n") && !is_empty(TEXT));
    }
}
