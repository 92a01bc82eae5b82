//! The mouse: click, wheel, drag the splitter.

use super::layers;
use super::layout::{Focus, split_at};
use super::session::Screen;
use super::state::State;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

impl State {
    pub(super) fn on_mouse(&mut self, mouse: MouseEvent) {
        let at = Position::new(mouse.column, mouse.row);
        if !self.has_mouse {
            return;
        }
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            MouseEventKind::Drag(MouseButton::Left) if self.is_dragging => {
                self.split = split_at(at.x, self.size, self.screen);
                self.is_dirty = true;
            }
            MouseEventKind::Up(MouseButton::Left) if self.is_dragging => {
                self.is_dragging = false;
                self.touch();
            }
            MouseEventKind::ScrollDown => self.wheel(at, NOTCH),
            MouseEventKind::ScrollUp => self.wheel(at, -NOTCH),
            _ => {}
        }
    }

    fn click(&mut self, at: Position) {
        self.is_dirty = true;
        if !self.layers.is_empty() {
            return layers::click(self, at);
        }
        let areas = self.areas();
        let holds = |area: Option<Rect>| area.is_some_and(|area| area.contains(at));
        if areas.header.contains(at) {
            if let Some(screen) = self.tab_at(at.x) {
                self.go(screen);
            }
        } else if self.shows_welcome() {
        } else if self.screen != Screen::Duplicates
            && areas.divider.is_some_and(|d| d.x.abs_diff(at.x) <= 1 && at.y >= d.y)
        {
            self.is_dragging = true;
        } else if areas.status.contains(at) && self.screen == Screen::Library {
            self.set_focus(Focus::Search);
        } else if holds(areas.facets) {
            self.set_focus(Focus::Facets);
            let line = areas.facets.map_or(0, |area| at.y - area.y);
            self.toggle_facet(usize::from(line));
        } else if holds(areas.pane) {
            self.set_focus(Focus::Pane);
            if self.screen == Screen::Duplicates {
                return self.click_compare(at);
            }
            self.click_pane(areas.pane.unwrap_or_default(), at);
        } else if let Some(area) = areas.list.filter(|area| area.contains(at)) {
            if self.screen == Screen::Sources {
                return self.click_sources(area, at.y);
            }
            self.click_list(usize::from(at.y - area.y));
        }
    }

    fn click_list(&mut self, row: usize) {
        self.inbox.is_untouched = false;
        self.set_focus(Focus::List);
        let Some(list) = self.list_mut() else { return };
        let line = list.top + row;
        if line < list.ids.len() {
            list.go_to(line);
            self.pane.rests_until = None;
            self.touch();
        }
    }

    /// A click on a field of the item puts the light on it.
    fn click_pane(&mut self, area: Rect, at: Position) {
        let Some(shown) = self.pane.shown.as_mut() else { return };
        let line = shown.fields_top + usize::from(at.y - area.y);
        let is_field = usize::from(at.y - area.y) < shown.fields_height(usize::from(area.height));
        let stop = shown.lines.get(line).and_then(|line| line.stop).filter(|_| is_field);
        if let Some(stop) = stop {
            shown.light = None;
            shown.step_light(stop as isize + 1);
        }
    }

    fn wheel(&mut self, at: Position, by: isize) {
        if !self.layers.is_empty() {
            return;
        }
        self.is_dirty = true;
        self.inbox.is_untouched = false;
        if self.areas().pane.is_some_and(|area| area.contains(at)) {
            if self.screen == Screen::Duplicates {
                self.step_field(by.signum());
            } else if let Some(shown) = &mut self.pane.shown {
                shown.scroll_source(by);
            }
        } else if self.list().is_none() {
            let action =
                if by > 0 { crate::settings::Action::Down } else { crate::settings::Action::Up };
            let by = Some(by.unsigned_abs() as u32);
            match self.screen {
                Screen::Pipeline => self.move_in_pipeline(action, by),
                Screen::Sources => self.move_in_sources(action, by),
                _ => self.scroll_sheet(action, by),
            }
        } else if self.list_mut().is_some_and(|list| list.step(by)) {
            self.moved();
        }
    }
}
