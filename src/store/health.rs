//! Whether the file is sound.

use super::error::Doing;
use super::{Reading, StoreError};
use serde::Serialize;

/// What a check of the store found; empty lists mean sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// SQLite's own complaints about the file.
    pub damage: Vec<String>,
    /// Rows that name rows which are not there.
    pub dangling: Vec<String>,
    /// Broken promises of the domain, in words.
    pub broken: Vec<String>,
}

/// A promise: what is wrong when the query counts more than none.
const PROMISES: &[(&str, &str)] = &[
    (
        "documents without a text",
        "SELECT count(*) FROM documents d
         WHERE NOT EXISTS (SELECT 1 FROM document_texts t WHERE t.document_id = d.id)",
    ),
    (
        "decisions whose item shows another status than the journal's last entry",
        "SELECT count(*) FROM automations a
         JOIN decisions d ON d.id = (SELECT max(l.id) FROM decisions l
              WHERE l.automation_id = a.id AND l.changes LIKE '%\"field\":\"status\"%')
         JOIN json_each(d.changes) c ON json_extract(c.value, '$.field') = 'status'
         WHERE json_extract(c.value, '$.after[0]') <> a.status
           AND NOT (json_extract(c.value, '$.after[0]') = 'deferred' AND a.status = 'inbox')",
    ),
    (
        "batches without a decision",
        "SELECT count(*) FROM batches b
         WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.batch_id = b.id)",
    ),
    (
        "evidence beyond the end of its text",
        "SELECT count(*) FROM evidence e
         JOIN documents d ON d.id = e.document_id AND d.revision = e.document_revision
         JOIN document_texts t ON t.document_id = e.document_id
         WHERE e.span_end > length(CAST(t.readable AS BLOB))",
    ),
    (
        "items folded behind one that is folded itself",
        "SELECT count(*) FROM automations a JOIN automations l ON l.id = a.lead_id
         WHERE l.lead_id IS NOT NULL",
    ),
];

impl Reading<'_> {
    /// Checks the whole file: pages, references, and the promises that rows make to each other.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub fn check_health(&self) -> Result<Health, StoreError> {
        let check = || -> rusqlite::Result<Health> {
            let mut health = Health {
                damage: self
                    .connection
                    .prepare("PRAGMA integrity_check")?
                    .query_map([], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?,
                dangling: self
                    .connection
                    .prepare("PRAGMA foreign_key_check")?
                    .query_map([], |row| {
                        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                        Ok(format!("a row of {table} names a row of {parent} that is gone"))
                    })?
                    .collect::<rusqlite::Result<_>>()?,
                broken: Vec::new(),
            };
            health.damage.retain(|line| line != "ok");
            for (what, sql) in PROMISES {
                let count = self.number(sql)?;
                if count > 0 {
                    health.broken.push(format!("{count} {what}"));
                }
            }
            Ok(health)
        };
        check().doing("check the store")
    }
}

impl Health {
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.dangling.is_empty() && self.broken.is_empty()
    }
}
