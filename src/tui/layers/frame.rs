//! The panel that popups stand on: a title, a body, no box.

use crate::settings::{Role, Theme};
use crate::tui::layout;
use crate::tui::paint::{Painter, columns};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Clears a panel of at most `width` × `height` body lines and paints its title; returns the body.
pub(super) fn panel(
    painter: &mut Painter<'_>,
    size: (u16, u16),
    (width, height): (u16, u16),
    title: &str,
    hint: &str,
) -> Rect {
    let area = layout::popup(size, width, height + 3);
    painter.fill(area, Role::Popup);
    let style = on_panel(painter.theme, Role::Title);
    painter.styled(area.x + 2, area.y, area.width.saturating_sub(4), title, style);
    let room = area.width.saturating_sub(columns(title) + 6);
    if columns(hint) <= room {
        let style = on_panel(painter.theme, Role::Dim);
        let x = area.right().saturating_sub(2 + columns(hint));
        painter.styled(x, area.y, room, hint, style);
    }
    // Without colours nothing would set the panel off from what lies beneath.
    if painter.style(Role::Popup).bg.is_none() && !painter.is_plain {
        let rule = Rect { y: area.bottom() - 1, height: 1, ..area };
        painter.rule(rule);
    }
    Rect {
        x: area.x + 2,
        y: area.y + 2,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(3),
    }
}

/// How a role looks on a panel: its own colour, the panel's ground.
pub(super) fn on_panel(theme: &Theme, role: Role) -> Style {
    let style = theme.style(role);
    Style { bg: theme.style(Role::Popup).bg, ..style }
}
