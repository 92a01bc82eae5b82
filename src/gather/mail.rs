//! Mails: newsletters as `.eml`, one by one, or as messages of an mbox.

use super::found::Found;
use super::{Problem, page};
use crate::model::{DocumentKind, NewDocument, RawBody};
use crate::text::html;
use jiff::Timestamp;
use mail_parser::{Address, Message, MessageParser};
use std::sync::Arc;

/// Reads one message; attachments are left out.
pub(super) fn read(raw: &Arc<RawBody>) -> Result<NewDocument, Problem> {
    let hint = "check that the file is a mail as saved by a mail program";
    let Some(message) = MessageParser::default().parse(&raw.bytes) else {
        return Err(Problem::new(&raw.location, "it cannot be read as a mail", hint));
    };
    let sender = sender(&message);
    let published =
        message.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    Found {
        identity: message.message_id().map(|id| format!("mail:{id}")),
        title: message.subject().unwrap_or_default().to_owned(),
        spare_title: page::stem(&raw.location),
        author: sender.clone(),
        published,
        kind: Some(DocumentKind::Newsletter),
        origin: sender,
        readable: body(&message),
        ..Found::default()
    }
    .finish(raw)
}

/// The sender's name, else address.
fn sender(message: &Message<'_>) -> Option<String> {
    let first = match message.from()? {
        Address::List(list) => list.first()?,
        Address::Group(groups) => groups.first()?.addresses.first()?,
    };
    first.name.as_deref().or(first.address.as_deref()).map(str::to_owned)
}

/// The HTML part as text, as it is the one newsletters are made for; the plain part where there
/// is no other, or the HTML is a stub beside it.
fn body(message: &Message<'_>) -> String {
    let plain = part(message.text_body_count(), |at| {
        message
            .text_part(at)
            .filter(|part| !part.is_text_html())
            .and_then(|part| part.text_contents())
    });
    let rich = part(message.html_body_count(), |at| {
        message
            .html_part(at)
            .filter(|part| part.is_text_html())
            .and_then(|part| part.text_contents())
    });
    let rich = without_browser_link(&html::fragment(&rich)).to_owned();
    if rich.trim().len() * 3 >= plain.trim().len() && !rich.trim().is_empty() {
        rich
    } else {
        unwrapped(&plain)
    }
}

/// Newsletters open with a link to themselves.
fn without_browser_link(text: &str) -> &str {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.to_lowercase();
    let is_link = first.len() < 80 && first.contains("browser") && !rest.trim().is_empty();
    if is_link { rest.trim_start() } else { text }
}

fn part<'a>(count: usize, of: impl Fn(u32) -> Option<&'a str>) -> String {
    (0..u32::try_from(count).unwrap_or(0)).filter_map(of).collect::<Vec<_>>().join("\n\n")
}

/// Joins lines that were broken at a mail's width (RFC 5322 asks for 78) into paragraphs.
fn unwrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = 0;
    for line in text.lines() {
        let line = line.trim_end();
        let begins = line.starts_with(|c: char| !c.is_alphanumeric() && !"\"'(“‘€$£".contains(c));
        let joins = (50..=80).contains(&before) && !line.is_empty() && !begins;
        if !out.is_empty() {
            out.push(if joins { ' ' } else { '\n' });
        }
        out.push_str(line);
        before = line.chars().count();
    }
    out
}
