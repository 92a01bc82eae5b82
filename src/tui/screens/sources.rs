//! The Sources: where documents come from, how each place is, and what it brought.

mod view;

use crate::model::{SourceHealth, SourceRow};
use crate::settings::Action;
use crate::text::sanitize_line;
use crate::tui::layers::Layer;
use crate::tui::layers::confirm::{Confirm, Then};
use crate::tui::layers::foreseen::Foreseen;
use crate::tui::layers::prompt::Prompt;
use crate::tui::message::{Command, Level, SourceVisit};
use crate::tui::phrases::counted;
use crate::tui::session::Screen;
use crate::tui::state::State;
use ratatui::layout::Rect;

#[derive(Debug, Default)]
pub(in crate::tui) struct Sources {
    rows: Vec<SourceRow>,
    asked: u64,
    is_loaded: bool,
    cursor: usize,
    top: usize,
}

impl Sources {
    fn failing(&self) -> usize {
        let is_failing =
            |row: &&SourceRow| matches!(row.health(), SourceHealth::Failing | SourceHealth::Dead);
        self.rows.iter().filter(is_failing).count()
    }

    fn current(&self) -> Option<&SourceRow> {
        self.rows.get(self.cursor)
    }

    /// Brings the cursor into a window of `height` lines.
    fn scroll(&mut self, height: usize) {
        let height = height.max(1);
        if self.cursor < self.top {
            self.top = self.cursor;
        } else if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }
}

impl State {
    pub(in crate::tui) fn load_sources(&mut self) {
        let generation = self.next_number();
        self.sources.asked = generation;
        self.out.push(Command::LoadSources { generation });
        self.is_dirty = true;
    }

    /// Sources were changed: what the tab tells, and, where they are shown, the sources themselves.
    pub(in crate::tui) fn sources_changed(&mut self) {
        self.out.push(Command::LoadCounts);
        if self.screen == Screen::Sources {
            self.load_sources();
        }
    }

    pub(in crate::tui) fn on_sources(&mut self, generation: u64, rows: Vec<SourceRow>) {
        if generation != self.sources.asked {
            return;
        }
        let name = self.sources.current().map(|row| row.source.name.clone());
        let place = rows.iter().position(|row| Some(&row.source.name) == name.as_ref());
        let sources = &mut self.sources;
        self.is_dirty |= !sources.is_loaded || sources.rows != rows;
        sources.cursor = place.unwrap_or(sources.cursor).min(rows.len().saturating_sub(1));
        sources.rows = rows;
        sources.is_loaded = true;
        let height = self.source_lines();
        self.sources.scroll(height);
    }

    pub(in crate::tui) fn on_source_tested(
        &mut self,
        name: &str,
        outcome: Result<SourceVisit, String>,
    ) {
        match outcome {
            Ok(visit) => self.open(Layer::Foreseen(Foreseen::new(name, visit))),
            Err(why) => self.tell(Level::Warning, format!("cannot test `{name}`: {why}")),
        }
    }

    pub(in crate::tui) fn act_in_sources(&mut self, action: Action) {
        if action == Action::AddSource {
            return self.open(Layer::Prompt(Prompt::source()));
        }
        let Some(row) = self.sources.current() else { return self.nothing_to(action) };
        let (name, is_enabled) = (row.source.name.clone(), row.source.is_enabled);
        if !row.source.kind.is_visited() {
            let said = format!("`{name}` is the program's own: there is nothing to visit");
            return self.tell(Level::Info, said);
        }
        match action {
            Action::ToggleSource => {
                let said = if is_enabled { "left out of runs" } else { "visited by runs again" };
                self.tell(Level::Info, format!("`{name}` is {said}"));
                self.out.push(Command::EnableSource { name, is_enabled: !is_enabled });
            }
            Action::CrawlSource if self.pipeline.running().next().is_some() => {
                self.tell(
                    Level::Info,
                    "the pipeline is running already; try again once it is done",
                );
            }
            Action::CrawlSource => {
                let key = self.keymap.shown_key(Action::GoPipeline);
                self.tell(Level::Info, format!("visiting `{name}`; {key} shows how far it is"));
                self.out.push(Command::CrawlSource { name });
            }
            Action::TestSource => {
                self.tell(Level::Info, format!("looking at what `{name}` would bring …"));
                self.out.push(Command::TestSource { name });
            }
            _ => {
                let documents = row.documents;
                let what = if documents == 0 {
                    format!("remove the source `{name}`")
                } else {
                    let many = counted(documents as usize, "document");
                    format!("turn `{name}` off for good ({many} came from it and stay)")
                };
                self.open(Layer::Confirm(Confirm::new(what, Then::RemoveSource { name })));
            }
        }
    }

    /// Lines of the table that are visible, its head apart.
    fn source_lines(&self) -> usize {
        let area = self.areas().list.unwrap_or_default();
        usize::from(view::table(area).height.saturating_sub(1))
    }

    pub(in crate::tui) fn move_in_sources(&mut self, action: Action, count: Option<u32>) {
        let height = self.source_lines();
        let last = self.sources.rows.len().saturating_sub(1);
        let times = count.unwrap_or(1) as usize;
        let before = self.sources.cursor;
        self.sources.cursor = match action {
            Action::Down => before.saturating_add(times),
            Action::Up => before.saturating_sub(times),
            Action::HalfDown | Action::PageDown => before.saturating_add(times * height),
            Action::HalfUp | Action::PageUp => before.saturating_sub(times * height),
            Action::Top => 0,
            Action::Bottom => last,
            Action::Open => return self.tell_address(),
            _ => return self.nothing_to(action),
        }
        .min(last);
        self.sources.scroll(height);
        self.is_dirty = true;
        if self.sources.cursor == before {
            self.tell(Level::Info, "no further source that way");
        }
    }

    fn tell_address(&mut self) {
        let address = self.sources.current().map(|row| row.source.address.clone());
        let said = address.map_or_else(
            || "there are no sources yet".to_owned(),
            |address| sanitize_line(&address).into_owned(),
        );
        self.tell(Level::Info, said);
    }

    pub(in crate::tui) fn click_sources(&mut self, area: Rect, row: u16) {
        let table = view::table(area);
        let line = row.checked_sub(table.y + 1).map(|line| self.sources.top + usize::from(line));
        if let Some(line) =
            line.filter(|line| *line < self.sources.rows.len() && row < table.bottom())
        {
            self.sources.cursor = line;
            self.is_dirty = true;
        }
    }
}
