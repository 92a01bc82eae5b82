//! The review state machine, and field changes that can be taken back.

use super::automation::named;
use super::{Automation, AutomationId, BatchId, DecisionId, Field};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

named! {
    /// Where an automation stands in its life.
    Status {
        Inbox = "inbox",
        Approved = "approved",
        Rejected = "rejected",
        Deferred = "deferred",
        /// Folded into another; only a split or an undo brings it back.
        Merged = "merged",
    }
}

/// What a reviewer says of an item with one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    Approve,
    Reject {
        reason: Option<String>,
    },
    /// Out of sight until the moment, then back in the inbox.
    Defer {
        until: Timestamp,
    },
    /// Back to the inbox.
    Reopen,
}

impl Verdict {
    /// The status that the verdict leads to.
    pub fn status(&self) -> Status {
        match self {
            Self::Approve => Status::Approved,
            Self::Reject { .. } => Status::Rejected,
            Self::Defer { .. } => Status::Deferred,
            Self::Reopen => Status::Inbox,
        }
    }
}

/// New values for fields of one automation, as a reviewer typed them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    pub id: AutomationId,
    /// The revision the reviewer saw; an edit of an older one is refused, never merged silently.
    pub revision: u32,
    pub values: Vec<(Field, Value)>,
}

/// One field's value before and after a write; its own inverse when turned round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: Field,
    pub before: Value,
    pub after: Value,
}

impl FieldChange {
    /// The change that takes this one back.
    pub fn inverse(&self) -> Self {
        Self { field: self.field, before: self.after.clone(), after: self.before.clone() }
    }
}

named! {
    /// What kind of act a journal entry records.
    DecisionKind {
        Verdict = "verdict",
        Tag = "tag",
        Edit = "edit",
        Merge = "merge",
        /// Two items are not the same.
        Apart = "apart",
        Add = "add",
        /// A deferral whose time has come; nobody's act, and not undone.
        Wake = "wake",
        Undo = "undo",
        Redo = "redo",
    }
}

named! {
    /// Through which door a decision came.
    Origin {
        Workbench = "workbench",
        CommandLine = "command_line",
        /// A rule that a reviewer made.
        Rule = "rule",
        /// Time passed.
        Clock = "clock",
    }
}

/// One entry of the journal: who changed what on which item, and what it was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub id: DecisionId,
    pub batch: BatchId,
    pub automation: AutomationId,
    pub kind: DecisionKind,
    pub changes: Vec<FieldChange>,
    pub reviewer: String,
    pub origin: Origin,
    pub at: Timestamp,
    /// The entry that this one takes back; a redo takes an undo back.
    pub reverses: Option<DecisionId>,
    pub is_undone: bool,
}

/// Why a write that a person asked for cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("#{0} is merged into #{1}; undo the merge first")]
    Merged(AutomationId, AutomationId),
    #[error("others were merged into #{0} since; take that apart first")]
    MergedSince(AutomationId),
    #[error("#{0} is already {1}")]
    Already(AutomationId, Status),
    #[error("#{id} was changed since you looked (revision {seen}, now {now}); look again")]
    Stale { id: AutomationId, seen: u32, now: u32 },
    #[error("`{}` of #{id} was changed since by {by}; undo that first, or once more for what came before", .field.name())]
    ChangedSince { id: AutomationId, field: Field, by: String },
    #[error("`{}` of #{id} cannot be set to {value}: {why}", .field.name())]
    BadValue { id: AutomationId, field: Field, value: String, why: String },
    #[error("no automation #{0}")]
    Unknown(AutomationId),
    #[error("nothing to {0}")]
    NothingTo(&'static str),
}

impl Automation {
    /// A field's value in its journal form (JSON).
    pub fn value(&self, field: Field) -> Value {
        let content = &self.content;
        let value = match field {
            Field::Title => serde_json::to_value(&content.title),
            Field::Description => serde_json::to_value(&content.description),
            Field::Trigger => serde_json::to_value(&content.trigger),
            Field::Steps => serde_json::to_value(&content.steps),
            Field::Tools => serde_json::to_value(&content.tools),
            Field::Industries => serde_json::to_value(&content.industries),
            Field::Functions => serde_json::to_value(&content.functions),
            Field::Problem => serde_json::to_value(&content.problem),
            Field::Claims => serde_json::to_value(&content.claims),
            Field::Complexity => serde_json::to_value(content.complexity),
            Field::Tags => serde_json::to_value(&content.tags),
            Field::Status => serde_json::to_value((self.status, self.merged_into)),
            Field::Reason => serde_json::to_value(&self.reason),
            Field::DeferredUntil => serde_json::to_value(self.deferred_until),
            Field::Opinions => serde_json::to_value(&self.opinions),
            // What holds between items is the store's to know.
            Field::Apart | Field::Fold => Ok(Value::Null),
        };
        value.expect("invariant: the domain's types are plain JSON")
    }

    /// Sets a field from its journal form.
    ///
    /// # Errors
    /// `Refusal::BadValue` where the value has not the field's shape, or a title is empty.
    pub fn set(&mut self, field: Field, value: &Value) -> Result<(), Refusal> {
        fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
            T::deserialize(value).map_err(|error| error.to_string())
        }
        let content = &mut self.content;
        let outcome = match field {
            Field::Title => read::<String>(value).and_then(|title| {
                if title.trim().is_empty() {
                    return Err("a title cannot be empty".to_owned());
                }
                content.title = title;
                Ok(())
            }),
            Field::Description => read(value).map(|v| content.description = v),
            Field::Trigger => read(value).map(|v| content.trigger = v),
            Field::Steps => read(value).map(|v| content.steps = v),
            Field::Tools => read(value).map(|v| content.tools = v),
            Field::Industries => read(value).map(|v| content.industries = v),
            Field::Functions => read(value).map(|v| content.functions = v),
            Field::Problem => read(value).map(|v| content.problem = v),
            Field::Claims => read(value).map(|v| content.claims = v),
            Field::Complexity => read(value).map(|v| content.complexity = v),
            Field::Tags => read(value).map(|v| content.tags = normal_tags(v)),
            Field::Status => read(value).map(|(status, into)| {
                self.status = status;
                self.merged_into = into;
            }),
            Field::Reason => read(value).map(|v| self.reason = v),
            Field::DeferredUntil => read(value).map(|v| self.deferred_until = v),
            Field::Opinions => read(value).map(|v| self.opinions = v),
            Field::Apart | Field::Fold => Ok(()),
        };
        let id = self.id;
        outcome.map_err(|why| Refusal::BadValue { id, field, value: value.to_string(), why })
    }

    /// What `verdict` changes.
    ///
    /// # Errors
    /// `Refusal::Merged` for an item folded into another, `Refusal::Already` where it changes
    /// nothing.
    pub fn after_verdict(&self, verdict: &Verdict) -> Result<Vec<FieldChange>, Refusal> {
        if let Some(into) = self.merged_into {
            return Err(Refusal::Merged(self.id, into));
        }
        let mut next = self.clone();
        next.status = verdict.status();
        next.reason = None;
        next.deferred_until = None;
        match verdict {
            Verdict::Reject { reason } => next.reason.clone_from(reason),
            Verdict::Defer { until } => next.deferred_until = Some(whole_milliseconds(*until)),
            Verdict::Approve => {}
            // Looked at afresh.
            Verdict::Reopen => next.opinions.clear(),
        }
        let changes = self.changes_to(&next);
        if changes.is_empty() {
            return Err(Refusal::Already(self.id, self.status));
        }
        Ok(changes)
    }

    /// What a merge into `lead` changes on this item.
    ///
    /// # Errors
    /// `Refusal::Merged` where it is merged already.
    pub fn after_merge_into(&self, lead: AutomationId) -> Result<Vec<FieldChange>, Refusal> {
        if let Some(into) = self.merged_into {
            return Err(Refusal::Merged(self.id, into));
        }
        let next = Self { status: Status::Merged, merged_into: Some(lead), ..self.clone() };
        Ok(self.changes_to(&next))
    }

    /// The fields that differ from this item to `next`, in a fixed order.
    pub fn changes_to(&self, next: &Self) -> Vec<FieldChange> {
        let life = [Field::Status, Field::Reason, Field::DeferredUntil, Field::Opinions];
        let fields = Field::EDITABLE.into_iter().chain(life);
        fields
            .filter_map(|field| {
                let (before, after) = (self.value(field), next.value(field));
                (before != after).then_some(FieldChange { field, before, after })
            })
            .collect()
    }
}

/// The moment as the store keeps it: a finer one would differ from itself once read back.
fn whole_milliseconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// Tags lower-cased, trimmed, inner white space as one dash, without doubles, sorted.
pub fn normal_tags(tags: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = tags
        .iter()
        .map(|tag| tag.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase())
        .filter(|tag| !tag.is_empty())
        .collect();
    tags.sort();
    tags.dedup();
    tags
}
