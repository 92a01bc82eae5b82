//! What an n8n node type stands for: a service, a trigger, or machinery.

use super::gazetteer::Gazetteer;
use crate::model::TriggerKind;
use crate::text::workflow::kind_label;

/// Machinery of the workflow engine itself: no service behind it. Lower case, without `Tool`.
const CORE: &[&str] = &[
    "agent",
    "aggregate",
    "aitransform",
    "calculator",
    "chainllm",
    "chainretrievalqa",
    "chainsummarization",
    "chat",
    "chattrigger",
    "code",
    "comparedatasets",
    "compression",
    "converttofile",
    "cron",
    "crypto",
    "datetime",
    "debughelper",
    "documentdefaultdataloader",
    "documentbinaryinputloader",
    "documentjsoninputloader",
    "editimage",
    "email",
    "emailreadimap",
    "emailsend",
    "errortrigger",
    "evaluation",
    "evaluationtrigger",
    "executecommand",
    "executeworkflow",
    "executeworkflowtrigger",
    "executiondata",
    "extractfromfile",
    "filter",
    "form",
    "formtrigger",
    "ftp",
    "function",
    "functionitem",
    "globalconstants",
    "graphql",
    "guardrails",
    "html",
    "htmlextract",
    "httprequest",
    "icalendar",
    "if",
    "informationextractor",
    "interval",
    "itemlists",
    "jwt",
    "keyvaluestorage",
    "limit",
    "localfile",
    "localfiletrigger",
    "manualchat",
    "manualchattrigger",
    "manualtrigger",
    "markdown",
    "mcpclient",
    "mcptrigger",
    "memorybuffer",
    "memorybufferwindow",
    "memorychatretriever",
    "memorymanager",
    "merge",
    "modelselector",
    "movebinarydata",
    "n8n",
    "n8ntrainingcustomerdatastore",
    "n8ntrainingcustomermessenger",
    "n8ntrigger",
    "noop",
    "openapi",
    "outputparserautofixing",
    "outputparseritemlist",
    "outputparserstructured",
    "phonenumberparser",
    "readbinaryfile",
    "readbinaryfiles",
    "readpdf",
    "readwritefile",
    "removeduplicates",
    "renamekeys",
    "respondtowebhook",
    "retrievervectorstore",
    "retrieverworkflow",
    "retrievercontextualcompression",
    "retrievermultiquery",
    "rssfeed",
    "rssfeedread",
    "rssfeedreadtrigger",
    "scheduletrigger",
    "sentimentanalysis",
    "set",
    "simulate",
    "sort",
    "splitinbatches",
    "splitout",
    "spreadsheetfile",
    "sse",
    "ssetrigger",
    "ssh",
    "start",
    "stickynote",
    "stopanderror",
    "summarize",
    "switch",
    "textclassifier",
    "textsplittercharactertextsplitter",
    "textsplitterrecursivecharactertextsplitter",
    "textsplittertokensplitter",
    "timesaved",
    "toolcalculator",
    "toolcode",
    "toolexecutor",
    "toolhttprequest",
    "toolthink",
    "toolvectorstore",
    "toolworkflow",
    "totp",
    "vectorstoreinmemory",
    "vectorstoreinmemoryinsert",
    "vectorstoreinmemoryload",
    "wait",
    "webhook",
    "workflow",
    "workflowtrigger",
    "writebinaryfile",
    "xml",
    "lmchat",
    "emailreadimaptool",
];

/// What stands before a service's name when its node lends it to an agent.
const LENT: &[&str] =
    &["lmChat", "lm", "embeddings", "vectorStore", "memory", "tool", "reranker", "document"];

/// What a node type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// A named service or application.
    Service(String),
    Core,
}

/// The last part of a type: `gmailTrigger` of `n8n-nodes-base.gmailTrigger`.
fn short(kind: &str) -> &str {
    kind.rsplit('.').next().unwrap_or(kind)
}

/// What the node type `kind` stands for; services unknown to the gazetteer are named after the type.
pub(crate) fn role(gazetteer: &Gazetteer, kind: &str) -> Role {
    let short = short(kind);
    if CORE.contains(&short.to_lowercase().as_str()) {
        return Role::Core;
    }
    let bare = bare(short);
    if bare.is_empty() || CORE.contains(&bare.to_lowercase().as_str()) {
        return Role::Core;
    }
    Role::Service(
        gazetteer.of_node(bare).map_or_else(|| kind_label(bare), |tool| tool.name.clone()),
    )
}

/// A short type without what it is lent as and without `Trigger`, `Tool` and `Chat`.
fn bare(short: &str) -> &str {
    let lent = LENT.iter().find_map(|lead| {
        let rest = short.strip_prefix(lead)?;
        rest.starts_with(|c: char| c.is_uppercase()).then_some((*lead, rest))
    });
    let mut bare = lent.map_or(short, |(_, rest)| rest);
    while let Some(rest) = bare.strip_suffix("Trigger").or_else(|| bare.strip_suffix("Tool")) {
        bare = rest;
    }
    if lent.is_some_and(|(lead, _)| lead == "memory") {
        bare.strip_suffix("Chat").unwrap_or(bare)
    } else {
        bare
    }
}

/// What kind of trigger the node type `kind` is; `None` for a node that does not start a workflow.
///
/// A sub-workflow's trigger counts as manual: something inside the house calls it.
pub(crate) fn trigger_kind(kind: &str) -> Option<TriggerKind> {
    let lower = short(kind).to_lowercase();
    let exact = match lower.as_str() {
        "scheduletrigger" | "schedule" | "cron" | "interval" => Some(TriggerKind::Schedule),
        "webhook" => Some(TriggerKind::Webhook),
        "manualtrigger" | "start" | "executeworkflowtrigger" | "evaluationtrigger" => {
            Some(TriggerKind::Manual)
        }
        "emailreadimap" => Some(TriggerKind::Email),
        _ => None,
    };
    let name = lower.strip_suffix("trigger");
    exact.or_else(|| name.map(kind_by_name))
}

fn kind_by_name(name: &str) -> TriggerKind {
    const FAMILIES: &[(TriggerKind, &[&str])] = &[
        (TriggerKind::Feed, &["rssfeed", "rss"]),
        (
            TriggerKind::Form,
            &[
                "form",
                "typeform",
                "jotform",
                "wufoo",
                "surveymonkey",
                "fillout",
                "formio",
                "formstack",
                "kobotoolbox",
                "tally",
            ],
        ),
        (TriggerKind::Email, &["gmail", "outlook", "imap", "email", "mailhook"]),
        (
            TriggerKind::Message,
            &[
                "chat",
                "telegram",
                "slack",
                "whatsapp",
                "discord",
                "teams",
                "mattermost",
                "line",
                "waha",
                "twilio",
                "webex",
                "messenger",
                "signal",
                "matrix",
                "viber",
                "zalo",
            ],
        ),
        (
            TriggerKind::File,
            &[
                "googledrive",
                "localfile",
                "s3",
                "dropbox",
                "onedrive",
                "sharepoint",
                "box",
                "ftp",
                "nextcloud",
            ],
        ),
    ];
    let holds = |family: &&str| name == *family || (family.len() > 4 && name.contains(*family));
    FAMILIES
        .iter()
        .find(|(_, families)| families.iter().any(holds))
        .map_or(TriggerKind::Event, |(kind, _)| *kind)
}

/// Whether a trigger only stands in for a real one: a button, a call from another workflow.
pub(crate) fn is_stand_in(kind: TriggerKind) -> bool {
    kind == TriggerKind::Manual
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("n8n-nodes-base.googleSheetsTrigger", Some("Google Sheets"))]
    #[case("@n8n/n8n-nodes-langchain.lmChatOpenAi", Some("OpenAI"))]
    #[case("@n8n/n8n-nodes-langchain.memoryRedisChat", Some("Redis"))]
    #[case("@n8n/n8n-nodes-langchain.memoryMongoDbChat", Some("MongoDB"))]
    #[case("@n8n/n8n-nodes-langchain.toolSerpApi", Some("SerpApi"))]
    #[case("n8n-nodes-gemini-search.geminiSearchToolTool", Some("Google Gemini"))]
    #[case("n8n-nodes-foo.fooBar", Some("Foo Bar"))]
    #[case("n8n-nodes-base.httpRequestTool", None)]
    #[case("n8n-nodes-base.if", None)]
    #[case("n8n-nodes-mcp.mcpClientTool", None)]
    #[case("@n8n/n8n-nodes-langchain.memoryBufferWindow", None)]
    fn services_are_told_from_machinery(#[case] kind: &str, #[case] service: Option<&str>) {
        let gazetteer = Gazetteer::load().unwrap();
        let expected = service.map_or(Role::Core, |name| Role::Service(name.to_owned()));
        assert_eq!(role(&gazetteer, kind), expected);
    }

    #[rstest]
    #[case("n8n-nodes-base.cron", Some(TriggerKind::Schedule))]
    #[case("n8n-nodes-base.webhook", Some(TriggerKind::Webhook))]
    #[case("n8n-nodes-base.respondToWebhook", None)]
    #[case("n8n-nodes-base.jotFormTrigger", Some(TriggerKind::Form))]
    #[case("n8n-nodes-base.whatsAppTrigger", Some(TriggerKind::Message))]
    #[case("n8n-nodes-base.microsoftOutlookTrigger", Some(TriggerKind::Email))]
    #[case("n8n-nodes-base.microsoftOneDriveTrigger", Some(TriggerKind::File))]
    #[case("n8n-nodes-base.rssFeedReadTrigger", Some(TriggerKind::Feed))]
    #[case("n8n-nodes-base.linearTrigger", Some(TriggerKind::Event))]
    #[case("n8n-nodes-base.executeWorkflowTrigger", Some(TriggerKind::Manual))]
    #[case("n8n-nodes-base.slack", None)]
    fn triggers_are_told_by_type(#[case] kind: &str, #[case] expected: Option<TriggerKind>) {
        assert_eq!(trigger_kind(kind), expected);
    }
}
