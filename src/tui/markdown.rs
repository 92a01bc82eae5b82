//! An item as Markdown, for the clipboard.

use crate::model::ItemView;
use crate::text::sanitize_line;
use std::fmt::Write;

/// Title, description, flow, tools, tags and link.
pub(super) fn write(view: &ItemView) -> String {
    let content = &view.automation.content;
    let mut text = format!("# {}\n", sanitize_line(&content.title));
    let mut line = |line: String| writeln!(text, "{line}").unwrap_or_default();
    if !content.description.is_empty() {
        line(format!("\n{}", sanitize_line(&content.description)));
    }
    line(String::new());
    let tool = |tool: &Option<String>| {
        tool.as_ref().map(|tool| format!(" ({})", sanitize_line(tool))).unwrap_or_default()
    };
    if let Some(trigger) = &content.trigger {
        line(format!("**When** {}{}\n", sanitize_line(&trigger.text), tool(&trigger.tool)));
    }
    for (at, step) in content.steps.iter().enumerate() {
        line(format!("{}. {}{}", at + 1, sanitize_line(&step.text), tool(&step.tool)));
    }
    let tools: Vec<_> = content.tools_used().map(|tool| sanitize_line(&tool.name)).collect();
    if !tools.is_empty() {
        line(format!("\nTools: {}", tools.join(", ")));
    }
    if !content.tags.is_empty() {
        line(format!("Tags: {}", content.tags.join(", ")));
    }
    if let Some(url) = view.document.as_ref().and_then(|document| document.url.as_ref()) {
        line(format!("\n<{}>", sanitize_line(url)));
    }
    text
}
