//! Work that outlives the request that asked for it: put into the queue in the transaction that is its reason, done by whichever node
//! takes it, again after a failure, and visible.

mod backups;
mod cleaning;
mod import;
mod lease;
mod move_in;
mod shares;
mod worker;

pub use crate::model::job::{Job, JobId, JobKind, JobState};
pub use import::{ImportProgress, ImportState};
pub use move_in::{MoveProgress, MovedCalendar};
pub use worker::{JobCounter, Worker};

pub(crate) use lease::{Ended, Lease};
pub(crate) use shares::end_of_share;

use crate::model::job::NewJob;
use crate::model::principal::Caller;
use crate::retry::retry;
use crate::{Error, Kalends, Missing, Result};
use chrono::{TimeDelta, Utc};

/// Most jobs that are listed.
pub const MAX_LISTED: usize = 500;

/// A job of which there is one for the whole installation.
pub(crate) fn of_installation(kind: JobKind) -> NewJob {
    NewJob { kind, key: String::new(), owner: None, payload: "{}".to_owned(), due_at: Utc::now() }
}

impl Kalends {
    /// Jobs for whoever runs the server: those that have not ended or are dead first, then the newest, [`MAX_LISTED`] at most.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        self.db.once().await?.jobs(MAX_LISTED).await
    }

    /// How many jobs there are in each state.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn job_counts(&self) -> Result<Vec<(JobState, u64)>> {
        self.db.once().await?.job_counts().await
    }

    /// How attempts at jobs have ended on this node.
    pub fn job_counter(&self) -> &JobCounter {
        &self.job_counter
    }

    /// A job that the caller began.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn own_job(&self, caller: Caller, id: JobId) -> Result<Job> {
        let job = self.db.once().await?.job(id).await?;
        job.filter(|job| job.owner == Some(caller.principal)).ok_or(Error::NotFound(Missing::Job))
    }

    /// The jobs that the caller began, the newest first, [`MAX_LISTED`] at most.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn own_jobs(&self, caller: Caller) -> Result<Vec<Job>> {
        self.db.once().await?.jobs_of(caller.principal, MAX_LISTED).await
    }

    /// For whoever runs the server: has a job of the installation done now. Yields it, or the one that waits or runs already.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn begin_job(&self, kind: JobKind) -> Result<JobId> {
        let id = retry(async || {
            let mut tx = self.db.write().await?;
            let id = tx.enqueue_job(&of_installation(kind)).await?;
            // It may wait for its hour.
            tx.retry_job(id, Utc::now()).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await?;
        self.wake.notify_one();
        Ok(id)
    }

    /// For whoever runs the server: has a job that waits or is dead tried now, as if it had never been.
    ///
    /// # Errors
    /// `NotFound` for one that is not there, runs, is done, or whose work another does already.
    pub async fn retry_job(&self, id: JobId) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.retry_job(id, Utc::now()).await? {
                return Err(Error::NotFound(Missing::FailedJob));
            }
            tx.commit().await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// For whoever runs the server: removes a job that does not run. What is always to be done comes back by itself.
    ///
    /// # Errors
    /// `NotFound` for one that is not there or runs.
    pub async fn remove_job(&self, id: JobId) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.remove_job(id).await? {
                return Err(Error::NotFound(Missing::WaitingJob));
            }
            tx.commit().await
        })
        .await
    }

    /// How long after its end a job is done again, for work that is always to be done.
    pub(crate) fn interval(&self, kind: JobKind) -> Option<TimeDelta> {
        match kind {
            JobKind::Clean => Some(TimeDelta::hours(1)),
            JobKind::Backup => self.limits.backups.as_ref().map(|plan| plan.interval),
            JobKind::Reindex
            | JobKind::Import
            | JobKind::EndShares
            | JobKind::MoveIn
            | JobKind::Sync
            | JobKind::Subscribe
            | JobKind::TakeBack
            | JobKind::Invitations
            | JobKind::Mail
            | JobKind::Remind
            | JobKind::Deliver
            | JobKind::MailLook
            | JobKind::MailPush
            | JobKind::MailSave
            | JobKind::MailSend
            | JobKind::InvitationMail
            | JobKind::MailInvitations => None,
        }
    }

    /// What this node does: backups only where it knows of a folder for them, subscriptions where it knows what is to be told, and mail
    /// where it knows how it goes out.
    pub(crate) fn kinds(&self) -> Vec<JobKind> {
        let does = |kind: &JobKind| match kind {
            JobKind::Backup => self.limits.backups.is_some(),
            JobKind::Subscribe => self.notification_hook.is_known(),
            JobKind::Mail => self.sends_mail(),
            JobKind::InvitationMail => self.ways().is_some(),
            _ => true,
        };
        JobKind::ALL.into_iter().filter(does).collect()
    }

    /// Has what is always to be done wait for its time, where it neither waits nor runs.
    pub(crate) async fn begin_recurring(&self) -> Result<()> {
        let mut tx = self.db.write().await?;
        for kind in JobKind::ALL.into_iter().filter(|kind| self.interval(*kind).is_some()) {
            // Not all nodes at the moment in which they start.
            let due_at = Utc::now() + TimeDelta::minutes(1);
            tx.enqueue_job(&NewJob { due_at, ..of_installation(kind) }).await?;
        }
        tx.commit().await?;
        self.begin_links().await?;
        self.begin_notifications().await
    }
}
