//! The ledger, as this room needs it: whoever owns a store hands one in.

use super::error::Failure;
use crate::model::{CallId, Permission, Reservation, Settlement};
use futures::future::BoxFuture;

/// Where calls are reserved before they are sent and settled after.
///
/// `reserve` must be atomic over every process that shares the money: what it grants counts at
/// once, in full, until it is settled, also when this process ends in between.
pub trait Ledger: Send + Sync {
    fn reserve(&self, wanted: Reservation) -> BoxFuture<'_, Result<Permission, Failure>>;

    fn settle(&self, call: CallId, settlement: Settlement) -> BoxFuture<'_, Result<(), Failure>>;

    /// Notes a call that was not made, since its answer was kept.
    fn note_kept(&self, spared: Reservation) -> BoxFuture<'_, Result<(), Failure>>;
}
