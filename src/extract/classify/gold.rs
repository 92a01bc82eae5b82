//! What training texts teach: functions by gallery category, trigger kinds by trigger node.

use super::taxonomy::Taxonomy;
use crate::model::TriggerKind;
use serde::Deserialize;

/// A training text with what is known of it: a template of the n8n gallery.
#[derive(Debug, Clone, Deserialize)]
pub struct Example {
    pub title: String,
    pub text: String,
    /// The gallery's categories.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Types of its nodes, as `package.name`.
    #[serde(default)]
    pub node_types: Vec<String>,
    /// When it was published, in RFC 3339.
    pub published: String,
}

/// From 2025-08-07 to 2025-08-28 the gallery filed some 95% of new templates under this category
/// (before and after: about 20%), so that there it says nothing …
const DEFAULTED: &str = "Multimodal AI";
const DEFAULTED_DAYS: std::ops::RangeInclusive<&str> = "2025-08-07"..="2025-08-28";
/// … and it stood in the place of one of these, whose absence says nothing either.
const DISPLACED: [&str; 3] = ["AI Summarization", "AI Chatbot", "AI RAG"];

impl Example {
    /// Whether the text is of `function` of the taxonomy; `None` where its labels do not tell.
    pub(super) fn is_of(&self, taxonomy: &Taxonomy, function: usize) -> Option<bool> {
        if self.categories.is_empty() {
            return None;
        }
        let function = &taxonomy.functions[function];
        let is_called = |name: &str| function.aliases.iter().any(|alias| alias == name);
        let yes = self.categories.iter().any(|category| is_called(category));
        let day = self.published.get(..10).unwrap_or_default();
        let is_displaced = !yes && DISPLACED.into_iter().any(is_called);
        let is_void = DEFAULTED_DAYS.contains(&day) && (is_called(DEFAULTED) || is_displaced);
        (!is_void).then_some(yes)
    }

    /// The kinds of its trigger nodes: `manual` (with sub-workflows) only where there is no other;
    /// empty where it has no trigger node.
    pub fn trigger_kinds(&self) -> Vec<TriggerKind> {
        let mut kinds: Vec<TriggerKind> =
            self.node_types.iter().filter_map(|node| kind_of_node(node)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() > 1 {
            kinds.retain(|kind| *kind != TriggerKind::Manual);
        }
        kinds
    }
}

/// The kind of trigger that a node of this type is; `None` for a node that is no trigger.
fn kind_of_node(node: &str) -> Option<TriggerKind> {
    let name = node.rsplit('.').next().unwrap_or(node);
    let kind = match name {
        "scheduleTrigger" | "cron" | "interval" => TriggerKind::Schedule,
        "webhook" => TriggerKind::Webhook,
        "formTrigger"
        | "typeformTrigger"
        | "jotFormTrigger"
        | "wufooTrigger"
        | "surveyMonkeyTrigger"
        | "filloutTrigger"
        | "formstackTrigger"
        | "formIoTrigger"
        | "koBoToolboxTrigger" => TriggerKind::Form,
        "chatTrigger"
        | "manualChatTrigger"
        | "telegramTrigger"
        | "whatsAppTrigger"
        | "slackTrigger"
        | "discordTrigger"
        | "twilioTrigger"
        | "wahaTrigger"
        | "lineTrigger"
        | "facebookTrigger"
        | "mattermostTrigger"
        | "microsoftTeamsTrigger" => TriggerKind::Message,
        "gmailTrigger"
        | "microsoftOutlookTrigger"
        | "emailReadImap"
        | "postmarkTrigger"
        | "mailjetTrigger" => TriggerKind::Email,
        "googleDriveTrigger"
        | "localFileTrigger"
        | "boxTrigger"
        | "dropboxTrigger"
        | "microsoftOneDriveTrigger"
        | "nextCloudTrigger" => TriggerKind::File,
        "rssFeedReadTrigger" => TriggerKind::Feed,
        "manualTrigger" | "start" | "executeWorkflowTrigger" => TriggerKind::Manual,
        _ if name.ends_with("Trigger") => TriggerKind::Event,
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(categories: &[&str], nodes: &[&str], published: &str) -> Example {
        let owned = |all: &[&str]| all.iter().map(ToString::to_string).collect();
        Example {
            title: String::new(),
            text: String::new(),
            categories: owned(categories),
            node_types: owned(nodes),
            published: published.into(),
        }
    }

    #[test]
    fn manual_starts_are_ignored_when_another_trigger_exists() {
        let nodes = ["n8n-nodes-base.manualTrigger", "n8n-nodes-base.scheduleTrigger"];
        assert_eq!(example(&[], &nodes, "").trigger_kinds(), [TriggerKind::Schedule]);
        assert_eq!(example(&[], &nodes[..1], "").trigger_kinds(), [TriggerKind::Manual]);
        assert_eq!(example(&[], &["n8n-nodes-base.set"], "").trigger_kinds(), []);
    }

    #[test]
    fn a_label_says_nothing_when_the_gallery_gave_it_to_all() {
        let taxonomy = Taxonomy::shared();
        let at = |alias: &str| {
            let is_it = |f: &super::super::Function| f.aliases.iter().any(|a| a == alias);
            taxonomy.functions.iter().position(is_it).expect("known")
        };
        let then = example(&["Multimodal AI", "HR"], &[], "2025-08-20T00:00:00Z");
        assert_eq!(then.is_of(taxonomy, at("Multimodal AI")), None);
        assert_eq!(then.is_of(taxonomy, at("AI RAG")), None);
        assert_eq!(then.is_of(taxonomy, at("HR")), Some(true));
        let later = example(&["Multimodal AI", "HR"], &[], "2025-09-20T00:00:00Z");
        assert_eq!(later.is_of(taxonomy, at("Multimodal AI")), Some(true));
        assert_eq!(later.is_of(taxonomy, at("AI RAG")), Some(false));
    }
}
