//! The Library: what was approved; type and it searches, facets narrow it.

mod view;

use crate::model::{
    AutomationId, FacetField, SavedSearch, SearchAnswer, SearchMode, SearchQuery, Status,
};
use crate::settings::Action;
use crate::text::sanitize_line;
use crate::tui::input::Input;
use crate::tui::layers::Layer;
use crate::tui::layers::prompt::Prompt;
use crate::tui::layers::searches::Searches;
use crate::tui::layout::Focus;
use crate::tui::list::List;
use crate::tui::message::{Command, Level};
use crate::tui::session::Screen;
use crate::tui::state::State;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Most hits asked for.
const HITS: usize = 500;
/// Values shown of each facet.
const VALUES: usize = 6;
/// How long the index takes to follow a write, with room to spare.
const INDEX_WAIT: SignedDuration = SignedDuration::from_millis(1200);
/// Step of the words↔meaning slider.
const STEP: f32 = 0.1;

#[derive(Debug)]
pub(in crate::tui) struct Library {
    pub(in crate::tui) query: SearchQuery,
    pub(in crate::tui) input: Input,
    pub(in crate::tui) list: List,
    pub(in crate::tui) answer: Arc<SearchAnswer>,
    pub(in crate::tui) focus: Focus,
    pub(in crate::tui) shows_why: bool,
    /// Line of the facets under the cursor.
    facet: usize,
    /// The newest search asked for.
    asked: u64,
    /// Whether something was written since it was asked.
    is_stale: bool,
    /// When to ask again by itself.
    pub(in crate::tui) asks_at: Option<Timestamp>,
}

/// One line of the facets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FacetLine {
    Head(FacetField),
    Value { field: FacetField, value: String, count: Option<u64>, is_on: bool },
}

impl FacetLine {
    fn value(&self) -> &str {
        match self {
            Self::Head(_) => "",
            Self::Value { value, .. } => value,
        }
    }
}

impl Library {
    pub(in crate::tui) fn new(query: Option<SearchQuery>, weight: f32) -> Self {
        let query = query.unwrap_or_else(|| SearchQuery {
            statuses: vec![Status::Approved],
            with_facets: true,
            weight,
            ..SearchQuery::new("", HITS)
        });
        Self {
            input: Input::line(&query.text),
            query,
            list: List::default(),
            answer: Arc::default(),
            focus: Focus::Search,
            shows_why: false,
            facet: 0,
            asked: 0,
            is_stale: false,
            asks_at: None,
        }
    }

    pub(in crate::tui) fn is_narrowed(&self) -> bool {
        !self.query.text.is_empty() || !self.query.filters.is_empty()
    }

    /// Status is a facet too, though the query keeps it apart.
    fn is_on(&self, field: FacetField, value: &str) -> bool {
        if field == FacetField::Status {
            return self.query.statuses.iter().any(|status| status.name() == value);
        }
        self.query.filters.iter().any(|(f, v)| *f == field && v == value)
    }

    /// The facets as lines: those in force first, then the most frequent.
    pub(super) fn facet_lines(&self) -> Vec<FacetLine> {
        let mut lines = Vec::new();
        for field in FacetField::ALL.iter().copied() {
            let counted = || self.answer.facets.iter().filter(move |facet| facet.field == field);
            let mut values: Vec<FacetLine> = Vec::new();
            let uncounted =
                self.query.filters.iter().filter(|(f, value)| {
                    *f == field && !counted().any(|facet| facet.value == *value)
                });
            for (_, value) in uncounted {
                values.push(FacetLine::Value {
                    field,
                    value: value.clone(),
                    count: None,
                    is_on: true,
                });
            }
            for facet in counted() {
                let (value, is_on) = (facet.value.clone(), self.is_on(field, &facet.value));
                values.push(FacetLine::Value { field, value, count: Some(facet.count), is_on });
            }
            if field == FacetField::Week {
                // Weeks are looked for by date, not by how much came.
                values.sort_by(|a, b| b.value().cmp(a.value()));
            }
            values.sort_by_key(|line| !matches!(line, FacetLine::Value { is_on: true, .. }));
            values.truncate(VALUES);
            if !values.is_empty() {
                lines.push(FacetLine::Head(field));
                lines.append(&mut values);
            }
        }
        lines
    }

    fn toggle(&mut self, field: FacetField, value: &str) {
        if let Some(status) = Status::from_name(value).filter(|_| field == FacetField::Status) {
            match self.query.statuses.iter().position(|known| *known == status) {
                Some(at) => {
                    self.query.statuses.remove(at);
                }
                None => self.query.statuses.push(status),
            }
            return;
        }
        match self.query.filters.iter().position(|(f, v)| *f == field && v == value) {
            Some(at) => {
                self.query.filters.remove(at);
            }
            None => self.query.filters.push((field, value.to_owned())),
        }
    }
}

impl State {
    /// Folded words to light up: those of the search, in the Library.
    pub(in crate::tui) fn terms(&self) -> &[String] {
        let is_searching = self.screen == Screen::Library && !self.library.query.text.is_empty();
        if is_searching { &self.library.answer.terms } else { &[] }
    }

    /// Something was written: what is shown is asked for again, soon, or when it is next seen.
    pub(in crate::tui) fn library_changed(&mut self) {
        self.library.is_stale = true;
        if self.screen == Screen::Library && self.library.asks_at.is_none() {
            self.library.asks_at = Some(self.now + INDEX_WAIT);
        }
    }

    pub(in crate::tui) fn enter_library(&mut self) {
        if !self.library.list.is_loaded || self.library.is_stale {
            self.search();
        }
        if self.library.query.text.is_empty() && self.library.focus != Focus::Facets {
            self.library.focus = Focus::Search;
        }
    }

    /// Asks for the results of the query as it stands; without words, for the newest items.
    pub(in crate::tui) fn search(&mut self) {
        let generation = self.next_number();
        self.library.asked = generation;
        self.library.asks_at = None;
        self.library.is_stale = false;
        let mut query = self.library.query.clone();
        if query.text.trim().is_empty() {
            query.limit = 0;
            let filter = query.as_queue();
            let generation = self.next_number();
            self.library.list.asked = generation;
            self.out.push(Command::LoadQueue { generation, filter });
        }
        self.out.push(Command::Search { generation, query });
        self.is_dirty = true;
    }

    pub(in crate::tui) fn on_answer(&mut self, generation: u64, answer: Arc<SearchAnswer>) {
        if generation != self.library.asked {
            return;
        }
        self.is_dirty = true;
        if !self.library.query.text.trim().is_empty() {
            let ids: Vec<AutomationId> = answer.hits.iter().map(|hit| hit.id).collect();
            self.library.list.replace(ids.into());
        }
        self.library.answer = answer;
        self.touch();
    }

    /// What was typed changed.
    pub(in crate::tui) fn query_typed(&mut self) {
        let text = self.library.input.text();
        if self.library.query.text != text {
            if self.library.query.mode == SearchMode::Meaning {
                self.library.query.mode = SearchMode::Hybrid;
            }
            self.library.query.text = text;
            self.library.list.want_top();
            self.search();
        }
    }

    pub(in crate::tui) fn clear_search(&mut self) {
        self.library.input.set("");
        self.library.query.filters.clear();
        self.library.query.text.clear();
        self.library.list.want_top();
        self.search();
    }

    pub(in crate::tui) fn act_in_library(&mut self, action: Action, count: Option<u32>) {
        match action {
            Action::Search => self.set_focus(Focus::Search),
            Action::SearchAccept => self.set_focus(Focus::List),
            Action::SearchLeave => self.set_focus(Focus::List),
            Action::SearchDown | Action::SearchUp => {
                let by = if action == Action::SearchDown { 1 } else { -1 };
                if self.library.list.step(by) {
                    self.moved();
                }
            }
            Action::ClearFacets => {
                self.library.query.filters.clear();
                self.library.query.statuses = vec![Status::Approved];
                self.search();
                self.tell(Level::Info, "every facet taken off");
            }
            Action::Why => self.library.shows_why = !self.library.shows_why,
            Action::MoreLikeThis => self.more_like_this(),
            Action::SaveSearch => {
                let query = self.library.query.clone();
                self.open(Layer::Prompt(Prompt::save_search(query)));
            }
            Action::SavedSearches => {
                self.out.push(Command::LoadSearches);
                self.open(Layer::Searches(Searches::default()));
            }
            Action::MoreWords => self.weigh(STEP * count.unwrap_or(1) as f32),
            _ => self.weigh(-STEP * count.unwrap_or(1) as f32),
        }
    }

    /// Puts a saved search on; what it finds now counts as seen.
    pub(in crate::tui) fn open_search(&mut self, saved: SavedSearch) {
        let SavedSearch { name, query, .. } = saved;
        self.go(Screen::Library);
        let library = &mut self.library;
        library.input.set(&query.text);
        library.query = SearchQuery { limit: HITS, with_facets: true, ..query };
        library.focus = Focus::List;
        library.list.want_top();
        self.search();
        self.tell(Level::Info, format!("search: {name}"));
        self.out.push(Command::SeeSearch { name });
        self.touch();
    }

    fn weigh(&mut self, by: f32) {
        let weight = ((self.library.query.weight + by) * 10.0).round() / 10.0;
        self.library.query.weight = weight.clamp(0.0, 1.0);
        if self.library.query.text.trim().is_empty() {
            self.tell(Level::Info, "words against meaning matters once something is searched for");
        } else {
            self.search();
        }
        self.touch();
    }

    fn more_like_this(&mut self) {
        let Some(view) = self.current_view() else {
            return self.tell(Level::Info, "the item is still on its way; try again");
        };
        let title = view.automation.content.title.clone();
        self.library.input.set(&title);
        self.library.query.text = title.clone();
        self.library.query.mode = SearchMode::Meaning;
        self.library.list.want_top();
        self.search();
        self.tell(Level::Info, format!("more that means the same as “{title}”"));
    }

    pub(in crate::tui) fn act_in_facets(&mut self, action: Action, count: Option<u32>) {
        let lines = self.library.facet_lines();
        let last = lines.len().saturating_sub(1);
        let times = count.unwrap_or(1) as usize;
        let before = self.library.facet;
        match action {
            Action::Down => self.library.facet = (before + times).min(last),
            Action::Up => self.library.facet = before.saturating_sub(times),
            Action::Top => self.library.facet = 0,
            Action::Bottom => self.library.facet = last,
            Action::Clear => self.set_focus(Focus::List),
            Action::Open | Action::Mark => self.toggle_facet(before.min(last)),
            _ => self.nothing_to(action),
        }
        // A heading is not a place to stand.
        if matches!(lines.get(self.library.facet), Some(FacetLine::Head(_))) {
            let is_up = self.library.facet < before && self.library.facet > 0;
            self.library.facet =
                if is_up { self.library.facet - 1 } else { self.library.facet + 1 }.min(last);
        }
    }

    pub(in crate::tui) fn toggle_facet(&mut self, line: usize) {
        self.library.facet = line;
        if let Some(FacetLine::Value { field, value, .. }) = self.library.facet_lines().get(line) {
            self.library.toggle(*field, value);
            self.library.list.want_top();
            self.search();
        }
    }
}

/// A search in a few words: what was typed, and what narrows it.
pub(in crate::tui) fn in_words(query: &SearchQuery) -> String {
    let mut parts = Vec::new();
    let text = query.text.trim();
    if !text.is_empty() {
        parts.push(text.to_owned());
    }
    if query.statuses != [Status::Approved] {
        let names: Vec<_> = query.statuses.iter().map(|status| status.name()).collect();
        parts.push(format!("status:{}", names.join("|")));
    }
    parts.extend(query.filters.iter().map(|(field, value)| format!("{field}:{value}")));
    if parts.is_empty() {
        parts.push("everything approved".to_owned());
    }
    sanitize_line(&parts.join(" ")).into_owned()
}
