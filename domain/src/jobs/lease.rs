//! A node's right to do a job, for a time.

use super::of_installation;
use crate::model::announcement::Announcement;
use crate::model::job::{Job, JobKind, NewJob};
use crate::store::{JobLease, JobProgress, Transaction};
use crate::{Error, Kalends, Result};
use chrono::{TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a node has a job without saying that it is still at it.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How often whoever began a job is told how far it has come: people see no more, and each time is a message to all nodes.
const TELLING: Duration = Duration::from_millis(500);

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
    told: Arc<Mutex<Option<Instant>>>,
}

impl Lease {
    pub fn new(kalends: Kalends, held: JobLease, job: Job) -> Self {
        Lease { kalends, held, job, told: Arc::default() }
    }

    /// What whoever began the job is to be told once what it has come to is committed; `None`: nobody began it, or they were told a moment
    /// ago. They are always told of its end.
    pub fn news(&self, is_end: bool) -> Option<Announcement> {
        let owner = self.job.owner?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_end && told.is_some_and(|told| told.elapsed() < TELLING) {
            return None;
        }
        *told = Some(Instant::now());
        Some(Announcement::Job { owner, job: self.held.id })
    }

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

    /// [`Lease::end`] of a job of which nothing is kept: there are many of its kind, and what each did stands where it did it.
    ///
    /// # Errors
    /// `LeaseLost`: another node does it.
    pub async fn end_without_trace(&self, tx: &mut Transaction) -> Result<Ended> {
        if !tx.forget_held_job(self.held).await? {
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
