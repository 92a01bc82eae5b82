//! Look-alikes: proposed pairs, and who leads each group in lists.

use super::error::Doing;
use super::row::name_at;
use super::{Reading, StoreError, Writing};
use crate::model::{AutomationId, DocumentId, DuplicatePair, DuplicateState, DuplicateVerdict};
use jiff::Timestamp;
use std::collections::HashSet;

impl Reading<'_> {
    /// Pairs in the inbox called the same that nobody has put apart.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_same_pairs(&self) -> Result<Vec<DuplicatePair>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT d.a, d.b, d.p, d.verdict FROM duplicates d
                 JOIN automations x ON x.id = d.a AND x.status = 'inbox'
                 JOIN automations y ON y.id = d.b AND y.status = 'inbox'
                 WHERE d.verdict = 'same' AND d.state <> 'apart' ORDER BY d.a, d.b",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(DuplicatePair {
                            a: AutomationId(row.get("a")?),
                            b: AutomationId(row.get("b")?),
                            p: row.get("p")?,
                            verdict: name_at(row, "verdict", DuplicateVerdict::from_name)?,
                        })
                    })?
                    .collect()
            })
            .doing("list the duplicates")
    }
}

impl Reading<'_> {
    /// Pairs that a person said are not the same.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_apart(&self) -> Result<HashSet<(AutomationId, AutomationId)>, StoreError> {
        self.connection
            .prepare_cached("SELECT a, b FROM duplicates WHERE state = 'apart'")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok((AutomationId(row.get(0)?), AutomationId(row.get(1)?)))
                    })?
                    .collect()
            })
            .doing("list the pairs put apart")
    }
}

/// What may be compared: an item, the document it is from, and that document's address where it
/// holds no other automation (an address that two of them share would make them one).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparable {
    pub automation: AutomationId,
    pub document: Option<DocumentId>,
    pub url: Option<String>,
}

impl Reading<'_> {
    /// Everything that may have look-alikes: all but what was rejected or merged, by id.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_comparable(&self) -> Result<Vec<Comparable>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT a.id, a.document_id, iif((SELECT count(*) FROM automations o
                     WHERE o.document_id = a.document_id) = 1, d.url, NULL) AS url
                 FROM automations a LEFT JOIN documents d ON d.id = a.document_id
                 WHERE a.status NOT IN ('rejected', 'merged') ORDER BY a.id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(Comparable {
                            automation: AutomationId(row.get(0)?),
                            document: row.get::<_, Option<i64>>(1)?.map(DocumentId),
                            url: row.get(2)?,
                        })
                    })?
                    .collect()
            })
            .doing("list what may be compared")
    }
}

impl Writing<'_> {
    /// Stores what the finder found; a pair that a person put apart or merged stays as decided.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_pairs(&self, pairs: &[DuplicatePair], now: Timestamp) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(
                "INSERT INTO duplicates (a, b, p, verdict, found) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (a, b) DO UPDATE SET p = excluded.p, verdict = excluded.verdict
                 WHERE state = 'proposed'",
            )?;
            for pair in pairs {
                let (a, b) = (pair.a.0, pair.b.0);
                statement.execute((a, b, pair.p, pair.verdict.name(), now.as_millisecond()))?;
            }
            Ok(())
        };
        write().doing("store the duplicates that were found")
    }

    /// Sets who stands for whom in lists: each item of `groups` is `(lead, members)`; every item
    /// in none of them stands for itself.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_leads(
        &self,
        groups: &[(AutomationId, Vec<AutomationId>)],
    ) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            self.connection
                .execute("UPDATE automations SET lead_id = NULL WHERE lead_id IS NOT NULL", [])?;
            let mut statement = self
                .connection
                .prepare_cached("UPDATE automations SET lead_id = ?1 WHERE id = ?2 AND id <> ?1")?;
            for (lead, members) in groups {
                for member in members {
                    statement.execute((lead.0, member.0))?;
                }
            }
            Ok(())
        };
        write().doing("fold the duplicates")
    }

    /// Remembers that two items are not the same, whoever finds them alike later.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn put_apart(
        &self,
        one: AutomationId,
        other: AutomationId,
        reviewer: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reviewer = self.reviewer_id(reviewer, now)?;
        let (a, b) = (one.min(other), one.max(other));
        let state = DuplicateState::Apart.name();
        self.connection
            .prepare_cached(
                "INSERT INTO duplicates (a, b, p, verdict, state, found, decided, decided_by)
                 VALUES (?1, ?2, 0, 'related', ?3, ?4, ?4, ?5)
                 ON CONFLICT (a, b) DO UPDATE SET state = excluded.state,
                     decided = excluded.decided, decided_by = excluded.decided_by",
            )
            .and_then(|mut statement| {
                statement.execute((a.0, b.0, state, now.as_millisecond(), reviewer))
            })
            .doing(format!("put #{a} and #{b} apart"))?;
        self.connection
            .execute(
                "UPDATE automations SET lead_id = NULL
                 WHERE (id = ?1 AND lead_id = ?2) OR (id = ?2 AND lead_id = ?1)",
                (a.0, b.0),
            )
            .doing(format!("unfold #{a} and #{b}"))?;
        Ok(())
    }
}
