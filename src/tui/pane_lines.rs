//! An item as lines of the pane: what it does, its flow, its fields; built once per item and width.

use super::paint::{columns, wrapped};
use super::phrases::{age, counted, share};
use crate::model::{Claim, Content, Field, ItemView, RankReason, Scored, Status, ToolRole};
use crate::settings::{Action, Keymap, Role};
use crate::text::sanitize_line;
use jiff::Timestamp;

/// One line: pieces from the left, perhaps one at the right.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PaneLine {
    pub(super) pieces: Vec<(String, Role)>,
    pub(super) right: Option<(String, Role)>,
    /// The stop it belongs to.
    pub(super) stop: Option<usize>,
}

/// A place where the light can stand: a field, or one entry of a list field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) field: Field,
    /// `None` for all entries of the field.
    pub(super) index: Option<u16>,
    /// Its first line.
    pub(super) line: usize,
}

/// What the builder needs to know beside the item.
pub(super) struct Setting<'a> {
    pub(super) width: u16,
    pub(super) now: Timestamp,
    pub(super) keymap: &'a Keymap,
    pub(super) is_plain: bool,
}

/// Reasons shown for an item's place.
const REASONS: usize = 3;
/// Width of the labels' column.
const LABEL: usize = 11;

pub(super) fn build(view: &ItemView, setting: &Setting<'_>) -> (Vec<PaneLine>, Vec<Stop>) {
    let mut builder =
        Builder { lines: Vec::new(), stops: Vec::new(), width: setting.width.max(20), setting };
    builder.head(view);
    builder.flow(&view.automation.content);
    builder.fields(view);
    builder.mark_inferred(view);
    builder.life(view);
    (builder.lines, builder.stops)
}

struct Builder<'a> {
    lines: Vec<PaneLine>,
    stops: Vec<Stop>,
    width: u16,
    setting: &'a Setting<'a>,
}

impl Builder<'_> {
    fn stop(&mut self, field: Field, index: Option<u16>) -> Option<usize> {
        self.stops.push(Stop { field, index, line: self.lines.len() });
        Some(self.stops.len() - 1)
    }

    fn push(&mut self, pieces: Vec<(String, Role)>, stop: Option<usize>) {
        self.lines.push(PaneLine { pieces, right: None, stop });
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.pieces.is_empty()) {
            self.lines.push(PaneLine::default());
        }
    }

    fn head(&mut self, view: &ItemView) {
        let automation = &view.automation;
        let stop = self.stop(Field::Title, None);
        let confidence = share(automation.confidence);
        let title = sanitize_line(&automation.content.title);
        for (row, text) in wrapped(&title, self.width.saturating_sub(6)).into_iter().enumerate() {
            let right = (row == 0).then(|| (confidence.clone(), Role::Dim));
            self.lines.push(PaneLine { pieces: vec![(text, Role::Title)], right, stop });
        }
        let description = sanitize_line(&automation.content.description);
        if !description.is_empty() && description != title {
            let stop = self.stop(Field::Description, None);
            for text in wrapped(&description, self.width) {
                self.push(vec![(text, Role::Text)], stop);
            }
        }
        self.blank();
    }

    fn flow(&mut self, content: &Content) {
        let is_plain = self.setting.is_plain;
        if let Some(trigger) = &content.trigger {
            let stop = self.stop(Field::Trigger, None);
            let label = if is_plain { "when: " } else { "WHEN  " };
            self.step_lines(label, &trigger.text, trigger.tool.as_deref(), stop);
        }
        let levels = levels(content);
        for (at, step) in content.steps.iter().enumerate() {
            let index = u16::try_from(at).ok();
            let stop = self.stop(Field::Steps, index);
            let indent = "  ".repeat(levels[at]);
            let branch = step.branch.as_deref().map(sanitize_line).filter(|b| !b.is_empty());
            let branch = branch.map(|b| format!("if {b}: ")).unwrap_or_default();
            let label = if is_plain {
                format!("then: {branch}")
            } else {
                format!(" {indent}└▸ {branch}")
            };
            self.step_lines(&label, &step.text, step.tool.as_deref(), stop);
        }
        if content.trigger.is_none() && content.steps.is_empty() {
            let nothing = "no trigger and no steps were found in the text";
            self.push(vec![(nothing.to_owned(), Role::Dim)], None);
        }
        self.blank();
    }

    fn step_lines(&mut self, label: &str, text: &str, tool: Option<&str>, stop: Option<usize>) {
        let tool = tool.map(sanitize_line).filter(|tool| !tool.is_empty());
        let tool = tool.map(|tool| super::paint::fitted(&tool, self.width / 3).into_owned());
        let reserved = tool.as_deref().map_or(0, |tool| columns(tool) + 2);
        let indent = columns(label);
        let room = self.width.saturating_sub(indent + reserved).max(12);
        for (row, text) in wrapped(&sanitize_line(text), room).into_iter().enumerate() {
            let lead = if row == 0 { label.to_owned() } else { " ".repeat(usize::from(indent)) };
            let right = tool.clone().filter(|_| row == 0).map(|tool| (tool, Role::Dim));
            let pieces = vec![(lead, Role::Dim), (text, Role::Text)];
            self.lines.push(PaneLine { pieces, right, stop });
        }
    }

    /// A labelled field of pieces that flow over lines.
    fn field(&mut self, label: &str, parts: Vec<(String, Role)>, stop: Option<usize>) {
        let room = usize::from(self.width).saturating_sub(LABEL).max(12);
        let mut pieces = vec![(format!("{label:<LABEL$}"), Role::Dim)];
        let mut used = 0;
        for (text, role) in parts {
            let wide = usize::from(columns(&text));
            if used > 0 && used + wide > room {
                self.push(std::mem::take(&mut pieces), stop);
                pieces.push((" ".repeat(LABEL), Role::Dim));
                used = 0;
            }
            used += wide;
            pieces.push((text, role));
        }
        self.push(pieces, stop);
    }

    fn words(&mut self, label: &str, text: &str, role: Role, stop: Option<usize>) {
        let room = self.width.saturating_sub(LABEL as u16).max(12);
        for (row, text) in wrapped(&sanitize_line(text), room).into_iter().enumerate() {
            let label = if row == 0 { label } else { "" };
            self.push(vec![(format!("{label:<LABEL$}"), Role::Dim), (text, role)], stop);
        }
    }

    fn fields(&mut self, view: &ItemView) {
        let content = &view.automation.content;
        self.tools(content);
        self.scored("industries", Field::Industries, &content.industries);
        self.scored("function", Field::Functions, &content.functions);
        for (at, claim) in content.claims.iter().enumerate() {
            let stop = self.stop(Field::Claims, u16::try_from(at).ok());
            self.words(if at == 0 { "claimed" } else { "" }, &claim_text(claim), Role::Text, stop);
        }
        if let Some(problem) = &content.problem {
            let stop = self.stop(Field::Problem, None);
            self.words("problem", problem, Role::Text, stop);
        }
        if let Some(complexity) = content.complexity {
            let stop = self.stop(Field::Complexity, None);
            self.words("complexity", complexity.name(), Role::Text, stop);
        }
        let stop = self.stop(Field::Tags, None);
        if content.tags.is_empty() {
            let key = self.setting.keymap.shown_key(Action::Tags);
            self.words("tags", &format!("none yet · {key} adds"), Role::Dim, stop);
        } else {
            self.words("tags", &content.tags.join(", "), Role::Accent, stop);
        }
    }

    fn tools(&mut self, content: &Content) {
        for (role, label) in [(ToolRole::Used, "tools"), (ToolRole::Mentioned, "mentioned")] {
            let mut parts = Vec::new();
            let tools: Vec<_> = content.tools.iter().filter(|tool| tool.role == role).collect();
            for (at, tool) in tools.iter().enumerate() {
                let name = sanitize_line(&tool.name).into_owned();
                let comma = if at + 1 < tools.len() { ", " } else { "" };
                let look = if role == ToolRole::Used { Role::Text } else { Role::Dim };
                parts.push((format!("{name}{comma}"), look));
            }
            if !parts.is_empty() {
                let stop = self.stop(Field::Tools, None);
                self.field(label, parts, stop);
            }
        }
    }

    fn scored(&mut self, label: &str, field: Field, labels: &[Scored]) {
        if labels.is_empty() {
            return;
        }
        let stop = self.stop(field, None);
        let dot = if self.setting.is_plain { ", " } else { " · " };
        let shown = &labels[..labels.len().min(4)];
        let mut parts = Vec::new();
        for (at, scored) in shown.iter().enumerate() {
            let look = if at == 0 { Role::Text } else { Role::Dim };
            parts.push((sanitize_line(&scored.label).into_owned(), look));
            let end = if at + 1 < shown.len() { dot } else { "" };
            parts.push((format!(" {}{end}", share(scored.p)), Role::Dim));
        }
        self.field(label, parts, stop);
    }

    /// Says of each field that no words of the source bear it out.
    fn mark_inferred(&mut self, view: &ItemView) {
        let mark = if self.setting.is_plain { ", inferred" } else { " · inferred" };
        for at in 0..self.stops.len() {
            let Stop { field, index, line } = self.stops[at];
            if !view.is_inferred(field, index) {
                continue;
            }
            let held = self.lines[line..].iter().take_while(|held| held.stop == Some(at)).count();
            let Some(last) = held.checked_sub(1).map(|held| line + held) else { continue };
            let right = self.lines[last].right.as_ref().map_or(0, |(text, _)| columns(text) + 1);
            let used: u16 = self.lines[last].pieces.iter().map(|(text, _)| columns(text)).sum();
            if used + right + columns(mark) <= self.width {
                self.lines[last].pieces.push((mark.to_owned(), Role::Dim));
                continue;
            }
            let indent = if matches!(field, Field::Title | Field::Description) { 0 } else { LABEL };
            let pieces = vec![(format!("{:indent$}inferred", ""), Role::Dim)];
            self.lines.insert(last + 1, PaneLine { pieces, right: None, stop: Some(at) });
            self.stops[at + 1..].iter_mut().for_each(|later| later.line += 1);
        }
    }

    /// Why it stands where it stands in the inbox.
    fn worth(&mut self, view: &ItemView) {
        let said: Vec<String> = view.reasons.iter().take(REASONS).map(in_short).collect();
        if !said.is_empty() {
            let dot = if self.setting.is_plain { ", " } else { " · " };
            self.words("order", &said.join(dot), Role::Dim, None);
        }
    }

    /// What people did with it: status, look-alikes, the last decision.
    fn life(&mut self, view: &ItemView) {
        let automation = &view.automation;
        let now = self.setting.now;
        let role = match automation.status {
            Status::Inbox => Role::Dim,
            Status::Approved => Role::Approved,
            Status::Rejected => Role::Rejected,
            Status::Deferred => Role::Deferred,
            Status::Merged => Role::Dim,
        };
        let mut said = automation.status.name().to_owned();
        if let Some(into) = automation.merged_into {
            said.push_str(&format!(" into #{into}"));
        }
        if let Some(until) = automation.deferred_until {
            let date = until.to_zoned(jiff::tz::TimeZone::UTC).date();
            said.push_str(&format!(" until {date}"));
        }
        if let Some(last) = view.history.iter().find(|decision| !decision.is_undone) {
            let who = sanitize_line(&last.reviewer).into_owned();
            said.push_str(&format!(
                " · {} by {who}, {}",
                sanitize_line(&last.summary),
                age(last.at, now)
            ));
        }
        if automation.status != Status::Inbox || !view.history.is_empty() {
            self.words("status", &said, role, None);
        }
        if let Some(reason) = &automation.reason {
            self.words("because", reason, Role::Text, None);
        }
        self.worth(view);
        for doubt in &view.doubts {
            let field = doubt.field.map(|field| format!("{}: ", field.name())).unwrap_or_default();
            self.words("doubt", &format!("{field}{}", doubt.says), Role::Warning, None);
        }
        if let Some(newest) = view.rereadings.first() {
            let said = format!("{}, {}", newest.in_words(), age(newest.at, now));
            self.words("reread", &said, Role::Dim, None);
        }
        if !view.duplicates.is_empty() {
            let key = self.setting.keymap.shown_key(Action::LookAlikes);
            let more =
                format!("{} like this · {key} shows", counted(view.duplicates.len(), "more item"));
            self.words("also", &more, Role::Accent, None);
        }
    }
}

/// As in `up for tool Airtable (9 of 11 approved)`.
fn in_short(reason: &RankReason) -> String {
    let way = if reason.points > 0.0 { "up" } else { "down" };
    let counted = match reason.approved {
        Some((approved, judged)) => format!(" ({approved} of {judged} approved)"),
        None => String::new(),
    };
    format!("{way}: {}{counted}", reason.about)
}

/// How deep each step stands: one deeper for each branch it is under.
fn levels(content: &Content) -> Vec<usize> {
    let mut levels: Vec<usize> = Vec::with_capacity(content.steps.len());
    for step in &content.steps {
        let parents: Vec<usize> =
            step.follows.iter().filter_map(|at| levels.get(usize::from(*at)).copied()).collect();
        let parent = parents.iter().min().copied().unwrap_or(0);
        let level = match (parents.len(), &step.branch) {
            (_, Some(_)) => parent + 1,
            (2.., None) => parent.saturating_sub(1),
            _ => parent,
        };
        levels.push(level.min(4));
    }
    levels
}

fn claim_text(claim: &Claim) -> String {
    let amount = if claim.amount.fract() == 0.0 && claim.amount.abs() < 1e15 {
        super::phrases::thousands(claim.amount.abs() as u64)
    } else {
        format!("{:.2}", claim.amount)
    };
    let sign = if claim.amount < 0.0 { "-" } else { "" };
    let unit = match (claim.unit, &claim.currency) {
        (crate::model::ClaimUnit::Money, Some(currency)) => format!(" {currency}"),
        (crate::model::ClaimUnit::Percent, _) => "%".to_owned(),
        (crate::model::ClaimUnit::Times, _) => "×".to_owned(),
        (crate::model::ClaimUnit::Count, _) => String::new(),
        (unit, _) => format!(" {unit}"),
    };
    let per = match claim.per {
        None | Some(crate::model::Period::Once) => String::new(),
        Some(crate::model::Period::Each) => " each time".to_owned(),
        Some(period) => format!(" a {period}"),
    };
    format!("{sign}{amount}{unit}{per} · “{}”", claim.text)
}
