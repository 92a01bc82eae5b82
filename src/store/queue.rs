//! Queues: which automations a list shows, its lines, and one item with all its pane needs.

use super::error::Doing;
use super::row::{json_at, moment_at, name_at, optional_name_at};
use super::{Reading, StoreError};
use crate::model::{
    AutomationId, DocumentKind, FacetField, InboxRow, ItemView, Order, QueueFilter, Status, Week,
};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params_from_iter};

/// Journal entries shown with an item.
const HISTORY: usize = 50;

const ROW: &str = "a.id, a.revision, a.status, a.title, a.function, a.confidence, a.dated, a.kind, \
     a.origin, a.opinions, r.name AS reviewer, \
     (SELECT p FROM automation_labels l \
      WHERE l.automation_id = a.id AND l.kind = 'function' AND l.position = 0) AS function_p, \
     (SELECT count(*) FROM automations f WHERE f.lead_id = a.id AND f.status <> 'rejected') \
     AS duplicates";

fn inbox_row(row: &Row<'_>) -> rusqlite::Result<InboxRow> {
    Ok(InboxRow {
        id: AutomationId(row.get("id")?),
        revision: row.get("revision")?,
        status: name_at(row, "status", Status::from_name)?,
        title: row.get("title")?,
        function: row.get("function")?,
        function_p: row.get("function_p")?,
        confidence: row.get("confidence")?,
        dated: moment_at(row, "dated")?,
        kind: optional_name_at(row, "kind", DocumentKind::from_name)?,
        origin: row.get("origin")?,
        duplicates: row.get("duplicates")?,
        reviewer: row.get("reviewer")?,
        opinions: json_at(row, "opinions")?,
    })
}

/// A WHERE clause and its parameters, grown together.
#[derive(Default)]
struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a clause; each `?` in it takes the next of `values`.
    fn add(&mut self, clause: &str, values: impl IntoIterator<Item = Value>) {
        self.clauses.push(clause.to_owned());
        self.values.extend(values);
    }

    /// Only what was gathered in `week`; what is no week narrows nothing.
    fn add_week(&mut self, week: &str) {
        if let Ok(week) = week.parse::<Week>() {
            let bounds = [week.start(), week.end()].map(|at| Value::Integer(at.as_millisecond()));
            self.add("created >= ? AND created < ?", bounds);
        }
    }

    fn clause(&self) -> String {
        if self.clauses.is_empty() { "1".to_owned() } else { self.clauses.join(" AND ") }
    }
}

impl Reading<'_> {
    /// The ids that `filter` lets through, in its order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_queue(&self, filter: &QueueFilter) -> Result<Vec<AutomationId>, StoreError> {
        let conditions = conditions(filter);
        let order = match filter.order {
            Order::Worth => "worth DESC, id",
            Order::Uncertain => "uncertainty DESC, id",
            Order::Newest => "dated DESC, id",
            Order::Source => "origin, dated DESC, id",
            Order::Cluster => "COALESCE(lead_id, id), lead_id IS NOT NULL, id",
        };
        let sql =
            format!("SELECT id FROM automations WHERE {} ORDER BY {order}", conditions.clause());
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                statement
                    .query_map(params_from_iter(conditions.values), |row| {
                        row.get(0).map(AutomationId)
                    })?
                    .collect()
            })
            .doing("list the queue")
    }

    /// Lines for these ids, in their order; ids that are gone are left out.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_rows(&self, ids: &[AutomationId]) -> Result<Vec<InboxRow>, StoreError> {
        let load = || -> rusqlite::Result<Vec<InboxRow>> {
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT {ROW} FROM automations a LEFT JOIN reviewers r ON r.id = a.decided_by
                 WHERE a.id = ?1"
            ))?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(statement.query_row([id.0], inbox_row).optional()?);
            }
            Ok(rows)
        };
        load().doing("load lines of the queue")
    }

    /// One automation with its document, evidence, look-alikes and history.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_item(&self, id: AutomationId) -> Result<Option<ItemView>, StoreError> {
        let Some(automation) = self.find_automation(id)? else { return Ok(None) };
        let mut document = match automation.document {
            Some(document) => self.find_document(document)?,
            None => None,
        };
        let mut evidence = self.list_evidence(id)?;
        if let Some(document) = &mut document {
            let read_from = self.revision_read(id)?.unwrap_or(document.revision);
            if read_from != document.revision {
                match self.old_text(document.id.0, read_from)? {
                    Some(text) => {
                        document.readable = text;
                        document.marks.clear();
                    }
                    // Spans into a text that is gone would light up the wrong words.
                    None => evidence.clear(),
                }
            }
        }
        let duplicates = self.load_rows(&self.list_folded(id)?)?;
        let history = self.list_history(Some(id), HISTORY)?;
        let (doubts, rereadings) = (self.list_doubts(id)?, self.list_rereadings(id)?);
        Ok(Some(ItemView {
            automation,
            evidence,
            document,
            duplicates,
            history,
            doubts,
            rereadings,
            reasons: Vec::new(),
        }))
    }

    /// The look-alikes that stand behind `lead`, oldest first, but those that were rejected.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_folded(&self, lead: AutomationId) -> Result<Vec<AutomationId>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id FROM automations WHERE lead_id = ?1 AND status <> 'rejected' ORDER BY id",
            )
            .and_then(|mut statement| {
                statement.query_map([lead.0], |row| row.get(0).map(AutomationId))?.collect()
            })
            .doing(format!("list the look-alikes of #{lead}"))
    }

    fn revision_read(&self, id: AutomationId) -> Result<Option<u32>, StoreError> {
        self.connection
            .prepare_cached("SELECT document_revision FROM automations WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0)))
            .doing(format!("tell which revision #{id} was read from"))
    }

    fn old_text(&self, document: i64, revision: u32) -> Result<Option<String>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT readable FROM document_revisions WHERE document_id = ?1 AND revision = ?2",
            )
            .and_then(|mut statement| {
                statement.query_row((document, revision), |row| row.get(0)).optional()
            })
            .doing(format!("load revision {revision} of document #{document}"))
    }

    /// Every tag in use with how many items carry it, most used first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_tags(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT tag, count(*) AS uses FROM automation_tags GROUP BY tag
                 ORDER BY uses DESC, tag",
            )
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .doing("list the tags")
    }

    /// The tags most used on what shares the item's best function or a tool it runs on, most used
    /// first, at most `limit`; those of the item itself are not among them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn suggest_tags(
        &self,
        item: AutomationId,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT t.tag FROM automation_tags t
                 WHERE t.automation_id <> ?1
                   AND t.tag NOT IN (SELECT tag FROM automation_tags WHERE automation_id = ?1)
                   AND (EXISTS (
                       SELECT 1 FROM automation_labels own JOIN automation_labels other
                         ON other.kind = own.kind AND other.label = own.label
                       WHERE own.automation_id = ?1 AND own.kind = 'function'
                         AND own.position = 0 AND other.position = 0
                         AND other.automation_id = t.automation_id)
                     OR EXISTS (
                       SELECT 1 FROM automation_tools own JOIN automation_tools other
                         ON other.tool = own.tool AND other.role = own.role
                       WHERE own.automation_id = ?1 AND own.role = 'used'
                         AND other.automation_id = t.automation_id))
                 GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT ?2",
            )
            .and_then(|mut statement| {
                statement.query_map((item.0, limit), |row| row.get(0))?.collect()
            })
            .doing(format!("suggest tags for #{item}"))
    }

    /// A setting kept in the store, as JSON.
    ///
    /// # Errors
    /// Where the store cannot be read, or the value has another shape.
    pub fn find_setting<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        self.connection
            .prepare_cached("SELECT value FROM settings WHERE key = ?1")
            .and_then(|mut statement| {
                statement.query_row([key], |row| json_at(row, "value")).optional()
            })
            .doing(format!("read the setting `{key}`"))
    }
}

fn conditions(filter: &QueueFilter) -> Conditions {
    let mut conditions = Conditions::default();
    if let Some(status) = filter.status {
        conditions.add("status = ?", [text(status.name())]);
    }
    if filter.folds_duplicates {
        conditions.add("lead_id IS NULL", []);
    }
    if let Some(week) = &filter.week {
        conditions.add_week(week);
    }
    for (field, value) in &filter.facets {
        let clause = match field {
            FacetField::Function => "function = ?",
            FacetField::Kind => "kind = ?",
            FacetField::Source => "origin = ?",
            FacetField::Status => "status = ?",
            FacetField::Industry => {
                "id IN (SELECT automation_id FROM automation_labels
                        WHERE kind = 'industry' AND label = ?)"
            }
            FacetField::Tool => {
                "id IN (SELECT automation_id FROM automation_tools
                        WHERE tool = ? AND role = 'used')"
            }
            FacetField::Week => {
                conditions.add_week(value);
                continue;
            }
            FacetField::Tag => "id IN (SELECT automation_id FROM automation_tags WHERE tag = ?)",
        };
        conditions.add(clause, [text(value)]);
    }
    for word in filter.words.split_whitespace() {
        // LIKE folds ASCII case only; that is what titles need, and it needs no second column.
        let escaped = word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        let starts = [format!("{escaped}%"), format!("% {escaped}%")];
        conditions.add(
            r"(title LIKE ? ESCAPE '\' OR title LIKE ? ESCAPE '\'
               OR description LIKE ? ESCAPE '\' OR description LIKE ? ESCAPE '\')",
            [text(&starts[0]), text(&starts[1]), text(&starts[0]), text(&starts[1])],
        );
    }
    conditions
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
