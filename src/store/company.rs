//! Presence and claims: what reviewers are at now, forgotten by itself.

use super::error::Doing;
use super::row::moment_at;
use super::{Reading, StoreError, Writing};
use crate::model::{AutomationId, Claimed, Company};
use jiff::Timestamp;

impl Reading<'_> {
    /// What is open at others' workbenches and claimed by anybody as of `now`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_company(&self, reviewer: &str, now: Timestamp) -> Result<Company, StoreError> {
        let load = || -> rusqlite::Result<Company> {
            let open = self
                .connection
                .prepare_cached(
                    "SELECT DISTINCT p.automation_id, r.name FROM presences p
                     JOIN reviewers r ON r.id = p.reviewer_id
                     WHERE p.until > ?1 AND r.name <> ?2 ORDER BY p.automation_id, r.name",
                )?
                .query_map((now.as_millisecond(), reviewer), |row| {
                    Ok((AutomationId(row.get(0)?), row.get(1)?))
                })?
                .collect::<rusqlite::Result<_>>()?;
            let claimed = self
                .connection
                .prepare_cached(
                    "SELECT c.automation_id, r.name, c.until FROM claims c
                     JOIN reviewers r ON r.id = c.reviewer_id
                     WHERE c.until > ?1 ORDER BY c.automation_id",
                )?
                .query_map([now.as_millisecond()], |row| {
                    Ok(Claimed {
                        automation: AutomationId(row.get(0)?),
                        reviewer: row.get(1)?,
                        until: moment_at(row, "until")?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Company { open, claimed })
        };
        load().doing("look who else is here")
    }
}

impl Writing<'_> {
    /// Notes until when a workbench has an item open, or that it has none.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save_presence(
        &self,
        workbench: &str,
        reviewer: &str,
        item: Option<(AutomationId, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some((id, until)) = item else {
            self.connection
                .prepare_cached("DELETE FROM presences WHERE workbench = ?1 OR until <= ?2")
                .and_then(|mut statement| statement.execute((workbench, now.as_millisecond())))
                .doing("note that no item is open")?;
            return Ok(());
        };
        let reviewer = self.reviewer_id(reviewer, now)?;
        // An item that is gone meanwhile is nobody's to have open.
        self.connection
            .prepare_cached(
                "INSERT INTO presences (workbench, reviewer_id, automation_id, until)
                 SELECT ?1, ?2, id, ?4 FROM automations WHERE id = ?3
                 ON CONFLICT (workbench) DO UPDATE SET reviewer_id = excluded.reviewer_id,
                     automation_id = excluded.automation_id, until = excluded.until",
            )
            .and_then(|mut statement| {
                statement.execute((workbench, reviewer, id.0, until.as_millisecond()))
            })
            .doing(format!("note that #{id} is open"))?;
        Ok(())
    }

    /// Takes items for a reviewer until a moment, but those that another has taken; tells which.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn save_claims(
        &self,
        items: &[AutomationId],
        reviewer: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<AutomationId>, StoreError> {
        let reviewer = self.reviewer_id(reviewer, now)?;
        let claim = || -> rusqlite::Result<Vec<AutomationId>> {
            self.connection
                .execute("DELETE FROM claims WHERE until <= ?1", [now.as_millisecond()])?;
            let mut statement = self.connection.prepare_cached(
                "INSERT INTO claims (automation_id, reviewer_id, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (automation_id) DO UPDATE SET until = excluded.until
                     WHERE reviewer_id = excluded.reviewer_id",
            )?;
            let mut taken = Vec::with_capacity(items.len());
            for id in items {
                if statement.execute((id.0, reviewer, until.as_millisecond()))? > 0 {
                    taken.push(*id);
                }
            }
            Ok(taken)
        };
        claim().doing("claim items")
    }

    /// Gives back all that a reviewer has claimed; tells how many items that were.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn release_claims(&self, reviewer: &str) -> Result<usize, StoreError> {
        self.connection
            .execute(
                "DELETE FROM claims
                 WHERE reviewer_id = (SELECT id FROM reviewers WHERE name = ?1)",
                [reviewer],
            )
            .doing("give claimed items back")
    }
}
