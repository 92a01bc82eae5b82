//! Short documents of each kind, read through the room's face.

use reservoir::extract::{Extractor, Input};
use reservoir::model::{ClaimUnit, DocumentKind, Draft, Mark, ToolRole, TriggerKind};
use rstest::rstest;

fn read(title: &str, text: &str, kind: DocumentKind) -> Vec<Draft> {
    let input = Input { title, readable: text, kind: Some(kind), ..Input::default() };
    Extractor::load().expect("shipped data").extract(&input)
}

#[test]
fn a_story_gives_trigger_steps_tools_problem_and_value() {
    let text = "We used to lose leads because nobody called them back. So we built this in n8n: as soon as somebody fills \
                out the Typeform, it looks up the company in HubSpot, drafts a reply with OpenAI and posts it to Slack. \
                It saves about six hours a week. We swapped Trello for Airtable on the way.";
    let drafts = read("No lead left behind", text, DocumentKind::Post);
    assert_eq!(drafts.len(), 1);
    let content = &drafts[0].content;
    assert_eq!(content.trigger.as_ref().unwrap().kind, TriggerKind::Form);
    assert_eq!(content.steps.len(), 3, "{:?}", content.steps);
    assert_eq!(content.steps[2].tool.as_deref(), Some("Slack"));
    assert_eq!((content.claims[0].amount, content.claims[0].unit), (6.0, ClaimUnit::Hours));
    assert!(content.problem.as_ref().unwrap().contains("lose leads"));
    let role = |name: &str| content.tools.iter().find(|tool| tool.name == name).unwrap().role;
    for used in ["n8n", "Typeform", "HubSpot", "OpenAI", "Slack", "Airtable"] {
        assert_eq!(role(used), ToolRole::Used, "{used}");
    }
    assert_eq!(role("Trello"), ToolRole::Mentioned);
}

#[rstest]
#[case::funding(
    "Flowly raises $12M",
    "Flowly, which sells workflow software, raised $12M in a Series A led by Apex Ventures. Investors value it at $80M."
)]
#[case::question(
    "How do you handle no-shows?",
    "How do you guys handle no-shows? Does anyone use a bot for reminders? Looking for recommendations."
)]
#[case::job(
    "Automation engineer wanted",
    "We are hiring an automation engineer. Full-time, remote. Responsibilities: build workflows in Zapier. Send your CV."
)]
#[case::rant(
    "AI is overhyped",
    "I am tired of the hype. Nobody needs an agent for this. It is a rant, I know."
)]
#[case::empty("", "")]
fn noise_gives_no_automation(#[case] title: &str, #[case] text: &str) {
    let drafts = read(title, text, DocumentKind::Post);
    assert!(
        drafts.is_empty(),
        "{:?}",
        drafts.iter().map(|d| (&d.content.title, d.confidence)).collect::<Vec<_>>()
    );
}

#[test]
fn an_automation_in_a_recording_tells_its_second() {
    let intro = "Hello and welcome back to the channel, it is good to see you all again today. ";
    let first = "The first one we built: when a call is missed, Twilio sends a text to the caller and logs it in Airtable. ";
    let second = "The second one we built: every Monday at eight, n8n reads the sheet and emails the owner a report.";
    let text = format!("{intro}{first}{second}");
    let at = |offset: usize, seconds| Mark { offset: u32::try_from(offset).unwrap(), seconds };
    let marks = [at(0, 0), at(intro.len(), 40), at(intro.len() + first.len(), 95)];
    let input = Input {
        title: "Two builds",
        readable: &text,
        kind: Some(DocumentKind::Transcript),
        url: Some("https://video.example/watch?v=1"),
        marks: &marks,
        ..Input::default()
    };
    let drafts = Extractor::load().unwrap().extract(&input);
    assert_eq!(drafts.len(), 2);
    assert_eq!(drafts[1].location.seconds, Some(95));
    assert_eq!(drafts[1].location.url.as_deref(), Some("https://video.example/watch?v=1&t=95s"));
}

#[test]
fn a_long_recording_neither_loses_nor_doubles_what_straddles_a_border() {
    let talk =
        "We talked about the weather for a while. The river was high, and somebody laughed. ";
    let first = "When a form is submitted on the site, n8n creates a ticket in Zendesk. It then posts the ticket to \
                 Slack and sends the client a reply through Gmail. ";
    let second = "Every Monday at eight, Make reads the Google Sheets file. It then sends the owner a summary with \
                  Twilio and adds a row to Airtable. ";
    // Whatever stands before them, and so wherever the borders fall.
    for shift in [0, 13, 19, 27] {
        let (before, between) = (talk.repeat(1_200 + shift), talk.repeat(900));
        let text = format!("{before}{first}{between}{second}{before}");
        assert!(text.len() > 200_000);
        let mark =
            |offset: usize, seconds| Mark { offset: u32::try_from(offset).unwrap(), seconds };
        let second_at = before.len() + first.len() + between.len();
        let marks = [mark(0, 0), mark(before.len(), 4_000), mark(second_at, 7_000)];
        let input = Input {
            title: "Two hours of talk",
            readable: &text,
            kind: Some(DocumentKind::Transcript),
            marks: &marks,
            ..Input::default()
        };
        let drafts = Extractor::load().unwrap().extract(&input);
        let kinds: Vec<TriggerKind> =
            drafts.iter().filter_map(|draft| Some(draft.content.trigger.as_ref()?.kind)).collect();
        assert_eq!(kinds, [TriggerKind::Form, TriggerKind::Schedule], "{shift}");
        assert!(drafts.iter().all(|draft| draft.content.steps.len() >= 3), "{shift}");
    }
}

#[rstest]
#[case(
    "Sobald das Formular abgeschickt wird, legt n8n einen Vorgang in HubSpot an und schickt dem Kunden automatisch eine Mail.",
    TriggerKind::Form
)]
#[case(
    "Cada mañana a las ocho, n8n lee la hoja de Google Sheets y envía un resumen automático por WhatsApp.",
    TriggerKind::Schedule
)]
#[case(
    "Dès qu'un paiement arrive dans Stripe, le workflow crée la facture dans Pennylane et envoie un message automatique.",
    TriggerKind::Event
)]
#[case(
    "毎朝九時に、kintoneの一覧を読み、メールを自動で送信します。担当者に通知します。",
    TriggerKind::Schedule
)]
fn other_languages_are_read(#[case] text: &str, #[case] kind: TriggerKind) {
    let drafts = read("", text, DocumentKind::Post);
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].content.trigger.as_ref().unwrap().kind, kind);
    assert!(!drafts[0].content.steps.is_empty());
}
