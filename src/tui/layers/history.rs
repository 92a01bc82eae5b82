//! Who decided what on an item, newest first.

use super::After;
use super::frame::{on_panel, panel};
use crate::model::{AutomationId, DecisionKind, DecisionRow, ItemView};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::message::{Command, Level};
use crate::tui::paint::Painter;
use crate::tui::phrases::age;
use crate::tui::state::State;
use ratatui::layout::Rect;

#[derive(Debug)]
pub(in crate::tui) struct History {
    id: AutomationId,
    rows: Vec<DecisionRow>,
    cursor: usize,
}

impl History {
    pub(in crate::tui) fn new(view: &ItemView) -> Self {
        Self { id: view.automation.id, rows: view.history.clone(), cursor: 0 }
    }

    pub(super) fn id(&self) -> AutomationId {
        self.id
    }

    pub(super) fn renew(&mut self, view: &ItemView) {
        self.rows.clone_from(&view.history);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action, count: Option<u32>) -> After {
        match action {
            Action::UndoDecision => undo(state, self.rows.get(self.cursor)),
            Action::Open => return After::Close,
            _ => return step(&mut self.cursor, self.rows.len(), action, count),
        }
        After::Keep
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let height = (self.rows.len() as u16).clamp(1, 16);
        let body = panel(painter, state.size, (84, height), "history", "newest first");
        let dim = on_panel(painter.theme, Role::Dim);
        if self.rows.is_empty() {
            painter.styled(body.x, body.y, body.width, "nobody decided on this item yet", dim);
        }
        let top = (self.cursor + 1).saturating_sub(usize::from(body.height));
        for (y, (at, row)) in (body.y..body.bottom()).zip(self.rows.iter().enumerate().skip(top)) {
            let text = on_panel(painter.theme, if row.is_undone { Role::Dim } else { Role::Text });
            painter.styled(body.x, y, 4, &age(row.at, state.now), dim);
            painter.styled(body.x + 5, y, 12, &sanitize_line(&row.reviewer), text);
            painter.styled(body.x + 18, y, 8, row.kind.name(), dim);
            let undone = if row.is_undone { " (taken back)" } else { "" };
            let said = format!("{}{undone}", sanitize_line(&row.summary));
            painter.styled(body.x + 27, y, body.width.saturating_sub(27), &said, text);
            highlight(painter, body, y, at == self.cursor);
        }
    }
}

/// Asks that one decision be taken back, where that can be.
pub(super) fn undo(state: &mut State, row: Option<&DecisionRow>) {
    let why_not = match row {
        None => "nothing here to take back",
        Some(row) if row.is_undone => "this is taken back already",
        Some(row) if matches!(row.kind, DecisionKind::Undo | DecisionKind::Redo) => {
            "an undo is no decision; decide anew on the item itself"
        }
        Some(row) if row.kind == DecisionKind::Wake => "time is not taken back; defer it again",
        Some(row) => {
            return state.out.push(Command::UndoDecision { id: row.id, batch: row.batch });
        }
    };
    state.tell(Level::Info, why_not);
}

/// Moves a cursor over `length` lines; passes on what is no movement.
pub(super) fn step(cursor: &mut usize, length: usize, action: Action, count: Option<u32>) -> After {
    let times = count.unwrap_or(1).max(1) as usize;
    let last = length.saturating_sub(1);
    *cursor = match action {
        Action::Down => cursor.saturating_add(times),
        Action::Up => cursor.saturating_sub(times),
        Action::HalfDown | Action::PageDown => cursor.saturating_add(times.saturating_mul(8)),
        Action::HalfUp | Action::PageUp => cursor.saturating_sub(times.saturating_mul(8)),
        Action::Top => 0,
        Action::Bottom => last,
        Action::Clear => return After::Close,
        _ => return After::Pass,
    }
    .min(last);
    After::Keep
}

/// Shows which line of a panel has the cursor.
pub(super) fn highlight(painter: &mut Painter<'_>, body: Rect, y: u16, is_here: bool) {
    if is_here {
        let bar = Rect { x: body.x - 1, y, width: body.width + 2, height: 1 };
        painter.tint(bar, Role::Selected);
        if painter.is_plain {
            painter.cursor = Some((body.x, y));
        }
    }
}
