//! Second opinions: verdicts that count once enough reviewers have given the same.

use super::{Automation, FieldChange, Refusal, Status, Verdict};
use serde::{Deserialize, Serialize};

/// What one reviewer says of an item that needs several verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub reviewer: String,
    /// Approved or rejected.
    pub says: Status,
    /// What they said before they changed their mind.
    pub first: Status,
    #[serde(default)]
    pub reason: Option<String>,
}

/// How far reviewers agree on items that two of them judged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Agreement {
    /// Items that two reviewers judged, first opinions only.
    pub items: u64,
    /// On how many of them both said the same.
    pub agreed: u64,
    /// Cohen's kappa, -1..=1; `None` where chance alone would agree always.
    pub kappa: Option<f64>,
    /// Items in the inbox on which reviewers differ now.
    pub disputed: u64,
    /// Items in the inbox that wait for another's verdict.
    pub waiting: u64,
}

impl Agreement {
    /// Compares who judged first with who judged second, in what each said at first. The second saw
    /// the first: it is agreement after a look, not of two who know nothing of each other.
    ///
    /// κ = (pₒ − pₑ) / (1 − pₑ); J. Cohen, A Coefficient of Agreement for Nominal Scales, 1960.
    pub fn of(pairs: &[(Status, Status)]) -> Self {
        let count = pairs.len() as f64;
        let agreed = pairs.iter().filter(|(one, other)| one == other).count();
        let by_chance: f64 = [Status::Approved, Status::Rejected]
            .into_iter()
            .map(|status| {
                let one = pairs.iter().filter(|pair| pair.0 == status).count() as f64;
                let other = pairs.iter().filter(|pair| pair.1 == status).count() as f64;
                one * other / (count * count)
            })
            .sum();
        let is_known = !pairs.is_empty() && by_chance < 1.0;
        let kappa = is_known.then(|| (agreed as f64 / count - by_chance) / (1.0 - by_chance));
        Self { items: pairs.len() as u64, agreed: agreed as u64, kappa, ..Self::default() }
    }

    /// In words: `κ .62 over 48 items (41 alike)`.
    pub fn in_words(&self) -> String {
        let kappa = match self.kappa {
            Some(kappa) => format!("κ {kappa:.2}"),
            None => "κ unknown".to_owned(),
        };
        format!("{kappa} over {} items ({} alike)", self.items, self.agreed)
    }
}

impl Automation {
    /// What a verdict changes where `needed` reviewers must give the same before it counts. What is
    /// no longer in the inbox, deferrals and returns need one, as ever.
    ///
    /// # Errors
    /// As [`Automation::after_verdict`]; `Refusal::NothingTo` where this reviewer has said so.
    pub fn after_opinion(
        &self,
        verdict: &Verdict,
        by: &str,
        needed: u8,
    ) -> Result<Vec<FieldChange>, Refusal> {
        let is_judged = matches!(verdict, Verdict::Approve | Verdict::Reject { .. });
        if needed <= 1 || !is_judged || self.status != Status::Inbox {
            return self.after_verdict(verdict);
        }
        let says = verdict.status();
        let reason = match verdict {
            Verdict::Reject { reason } => reason.clone(),
            _ => None,
        };
        let mut next = self.clone();
        match next.opinions.iter_mut().find(|opinion| opinion.reviewer == by) {
            Some(own) => {
                own.says = says;
                own.reason = reason;
            }
            None => {
                let reviewer = by.to_owned();
                next.opinions.push(Opinion { reviewer, says, first: says, reason });
            }
        }
        let alike = next.opinions.iter().filter(|opinion| opinion.says == says).count();
        if alike >= usize::from(needed) {
            let settled = next.after_verdict(verdict)?;
            let mut changes = self.changes_to(&next);
            changes.extend(settled);
            return Ok(changes);
        }
        let changes = self.changes_to(&next);
        if changes.is_empty() {
            return Err(Refusal::NothingTo("add: your verdict stands and waits for another's"));
        }
        Ok(changes)
    }

    /// Whether reviewers differ on it.
    pub fn is_disputed(&self) -> bool {
        is_disputed(&self.opinions)
    }
}

/// Whether these opinions differ.
pub fn is_disputed(opinions: &[Opinion]) -> bool {
    opinions.windows(2).any(|pair| pair[0].says != pair[1].says)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Approved, Rejected};

    fn repeated(counts: [(Status, Status, usize); 4]) -> Vec<(Status, Status)> {
        counts.into_iter().flat_map(|(a, b, n)| std::iter::repeat_n((a, b), n)).collect()
    }

    #[test]
    fn kappa_is_what_the_textbook_says_when_two_judged_fifty_items() {
        // 20 and 15 alike, 5 and 10 not: pₒ .7, pₑ .5.
        let pairs = repeated([
            (Approved, Approved, 20),
            (Approved, Rejected, 5),
            (Rejected, Approved, 10),
            (Rejected, Rejected, 15),
        ]);
        let agreement = Agreement::of(&pairs);
        assert!((agreement.kappa.unwrap() - 0.4).abs() < 1e-9);
        assert_eq!(agreement.in_words(), "κ 0.40 over 50 items (35 alike)");
    }

    #[test]
    fn kappa_is_unknown_when_nobody_could_have_differed() {
        assert_eq!(Agreement::of(&[]).kappa, None);
        assert_eq!(Agreement::of(&[(Approved, Approved)]).kappa, None);
        assert!(Agreement::of(&[(Approved, Rejected), (Rejected, Approved)]).kappa < Some(0.0));
    }
}
