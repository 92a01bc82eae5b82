//! What is compared.

use crate::embed::Vector;
use crate::model::{AutomationId, Content};

/// An automation as the finder sees it; whatever is not known stays empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub id: AutomationId,
    pub title: String,
    /// Description, or the text it was read from.
    pub text: String,
    /// What it is built of, in any order: names and types of nodes, or steps with their tools.
    pub structure: Vec<String>,
    /// Canonical address; two items with the same one are the same.
    pub url: Option<String>,
    pub vector: Option<Vector>,
}

impl Item {
    /// A stored automation. Its steps are its structure only where there are at least two, as one
    /// step read out of prose says too little to tell automations apart.
    pub fn of(
        id: AutomationId,
        content: &Content,
        url: Option<String>,
        vector: Option<Vector>,
    ) -> Self {
        let mut structure = Vec::new();
        if content.steps.len() >= 2 {
            structure.extend(content.trigger.iter().map(|t| format!("{} {}", t.kind, t.text)));
            let steps = content.steps.iter();
            structure.extend(steps.map(|s| match &s.tool {
                Some(tool) => format!("{} {tool}", s.text),
                None => s.text.clone(),
            }));
        }
        let title = content.title.clone();
        Self { id, title, text: content.description.clone(), structure, url, vector }
    }
}
