//! Calls of language models as the ledger keeps them: reserved, settled, held against budgets.

use super::automation::named;
use super::{CallId, Money, RunId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a model takes for a million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub input: Money,
    /// For input that the provider still had from an earlier call.
    pub cached: Money,
    pub output: Money,
}

/// Tokens of one call, as the provider counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All of the input, `cached` included.
    pub input: u64,
    pub cached: u64,
    pub output: u64,
}

impl Price {
    /// What `usage` costs, rounded up to a millionth.
    pub fn cost(&self, usage: Usage) -> Money {
        let cached = usage.cached.min(usage.input);
        Money::at_prices([
            (usage.input - cached, self.input),
            (cached, self.cached),
            (usage.output, self.output),
        ])
    }

    /// The most that a call can cost.
    pub fn most(&self, input: u64, output: u64) -> Money {
        Money::at_prices([(input, self.input.max(self.cached)), (output, self.output)])
    }
}

named! {
    /// What a budget is for.
    BudgetKind { Day = "day", Month = "month", Run = "run" }
}

/// The most that may be spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budgets {
    pub day: Money,
    pub month: Money,
    /// In one run of the pipeline; calls outside of runs know no such bound.
    pub run: Money,
}

named! {
    /// What became of a call.
    CallOutcome {
        /// Sent, or about to be; its whole reservation counts.
        Reserved = "reserved",
        Answered = "answered",
        /// Answered from what was kept; cost nothing.
        Cached = "cached",
        Failed = "failed",
        Cancelled = "cancelled",
        /// Its process ended in between. The provider may have charged it, so it counts in full.
        Abandoned = "abandoned",
    }
}

/// A call that is to be made, with the most that it can cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub at: Timestamp,
    /// The operator's own day, to which it counts.
    pub day: Date,
    pub run: Option<RunId>,
    /// What it is for: `extract`.
    pub task: String,
    /// What it is about: `document 12`.
    pub item: String,
    pub provider: String,
    pub model: String,
    /// Name and version of the prompt: `extract 2`.
    pub prompt: String,
    pub most: Money,
    /// When nobody can be waiting for it any more.
    pub expires: Timestamp,
    pub budgets: Budgets,
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    Granted(CallId),
    Refused(OverBudget),
}

/// A call that would pass a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverBudget {
    pub budget: BudgetKind,
    pub limit: Money,
    /// Spent and reserved so far.
    pub counted: Money,
    /// The most that the call can cost.
    pub most: Money,
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { budget, limit, counted, most } = self;
        write!(
            f,
            "the {budget}'s budget of {limit} has {counted} spent or reserved, and the call may \
             cost {most}"
        )
    }
}

/// How a reserved call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    pub outcome: CallOutcome,
    /// `None` where nobody can tell: then the whole reservation counts.
    pub cost: Option<Money>,
    pub usage: Option<Usage>,
    pub latency_ms: u64,
    /// Why it failed.
    pub reason: Option<String>,
}

/// What was spent, as doctor and Overview show it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Spent and reserved on the day.
    pub day: Money,
    /// Spent and reserved in the day's month.
    pub month: Money,
    /// Of `day`: reserved by calls under way.
    pub reserved: Money,
    /// Calls on the day, those answered from what was kept included.
    pub calls: u64,
    pub cached: u64,
    pub failed: u64,
    /// Different items that calls of the day were about.
    pub items: u64,
}

/// What the operator should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpendingWarning {
    /// Four fifths of the day's budget are gone before six in the evening.
    DayNearlySpent { spent: Money, limit: Money },
    /// An item costs more, on the day's average, than was set.
    ItemsCostly { each: Money, set: Money },
}

impl fmt::Display for SpendingWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DayNearlySpent { spent, limit } => {
                write!(f, "{spent} of the day's budget of {limit} are spent before 18:00")
            }
            Self::ItemsCostly { each, set } => {
                write!(f, "an item costs {each} on average today; you wanted to hear above {set}")
            }
        }
    }
}

/// The share of the day's budget, in hundredths, that is told when it is gone before
/// `WARNING_HOUR`.
const WARNING_SHARE: u8 = 80;
const WARNING_HOUR: i8 = 18;

impl Spending {
    /// What is to be told at `hour` (0 to 23) of the operator's day.
    pub fn warnings(
        &self,
        budgets: &Budgets,
        item_cost: Option<Money>,
        hour: i8,
    ) -> Vec<SpendingWarning> {
        let is_nearly_spent = hour < WARNING_HOUR
            && self.day > Money::ZERO
            && self.day >= budgets.day.percent(WARNING_SHARE);
        let nearly = is_nearly_spent.then_some(budgets.day);
        let items = i64::try_from(self.items).unwrap_or(i64::MAX).max(1);
        let each = Money::from_micros(self.day.micros() / items);
        let costly = item_cost.filter(|set| each > *set);
        nearly
            .map(|limit| SpendingWarning::DayNearlySpent { spent: self.day, limit })
            .into_iter()
            .chain(costly.map(|set| SpendingWarning::ItemsCostly { each, set }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn cached_input_has_its_own_price() {
        let price = Price { input: money("1"), cached: money("0.5"), output: money("4") };
        let usage = Usage { input: 1_000_000, cached: 400_000, output: 500_000 };
        assert_eq!(price.cost(usage), money("2.8"));
        assert!(price.most(1_000_000, 500_000) >= price.cost(usage));
    }

    #[rstest]
    #[case("7.99", 17, false)]
    #[case("8", 17, true)]
    #[case("8", 18, false)]
    #[case("10", 0, true)]
    fn four_fifths_of_a_day_are_told_before_six(
        #[case] spent: &str,
        #[case] hour: i8,
        #[case] is_told: bool,
    ) {
        let spending = Spending { day: money(spent), items: 1, ..Spending::default() };
        let budgets = Budgets { day: money("10"), ..Budgets::default() };
        assert_eq!(!spending.warnings(&budgets, None, hour).is_empty(), is_told);
    }

    #[test]
    fn costly_items_are_told() {
        let spending = Spending { day: money("3"), items: 10, ..Spending::default() };
        let told = spending.warnings(&Budgets::default(), Some(money("0.25")), 20);
        let expected = SpendingWarning::ItemsCostly { each: money("0.3"), set: money("0.25") };
        assert_eq!(told, [expected]);
        assert!(spending.warnings(&Budgets::default(), Some(money("0.3")), 20).is_empty());
    }
}
