//! Real workflow records become automations exactly. Skipped where the public data is absent.

use reservoir::extract::{Extractor, Input};
use reservoir::model::{DocumentKind, Field, TriggerKind};
use reservoir::text::workflow::Workflow;
use std::path::{Path, PathBuf};

fn records() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/workflows");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is absent", folder.display());
        return Vec::new();
    };
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect()
}

/// The kind of a trigger's type, told apart from the extractor's own table on purpose.
fn expected(short: &str) -> Option<TriggerKind> {
    Some(match short {
        "scheduleTrigger" | "cron" | "interval" => TriggerKind::Schedule,
        "webhook" => TriggerKind::Webhook,
        "formTrigger" | "typeformTrigger" | "jotFormTrigger" => TriggerKind::Form,
        "chatTrigger" | "telegramTrigger" | "slackTrigger" | "whatsAppTrigger"
        | "discordTrigger" | "twilioTrigger" => TriggerKind::Message,
        "gmailTrigger" | "emailReadImap" => TriggerKind::Email,
        "googleDriveTrigger" | "localFileTrigger" => TriggerKind::File,
        "rssFeedReadTrigger" => TriggerKind::Feed,
        "manualTrigger" | "executeWorkflowTrigger" | "start" => TriggerKind::Manual,
        other if other.ends_with("Trigger") => TriggerKind::Event,
        _ => return None,
    })
}

#[test]
fn each_record_gives_one_automation_with_its_trigger_and_all_its_nodes() {
    let extractor = Extractor::load().unwrap();
    let paths = records();
    for path in &paths {
        let raw = std::fs::read(path).unwrap();
        let workflow = Workflow::parse(std::str::from_utf8(&raw).unwrap()).unwrap();
        let (readable, _) = workflow.readable();
        let input = Input {
            title: &workflow.name,
            readable: &readable,
            kind: Some(DocumentKind::Workflow),
            raw: Some(&raw),
            ..Input::default()
        };
        let drafts = extractor.extract(&input);
        assert_eq!(drafts.len(), 1, "{}", path.display());
        let draft = &drafts[0];
        let kinds: Vec<TriggerKind> = workflow
            .nodes
            .iter()
            .filter_map(|node| expected(node.kind.rsplit('.').next().unwrap()))
            .collect();
        let real: Vec<_> = kinds.iter().filter(|kind| **kind != TriggerKind::Manual).collect();
        match &draft.content.trigger {
            Some(trigger) if real.is_empty() => {
                assert_eq!(trigger.kind, TriggerKind::Manual, "{}", path.display())
            }
            Some(trigger) => {
                assert!(real.contains(&&trigger.kind), "{}: {trigger:?}", path.display())
            }
            None => assert!(kinds.is_empty(), "{}: no trigger", path.display()),
        }
        for (at, step) in draft.content.steps.iter().enumerate() {
            assert!(
                step.follows.iter().all(|before| usize::from(*before) < at),
                "{}",
                path.display()
            );
        }
        let told: Vec<&str> = draft
            .evidence
            .iter()
            .filter(|proof| matches!(proof.field, Field::Trigger | Field::Steps))
            .map(|proof| proof.span.slice(&readable).unwrap())
            .collect();
        for node in &workflow.nodes {
            assert!(
                told.contains(&node.line().as_str()),
                "{}: {} is lost",
                path.display(),
                node.name
            );
        }
    }
    println!("{} records", paths.len());
}
