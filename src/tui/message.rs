//! What goes in and out of the workbench: events in, commands out, answers back in.
//!
//! Plain data, so that it can be logged, compared and replayed. `app` carries commands out and
//! sends each answer back as a `Loaded`; answers carry the generation or token that asked, and a
//! stale one is dropped here, never there.

use super::session::Session;
use crate::model::{
    AutomationId, BatchId, Budgets, Company, Counts, DecisionId, DecisionRow, Edit, Field, Figures,
    Idea, InboxRow, ItemView, JobId, JobRow, Kept, LookAlikes, QueueFilter, SavedSearch,
    SearchAnswer, SearchQuery, SourceRow, Stage, Status, Verdict, Week, WeekReport,
};
use crate::settings::{Keymap, Theme};
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Rect;
use std::path::PathBuf;
use std::sync::Arc;

/// Counts questions; an answer with an older generation than the newest question is stale.
pub type Generation = u64;

/// Names one write until it is confirmed.
pub type Token = u64;

/// An item and the revision the reviewer saw; `None` where it was marked without being looked at
/// (all in a filter), which decides on it as it stands.
pub type Seen = (AutomationId, Option<u32>);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    /// New size in columns and rows.
    Resize(u16, u16),
    /// The terminal gained (`true`) or lost the focus.
    Focus(bool),
    /// The moment that `State::next_timer` named has come.
    Tick,
    Loaded(Box<Loaded>),
}

/// An answer to a command, or news from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    /// To `LoadQueue`.
    Queue { generation: Generation, ids: Arc<[AutomationId]> },
    /// To `LoadRows`; those that no longer exist are simply missing.
    Rows { asked: Vec<AutomationId>, rows: Vec<InboxRow> },
    /// To `LoadItem`; `view` is `None` where it does not exist (any more).
    Item { generation: Generation, id: AutomationId, view: Option<Arc<ItemView>> },
    /// To `Search`; `rows` for the first hits (a screenful or two is enough).
    Search { generation: Generation, answer: Arc<SearchAnswer>, rows: Vec<InboxRow> },
    /// To `FindSimilar`, nearest first; `None` where nobody knows what the item means.
    Similar { generation: Generation, id: AutomationId, found: Option<Vec<AutomationId>> },
    /// To `LoadToday`, newest first.
    Today { generation: Generation, rows: Vec<DecisionRow> },
    /// To `LoadDuplicates`: strictest first.
    Duplicates { generation: Generation, groups: Vec<LookAlikes> },
    /// To `LoadIdeas`, newest first.
    Ideas { generation: Generation, ideas: Vec<Idea> },
    /// To `LoadSources`, by name.
    Sources { generation: Generation, rows: Vec<SourceRow> },
    /// A source was added, changed, removed or visited.
    SourcesChanged,
    /// To `TestSource`.
    SourceTested { name: String, outcome: Result<SourceVisit, String> },
    /// To `LoadReport`.
    Report { generation: Generation, report: Arc<WeekReport> },
    /// To `LoadOverview`.
    Overview { generation: Generation, overview: Arc<OverviewView> },
    /// To `LoadCounts`, and whenever they change.
    Counts(Counts),
    /// To `LoadJobs`, and a few times a second while jobs run.
    Jobs(JobsView),
    /// To each command that writes (`Decide`, `SetTags`, `Edit`, `Merge`, `Apart`): it is durable.
    Decided { token: Token, outcome: Result<DecidedItems, String> },
    /// To `Undo`, `UndoDecision`, `TakeApart` and `Redo`.
    Reversed { is_redo: bool, outcome: Result<ReversedItems, String> },
    /// Another process, reviewer or the pipeline wrote; `ids` may be empty when very many did.
    Changed { ids: Vec<AutomationId> },
    /// What others have open or have claimed, whenever it changes.
    Company(Company),
    /// To `LoadTags`: every tag with its count, most used first.
    Tags(Vec<(String, u64)>),
    /// To `SuggestTags`, most used first.
    SuggestedTags { id: AutomationId, tags: Vec<String> },
    /// To `LoadSearches`, `SaveSearch` and `DeleteSearch`: the reviewer's own, by name.
    Searches(Vec<FoundSearch>),
    /// To `EditInEditor`; `text` is `None` where nothing was written, `failure` says why the editor
    /// failed: what was written is kept then, not saved.
    Edited { id: AutomationId, revision: u32, text: Option<String>, failure: Option<String> },
    /// The user's keys and colours changed.
    Looks(Box<NewLooks>),
    /// Something to tell: shown as a toast, kept under `:messages`.
    Notice { level: Level, text: String },
    /// Whether anything was ever stored: decides between the welcome and the screens.
    StoreIsEmpty(bool),
}

/// A saved search, and how much of what it finds came since it was last looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSearch {
    pub saved: SavedSearch,
    pub new: u64,
}

/// Keys and colours as the user's files say now.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLooks {
    /// `None` where the file is bad: the last good one stays.
    pub keymap: Option<Keymap>,
    /// Those that load.
    pub themes: Vec<Theme>,
    /// Themes whose file is bad now: the last good ones stay.
    pub kept: Vec<String>,
    /// The one that the config names.
    pub theme: String,
    /// What is wrong, each with file, line and column; a banner shows them until they are mended.
    pub problems: Vec<String>,
}

/// Cells that lead to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// One row of cells.
    pub area: Rect,
    /// http or https; ASCII that is neither blank nor control.
    pub url: String,
}

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Level {
    Info,
    Done,
    Warning,
    Error,
}

/// What the Pipeline screen shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobsView {
    /// Newest run first, stages in their order.
    pub rows: Vec<JobRow>,
    pub dead_letters: Vec<DeadLetterRow>,
    /// The newest lines of the log, oldest first, at most 500.
    pub log: Vec<String>,
}

/// What the Overview shows.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewView {
    pub figures: Figures,
    /// `None` where no model is configured.
    pub budgets: Option<Budgets>,
    /// Of every sum.
    pub currency: String,
    /// What the configuration calls a model: `cheap`, `strong`.
    pub tiers: Vec<(String, &'static str)>,
    /// Size of the search index in bytes.
    pub index_bytes: u64,
}

/// What a visit to a source would bring.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceVisit {
    /// State (`new`, `changed`, `known`) and title of each document, at most 200.
    pub documents: Vec<(&'static str, String)>,
    /// In words: "12 new, 3 known".
    pub summary: String,
}

/// A document or address that could not be worked on, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetterRow {
    pub stage: Stage,
    /// What it is about: a file with its line, an address, a document's title.
    pub subject: String,
    pub reason: String,
    pub attempts: u32,
    pub at: Timestamp,
}

/// What a write did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DecidedItems {
    /// Each item written, with its new revision.
    pub done: Vec<(AutomationId, u32)>,
    /// Each item refused, with the reason as a sentence.
    pub refused: Vec<(AutomationId, String)>,
    /// Each item left alone because somebody changed it after the reviewer looked.
    pub conflicts: Vec<Conflict>,
}

/// An item as somebody else left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub id: AutomationId,
    pub title: String,
    /// Its present revision.
    pub revision: u32,
    pub status: Status,
    /// What was decided on it last; `None` where nobody did (it was read anew).
    pub last: Option<DecisionRow>,
}

/// What an undo or redo did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReversedItems {
    /// In words: "approved 3 items".
    pub summary: String,
    pub done: Vec<(AutomationId, u32)>,
    pub refused: Vec<(AutomationId, String)>,
}

/// Something to carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    LoadQueue {
        generation: Generation,
        filter: QueueFilter,
    },
    LoadRows(Vec<AutomationId>),
    LoadItem {
        generation: Generation,
        id: AutomationId,
    },
    /// An empty text with `limit` 0 asks for facets alone.
    Search {
        generation: Generation,
        query: SearchQuery,
    },
    /// What of `among` means nearly the same as the item, at most so many.
    FindSimilar {
        generation: Generation,
        id: AutomationId,
        among: Arc<[AutomationId]>,
        most: usize,
    },
    /// What was decided since the midnight where the reviewer is, by everybody.
    LoadToday {
        generation: Generation,
    },
    LoadDuplicates {
        generation: Generation,
    },
    LoadIdeas {
        generation: Generation,
    },
    LoadSources {
        generation: Generation,
    },
    LoadReport {
        generation: Generation,
        week: Week,
    },
    LoadOverview {
        generation: Generation,
    },
    /// Adds a feed or folder; what it is gets recognised.
    AddSource {
        address: String,
    },
    EnableSource {
        name: String,
        is_enabled: bool,
    },
    RemoveSource {
        name: String,
    },
    /// Visits one source, due or not, and works on what comes.
    CrawlSource {
        name: String,
    },
    /// Looks at what a visit would bring.
    TestSource {
        name: String,
    },
    /// Takes the first items of the queue for this reviewer; without a count, where they hold some
    /// already, gives those back. Told by `Company`.
    Claim {
        filter: QueueFilter,
        count: Option<usize>,
        holds_some: bool,
    },
    LoadCounts,
    LoadJobs,
    LoadTags,
    /// Tags that items like this one have.
    SuggestTags(AutomationId),
    LoadSearches,
    /// Keeps a search under a name, over an older one of that name.
    SaveSearch {
        name: String,
        query: SearchQuery,
    },
    /// Notes that what a saved search finds was looked at.
    SeeSearch {
        name: String,
    },
    DeleteSearch {
        name: String,
    },
    Decide {
        token: Token,
        items: Vec<Seen>,
        verdict: Verdict,
    },
    /// Adds and removes tags on each item.
    SetTags {
        token: Token,
        items: Vec<Seen>,
        add: Vec<String>,
        remove: Vec<String>,
    },
    Edit {
        token: Token,
        edit: Edit,
    },
    /// Folds `members` into `lead`, which takes the values that `keep` names.
    Merge {
        token: Token,
        lead: Seen,
        members: Vec<Seen>,
        keep: Vec<(Field, Kept)>,
    },
    /// Remembers that the two are not the same.
    Apart {
        token: Token,
        a: AutomationId,
        b: AutomationId,
    },
    /// Takes the reviewer's last decision back (with `id`: the last on that item).
    Undo {
        id: Option<AutomationId>,
    },
    /// Takes one decision back, whoever made it.
    UndoDecision {
        id: DecisionId,
        batch: BatchId,
    },
    /// Takes the newest merge apart that the item was in.
    TakeApart {
        id: AutomationId,
    },
    Redo,
    OpenUrl(String),
    /// To the clipboard, by OSC 52.
    Copy(String),
    /// Hands the terminal to `$EDITOR` with `text` in a file.
    EditInEditor {
        id: AutomationId,
        revision: u32,
        text: String,
    },
    /// Runs these stages (all when empty); with `sample`, over the shipped sample week.
    RunPipeline {
        stages: Vec<Stage>,
        sample: bool,
    },
    CancelJob(JobId),
    RetryDeadLetters,
    Import(PathBuf),
    SaveSession(Box<Session>),
    /// Tells the desktop (OSC 9/777); only asked for while the terminal has no focus.
    Notify(String),
    SetMouse(bool),
    Suspend,
    Quit,
}
