//! The Ideas: innovations, as far as there are any.

use crate::model::Idea;
use crate::settings::{Action, Role};
use crate::text::sanitize_line;
use crate::tui::layout::Areas;
use crate::tui::list_view::paint_advice;
use crate::tui::message::Command;
use crate::tui::paint::{Painter, wrapped};
use crate::tui::phrases::{share, thousands};
use crate::tui::sheet::{self, Panel, Row};
use crate::tui::state::State;

/// The longest line that reads well, in columns.
const MEASURE: u16 = 100;

#[derive(Debug, Default)]
pub(in crate::tui) struct Ideas {
    ideas: Vec<Idea>,
    asked: u64,
    is_loaded: bool,
    pub(in crate::tui) top: usize,
}

impl Ideas {
    /// What the tab tells.
    pub(in crate::tui) fn count(&self) -> String {
        match self.ideas.len() {
            0 => String::new(),
            count => thousands(count as u64),
        }
    }
}

impl State {
    pub(in crate::tui) fn load_ideas(&mut self) {
        let generation = self.next_number();
        self.ideas.asked = generation;
        self.out.push(Command::LoadIdeas { generation });
        self.is_dirty = true;
    }

    pub(in crate::tui) fn on_ideas(&mut self, generation: u64, ideas: Vec<Idea>) {
        if generation == self.ideas.asked {
            self.is_dirty |= !self.ideas.is_loaded || self.ideas.ideas != ideas;
            self.ideas.ideas = ideas;
            self.ideas.is_loaded = true;
        }
    }

    pub(in crate::tui) fn paint_ideas(&self, painter: &mut Painter<'_>, areas: &Areas) {
        let area = areas.list.unwrap_or_default();
        if self.ideas.ideas.is_empty() {
            return paint_advice(painter, area, &self.no_ideas());
        }
        sheet::paint(painter, area, &self.idea_panels(area.width), self.ideas.top);
    }

    fn no_ideas(&self) -> String {
        if !self.ideas.is_loaded {
            return "loading …".to_owned();
        }
        let approved = self.counts.map_or(0, |counts| counts.approved);
        let key = |action| self.keymap.shown_key(action);
        format!(
            "There are no ideas: this version makes none yet. They will be drawn from what the \
             Library holds, {} at present; {} goes to the Inbox, where {} approves more.",
            thousands(approved),
            key(Action::GoInbox),
            key(Action::Approve)
        )
    }

    pub(in crate::tui) fn idea_panels(&self, width: u16) -> Vec<(u16, Vec<Panel>)> {
        let column = sheet::widths(width, 1).min(MEASURE);
        let panel = |idea: &Idea| {
            let mut rows: Vec<Row> = wrapped(&sanitize_line(&idea.pitch), column)
                .into_iter()
                .map(|line| Row::words(line, Role::Text))
                .collect();
            let parents: Vec<_> = idea.parents.iter().map(|title| sanitize_line(title)).collect();
            if !parents.is_empty() {
                rows.push(Row::words(format!("from {}", parents.join(" × ")), Role::Dim));
            }
            let weighed =
                |name: &str, p: Option<f64>| p.map(|p| format!("{name} {}", share(p as f32)));
            let facts = [
                Some(idea.status.clone()),
                Some(idea.method.replace('_', " ")),
                weighed("novelty", idea.novelty),
                weighed("feasibility", idea.feasibility),
            ];
            let facts: Vec<String> = facts.into_iter().flatten().collect();
            rows.push(Row::words(facts.join(" · "), Role::Dim));
            Panel::new(sanitize_line(&idea.title), &[], rows)
        };
        vec![(column, self.ideas.ideas.iter().map(panel).collect())]
    }
}
