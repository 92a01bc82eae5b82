//! What words say of a trigger's kind.

use crate::extract::pattern;
use crate::model::TriggerKind;
use regex::RegexSet;
use std::sync::LazyLock;

/// What a trigger's words say of its kind: pattern, kind, strength.
const KINDS: &[(&str, TriggerKind, f32)] = &[
    (
        r"\bwebhooks?\b|\bhttp (?:post|endpoint|call)\b|\bpost request\b|\bapi (?:call|endpoint|request)\b",
        TriggerKind::Webhook,
        0.9,
    ),
    (
        r"\b(?:hits|calls|posts to) (?:the|our|an?) (?:endpoint|url|api)\b|\bincoming (?:http|request)|\bpayload\b",
        TriggerKind::Webhook,
        0.6,
    ),
    (
        r"\b(?:form|typeform|jotform|tally|questionnaire|survey)\b|\bsubmissions?\b|\bformular\b|\bformulario\b|\bformulaire\b|\bformul[áa]rio\b|\bmodulo\b|フォーム",
        TriggerKind::Form,
        0.75,
    ),
    (
        r"\bfill(?:s|ed|ing)? (?:out|in|it|the)\b|\bsubmit(?:s|ted|ting)?\b|\babgeschickt\b|\bausgef[üu]llt\b|\brellena\b|\bremplit\b|\bpreenche\b|\bcompila\b",
        TriggerKind::Form,
        0.55,
    ),
    (
        r"\b(?:sms|dms?|chat|whats ?app|telegram|slack|discord|messenger|mms)\b|\b(?:text )?messages?\b|\bnachricht(?:en)?\b|\bmensajes?\b|\bmensage[nm]s?\b|\bmessaggi(?:o)?\b|メッセージ|LINE",
        TriggerKind::Message,
        0.6,
    ),
    (r"\b(?:texts|messages|writes to|dms) (?:us|me|in|the|our|a)\b", TriggerKind::Message, 0.6),
    (
        r"\b(?:texts|text|writes|messages|replies|asks|types|sends a (?:text|voice|question)|voice notes?|user (?:input|query|question|message))\b|\bchat (?:message|trigger|input|interface)\b|\bvoice message",
        TriggerKind::Message,
        0.45,
    ),
    (
        r"\b(?:e-?mails?|inbox|mailbox|gmail|outlook|imap|attachments?)\b|\bmails?\b|\bpostfach\b|\bcorreos?\b|\bcourriels?\b|\bposta\b|メール",
        TriggerKind::Email,
        0.65,
    ),
    (
        r"\b(?:files?|uploads?|uploaded|folders?|pdfs?|photos?|pictures?|images?|recordings?|scans?|documents?|drive|dropbox|sftp|csv)\b|\bdatei(?:en)?\b|\bordner\b|\bhochgeladen\b|\barchivos?\b|\bcarpeta\b|\bfotos?\b|\bfichiers?\b|\bdossier\b|\barquivos?\b|\bpasta\b|\bcartella\b|書類|ファイル|写真",
        TriggerKind::File,
        0.5,
    ),
    (
        r"\b(?:drops?|dropped|lands?|landed|saved|added|put|new) (?:\w+ ){0,3}(?:in|into|to|on) (?:\w+ ){0,3}(?:folder|drive|dropbox|bucket|sharepoint|onedrive)\b",
        TriggerKind::File,
        0.6,
    ),
    (
        r"\brss\b|\bfeeds?\b|\bnew (?:article|blog post|post|episode|video|release|item)s? (?:is|are|appears?|published|goes|comes)\b",
        TriggerKind::Feed,
        0.7,
    ),
    (
        r"\b(?:calls?|orders?|payments?|invoices?|bookings?|appointments?|deals?|leads?|tickets?|tasks?|records?|rows?|contacts?|customers?|clients?|patients?|tenants?|members?|events?|issues?|pull requests?|commits?|card|stage|status|inspection|job|quote|estimate|contract|subscription|sensor|meeting|reservation|purchase|sale|user|visit|review|alarm|alert|stock|candidate|guest|shipment|parcel|bank transaction|transaction)\b",
        TriggerKind::Event,
        0.35,
    ),
    (
        r"\b(?:is|are|gets?|has been|was|were|becomes?) (?:\w+ )?(?:created|added|updated|changed|signed|paid|booked|cancell?ed|closed|won|marked|moved|assigned|completed|finished|approved|confirmed|missed|opened|ordered|shipped|received|detected|published|viewed|checked|flagged|declined|late|overdue)\b|\b(?:fails?|failed|bounces|cancels|pays|signs|books|buys|orders|misses|rings|calls|drops below|falls below|changes|expires|checks out|goes unanswered|comes in|completes|finishes|moves|creates|confirms|closes|declines|no-shows?)\b",
        TriggerKind::Event,
        0.45,
    ),
    (
        r"\b(?:anruf|auftrag|rechnung|termin|bestellung|zahlung|buchung|llamada|pedido|pago|reserva|factura|cita|appel|commande|paiement|rendez-vous|facture|ligação|pagamento|agendamento|consulta|fatura|chiamata|ordine|pagamento|prenotazione|fattura|appuntamento)\b|電話|予約|注文|入金|支払",
        TriggerKind::Event,
        0.4,
    ),
    (
        r"\b(?:click(?:s|ed|ing)?|button|manual(?:ly)?|on demand|press(?:es|ed|ing)?|by hand|shortcut|knopf|taste)\b|test workflow|execute workflow",
        TriggerKind::Manual,
        0.5,
    ),
];

/// Names that templates give their trigger, wherever they stand.
const NAMED: &[(&str, TriggerKind, f32)] = &[
    (
        r"\bschedul(?:e|ed|er) (?:trigger|node)|\bcron\b|\bschedule-based\b",
        TriggerKind::Schedule,
        1.0,
    ),
    (
        r"\b(?:webhook (?:trigger|node|endpoint|url|receives|request|path)|via (?:a )?webhook|webhook)\b",
        TriggerKind::Webhook,
        0.75,
    ),
    (
        r"\bhttp (?:get|post) (?:request )?(?:endpoint|to (?:the|this|your))|\bapi endpoint\b|\brest(?:ful)? api\b|\bpost request\b|\brespond(?:s)? to webhook\b",
        TriggerKind::Webhook,
        0.4,
    ),
    (
        r"\b(?:n8n )?form (?:trigger|submission|node|submitted|input)|\bon form submission\b|\bsubmit(?:s|ted)? (?:a|the|via|through)\b|\bweb form\b|\bform\b|\btypeform\b|\bjotform\b|\btally\b",
        TriggerKind::Form,
        0.6,
    ),
    (
        r"\b(?:chat (?:trigger|message|input|interface|window)|when chat message received|telegram trigger|slack trigger|whatsapp trigger|line webhook|discord trigger)\b",
        TriggerKind::Message,
        1.0,
    ),
    (
        r"\b(?:telegram|whatsapp|chatbot|slack bot|slash command|chat with|conversational|conversation)\b",
        TriggerKind::Message,
        0.4,
    ),
    (
        r"\bgmail trigger\b|\bemail trigger\b|\bimap\b|\boutlook trigger\b|\b(?:new|incoming|inbound|unread|received) e-?mails?\b",
        TriggerKind::Email,
        0.85,
    ),
    (
        r"\b(?:google drive trigger|local file trigger|new (?:file|pdf|document|image)s? (?:is |are )?(?:added|uploaded|created|in)|(?:watch|monitor)(?:s|ing)? (?:a |the |your )?(?:specific |google drive |drive |dropbox )*folder|(?:uploaded|added) to (?:a |the |your )?(?:specific )?(?:google drive|drive|dropbox|folder))",
        TriggerKind::File,
        0.9,
    ),
    (r"\brss (?:feed )?(?:trigger|read trigger)\b|\brss feed trigger\b", TriggerKind::Feed, 1.0),
    (
        r"\bmcp (?:server|trigger|client|tools?|endpoint)\b|\bgoogle sheets trigger\b|\bairtable trigger\b|\bnotion trigger\b|\b(?:hubspot|stripe|shopify|github|gitlab|jira|linear|calendly|cal\.com|pipedrive|salesforce|clickup|trello|asana|zendesk|woocommerce|google calendar|error) trigger\b",
        TriggerKind::Event,
        0.9,
    ),
    (
        r"\b(?:new|updated) (?:row|record|order|issue|ticket|deal|contact|lead|task|booking|payment|subscriber|commit|pull request|page|event|customer|meeting)s?\b",
        TriggerKind::Event,
        0.45,
    ),
    (
        r"\b(?:manual trigger|manually trigger(?:ed|s)?|trigger(?:ed)? manually|run(?:s)? (?:it |the workflow )?manually|manual execution|execute workflow|test workflow|click(?:ing|s)? (?:on )?['‘“\x22]?(?:execute|test|the button|run)|on demand|start(?:s|ed)? manually|execute (?:it|the)|manually)\b",
        TriggerKind::Manual,
        0.6,
    ),
    (
        r"\b(?:sub-?workflow|called by (?:another|other|a parent)|execute workflow trigger|executed by another)\b",
        TriggerKind::Manual,
        0.6,
    ),
];

static KIND_SET: LazyLock<RegexSet> = LazyLock::new(|| set_of(KINDS));
static NAMED_SET: LazyLock<RegexSet> = LazyLock::new(|| set_of(NAMED));

fn set_of(patterns: &[(&str, TriggerKind, f32)]) -> RegexSet {
    pattern::set(patterns.iter().map(|(pattern, ..)| format!("(?i){pattern}")))
}

/// The kind that the words of a trigger's clause speak for most.
pub(super) fn kind_of(clause: &str) -> Option<(TriggerKind, f32)> {
    strongest(KIND_SET.matches(clause).into_iter().map(|at| (KINDS[at].1, KINDS[at].2)))
}

/// The kinds of trigger that a sentence names outright, as templates do, with their strength.
pub(crate) fn named_kinds(sentence: &str) -> impl Iterator<Item = (TriggerKind, f32)> {
    NAMED_SET.matches(sentence).into_iter().map(|at| (NAMED[at].1, NAMED[at].2))
}

fn strongest(kinds: impl Iterator<Item = (TriggerKind, f32)>) -> Option<(TriggerKind, f32)> {
    kinds.max_by(|a, b| a.1.total_cmp(&b.1))
}
