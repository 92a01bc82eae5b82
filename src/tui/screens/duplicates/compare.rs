//! The members of a group laid out beside each other, or one below another where it is narrow.

use super::choice::{self, Choice};
use super::values;
use crate::model::{AutomationId, Field, ItemView, Joined, Kept};
use crate::text::sanitize_line;
use crate::tui::differences::{self, Marked};
use crate::tui::phrases::{age, counted, kind_word, share};
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};
use std::ops::Range;
use std::sync::Arc;

type Members = [(Joined, Arc<ItemView>)];

/// Columns of the fields' names.
pub(super) const LABEL: u16 = 14;
/// The least columns in which a value reads well.
const LEAST_COLUMN: u16 = 32;
/// Before a value: the mark of what is kept.
pub(super) const GUTTER: u16 = 2;

/// A value: its lines, and what becomes of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) lines: Vec<Vec<Marked>>,
    pub(super) is_kept: bool,
}

/// What stands in one line of the comparison, from the left.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// A field's name alone: its values stand below.
    Name {
        field: usize,
        differs: bool,
    },
    /// Line `line` of the values of a field: all that are shown, or one of them.
    Values {
        field: usize,
        line: usize,
        member: Option<usize>,
    },
    /// The one value that all have.
    Same {
        field: usize,
        line: usize,
    },
    Blank,
}

/// How a member is told above its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub(super) id: AutomationId,
    pub(super) stays: bool,
    pub(super) is_left_out: bool,
    /// How it came in: `.97 alike`, `.88 by way of 2`.
    pub(super) joined: String,
    pub(super) origin: String,
    pub(super) life: String,
}

#[derive(Debug)]
pub(super) struct Comparison {
    key: (Vec<(AutomationId, u32)>, Choice, u16, bool),
    pub(super) heads: Vec<Head>,
    /// By field, then by member; where all are the same, the first stands for all.
    pub(super) cells: Vec<Vec<Cell>>,
    pub(super) differs: Vec<bool>,
    pub(super) lines: Vec<Line>,
    /// The members that there is room for.
    pub(super) shown: Range<usize>,
    /// Columns of one value, gutter apart.
    pub(super) column: u16,
    /// Whether values stand below one another.
    pub(super) is_stacked: bool,
}

fn key(
    members: &Members,
    choice: &Choice,
    width: u16,
    is_plain: bool,
) -> (Vec<(AutomationId, u32)>, Choice, u16, bool) {
    let seen = members.iter().map(|(joined, view)| (joined.id, view.automation.revision));
    // The cursor's field moves no line.
    let choice = Choice { field: 0, ..choice.clone() };
    (seen.collect(), choice, width, is_plain)
}

impl Comparison {
    pub(super) fn new(
        members: &Members,
        choice: &Choice,
        width: u16,
        is_plain: bool,
        now: Timestamp,
    ) -> Self {
        let room = width.saturating_sub(LABEL) / (LEAST_COLUMN + GUTTER);
        let is_stacked = room < 2;
        let count = usize::from(room.max(1)).min(members.len());
        let at = choice.member.min(members.len() - 1);
        let first = (at + 1).saturating_sub(count);
        let shown = if is_stacked { 0..members.len() } else { first..first + count };
        let column = if is_stacked {
            width.saturating_sub(GUTTER + 4)
        } else {
            (width - LABEL) / count as u16 - GUTTER - 1
        };
        let stays = choice::staying(members, choice);
        let mut comparison = Self {
            key: key(members, choice, width, is_plain),
            heads: heads(members, choice, stays, (is_plain, now)),
            cells: Vec::new(),
            differs: Vec::new(),
            lines: Vec::new(),
            shown,
            column,
            is_stacked,
        };
        for (at, field) in Field::EDITABLE.into_iter().enumerate() {
            let differs = values::differ(field, members.iter().map(|(_, view)| &**view));
            let same = width.saturating_sub(LABEL + GUTTER + 1);
            let room = if differs { column } else { same };
            comparison.cells.push(cells(members, choice, field, stays, (room, is_plain)));
            comparison.differs.push(differs);
            comparison.lay_out(at);
        }
        comparison
    }

    /// Whether it shows just this.
    pub(super) fn is_of(
        &self,
        members: &Members,
        choice: &Choice,
        width: u16,
        is_plain: bool,
    ) -> bool {
        self.key == key(members, choice, width, is_plain)
    }

    pub(super) fn is_of_members(&self, ids: &[AutomationId]) -> bool {
        self.heads.iter().map(|head| head.id).eq(ids.iter().copied())
    }

    fn lay_out(&mut self, field: usize) {
        let cells = &self.cells[field];
        let height = |cell: &Cell| cell.lines.len().max(1);
        if !self.differs[field] {
            let lines = cells.first().map_or(1, height);
            self.lines.extend((0..lines).map(|line| Line::Same { field, line }));
            return;
        }
        if self.is_stacked {
            self.lines.push(Line::Name { field, differs: true });
            for member in self.shown.clone() {
                let lines = 0..height(&cells[member]);
                let member = Some(member);
                self.lines.extend(lines.map(|line| Line::Values { field, line, member }));
            }
        } else {
            let tallest = cells[self.shown.clone()].iter().map(height).max().unwrap_or(1);
            self.lines.extend((0..tallest).map(|line| Line::Values { field, line, member: None }));
        }
        self.lines.push(Line::Blank);
    }

    /// Lines that the heads of the members take.
    pub(super) fn head_height(&self) -> u16 {
        if self.is_stacked { self.heads.len() as u16 + 1 } else { 4 }
    }

    /// The first line to show so that the cursor's value is in sight of `height` lines.
    pub(super) fn scrolled(&self, choice: &Choice, top: usize, height: u16) -> usize {
        let height = usize::from(height.saturating_sub(self.head_height())).max(1);
        let is_at = |line: &Line| match line {
            Line::Values { field, member, .. } => {
                *field == choice.field && member.is_none_or(|member| member == choice.member)
            }
            Line::Same { field, .. } => *field == choice.field,
            Line::Name { .. } | Line::Blank => false,
        };
        let first = self.lines.iter().position(is_at).unwrap_or(0);
        // A stacked value is read with its field's name.
        let first = first.saturating_sub(usize::from(self.is_stacked && choice.member == 0));
        let last = self.lines.iter().rposition(is_at).unwrap_or(first);
        let top = if last >= top + height { last + 1 - height } else { top };
        let top = if first < top { first } else { top };
        top.min(self.lines.len().saturating_sub(height))
    }

    /// The field and member at a place of the pane `area`.
    pub(super) fn place_at(
        &self,
        area: Rect,
        top: usize,
        at: Position,
    ) -> Option<(usize, Option<usize>)> {
        let row = at.y.checked_sub(area.y + self.head_height())?;
        match *self.lines.get(top + usize::from(row))? {
            Line::Values { field, member: Some(member), .. } => Some((field, Some(member))),
            Line::Values { field, member: None, .. } => {
                let column = at.x.saturating_sub(area.x + LABEL) / (self.column + GUTTER + 1);
                let member = (self.shown.start + usize::from(column)).min(self.shown.end - 1);
                Some((field, Some(member)))
            }
            Line::Same { field, .. } | Line::Name { field, .. } => Some((field, None)),
            Line::Blank => None,
        }
    }
}

fn heads(
    members: &Members,
    choice: &Choice,
    stays: AutomationId,
    (is_plain, now): (bool, Timestamp),
) -> Vec<Head> {
    let dot = if is_plain { ", " } else { " · " };
    let number = |id| members.iter().position(|(joined, _)| joined.id == id).map(|at| at + 1);
    let head = |(joined, view): &(Joined, Arc<ItemView>)| {
        let item = &view.automation;
        let document = view.document.as_ref();
        let origin = document.and_then(|document| document.origin.as_deref()).unwrap_or_default();
        let dated = document.and_then(|document| document.published).unwrap_or(item.created);
        let kind = kind_word(document.map(|document| document.kind));
        let origin = [&sanitize_line(origin), kind, age(dated, now).as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(dot);
        let joined_how = match joined.through.and_then(number) {
            Some(other) => format!("{} by way of {other}", share(joined.p)),
            None if number(joined.id) == Some(1) => "leads".to_owned(),
            None => format!("{} alike", share(joined.p)),
        };
        let history = counted(view.history.len(), "decision");
        Head {
            id: joined.id,
            stays: joined.id == stays,
            is_left_out: choice.left_out.contains(&joined.id),
            joined: joined_how,
            origin,
            life: format!("{}{dot}{}{dot}{history}", item.status, share(item.confidence)),
        }
    };
    members.iter().map(head).collect()
}

fn cells(
    members: &Members,
    choice: &Choice,
    field: Field,
    stays: AutomationId,
    (width, is_plain): (u16, bool),
) -> Vec<Cell> {
    let texts: Vec<String> = members.iter().map(|(_, view)| values::text(field, view)).collect();
    let stays_at = members.iter().position(|(joined, _)| joined.id == stays).unwrap_or(0);
    // What stays is held against the item under the cursor, or the next one; all others against it.
    let beside = match choice.member.min(members.len() - 1) {
        at if at == stays_at => usize::from(stays_at == 0),
        at => at,
    };
    let kept = choice::kept(members, choice, field);
    let cell = |(at, (joined, _)): (usize, &(Joined, Arc<ItemView>))| {
        let against = if at == stays_at { beside.min(texts.len() - 1) } else { stays_at };
        // Beside nothing, all would be marked and nothing told by it.
        let against = if texts[against].is_empty() { at } else { against };
        let marked = differences::mark(&texts[at], &texts[against]);
        let is_in = !choice.left_out.contains(&joined.id);
        let is_kept = match kept {
            Kept::All => is_in && !texts[at].is_empty(),
            Kept::Of(id) => id == joined.id,
        };
        Cell { lines: differences::wrap(&marked, width, is_plain), is_kept }
    };
    members.iter().enumerate().map(cell).collect()
}
