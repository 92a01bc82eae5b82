//! One call: reserved, sent, settled; tried again under another key or after a pause where that
//! can help.

use super::desk::{Bounds, Desk};
use super::dialect::Dialect;
use super::provider::{Provider, Seat};
use super::tokens::most_tokens;
use super::{CallError, Clock, Delta, Deltas, LlmError, Model, Reply, Vectors};
use crate::model::{
    CallId, CallOutcome, Money, OverBudget, Permission, Price, Reservation, RunId, Settlement,
    Usage,
};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Attempts of a call that fails by an outage.
const ATTEMPTS: u32 = 3;
/// Bound of the first pause between them; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// Rest of a key that was limited without a word until when, and the shortest of all.
const LIMITED: SignedDuration = SignedDuration::from_secs(20);
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// Rest of a key that is refused or has no quota left.
const DEAD: SignedDuration = SignedDuration::from_hours(1);
/// A reservation outlives the longest call by this.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// Why a provider gave no answer.
pub(super) enum Turned {
    /// Not now; another provider may, or this one later.
    Aside { why: String, retry_at: Option<Timestamp>, over: Option<OverBudget> },
    /// Not this question; another provider may.
    Failed(LlmError),
    /// Nobody need be asked any more.
    Stop(LlmError),
}

/// How one sending ended.
enum End<T> {
    /// Cancelled before anything went out, which nobody charges for.
    Unsent,
    /// Cancelled on the way.
    Cancelled,
    Heard(Result<T, CallError>),
}

/// A call to one model of one provider.
pub(super) struct Call<'a> {
    pub(super) desk: &'a Desk,
    pub(super) bounds: &'a Bounds,
    pub(super) clock: &'a dyn Clock,
    pub(super) provider: &'a Provider,
    pub(super) model: &'a str,
    pub(super) run: Option<RunId>,
    pub(super) task: &'a str,
    pub(super) item: &'a str,
    pub(super) prompt: &'a str,
    pub(super) cancel: &'a CancellationToken,
    pub(super) deltas: Option<&'a Deltas>,
}

/// What came back, as far as this file needs to know.
pub(super) trait Counted {
    fn usage(&self) -> Option<Usage>;
    fn rest_until(&self) -> Option<Timestamp>;
}

impl Counted for Reply {
    fn usage(&self) -> Option<Usage> {
        self.usage
    }

    fn rest_until(&self) -> Option<Timestamp> {
        self.rest_until
    }
}

impl Counted for Vectors {
    fn usage(&self) -> Option<Usage> {
        self.usage
    }

    fn rest_until(&self) -> Option<Timestamp> {
        None
    }
}

impl Call<'_> {
    /// Sends the request that `write` makes in the provider's dialect, until it is answered or no
    /// key and no attempt is left. Each sending is reserved and settled by itself.
    pub(super) async fn send<T: Counted>(
        &self,
        has_schema: bool,
        max_output: u64,
        write: impl Fn(&Dialect) -> Value,
        send: impl for<'m> Fn(&'m dyn Model, &'m Value) -> BoxFuture<'m, Result<T, CallError>>,
    ) -> Result<(T, Money), Turned> {
        let mut dialect = self.provider.dialect(self.model);
        let (mut attempt, mut sent) = (1, 0);
        loop {
            let seat = self.admit()?;
            let request = write(&dialect);
            let most = self.price().most(most_tokens(&request.to_string()), max_output);
            let call = self.reserve(most).await?;
            if sent > 0 {
                self.deltas.map(|deltas| deltas.send(Delta::Anew));
            }
            sent += 1;
            let began = Instant::now();
            let end = self.exchange(send(&*seat.model, &request)).await;
            let cost = self.settle(call, most, &end, began).await;
            let error = match end {
                End::Unsent | End::Cancelled => {
                    self.provider.breaker.pass();
                    return Err(Turned::Stop(LlmError::Cancelled));
                }
                End::Heard(Ok(reply)) => {
                    self.provider.breaker.succeed();
                    self.provider.remember(self.model, dialect);
                    if let Some(until) = reply.rest_until() {
                        seat.rest(until, "has reached this key's limit".to_owned());
                    }
                    return Ok((reply, cost));
                }
                End::Heard(Err(error)) => error,
            };
            tracing::debug!(
                provider = self.provider.settings.name, model = self.model, task = self.task,
                item = self.item, %error, "a model call failed"
            );
            if dialect.learn(&error, has_schema) {
                self.provider.breaker.succeed();
                continue;
            }
            self.note(&error);
            if self.rest_key(seat, &error) && sent <= self.provider.count_seats() * 2 {
                continue;
            }
            self.pause(error, attempt).await?;
            attempt += 1;
        }
    }

    /// Lets `sending` run unless and until the call is cancelled.
    async fn exchange<T>(&self, sending: impl Future<Output = Result<T, CallError>>) -> End<T> {
        let is_begun = AtomicBool::new(false);
        let sending = async {
            is_begun.store(true, Ordering::Relaxed);
            sending.await
        };
        tokio::select! {
            // Cancelled first: what is ready at the same time is not sent any more.
            biased;
            () = self.cancel.cancelled() => match is_begun.load(Ordering::Relaxed) {
                true => End::Cancelled,
                false => End::Unsent,
            },
            heard = sending => End::Heard(heard),
        }
    }

    /// A key to use, where neither the breaker nor the keys' rests forbid.
    fn admit(&self) -> Result<&Seat, Turned> {
        let now = self.clock.now();
        let breaker = &self.provider.breaker;
        breaker.admit(now).map_err(|until| Turned::Aside {
            why: "rests after failing again and again".to_owned(),
            retry_at: Some(until),
            over: None,
        })?;
        self.provider.seat(now).map_err(|(retry_at, why)| {
            breaker.pass();
            Turned::Aside { why, retry_at, over: None }
        })
    }

    async fn reserve(&self, most: Money) -> Result<CallId, Turned> {
        let wanted = self.reservation(most);
        let permission = self.desk.ledger.reserve(wanted).await;
        match permission {
            Ok(Permission::Granted(call)) => Ok(call),
            Ok(Permission::Refused(over)) => {
                self.provider.breaker.pass();
                let why = format!("would cost too much: {over}");
                Err(Turned::Aside { why, retry_at: None, over: Some(over) })
            }
            Err(error) => {
                self.provider.breaker.pass();
                Err(Turned::Stop(LlmError::Ledger(error)))
            }
        }
    }

    /// What is to be reserved for a call that costs `most` at most.
    pub(super) fn reservation(&self, most: Money) -> Reservation {
        let now = self.clock.now();
        let total = self.provider.settings.timeouts.total;
        let total = SignedDuration::try_from(total).unwrap_or(SignedDuration::MAX);
        Reservation {
            at: now,
            day: now.to_zoned(self.clock.time_zone()).date(),
            run: self.run,
            task: self.task.to_owned(),
            item: self.item.to_owned(),
            provider: self.provider.settings.name.clone(),
            model: self.model.to_owned(),
            prompt: self.prompt.to_owned(),
            most,
            expires: now.saturating_add(total.saturating_add(GRACE)).unwrap_or(Timestamp::MAX),
            budgets: self.bounds.budgets,
        }
    }

    /// Writes down what became of a call; what it cost, or may have.
    async fn settle<T: Counted>(
        &self,
        call: CallId,
        most: Money,
        end: &End<T>,
        began: Instant,
    ) -> Money {
        let (outcome, usage, cost) = match end {
            End::Unsent => (CallOutcome::Cancelled, None, Some(Money::ZERO)),
            End::Cancelled => (CallOutcome::Cancelled, None, None),
            End::Heard(Ok(reply)) => {
                let usage = reply.usage();
                (CallOutcome::Answered, usage, usage.map(|usage| self.price().cost(usage)))
            }
            End::Heard(Err(error)) => {
                let cost = (!error.may_have_cost()).then_some(Money::ZERO);
                (CallOutcome::Failed, None, cost)
            }
        };
        let reason = match end {
            End::Heard(Err(error)) => Some(error.to_string()),
            _ => None,
        };
        let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let settlement = Settlement { outcome, cost, usage, latency_ms, reason };
        // Left unsettled it counts in full, which errs on the safe side.
        if let Err(error) = self.desk.ledger.settle(call, settlement).await {
            tracing::warn!(%call, %error, "cannot settle a model call in the ledger");
        }
        cost.unwrap_or(most)
    }

    fn note(&self, error: &CallError) {
        if error.is_outage() {
            self.provider.breaker.fail(self.clock.now());
        } else {
            self.provider.breaker.succeed();
        }
    }

    /// Rests the key that `error` is about; `false` where it is about something else.
    fn rest_key(&self, seat: &Seat, error: &CallError) -> bool {
        let now = self.clock.now();
        let until = match error {
            CallError::Limited { retry_at } => {
                retry_at.unwrap_or(now + LIMITED).max(now + SHORTEST)
            }
            CallError::Exhausted { .. } | CallError::KeyRefused { .. } => now + DEAD,
            _ => return false,
        };
        seat.rest(until, error.to_string());
        true
    }

    /// Waits before the next attempt where the error may heal and one is left.
    async fn pause(&self, error: CallError, attempt: u32) -> Result<(), Turned> {
        let why = error.to_string();
        let retry_at = match &error {
            CallError::Server { retry_at, .. } | CallError::Limited { retry_at } => *retry_at,
            _ => None,
        };
        // A wrong address or model name is no fault of the question: it may be asked elsewhere, or
        // once the configuration is mended.
        if matches!(error, CallError::NotOffered { .. }) {
            return Err(Turned::Aside { why, retry_at: None, over: None });
        }
        let may_heal = error.is_outage() || matches!(error, CallError::Limited { .. });
        if !may_heal && !matches!(error, CallError::Exhausted { .. } | CallError::KeyRefused { .. })
        {
            let refused = refused(self.task, &self.provider.settings.name, error);
            return Err(Turned::Failed(refused));
        }
        let wait = retry_at.map_or_else(
            || jitter(attempt),
            |at| {
                let left = at.duration_since(self.clock.now()).max(SignedDuration::ZERO);
                left.unsigned_abs()
            },
        );
        if attempt >= ATTEMPTS || wait > self.bounds.patience || !may_heal {
            return Err(Turned::Aside { why, retry_at, over: None });
        }
        tokio::select! {
            () = self.cancel.cancelled() => Err(Turned::Stop(LlmError::Cancelled)),
            () = self.clock.sleep(wait) => Ok(()),
        }
    }

    fn price(&self) -> Price {
        self.provider.settings.price_of(self.model)
    }
}

/// Somebody who would not, and why.
pub(super) fn refused(task: &str, provider: &str, source: CallError) -> LlmError {
    LlmError::Refused { task: task.to_owned(), provider: provider.to_owned(), source }
}

/// A wait of random length below a bound that doubles with each attempt ("full jitter").
fn jitter(attempt: u32) -> Duration {
    let bound = PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(16));
    // The standard library's only source of randomness; its keys differ with each state.
    let random = RandomState::new().hash_one(attempt) as f64 / u64::MAX as f64;
    bound.mul_f64(random)
}
