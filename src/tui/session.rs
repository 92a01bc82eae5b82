//! What survives a restart: where the reviewer stood and what was half typed.

use crate::model::{AutomationId, QueueFilter, SearchQuery};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A screen of the workbench.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    #[default]
    Inbox,
    Library,
    Duplicates,
    Ideas,
    Pipeline,
    Sources,
    Report,
    Overview,
}

/// Where the reviewer stood. Unknown or missing fields fall back to their defaults, so that a
/// session of another version is never an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    pub screen: Screen,
    pub filter: QueueFilter,
    /// The item under the Inbox cursor, and some that followed it: where it is gone, the first
    /// that is left takes its place.
    pub cursor: Vec<AutomationId>,
    pub marks: Vec<AutomationId>,
    pub query: Option<SearchQuery>,
    pub library_cursor: Vec<AutomationId>,
    /// Texts not yet saved: an item's edit form as a sheet, by item.
    pub drafts: BTreeMap<i64, String>,
    /// Share of the width that the list takes, in percent; 0 for the default.
    pub split: u16,
    pub theme: Option<String>,
    pub mouse: Option<bool>,
    /// The next step of the tour; `None` once it is over, and in sessions from before there was one.
    pub tour: Option<u8>,
}
