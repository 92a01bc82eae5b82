//! The welcome: nothing is in store yet; three ways to begin.

use crate::settings::{Action, Role};
use crate::tui::layers::{Layer, prompt::Prompt};
use crate::tui::paint::{Painter, columns, wrapped};
use crate::tui::state::State;
use ratatui::layout::Rect;

const INTRODUCTION: &str = "Reservoir gathers business automations from the sources you choose, reads \
them into one form, and puts them before you to approve. Nothing is in store yet. Begin with one of these:";

impl State {
    pub(in crate::tui) fn act_in_welcome(&mut self, action: Action) {
        match action {
            Action::Crawl => self.run(false),
            Action::Sample => self.run(true),
            _ => self.open(Layer::Prompt(Prompt::import())),
        }
    }

    pub(in crate::tui) fn paint_welcome(&self, painter: &mut Painter<'_>, area: Rect) {
        let width = area.width.saturating_sub(6).min(64);
        let text = wrapped(INTRODUCTION, width);
        let height = text.len() as u16 + 8;
        let x = area.x + (area.width - width) / 2;
        let mut y = area.y + area.height.saturating_sub(height) / 3;
        painter.text(x, y, width, "Welcome", Role::Title);
        y += 2;
        for line in text {
            painter.text(x, y, width, &line, Role::Text);
            y += 1;
        }
        y += 1;
        if painter.is_plain {
            painter.cursor = Some((x, y));
        }
        for action in [Action::Crawl, Action::Sample, Action::Import] {
            let key = self.keymap.shown_key(action);
            painter.right(x + 7, y, 7, &key, Role::Key);
            painter.text(x + 10, y, width.saturating_sub(10), action.entry().about, Role::Text);
            y += 1;
        }
        y += 1;
        let jobs: Vec<String> = self.pipeline.running().map(|job| job.stage.to_string()).collect();
        let last = if jobs.is_empty() {
            let key = |action| self.keymap.shown_key(action);
            format!(
                "{} lists every key, {} finds any action",
                key(Action::Help),
                key(Action::Palette)
            )
        } else {
            format!("running: {} … what is found appears here", jobs.join(", "))
        };
        painter.text(x, y, width.max(columns(&last).min(area.width)), &last, Role::Dim);
    }
}
