//! Drafts: what extraction found in a document becomes automations, and stays in step with it.

use super::automations::{optional_json, plain_json};
use super::error::Doing;
use super::{StoreError, Writing};
use crate::model::{
    Automation, AutomationId, Complexity, Content, Document, DocumentId, Draft, Evidence, Location,
    Status,
};
use jiff::Timestamp;
use rusqlite::named_params;

/// What became of a document's drafts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredDrafts {
    pub added: usize,
    /// Known items that nobody had decided on, brought up to date.
    pub refreshed: usize,
    /// Known items left as a person decided.
    pub kept: usize,
    /// Undecided items that the document no longer holds.
    pub dropped: usize,
}

/// An automation that the document already has.
struct Known {
    id: AutomationId,
    title: String,
    position: usize,
    is_touched: bool,
}

impl Writing<'_> {
    /// Stores what extraction found in a document and marks it as read.
    ///
    /// A draft is matched with a known automation of the document by title, else by its place.
    /// What a person has decided on or edited is never changed or dropped.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn store_drafts(
        &self,
        document: &Document,
        drafts: &[Draft],
        made_by: &str,
        now: Timestamp,
    ) -> Result<StoredDrafts, StoreError> {
        let mut outcome = StoredDrafts::default();
        if !self.mark_extracted(document, made_by)? {
            // A newer revision came in while this one was read; it waits for its own turn.
            return Ok(outcome);
        }
        let mut known = self.known_in(document.id)?;
        for (position, draft) in drafts.iter().enumerate() {
            let by_title = known.iter().position(|item| item.title == draft.content.title);
            // A person may have given it another title, or its document has: then its place tells,
            // and for what nobody has touched, any place that no title claims.
            let is_unclaimed =
                |item: &Known| drafts.iter().all(|other| other.content.title != item.title);
            let by_place =
                || known.iter().position(|item| item.position == position && is_unclaimed(item));
            let by_rest = || known.iter().position(|item| !item.is_touched && is_unclaimed(item));
            let place = by_title.or_else(by_place).or_else(by_rest);
            match place.map(|at| known.remove(at)) {
                None => {
                    let id = self.insert_draft(document, position, draft, made_by, now)?;
                    self.save_evidence(id, document, &draft.evidence)?;
                    outcome.added += 1;
                }
                Some(item) if item.is_touched => {
                    let known = self.known_content(item.id)?;
                    let changed = known.changed_fields(&draft.content);
                    self.note_rereading(item.id, made_by, &changed, true, now)?;
                    outcome.kept += 1;
                }
                Some(item) => {
                    self.refresh_draft(item.id, document, position, draft, (made_by, now))?;
                    self.save_evidence(item.id, document, &draft.evidence)?;
                    outcome.refreshed += 1;
                }
            }
        }
        for item in known {
            if item.is_touched {
                outcome.kept += 1;
            } else {
                self.delete_untouched(item.id)?;
                outcome.dropped += 1;
            }
        }
        Ok(outcome)
    }

    /// Marks a document as read, whatever was found in it; `false` where it has a newer revision
    /// by now.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn mark_extracted(&self, document: &Document, made_by: &str) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE documents SET extracted_by = ?3 WHERE id = ?1 AND revision = ?2",
            )
            .and_then(|mut statement| {
                statement.execute((document.id.0, document.revision, made_by))
            })
            .map(|changed| changed > 0)
            .doing(format!("mark document #{} as read", document.id))
    }

    /// Adds an automation that a person typed in, journaled as theirs.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn insert_manual(
        &self,
        content: &Content,
        location: &Location,
        now: Timestamp,
    ) -> Result<Automation, StoreError> {
        let draft = Draft {
            content: content.clone(),
            evidence: Vec::new(),
            location: location.clone(),
            confidence: 1.0,
            doubts: Vec::new(),
        };
        let id = self.insert(None, 0, &draft, "manual", now, now)?;
        let added = self.find_automation(id)?;
        Ok(added.expect("invariant: what this transaction inserted is there"))
    }

    fn known_in(&self, document: DocumentId) -> Result<Vec<Known>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, title, position, decided IS NOT NULL
                     OR EXISTS (SELECT 1 FROM decisions WHERE automation_id = a.id)
                     OR EXISTS (SELECT 1 FROM automations m WHERE m.merged_into = a.id)
                     OR EXISTS (SELECT 1 FROM innovation_parents WHERE automation_id = a.id)
                     OR EXISTS (SELECT 1 FROM innovations WHERE automation_id = a.id)
                     OR EXISTS (SELECT 1 FROM adaptations WHERE automation_id = a.id)
                     OR EXISTS (SELECT 1 FROM implementations WHERE automation_id = a.id)
                     AS is_touched
                 FROM automations a WHERE document_id = ?1 ORDER BY position, id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([document.0], |row| {
                        Ok(Known {
                            id: AutomationId(row.get(0)?),
                            title: row.get(1)?,
                            position: row.get(2)?,
                            is_touched: row.get(3)?,
                        })
                    })?
                    .collect()
            })
            .doing(format!("list the automations of document #{document}"))
    }

    fn insert_draft(
        &self,
        document: &Document,
        position: usize,
        draft: &Draft,
        made_by: &str,
        now: Timestamp,
    ) -> Result<AutomationId, StoreError> {
        let dated = document.published.unwrap_or(document.gathered);
        self.insert(Some(document), position, draft, made_by, dated, now)
    }

    fn insert(
        &self,
        document: Option<&Document>,
        position: usize,
        draft: &Draft,
        made_by: &str,
        dated: Timestamp,
        now: Timestamp,
    ) -> Result<AutomationId, StoreError> {
        let content = &draft.content;
        let id = self
            .connection
            .prepare_cached(
                "INSERT INTO automations (document_id, document_revision, position, status, title,
                     description, trigger_kind, trigger_json, steps, problem, claims, complexity,
                     location, confidence, worth, uncertainty, function, kind, origin, dated, made_by, created)
                 VALUES (:document, :revision, :position, :status, :title,
                     :description, :trigger_kind, :trigger, :steps, :problem, :claims, :complexity,
                     :location, :confidence, :worth, :uncertainty, :function, :kind, :origin, :dated, :made_by,
                     :now)",
            )
            .and_then(|mut statement| {
                statement.insert(named_params! {
                    ":document": document.map(|document| document.id.0),
                    ":revision": document.map(|document| document.revision),
                    ":position": position, ":status": Status::Inbox.name(),
                    ":title": content.title, ":description": content.description,
                    ":trigger_kind": content.trigger.as_ref().map(|trigger| trigger.kind.name()),
                    ":trigger": optional_json(content.trigger.as_ref()),
                    ":steps": plain_json(&content.steps), ":problem": content.problem,
                    ":claims": plain_json(&content.claims),
                    ":complexity": content.complexity.map(Complexity::name),
                    ":location": plain_json(&draft.location),
                    ":confidence": draft.confidence.clamp(0.0, 1.0), ":worth": draft.worth(),
                    ":uncertainty": draft.uncertainty(),
                    ":function": content.functions.first().map(|best| &best.label),
                    ":kind": document.map(|document| document.kind.name()),
                    ":origin": document.and_then(|document| document.origin.as_deref()),
                    ":dated": dated.as_millisecond(), ":made_by": made_by,
                    ":now": now.as_millisecond(),
                })
            })
            .map(AutomationId)
            .doing(format!("add the automation `{}`", content.title))?;
        self.save_lists(id, content)?;
        self.save_doubts(id, &draft.doubts)?;
        Ok(id)
    }

    fn known_content(&self, id: AutomationId) -> Result<Content, StoreError> {
        let known = self.find_automation(id)?;
        Ok(known.map(|automation| automation.content).unwrap_or_default())
    }

    fn refresh_draft(
        &self,
        id: AutomationId,
        document: &Document,
        position: usize,
        draft: &Draft,
        (made_by, now): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let doing = || format!("refresh automation #{id}");
        let mut automation = self
            .find_automation(id)?
            .ok_or_else(|| StoreError::Value { doing: doing(), value: format!("#{id}") })?;
        let changed = automation.content.changed_fields(&draft.content);
        self.note_rereading(id, made_by, &changed, false, now)?;
        self.save_doubts(id, &draft.doubts)?;
        automation.content = draft.content.clone();
        self.save_automation(&automation, None)?;
        self.connection
            .prepare_cached(
                "UPDATE automations SET document_revision = ?2, position = ?3, confidence = ?4,
                     location = ?5, made_by = ?6
                 WHERE id = ?1",
            )
            .and_then(|mut statement| {
                statement.execute((
                    id.0,
                    document.revision,
                    position,
                    draft.confidence.clamp(0.0, 1.0),
                    plain_json(&draft.location),
                    made_by,
                ))
            })
            .doing(doing())?;
        Ok(())
    }

    fn save_evidence(
        &self,
        id: AutomationId,
        document: &Document,
        evidence: &[Evidence],
    ) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            self.connection
                .prepare_cached("DELETE FROM evidence WHERE automation_id = ?1")?
                .execute([id.0])?;
            let mut insert = self.connection.prepare_cached(
                "INSERT INTO evidence (automation_id, document_id, document_revision, field,
                     position, span_start, span_end, confidence)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for item in evidence {
                insert.execute((
                    id.0,
                    document.id.0,
                    document.revision,
                    item.field.name(),
                    item.index,
                    item.span.start,
                    item.span.end,
                    item.confidence,
                ))?;
            }
            Ok(())
        };
        write().doing(format!("save the evidence of automation #{id}"))
    }

    fn delete_untouched(&self, id: AutomationId) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM automations WHERE id = ?1")
            .and_then(|mut statement| statement.execute([id.0]))
            .doing(format!("drop automation #{id}, which its document no longer holds"))?;
        Ok(())
    }
}
