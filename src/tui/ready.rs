//! Whether there is something worth a first look.

use super::session::Screen;
use super::state::State;

impl State {
    /// Whether the first frame would show its list, or the welcome, instead of "loading".
    pub fn is_ready(&self) -> bool {
        let list = match self.screen {
            Screen::Library => &self.library.list,
            _ => &self.inbox.list,
        };
        let first_line_is_here =
            list.ids.get(list.cursor).is_none_or(|id| self.rows.get(*id).is_some());
        self.is_store_empty || (list.is_loaded && first_line_is_here)
    }
}
