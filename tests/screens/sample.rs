//! Automations as a week brings them, with fixed ids and times.

use jiff::{Timestamp, ToSpan};
use reservoir::model::*;

pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

struct Seed {
    title: &'static str,
    kind: DocumentKind,
    origin: &'static str,
    function: &'static str,
    confidence: f32,
    days: i64,
}

const fn seed(
    title: &'static str,
    kind: DocumentKind,
    origin: &'static str,
    function: &'static str,
    confidence: f32,
    days: i64,
) -> Seed {
    Seed { title, kind, origin, function, confidence, days }
}

const SEEDS: &[Seed] = &[
    seed(
        "No-show rescue for dental clinics",
        DocumentKind::Transcript,
        "Liam Ottley",
        "Lead nurturing",
        0.86,
        2,
    ),
    seed(
        "Invoice chaser with polite escalation",
        DocumentKind::Post,
        "r/smallbusiness",
        "Invoicing",
        0.81,
        2,
    ),
    seed(
        "Voicemail to CRM note to follow-up task",
        DocumentKind::Transcript,
        "Nate Herk",
        "CRM",
        0.78,
        3,
    ),
    seed(
        "Weekly review replies, owner approves",
        DocumentKind::Newsletter,
        "Lindy Letters",
        "Support",
        0.74,
        3,
    ),
    seed("10 ChatGPT hacks you won't believe", DocumentKind::Post, "r/productivity", "", 0.31, 3),
    seed("Quote from three photos for HVAC jobs", DocumentKind::Workflow, "n8n", "Sales", 0.66, 4),
    seed("予約リマインダーをLINEで送る", DocumentKind::Article, "note.com", "Scheduling", 0.62, 5),
    seed(
        "Contract renewal radar with owner digest 📅",
        DocumentKind::Template,
        "n8n gallery",
        "Legal",
        0.71,
        6,
    ),
    seed(
        "Lead intake form to scored Slack alert",
        DocumentKind::Launch,
        "Product Hunt",
        "Lead intake",
        0.69,
        6,
    ),
    seed(
        "Nightly stock check that reorders parts",
        DocumentKind::Repository,
        "GitHub",
        "Inventory",
        0.58,
        9,
    ),
];

const TEXT: &str = "So what we built for this clinic is, every time a visit gets marked as missed it pulls the \
patient from Airtable and sends a text with two open slots. If they answer, the slot is booked and the front desk \
sees it in Slack. They told us it saves the front desk about six hours a week, and that was with two chairs.\n\n\
The nice part is that nobody has to remember anything. It runs on Calendly and Twilio, and we looked at Zapier \
first, but the branching was easier this way.\n\nQuestions people asked: does it work with our own calendar? Yes, \
as long as the calendar can say that a visit was missed. What about patients who have no mobile phone? Those go \
on a list for the desk. Can it speak Spanish? It can, the template has both.\n\nLet me show you the flow once \
more from the top, slowly this time, because there were three questions about the part in the middle.";

fn evidence(field: Field, index: u16, words: &str) -> Evidence {
    let start = TEXT.find(words).unwrap();
    Evidence { field, index, span: Span::new(start..start + words.len()), confidence: 0.9 }
}

fn step(text: &str, tool: &str, follows: &[u16], branch: Option<&str>) -> Step {
    Step {
        text: text.to_owned(),
        tool: Some(tool.to_owned()),
        follows: follows.to_vec(),
        branch: branch.map(str::to_owned),
    }
}

fn scored(labels: &[(&str, f32)]) -> Vec<Scored> {
    labels.iter().map(|(label, p)| Scored { label: (*label).to_owned(), p: *p }).collect()
}

fn content(seed: &Seed, number: usize) -> Content {
    let tool = |name: &str, role, p| ToolUse { name: name.to_owned(), role, p };
    let title = if number < SEEDS.len() {
        seed.title.to_owned()
    } else {
        format!("{} {}", seed.title, number + 1)
    };
    let functions = if seed.function.is_empty() {
        Vec::new()
    } else {
        scored(&[(seed.function, seed.confidence), ("Scheduling", 0.21)])
    };
    Content {
        title,
        description:
            "Texts patients who missed a visit and offers the next free slots; a reply books it."
                .to_owned(),
        trigger: Some(Trigger {
            kind: TriggerKind::Event,
            text: "a visit gets marked as missed".to_owned(),
            tool: Some("Calendly".to_owned()),
            confidence: 0.9,
        }),
        steps: vec![
            step("look up the patient", "Airtable", &[], None),
            step("text an offer of two free slots", "Twilio", &[0], None),
            step("book the slot and confirm", "Calendly", &[1], Some("answered")),
            step("tell the front desk", "Slack", &[2], None),
        ],
        tools: vec![
            tool("Calendly", ToolRole::Used, 0.95),
            tool("Airtable", ToolRole::Used, 0.93),
            tool("Twilio", ToolRole::Used, 0.9),
            tool("Slack", ToolRole::Used, 0.7),
            tool("Zapier", ToolRole::Mentioned, 0.2),
        ],
        industries: scored(&[("dental", 0.91), ("medical", 0.44)]),
        functions,
        problem: None,
        claims: vec![Claim {
            amount: 6.0,
            unit: ClaimUnit::Hours,
            currency: None,
            per: Some(Period::Week),
            text: "about six hours a week".to_owned(),
        }],
        complexity: Some(Complexity::Moderate),
        tags: if number == 0 {
            vec!["reactivation".to_owned(), "sms".to_owned()]
        } else {
            Vec::new()
        },
    }
}

/// The item that two readers read otherwise, and of which the ranker has an opinion.
pub(crate) const READ_TWICE: usize = 2;

fn doubts() -> Vec<Doubt> {
    let doubt = |field, says: &str| Doubt { field, says: says.to_owned() };
    vec![
        doubt(Some(Field::Trigger), "the model reads a schedule: “every Monday”"),
        doubt(Some(Field::Tools), "the model does not see Slack used"),
    ]
}

fn reasons() -> Vec<RankReason> {
    let reason =
        |about: &str, points, approved| RankReason { about: about.to_owned(), points, approved };
    vec![
        reason("tool Airtable", 0.84, Some((9, 11))),
        reason("source r/SaaS", -0.52, Some((1, 8))),
        reason("it means like what was approved", 0.3, None),
        reason("how new it is", 0.1, None),
    ]
}

/// The item of a number from 0; its id is one more.
pub(crate) fn item(number: usize) -> ItemView {
    let seed = &SEEDS[number % SEEDS.len()];
    let id = AutomationId(number as i64 + 1);
    let published = now() - (seed.days * 24).hours();
    let content = content(seed, number);
    ItemView {
        evidence: vec![
            evidence(Field::Trigger, 0, "visit gets marked as missed"),
            evidence(Field::Steps, 0, "pulls the patient from Airtable"),
            evidence(Field::Steps, 1, "sends a text with two open slots"),
            evidence(Field::Steps, 2, "the slot is booked"),
            evidence(Field::Claims, 0, "about six hours a week"),
            evidence(Field::Tools, 4, "Zapier"),
        ],
        automation: Automation {
            id,
            revision: 1,
            document: Some(DocumentId(id.0)),
            status: Status::Inbox,
            content,
            confidence: seed.confidence,
            location: Location { seconds: Some(872), url: None },
            reason: None,
            deferred_until: None,
            merged_into: None,
            opinions: Vec::new(),
            made_by: "prose 1".to_owned(),
            created: published,
            decided: None,
        },
        document: Some(Document {
            id: DocumentId(id.0),
            revision: 1,
            source: SourceId(1),
            identity: format!("doc-{id}"),
            url: Some(format!("https://example.org/{id}")),
            title: seed.title.to_owned(),
            author: Some(seed.origin.to_owned()),
            published: Some(published),
            kind: seed.kind,
            origin: Some(seed.origin.to_owned()),
            language: Some("en".to_owned()),
            readable: TEXT.to_owned(),
            marks: vec![Mark { offset: 0, seconds: 860 }, Mark { offset: 200, seconds: 872 }],
            body: BodyId(id.0),
            gathered: published,
        }),
        duplicates: Vec::new(),
        history: Vec::new(),
        doubts: if number == READ_TWICE { doubts() } else { Vec::new() },
        rereadings: Vec::new(),
        reasons: if number == READ_TWICE { reasons() } else { Vec::new() },
    }
}

/// The line that stands for an item in lists.
pub(crate) fn row(view: &ItemView) -> InboxRow {
    let automation = &view.automation;
    let document = view.document.as_ref();
    InboxRow {
        id: automation.id,
        revision: automation.revision,
        status: automation.status,
        title: automation.content.title.clone(),
        function: automation.content.functions.first().map(|f| f.label.clone()),
        function_p: automation.content.functions.first().map(|f| f.p),
        confidence: automation.confidence,
        dated: document.and_then(|d| d.published).unwrap_or(automation.created),
        kind: document.map(|d| d.kind),
        origin: document.and_then(|d| d.origin.clone()),
        duplicates: view.duplicates.len() as u32,
        reviewer: automation.decided.map(|_| "ann".to_owned()),
        opinions: automation.opinions.clone(),
    }
}
