//! Paints the Library.

use super::FacetLine;
use crate::model::{FacetField, SearchMode};
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::layout::{Areas, Focus};
use crate::tui::list_view::paint_advice;
use crate::tui::paint::{Painter, columns};
use crate::tui::phrases::{share, thousands};
use crate::tui::state::State;
use ratatui::layout::Rect;

impl State {
    pub(in crate::tui) fn paint_library(&self, painter: &mut Painter<'_>, areas: &Areas) {
        self.paint_search_line(painter, areas.status);
        if let Some(area) = areas.facets {
            self.paint_facets(painter, area);
        }
        if let Some(area) = areas.list {
            let why = if self.library.shows_why { 2.min(area.height) } else { 0 };
            let list = Rect { height: area.height - why, ..area };
            self.paint_results(painter, list);
            if why > 0 {
                self.paint_why(painter, Rect { y: list.bottom(), height: why, ..area });
            }
        }
        self.paint_divided_pane(painter, areas);
    }

    fn paint_search_line(&self, painter: &mut Painter<'_>, area: Rect) {
        let library = &self.library;
        let slider = self.slider(painter.is_plain);
        let answer = &library.answer;
        let has_text = !library.query.text.trim().is_empty();
        let total = if has_text { answer.total } else { library.list.ids.len() as u64 };
        let beyond = (library.list.ids.len() as u64).saturating_sub(total);
        let near = match (has_text && beyond > 0, area.width < 90) {
            (false, _) => String::new(),
            (true, true) => format!(" +{beyond} near"),
            (true, false) => format!(" +{beyond} by meaning"),
        };
        let right = format!("{}{near}  {slider}", thousands(total));
        let mut x = area.x + 1;
        let has_focus = library.focus == Focus::Search;
        let label = match (painter.is_plain, has_focus || !library.input.is_empty()) {
            (true, _) => "search: ",
            (false, true) => "/ ",
            (false, false) => "",
        };
        let role = if has_focus { Role::Accent } else { Role::Dim };
        x = painter.text(x, area.y, 8, label, role);
        let right_width = columns(&right).min(area.width / 2);
        let input = Rect {
            x,
            width: area.right().saturating_sub(x + right_width + 3),
            height: 1,
            y: area.y,
        };
        if has_focus || !library.input.is_empty() {
            if has_focus {
                painter.tint(input, Role::Input);
            }
            library.input.paint(painter, input, has_focus && self.layers.is_empty());
        } else {
            let hint = format!("{} searches", self.keymap.shown_key(Action::Search));
            painter.text(input.x, input.y, input.width, &hint, Role::Dim);
        }
        painter.right(area.right().saturating_sub(1), area.y, right_width, &right, Role::Dim);
    }

    /// The words↔meaning slider in a few columns.
    fn slider(&self, is_plain: bool) -> String {
        let query = &self.library.query;
        if query.mode == SearchMode::Meaning {
            return "meaning alone".to_owned();
        }
        if is_plain {
            return format!("words {:.1}, meaning {:.1}", query.weight, 1.0 - query.weight);
        }
        let at = ((1.0 - query.weight) * 8.0).round() as usize;
        let track: String = (0..9).map(|i| if i == at { '●' } else { '─' }).collect();
        format!("words {track} meaning")
    }

    fn paint_facets(&self, painter: &mut Painter<'_>, area: Rect) {
        let lines = self.library.facet_lines();
        let has_focus = self.library.focus == Focus::Facets;
        let height = usize::from(area.height);
        let top = if has_focus { (self.library.facet + 1).saturating_sub(height) } else { 0 };
        for (row, (at, line)) in lines.iter().enumerate().skip(top).take(height).enumerate() {
            let y = area.y + row as u16;
            let width = area.width.saturating_sub(2);
            match line {
                FacetLine::Head(field) => {
                    painter.text(area.x + 1, y, width, head(*field), Role::Dim);
                }
                FacetLine::Value { value, count, is_on, .. } => {
                    let glyph = if *is_on { "✓" } else { " " };
                    painter.text(area.x + 1, y, 1, glyph, Role::Approved);
                    let count = count.map(thousands).unwrap_or_default();
                    let room = width.saturating_sub(columns(&count) + 4);
                    let role = if *is_on { Role::Accent } else { Role::Text };
                    painter.text(area.x + 3, y, room, &sanitize_line(value), role);
                    painter.right(area.right().saturating_sub(2), y, 10, &count, Role::Dim);
                }
            }
            if has_focus && at == self.library.facet {
                let bar = Rect { x: area.x, y, width: area.width.saturating_sub(1), height: 1 };
                painter.tint(bar, Role::Selected);
                if painter.is_plain {
                    painter.cursor = Some((area.x, y));
                }
            }
        }
        if lines.is_empty() {
            painter.text(area.x + 1, area.y, area.width - 2, "nothing to narrow by", Role::Dim);
        }
    }

    fn paint_results(&self, painter: &mut Painter<'_>, area: Rect) {
        let list = &self.library.list;
        if list.ids.is_empty() {
            return paint_advice(painter, area, &self.empty_library());
        }
        let has_focus = matches!(self.library.focus, Focus::List | Focus::Search);
        self.list_view(list, has_focus, false).paint(painter, area);
    }

    fn empty_library(&self) -> String {
        let key = |action| self.keymap.shown_key(action);
        if !self.library.list.is_loaded {
            "searching …".to_owned()
        } else if self.library.is_narrowed() {
            format!(
                "Nothing found. {} leaves the box, then {} clears words and facets; {} gives meaning more weight.",
                key(Action::SearchLeave),
                key(Action::Clear),
                key(Action::MoreMeaning)
            )
        } else {
            format!(
                "The Library holds what you approve. {} goes to the Inbox, where {} approves.",
                key(Action::GoInbox),
                key(Action::Approve)
            )
        }
    }

    /// Why the result under the cursor ranks where it does.
    fn paint_why(&self, painter: &mut Painter<'_>, area: Rect) {
        let y = area.bottom().saturating_sub(1);
        painter.rule(Rect { height: 1, width: area.width.saturating_sub(1), ..area });
        let hit = self.library.answer.hits.get(self.library.list.cursor);
        let hit = hit.filter(|hit| Some(hit.id) == self.library.list.current());
        let Some(hit) = hit.filter(|_| !self.library.query.text.is_empty()) else {
            let said = "no search: newest first";
            painter.text(area.x + 1, y, area.width.saturating_sub(2), said, Role::Dim);
            return;
        };
        let parts = &hit.parts;
        let mut x = painter.text(area.x + 1, y, 6, "words ", Role::Dim);
        let bar = if painter.is_plain { 0 } else { 6 };
        for (share_of, next) in [(parts.words_share, " · meaning "), (parts.meaning_share, "")] {
            if bar > 0 {
                painter.bar(x, y, bar, f64::from(share_of));
                x += bar + 1;
            }
            x = painter.text(x, y, 4, &share(share_of), Role::Text);
            x = painter.text(x, y, 12, next, Role::Dim);
        }
        let exact = if parts.is_exact { ", exact title" } else { "" };
        let room = area.right().saturating_sub(x + 1);
        painter.text(x, y, room, &format!(" → {:.2}{exact}", hit.score), Role::Text);
    }
}

fn head(field: FacetField) -> &'static str {
    match field {
        FacetField::Function => "FUNCTION",
        FacetField::Industry => "INDUSTRY",
        FacetField::Tool => "TOOL",
        FacetField::Source => "SOURCE",
        FacetField::Week => "WEEK",
        FacetField::Tag => "TAG",
        FacetField::Status => "STATUS",
        FacetField::Kind => "KIND",
    }
}
