//! Steps as lines of the form: `[outcome] what is done | tool`, and back.

use crate::model::Step;

/// A step as its line.
pub(super) fn step_line(step: &Step) -> String {
    let branch = step.branch.as_ref().map(|b| format!("[{b}] ")).unwrap_or_default();
    let tool = step.tool.as_ref().map(|tool| format!(" | {tool}")).unwrap_or_default();
    format!("{branch}{}{tool}", step.text.replace('\n', " "))
}

/// Steps from their lines. As long as none was added or taken away, each place keeps what it
/// follows, whatever step stands there now; else a step that followed the line before it still does,
/// one that followed others still follows those that are left, and a new one follows the line before.
pub(super) fn read_steps(text: &str, before: &[Step]) -> Vec<Step> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let follows: Vec<Vec<u16>> = if lines.len() == before.len() {
        before.iter().map(|step| step.follows.clone()).collect()
    } else {
        followed(&lines, before)
    };
    lines.iter().zip(follows).map(|(line, follows)| read_step(line, follows)).collect()
}

fn read_step(line: &str, follows: Vec<u16>) -> Step {
    let outcome = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (branch, rest) = match outcome {
        Some((branch, rest)) => (Some(branch.trim().to_owned()), rest.trim()),
        None => (None, line),
    };
    let (text, tool) = match rest.rsplit_once(" | ") {
        Some((text, tool)) => (text.trim(), Some(tool.trim().to_owned())),
        None => (rest, None),
    };
    Step { text: text.to_owned(), tool, follows, branch }
}

/// What each line follows where lines were added or taken away.
fn followed(lines: &[&str], before: &[Step]) -> Vec<Vec<u16>> {
    let known: Vec<String> = before.iter().map(|step| step_line(step).trim().to_owned()).collect();
    // By line its former place, and by former place its line.
    let mut from = vec![None; lines.len()];
    let mut to = vec![None; before.len()];
    for (at, line) in lines.iter().enumerate() {
        let same = (0..known.len()).find(|old| to[*old].is_none() && known[*old] == *line);
        if let Some(old) = same {
            (from[at], to[old]) = (Some(old), Some(at));
        }
    }
    let before_it = |at: usize| -> Vec<u16> {
        at.checked_sub(1).and_then(|at| u16::try_from(at).ok()).into_iter().collect()
    };
    let follows = (0..lines.len()).map(|at| {
        let Some(old) = from[at].filter(|old| before[*old].follows != before_it(*old)) else {
            return before_it(at);
        };
        let left = before[old].follows.iter().filter_map(|old| *to.get(usize::from(*old))?);
        let left: Vec<u16> =
            left.filter(|line| *line < at).filter_map(|line| u16::try_from(line).ok()).collect();
        if left.is_empty() && !before[old].follows.is_empty() { before_it(at) } else { left }
    });
    follows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn step(text: &str, follows: &[u16]) -> Step {
        Step { text: text.to_owned(), tool: None, follows: follows.to_vec(), branch: None }
    }

    #[rstest]
    #[case::moved("b\na\nc")]
    #[case::dropped("a\nc")]
    #[case::inserted("a\nnew\nb\nc")]
    fn a_chain_stays_a_chain(#[case] text: &str) {
        let before = [step("a", &[]), step("b", &[0]), step("c", &[1])];
        let steps = read_steps(text, &before);
        assert_eq!(steps.iter().map(step_line).collect::<Vec<_>>().join("\n"), text);
        for (at, step) in steps.iter().enumerate() {
            let chain: Vec<u16> = at.checked_sub(1).map(|at| at as u16).into_iter().collect();
            assert_eq!(step.follows, chain, "{text:?}");
        }
    }

    #[test]
    fn what_branches_still_does_when_a_step_is_added_or_dropped() {
        let before = [step("a", &[]), step("yes", &[0]), step("no", &[0]), step("end", &[1, 2])];
        let with = read_steps("a\nyes\nno\nend\nmore", &before);
        let follows: Vec<&[u16]> = with.iter().map(|step| step.follows.as_slice()).collect();
        assert_eq!(follows, [&[][..], &[0], &[0], &[1, 2], &[3]]);
        let without = read_steps("a\nno\nend", &before);
        let follows: Vec<&[u16]> = without.iter().map(|step| step.follows.as_slice()).collect();
        assert_eq!(follows, [&[][..], &[0], &[1]]);
    }
}
