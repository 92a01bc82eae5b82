//! Figures over the whole store: what the Overview and the Report show.

use super::error::Doing;
use super::row::{json_at, moment};
use super::{Reading, StoreError};
use crate::model::{
    AutomationId, CONFIDENCE_BINS, Cost, Field, FieldChange, Figures, Idea, Judged, Money,
    ReportedItem, Status, Today, Week, WeekReport, Yield, pace,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Weeks of approvals that are told.
const WEEKS: i64 = 12;
/// Most items of a report.
const MOST_REPORTED: usize = 500;

/// Decisions that approved something, by the words of the change as the journal writes it.
const APPROVED: &str = r#"%"after":["approved",%"#;

impl Reading<'_> {
    /// The figures as of `now`; `midnight` begins the reviewer's day, which is the `day` of budgets.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_figures(
        &self,
        now: Timestamp,
        midnight: Timestamp,
        day: Date,
    ) -> Result<Figures, StoreError> {
        let (spending, agreement) = (self.spending(day)?, self.load_agreement()?);
        let look = || -> rusqlite::Result<Figures> {
            let bins = self.judged_by_confidence()?;
            Ok(Figures {
                approvals: self.approvals_by_week(now)?,
                statuses: self.count_by_status()?,
                yields: self.yields()?,
                approved_as_read: bins.iter().map(|bin| bin.approved).sum(),
                bins,
                corrections: self.corrections_by_field()?,
                today: self.decided_since(midnight)?,
                spending,
                costs: self.costs(day)?,
                agreement,
                store_bytes: self.number(
                    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
                )?,
            })
        };
        look().doing("work out the figures")
    }

    fn approvals_by_week(&self, now: Timestamp) -> rusqlite::Result<Vec<(Week, u64)>> {
        let this = Week::of(now);
        let week = |back: i64| Week::of(this.start() - (back * 7 * 24).hours());
        let first = week(WEEKS - 1);
        let mut seen: HashSet<(Week, i64)> = HashSet::new();
        let mut counts: BTreeMap<Week, u64> = (0..WEEKS).map(|back| (week(back), 0)).collect();
        for (at, item) in self.approved_since(first.start())? {
            if seen.insert((Week::of(at), item.0)) {
                *counts.entry(Week::of(at)).or_default() += 1;
            }
        }
        Ok(counts.into_iter().filter(|(week, _)| *week <= this).collect())
    }

    /// Approvals that stand, with the items approved.
    fn approved_since(&self, since: Timestamp) -> rusqlite::Result<Vec<(Timestamp, AutomationId)>> {
        self.connection
            .prepare_cached(
                "SELECT b.at, d.automation_id FROM batches b JOIN decisions d ON d.batch_id = b.id
                 JOIN automations a ON a.id = d.automation_id AND a.status = 'approved'
                 WHERE b.at >= ?1 AND b.kind = 'verdict' AND NOT d.is_undone
                   AND d.changes LIKE ?2",
            )?
            .query_map((since.as_millisecond(), APPROVED), |row| {
                Ok((moment(row.get(0)?), AutomationId(row.get(1)?)))
            })?
            .collect()
    }

    fn count_by_status(&self) -> rusqlite::Result<Vec<(Status, u64)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT status, count(*) FROM automations GROUP BY status")?;
        let counted: HashMap<String, u64> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let of = |status: Status| counted.get(status.name()).copied().unwrap_or_default();
        Ok(Status::ALL.iter().map(|status| (*status, of(*status))).collect())
    }

    fn yields(&self) -> rusqlite::Result<Vec<Yield>> {
        // The index that orders by origin holds all of this.
        let mut statement = self.connection.prepare_cached(
            "SELECT COALESCE(origin, '') AS place, count(*),
                 count(*) FILTER (WHERE status = 'approved') AS approved
             FROM automations GROUP BY origin ORDER BY approved DESC, count(*) DESC, place",
        )?;
        statement
            .query_map([], |row| {
                Ok(Yield { origin: row.get(0)?, found: row.get(1)?, approved: row.get(2)? })
            })?
            .collect()
    }

    fn judged_by_confidence(&self) -> rusqlite::Result<[Judged; CONFIDENCE_BINS]> {
        let mut bins = [Judged::default(); CONFIDENCE_BINS];
        // Every row in its order: by an index, each judged one would be looked up for itself, which
        // takes twice as long at 100,000 items.
        let mut statement = self.connection.prepare_cached(
            "SELECT min(CAST(confidence * 10 AS INTEGER), 9) AS bin, status = 'approved', count(*)
             FROM automations NOT INDEXED
             WHERE status IN ('approved', 'rejected') AND document_id IS NOT NULL GROUP BY 1, 2",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (bin, is_approved, count): (usize, bool, u64) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let Some(bin) = bins.get_mut(bin) else { continue };
            bin.judged += count;
            bin.approved += if is_approved { count } else { 0 };
        }
        Ok(bins)
    }

    fn corrections_by_field(&self) -> rusqlite::Result<Vec<(Field, u64)>> {
        // From the few edits to their items; the other way round takes seven times as long.
        let mut statement = self.connection.prepare_cached(
            "SELECT d.automation_id, d.changes FROM batches b
             CROSS JOIN decisions d ON d.batch_id = b.id
             CROSS JOIN automations a ON a.id = d.automation_id
             WHERE b.kind = 'edit' AND NOT d.is_undone
               AND a.status = 'approved' AND a.document_id IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut items: HashMap<Field, HashSet<i64>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let item: i64 = row.get("automation_id")?;
            let changes: Vec<FieldChange> = json_at(row, "changes")?;
            for change in changes {
                items.entry(change.field).or_default().insert(item);
            }
        }
        // Tags are people's own; no reader could have found them.
        let read = Field::EDITABLE.into_iter().filter(|field| *field != Field::Tags);
        let count = |field: Field| items.get(&field).map_or(0, |items| items.len() as u64);
        let mut fields: Vec<(Field, u64)> = read.map(|field| (field, count(field))).collect();
        fields.sort_by_key(|(_, changed)| std::cmp::Reverse(*changed));
        Ok(fields)
    }

    fn decided_since(&self, since: Timestamp) -> rusqlite::Result<Today> {
        let mut statement = self.connection.prepare_cached(
            "SELECT b.at, b.kind = 'verdict' AS is_verdict, d.changes FROM batches b
             JOIN decisions d ON d.batch_id = b.id
             WHERE b.at >= ?1 AND b.kind IN ('verdict', 'merge') AND NOT d.is_undone
             ORDER BY b.id",
        )?;
        let mut rows = statement.query([since.as_millisecond()])?;
        let mut today = Today::default();
        let mut moments: Vec<Timestamp> = Vec::new();
        while let Some(row) = rows.next()? {
            let changes: Vec<FieldChange> = json_at(row, "changes")?;
            match status_given(&changes) {
                Some(Status::Approved) => today.approved += 1,
                Some(Status::Rejected) => today.rejected += 1,
                Some(Status::Deferred) => today.deferred += 1,
                Some(Status::Merged) => today.merged += 1,
                Some(Status::Inbox) | None => continue,
            }
            // What one key press did is one moment, on however many items.
            let at = moment(row.get("at")?);
            if row.get("is_verdict")? && moments.last() != Some(&at) {
                moments.push(at);
            }
        }
        today.pace = pace(&moments);
        Ok(today)
    }

    fn costs(&self, day: Date) -> rusqlite::Result<Vec<Cost>> {
        let (first, last) = (day.first_of_month().to_string(), day.last_of_month().to_string());
        self.connection
            .prepare_cached(
                "SELECT task, model, count(*), COALESCE(sum(counted) FILTER (WHERE day = ?3), 0),
                     COALESCE(sum(counted), 0) AS month
                 FROM model_calls WHERE day BETWEEN ?1 AND ?2
                 GROUP BY task, model ORDER BY month DESC, count(*) DESC",
            )?
            .query_map((first, last, day.to_string()), |row| {
                Ok(Cost {
                    task: row.get(0)?,
                    model: row.get(1)?,
                    calls: row.get(2)?,
                    today: Money::from_micros(row.get(3)?),
                    month: Money::from_micros(row.get(4)?),
                })
            })?
            .collect()
    }

    /// What happened in a week, and what was approved in it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_report(&self, week: Week) -> Result<WeekReport, StoreError> {
        let (from, to) = (week.start().as_millisecond(), week.end().as_millisecond());
        let load = || -> rusqlite::Result<WeekReport> {
            let count = |sql: &str| {
                self.connection.prepare_cached(sql)?.query_row((from, to), |row| row.get(0))
            };
            let decided = |status: Status| {
                let like = format!(r#"%"after":["{status}",%"#);
                self.connection
                    .prepare_cached(
                        "SELECT count(DISTINCT d.automation_id) FROM batches b
                         JOIN decisions d ON d.batch_id = b.id
                         WHERE b.at >= ?1 AND b.at < ?2 AND b.kind IN ('verdict', 'merge')
                           AND NOT d.is_undone AND d.changes LIKE ?3",
                    )?
                    .query_row((from, to, like), |row| row.get(0))
            };
            let (approved, unlisted) = self.reported(week)?;
            Ok(WeekReport {
                week,
                documents: count(
                    "SELECT count(*) FROM documents WHERE gathered >= ?1 AND gathered < ?2",
                )?,
                found: count(
                    "SELECT count(*) FROM automations WHERE created >= ?1 AND created < ?2",
                )?,
                rejected: decided(Status::Rejected)?,
                merged: decided(Status::Merged)?,
                approved,
                unlisted,
            })
        };
        load().doing(format!("put the report of {week} together"))
    }

    /// What was approved in a week, and how much more than can be listed.
    fn reported(&self, week: Week) -> rusqlite::Result<(Vec<ReportedItem>, u64)> {
        let mut ids: Vec<AutomationId> = self
            .approved_since(week.start())?
            .into_iter()
            .filter(|(at, _)| *at < week.end())
            .map(|(_, id)| id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut find = self.connection.prepare_cached(
            "SELECT a.id, a.title, a.description, a.function, a.origin,
                 COALESCE(json_extract(a.location, '$.url'), d.url) AS url
             FROM automations a LEFT JOIN documents d ON d.id = a.document_id
             WHERE a.id = ?1 AND a.status = 'approved'",
        )?;
        let mut tools = self.connection.prepare_cached(
            "SELECT tool FROM automation_tools WHERE automation_id = ?1 AND role = 'used'
             ORDER BY position",
        )?;
        let mut items = Vec::new();
        let unlisted = ids.len().saturating_sub(MOST_REPORTED) as u64;
        for id in ids.into_iter().take(MOST_REPORTED) {
            let mut rows = find.query([id.0])?;
            let Some(row) = rows.next()? else { continue };
            items.push(ReportedItem {
                id,
                title: row.get("title")?,
                description: row.get("description")?,
                function: row.get("function")?,
                origin: row.get("origin")?,
                url: row.get("url")?,
                tools: tools
                    .query_map([id.0], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?,
            });
        }
        items.sort_by(|one, other| {
            let by_function =
                |item: &ReportedItem| (item.function.is_none(), item.function.clone());
            by_function(one).cmp(&by_function(other)).then_with(|| one.title.cmp(&other.title))
        });
        Ok((items, unlisted))
    }

    /// The innovations, newest first, at most 200.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_ideas(&self) -> Result<Vec<Idea>, StoreError> {
        let list = || -> rusqlite::Result<Vec<Idea>> {
            let mut parents = self.connection.prepare_cached(
                "SELECT a.title FROM innovation_parents p
                 JOIN automations a ON a.id = p.automation_id WHERE p.innovation_id = ?1
                 ORDER BY a.id",
            )?;
            let mut statement = self.connection.prepare_cached(
                "SELECT id, title, pitch, method, status, novelty, feasibility FROM innovations
                 ORDER BY created DESC, id DESC LIMIT 200",
            )?;
            let mut rows = statement.query([])?;
            let mut ideas = Vec::new();
            while let Some(row) = rows.next()? {
                let id: i64 = row.get("id")?;
                let titles = parents.query_map([id], |row| row.get(0))?;
                ideas.push(Idea {
                    title: row.get("title")?,
                    pitch: row.get("pitch")?,
                    method: row.get("method")?,
                    status: row.get("status")?,
                    novelty: row.get("novelty")?,
                    feasibility: row.get("feasibility")?,
                    parents: titles.collect::<rusqlite::Result<_>>()?,
                });
            }
            Ok(ideas)
        };
        list().doing("list the ideas")
    }
}

/// The status that a decision gave, if it gave one.
fn status_given(changes: &[FieldChange]) -> Option<Status> {
    let change = changes.iter().find(|change| change.field == Field::Status)?;
    Status::from_name(change.after.get(0)?.as_str()?)
}
