//! What sets an automation off: the clauses that say so, and of which kind they are.

use crate::extract::pattern;
use crate::model::TriggerKind;
use regex::{Regex, RegexSet};
use std::ops::Range;
use std::sync::LazyLock;

/// The longest clause (bytes) that is taken for a trigger.
const LONGEST: usize = 160;

/// How strong the clause of a condition is when its words name no kind.
const UNKNOWN: f32 = 0.3;

/// A clause that tells what sets something off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cue {
    pub(crate) kind: TriggerKind,
    /// Bytes in the text that the sentence was cut from.
    pub(crate) range: Range<usize>,
    /// How surely this is a trigger of that kind, 0..=1.
    pub(crate) strength: f32,
}

/// Words that open a clause of condition in which a trigger may stand.
static OPENER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)(?:^|[\s(,:;“\x22*–—-])(
        whenever|when|every\ time|each\ time|any\ ?time|as\ soon\ as|once|the\ (?:moment|minute)|if|upon|
        after(?:\ (?:a|an|the|each|every|someone|somebody))|on\ (?:each|every|a\ new|new|receipt\ of|submission)|
        triggered\ (?:by|when|on|via)|triggers?\ (?:on|when|via|by)|starts?\ (?:with|when|from|by)|activated\ (?:by|when)|kicks?\ off\ (?:when|with)|
        listens?\ (?:for|to)|watch(?:es|ing)?\ (?:for|the|a|an|our|my|your)|monitors?|receiv(?:es|ing)|
        sobald|wenn|jedes\ mal|immer\ wenn|geht\ ein|kommt\ eine?|wird|
        cuando|cada\ vez\ que|al\ recibir|en\ cuanto|si|
        quand|lorsqu(?:e|'|’)|d[eè]s\ qu(?:e|'|’)|chaque\ fois\ qu(?:e|'|’)|si|
        quando|assim\ que|sempre\ que|toda\ vez\ que|se|appena|ogni\ volta\ che)\s",
    )
});

/// Points in time at which something runs.
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?";
    let number = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|other|few)";
    pattern::regex(&format!(
        r"(?ix)\b(?:
        (?:every|each)\ (?:single\ )?(?:{number}\ )?(?:morning|day|night|evening|afternoon|weekday|hour|week|month|quarter|year|minute|second|workday|business\ day|midnight|noon|sunday|{day}|days|hours|minutes|weeks|months)
        |(?:once|twice|three\ times)\ (?:a|per|every)\ (?:day|week|month|hour)
        |at\ (?:\d{{1,2}}(?:[:.]\d\d)?\ ?(?:am|pm|a\.m\.|p\.m\.|o'clock)|midnight|noon|(?:six|seven|eight|nine|ten|five)\ (?:every|each|in\ the\ (?:morning|evening)))
        |on\ (?:{day}|weekdays|schedule|a\ schedule|a\ (?:daily|weekly|hourly|monthly|regular|fixed)\ (?:schedule|basis)|the\ (?:first|last|1st|\w+teenth|\w+th)\ (?:of\ (?:the|each|every)\ month|(?:work|week)?day\ of))
        |(?:{number}|an|a)\ (?:hours?|days?|weeks?|minutes?)\ (?:before|after\ (?:the|each|every))
        |(?:daily|weekly|hourly|nightly|monthly|quarterly)\b
        |schedul(?:e|er|ed)\ (?:trigger|node|run|runs|execution|interval|basis|workflow|task)s?|cron(?:\ job|\ trigger|\ node)?
        |(?:runs?|running|executes?|checks?|starts?|triggers?)\ (?:automatically\ )?(?:on\ a\ schedule|at\ (?:\d|set|regular|scheduled)|periodically|overnight|in\ the\ background\ every|daily|weekly|hourly)
        |scheduled\ (?:to|at|daily|weekly)|at\ (?:regular|set|scheduled|fixed)\ (?:intervals|times)
        |jede[nrs]?\ (?:tag|morgen|abend|nacht|woche|monat|stunde|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|werktag|\w+\ minuten)|t[äa]glich|w[öo]chentlich|monatlich|st[üu]ndlich|um\ \d{{1,2}}(?:[:.]\d\d)?\ uhr|montags|freitags|morgens\ um|nachts\ um
        |cada\ (?:d[ií]a|ma[ñn]ana|noche|tarde|hora|semana|mes|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|\d+\ \w+)|todos\ los\ (?:d[ií]as|lunes|martes|viernes|domingos)|todas\ las\ (?:ma[ñn]anas|noches)|a\ las\ (?:\d|\w+\ de\ la)
        |chaque\ (?:jour|matin|soir|nuit|semaine|mois|heure|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|tous\ les\ (?:jours|matins|soirs|lundis|mardis|mercredis|jeudis|vendredis|mois|\d+)|toutes\ les\ (?:heures|semaines|nuits|\d+)
        |tod(?:o|a)s?\ (?:o|a|os|as)?\ ?(?:dia|dias|manh[ãa]|noite|semana|m[êe]s|segunda|ter[çc]a|quarta|quinta|sexta|s[áa]bado|domingo)|diariamente|semanalmente|[àa]s\ \d{{1,2}}\ ?h
        |ogni\ (?:giorno|mattina|sera|notte|settimana|mese|ora|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica)|tutti\ i\ (?:giorni|luned[iì])|tutte\ le\ (?:mattine|sere)|alle\ \d{{1,2}}
        )|毎(?:朝|日|週|月|晩|時)|(?:一日|月末)の?"
    ))
});

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

/// The clauses of the sentence `range` of `text` that tell a trigger, in order.
pub(crate) fn cues(text: &str, range: &Range<usize>) -> Vec<Cue> {
    let sentence = &text[range.clone()];
    let mut cues = Vec::new();
    for time in TIMES.find_iter(sentence) {
        let clause = around(sentence, time.range());
        let strength = time_strength(sentence, &time.range());
        cues.push(Cue {
            kind: TriggerKind::Schedule,
            range: shift(&clause, range.start),
            strength,
        });
    }
    for opener in OPENER.captures_iter(sentence) {
        let Some(word) = opener.get(1) else { continue };
        let end = clause_end(sentence, word.end());
        let clause = &sentence[word.start()..end];
        let bias = opener_strength(word.as_str());
        let (kind, strength) = kind_of(clause).unwrap_or((TriggerKind::Event, UNKNOWN));
        let range = shift(&(word.start()..end), range.start);
        cues.push(Cue { kind, range, strength: (strength + bias).clamp(0.1, 0.95) });
    }
    if !cues.iter().any(|cue| cue.kind != TriggerKind::Schedule && cue.strength >= UNKNOWN) {
        cues.extend(person(text, range));
    }
    cues.extend(japanese(text, range));
    cues
}

/// How much an opener by itself speaks for a trigger.
fn opener_strength(opener: &str) -> f32 {
    match opener.to_lowercase().as_str() {
        "whenever" | "every time" | "each time" | "as soon as" | "the moment" | "the minute"
        | "sobald" | "immer wenn" | "jedes mal" | "cada vez que" | "en cuanto" | "sempre que"
        | "assim que" | "appena" => 0.3,
        "if" | "si" | "se" | "wird" | "monitors" | "monitor" => -0.25,
        "after" | "once" => 0.0,
        other if other.starts_with("after") || other.starts_with("watch") => 0.0,
        _ => 0.15,
    }
}

/// The kind that the words of a trigger's clause speak for most.
fn kind_of(clause: &str) -> Option<(TriggerKind, f32)> {
    strongest(KIND_SET.matches(clause).into_iter().map(|at| (KINDS[at].1, KINDS[at].2)))
}

/// The kinds of trigger that a sentence names outright, as templates do, with their strength.
pub(crate) fn named_kinds(sentence: &str) -> impl Iterator<Item = (TriggerKind, f32)> {
    NAMED_SET.matches(sentence).into_iter().map(|at| (NAMED[at].1, NAMED[at].2))
}

fn strongest(kinds: impl Iterator<Item = (TriggerKind, f32)>) -> Option<(TriggerKind, f32)> {
    kinds.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn shift(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Where the clause that begins before `from` ends: at a comma, a dash, "then", or the sentence's end.
fn clause_end(sentence: &str, from: usize) -> usize {
    let rest = &sentence[from..];
    let end = [", ", " then ", ": ", " – ", " — ", " - ", "; ", " ("]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .filter(|at| *at > 8)
        .min()
        .unwrap_or(rest.len());
    let end = sentence.floor_char_boundary(from + end.min(LONGEST));
    from + sentence[from..end].trim_end_matches(['.', '!', ',', ':', ';', ' ', '*']).len()
}

/// Words that go on telling a time: "every Monday **at eight in the morning**".
const TIME_WORDS: &[&str] = &[
    "at",
    "on",
    "in",
    "the",
    "of",
    "each",
    "every",
    "and",
    "am",
    "pm",
    "a.m",
    "p.m",
    "o'clock",
    "sharp",
    "morning",
    "mornings",
    "evening",
    "night",
    "noon",
    "midnight",
    "month",
    "week",
    "day",
    "days",
    "hours",
    "minutes",
    "weekday",
    "weekdays",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "fridays",
    "sundays",
    "first",
    "last",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "half",
    "past",
    "before",
    "after",
    "until",
    "utc",
    "um",
    "uhr",
    "h",
    "a",
    "las",
    "los",
    "de",
    "la",
    "mañana",
    "noche",
    "ocho",
    "nueve",
    "siete",
    "à",
    "heures",
    "às",
    "da",
    "manhã",
    "alle",
    "ore",
    "del",
    "mattina",
    "im",
    "am",
    "montag",
    "freitag",
    "automatically",
];

/// A point in time with the words that go on telling it.
fn around(sentence: &str, time: Range<usize>) -> Range<usize> {
    let mut end = time.end;
    let mut reached = time.end;
    for word in sentence[time.end..].split_inclusive(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_number = bare.starts_with(|c: char| c.is_ascii_digit());
        if !(bare.is_empty() || is_number || TIME_WORDS.contains(&bare.to_lowercase().as_str())) {
            break;
        }
        reached += word.len();
        // A phrase ends on its last telling word, not on "the" or "at".
        let is_filler = matches!(
            bare,
            "" | "at"
                | "on"
                | "in"
                | "the"
                | "of"
                | "and"
                | "a"
                | "each"
                | "every"
                | "la"
                | "um"
                | "à"
                | "before"
                | "after"
        );
        if !is_filler {
            end = reached;
        }
        if word.trim_end().ends_with([',', ';', ':', '.']) {
            break;
        }
    }
    time.start
        ..time.start + sentence[time.start..end].trim_end_matches([' ', ',', ';', ':', '.']).len()
}

/// A weekday or a lead time alone may be a detail of something else; "every morning" hardly is.
fn time_strength(sentence: &str, time: &Range<usize>) -> f32 {
    let words = sentence[time.clone()].to_lowercase();
    match () {
        () if is_of_measure(sentence, time) => 0.25,
        () if words.starts_with("every") || words.starts_with("each") || words.contains("cron") => {
            0.85
        }
        () if words.ends_with(" before")
            || words.contains(" after ")
            || words.starts_with("on ") =>
        {
            0.55
        }
        () if matches!(
            words.as_str(),
            "daily" | "weekly" | "monthly" | "hourly" | "nightly" | "quarterly"
        ) =>
        {
            0.5
        }
        () => 0.75,
    }
}

/// Whether a time only measures: "six hours a day", "costs $5 monthly".
fn is_of_measure(sentence: &str, time: &Range<usize>) -> bool {
    let before = sentence[..time.start].trim_end();
    let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let is_amount = before.ends_with(['%', '$', '€']) || last.starts_with(['$', '€', '£']);
    is_amount
        || matches!(
            last.as_str(),
            "hours"
                | "minutes"
                | "hour"
                | "times"
                | "time"
                | "spend"
                | "spent"
                | "saves"
                | "saved"
                | "the"
                | "their"
                | "our"
                | "your"
                | "stunden"
                | "horas"
                | "heures"
                | "ore"
        )
}

/// A person who does something at the beginning of a sentence: "A visitor fills in the form".
static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)^(?:(?:a|an|the|our|your|each|every|any|new|anybody|one)\ )*(?:\w+\ ){0,2}?
        (?:visitors?|customers?|clients?|patients?|tenants?|guests?|parents?|tutors?|cleaners?|crews?|techs?|technicians?|drivers?|callers?|leads?|prospects?|members?|students?|employees?|staff|
        managers?|someone|somebody|people|users?|buyers?|owners?|applicants?|candidates?|teams?|homeowners?|shoppers?|subscribers?|lab|supplier|vendors?|agents?|realtors?|bookkeepers?|reception|office|whoever|they|you)
        \ (?:then\ |just\ |simply\ )?(?:fills?|books?|sends?|texts?|uploads?|signs?|calls?|messages?|writes?|scans?|submits?|pays?|cancels?|drops?|records?|takes?|snaps?|types?|clicks?|asks?|orders?|answers?|forwards?|
        emails?|e-mails?|photographs?|replies|reply|mentions?|adds?|checks\ in|checks\ out|requests?|chooses?|picks?|enters?|posts?|leaves?|moves?|marks?|closes?|finishes|comes?\ in)\b",
    )
});

/// Anybody who does what hardly a machine does: "Therapist closes the session".
static ANYBODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^(?:(?:a|an|the|our|your|each|every|any|one) )?(?:\w+ )?\w+ (?:fills|books|uploads|signs|calls|texts|scans|submits|pays|cancels|drops|records|snaps|clicks|taps|orders|closes|completes|photographs|leaves|requests|chooses|presses|e-?mails?) ",
    )
});

/// Something that comes in by itself: "An order comes in", "Alerts come by webhook".
static ARRIVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^(?:\w+ ){1,6}?(?:comes? (?:in|by|through|via)|lands? in|arrives?|goes into|is (?:created|added|uploaded|submitted|missed|booked|signed|paid)|goes unanswered|rings out|nobody picks up)\b",
    )
});

/// A sentence that begins with what somebody does, or what arrives, without a "when".
fn person(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let found = PERSON
        .find(sentence)
        .or_else(|| ARRIVES.find(sentence))
        .or_else(|| ANYBODY.find(sentence))?;
    let rest = &sentence[found.end()..];
    let length = rest.find([',', ';', ':', '(']).unwrap_or(rest.len()).min(LONGEST);
    let length = rest.find(" and ").map_or(length, |and| and.min(length));
    let end = sentence.floor_char_boundary(found.end() + length);
    let end = sentence[..end].trim_end_matches(['.', '!', ' ', '*']).len();
    let (kind, strength) = kind_of(&sentence[..end])?;
    Some(Cue { kind, range: range.start..range.start + end, strength: (strength - 0.05).max(0.3) })
}

/// Japanese clauses of condition: "…と、", "…たら、".
fn japanese(text: &str, range: &Range<usize>) -> Option<Cue> {
    let sentence = &text[range.clone()];
    let (at, mark) = ["と、", "たら、", "ると", "時に"]
        .iter()
        .find_map(|mark| Some((sentence.find(mark)?, *mark)))?;
    let clause = &sentence[..at + mark.trim_end_matches('、').len()];
    let (kind, strength) = kind_of(clause)?;
    Some(Cue { kind, range: range.start..range.start + clause.len(), strength })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "When a form is submitted, we check the CRM.",
        TriggerKind::Form,
        "When a form is submitted"
    )]
    #[case("Every Monday at 8 it reads the base.", TriggerKind::Schedule, "Every Monday at 8")]
    #[case(
        "Whenever an e-mail lands in the inbox, Claude reads it.",
        TriggerKind::Email,
        "Whenever an e-mail lands in the inbox"
    )]
    #[case(
        "It texts them back when a call is missed.",
        TriggerKind::Event,
        "when a call is missed"
    )]
    #[case(
        "As soon as somebody texts us a photo",
        TriggerKind::Message,
        "As soon as somebody texts us a photo"
    )]
    #[case(
        "A webhook fires when a file lands in the Dropbox folder.",
        TriggerKind::File,
        "when a file lands in the Dropbox folder"
    )]
    #[case(
        "Sobald das Formular abgeschickt wird, legt n8n einen Vorgang an.",
        TriggerKind::Form,
        "Sobald das Formular abgeschickt wird"
    )]
    #[case(
        "Jeden Morgen um 7 Uhr schickt es eine Mail.",
        TriggerKind::Schedule,
        "Jeden Morgen um 7 Uhr"
    )]
    #[case(
        "Cuando llega un mensaje por WhatsApp, responde.",
        TriggerKind::Message,
        "Cuando llega un mensaje por WhatsApp"
    )]
    #[case("Chaque matin, le script relance.", TriggerKind::Schedule, "Chaque matin")]
    #[case("書類が届くと、印をつけます。", TriggerKind::File, "書類が届くと")]
    fn clauses_tell_triggers(
        #[case] sentence: &str,
        #[case] kind: TriggerKind,
        #[case] clause: &str,
    ) {
        let found = cues(sentence, &(0..sentence.len()));
        let best = found.iter().rev().max_by(|a, b| a.strength.total_cmp(&b.strength)).unwrap();
        assert_eq!((best.kind, &sentence[best.range.clone()]), (kind, clause), "{found:?}");
    }

    #[test]
    fn measures_are_weak_triggers() {
        let sentence = "It took six hours every week.";
        assert!(cues(sentence, &(0..sentence.len())).iter().all(|cue| cue.strength < 0.5));
    }
}
