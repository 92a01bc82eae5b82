//! Verdicts that wait for others: whose they are, and how far reviewers agree.

use super::error::Doing;
use super::row::json_at;
use super::{Reading, StoreError};
use crate::model::{Agreement, AutomationId, Opinion, Status, is_disputed};

impl Reading<'_> {
    /// How far reviewers agree on what two of them judged; what was put back is left out.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn load_agreement(&self) -> Result<Agreement, StoreError> {
        let (mut pairs, mut disputed, mut waiting) = (Vec::new(), 0, 0);
        for (_, is_open, opinions) in self.list_opinions()? {
            if let [one, other, ..] = opinions.as_slice() {
                pairs.push((one.first, other.first));
            }
            disputed += u64::from(is_open && is_disputed(&opinions));
            waiting += u64::from(is_open && !is_disputed(&opinions));
        }
        Ok(Agreement { disputed, waiting, ..Agreement::of(&pairs) })
    }

    /// Items in the inbox that a reviewer has judged and on which nobody differs: they wait for
    /// others.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_judged_by(&self, reviewer: &str) -> Result<Vec<AutomationId>, StoreError> {
        let opinions = self.list_opinions()?.into_iter();
        let is_judged = |opinions: &[Opinion]| {
            opinions.iter().any(|opinion| opinion.reviewer == reviewer) && !is_disputed(opinions)
        };
        Ok(opinions.filter(|(_, is_open, all)| *is_open && is_judged(all)).map(|o| o.0).collect())
    }

    /// Each item with opinions, and whether it is in the inbox still.
    fn list_opinions(&self) -> Result<Vec<(AutomationId, bool, Vec<Opinion>)>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, status = ?1 AS is_open, opinions FROM automations
                 WHERE opinions <> '[]' ORDER BY id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([Status::Inbox.name()], |row| {
                        Ok((AutomationId(row.get(0)?), row.get(1)?, json_at(row, "opinions")?))
                    })?
                    .collect()
            })
            .doing("list the opinions")
    }
}
