//! Paints the item: its fields above, the source with its evidence below.

use super::act_item::link;
use super::list_view::paint_matches;
use super::message::Link;
use super::paint::Painter;
use super::pane::Shown;
use super::phrases::{age, clock, kind_word};
use super::source_text::{Lit, pieces};
use crate::settings::Role;
use crate::text::sanitize_line;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Terminals cut longer ones.
const LONGEST_LINK: usize = 2000;

pub(super) fn paint(
    painter: &mut Painter<'_>,
    area: Rect,
    shown: &Shown,
    now: Timestamp,
    terms: &[String],
    has_focus: bool,
) {
    let area = Rect { width: area.width.min(shown.width), ..area };
    let fields = shown.fields_height(usize::from(area.height));
    for (row, line) in shown.lines.iter().skip(shown.fields_top).take(fields).enumerate() {
        let y = area.y + row as u16;
        let is_lit = line.stop.is_some() && line.stop == shown.light;
        let mut x = area.x;
        for (text, role) in &line.pieces {
            let role = if is_lit && *role == Role::Dim { Role::Accent } else { *role };
            x = painter.text(x, y, area.right().saturating_sub(x), text, role);
        }
        if let Some((text, role)) = &line.right {
            painter.right(area.right(), y, area.width / 2, text, *role);
        }
        let is_first = shown.light.and_then(|at| shown.stops.get(at)).map(|stop| stop.line)
            == Some(shown.fields_top + row);
        if is_lit && is_first {
            if painter.is_plain {
                painter.cursor = has_focus.then_some((area.x, y)).or(painter.cursor);
            } else {
                painter.text(area.x.saturating_sub(1), y, 1, "▸", Role::Accent);
            }
        }
    }
    if shown.source.len() > 0 && usize::from(area.height) > fields + 1 {
        let below = Rect { y: area.y + fields as u16, height: area.height - fields as u16, ..area };
        source(painter, below, shown, now, terms);
    }
}

fn source(painter: &mut Painter<'_>, area: Rect, shown: &Shown, now: Timestamp, terms: &[String]) {
    let Some(document) = &shown.view.document else { return };
    heading(painter, area, shown, now);
    let text = document.readable.as_str();
    for row in 1..area.height {
        let Some(line) = shown.source.line(shown.source_top + usize::from(row) - 1) else { break };
        let mut x = area.x;
        let y = area.y + row;
        for (piece, lit) in pieces(text, line, &shown.view.evidence, |e| shown.is_lit(e)) {
            let role = match lit {
                Lit::Now => Role::Light,
                Lit::Rest => Role::LightRest,
                Lit::Not => Role::Dim,
            };
            let room = area.right().saturating_sub(x);
            let next = painter.text(x, y, room, &piece, role);
            if lit == Lit::Not {
                paint_matches(painter, x, y, room, &piece, terms);
            }
            x = next;
        }
    }
}

/// A link as it may stand in a terminal's control sequence.
fn in_ascii(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?.to_string();
    let is_safe = url.len() <= LONGEST_LINK && url.bytes().all(|b| b.is_ascii_graphic());
    is_safe.then_some(url)
}

/// The rule above the source: what it is, whose, when.
fn heading(painter: &mut Painter<'_>, area: Rect, shown: &Shown, now: Timestamp) {
    let Some(document) = &shown.view.document else { return };
    let dot = if painter.is_plain { ", " } else { " · " };
    let mut parts = vec![kind_word(Some(document.kind)).to_owned()];
    let origin = document.origin.as_ref().or(document.author.as_ref());
    parts.extend(origin.map(|origin| sanitize_line(origin).into_owned()));
    parts.push(age(document.published.unwrap_or(document.gathered), now));
    let lit = shown.view.evidence.iter().filter(|e| shown.light.is_none() || shown.is_lit(e));
    let first = lit.map(|e| e.span.start).min();
    let seconds = shown.view.automation.location.seconds;
    let seconds = first.and_then(|offset| document.seconds_at(offset)).or(seconds);
    parts.extend(seconds.map(|seconds| clock(u64::from(seconds))));
    let title = parts.join(dot);
    painter.rule(Rect { height: 1, ..area });
    let label = if painter.is_plain { format!("source: {title}") } else { format!(" {title} ") };
    let x = if painter.is_plain { area.x } else { area.x + 2 };
    let room = area.width.saturating_sub(8);
    let end = painter.text(x, area.y, room, &label, Role::Dim);
    if let Some(url) = link(&shown.view).and_then(|url| in_ascii(&url)) {
        let area = Rect { x, width: end - x, height: 1, ..area };
        painter.links.push((Link { area, url }, label));
    }
    let lines = shown.source.len();
    let visible = usize::from(area.height).saturating_sub(1);
    if lines > visible && !painter.is_plain {
        let percent = (shown.source_top + visible).min(lines) * 100 / lines;
        painter.right(area.right(), area.y, 6, &format!(" {percent}%"), Role::Dim);
    }
}
