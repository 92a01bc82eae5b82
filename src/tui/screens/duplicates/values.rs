//! A field's value as text that can be compared.

use crate::model::{Field, ItemView, Scored, ToolRole};
use crate::text::sanitize_line;

/// The value in words, one entry of a list a line where entries are sentences; empty where there is
/// none. Probabilities are left out: they are no difference that a reader would see.
pub(super) fn text(field: Field, view: &ItemView) -> String {
    let content = &view.automation.content;
    let labels = |labels: &[Scored]| {
        labels.iter().map(|scored| sanitize_line(&scored.label)).collect::<Vec<_>>().join(", ")
    };
    let with_tool = |text: &str, tool: &Option<String>| match tool {
        Some(tool) => format!("{} ({})", sanitize_line(text), sanitize_line(tool)),
        None => sanitize_line(text).into_owned(),
    };
    match field {
        Field::Title => sanitize_line(&content.title).into_owned(),
        Field::Description => sanitize_line(&content.description).into_owned(),
        Field::Trigger => {
            let trigger = content.trigger.as_ref();
            trigger.map(|trigger| with_tool(&trigger.text, &trigger.tool)).unwrap_or_default()
        }
        Field::Steps => {
            let step = |(at, step): (usize, &crate::model::Step)| {
                format!("{}. {}", at + 1, with_tool(&step.text, &step.tool))
            };
            content.steps.iter().enumerate().map(step).collect::<Vec<_>>().join("\n")
        }
        Field::Tools => {
            let used = content.tools.iter().filter(|tool| tool.role == ToolRole::Used);
            used.map(|tool| sanitize_line(&tool.name)).collect::<Vec<_>>().join(", ")
        }
        Field::Industries => labels(&content.industries),
        Field::Functions => labels(&content.functions),
        Field::Problem => {
            sanitize_line(content.problem.as_deref().unwrap_or_default()).into_owned()
        }
        Field::Claims => content
            .claims
            .iter()
            .map(|claim| sanitize_line(&claim.text))
            .collect::<Vec<_>>()
            .join("\n"),
        Field::Complexity => content.complexity.map(|c| c.name().to_owned()).unwrap_or_default(),
        Field::Tags => sanitize_line(&content.tags.join(", ")).into_owned(),
        Field::Status
        | Field::Reason
        | Field::DeferredUntil
        | Field::Opinions
        | Field::Apart
        | Field::Fold => String::new(),
    }
}

/// Whether the items differ in the field.
pub(super) fn differ<'a>(field: Field, mut views: impl Iterator<Item = &'a ItemView>) -> bool {
    let Some(first) = views.next().map(|view| text(field, view)) else { return false };
    views.any(|view| text(field, view) != first)
}
