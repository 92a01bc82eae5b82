//! The journal: batches of decisions, and which of them can be taken back.

use super::error::Doing;
use super::row::{json_at, moment_at, name_at};
use super::{Reading, StoreError, Writing};
use crate::model::{
    AutomationId, BatchId, Decision, DecisionId, DecisionKind, DecisionRow, Field, FieldChange,
    Opinion, Origin, Separation, Status,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, Row};
use serde::Deserialize;

/// What one key press or one command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub id: BatchId,
    pub kind: DecisionKind,
    pub reviewer: String,
    pub at: Timestamp,
}

fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        id: BatchId(row.get("id")?),
        kind: name_at(row, "kind", DecisionKind::from_name)?,
        reviewer: row.get("reviewer")?,
        at: moment_at(row, "at")?,
    })
}

const BATCH: &str = "SELECT b.id, b.kind, r.name AS reviewer, b.at FROM batches b
     JOIN reviewers r ON r.id = b.reviewer_id";

/// Holds for a batch of which at least one decision was not taken back, nor passed over because
/// somebody has changed the same since.
const STANDS: &str = "EXISTS (SELECT 1 FROM decisions s WHERE s.batch_id = b.id AND NOT s.is_undone
         AND (s.passed IS NULL OR EXISTS (SELECT 1 FROM decisions l
             WHERE l.automation_id = s.automation_id AND l.id > s.passed)))";

impl Reading<'_> {
    /// The reviewer's newest batch of which something still stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_undoable(&self, reviewer: &str) -> Result<Option<Batch>, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "{BATCH} WHERE b.kind NOT IN ('undo', 'redo', 'wake') AND r.name = ?1 AND {STANDS}
                 ORDER BY b.id DESC LIMIT 1"
            ))
            .and_then(|mut statement| statement.query_row([reviewer], batch).optional())
            .doing("find what can be undone")
    }

    /// The newest batch that still stands on this item, whoever made it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_undoable_on(&self, item: AutomationId) -> Result<Option<Batch>, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "{BATCH} WHERE b.kind NOT IN ('undo', 'redo', 'wake') AND b.id = (
                     SELECT max(d.batch_id) FROM decisions d JOIN batches o ON o.id = d.batch_id
                     WHERE d.automation_id = ?1 AND NOT d.is_undone
                       AND o.kind NOT IN ('undo', 'redo', 'wake'))"
            ))
            .and_then(|mut statement| statement.query_row([item.0], batch).optional())
            .doing(format!("find what can be undone on #{item}"))
    }

    /// The reviewer's newest undo that still stands, unless they have decided anything since.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_redoable(&self, reviewer: &str) -> Result<Option<Batch>, StoreError> {
        self.connection
            .prepare_cached(&format!(
                "{BATCH} WHERE b.kind = 'undo' AND r.name = ?1 AND {STANDS} AND b.id > (
                     SELECT COALESCE(max(n.id), 0) FROM batches n
                     WHERE n.reviewer_id = b.reviewer_id AND n.kind NOT IN ('undo', 'redo'))
                 ORDER BY b.id DESC LIMIT 1"
            ))
            .and_then(|mut statement| statement.query_row([reviewer], batch).optional())
            .doing("find what can be done again")
    }

    /// The newest batch that stands by which something was merged into the item, or the item into
    /// another; and the item that the others went into.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_merge_of(
        &self,
        item: AutomationId,
    ) -> Result<Option<(BatchId, AutomationId)>, StoreError> {
        self.connection
            .prepare_cached(
                r#"SELECT d.batch_id, m.merged_into FROM automations m
                     JOIN decisions d ON d.automation_id = m.id JOIN batches b ON b.id = d.batch_id
                 WHERE (m.id = ?1 OR m.merged_into = ?1) AND m.merged_into IS NOT NULL
                   AND NOT d.is_undone AND b.kind NOT IN ('undo', 'redo', 'wake')
                   AND d.changes LIKE '%"after":["merged",%'
                 ORDER BY d.batch_id DESC LIMIT 1"#,
            )
            .and_then(|mut statement| {
                statement
                    .query_row([item.0], |row| {
                        Ok((BatchId(row.get(0)?), AutomationId(row.get(1)?)))
                    })
                    .optional()
            })
            .doing(format!("find the merge of #{item}"))
    }

    /// The decisions of a batch, in the order in which they were made.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_decisions(&self, id: BatchId) -> Result<Vec<Decision>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT d.id, d.batch_id, d.automation_id, d.changes, d.reverses,
                     d.is_undone, b.kind, b.origin, b.at, r.name AS reviewer
                 FROM decisions d JOIN batches b ON b.id = d.batch_id
                 JOIN reviewers r ON r.id = b.reviewer_id
                 WHERE d.batch_id = ?1 ORDER BY d.id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([id.0], |row| {
                        Ok(Decision {
                            id: DecisionId(row.get("id")?),
                            batch: BatchId(row.get("batch_id")?),
                            automation: AutomationId(row.get("automation_id")?),
                            kind: name_at(row, "kind", DecisionKind::from_name)?,
                            changes: json_at(row, "changes")?,
                            reviewer: row.get("reviewer")?,
                            origin: name_at(row, "origin", Origin::from_name)?,
                            at: moment_at(row, "at")?,
                            reverses: row.get::<_, Option<i64>>("reverses")?.map(DecisionId),
                            is_undone: row.get("is_undone")?,
                        })
                    })?
                    .collect()
            })
            .doing(format!("load batch {id} of the journal"))
    }

    /// Whether the item came back by itself after the decision: its time had come.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn has_woken_since(
        &self,
        item: AutomationId,
        decision: DecisionId,
    ) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM decisions d JOIN batches b ON b.id = d.batch_id
                     WHERE d.automation_id = ?1 AND d.id > ?2 AND b.kind = 'wake')",
            )
            .and_then(|mut statement| statement.query_row((item.0, decision.0), |row| row.get(0)))
            .doing(format!("tell whether #{item} came back"))
    }

    /// How the newest verdict on the item that stands changed `field`, if it did.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_newest_verdict_change(
        &self,
        item: AutomationId,
        field: Field,
    ) -> Result<Option<FieldChange>, StoreError> {
        let changes: Option<Vec<FieldChange>> = self
            .connection
            .prepare_cached(
                "SELECT d.changes FROM decisions d JOIN batches b ON b.id = d.batch_id
                 WHERE d.automation_id = ?1 AND NOT d.is_undone AND b.kind = 'verdict'
                 ORDER BY d.id DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                statement.query_row([item.0], |row| json_at(row, "changes")).optional()
            })
            .doing(format!("read the journal of #{item}"))?;
        Ok(changes.into_iter().flatten().find(|change| change.field == field))
    }

    /// Who wrote to the item last after the batch, for telling why an undo cannot be done.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_later_reviewer(
        &self,
        item: AutomationId,
        after: BatchId,
    ) -> Result<Option<String>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT r.name FROM decisions d JOIN batches b ON b.id = d.batch_id
                 JOIN reviewers r ON r.id = b.reviewer_id
                 WHERE d.automation_id = ?1 AND b.id > ?2 ORDER BY d.id DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                statement.query_row((item.0, after.0), |row| row.get(0)).optional()
            })
            .doing(format!("tell who changed #{item} last"))
    }

    /// Journal entries, newest first: of one item, or of all.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_history(
        &self,
        item: Option<AutomationId>,
        limit: usize,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let scope = if item.is_some() { "d.automation_id = ?1" } else { "?1 IS NULL" };
        self.connection
            .prepare_cached(&format!(
                "SELECT d.id, d.batch_id, d.automation_id, a.title, d.changes, b.kind, b.origin,
                     b.at, d.is_undone, r.name AS reviewer
                 FROM decisions d JOIN batches b ON b.id = d.batch_id
                 JOIN reviewers r ON r.id = b.reviewer_id
                 JOIN automations a ON a.id = d.automation_id
                 WHERE {scope} ORDER BY d.id DESC LIMIT ?2"
            ))
            .and_then(|mut statement| {
                statement
                    .query_map((item.map(|id| id.0), limit), |row| {
                        let kind = name_at(row, "kind", DecisionKind::from_name)?;
                        let changes: Vec<FieldChange> = json_at(row, "changes")?;
                        Ok(DecisionRow {
                            id: DecisionId(row.get("id")?),
                            batch: BatchId(row.get("batch_id")?),
                            automation: AutomationId(row.get("automation_id")?),
                            title: row.get("title")?,
                            kind,
                            summary: summary(kind, &changes),
                            fields: changes.iter().map(|change| change.field).collect(),
                            reviewer: row.get("reviewer")?,
                            origin: name_at(row, "origin", Origin::from_name)?,
                            at: moment_at(row, "at")?,
                            is_undone: row.get("is_undone")?,
                        })
                    })?
                    .collect()
            })
            .doing("load the journal")
    }
}

/// What a decision did, in a few words.
fn summary(kind: DecisionKind, changes: &[FieldChange]) -> String {
    if kind == DecisionKind::Wake {
        return came_back(changes);
    }
    let status = changes
        .iter()
        .find(|change| change.field == Field::Status)
        .and_then(|change| Status::from_name(change.after.get(0)?.as_str()?));
    let words = match status {
        Some(Status::Inbox) if kind == DecisionKind::Add => "added".to_owned(),
        Some(Status::Inbox) => "back to the inbox".to_owned(),
        Some(status) => status.name().to_owned(),
        None => {
            let names: Vec<_> = changes
                .iter()
                .filter(|change| change.field != Field::Fold)
                .filter_map(|change| match change.field {
                    Field::Opinions => opinions_in_words(change),
                    _ => Some(change_in_words(change)),
                })
                .collect();
            names.join(", ").replace(", changed ", ", ")
        }
    };
    match kind {
        DecisionKind::Undo => format!("undo: {words}"),
        DecisionKind::Redo => format!("redo: {words}"),
        _ => words,
    }
}

fn change_in_words(change: &FieldChange) -> String {
    match (change.field, Separation::deserialize(&change.after)) {
        (Field::Apart, Ok(pair)) if pair.is_apart => format!("not #{}", pair.from),
        (Field::Apart, Ok(pair)) => format!("like #{} again", pair.from),
        (field, _) => format!("changed {}", field.name()),
    }
}

/// Whose opinion changed, and to what: `for approved`, or that it was taken back.
fn opinions_in_words(change: &FieldChange) -> Option<String> {
    let read = |value| Vec::<Opinion>::deserialize(value).ok();
    let (before, after) = (read(&change.before)?, read(&change.after)?);
    let words = match after.iter().find(|opinion| !before.contains(opinion)) {
        Some(opinion) => format!("for {}", opinion.says),
        None => "took an opinion back".to_owned(),
    };
    Some(words)
}

fn came_back(changes: &[FieldChange]) -> String {
    let until = changes
        .iter()
        .find(|change| change.field == Field::DeferredUntil)
        .and_then(|change| Timestamp::deserialize(&change.before).ok());
    match until {
        Some(until) => {
            let day = until.to_zoned(TimeZone::system());
            format!("came back, deferred until {}", day.strftime("%Y-%m-%d"))
        }
        None => "came back".to_owned(),
    }
}

impl Writing<'_> {
    /// Opens a batch in the journal; `reverses` names what an undo or redo is of.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn open_batch(
        &self,
        kind: DecisionKind,
        reviewer: &str,
        origin: Origin,
        reverses: Option<BatchId>,
        now: Timestamp,
    ) -> Result<BatchId, StoreError> {
        let reviewer = self.reviewer_id(reviewer, now)?;
        self.connection
            .prepare_cached(
                "INSERT INTO batches (kind, reviewer_id, origin, at, reverses)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut statement| {
                statement.insert((
                    kind.name(),
                    reviewer,
                    origin.name(),
                    now.as_millisecond(),
                    reverses.map(|id| id.0),
                ))
            })
            .map(BatchId)
            .doing("write to the journal")
    }

    /// Enters one item's changes, made on its revision `revision`, into a batch; `reverses` names
    /// the decision that they take back.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn record_decision(
        &self,
        batch: BatchId,
        item: AutomationId,
        revision: u32,
        changes: &[FieldChange],
        reverses: Option<DecisionId>,
    ) -> Result<DecisionId, StoreError> {
        let changes = super::row::to_json(&changes, "changes")?;
        let reverses = reverses.map(|id| id.0);
        self.connection
            .prepare_cached(
                "INSERT INTO decisions (batch_id, automation_id, revision, changes, reverses)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut statement| {
                statement.insert((batch.0, item.0, revision, changes, reverses))
            })
            .map(DecisionId)
            .doing("write to the journal")
    }

    /// Notes that a decision cannot be taken back as its item stands: [`Reading::find_undoable`]
    /// and [`Reading::find_redoable`] pass it over until somebody writes to the item again.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn pass_over(&self, id: DecisionId) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE decisions AS d SET passed = (SELECT max(l.id) FROM decisions l
                     WHERE l.automation_id = d.automation_id) WHERE id = ?1",
            )
            .and_then(|mut statement| statement.execute([id.0]))
            .doing("write to the journal")?;
        Ok(())
    }

    /// Marks a decision as taken back, or as standing again.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn mark_undone(&self, id: DecisionId, is_undone: bool) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE decisions SET is_undone = ?2 WHERE id = ?1")
            .and_then(|mut statement| statement.execute((id.0, is_undone)))
            .doing("write to the journal")?;
        Ok(())
    }
}
