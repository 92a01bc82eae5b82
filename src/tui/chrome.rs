//! What stands on every screen: tabs above, keys below, toasts, hints for a prefix.

use super::act::SCREENS;
use super::message::Level;
use super::paint::{Painter, columns, wrapped};
use super::phrases::{clock, thousands};
use super::screens::pipeline::{seconds_left, share_done};
use super::session::Screen;
use super::state::State;
use crate::model::{JobState, Week};
use crate::settings::key::show_sequence;
use crate::settings::{Action, Context, Role};
use ratatui::layout::Rect;

/// Most toasts shown at once.
const TOASTS: usize = 3;
/// Most lines of one toast.
const TOAST_LINES: usize = 3;

/// What tabs leave out where the terminal is narrow; the one that is on shows whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    None,
    Names,
    NamesAndCounts,
    All,
}

/// The top line.
struct Head {
    name: String,
    /// Each tab with the column where it begins.
    tabs: Vec<(Screen, u16, String)>,
}

impl Head {
    fn end(&self) -> u16 {
        self.tabs.last().map_or(0, |(_, x, label)| x + columns(label))
    }
}

impl State {
    pub(super) fn paint_header(&self, painter: &mut Painter<'_>, area: Rect) {
        let head = self.head(area.width, painter.is_plain);
        painter.text(area.x, area.y, area.width, &head.name, Role::Title);
        let mut end = area.x;
        for (screen, x, label) in &head.tabs {
            let role = if *screen == self.screen { Role::TabActive } else { Role::Tab };
            let room = area.right().saturating_sub(x + 1);
            end = painter.text(*x, area.y, room, label, role);
        }
        let who = &self.reviewer;
        if end + columns(who) + 4 < area.right() {
            painter.right(area.right().saturating_sub(1), area.y, columns(who), who, Role::Dim);
        }
    }

    /// The program's name and the tabs, as whole as `width` allows.
    fn head(&self, width: u16, is_plain: bool) -> Head {
        let week = Week::of(self.now).number();
        let dot = if is_plain { "," } else { " ·" };
        let whole = format!(" Reservoir{dot} week {week}");
        let folds = [
            (whole.as_str(), 3, Fold::None),
            (" Reservoir", 2, Fold::None),
            ("", 2, Fold::None),
            ("", 2, Fold::Names),
            ("", 2, Fold::NamesAndCounts),
        ];
        let fitting =
            folds.into_iter().map(|(name, gap, fold)| self.laid_out(name, gap, fold, is_plain));
        let mut fitting = fitting.filter(|head| head.end() < width);
        fitting.next().unwrap_or_else(|| self.laid_out("", 1, Fold::All, is_plain))
    }

    fn laid_out(&self, name: &str, gap: u16, fold: Fold, is_plain: bool) -> Head {
        let mut x = if name.is_empty() { 1 } else { columns(name) + gap + 1 };
        let mut tabs = Vec::with_capacity(SCREENS.len());
        for (screen, action) in SCREENS {
            let fold = if screen == self.screen { Fold::None } else { fold };
            let label = self.tab(screen, action, fold, is_plain);
            let width = columns(&label);
            tabs.push((screen, x, label));
            x += width + gap;
        }
        Head { name: name.to_owned(), tabs }
    }

    /// A tab's label: key, name, number.
    fn tab(&self, screen: Screen, action: Action, fold: Fold, is_plain: bool) -> String {
        let key = self.keymap.shown_key(action);
        let count = match (screen, &self.counts) {
            (Screen::Inbox, Some(counts)) => thousands(counts.inbox),
            (Screen::Library, Some(counts)) => thousands(counts.approved),
            (Screen::Duplicates, _) => {
                self.duplicates.count().map(|count| thousands(count as u64)).unwrap_or_default()
            }
            (Screen::Ideas, _) => self.ideas.count(),
            (Screen::Pipeline, _) => self.pipeline_mark(is_plain),
            (Screen::Sources, Some(counts)) if counts.failing_sources > 0 => {
                format!("{}!", thousands(counts.failing_sources))
            }
            _ => String::new(),
        };
        let name = match fold {
            Fold::None => action.title(),
            Fold::Names | Fold::NamesAndCounts => short_title(action),
            Fold::All => "",
        };
        let count = if matches!(fold, Fold::None | Fold::Names) { count } else { String::new() };
        let parts = [key.as_str(), name, &count];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn pipeline_mark(&self, is_plain: bool) -> String {
        let dead = self.pipeline.view.dead_letters.len();
        let running = self.pipeline.running().count();
        match (running, dead) {
            (0, 0) => String::new(),
            (0, dead) => format!("{dead}!"),
            (_, _) if is_plain => "running".to_owned(),
            (n, _) => format!("↻{n}"),
        }
    }

    /// Where each tab stands, for the mouse.
    pub(super) fn tab_at(&self, column: u16) -> Option<Screen> {
        let head = self.head(self.size.0, self.is_plain);
        let is_on =
            |(_, x, label): &&(Screen, u16, String)| (*x..*x + columns(label)).contains(&column);
        head.tabs.iter().find(is_on).map(|(screen, ..)| *screen)
    }

    pub(super) fn paint_footer(&self, painter: &mut Painter<'_>, area: Rect) {
        if let Some(banner) = &self.banner {
            painter.fill(area, Role::Warning);
            let lead = if painter.is_plain { "settings: " } else { "! " };
            let x = painter.text(area.x + 1, area.y, area.width - 2, lead, Role::Warning);
            let room = area.right().saturating_sub(x + 1);
            painter.text(x, area.y, room, banner, Role::Warning);
            return;
        }
        if self.keys.prefix.is_empty() && self.paint_tour(painter, area) {
            return;
        }
        let mut right = self.progress_line();
        if !self.keys.prefix.is_empty() || self.keys.count.is_some() {
            let count = self.keys.count.map(|count| format!("{count} ")).unwrap_or_default();
            right = format!("{count}{}…", show_sequence(&self.keys.prefix));
        }
        let taken = if right.is_empty() { 0 } else { columns(&right) + 2 };
        let end = area.right().saturating_sub(taken + 1);
        let context = self.context();
        let last: &[Action] =
            if context.takes_text() { &[] } else { &[Action::Palette, Action::Help] };
        let width = |action: &Action| {
            let key = self.keymap.shown_key(*action);
            if key.is_empty() { 0 } else { columns(&key) + columns(action.title()) + 3 }
        };
        let reserved: u16 = last.iter().map(width).sum();
        let mut x = area.x + 1;
        for action in footer_actions(context).iter().filter(|action| !last.contains(action)) {
            if x + width(action) + reserved <= end + 2 {
                x = self.paint_key(painter, x, area.y, end, *action);
            }
        }
        for action in last {
            if x + width(action) <= end + 2 {
                x = self.paint_key(painter, x, area.y, end, *action);
            }
        }
        painter.right(area.right().saturating_sub(1), area.y, area.width / 2, &right, Role::Accent);
    }

    /// A key and what it does; returns where the next one may stand.
    fn paint_key(
        &self,
        painter: &mut Painter<'_>,
        x: u16,
        y: u16,
        end: u16,
        action: Action,
    ) -> u16 {
        let key = self.keymap.shown_key(action);
        if key.is_empty() {
            return x;
        }
        let x = painter.text(x, y, end.saturating_sub(x), &key, Role::Key) + 1;
        painter.text(x, y, end.saturating_sub(x), action.title(), Role::Dim) + 2
    }

    /// What runs, in a few words.
    fn progress_line(&self) -> String {
        let now = self.pipeline.now(self.now);
        let jobs: Vec<_> = self.pipeline.running().collect();
        let [job, ..] = jobs.as_slice() else { return String::new() };
        let mut parts = vec![job.stage.to_string()];
        if let Some(last) = parts.last_mut() {
            match share_done(job) {
                Some(share) => last.push_str(&format!(" {:.0}%", share * 100.0)),
                None if job.progress.done > 0 => {
                    last.push_str(&format!(" {}", thousands(job.progress.done)));
                }
                None => {}
            }
        }
        let waiting =
            self.pipeline.view.rows.iter().filter(|j| j.state == JobState::Queued).count();
        let more = jobs.len() - 1 + waiting;
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        parts.extend(seconds_left(job, now).map(|left| format!("{} left", clock(left))));
        parts.join(" · ")
    }

    pub(super) fn paint_toasts(&self, painter: &mut Painter<'_>) {
        let live: Vec<_> = self
            .messages
            .iter()
            .rev()
            .take(16)
            .filter(|m| m.until > self.now)
            .take(TOASTS)
            .collect();
        let width = self.size.0.saturating_sub(4).min(64);
        let mut bottom = self.size.1.saturating_sub(1);
        for message in live {
            let (glyph, word, role) = match message.level {
                Level::Info => ("i", "note", Role::Info),
                Level::Done => ("✓", "done", Role::Done),
                Level::Warning => ("!", "warning", Role::Warning),
                Level::Error => ("✗", "error", Role::Error),
            };
            let lead = if painter.is_plain { format!("{word}: ") } else { format!("{glyph} ") };
            let indent = columns(&lead);
            let lines = wrapped(&message.text, width.saturating_sub(indent + 2));
            let shown = lines.len().min(TOAST_LINES) as u16;
            if bottom < shown + 4 {
                break;
            }
            bottom -= shown;
            let own = lines.iter().map(|line| columns(line)).max().unwrap_or(0) + indent + 2;
            let x = self.size.0.saturating_sub(own + 1);
            painter.fill(Rect { x, y: bottom, width: own, height: shown }, role);
            painter.text(x + 1, bottom, indent, &lead, role);
            for (row, line) in lines.iter().take(TOAST_LINES).enumerate() {
                let cut = row + 1 == TOAST_LINES && lines.len() > TOAST_LINES;
                let line = if cut { format!("{line}…") } else { line.clone() };
                painter.text(x + 1 + indent, bottom + row as u16, own - indent - 1, &line, role);
            }
        }
        if self.keys.shows_hints {
            self.paint_hints(painter);
        }
    }

    /// What may follow the keys pressed so far.
    fn paint_hints(&self, painter: &mut Painter<'_>) {
        let hints = self.keymap.hints(self.context(), &self.keys.prefix);
        let label = |hint: &crate::settings::keymap::Hint| {
            hint.action.map_or("…", |action| action.title()).to_owned()
        };
        let key_width = hints.iter().map(|h| columns(&h.key.to_string())).max().unwrap_or(1);
        let width = hints.iter().map(|h| columns(&label(h))).max().unwrap_or(1) + key_width + 5;
        let height = (hints.len() as u16 + 1).min(self.size.1.saturating_sub(4));
        let width = width.clamp(16, self.size.0.saturating_sub(2));
        let area = Rect {
            x: self.size.0.saturating_sub(width + 1),
            y: self.size.1.saturating_sub(height + 1),
            width,
            height,
        };
        painter.fill(area, Role::Popup);
        let title = format!("{} …", show_sequence(&self.keys.prefix));
        painter.text(area.x + 1, area.y, width - 2, &title, Role::Dim);
        for (row, hint) in hints.iter().take(usize::from(height.saturating_sub(1))).enumerate() {
            let y = area.y + 1 + row as u16;
            painter.right(area.x + 1 + key_width, y, key_width, &hint.key.to_string(), Role::Key);
            painter.text(
                area.x + key_width + 3,
                y,
                width - key_width - 4,
                &label(hint),
                Role::Text,
            );
        }
        painter.tint(area, Role::Popup);
        for row in 0..height.saturating_sub(1) {
            let keys = Rect { x: area.x + 1, y: area.y + 1 + row, width: key_width, height: 1 };
            let role = painter.style(Role::Key);
            painter.buffer.set_style(keys, ratatui::style::Style { bg: None, ..role });
        }
    }
}

/// A screen's name in a few letters.
fn short_title(action: Action) -> &'static str {
    match action {
        Action::GoLibrary => "Lib",
        Action::GoDuplicates => "Dup",
        Action::GoPipeline => "Pipe",
        Action::GoSources => "Src",
        Action::GoReport => "Rep",
        Action::GoOverview => "Over",
        action => action.title(),
    }
}

/// The actions whose keys the footer names, most wanted first.
fn footer_actions(context: Context) -> &'static [Action] {
    use Action as A;
    match context {
        Context::Inbox => &[
            A::Approve,
            A::Reject,
            A::Defer,
            A::Tags,
            A::Edit,
            A::LookAlikes,
            A::Undo,
            A::Filter,
            A::Palette,
            A::Help,
            A::NextField,
            A::Mark,
            A::OpenUrl,
            A::NextOrder,
        ],
        Context::Library => &[
            A::Search,
            A::Open,
            A::NextPane,
            A::Tags,
            A::Edit,
            A::MoreLikeThis,
            A::SavedSearches,
            A::SaveSearch,
            A::Why,
            A::MoreWords,
            A::MoreMeaning,
            A::Undo,
            A::Palette,
            A::Help,
            A::OpenUrl,
        ],
        Context::Duplicates => {
            &[A::MergeGroup, A::NotDuplicate, A::Open, A::Undo, A::Palette, A::Help, A::Refresh]
        }
        Context::Compare => &[
            A::KeepValue,
            A::LetStay,
            A::LeaveOut,
            A::MergeGroup,
            A::NotDuplicate,
            A::NextDifference,
            A::CompareLeave,
            A::Undo,
            A::Palette,
            A::Help,
        ],
        Context::Search => &[A::SearchAccept, A::SearchDown, A::SearchUp, A::SearchLeave],
        Context::Pipeline => &[
            A::Run,
            A::RunSample,
            A::CancelJob,
            A::RetryDeadLetters,
            A::ImportPath,
            A::NextPane,
            A::Palette,
            A::Help,
        ],
        Context::Sources => &[
            A::AddSource,
            A::CrawlSource,
            A::TestSource,
            A::ToggleSource,
            A::RemoveSource,
            A::Palette,
            A::Help,
            A::Refresh,
        ],
        Context::Report => {
            &[A::CopyReport, A::PreviousWeek, A::NextWeek, A::Down, A::Up, A::Palette, A::Help]
        }
        Context::Reading => &[A::Down, A::Up, A::Refresh, A::Palette, A::Help, A::Back],
        Context::Welcome => &[A::Crawl, A::Sample, A::Import, A::Palette, A::Help, A::Quit],
        Context::Viewer => &[A::Down, A::Up, A::Back],
        Context::History => &[A::UndoDecision, A::Open, A::Down, A::Up, A::Back],
        Context::Searches => &[A::Open, A::DeleteSearch, A::Down, A::Up, A::Back],
        Context::LookAlikes => &[A::MergeThem, A::KeepApart, A::Mark, A::Down, A::Up, A::Back],
        Context::Input => &[A::InputAccept, A::InputCancel],
        Context::Picker => &[A::PickerAccept, A::PickerCancel],
        Context::Tags => &[A::ToggleTag, A::PickerAccept, A::PickerCancel],
        Context::Form => &[
            A::FormNext,
            A::FormPrevious,
            A::FormSave,
            A::FormCancel,
            A::FormDiscard,
            A::FormLineUp,
            A::FormOpenLine,
            A::FormDropLine,
        ],
        Context::Confirm => &[A::Yes, A::No],
    }
}
