//! Look-alikes: proposed pairs, and who leads each group in lists.

use super::error::Doing;
use super::row::{json_at, name_at, optional_json_at};
use super::{Reading, StoreError, Writing};
use crate::model::{
    AutomationId, Content, DocumentId, DuplicatePair, DuplicateState, DuplicateVerdict, Fold,
    Separation,
};
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use std::collections::{HashMap, HashSet};

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
#[derive(Debug, Clone, PartialEq)]
pub struct Comparable {
    pub automation: AutomationId,
    pub document: Option<DocumentId>,
    pub url: Option<String>,
    pub confidence: f32,
    /// Title, description, trigger and steps; the rest is left empty.
    pub content: Content,
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
                     WHERE o.document_id = a.document_id) = 1, d.url, NULL) AS url,
                     a.confidence, a.title, a.description, a.trigger_json, a.steps
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
                            confidence: row.get("confidence")?,
                            content: Content {
                                title: row.get("title")?,
                                description: row.get("description")?,
                                trigger: optional_json_at(row, "trigger_json")?,
                                steps: json_at(row, "steps")?,
                                ..Content::default()
                            },
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
    /// in none of them stands for itself. Writes only what differs.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_leads(
        &self,
        groups: &[(AutomationId, Vec<AutomationId>)],
    ) -> Result<(), StoreError> {
        let mut wanted: HashMap<i64, i64> = HashMap::new();
        for (lead, members) in groups {
            let others = members.iter().filter(|member| *member != lead);
            wanted.extend(others.map(|member| (member.0, lead.0)));
        }
        let write = || -> rusqlite::Result<()> {
            let folded: HashMap<i64, i64> = self
                .connection
                .prepare_cached("SELECT id, lead_id FROM automations WHERE lead_id IS NOT NULL")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut set = self
                .connection
                .prepare_cached("UPDATE automations SET lead_id = ?1 WHERE id = ?2")?;
            for member in folded.keys().filter(|member| !wanted.contains_key(member)) {
                set.execute((None::<i64>, member))?;
            }
            for (member, lead) in wanted.iter().filter(|(id, lead)| folded.get(id) != Some(lead)) {
                set.execute((lead, member))?;
            }
            Ok(())
        };
        write().doing("fold the duplicates")
    }

    /// Remembers whether two items are kept apart, whoever finds them alike later; kept apart,
    /// `one` no longer stands behind the other, nor beside it behind a third.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn save_separation(
        &self,
        one: AutomationId,
        separation: Separation,
        reviewer: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Separation { from, is_apart } = separation;
        let (a, b) = (one.min(from), one.max(from));
        if !is_apart {
            self.connection
                .execute(
                    "UPDATE duplicates SET state = ?3, decided = NULL, decided_by = NULL
                     WHERE a = ?1 AND b = ?2",
                    (a.0, b.0, DuplicateState::Proposed.name()),
                )
                .doing(format!("let #{a} and #{b} be alike again"))?;
            return Ok(());
        }
        let reviewer = self.reviewer_id(reviewer, now)?;
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
                 WHERE (id = ?1 AND (lead_id = ?2
                        OR lead_id = (SELECT lead_id FROM automations WHERE id = ?2)))
                    OR (id = ?2 AND lead_id = ?1)",
                (one.0, from.0),
            )
            .doing(format!("unfold #{one} and #{from}"))?;
        Ok(())
    }

    /// Unfolds what stood so `before` and not `after`, and folds what stands so `after`, as far as
    /// that is still possible: both in the inbox, neither folded elsewhere, and nobody has put them
    /// apart.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn change_fold(
        &self,
        id: AutomationId,
        before: &Fold,
        after: &Fold,
    ) -> Result<(), StoreError> {
        let (before, after) = (before.pairs(id), after.pairs(id));
        for (member, lead) in before.iter().filter(|pair| !after.contains(pair)) {
            self.connection
                .prepare_cached(
                    "UPDATE automations SET lead_id = NULL WHERE id = ?1 AND lead_id = ?2",
                )
                .and_then(|mut statement| statement.execute((member.0, lead.0)))
                .doing(format!("unfold #{member}"))?;
        }
        for (member, lead) in after {
            self.connection
                .prepare_cached(
                    "UPDATE automations SET lead_id = ?2
                     WHERE id = ?1 AND lead_id IS NULL AND status = 'inbox'
                       AND EXISTS (SELECT 1 FROM automations l
                           WHERE l.id = ?2 AND l.status = 'inbox' AND l.lead_id IS NULL)
                       AND NOT EXISTS (SELECT 1 FROM automations m WHERE m.lead_id = ?1)
                       AND NOT EXISTS (SELECT 1 FROM duplicates d WHERE d.state = 'apart'
                           AND d.a = min(?1, ?2) AND d.b = max(?1, ?2))",
                )
                .and_then(|mut statement| statement.execute((member.0, lead.0)))
                .doing(format!("fold #{member} behind #{lead}"))?;
        }
        Ok(())
    }
}

impl Reading<'_> {
    /// Whom an item stands behind, and who stand behind it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_fold(&self, id: AutomationId) -> Result<Fold, StoreError> {
        let look = || -> rusqlite::Result<Fold> {
            let lead: Option<Option<i64>> = self
                .connection
                .prepare_cached("SELECT lead_id FROM automations WHERE id = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            let folded = self
                .connection
                .prepare_cached("SELECT id FROM automations WHERE lead_id = ?1 ORDER BY id")?
                .query_map([id.0], |row| row.get(0).map(AutomationId))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Fold { lead: lead.flatten().map(AutomationId), folded })
        };
        look().doing(format!("tell who stands behind #{id}"))
    }

    /// Whether a person said that two items are not the same.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn is_apart(&self, one: AutomationId, other: AutomationId) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM duplicates
                     WHERE a = ?1 AND b = ?2 AND state = 'apart')",
            )
            .and_then(|mut statement| {
                statement.query_row((one.min(other).0, one.max(other).0), |row| row.get(0))
            })
            .doing(format!("tell whether #{one} and #{other} are kept apart"))
    }
}
