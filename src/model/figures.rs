//! Figures: what was found, judged and spent, as the Overview and the Report show it.

use super::{Agreement, AutomationId, Field, Money, Spending, Status, Week};
use jiff::Timestamp;

/// Bins of confidence, each a tenth wide.
pub const CONFIDENCE_BINS: usize = 10;

/// What happened in the store, in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Items approved by week, oldest first; the last is the present week.
    pub approvals: Vec<(Week, u64)>,
    /// Items by status, in the order of `Status::ALL`.
    pub statuses: Vec<(Status, u64)>,
    /// By where items come from, most approved first.
    pub yields: Vec<Yield>,
    /// Bins of confidence from 0 upwards, of items that were read from documents and judged.
    pub bins: [Judged; CONFIDENCE_BINS],
    /// In how many approved items people changed each field, most changed first.
    pub corrections: Vec<(Field, u64)>,
    /// Items approved that were read from documents.
    pub approved_as_read: u64,
    pub today: Today,
    pub spending: Spending,
    /// This month's, dearest first.
    pub costs: Vec<Cost>,
    pub agreement: Agreement,
    /// Size of the store's file in bytes.
    pub store_bytes: u64,
}

/// What one origin brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yield {
    /// As lists show it; empty for what was added by hand.
    pub origin: String,
    pub found: u64,
    pub approved: u64,
}

/// Verdicts on a kind of items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    pub approved: u64,
    /// Approved or rejected.
    pub judged: u64,
}

impl Judged {
    /// Share approved, 0..=1; `None` where nothing was judged.
    pub fn share(self) -> Option<f64> {
        (self.judged > 0).then(|| self.approved as f64 / self.judged as f64)
    }
}

/// What everybody decided since midnight.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Today {
    pub approved: u64,
    pub rejected: u64,
    pub deferred: u64,
    pub merged: u64,
    /// Verdicts a minute while somebody was at it.
    pub pace: Option<f64>,
}

/// What one task cost at one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub task: String,
    pub model: String,
    pub calls: u64,
    pub today: Money,
    pub month: Money,
}

/// Pauses longer than this are no part of a pace, in seconds.
const PAUSE: i64 = 5 * 60;
/// Fewer verdicts make no pace.
const LEAST_VERDICTS: usize = 5;

/// Verdicts a minute over the time in which they followed each other within minutes; `moments`
/// stand in their order.
pub fn pace(moments: &[Timestamp]) -> Option<f64> {
    let gaps = moments.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64());
    let (mut seconds, mut count) = (0.0, 0usize);
    for gap in gaps.filter(|gap| *gap <= PAUSE as f64) {
        seconds += gap;
        count += 1;
    }
    (count + 1 >= LEAST_VERDICTS && seconds > 0.0).then(|| count as f64 * 60.0 / seconds)
}

/// A week, as it is told to others.
#[derive(Debug, Clone, PartialEq)]
pub struct WeekReport {
    pub week: Week,
    /// Documents gathered in the week.
    pub documents: u64,
    /// Automations found in the week.
    pub found: u64,
    pub rejected: u64,
    pub merged: u64,
    /// Approved in the week and still so, by function, then title.
    pub approved: Vec<ReportedItem>,
    /// Approved beyond those that are listed.
    pub unlisted: u64,
}

impl WeekReport {
    /// How many were approved, listed or not.
    pub fn approved_count(&self) -> u64 {
        self.approved.len() as u64 + self.unlisted
    }
}

/// An approved item in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedItem {
    pub id: AutomationId,
    pub title: String,
    pub description: String,
    pub function: Option<String>,
    pub origin: Option<String>,
    pub url: Option<String>,
    pub tools: Vec<String>,
}

/// An innovation, as far as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Idea {
    pub title: String,
    pub pitch: String,
    /// How it was come upon.
    pub method: String,
    pub status: String,
    /// 0..=1, where they were weighed.
    pub novelty: Option<f64>,
    pub feasibility: Option<f64>,
    /// Titles of the automations it comes from.
    pub parents: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    #[test]
    fn a_pace_leaves_pauses_out() {
        let start: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let at = |seconds: i64| start + seconds.seconds();
        let moments = [at(0), at(6), at(12), at(18), at(24), at(4000), at(4006)];
        assert_eq!(pace(&moments), Some(10.0));
        assert_eq!(pace(&moments[..3]), None);
    }
}
