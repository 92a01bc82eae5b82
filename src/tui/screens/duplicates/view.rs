//! Paints the Duplicates.

use super::compare::{Cell, Comparison, GUTTER, Head, LABEL, Line};
use crate::model::Field;
use crate::settings::Role;
use crate::tui::layout::{Areas, Focus};
use crate::tui::list_view::paint_advice;
use crate::tui::paint::{Painter, columns};
use crate::tui::phrases::share;
use crate::tui::state::State;
use ratatui::layout::Rect;

/// Where the cursor stands in a comparison.
struct Spot {
    field: usize,
    member: usize,
    has_focus: bool,
}

impl State {
    pub(in crate::tui) fn paint_duplicates(&self, painter: &mut Painter<'_>, areas: &Areas) {
        let status = self.duplicates_status(areas.status.width, painter.is_plain);
        let room = areas.status.width.saturating_sub(2);
        painter.text(areas.status.x + 1, areas.status.y, room, &status, Role::Dim);
        if let Some(area) = areas.list {
            if self.duplicates.list.ids.is_empty() {
                let area = Rect { width: self.size.0.min(area.width + 30), ..area };
                return paint_advice(painter, area, &self.empty_duplicates());
            }
            self.paint_groups(painter, area);
        }
        if let Some(divider) = areas.divider {
            painter.upright(divider.x, divider.top(), divider.bottom());
        }
        let Some(area) = areas.pane else { return };
        match &self.duplicates.shown {
            Some(shown) => self.paint_comparison(painter, area, shown),
            None => {
                painter.text(area.x, area.y, area.width, "…", Role::Dim);
            }
        }
    }

    /// One line a group: its weakest link, who leads it, how many they are.
    fn paint_groups(&self, painter: &mut Painter<'_>, area: Rect) {
        let list = &self.duplicates.list;
        let has_focus = self.duplicates.focus == Focus::List;
        let lines = list.ids.iter().enumerate().skip(list.top);
        for (y, (at, lead)) in (area.y..area.bottom()).zip(lines) {
            let Some(group) = self.duplicates.groups.get(lead) else { continue };
            painter.right(area.x + 6, y, 3, &share(group.weakest()), Role::Dim);
            let count = group.members.len();
            let more = match (painter.is_plain, group.has_transitive()) {
                (true, true) => format!("{count}, in a chain"),
                (false, true) => format!("{count} ⋯"),
                (true, false) => count.to_string(),
                (false, false) => format!("{count}  "),
            };
            let room = area.width.saturating_sub(columns(&more) + 11);
            let title = self.rows.get(*lead).map_or("…", |row| row.title.as_str());
            painter.text(area.x + 8, y, room, title, Role::Text);
            painter.right(area.right().saturating_sub(2), y, columns(&more), &more, Role::Accent);
            if at == list.cursor {
                let role = if has_focus { Role::Selected } else { Role::SelectedAway };
                let bar = Rect { y, height: 1, width: area.width.saturating_sub(1), ..area };
                painter.tint(bar, role);
                if !painter.is_plain {
                    painter.text(area.x, y, 1, "▌", Role::Accent);
                } else if has_focus {
                    painter.cursor = Some((area.x, y));
                }
            }
        }
    }

    fn paint_comparison(&self, painter: &mut Painter<'_>, area: Rect, shown: &Comparison) {
        let choice = self.duplicates.choice();
        let has_focus = self.duplicates.focus == Focus::Pane;
        let member = choice.member.min(shown.heads.len().saturating_sub(1));
        let spot = Spot { field: choice.field, member, has_focus };
        paint_heads(painter, area, shown, &spot);
        if !shown.is_stacked {
            let y = area.y + shown.head_height() - 1;
            painter.rule(Rect { y, height: 1, ..area });
        }
        let body = area.y + shown.head_height()..area.bottom();
        let more = self.hidden_members(shown);
        for (y, line) in body.clone().zip(shown.lines.iter().skip(self.duplicates.top)) {
            paint_line(painter, Rect { y, height: 1, ..area }, shown, line, &spot);
        }
        if let Some(more) = more.filter(|_| !body.is_empty()) {
            painter.right(area.right(), body.end - 1, area.width, &more, Role::Dim);
        }
    }

    /// What of a group is not beside each other for want of room.
    fn hidden_members(&self, shown: &Comparison) -> Option<String> {
        let group = self.duplicates.group()?;
        let beyond = group.members.len().saturating_sub(shown.heads.len());
        if beyond > 0 {
            return Some(format!("{beyond} more come once these are judged"));
        }
        let (before, after) =
            (shown.shown.start, shown.heads.len().saturating_sub(shown.shown.end));
        match (before, after) {
            (0, 0) => None,
            (0, after) => Some(format!("{after} more to the right")),
            (before, 0) => Some(format!("{before} more to the left")),
            (before, after) => Some(format!("{before} more to the left, {after} to the right")),
        }
    }
}

fn paint_heads(painter: &mut Painter<'_>, area: Rect, shown: &Comparison, spot: &Spot) {
    if shown.is_stacked {
        return paint_stacked_heads(painter, area, shown, spot);
    }
    for (at, x) in shown.shown.clone().zip(column_starts(area, shown)) {
        let head = &shown.heads[at];
        let (x, width) = (x + GUTTER, shown.column);
        let name = head_name(head, at, painter.is_plain);
        painter.text(x, area.y, width, &name, name_role(head, at == spot.member));
        let role = if head.is_left_out { Role::Dim } else { Role::Text };
        painter.text(x, area.y + 1, width, &head.origin, role);
        painter.text(x, area.y + 2, width, &head.life, Role::Dim);
    }
}

/// One line a member, in columns.
fn paint_stacked_heads(painter: &mut Painter<'_>, area: Rect, shown: &Comparison, spot: &Spot) {
    let is_plain = painter.is_plain;
    let names: Vec<String> =
        shown.heads.iter().enumerate().map(|(at, head)| head_name(head, at, is_plain)).collect();
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| columns(text)).max().unwrap_or(0) + 2
    };
    let name_width = widest(&mut names.iter());
    let origin_width = widest(&mut shown.heads.iter().map(|head| &head.origin));
    let origin_x = area.x + name_width;
    let life_x = origin_x + origin_width;
    for ((at, head), y) in shown.heads.iter().enumerate().zip(area.y..area.bottom()) {
        let role = name_role(head, at == spot.member);
        painter.text(area.x, y, area.width, &names[at], role);
        let role = if head.is_left_out { Role::Dim } else { Role::Text };
        painter.text(origin_x, y, area.right().saturating_sub(origin_x), &head.origin, role);
        painter.text(life_x, y, area.right().saturating_sub(life_x), &head.life, Role::Dim);
    }
}

fn name_role(head: &Head, is_current: bool) -> Role {
    match (head.is_left_out, is_current) {
        (_, true) => Role::Accent,
        (true, false) => Role::Dim,
        (false, false) => Role::Title,
    }
}

fn head_name(head: &Head, at: usize, is_plain: bool) -> String {
    let dot = if is_plain { ", " } else { " · " };
    let fate = match (head.is_left_out, head.stays) {
        (true, _) => format!("{dot}left out"),
        (false, true) => format!("{dot}stays"),
        (false, false) => String::new(),
    };
    format!("{}  {}{fate}", at + 1, head.joined)
}

fn column_starts(area: Rect, shown: &Comparison) -> impl Iterator<Item = u16> {
    let step = shown.column + GUTTER + 1;
    (0u16..).map(move |at| area.x + LABEL + at * step)
}

fn paint_line(painter: &mut Painter<'_>, area: Rect, shown: &Comparison, line: &Line, spot: &Spot) {
    match *line {
        Line::Name { field, differs } => {
            let is_current = spot.field == field;
            paint_name(painter, area, field, differs, is_current);
        }
        Line::Values { field, line, member: Some(member) } => {
            if line == 0 {
                let number = (member + 1).to_string();
                painter.right(area.x + 2, area.y, 2, &number, Role::Dim);
            }
            paint_cell(painter, area, area.x + 3, shown, (field, member, line), spot);
        }
        Line::Values { field, line, member: None } => {
            if line == 0 {
                paint_name(painter, area, field, true, spot.field == field);
            }
            for (member, x) in shown.shown.clone().zip(column_starts(area, shown)) {
                paint_cell(painter, area, x, shown, (field, member, line), spot);
            }
        }
        Line::Same { field, line } => {
            if line == 0 {
                paint_name(painter, area, field, false, spot.field == field);
            }
            let cell = shown.cells[field].first();
            let text = cell.and_then(|cell| cell.lines.get(line));
            let text: String = match text {
                Some(pieces) => pieces.iter().map(|(text, _)| text.as_str()).collect(),
                None => "–".to_owned(),
            };
            let x = area.x + LABEL + GUTTER;
            painter.text(x, area.y, area.right().saturating_sub(x), &text, Role::Dim);
            if spot.field == field {
                select(painter, Rect { x, width: area.right().saturating_sub(x), ..area }, spot);
            }
        }
        Line::Blank => {}
    }
}

fn paint_name(
    painter: &mut Painter<'_>,
    area: Rect,
    field: usize,
    differs: bool,
    is_current: bool,
) {
    let name = Field::EDITABLE.get(field).map_or("", |field| field.name());
    let mark = match (differs, painter.is_plain) {
        (true, true) => "* ",
        (true, false) => "≠ ",
        (false, _) => "  ",
    };
    let role = match (is_current, differs) {
        (true, _) => Role::Accent,
        (false, true) => Role::Text,
        (false, false) => Role::Dim,
    };
    let x = painter.text(area.x, area.y, 2, mark, Role::Match);
    painter.text(x, area.y, LABEL - 3, name, role);
}

/// One line of a member's value of a field, its mark in the gutter.
fn paint_cell(
    painter: &mut Painter<'_>,
    area: Rect,
    x: u16,
    shown: &Comparison,
    (field, member, line): (usize, usize, usize),
    spot: &Spot,
) {
    let empty = Cell::default();
    let cell = shown.cells[field].get(member).unwrap_or(&empty);
    let is_left_out = shown.heads[member].is_left_out;
    if line == 0 {
        let (mark, role) = match (cell.is_kept, painter.is_plain) {
            (true, true) => ("k", Role::Marked),
            (true, false) => ("●", Role::Marked),
            (false, true) => ("-", Role::Dim),
            (false, false) => ("○", Role::Dim),
        };
        if !is_left_out {
            painter.text(x, area.y, 1, mark, role);
        }
    }
    let (mut at, end) = (x + GUTTER, (x + GUTTER + shown.column).min(area.right()));
    let plain = if cell.is_kept { Role::Text } else { Role::Dim };
    match cell.lines.get(line) {
        Some(pieces) => {
            for (text, is_other) in pieces {
                let role = if *is_other && !is_left_out { Role::Match } else { plain };
                at = painter.text(at, area.y, end.saturating_sub(at), text, role);
            }
        }
        None if line == 0 => {
            painter.text(at, area.y, 1, "–", Role::Dim);
        }
        None => {}
    }
    if (spot.field, spot.member) == (field, member) {
        select(
            painter,
            Rect { x: x + GUTTER, width: end.saturating_sub(x + GUTTER), ..area },
            spot,
        );
    }
}

fn select(painter: &mut Painter<'_>, area: Rect, spot: &Spot) {
    if !spot.has_focus {
        return;
    }
    // Only the ground: what differs stays lit.
    let role = painter.style(Role::Selected);
    let ground =
        ratatui::style::Style { fg: None, sub_modifier: ratatui::style::Modifier::empty(), ..role };
    painter.buffer.set_style(area.intersection(painter.buffer.area), ground);
    if painter.is_plain && painter.cursor.is_none() {
        painter.cursor = Some((area.x, area.y));
    }
}
