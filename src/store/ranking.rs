//! What the inbox's order is learnt from and worked out of: items as the ranker sees them.

use super::error::Doing;
use super::row::{moment_at, optional_name_at};
use super::{Reading, StoreError, Writing};
use crate::model::{
    AutomationId, Candidate, Complexity, DocumentKind, Judgement, Parts, Rejection, Scored,
    TriggerKind,
};
use rusqlite::{OptionalExtension, Row};

const COLUMNS: &str = "id, worth, uncertainty, confidence, kind, origin, trigger_kind, complexity, \
     dated, json_array_length(steps) AS steps, claims <> '[]' AS has_claim";

/// An item as the ranker sees it, with the bytes of its vector, empty where it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Rankable {
    pub item: Candidate,
    pub vector: Vec<u8>,
}

/// Where the queue has an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub id: AutomationId,
    /// Both in 0..=1.
    pub worth: f32,
    pub uncertainty: f32,
}

impl Reading<'_> {
    /// The `most` items that people judged last, oldest first, with their vectors by `model`.
    ///
    /// What was rejected for a reason that says nothing of its worth is left out.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_judged(
        &self,
        model: &str,
        most: usize,
    ) -> Result<Vec<(Rankable, Judgement)>, StoreError> {
        let silent = Rejection::ALL.iter().filter(|usual| usual.lesson() == 0.0);
        let speaks: String = silent
            .map(|usual| format!(" AND COALESCE(LTRIM(reason), '') NOT LIKE '{usual}%'"))
            .collect();
        let sql = format!(
            "SELECT {COLUMNS}, decided, reason, status = 'approved' AS is_approved FROM automations
             WHERE decided IS NOT NULL AND status IN ('approved', 'rejected'){speaks}
             ORDER BY decided DESC LIMIT ?1"
        );
        let judged: Vec<(Candidate, Judgement)> = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                let rows = statement.query_map([most], |row| {
                    let at = moment_at(row, "decided")?;
                    let reason: Option<String> = row.get("reason")?;
                    let lesson = Rejection::lesson_of(reason.as_deref());
                    let is_approved = row.get("is_approved")?;
                    Ok((candidate(row)?, Judgement { is_approved, lesson, at }))
                })?;
                rows.collect()
            })
            .doing("list what was judged")?;
        let known = judged.into_iter().rev();
        known.map(|(item, judgement)| Ok((self.complete(item, model)?, judgement))).collect()
    }

    /// Items of the inbox after `after`, by id, at most `limit`, with their vectors by `model`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_rankable(
        &self,
        model: &str,
        after: AutomationId,
        limit: usize,
    ) -> Result<Vec<Rankable>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM automations
             WHERE id > ?1 AND status IN ('inbox', 'deferred') ORDER BY id LIMIT ?2"
        );
        let items: Vec<Candidate> = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_map((after.0, limit), candidate)?.collect())
            .doing("list what is to be ordered")?;
        items.into_iter().map(|item| self.complete(item, model)).collect()
    }

    /// One item as the ranker sees it, whatever its status.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_rankable(
        &self,
        model: &str,
        id: AutomationId,
    ) -> Result<Option<Rankable>, StoreError> {
        let found = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM automations WHERE id = ?1"))
            .and_then(|mut statement| statement.query_row([id.0], candidate).optional())
            .doing(format!("see #{id} as the ranker does"))?;
        found.map(|item| self.complete(item, model)).transpose()
    }

    fn complete(&self, mut item: Candidate, model: &str) -> Result<Rankable, StoreError> {
        let id = item.id;
        let mut load = || -> rusqlite::Result<Vec<u8>> {
            item.tools = self
                .connection
                .prepare_cached(
                    "SELECT tool FROM automation_tools
                     WHERE automation_id = ?1 AND role = 'used' ORDER BY position",
                )?
                .query_map([id.0], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            item.functions = self.scored(id, "function")?;
            item.industries = self.scored(id, "industry")?;
            item.parts.tool = !item.tools.is_empty();
            item.parts.industry = !item.industries.is_empty();
            let vector = self
                .connection
                .prepare_cached(
                    "SELECT vector FROM embeddings WHERE automation_id = ?1 AND model = ?2",
                )?
                .query_row((id.0, model), |row| row.get(0))
                .optional()?;
            Ok(vector.unwrap_or_default())
        };
        let vector = load().doing(format!("see #{id} as the ranker does"))?;
        Ok(Rankable { item, vector })
    }

    fn scored(&self, id: AutomationId, kind: &str) -> rusqlite::Result<Vec<Scored>> {
        self.connection
            .prepare_cached(
                "SELECT label, p FROM automation_labels
                 WHERE automation_id = ?1 AND kind = ?2 ORDER BY position",
            )?
            .query_map((id.0, kind), |row| Ok(Scored { label: row.get(0)?, p: row.get(1)? }))?
            .collect()
    }
}

impl Writing<'_> {
    /// Puts items in their places of the queue. Not a change of theirs: no revision grows.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_places(&self, places: &[Place]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE automations SET worth = ?2, uncertainty = ?3 WHERE id = ?1")
            .and_then(|mut statement| {
                for place in places {
                    statement.execute((place.id.0, place.worth, place.uncertainty))?;
                }
                Ok(())
            })
            .doing("order the inbox")
    }
}

/// All that stands in the row itself.
fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    let trigger = optional_name_at(row, "trigger_kind", TriggerKind::from_name)?;
    Ok(Candidate {
        id: AutomationId(row.get("id")?),
        worth: row.get("worth")?,
        uncertainty: row.get("uncertainty")?,
        confidence: row.get("confidence")?,
        parts: Parts {
            trigger: trigger.is_some(),
            steps: row.get::<_, u32>("steps")? >= 2,
            claim: row.get("has_claim")?,
            ..Parts::default()
        },
        kind: optional_name_at(row, "kind", DocumentKind::from_name)?,
        source: row.get("origin")?,
        trigger,
        complexity: optional_name_at(row, "complexity", Complexity::from_name)?,
        tools: Vec::new(),
        functions: Vec::new(),
        industries: Vec::new(),
        dated: moment_at(row, "dated")?,
    })
}
