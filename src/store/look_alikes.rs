//! Pairs that wait for a person to say whether they are the same.

use super::error::Doing;
use super::row::name_at;
use super::{Reading, StoreError};
use crate::model::{AutomationId, DuplicatePair, DuplicateVerdict, Status};
use std::collections::HashMap;

/// What of an item tells whether it leads its look-alikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    pub status: Status,
    /// Whether a person decided on it.
    pub is_decided: bool,
    pub confidence: f32,
}

/// Pairs called the same, and what is known of the items in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenPairs {
    pub pairs: Vec<DuplicatePair>,
    pub items: HashMap<AutomationId, Alike>,
}

impl Reading<'_> {
    /// Pairs called the same that nobody has merged or put apart, wherever both items are but
    /// among the rejected.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_open_pairs(&self) -> Result<OpenPairs, StoreError> {
        let list = || -> rusqlite::Result<OpenPairs> {
            let mut found = OpenPairs::default();
            let mut statement = self.connection.prepare_cached(
                "SELECT d.a, d.b, d.p, x.status AS a_status, x.decided IS NOT NULL AS a_decided,
                     x.confidence AS a_confidence, y.status AS b_status,
                     y.decided IS NOT NULL AS b_decided, y.confidence AS b_confidence
                 FROM duplicates d
                 JOIN automations x ON x.id = d.a AND x.status NOT IN ('rejected', 'merged')
                 JOIN automations y ON y.id = d.b AND y.status NOT IN ('rejected', 'merged')
                 WHERE d.verdict = 'same' AND d.state = 'proposed'",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (a, b) = (AutomationId(row.get("a")?), AutomationId(row.get("b")?));
                let verdict = DuplicateVerdict::Same;
                found.pairs.push(DuplicatePair { a, b, p: row.get("p")?, verdict });
                for (id, [status, decided, confidence]) in [
                    (a, ["a_status", "a_decided", "a_confidence"]),
                    (b, ["b_status", "b_decided", "b_confidence"]),
                ] {
                    let alike = Alike {
                        status: name_at(row, status, Status::from_name)?,
                        is_decided: row.get(decided)?,
                        confidence: row.get(confidence)?,
                    };
                    found.items.insert(id, alike);
                }
            }
            Ok(found)
        };
        list().doing("list the look-alikes")
    }
}
