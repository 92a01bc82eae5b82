//! Where things stand, as a function of the size: drawing and the mouse agree by it.

use super::session::Screen;
use ratatui::layout::Rect;

/// Below this width list and item share the place.
pub(super) const FOLD_WIDTH: u16 = 100;
/// From this width the Library shows its facets beside the results.
const FACETS_WIDTH: u16 = 110;
/// Columns of the facets.
const FACETS: u16 = 26;
/// From this height there is air between the bars and the list.
const AIRY_HEIGHT: u16 = 30;
/// The least that anything can be shown in.
pub(super) const LEAST: (u16, u16) = (40, 10);
/// The list's share of the width where nobody dragged the splitter, in percent.
pub(super) const DEFAULT_SPLIT: u16 = 45;

/// Which pane has the attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Focus {
    #[default]
    List,
    Pane,
    Facets,
    Search,
}

/// The parts of a screen; a part that does not fit is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Areas {
    pub(super) header: Rect,
    pub(super) header_rule: Option<Rect>,
    pub(super) status: Rect,
    pub(super) facets: Option<Rect>,
    pub(super) list: Option<Rect>,
    /// The column between list and pane.
    pub(super) divider: Option<Rect>,
    pub(super) pane: Option<Rect>,
    pub(super) footer: Rect,
}

pub(super) fn is_too_small(size: (u16, u16)) -> bool {
    size.0 < LEAST.0 || size.1 < LEAST.1
}

/// Lays out `screen` in `size`.
pub(super) fn areas(size: (u16, u16), screen: Screen, split: u16, focus: Focus) -> Areas {
    let (width, height) = size;
    let row = |y: u16| Rect::new(0, y.min(height), width, u16::from(y < height));
    let is_airy = height >= AIRY_HEIGHT;
    let status_y = if is_airy { 2 } else { 1 };
    let body_y = status_y + if is_airy { 2 } else { 1 };
    let body = Rect::new(0, body_y, width, height.saturating_sub(body_y + 1));
    let mut areas = Areas {
        header: row(0),
        header_rule: is_airy.then(|| row(1)),
        status: row(status_y),
        footer: row(height.saturating_sub(1)),
        ..Areas::default()
    };
    if !matches!(screen, Screen::Inbox | Screen::Library | Screen::Duplicates) {
        areas.list = Some(body);
        return areas;
    }
    if width < FOLD_WIDTH {
        match focus {
            // A column is left free for the mark of the light.
            Focus::Pane => areas.pane = Some(Rect { x: 1, width: width.saturating_sub(2), ..body }),
            Focus::Facets => areas.facets = Some(body),
            Focus::List | Focus::Search => areas.list = Some(body),
        }
        return areas;
    }
    let has_facets = screen == Screen::Library && (width >= FACETS_WIDTH || focus == Focus::Facets);
    let facets = if has_facets { FACETS } else { 0 };
    let rest = width - facets;
    let split = if split == 0 { DEFAULT_SPLIT } else { split };
    let list = match screen {
        // What is compared needs the room.
        Screen::Duplicates => width / 4,
        _ => (u32::from(rest) * u32::from(split) / 100) as u16,
    };
    let list = list.clamp(30, rest.saturating_sub(36));
    areas.facets = has_facets.then_some(Rect { width: facets, ..body });
    areas.list = Some(Rect { x: facets, width: list, ..body });
    // The divider and the pane reach up beside the status line.
    let tall = Rect { y: status_y, height: body.height + body.y - status_y, ..body };
    areas.status.width = facets + list;
    areas.divider = Some(Rect { x: facets + list, width: 1, ..tall });
    let pane_x = facets + list + 2;
    areas.pane = Some(Rect { x: pane_x, width: width - pane_x - 1, ..tall });
    areas
}

/// The split, in percent, that puts the divider on `column`.
pub(super) fn split_at(column: u16, size: (u16, u16), screen: Screen) -> u16 {
    let has_facets = screen == Screen::Library && size.0 >= FACETS_WIDTH;
    let facets = if has_facets { FACETS } else { 0 };
    let rest = u32::from(size.0.saturating_sub(facets)).max(1);
    let percent = (u32::from(column.saturating_sub(facets)) * 100).div_ceil(rest);
    (percent as u16).clamp(15, 80)
}

/// A popup of at most `width` × `height` in the middle of the upper part of `size`.
pub(super) fn popup(size: (u16, u16), width: u16, height: u16) -> Rect {
    // Slivers of what lies beneath only distract: a panel that nearly fills the screen fills it.
    let width = if width + 8 >= size.0 { size.0 } else { width };
    let most = size.1.saturating_sub(2);
    let height = if height + 3 >= most { most } else { height };
    let y = (size.1.saturating_sub(height) / 3).max(1).min(size.1.saturating_sub(height));
    Rect::new((size.0 - width) / 2, y, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_part_lies_within_the_screen(
            width in 40u16..400, height in 10u16..200, split in 0u16..=100, which in 0usize..5, at in 0usize..4,
        ) {
            let screen = [Screen::Inbox, Screen::Library, Screen::Duplicates, Screen::Pipeline, Screen::Overview][which];
            let focus = [Focus::List, Focus::Pane, Focus::Facets, Focus::Search][at];
            let whole = Rect::new(0, 0, width, height);
            let a = areas((width, height), screen, split, focus);
            let parts = [a.header_rule, a.facets, a.list, a.divider, a.pane, Some(a.header), Some(a.footer)];
            for part in parts.into_iter().flatten() {
                prop_assert_eq!(part.intersection(whole), part);
            }
        }

        #[test]
        fn dragging_the_splitter_puts_it_under_the_pointer(column in 50u16..120) {
            let size = (160, 48);
            let a = areas(size, Screen::Inbox, split_at(column, size, Screen::Inbox), Focus::List);
            let divider = a.divider.map_or(0, |d| d.x);
            prop_assert!(divider.abs_diff(column) <= 2, "{} for {}", divider, column);
        }
    }
}
