//! A week's report as Markdown, for the clipboard.

use super::{function_of, span};
use crate::model::WeekReport;
use crate::text::sanitize_line;
use std::fmt::Write;

/// Title, figures, and what was approved by function.
pub(super) fn write(report: &WeekReport) -> String {
    let mut text = format!("# Automations of {}, {}\n\n", report.week, span(report.week));
    let mut line = |line: String| writeln!(text, "{line}").unwrap_or_default();
    line(format!(
        "{} documents gathered, {} automations found, {} approved, {} rejected, {} merged.",
        report.documents,
        report.found,
        report.approved_count(),
        report.rejected,
        report.merged
    ));
    let mut function = String::new();
    for item in &report.approved {
        let own = function_of(item);
        if own != function {
            line(format!("\n## {own}\n"));
            function = own;
        }
        let title = escaped(&item.title);
        let linked = match item.url.as_deref().filter(|url| is_web(url)) {
            Some(url) => format!("[{title}](<{url}>)"),
            None => title,
        };
        let mut about = String::new();
        if !item.description.is_empty() && item.description != item.title {
            about = format!(": {}", escaped(&item.description));
        }
        let tools: Vec<String> = item.tools.iter().map(|tool| escaped(tool)).collect();
        let tools =
            if tools.is_empty() { String::new() } else { format!(" ({})", tools.join(", ")) };
        line(format!("- **{linked}**{about}{tools}"));
    }
    if report.unlisted > 0 {
        line(format!("\n… and {} more.", report.unlisted));
    }
    text
}

/// Text from outside, so that it marks nothing up.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in sanitize_line(text).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

fn is_web(url: &str) -> bool {
    let is_clean = !url.contains(|c: char| c.is_control() || c.is_whitespace() || "<>".contains(c));
    is_clean && (url.starts_with("https://") || url.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AutomationId, ReportedItem};

    #[test]
    fn a_report_is_written_by_function_and_its_items_mark_nothing_up() {
        let item = |function: Option<&str>, title: &str| ReportedItem {
            id: AutomationId(1),
            title: title.to_owned(),
            description: "Texts those who *missed* it".to_owned(),
            function: function.map(str::to_owned),
            origin: None,
            url: Some("https://example.org/a".to_owned()),
            tools: vec!["Twilio".to_owned()],
        };
        let report = WeekReport {
            week: "2026-W47".parse().unwrap(),
            documents: 12,
            found: 9,
            rejected: 3,
            merged: 1,
            approved: vec![item(Some("CRM"), "One [x]"), item(None, "Two")],
            unlisted: 0,
        };
        assert_eq!(
            write(&report),
            "# Automations of 2026-W47, 16 to 22 November 2026\n\n\
             12 documents gathered, 9 automations found, 2 approved, 3 rejected, 1 merged.\n\n\
             ## CRM\n\n\
             - **[One \\[x\\]](<https://example.org/a>)**: Texts those who \\*missed\\* it (Twilio)\n\n\
             ## Other\n\n\
             - **[Two](<https://example.org/a>)**: Texts those who \\*missed\\* it (Twilio)\n"
        );
    }
}
