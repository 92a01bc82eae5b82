//! The ledger of model calls: reserved before they are sent, settled after, held to budgets.

use super::error::Doing;
use super::row::{moment_at, name_at};
use super::{Reading, StoreError, Writing};
use crate::model::{
    BudgetKind, CallId, CallOutcome, Money, OverBudget, Permission, Reservation, RunId, Settlement,
    Spending, Usage,
};
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Row, named_params};
use serde::Serialize;

/// A call as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    pub id: CallId,
    pub at: Timestamp,
    pub task: String,
    pub item: String,
    pub provider: String,
    pub model: String,
    pub prompt: String,
    pub outcome: CallOutcome,
    /// What budgets count.
    pub counted: Money,
    pub usage: Option<Usage>,
    pub latency_ms: Option<u64>,
    pub reason: Option<String>,
}

/// What the calls of one run took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RunSpending {
    /// Calls that were sent.
    pub calls: u64,
    /// Answers that were there already.
    pub cached: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost: Money,
}

fn call(row: &Row<'_>) -> rusqlite::Result<ModelCall> {
    let input: Option<u64> = row.get("input_tokens")?;
    let usage = match input {
        None => None,
        Some(input) => Some(Usage {
            input,
            cached: row.get("cached_tokens")?,
            output: row.get("output_tokens")?,
        }),
    };
    Ok(ModelCall {
        id: CallId(row.get("id")?),
        at: moment_at(row, "at")?,
        task: row.get("task")?,
        item: row.get("item")?,
        provider: row.get("provider")?,
        model: row.get("model")?,
        prompt: row.get("prompt")?,
        outcome: name_at(row, "outcome", CallOutcome::from_name)?,
        counted: Money::from_micros(row.get("counted")?),
        usage,
        latency_ms: row.get("latency_ms")?,
        reason: row.get("reason")?,
    })
}

impl Reading<'_> {
    /// What was spent on `day` and in its month.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn spending(&self, day: Date) -> Result<Spending, StoreError> {
        let month = self.counted_in_month(day)?;
        self.connection
            .prepare_cached(
                "SELECT COALESCE(sum(counted), 0),
                     COALESCE(sum(counted) FILTER (WHERE outcome = 'reserved'), 0),
                     count(*),
                     count(*) FILTER (WHERE outcome = 'cached'),
                     count(*) FILTER (WHERE outcome IN ('failed', 'abandoned')),
                     count(DISTINCT CASE WHEN counted > 0 THEN task || char(0) || item END)
                 FROM model_calls WHERE day = ?1",
            )
            .and_then(|mut statement| {
                statement.query_row([day.to_string()], |row| {
                    Ok(Spending {
                        day: Money::from_micros(row.get(0)?),
                        month,
                        reserved: Money::from_micros(row.get(1)?),
                        calls: row.get(2)?,
                        cached: row.get(3)?,
                        failed: row.get(4)?,
                        items: row.get(5)?,
                    })
                })
            })
            .doing("sum up the day's model calls")
    }

    /// What the calls of a run took so far.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn spending_of_run(&self, run: RunId) -> Result<RunSpending, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE outcome <> 'cached'),
                     count(*) FILTER (WHERE outcome = 'cached'),
                     COALESCE(sum(input_tokens), 0), COALESCE(sum(output_tokens), 0),
                     COALESCE(sum(counted), 0)
                 FROM model_calls WHERE run_id = ?1",
            )
            .and_then(|mut statement| {
                statement.query_row([run.0], |row| {
                    Ok(RunSpending {
                        calls: row.get(0)?,
                        cached: row.get(1)?,
                        input_tokens: row.get(2)?,
                        output_tokens: row.get(3)?,
                        cost: Money::from_micros(row.get(4)?),
                    })
                })
            })
            .doing(format!("sum up the model calls of run {run}"))
    }

    /// The newest calls, newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list_model_calls(&self, limit: usize) -> Result<Vec<ModelCall>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, at, task, item, provider, model, prompt, outcome, counted,
                     input_tokens, cached_tokens, output_tokens, latency_ms, reason
                 FROM model_calls ORDER BY id DESC LIMIT ?1",
            )
            .and_then(|mut statement| statement.query_map([limit], call)?.collect())
            .doing("list the model calls")
    }

    fn counted_in_month(&self, day: Date) -> Result<Money, StoreError> {
        let (first, last) = (day.first_of_month().to_string(), day.last_of_month().to_string());
        self.connection
            .prepare_cached(
                "SELECT COALESCE(sum(counted), 0) FROM model_calls WHERE day BETWEEN ?1 AND ?2",
            )
            .and_then(|mut statement| statement.query_row([first, last], |row| row.get(0)))
            .map(Money::from_micros)
            .doing("sum up the month's model calls")
    }

    fn counted_on(&self, day: Date) -> Result<Money, StoreError> {
        self.connection
            .prepare_cached("SELECT COALESCE(sum(counted), 0) FROM model_calls WHERE day = ?1")
            .and_then(|mut statement| statement.query_row([day.to_string()], |row| row.get(0)))
            .map(Money::from_micros)
            .doing("sum up the day's model calls")
    }

    fn counted_in_run(&self, run: RunId) -> Result<Money, StoreError> {
        self.connection
            .prepare_cached("SELECT COALESCE(sum(counted), 0) FROM model_calls WHERE run_id = ?1")
            .and_then(|mut statement| statement.query_row([run.0], |row| row.get(0)))
            .map(Money::from_micros)
            .doing(format!("sum up the model calls of run {run}"))
    }
}

impl Writing<'_> {
    /// Reserves the most that a call can cost, where every budget still holds it.
    ///
    /// Looking and writing are one immediate transaction, so that no two processes can take the
    /// same money.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn reserve_call(&self, wanted: &Reservation) -> Result<Permission, StoreError> {
        self.abandon_calls(wanted.at)?;
        let budgets = &wanted.budgets;
        let of_run = match wanted.run {
            Some(run) => Some((BudgetKind::Run, budgets.run, self.counted_in_run(run)?)),
            None => None,
        };
        let bounds = [
            Some((BudgetKind::Day, budgets.day, self.counted_on(wanted.day)?)),
            Some((BudgetKind::Month, budgets.month, self.counted_in_month(wanted.day)?)),
            of_run,
        ];
        for (budget, limit, counted) in bounds.into_iter().flatten() {
            // What costs nothing passes no budget, also where one was lowered below what is spent.
            if wanted.most > Money::ZERO && counted + wanted.most > limit {
                let most = wanted.most;
                return Ok(Permission::Refused(OverBudget { budget, limit, counted, most }));
            }
        }
        self.insert_call(wanted, CallOutcome::Reserved).map(Permission::Granted)
    }

    /// Writes down how a reserved call ended. One that was given up as abandoned is corrected.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn settle_call(&self, call: CallId, settlement: &Settlement) -> Result<(), StoreError> {
        let usage = settlement.usage;
        self.connection
            .prepare_cached(
                "UPDATE model_calls SET outcome = :outcome, counted = COALESCE(:cost, counted),
                     input_tokens = :input, cached_tokens = :cached, output_tokens = :output,
                     latency_ms = :latency, reason = :reason
                 WHERE id = :id AND outcome IN ('reserved', 'abandoned')",
            )
            .and_then(|mut statement| {
                statement.execute(named_params! {
                    ":id": call.0, ":outcome": settlement.outcome.name(),
                    ":cost": settlement.cost.map(Money::micros),
                    ":input": usage.map(|usage| usage.input),
                    ":cached": usage.map(|usage| usage.cached),
                    ":output": usage.map(|usage| usage.output),
                    ":latency": settlement.latency_ms, ":reason": settlement.reason,
                })
            })
            .doing(format!("settle model call {call}"))?;
        Ok(())
    }

    /// Notes a call whose answer was there already.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn note_kept_call(&self, spared: &Reservation) -> Result<(), StoreError> {
        self.insert_call(spared, CallOutcome::Cached).map(|_| ())
    }

    /// Gives up calls that nobody can be waiting for any more. They go on counting in full.
    fn abandon_calls(&self, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE model_calls SET outcome = 'abandoned', reason = 'its process ended'
                 WHERE outcome = 'reserved' AND expires <= ?1",
            )
            .and_then(|mut statement| statement.execute([now.as_millisecond()]))
            .doing("give up abandoned model calls")?;
        Ok(())
    }

    fn insert_call(
        &self,
        wanted: &Reservation,
        outcome: CallOutcome,
    ) -> Result<CallId, StoreError> {
        let most = if outcome == CallOutcome::Reserved { wanted.most } else { Money::ZERO };
        self.connection
            .prepare_cached(
                "INSERT INTO model_calls (at, day, run_id, task, item, provider, model, prompt,
                     outcome, reserved, counted, expires)
                 VALUES (:at, :day, :run, :task, :item, :provider, :model, :prompt,
                     :outcome, :most, :most, :expires)",
            )
            .and_then(|mut statement| {
                statement.insert(named_params! {
                    ":at": wanted.at.as_millisecond(), ":day": wanted.day.to_string(),
                    ":run": wanted.run.map(|run| run.0), ":task": wanted.task,
                    ":item": wanted.item, ":provider": wanted.provider, ":model": wanted.model,
                    ":prompt": wanted.prompt, ":outcome": outcome.name(),
                    ":most": most.micros(), ":expires": wanted.expires.as_millisecond(),
                })
            })
            .map(CallId)
            .doing(format!("reserve money to {} {}", wanted.task, wanted.item))
    }
}
