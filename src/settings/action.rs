//! The one registry of actions: keys, hints, palette, help, man page and tests all read it.

use std::fmt;

/// Where an action can be meant. A keymap has one section a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    App,
    List,
    Item,
    Inbox,
    Library,
    Duplicates,
    Compare,
    Pipeline,
    Sources,
    Report,
    Welcome,
    LookAlikes,
    Search,
    Searches,
    History,
    Input,
    Picker,
    Tags,
    Form,
    Confirm,
}

impl Scope {
    pub const ALL: [Self; 20] = [
        Self::App,
        Self::List,
        Self::Item,
        Self::Inbox,
        Self::Library,
        Self::Duplicates,
        Self::Compare,
        Self::Pipeline,
        Self::Sources,
        Self::Report,
        Self::Welcome,
        Self::LookAlikes,
        Self::Search,
        Self::Searches,
        Self::History,
        Self::Input,
        Self::Picker,
        Self::Tags,
        Self::Form,
        Self::Confirm,
    ];

    /// The name of its section in a keymap, and the first part of its actions' names.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::List => "list",
            Self::Item => "item",
            Self::Inbox => "inbox",
            Self::Library => "library",
            Self::Duplicates => "duplicates",
            Self::Compare => "compare",
            Self::Pipeline => "pipeline",
            Self::Sources => "sources",
            Self::Report => "report",
            Self::Welcome => "welcome",
            Self::LookAlikes => "look_alikes",
            Self::Search => "search",
            Self::Searches => "searches",
            Self::History => "history",
            Self::Input => "input",
            Self::Picker => "picker",
            Self::Tags => "tags",
            Self::Form => "form",
            Self::Confirm => "confirm",
        }
    }

    /// What help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::App => "everywhere",
            Self::List => "lists",
            Self::Item => "an item",
            Self::Inbox => "Inbox",
            Self::Library => "Library",
            Self::Duplicates => "Duplicates",
            Self::Compare => "comparing look-alikes",
            Self::Pipeline => "Pipeline",
            Self::Sources => "Sources",
            Self::Report => "Report",
            Self::Welcome => "welcome",
            Self::LookAlikes => "look-alikes",
            Self::Search => "search box",
            Self::Searches => "saved searches",
            Self::History => "history",
            Self::Input => "prompts",
            Self::Picker => "palette and help",
            Self::Tags => "tags",
            Self::Form => "edit form",
            Self::Confirm => "questions",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Where the attention stands: decides which scopes' keys reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    Inbox,
    Library,
    /// The list of groups.
    Duplicates,
    /// The members of a group beside each other.
    Compare,
    Pipeline,
    Sources,
    Report,
    /// Figures or texts to scroll over: Ideas, Overview.
    Reading,
    Welcome,
    /// A popup with a list and nothing to type: messages, a visit.
    Viewer,
    LookAlikes,
    /// The list of saved searches.
    Searches,
    /// What was decided: on an item, or today.
    History,
    /// The search box of the Library.
    Search,
    /// A prompt for one line: filter, path, name.
    Input,
    /// A list narrowed by typing: palette, help, reasons.
    Picker,
    Tags,
    Form,
    Confirm,
}

impl Context {
    pub const ALL: [Self; 19] = [
        Self::Inbox,
        Self::Library,
        Self::Duplicates,
        Self::Compare,
        Self::Pipeline,
        Self::Sources,
        Self::Report,
        Self::Reading,
        Self::Welcome,
        Self::Viewer,
        Self::LookAlikes,
        Self::Searches,
        Self::History,
        Self::Search,
        Self::Input,
        Self::Picker,
        Self::Tags,
        Self::Form,
        Self::Confirm,
    ];

    /// The scopes that reach here, nearest first.
    pub fn scopes(self) -> &'static [Scope] {
        use Scope::{App, Item, List};
        match self {
            Self::Inbox => &[Scope::Inbox, Item, List, App],
            Self::Library => &[Scope::Library, Item, List, App],
            Self::Duplicates => &[Scope::Duplicates, List, App],
            Self::Compare => &[Scope::Compare, Scope::Duplicates, App],
            Self::Pipeline => &[Scope::Pipeline, List, App],
            Self::Sources => &[Scope::Sources, List, App],
            Self::Report => &[Scope::Report, List, App],
            Self::Reading => &[List, App],
            Self::Welcome => &[Scope::Welcome, App],
            Self::Viewer => &[List, App],
            Self::LookAlikes => &[Scope::LookAlikes, List, App],
            Self::Searches => &[Scope::Searches, List, App],
            Self::History => &[Scope::History, List, App],
            Self::Search => &[Scope::Search],
            Self::Input => &[Scope::Input],
            Self::Picker => &[Scope::Picker],
            Self::Tags => &[Scope::Tags, Scope::Picker],
            Self::Form => &[Scope::Form],
            Self::Confirm => &[Scope::Confirm],
        }
    }

    /// Whether plain characters are typed into something here.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Search | Self::Input | Self::Picker | Self::Tags | Self::Form)
    }
}

/// One entry of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub action: Action,
    pub scope: Scope,
    /// The name within its scope, as keymaps write it.
    pub short: &'static str,
    /// What a footer or a which-key hint calls it: one or two words.
    pub title: &'static str,
    /// What help says: one sentence without full stop.
    pub about: &'static str,
    pub traits: Traits,
}

/// What an action needs and takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// It acts on the item under the cursor, or on the marked ones.
    pub needs_item: bool,
    /// A number typed before it is how often or where to.
    pub takes_count: bool,
    /// It may ask before it acts; the answering key must be another one.
    pub may_ask: bool,
}

const PLAIN: Traits = Traits { needs_item: false, takes_count: false, may_ask: false };
const MAY_ASK: Traits = Traits { may_ask: true, ..PLAIN };
const COUNT: Traits = Traits { takes_count: true, ..PLAIN };
const ITEM: Traits = Traits { needs_item: true, ..PLAIN };
const ASKS: Traits = Traits { needs_item: true, may_ask: true, ..PLAIN };
const ASKS_COUNT: Traits = Traits { takes_count: true, ..ASKS };

macro_rules! registry {
    ($($scope:ident { $($action:ident = $short:literal, $title:literal, $about:literal, $traits:ident;)+ })+) => {
        /// Something a key, the palette or the mouse can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($($action),+),+ }

        /// Every action, by scope, in the order of help.
        pub const REGISTRY: &[Entry] = &[$($(Entry {
            action: Action::$action,
            scope: Scope::$scope,
            short: $short,
            title: $title,
            about: $about,
            traits: $traits,
        }),+),+];
    };
}

registry! {
    App {
        Palette = "palette", "palette", "Find and run any action, screen, order or theme", PLAIN;
        Help = "help", "help", "Show the keys that work here, searchable by name and by key", PLAIN;
        Undo = "undo", "undo", "Take your last decision back", COUNT;
        Redo = "redo", "redo", "Do again what was taken back", COUNT;
        GoInbox = "inbox", "Inbox", "Go to the Inbox", PLAIN;
        GoLibrary = "library", "Library", "Go to the Library", PLAIN;
        GoDuplicates = "duplicates", "Duplicates", "Go to the Duplicates", PLAIN;
        GoIdeas = "ideas", "Ideas", "Go to the Ideas", PLAIN;
        GoPipeline = "pipeline", "Pipeline", "Go to the Pipeline", PLAIN;
        GoSources = "sources", "Sources", "Go to the Sources", PLAIN;
        GoReport = "report", "Report", "Go to the Report", PLAIN;
        GoOverview = "overview", "Overview", "Go to the Overview", PLAIN;
        NextScreen = "next_screen", "next screen", "Go to the next screen", PLAIN;
        PreviousScreen = "previous_screen", "previous screen", "Go to the previous screen", PLAIN;
        NextPane = "next_pane", "next pane", "Move the attention to the next pane", PLAIN;
        PreviousPane = "previous_pane", "previous pane", "Move the attention to the previous pane", PLAIN;
        WidenList = "widen", "wider list", "Move the splitter to the right", COUNT;
        NarrowList = "narrow", "narrower list", "Move the splitter to the left", COUNT;
        Messages = "messages", "messages", "Show the messages so far", PLAIN;
        Today = "today", "today", "Show what was decided today, by everybody", PLAIN;
        Themes = "themes", "themes", "Choose a theme", PLAIN;
        ToggleMouse = "mouse", "mouse on/off", "Give the mouse to the terminal, or take it back", PLAIN;
        Refresh = "refresh", "refresh", "Load the list again, with what is new", PLAIN;
        ImportPath = "import", "import", "Bring in a file or folder", PLAIN;
        Suspend = "suspend", "suspend", "Put the workbench to sleep; `fg` wakes it", PLAIN;
        Back = "back", "back", "Close what is open; on a screen, quit", PLAIN;
        Quit = "quit", "quit", "Leave the workbench; everything is kept", PLAIN;
    }
    List {
        Down = "down", "down", "Move down", COUNT;
        Up = "up", "up", "Move up", COUNT;
        HalfDown = "half_down", "half page down", "Move down half a page", COUNT;
        HalfUp = "half_up", "half page up", "Move up half a page", COUNT;
        PageDown = "page_down", "page down", "Move down a page", COUNT;
        PageUp = "page_up", "page up", "Move up a page", COUNT;
        Top = "top", "top", "Go to the first line, or to the counted one", COUNT;
        Bottom = "bottom", "bottom", "Go to the last line, or to the counted one", COUNT;
        Mark = "mark", "mark", "Mark the item and go to the next", COUNT;
        Range = "range", "range", "Mark from here to where the cursor goes", PLAIN;
        MarkAll = "mark_all", "mark all", "Mark everything in the filter", PLAIN;
        MarkSimilar = "mark_similar", "mark similar", "Mark the item and what means nearly the same here (with a count: at most so many)", COUNT;
        Clear = "clear", "clear", "Clear range, then marks, then filter", PLAIN;
        Open = "open", "open", "Open the item; in a narrow terminal swap list and item", PLAIN;
    }
    Item {
        Approve = "approve", "approve", "Approve into the Library", ASKS;
        Reject = "reject", "reject", "Reject", ASKS;
        RejectWithReason = "reject_with_reason", "reject, say why", "Reject for a reason, which the order learns from", ASKS;
        Defer = "defer", "defer", "Put away for a week (with a count: so many days)", ASKS_COUNT;
        Reopen = "reopen", "reopen", "Put back into the inbox", ASKS;
        Tags = "tags", "tags", "Add and remove tags", ASKS;
        Edit = "edit", "edit", "Edit the fields", ITEM;
        EditInEditor = "edit_in_editor", "edit in $EDITOR", "Edit the fields in your own editor", ITEM;
        LookAlikes = "look_alikes", "merge", "Show look-alikes to merge or keep apart; with marks, merge those", ASKS;
        History = "history", "history", "Show who decided what on this item", ITEM;
        UndoItem = "undo_item", "undo here", "Take the last decision on this item back", ITEM;
        TakeApart = "take_apart", "take apart", "Take the newest merge apart that this item was in", ITEM;
        OpenUrl = "open_url", "open link", "Open the source in a browser", ITEM;
        CopyLink = "copy_link", "copy link", "Copy the link to the clipboard", ITEM;
        CopyMarkdown = "copy_markdown", "copy text", "Copy the item as Markdown", ITEM;
        NextField = "next_field", "next evidence", "Light up the next field's evidence", COUNT;
        PreviousField = "previous_field", "previous evidence", "Light up the previous field's evidence", COUNT;
        SourceDown = "source_down", "source down", "Scroll the source text down", COUNT;
        SourceUp = "source_up", "source up", "Scroll the source text up", COUNT;
    }
    Inbox {
        Filter = "filter", "filter", "Narrow the queue by words and by field:value", PLAIN;
        NextOrder = "order", "order", "Order the queue in the next way", PLAIN;
        NextStatus = "status", "status", "Show another status: inbox, deferred, approved, rejected, all", PLAIN;
        FoldDuplicates = "fold", "fold", "Show or hide look-alikes behind the one that leads them", PLAIN;
        Claim = "claim", "claim", "Take the first items for yourself for an hour, as many as typed before; again: give them back", COUNT;
    }
    Library {
        Search = "search", "search", "Type a search", PLAIN;
        ClearFacets = "clear_facets", "clear facets", "Take every facet off", PLAIN;
        Why = "why", "why here", "Show why a result ranks where it does", PLAIN;
        MoreLikeThis = "like", "more like this", "Search for what means the same as this item", ITEM;
        SaveSearch = "save_search", "save search", "Keep words and facets as a search with a name", PLAIN;
        SavedSearches = "saved_searches", "saved searches", "Show the saved searches and what is new in each", PLAIN;
        MoreWords = "more_words", "more words", "Weigh words more than meaning", COUNT;
        MoreMeaning = "more_meaning", "more meaning", "Weigh meaning more than words", COUNT;
    }
    Duplicates {
        MergeGroup = "merge", "merge", "Merge the group into the item that stays, with the values that are kept", PLAIN;
        NotDuplicate = "apart", "not a duplicate", "Remember that the item under the cursor is not the one that stays", PLAIN;
    }
    Compare {
        CompareDown = "down", "next field", "Go to the next field", PLAIN;
        CompareUp = "up", "previous field", "Go to the previous field", PLAIN;
        CompareLeft = "left", "item before", "Go to the item before", PLAIN;
        CompareRight = "right", "next item", "Go to the next item", PLAIN;
        NextDifference = "next_difference", "next difference", "Go to the next field that differs", PLAIN;
        PreviousDifference = "previous_difference", "previous difference", "Go to the previous field that differs", PLAIN;
        KeepValue = "keep", "keep this", "Keep the value under the cursor in the merged item", PLAIN;
        LeaveOut = "leave_out", "leave out", "Leave the item out of this merge, or take it in again", PLAIN;
        LetStay = "stay", "let stay", "Let this item stay; the others go into it", PLAIN;
        CompareLeave = "leave", "to the groups", "Go back to the list of groups", PLAIN;
    }
    Pipeline {
        Run = "run", "run", "Run the whole pipeline now", PLAIN;
        RunSample = "sample", "sample week", "Run the pipeline over the shipped sample week", PLAIN;
        CancelJob = "cancel", "cancel", "Cancel the job under the cursor", PLAIN;
        RetryDeadLetters = "retry", "retry", "Try every dead letter again", PLAIN;
    }
    Sources {
        AddSource = "add", "add", "Add a source: paste a feed's address or a folder", PLAIN;
        ToggleSource = "toggle", "on/off", "Let runs visit the source under the cursor, or leave it out", PLAIN;
        CrawlSource = "crawl", "crawl now", "Visit the source under the cursor now", PLAIN;
        TestSource = "test", "test", "Show what a visit to the source would bring, and store nothing", PLAIN;
        RemoveSource = "remove", "remove", "Remove the source under the cursor", MAY_ASK;
    }
    Report {
        PreviousWeek = "previous_week", "week before", "Show the week before", COUNT;
        NextWeek = "next_week", "next week", "Show the next week", COUNT;
        CopyReport = "copy", "copy text", "Copy the report as Markdown", PLAIN;
    }
    Welcome {
        Crawl = "crawl", "crawl", "Crawl the enabled sources now", PLAIN;
        Sample = "sample", "sample week", "Look at the sample week that comes with the program", PLAIN;
        Import = "import", "import", "Import a file or folder", PLAIN;
    }
    LookAlikes {
        MergeThem = "merge", "merge", "Merge the marked look-alikes, or all, into the leading item", PLAIN;
        KeepApart = "apart", "apart", "Remember that this one is not a duplicate", PLAIN;
    }
    Search {
        SearchAccept = "accept", "to results", "Go to the results", PLAIN;
        SearchLeave = "leave", "leave", "Go to the results; a second time, clear the search", PLAIN;
        SearchDown = "down", "next result", "Move to the next result while typing", PLAIN;
        SearchUp = "up", "previous result", "Move to the previous result while typing", PLAIN;
    }
    Searches {
        DeleteSearch = "delete", "delete", "Delete the saved search under the cursor", PLAIN;
    }
    History {
        UndoDecision = "undo", "undo this", "Take the decision under the cursor back, and no other", PLAIN;
    }
    Input {
        InputAccept = "accept", "accept", "Accept what was typed", PLAIN;
        InputCancel = "cancel", "cancel", "Leave things as they were", PLAIN;
    }
    Picker {
        PickerAccept = "accept", "accept", "Take the line under the cursor", PLAIN;
        PickerCancel = "cancel", "cancel", "Close", PLAIN;
        PickerDown = "down", "down", "Move down", PLAIN;
        PickerUp = "up", "up", "Move up", PLAIN;
        PickerPageDown = "page_down", "page down", "Move down a page", PLAIN;
        PickerPageUp = "page_up", "page up", "Move up a page", PLAIN;
    }
    Tags {
        ToggleTag = "toggle", "toggle", "Add or remove the tag under the cursor", PLAIN;
    }
    Form {
        FormNext = "next", "next field", "Go to the next field", PLAIN;
        FormPrevious = "previous", "previous field", "Go to the previous field", PLAIN;
        FormLineUp = "line_up", "line up", "Move the step under the cursor up", PLAIN;
        FormLineDown = "line_down", "line down", "Move the step under the cursor down", PLAIN;
        FormOpenLine = "open_line", "new line", "Begin a step below the cursor", PLAIN;
        FormDropLine = "drop_line", "drop line", "Take the step under the cursor out", PLAIN;
        FormSave = "save", "save", "Save what was changed", PLAIN;
        FormCancel = "cancel", "leave", "Leave; what was typed is kept as a draft", PLAIN;
        FormDiscard = "discard", "discard", "Throw the draft away and leave", PLAIN;
    }
    Confirm {
        Yes = "yes", "yes", "Do it", PLAIN;
        No = "no", "no", "Leave it", PLAIN;
    }
}

impl Action {
    /// Its entry in the registry.
    pub fn entry(self) -> &'static Entry {
        &REGISTRY[self as usize]
    }

    /// The full name, such as `item.approve`.
    pub fn name(self) -> String {
        let entry = self.entry();
        format!("{}.{}", entry.scope.name(), entry.short)
    }

    pub fn title(self) -> &'static str {
        self.entry().title
    }

    pub fn from_name(name: &str) -> Option<Self> {
        let (scope, short) = name.split_once('.')?;
        Self::find(Scope::from_name(scope)?, short)
    }

    /// The action called `short` in `scope`.
    pub fn find(scope: Scope, short: &str) -> Option<Self> {
        REGISTRY.iter().find(|e| e.scope == scope && e.short == short).map(|e| e.action)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.entry();
        write!(f, "{}.{}", entry.scope.name(), entry.short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_action_finds_its_own_entry() {
        for entry in REGISTRY {
            assert_eq!(entry.action.entry(), entry);
            assert_eq!(Action::from_name(&entry.action.name()), Some(entry.action));
        }
    }

    #[test]
    fn names_are_unique_and_sentences_are_sentences() {
        let names: HashSet<String> = REGISTRY.iter().map(|e| e.action.name()).collect();
        assert_eq!(names.len(), REGISTRY.len());
        for entry in REGISTRY {
            assert!(entry.about.starts_with(char::is_uppercase), "{}", entry.about);
            assert!(!entry.about.ends_with('.'), "{}", entry.about);
        }
    }

    #[test]
    fn every_scope_is_reached_from_somewhere() {
        for scope in Scope::ALL {
            assert!(Context::ALL.iter().any(|c| c.scopes().contains(&scope)), "{scope:?}");
        }
    }
}
