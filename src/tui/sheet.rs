//! An item's fields as TOML text, for the editor and for drafts, and back.

use crate::model::{
    Automation, Claim, Complexity, Field, Scored, Step, ToolRole, ToolUse, Trigger, TriggerKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands in the text; labels without their probabilities, which people do not type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) problem: String,
    pub(super) complexity: String,
    pub(super) industries: Vec<String>,
    pub(super) functions: Vec<String>,
    pub(super) tools: Vec<String>,
    pub(super) mentioned: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) trigger: TriggerSheet,
    pub(super) steps: Vec<Step>,
    pub(super) claims: Vec<Claim>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TriggerSheet {
    pub(super) kind: String,
    pub(super) text: String,
    pub(super) tool: String,
}

const HEAD: &str = "# Save and leave to keep the changes; leave without saving to drop them.\n\
                    # complexity: simple, moderate, complex. trigger.kind: schedule, webhook, form, message,\n\
                    # email, file, feed, event, manual. steps.follows counts from 0.\n\n";

impl Sheet {
    pub(super) fn of(automation: &Automation) -> Self {
        let content = &automation.content;
        let labels = |scored: &[Scored]| scored.iter().map(|s| s.label.clone()).collect();
        let tools = |role| {
            let tools = content.tools.iter().filter(|tool| tool.role == role);
            tools.map(|tool| tool.name.clone()).collect()
        };
        let trigger = content.trigger.as_ref();
        Self {
            title: content.title.clone(),
            description: content.description.clone(),
            problem: content.problem.clone().unwrap_or_default(),
            complexity: content.complexity.map(|c| c.name().to_owned()).unwrap_or_default(),
            industries: labels(&content.industries),
            functions: labels(&content.functions),
            tools: tools(ToolRole::Used),
            mentioned: tools(ToolRole::Mentioned),
            tags: content.tags.clone(),
            trigger: TriggerSheet {
                kind: trigger.map(|t| t.kind.name().to_owned()).unwrap_or_default(),
                text: trigger.map(|t| t.text.clone()).unwrap_or_default(),
                tool: trigger.and_then(|t| t.tool.clone()).unwrap_or_default(),
            },
            steps: content.steps.clone(),
            claims: content.claims.clone(),
        }
    }

    pub(super) fn to_text(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn from_text(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            let what = error.message().lines().next().unwrap_or_default().to_owned();
            line.map_or(what.clone(), |line| format!("line {line}: {what}"))
        })
    }

    /// The fields in which it differs from `automation`, in their journal form.
    pub(super) fn changes(&self, automation: &Automation) -> Result<Vec<(Field, Value)>, String> {
        let mut next = automation.clone();
        let content = &mut next.content;
        if self.title.trim().is_empty() {
            return Err("a title cannot be empty".to_owned());
        }
        content.title = self.title.trim().to_owned();
        content.description = self.description.trim().to_owned();
        content.problem = Some(self.problem.trim().to_owned()).filter(|text| !text.is_empty());
        content.complexity = match self.complexity.trim() {
            "" => None,
            name => Some(Complexity::from_name(name).ok_or_else(|| {
                format!("`{name}` is no complexity; there are simple, moderate and complex")
            })?),
        };
        content.trigger = self.trigger(content.trigger.as_ref())?;
        content.industries = scored(&self.industries, &content.industries);
        content.functions = scored(&self.functions, &content.functions);
        content.tools = self.all_tools(&content.tools);
        content.steps = self.sound_steps()?;
        content.claims.clone_from(&self.claims);
        content.tags = self.tags.iter().map(|tag| tag.trim().to_owned()).collect();
        let values = automation.changes_to(&next).into_iter();
        Ok(values.map(|change| (change.field, change.after)).collect())
    }

    fn trigger(&self, before: Option<&Trigger>) -> Result<Option<Trigger>, String> {
        let (kind, text) = (self.trigger.kind.trim(), self.trigger.text.trim());
        if kind.is_empty() && text.is_empty() {
            return Ok(None);
        }
        let kind = if kind.is_empty() { TriggerKind::Event.name() } else { kind };
        let kind = TriggerKind::from_name(kind).ok_or_else(|| {
            let known: Vec<_> = TriggerKind::ALL.iter().map(|kind| kind.name()).collect();
            format!("`{kind}` is no kind of trigger; there are {}", known.join(", "))
        })?;
        let tool = Some(self.trigger.tool.trim().to_owned()).filter(|tool| !tool.is_empty());
        let same = before.filter(|before| before.kind == kind);
        let confidence = same.map_or(1.0, |before| before.confidence);
        Ok(Some(Trigger { kind, text: text.to_owned(), tool, confidence }))
    }

    fn all_tools(&self, before: &[ToolUse]) -> Vec<ToolUse> {
        let used = self.tools.iter().map(|name| (name, ToolRole::Used));
        let mentioned = self.mentioned.iter().map(|name| (name, ToolRole::Mentioned));
        used.chain(mentioned)
            .filter(|(name, _)| !name.trim().is_empty())
            .map(|(name, role)| {
                let same = before.iter().find(|t| t.name == *name && t.role == role).cloned();
                same.unwrap_or(ToolUse { name: name.trim().to_owned(), role, p: 1.0 })
            })
            .collect()
    }

    fn sound_steps(&self) -> Result<Vec<Step>, String> {
        for (at, step) in self.steps.iter().enumerate() {
            if let Some(wrong) = step.follows.iter().find(|before| usize::from(**before) >= at) {
                return Err(format!(
                    "step {at} cannot follow step {wrong}: a step comes after those it follows"
                ));
            }
        }
        Ok(self.steps.clone())
    }
}

/// Labels keep the probability they had; one that a person adds is certain.
fn scored(labels: &[String], before: &[Scored]) -> Vec<Scored> {
    let labels = labels.iter().map(|label| label.trim()).filter(|label| !label.is_empty());
    labels
        .map(|label| {
            let same = before.iter().find(|scored| scored.label == label).cloned();
            same.unwrap_or(Scored { label: label.to_owned(), p: 1.0 })
        })
        .collect()
}

/// The text that the editor gets.
pub(super) fn write(automation: &Automation) -> String {
    format!("{HEAD}{}", Sheet::of(automation).to_text())
}

/// What changed in the text, against the item as it was.
pub(super) fn read(text: &str, automation: &Automation) -> Result<Vec<(Field, Value)>, String> {
    Sheet::from_text(text)?.changes(automation)
}
