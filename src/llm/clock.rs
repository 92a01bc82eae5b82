//! Time, as it is injected.

use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Where the room has the time from, and how it waits.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()>;

    /// The operator's: budgets are for days there.
    fn time_zone(&self) -> TimeZone {
        TimeZone::system()
    }
}

/// The real one.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}
