//! What an automation says, as it comes from outside: made safe, and held against its bounds.

use super::{sanitize, sanitize_line};
use crate::model::{Content, Field, Step, normal_tags};

/// Most characters of a line: a title, a step, a label.
const MAX_TITLE: usize = 300;
const MAX_LINE: usize = 2_000;
const MAX_NAME: usize = 120;
/// Most characters of a description.
const MAX_TEXT: usize = 20_000;
/// Most entries of a list.
const MAX_ENTRIES: usize = 500;

/// Why content cannot be kept: the field and, in a list, the entry to blame, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Unfit {
    pub(crate) field: Field,
    pub(crate) index: usize,
    pub(crate) why: String,
}

impl Unfit {
    pub(crate) fn new(field: Field, why: impl Into<String>) -> Self {
        Self { field, index: 0, why: why.into() }
    }

    fn at(field: Field, index: usize, why: impl Into<String>) -> Self {
        Self { field, index, why: why.into() }
    }
}

/// Content that is safe to keep and to show: lines on one line, nothing a terminal obeys, names
/// and tags that say nothing left out.
pub(crate) fn clean(mut content: Content) -> Content {
    let line = |text: &str| sanitize_line(text).into_owned();
    let name = |text: Option<String>| text.map(|text| line(&text)).filter(|text| !text.is_empty());
    content.title = line(&content.title);
    content.description = sanitize(&content.description).trim().to_owned();
    content.problem = name(content.problem);
    if let Some(trigger) = &mut content.trigger {
        trigger.text = line(&trigger.text);
        trigger.tool = name(trigger.tool.take());
    }
    for step in &mut content.steps {
        step.text = line(&step.text);
        step.tool = name(step.tool.take());
        step.branch = name(step.branch.take());
    }
    for tool in &mut content.tools {
        tool.name = line(&tool.name);
    }
    content.tools.retain(|tool| !tool.name.is_empty());
    for labels in [&mut content.industries, &mut content.functions] {
        for scored in labels.iter_mut() {
            scored.label = line(&scored.label);
        }
        labels.retain(|scored| !scored.label.is_empty());
    }
    for claim in &mut content.claims {
        claim.text = line(&claim.text);
        claim.currency = name(claim.currency.take());
    }
    content.tags = normal_tags(content.tags.iter().map(|tag| line(tag)).collect());
    content
}

/// What is wrong with content, in the order of its fields; empty where nothing is.
pub(crate) fn unfit(content: &Content) -> Vec<Unfit> {
    let mut found = Vec::new();
    if content.title.trim().is_empty() {
        found.push(Unfit::new(Field::Title, "a title cannot be empty"));
    }
    let mut long = |field: Field, index: usize, text: &str, most: usize| {
        let length = text.chars().count();
        if length > most {
            let name = field.name();
            let why = format!("`{name}` has {length} characters; at most {most} are kept");
            found.push(Unfit::at(field, index, why));
        }
    };
    long(Field::Title, 0, &content.title, MAX_TITLE);
    long(Field::Description, 0, &content.description, MAX_TEXT);
    long(Field::Problem, 0, content.problem.as_deref().unwrap_or_default(), MAX_LINE);
    if let Some(trigger) = &content.trigger {
        long(Field::Trigger, 0, &trigger.text, MAX_LINE);
    }
    for (at, step) in content.steps.iter().enumerate() {
        long(Field::Steps, at, &step.text, MAX_LINE);
    }
    for (at, tool) in content.tools.iter().enumerate() {
        long(Field::Tools, at, &tool.name, MAX_NAME);
    }
    for (at, tag) in content.tags.iter().enumerate() {
        long(Field::Tags, at, tag, MAX_NAME);
    }
    for (field, labels) in
        [(Field::Industries, &content.industries), (Field::Functions, &content.functions)]
    {
        for (at, scored) in labels.iter().enumerate() {
            long(field, at, &scored.label, MAX_NAME);
        }
    }
    found.extend(crowded(content));
    let empty = content.steps.iter().enumerate().filter(|(_, step)| step.text.trim().is_empty());
    found.extend(empty.map(|(at, _)| Unfit::at(Field::Steps, at, "a step needs a text")));
    found.extend(wrong_order(&content.steps));
    found.extend(out_of_range(content));
    found
}

fn crowded(content: &Content) -> impl Iterator<Item = Unfit> {
    let lists = [
        (Field::Steps, content.steps.len()),
        (Field::Tools, content.tools.len()),
        (Field::Industries, content.industries.len()),
        (Field::Functions, content.functions.len()),
        (Field::Claims, content.claims.len()),
        (Field::Tags, content.tags.len()),
    ];
    lists.into_iter().filter(|(_, length)| *length > MAX_ENTRIES).map(|(field, length)| {
        let name = field.name();
        Unfit::new(field, format!("`{name}` has {length} entries; at most {MAX_ENTRIES} are kept"))
    })
}

fn out_of_range(content: &Content) -> Option<Unfit> {
    let why = "a probability lies between 0 and 1";
    let is_odd = |p: f32| !(0.0..=1.0).contains(&p);
    if content.trigger.as_ref().is_some_and(|trigger| is_odd(trigger.confidence)) {
        return Some(Unfit::new(Field::Trigger, why));
    }
    let labels = |field, scored: &[crate::model::Scored]| {
        scored.iter().position(|one| is_odd(one.p)).map(|at| Unfit::at(field, at, why))
    };
    let tools = content.tools.iter().position(|tool| is_odd(tool.p));
    tools
        .map(|at| Unfit::at(Field::Tools, at, why))
        .or_else(|| labels(Field::Industries, &content.industries))
        .or_else(|| labels(Field::Functions, &content.functions))
}

/// The first step that follows itself or a later one.
pub(crate) fn wrong_order(steps: &[Step]) -> Option<Unfit> {
    steps.iter().enumerate().find_map(|(at, step)| {
        let wrong = step.follows.iter().find(|before| usize::from(**before) >= at)?;
        let why =
            format!("step {at} cannot follow step {wrong}: a step comes after those it follows");
        Some(Unfit::at(Field::Steps, at, why))
    })
}

/// Makes each step follow the one above it.
pub(crate) fn chain(steps: &mut [Step]) {
    for (at, step) in steps.iter_mut().enumerate() {
        let before = at.checked_sub(1).and_then(|before| u16::try_from(before).ok());
        step.follows = before.into_iter().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ToolRole, ToolUse};

    #[test]
    fn what_a_terminal_would_obey_is_gone_and_what_says_nothing_left_out() {
        let dirty = Content {
            title: "\u{1b}[31mRed\u{1b}[0m\ntitle\u{202e}".to_owned(),
            description: "one\ntwo\u{7}".to_owned(),
            tools: vec![ToolUse { name: "\u{0}".to_owned(), role: ToolRole::Used, p: 1.0 }],
            tags: vec!["A\u{1b}[2J B".to_owned()],
            ..Content::default()
        };
        let clean = clean(dirty);
        assert_eq!(clean.title, "Red title");
        assert_eq!(clean.description, "one\ntwo");
        assert!(clean.tools.is_empty());
        assert_eq!(clean.tags, ["a-b"]);
        assert!(unfit(&clean).is_empty());
    }

    #[test]
    fn what_is_too_long_empty_or_out_of_order_is_named_with_its_field() {
        let step =
            |text: &str, follows| Step { text: text.to_owned(), tool: None, follows, branch: None };
        let content = Content {
            title: "x".repeat(301),
            steps: vec![step("", vec![]), step("b", vec![1])],
            ..Content::default()
        };
        let fields: Vec<_> = unfit(&content).iter().map(|one| (one.field, one.index)).collect();
        assert_eq!(fields, [(Field::Title, 0), (Field::Steps, 0), (Field::Steps, 1)]);
    }
}
