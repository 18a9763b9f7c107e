//! A node's right to do a job, for a time.

use super::of_installation;
use crate::model::job::{Job, JobKind, NewJob};
use crate::store::{JobLease, JobProgress, Transaction};
use crate::{Error, Kalends, Result};
use chrono::{TimeDelta, Utc};

/// How long a node has a job without saying that it is still at it.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Proof that a job was ended: [`Lease::end`] alone makes it.
#[must_use]
pub(crate) struct Ended(());

/// A job that this node does. What it changes counts once, however often nodes die over it: each of its transactions says in itself how far
/// the job has come, and is refused once another node has the job.
#[derive(Clone)]
pub(crate) struct Lease {
    pub kalends: Kalends,
    pub held: JobLease,
    pub job: Job,
}

impl Lease {
    /// Says in `tx` that the job has come to `progress`.
    ///
    /// # Errors
    /// `LeaseLost`: another node does it.
    pub async fn progress(&self, tx: &mut Transaction, progress: JobProgress<'_>) -> Result<()> {
        let is_held = tx.hold_job(self.held, LEASE, Some(progress)).await?;
        if is_held { Ok(()) } else { Err(Error::LeaseLost) }
    }

    /// Says in `tx` that the job is done, and has what is always to be done wait for its next time. Whatever `tx` did counts with it.
    ///
    /// # Errors
    /// `LeaseLost`: another node does it.
    pub async fn end(&self, tx: &mut Transaction, result: Option<&str>) -> Result<Ended> {
        if !tx.end_job(self.held, result).await? {
            return Err(Error::LeaseLost);
        }
        again(&self.kalends, tx, self.held.kind).await?;
        Ok(Ended(()))
    }
}

/// Puts what is always to be done into the queue again once it has ended.
pub(super) async fn again(kalends: &Kalends, tx: &mut Transaction, kind: JobKind) -> Result<()> {
    if let Some(interval) = kalends.interval(kind) {
        tx.enqueue_job(&NewJob { due_at: Utc::now() + interval, ..of_installation(kind) }).await?;
    }
    Ok(())
}
