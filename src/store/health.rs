//! Whether the file is sound.

use super::error::Doing;
use super::row::{json_at, moment};
use super::{Reading, StoreError};
use crate::model::{AutomationId, Field, FieldChange, Status};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

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
        "batches without a decision",
        "SELECT count(*) FROM batches b
         WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.batch_id = b.id)",
    ),
    (
        "evidence beyond the end of its text",
        "SELECT count(*) FROM evidence e
         LEFT JOIN documents d ON d.id = e.document_id AND d.revision = e.document_revision
         LEFT JOIN document_texts t ON t.document_id = d.id
         LEFT JOIN document_revisions o
             ON o.document_id = e.document_id AND o.revision = e.document_revision
         WHERE e.span_end > octet_length(COALESCE(t.readable, o.readable))",
    ),
    (
        "evidence in a revision that is not kept",
        "SELECT count(*) FROM evidence e
         WHERE NOT EXISTS (SELECT 1 FROM documents d
                 WHERE d.id = e.document_id AND d.revision = e.document_revision)
           AND NOT EXISTS (SELECT 1 FROM document_revisions o
                 WHERE o.document_id = e.document_id AND o.revision = e.document_revision)",
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
        let mut health = check().doing("check the store")?;
        health.broken.extend(self.check_journal()?);
        Ok(health)
    }

    /// Items that show another value than the journal gave the field last.
    fn check_journal(&self) -> Result<Option<String>, StoreError> {
        let decided: Vec<AutomationId> = self
            .connection
            .prepare("SELECT DISTINCT automation_id FROM decisions ORDER BY automation_id")
            .and_then(|mut statement| {
                statement.query_map([], |row| row.get(0).map(AutomationId))?.collect()
            })
            .doing("read the journal")?;
        let mut wrong = Vec::new();
        for id in decided {
            let Some(item) = self.find_automation(id)? else { continue };
            let given = self.last_values(id).doing(format!("read the journal of #{id}"))?;
            // Items that came back before coming back was journaled.
            let has_woken = item.status == Status::Inbox
                && given.get(&Field::Status).is_some_and(|value| value[0] == "deferred");
            let is_exempt = |field: Field| match field {
                Field::Apart | Field::Fold => true,
                Field::Status | Field::DeferredUntil => has_woken,
                _ => false,
            };
            let differs = |(field, value): (&Field, &Value)| {
                !is_exempt(*field) && item.value(*field) != *value
            };
            if given.iter().any(differs) {
                wrong.push(format!("#{id}"));
            }
        }
        let named = wrong.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let words = || format!("{} items differ from their journal: {named}", wrong.len());
        Ok((!wrong.is_empty()).then(words))
    }

    fn last_values(&self, id: AutomationId) -> rusqlite::Result<HashMap<Field, Value>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT changes FROM decisions WHERE automation_id = ?1 ORDER BY id")?;
        let mut rows = statement.query([id.0])?;
        let mut values = HashMap::new();
        while let Some(row) = rows.next()? {
            let changes: Vec<FieldChange> = json_at(row, "changes")?;
            values.extend(changes.into_iter().map(|change| (change.field, change.after)));
        }
        Ok(values)
    }

    /// The newest moment that the store tells of, for telling a clock that went back.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_newest_moment(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(moment) FROM (SELECT max(at) AS moment FROM batches
             UNION ALL SELECT max(gathered) FROM documents
             UNION ALL SELECT max(created) FROM automations)";
        self.connection
            .query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
            .map(|found| found.map(moment))
            .doing("look for the newest moment")
    }
}

impl Health {
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.dangling.is_empty() && self.broken.is_empty()
    }
}
