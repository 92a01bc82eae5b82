//! The pipeline's lease: one process at a time runs stages.

use super::JobsError;
use crate::store::{Lease, Store};
use jiff::{Timestamp, ToSpan};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const NAME: &str = "pipeline";
/// A holder that was killed blocks the others for so long at most.
const SECONDS: i64 = 30;
const RENEWAL: Duration = Duration::from_secs(8);

/// The lease, renewed in the background until it is given back.
pub struct HeldLease {
    store: Store,
    owner: String,
    stop: CancellationToken,
}

impl HeldLease {
    /// Takes the lease. A holder whose process is gone from this machine is not waited for. When
    /// the lease is lost later (the machine slept), `cancel` is cancelled.
    pub async fn take(
        store: &Store,
        owner: &str,
        cancel: CancellationToken,
    ) -> Result<Self, JobsError> {
        if !renew(store, owner).await? {
            let now = Timestamp::now();
            let held = store.read(move |reading| reading.find_lease(NAME, now)).await?;
            let holder = held.map(|lease| lease.owner).unwrap_or_default();
            if !is_gone(&holder, owner) {
                return Err(JobsError::Busy { owner: holder });
            }
            let gone = holder.clone();
            store.write(move |writing| writing.drop_lease(NAME, &gone)).await?;
            if !renew(store, owner).await? {
                return Err(JobsError::Busy { owner: holder });
            }
        }
        let stop = CancellationToken::new();
        let held = Self { store: store.clone(), owner: owner.to_owned(), stop: stop.clone() };
        let (store, owner) = (held.store.clone(), held.owner.clone());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(RENEWAL) => {}
                }
                match renew(&store, &owner).await {
                    Ok(true) => {}
                    Ok(false) => {
                        tracing::warn!("lost the pipeline's lease to another process; stopping");
                        cancel.cancel();
                        return;
                    }
                    Err(error) => tracing::warn!(%error, "cannot renew the pipeline's lease"),
                }
            }
        });
        Ok(held)
    }

    pub async fn give_back(self) {
        self.stop.cancel();
        let owner = self.owner.clone();
        let dropped = self.store.write(move |writing| writing.drop_lease(NAME, &owner)).await;
        if let Err(error) = dropped {
            tracing::warn!(%error, "cannot give back the pipeline's lease; it runs out by itself");
        }
    }
}

async fn renew(store: &Store, owner: &str) -> Result<bool, JobsError> {
    let now = Timestamp::now();
    let lease =
        Lease { name: NAME.to_owned(), owner: owner.to_owned(), until: now + SECONDS.seconds() };
    Ok(store.write(move |writing| writing.take_lease(&lease, now)).await?)
}

/// Whether the holder, named `host:process`, was a process of this machine that no longer runs.
fn is_gone(holder: &str, own: &str) -> bool {
    let (Some((host, process)), Some((own_host, _))) =
        (holder.rsplit_once(':'), own.rsplit_once(':'))
    else {
        return false;
    };
    let procfs = std::path::Path::new("/proc");
    host == own_host && procfs.join("self").exists() && !procfs.join(process).exists()
}
