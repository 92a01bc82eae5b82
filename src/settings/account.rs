//! Who sits at the keyboard.

use super::Config;

impl Config {
    /// The reviewer's name: as configured, else the account's (`USER`, `LOGNAME`), else `reviewer`.
    pub fn reviewer_name(&self, variable: impl Fn(&str) -> Option<String>) -> String {
        let said = Some(self.reviewer.name.clone());
        [said, variable("USER"), variable("LOGNAME")]
            .into_iter()
            .flatten()
            .map(|name| name.trim().to_owned())
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "reviewer".to_owned())
    }
}
