//! What the screens show of other reviewers: who has an item open, whose it is, what they say of it.

use super::phrases::status_glyph;
use super::state::State;
use crate::model::{AutomationId, Company, InboxRow, is_disputed};
use crate::text::sanitize_line;

/// Columns a name may take in a row.
const NAME: u16 = 8;

/// The mark at the end of a row's title; `None` where nobody else is at the item.
pub(super) fn mark(
    company: &Company,
    row: &InboxRow,
    reviewer: &str,
    is_plain: bool,
) -> Option<String> {
    let name = |name: &str| super::paint::fitted(&sanitize_line(name), NAME).into_owned();
    let mut parts = Vec::new();
    for opinion in &row.opinions {
        let (who, says) = (name(&opinion.reviewer), opinion.says);
        parts.push(match is_plain {
            true => format!("{says} by {who}"),
            false => format!("{}{who}", status_glyph(says)),
        });
    }
    if let Some(who) = company.opened_by(row.id) {
        parts.push(if is_plain {
            format!("open: {}", name(who))
        } else {
            format!("@{}", name(who))
        });
    } else if let Some(who) = company.claimed_by_other(row.id, reviewer) {
        let who = name(who);
        parts.push(if is_plain { format!("claimed: {who}") } else { format!("⚑{who}") });
    } else if company.claimed.iter().any(|claim| claim.automation == row.id) {
        parts.push(if is_plain { "claimed".to_owned() } else { "⚑".to_owned() });
    }
    let between = if is_plain { ", " } else { " " };
    (!parts.is_empty()).then(|| parts.join(between))
}

impl State {
    /// The item that the attention is on, for telling other reviewers.
    pub fn open_item(&self) -> Option<AutomationId> {
        self.current_id()
    }

    pub(super) fn on_company(&mut self, company: Company) {
        self.is_dirty |= self.company != company;
        self.company = company;
    }

    /// In words what others do with the item under the cursor.
    pub(super) fn company_words(&self) -> Vec<String> {
        let Some(id) = self.current_id() else { return Vec::new() };
        let mut words = Vec::new();
        if let Some(who) = self.company.opened_by(id) {
            words.push(format!("{} has this open", sanitize_line(who)));
        }
        if let Some(who) = self.company.claimed_by_other(id, &self.reviewer) {
            words.push(format!("claimed by {}", sanitize_line(who)));
        }
        if let Some(row) = self.rows.get(id)
            && !row.opinions.is_empty()
        {
            words.push(if is_disputed(&row.opinions) {
                "reviewers differ".to_owned()
            } else {
                "waits for another's verdict".to_owned()
            });
        }
        words
    }

    /// Whether some claim is this reviewer's.
    pub(super) fn holds_claims(&self) -> bool {
        self.company.claimed.iter().any(|claim| claim.reviewer == self.reviewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Claimed, Opinion, Status};
    use jiff::Timestamp;

    fn row(id: i64, opinions: Vec<Opinion>) -> InboxRow {
        InboxRow {
            id: AutomationId(id),
            revision: 1,
            status: Status::Inbox,
            title: "A".to_owned(),
            function: None,
            function_p: None,
            confidence: 0.5,
            dated: Timestamp::UNIX_EPOCH,
            kind: None,
            origin: None,
            duplicates: 0,
            reviewer: None,
            opinions,
        }
    }

    fn claimed(id: i64, reviewer: &str) -> Claimed {
        let (automation, until) = (AutomationId(id), Timestamp::MAX);
        Claimed { automation, reviewer: reviewer.to_owned(), until }
    }

    #[test]
    fn a_row_names_who_is_at_it() {
        let company = Company {
            open: vec![(AutomationId(1), "bo\u{1b}[31m".to_owned())],
            claimed: vec![claimed(1, "cy"), claimed(2, "cy"), claimed(3, "ada")],
        };
        let shown = |id, is_plain| mark(&company, &row(id, Vec::new()), "ada", is_plain);
        assert!(
            shown(1, false).is_some_and(|text| text.starts_with("@bo") && !text.contains('\u{1b}'))
        );
        assert_eq!(shown(2, false).as_deref(), Some("⚑cy"));
        assert_eq!(shown(2, true).as_deref(), Some("claimed: cy"));
        assert_eq!(shown(3, false).as_deref(), Some("⚑"));
        assert_eq!(shown(4, false), None);
        let says = Status::Approved;
        let opinion = Opinion { reviewer: "bo".to_owned(), says, first: says, reason: None };
        let shown = mark(&company, &row(4, vec![opinion]), "ada", true);
        assert_eq!(shown.as_deref(), Some("approved by bo"));
    }
}
