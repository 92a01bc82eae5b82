//! Rows of automations: one line each, columns that never move.

use super::company;
use super::list::List;
use super::paint::{Painter, columns, fitted, wrapped};
use super::phrases::{age, kind_glyph, kind_word, share, status_glyph};
use super::rows::Rows;
use super::state::State;
use super::writes::Writes;
use crate::model::{AutomationId, Company, InboxRow, Status};
use crate::settings::Role;
use crate::text::fold;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// What a list needs to be painted.
pub(super) struct ListView<'a> {
    pub(super) list: &'a List,
    pub(super) rows: &'a Rows,
    pub(super) writes: &'a Writes,
    pub(super) reviewer: &'a str,
    pub(super) company: &'a Company,
    pub(super) now: Timestamp,
    pub(super) has_focus: bool,
    /// Whether decided items step back, since they are done with here.
    pub(super) dims_decided: bool,
    /// Folded words that are lit up in titles.
    pub(super) terms: &'a [String],
}

impl State {
    /// How a list of automations looks on the screen that is on.
    pub(super) fn list_view<'a>(
        &'a self,
        list: &'a List,
        has_focus: bool,
        dims_decided: bool,
    ) -> ListView<'a> {
        ListView {
            list,
            rows: &self.rows,
            writes: &self.writes,
            reviewer: &self.reviewer,
            company: &self.company,
            now: self.now,
            has_focus,
            dims_decided,
            terms: self.terms(),
        }
    }
}

/// Which columns there is room for.
struct Columns {
    title: u16,
    kind: u16,
    function: u16,
}

/// A mark of others leaves the title so much room, or is left out.
const LEAST_TITLE: u16 = 12;
const CONFIDENCE: u16 = 4;
const AGE: u16 = 4;
const MORE: u16 = 4;

impl Columns {
    fn fit(width: u16, is_plain: bool) -> Self {
        let fixed = CONFIDENCE + AGE + MORE + 1;
        let lead = if is_plain { 12 } else { 4 };
        let kind = match (is_plain, width) {
            (true, 0..70) => 0,
            (true, _) => 11,
            (false, _) => 2,
        };
        let function = match width {
            0..64 => 0,
            64..90 => 15,
            _ => 22,
        };
        let title = width.saturating_sub(lead + kind + function + fixed);
        Self { title, kind, function }
    }
}

impl ListView<'_> {
    pub(super) fn paint(&self, painter: &mut Painter<'_>, area: Rect) {
        let shape = Columns::fit(area.width, painter.is_plain);
        for row in 0..area.height {
            let line = self.list.top + usize::from(row);
            let Some(id) = self.list.ids.get(line).copied() else { break };
            let y = area.y + row;
            let is_current = line == self.list.cursor;
            self.line(painter, Rect { y, height: 1, ..area }, &shape, line, id);
            if is_current {
                let role = if self.has_focus { Role::Selected } else { Role::SelectedAway };
                painter
                    .tint(Rect { y, height: 1, width: area.width.saturating_sub(1), ..area }, role);
                if !painter.is_plain {
                    painter.text(area.x, y, 1, "▌", Role::Accent);
                }
                if painter.is_plain && self.has_focus {
                    painter.cursor = Some((area.x, y));
                }
            }
        }
    }

    fn line(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        shape: &Columns,
        line: usize,
        id: AutomationId,
    ) {
        let y = area.y;
        let Some(row) = self.rows.get(id) else {
            let said = if self.rows.is_gone(id) { "(no longer there)" } else { "…" };
            painter.text(area.x + 4, y, area.width.saturating_sub(4), said, Role::Dim);
            return;
        };
        let pending = self.writes.pending(id);
        let is_done = self.dims_decided && (row.status != Status::Inbox || pending.is_some());
        let mut x = self.lead(painter, area, line, row, pending);
        let title = if is_done { Role::Dim } else { Role::Text };
        let mark = company::mark(self.company, row, self.reviewer, painter.is_plain);
        let mark = mark.filter(|mark| shape.title >= LEAST_TITLE + columns(mark));
        let room = shape.title.saturating_sub(mark.as_deref().map_or(0, columns) + 1);
        self.title(painter, x, y, room, &row.title, title);
        x += shape.title;
        if let Some(mark) = mark {
            painter.right(x.saturating_sub(1), y, columns(&mark), &mark, Role::Accent);
        }
        // One style for all that comes second, blanks included: fewer bytes when a row changes.
        let second = Rect { x, width: area.right().saturating_sub(x + 1), ..area };
        painter.tint(second, Role::Dim);
        let kind = if painter.is_plain { kind_word(row.kind) } else { kind_glyph(row.kind) };
        painter.text(x, y, shape.kind.saturating_sub(1), kind, Role::Dim);
        x += shape.kind;
        if shape.function > 0 {
            let function = row.function.as_deref().unwrap_or("–");
            let end = painter.text(x, y, shape.function - 2, function, Role::Dim);
            if row.is_unsure() {
                painter.text(end, y, 1, "?", Role::Dim);
            }
            x += shape.function;
        }
        x += CONFIDENCE;
        painter.right(x, y, CONFIDENCE, &share(row.confidence), Role::Dim);
        x += AGE;
        painter.right(x, y, AGE, &age(row.dated, self.now), Role::Dim);
        x += MORE;
        if row.duplicates > 0 {
            let more = format!("+{}", row.duplicates.min(99));
            painter.right(x, y, MORE, &more, Role::Accent);
        }
    }

    /// Bar, mark and verdict; returns where the title begins.
    fn lead(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        line: usize,
        row: &InboxRow,
        pending: Option<Option<Status>>,
    ) -> u16 {
        let (x, y) = (area.x, area.y);
        let is_marked = self.list.is_marked(line);
        let status = pending.flatten().unwrap_or(row.status);
        if painter.is_plain {
            let word = match (pending, is_marked, row.status) {
                (Some(_), ..) => "writing",
                (None, true, _) => "marked",
                (None, false, Status::Inbox) => "",
                (None, false, status) => status.name(),
            };
            painter.text(x + 1, y, 10, word, Role::Text);
            return x + 12;
        }
        let style = match pending {
            Some(_) => painter.style(Role::Pending),
            None => painter.theme.status(status),
        };
        if pending.is_some() {
            let glyph = if status == Status::Inbox { "·" } else { "…" };
            painter.styled(x + 2, y, 1, glyph, style);
        } else {
            painter.styled(x + 2, y, 1, status_glyph(status), style);
        }
        let by_other = row.reviewer.as_deref().is_some_and(|who| who != self.reviewer);
        if is_marked {
            painter.text(x + 1, y, 1, "●", Role::Marked);
        } else if by_other {
            painter.text(x + 1, y, 1, "'", Role::Dim);
        }
        x + 4
    }

    fn title(
        &self,
        painter: &mut Painter<'_>,
        x: u16,
        y: u16,
        width: u16,
        title: &str,
        role: Role,
    ) {
        let shown = fitted(title, width);
        painter.text(x, y, width, &shown, role);
        paint_matches(painter, x, y, width, &shown, self.terms);
    }
}

/// What an empty list says instead of lines: where things stand and the next step.
pub(super) fn paint_advice(painter: &mut Painter<'_>, area: Rect, text: &str) {
    for (row, line) in wrapped(text, area.width.saturating_sub(6)).iter().enumerate() {
        let y = area.y + 1 + row as u16;
        if y < area.bottom() {
            painter.text(area.x + 3, y, area.width.saturating_sub(4), line, Role::Dim);
        }
    }
    if painter.is_plain && painter.cursor.is_none() {
        painter.cursor = Some((area.x + 3, area.y + 1));
    }
}

/// Lights up the words of a painted `text` that a search found.
pub(super) fn paint_matches(
    painter: &mut Painter<'_>,
    x: u16,
    y: u16,
    width: u16,
    text: &str,
    terms: &[String],
) {
    if terms.is_empty() {
        return;
    }
    let base = text.as_ptr() as usize;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let folded = fold(word);
        if terms.iter().any(|term| matches_term(&folded, term)) {
            let before = columns(&text[..word.as_ptr() as usize - base]);
            painter.text(x + before, y, width.saturating_sub(before), word, Role::Match);
        }
    }
}

/// Whether a folded word is what a folded query word means, endings apart.
fn matches_term(word: &str, term: &str) -> bool {
    if word.starts_with(term) {
        return !term.is_empty();
    }
    let shared = word.bytes().zip(term.bytes()).take_while(|(a, b)| a == b).count();
    shared >= 4 && shared + 3 >= term.len() && shared + 3 >= word.len()
}
