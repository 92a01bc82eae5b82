//! A model's answer to the prompt `extract`, as its schema has it.

use crate::model::{ClaimUnit, Complexity, Period, ToolRole, TriggerKind};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) automations: Vec<Automation>,
}

impl Answer {
    pub(super) fn read(value: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(value)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Automation {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) trigger: Option<Trigger>,
    pub(super) steps: Vec<Step>,
    pub(super) tools: Vec<Tool>,
    pub(super) industries: Vec<String>,
    pub(super) functions: Vec<String>,
    pub(super) problem: Option<String>,
    pub(super) claims: Vec<Claim>,
    pub(super) complexity: Option<Complexity>,
    pub(super) evidence: Vec<Quote>,
    pub(super) confidence: f32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Trigger {
    pub(super) kind: TriggerKind,
    pub(super) text: String,
    pub(super) tool: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) tool: Option<String>,
    pub(super) follows: Vec<i64>,
    pub(super) branch: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) role: ToolRole,
}

#[derive(Debug, Deserialize)]
pub(super) struct Claim {
    pub(super) amount: f64,
    pub(super) unit: ClaimUnit,
    pub(super) currency: Option<String>,
    pub(super) per: Option<Period>,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Quote {
    /// A field's name.
    pub(super) field: String,
    /// Its place in its list; models are known to begin at -1 too.
    pub(super) index: i64,
    pub(super) quote: String,
}
