//! An item's fields as TOML text, for the editor and for drafts, and back.

use super::content::Unfit;
use crate::model::{
    Automation, Claim, Complexity, Content, Field, Scored, Step, ToolRole, ToolUse, Trigger,
    TriggerKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What stands in the text; labels without their probabilities, which people do not type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) problem: String,
    pub(crate) complexity: String,
    pub(crate) industries: Vec<String>,
    pub(crate) functions: Vec<String>,
    pub(crate) tools: Vec<String>,
    pub(crate) mentioned: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) trigger: TriggerSheet,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Step>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) claims: Vec<Claim>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TriggerSheet {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) tool: String,
}

const HEAD: &str = "# Save and leave to keep the changes; leave without saving to drop them.\n";
const NEW_HEAD: &str = "# Save and leave to add it; leave without saving to drop it.\n";
const LEGEND: &str = "# complexity: simple, moderate, complex. trigger.kind: schedule, webhook, form, message,\n\
                      # email, file, feed, event, manual. steps.follows counts from 0.\n\n";
const NEW_STEP: &str = "\n# One of these for each action; without `follows` they run in this order.\n\
                        [[steps]]\ntext = \"\"\n";

/// What is wrong with a sheet's text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetError {
    /// Counts from 1; `None` where no single line is to blame.
    pub(crate) line: Option<usize>,
    pub(crate) what: String,
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl SheetError {
    fn of(unfit: Unfit, text: &str) -> Self {
        Self { line: line_of(text, unfit.field, unfit.index), what: unfit.why }
    }
}

impl Sheet {
    pub(crate) fn of(automation: &Automation) -> Self {
        Self::of_content(&automation.content)
    }

    pub(crate) fn of_content(content: &Content) -> Self {
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

    pub(crate) fn to_text(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    pub(crate) fn from_text(text: &str) -> Result<Self, SheetError> {
        toml::from_str(text).map_err(|error| SheetError {
            line: error.span().map(|span| text[..span.start].matches('\n').count() + 1),
            what: error.message().lines().next().unwrap_or_default().to_owned(),
        })
    }

    /// The fields in which it differs from `automation`, in their journal form.
    pub(crate) fn changes(&self, automation: &Automation) -> Result<Vec<(Field, Value)>, Unfit> {
        let content = self.content(&automation.content)?;
        let next = Automation { content, ..automation.clone() };
        let values = automation.changes_to(&next).into_iter();
        Ok(values.map(|change| (change.field, change.after)).collect())
    }

    /// What the sheet says; probabilities that it does not show are those of `before`.
    fn content(&self, before: &Content) -> Result<Content, Unfit> {
        if self.title.trim().is_empty() {
            return Err(Unfit::new(Field::Title, "a title cannot be empty"));
        }
        let complexity = match self.complexity.trim() {
            "" => None,
            name => Some(Complexity::from_name(name).ok_or_else(|| {
                let why =
                    format!("`{name}` is no complexity; there are simple, moderate and complex");
                Unfit::new(Field::Complexity, why)
            })?),
        };
        if let Some(unfit) = super::content::wrong_order(&self.steps) {
            return Err(unfit);
        }
        Ok(Content {
            title: self.title.trim().to_owned(),
            description: self.description.trim().to_owned(),
            trigger: self.trigger(before.trigger.as_ref())?,
            steps: self.steps.clone(),
            tools: self.all_tools(&before.tools),
            industries: scored(&self.industries, &before.industries),
            functions: scored(&self.functions, &before.functions),
            problem: Some(self.problem.trim().to_owned()).filter(|text| !text.is_empty()),
            claims: self.claims.clone(),
            complexity,
            tags: self.tags.iter().map(|tag| tag.trim().to_owned()).collect(),
        })
    }

    fn trigger(&self, before: Option<&Trigger>) -> Result<Option<Trigger>, Unfit> {
        let (kind, text) = (self.trigger.kind.trim(), self.trigger.text.trim());
        if kind.is_empty() && text.is_empty() {
            return Ok(None);
        }
        let kind = if kind.is_empty() { TriggerKind::Event.name() } else { kind };
        let kind = TriggerKind::from_name(kind).ok_or_else(|| {
            let known: Vec<_> = TriggerKind::ALL.iter().map(|kind| kind.name()).collect();
            let why = format!("`{kind}` is no kind of trigger; there are {}", known.join(", "));
            Unfit::new(Field::Trigger, why)
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

    /// The steps as a newcomer writes them: empty ones left out, one after the other where none
    /// says what it follows.
    fn with_steps_in_order(mut self) -> Self {
        if self.steps.iter().all(|step| step.follows.is_empty()) {
            self.steps.retain(|step| !step.text.trim().is_empty());
            super::content::chain(&mut self.steps);
        }
        self
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
pub(crate) fn write(automation: &Automation) -> String {
    format!("{HEAD}{LEGEND}{}", Sheet::of(automation).to_text())
}

/// What changed in the text, against the item as it was.
pub(crate) fn read(text: &str, automation: &Automation) -> Result<Vec<(Field, Value)>, SheetError> {
    Sheet::from_text(text)?.changes(automation).map_err(|unfit| SheetError::of(unfit, text))
}

/// The text that the editor gets for an item that is not there yet, filled in from `content`.
pub(crate) fn write_new(content: &Content) -> String {
    let step = if content.steps.is_empty() { NEW_STEP } else { "" };
    format!("{NEW_HEAD}{LEGEND}{}{step}", Sheet::of_content(content).to_text())
}

/// What the text of [`write_new`] says.
pub(crate) fn read_new(text: &str, content: &Content) -> Result<Content, SheetError> {
    let unfit = |unfit| SheetError::of(unfit, text);
    let read = Sheet::from_text(text)?.with_steps_in_order().content(content).map_err(unfit)?;
    let read = super::content::clean(read);
    match super::content::unfit(&read).into_iter().next() {
        Some(first) => Err(unfit(first)),
        None => Ok(read),
    }
}

/// The line, from 1, in which a field stands; for a list, that of its entry `index`.
fn line_of(text: &str, field: Field, index: usize) -> Option<usize> {
    let name = field.name();
    let opens = |line: &str| line.trim_start().starts_with('[');
    let is_key = |line: &str, key: &str| {
        line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let mut lines = text.lines().enumerate();
    let found = match field {
        Field::Trigger => {
            let table = lines.find(|(_, line)| line.trim() == "[trigger]")?;
            let inside = lines.take_while(|(_, line)| !opens(line));
            inside.into_iter().find(|(_, line)| is_key(line, "kind")).or(Some(table))
        }
        Field::Steps | Field::Claims => {
            let entry = format!("[[{name}]]");
            lines.filter(|(_, line)| line.trim() == entry).nth(index)
        }
        _ => lines.take_while(|(_, line)| !opens(line)).find(|(_, line)| is_key(line, name)),
    };
    found.map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_new_sheet_reads_back_as_what_it_was_filled_with() {
        let step = |text: &str, follows| Step {
            text: text.to_owned(),
            tool: Some("Twilio".to_owned()),
            follows,
            branch: None,
        };
        let content = Content {
            title: "Call back".to_owned(),
            steps: vec![step("text the caller", vec![]), step("open a ticket", vec![0])],
            tags: vec!["phones".to_owned()],
            ..Content::default()
        };
        assert_eq!(read_new(&write_new(&content), &Content::default()), Ok(content));
    }

    #[test]
    fn steps_that_name_none_to_follow_run_in_order() {
        let text = "title = \"T\"\n[[steps]]\ntext = \"a\"\n[[steps]]\ntext = \"\"\n\
                    [[steps]]\ntext = \"b\"\n";
        let content = read_new(text, &Content::default()).unwrap();
        let follows: Vec<_> = content.steps.iter().map(|step| step.follows.clone()).collect();
        assert_eq!(follows, [vec![], vec![0]]);
    }

    #[rstest]
    #[case("# c\ntitle = \"\"\n", 2)]
    #[case("title = \"T\"\ncomplexity = \"huge\"\n", 2)]
    #[case("title = \"T\"\n\n[trigger]\ntext = \"x\"\nkind = \"moon\"\n", 5)]
    #[case("title = \"T\"\n[[steps]]\ntext = \"a\"\n[[steps]]\ntext = \"b\"\nfollows = [7]\n", 4)]
    #[case("title = \"T\"\ncolour = 3\n", 2)]
    #[case("title = \n", 1)]
    fn an_error_names_its_line(#[case] text: &str, #[case] line: usize) {
        assert_eq!(read_new(text, &Content::default()).unwrap_err().line, Some(line));
    }
}
