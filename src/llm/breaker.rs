//! The breaker: a provider that fails again and again is left alone for a while.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Outages in a row that open it.
const PATIENCE: u32 = 5;
/// First rest; it doubles with each further failure up to `LONGEST`.
const REST: SignedDuration = SignedDuration::from_secs(30);
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// A probe that never told how it ended does not keep others away for longer.
const PROBE: SignedDuration = SignedDuration::from_mins(5);

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are turned away until then.
    Open { until: Timestamp },
    /// One call is finding out whether it is over.
    HalfOpen,
}

/// Counts a provider's outages in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// A std mutex: held for a look or a change, never across an await.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// How often it opened since it was last closed.
    openings: u32,
    open_until: Option<Timestamp>,
    probe_since: Option<Timestamp>,
}

impl Breaker {
    /// Asks for a call to be let through; otherwise says until when not.
    pub(super) fn admit(&self, now: Timestamp) -> Result<(), Timestamp> {
        let mut state = self.lock();
        let Some(until) = state.open_until else { return Ok(()) };
        if now < until {
            return Err(until);
        }
        if let Some(since) = state.probe_since
            && now < since + PROBE
        {
            return Err(since + PROBE);
        }
        state.probe_since = Some(now);
        Ok(())
    }

    /// A call came back with an answer, be it one that declines.
    pub(super) fn succeed(&self) {
        *self.lock() = State::default();
    }

    /// A call ended in an outage.
    pub(super) fn fail(&self, now: Timestamp) {
        let mut state = self.lock();
        state.failures += 1;
        let was_probing = state.probe_since.take().is_some();
        if was_probing || state.failures >= PATIENCE {
            let doublings = state.openings.min(16);
            let rest = REST.saturating_mul(1 << doublings).min(LONGEST);
            state.openings += 1;
            state.failures = 0;
            state.open_until = Some(now + rest);
        }
    }

    /// A call ended without telling anything of the provider.
    pub(super) fn pass(&self) {
        self.lock().probe_since = None;
    }

    pub(super) fn state(&self, now: Timestamp) -> BreakerState {
        let state = self.lock();
        match state.open_until {
            None => BreakerState::Closed,
            Some(until) if now < until => BreakerState::Open { until },
            Some(_) => BreakerState::HalfOpen,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    fn opened(now: Timestamp) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..PATIENCE {
            assert!(breaker.admit(now).is_ok());
            breaker.fail(now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_outages_in_a_row_and_lets_one_probe_through() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let breaker = opened(now);
        assert_eq!(breaker.admit(now + 29.seconds()), Err(now + 30.seconds()));
        let later = now + 30.seconds();
        assert!(breaker.admit(later).is_ok());
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert!(breaker.admit(later).is_err(), "one probe at a time");
        breaker.succeed();
        assert_eq!(breaker.state(later), BreakerState::Closed);
        assert!(breaker.admit(later).is_ok());
    }

    #[test]
    fn its_rest_doubles_when_the_probe_fails_too() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let breaker = opened(now);
        let later = now + 30.seconds();
        breaker.admit(later).unwrap();
        breaker.fail(later);
        assert_eq!(breaker.admit(later), Err(later + 60.seconds()));
    }

    #[test]
    fn a_success_in_between_starts_the_count_anew() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let breaker = Breaker::default();
        for _ in 0..3 * PATIENCE {
            for _ in 1..PATIENCE {
                breaker.fail(now);
            }
            breaker.succeed();
        }
        assert_eq!(breaker.state(now), BreakerState::Closed);
    }
}
