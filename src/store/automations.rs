//! Automations as a whole: loading, and writing back what a decision changed.

use super::error::Doing;
use super::row::{
    json_at, moment_at, name_at, optional_json_at, optional_moment_at, optional_name_at, to_json,
};
use super::{Reading, StoreError, Writing};
use crate::model::{
    Automation, AutomationId, Complexity, Content, DocumentId, Evidence, Field, Scored, Span,
    Status, ToolRole, ToolUse,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

const COLUMNS: &str = "id, revision, document_id, status, title, description, trigger_json, steps, \
     problem, claims, complexity, location, confidence, reason, deferred_until, merged_into, \
     made_by, created, decided, opinions";

fn automation(row: &Row<'_>) -> rusqlite::Result<Automation> {
    Ok(Automation {
        id: AutomationId(row.get("id")?),
        revision: row.get("revision")?,
        document: row.get::<_, Option<i64>>("document_id")?.map(DocumentId),
        status: name_at(row, "status", Status::from_name)?,
        content: Content {
            title: row.get("title")?,
            description: row.get("description")?,
            trigger: optional_json_at(row, "trigger_json")?,
            steps: json_at(row, "steps")?,
            problem: row.get("problem")?,
            claims: json_at(row, "claims")?,
            complexity: optional_name_at(row, "complexity", Complexity::from_name)?,
            ..Content::default()
        },
        confidence: row.get("confidence")?,
        location: json_at(row, "location")?,
        reason: row.get("reason")?,
        deferred_until: optional_moment_at(row, "deferred_until")?,
        merged_into: row.get::<_, Option<i64>>("merged_into")?.map(AutomationId),
        opinions: json_at(row, "opinions")?,
        made_by: row.get("made_by")?,
        created: moment_at(row, "created")?,
        decided: optional_moment_at(row, "decided")?,
    })
}

impl Reading<'_> {
    /// The automation with this id, with its tags, tools and labels.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_automation(&self, id: AutomationId) -> Result<Option<Automation>, StoreError> {
        let doing = || format!("load automation #{id}");
        let found = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM automations WHERE id = ?1"))
            .and_then(|mut statement| statement.query_row([id.0], automation).optional())
            .doing(doing())?;
        let Some(mut automation) = found else { return Ok(None) };
        let content = &mut automation.content;
        content.tags = self.tags_of(id).doing(doing())?;
        content.tools = self.tools_of(id).doing(doing())?;
        content.functions = self.labels_of(id, "function").doing(doing())?;
        content.industries = self.labels_of(id, "industry").doing(doing())?;
        Ok(Some(automation))
    }

    fn tags_of(&self, id: AutomationId) -> rusqlite::Result<Vec<String>> {
        self.connection
            .prepare_cached(
                "SELECT tag FROM automation_tags WHERE automation_id = ?1 ORDER BY tag",
            )?
            .query_map([id.0], |row| row.get(0))?
            .collect()
    }

    fn tools_of(&self, id: AutomationId) -> rusqlite::Result<Vec<ToolUse>> {
        self.connection
            .prepare_cached(
                "SELECT tool, role, p FROM automation_tools WHERE automation_id = ?1
                 ORDER BY position",
            )?
            .query_map([id.0], |row| {
                Ok(ToolUse {
                    name: row.get("tool")?,
                    role: name_at(row, "role", ToolRole::from_name)?,
                    p: row.get("p")?,
                })
            })?
            .collect()
    }

    fn labels_of(&self, id: AutomationId, kind: &str) -> rusqlite::Result<Vec<Scored>> {
        self.connection
            .prepare_cached(
                "SELECT label, p FROM automation_labels WHERE automation_id = ?1 AND kind = ?2
                 ORDER BY position",
            )?
            .query_map((id.0, kind), |row| {
                Ok(Scored { label: row.get("label")?, p: row.get("p")? })
            })?
            .collect()
    }

    /// The evidence of an automation, in the order of its text.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_evidence(&self, id: AutomationId) -> Result<Vec<Evidence>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT field, position, span_start, span_end, confidence FROM evidence
                 WHERE automation_id = ?1 ORDER BY span_start, span_end, id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([id.0], |row| {
                        Ok(Evidence {
                            field: name_at(row, "field", Field::from_name)?,
                            index: row.get("position")?,
                            span: Span { start: row.get("span_start")?, end: row.get("span_end")? },
                            confidence: row.get("confidence")?,
                        })
                    })?
                    .collect()
            })
            .doing(format!("load the evidence of automation #{id}"))
    }
}

impl Writing<'_> {
    /// Writes an automation back as one more revision, and notes who decided, where a person did.
    ///
    /// # Errors
    /// Where the store cannot be written, or the id is unknown.
    pub(crate) fn save_automation(
        &self,
        automation: &Automation,
        decided: Option<(&str, Timestamp)>,
    ) -> Result<(), StoreError> {
        let (id, content) = (automation.id, &automation.content);
        let reviewer = decided.map(|(name, at)| self.reviewer_id(name, at)).transpose()?;
        self.connection
            .prepare_cached(
                "UPDATE automations SET revision = revision + 1, status = :status, title = :title,
                     description = :description, trigger_kind = :kind, trigger_json = :trigger,
                     steps = :steps, problem = :problem, claims = :claims,
                     complexity = :complexity, function = :function, reason = :reason,
                     deferred_until = :until, merged_into = :into, opinions = :opinions,
                     decided = COALESCE(:decided, decided),
                     decided_by = COALESCE(:reviewer, decided_by)
                 WHERE id = :id",
            )
            .and_then(|mut statement| {
                statement.execute(named_params! {
                    ":id": id.0, ":status": automation.status.name(),
                    ":title": content.title, ":description": content.description,
                    ":kind": content.trigger.as_ref().map(|trigger| trigger.kind.name()),
                    ":trigger": optional_json(content.trigger.as_ref()),
                    ":steps": plain_json(&content.steps), ":problem": content.problem,
                    ":claims": plain_json(&content.claims),
                    ":complexity": content.complexity.map(Complexity::name),
                    ":function": content.functions.first().map(|best| &best.label),
                    ":reason": automation.reason,
                    ":until": automation.deferred_until.map(Timestamp::as_millisecond),
                    ":into": automation.merged_into.map(|into| into.0),
                    ":opinions": plain_json(&automation.opinions),
                    ":decided": decided.map(|(_, at)| at.as_millisecond()),
                    ":reviewer": reviewer,
                })
            })
            .doing(format!("save automation #{id}"))?;
        if automation.status != Status::Inbox {
            self.unfold(id)?;
        }
        self.save_lists(id, content)
    }

    /// Only what is in the inbox stands behind another or leads others: what was judged is shown
    /// for itself, and so is what stood behind it.
    fn unfold(&self, id: AutomationId) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE automations SET lead_id = NULL
                 WHERE lead_id IS NOT NULL AND (id = ?1 OR lead_id = ?1)",
            )
            .and_then(|mut statement| statement.execute([id.0]))
            .doing(format!("unfold automation #{id}"))?;
        Ok(())
    }

    /// Replaces tags, tools and labels of an automation.
    pub(super) fn save_lists(&self, id: AutomationId, content: &Content) -> Result<(), StoreError> {
        self.replace_lists(id, content).doing(format!("save the lists of automation #{id}"))
    }

    fn replace_lists(&self, id: AutomationId, content: &Content) -> rusqlite::Result<()> {
        for table in ["automation_tags", "automation_tools", "automation_labels"] {
            self.connection
                .prepare_cached(&format!("DELETE FROM {table} WHERE automation_id = ?1"))?
                .execute([id.0])?;
        }
        for tag in &content.tags {
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO automation_tags (tag, automation_id) VALUES (?1, ?2)",
                )?
                .execute((tag, id.0))?;
        }
        for (position, tool) in content.tools.iter().enumerate() {
            self.connection
                .prepare_cached(
                    "INSERT INTO automation_tools (automation_id, position, tool, role, p)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((id.0, position, &tool.name, tool.role.name(), tool.p))?;
        }
        for (kind, labels) in [("function", &content.functions), ("industry", &content.industries)]
        {
            for (position, scored) in labels.iter().enumerate() {
                self.connection
                    .prepare_cached(
                        "INSERT INTO automation_labels (automation_id, kind, position, label, p)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute((id.0, kind, position, &scored.label, scored.p))?;
            }
        }
        Ok(())
    }

    /// The row id of a reviewer, making it at the first decision.
    pub(super) fn reviewer_id(&self, name: &str, now: Timestamp) -> Result<i64, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO reviewers (name, created) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
            )
            .and_then(|mut statement| {
                statement.query_row((name, now.as_millisecond()), |row| row.get(0))
            })
            .doing(format!("note the reviewer `{name}`"))
    }
}

impl Reading<'_> {
    /// Items whose time of deferral has come, soonest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_due(&self, now: Timestamp) -> Result<Vec<AutomationId>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id FROM automations WHERE status = 'deferred' AND deferred_until <= ?1
                 ORDER BY deferred_until, id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([now.as_millisecond()], |row| row.get(0).map(AutomationId))?
                    .collect()
            })
            .doing("look for deferred items whose time has come")
    }

    /// The revision of an item; `None` where it is gone.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_revision(&self, id: AutomationId) -> Result<Option<u32>, StoreError> {
        self.connection
            .prepare_cached("SELECT revision FROM automations WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0)).optional())
            .doing(format!("look at #{id}"))
    }
}

/// JSON of a list of domain types.
pub(super) fn plain_json<T: serde::Serialize>(value: &T) -> String {
    to_json(value, "a field").expect("invariant: the domain's types are plain JSON")
}

/// JSON of a value, or NULL.
pub(super) fn optional_json<T: serde::Serialize>(value: Option<&T>) -> Option<String> {
    value.map(plain_json)
}
