//! Doing jobs.

use super::lease::{self, Ended, LEASE, Lease};
use super::{backups, cleaning, import, move_in};
use crate::model::announcement::Announcement;
use crate::model::job::{Job, JobKind};
use crate::model::principal::PrincipalId;
use crate::store::JobLease;
use crate::{Error, Kalends, Result};
use chrono::{TimeDelta, Utc};
use rand::Rng;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How many jobs a node does at once: one that takes long keeps no other waiting.
const MAX_JOBS: usize = 10;
/// How many of these may be of such kinds: they take long, as what somebody brings does, or wait for servers of others, and what everybody
/// needs does not wait for them. Together they leave some for the other kinds.
const SHARES: [(&[JobKind], usize); 4] = [
    (&[JobKind::Import, JobKind::MoveIn], 1),
    (&[JobKind::Sync, JobKind::TakeBack], 4),
    (&[JobKind::MailLook, JobKind::MailPush, JobKind::MailInvitations], 2),
    (&[JobKind::InvitationMail], 1),
];
/// How often a job may fail before it is dead.
const MAX_ATTEMPTS: u32 = 10;
/// How often a node looks whether a job is due; what this node enqueues is begun at once.
const LOOK: Duration = Duration::from_secs(2);
/// How often a node looks whether what is always to be done waits.
const RECURRING: Duration = Duration::from_secs(60);
/// How often a node says that it is still at a job.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a job that failed waits at first, and at most.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(5);
const MAX_WAIT: TimeDelta = TimeDelta::hours(1);
/// The longest where others wait for it to happen in time.
const MAX_URGENT_WAIT: TimeDelta = TimeDelta::seconds(20);
/// How long handing back a job may take while the server stops.
const HAND_BACK: Duration = Duration::from_secs(5);

/// How attempts of each kind ended on this node.
#[derive(Debug, Default)]
pub struct JobCounter {
    done: [AtomicU64; JobKind::ALL.len()],
    failed: [AtomicU64; JobKind::ALL.len()],
}

impl JobCounter {
    fn add(&self, kind: JobKind, is_done: bool) {
        let counts = if is_done { &self.done } else { &self.failed };
        counts[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Each kind with how many attempts were done and how many failed.
    pub fn get(&self) -> impl Iterator<Item = (JobKind, u64, u64)> {
        let read = |counts: &[AtomicU64], kind| counts[kind as usize].load(Ordering::Relaxed);
        JobKind::ALL.into_iter().map(move |kind| (kind, read(&self.done, kind), read(&self.failed, kind)))
    }
}

/// Does jobs until it is told to stop.
pub struct Worker {
    kalends: Kalends,
    stop: CancellationToken,
}

impl Worker {
    pub fn new(kalends: Kalends, stop: CancellationToken) -> Self {
        Worker { kalends, stop }
    }

    /// Does what is due until the token is cancelled; jobs under way are handed back then.
    pub async fn run(self) {
        let mut running = JoinSet::new();
        let mut prepared: Option<Instant> = None;
        let shares = SHARES.map(|(_, most)| Arc::new(Semaphore::new(most)));
        while !self.stop.is_cancelled() {
            // Again and again: somebody may have removed it.
            if prepared.is_none_or(|at| at.elapsed() > RECURRING) {
                prepared = self.told(self.kalends.begin_recurring().await).map(|()| Instant::now());
            }
            self.told(self.kalends.begin_reminders().await);
            while running.len() < MAX_JOBS {
                let mut rights = shares.each_ref().map(|share| share.clone().try_acquire_owned().ok());
                let mut kinds = self.kalends.kinds();
                kinds.retain(|kind| share_of(*kind).is_none_or(|share| rights[share].is_some()));
                let Some(Some((held, job))) = self.told(self.next(&kinds).await) else { break };
                let right = share_of(held.kind).and_then(|share| rights[share].take());
                let attempt = attempt(self.kalends.clone(), held, job, self.stop.clone());
                running.spawn(async move {
                    attempt.await;
                    drop(right);
                });
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = sleep(LOOK) => {}
                () = self.kalends.wake.notified() => {}
                Some(_) = running.join_next() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Does everything that is due now, one after the other, and yields how much that was. For commands and tests.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`: of the queue; what becomes of a job is said by the job.
    pub async fn run_due(&self) -> Result<usize> {
        self.run_due_of(&self.kalends.kinds()).await
    }

    /// [`Worker::run_due`], of these kinds.
    ///
    /// # Errors
    /// As there.
    pub async fn run_due_of(&self, kinds: &[JobKind]) -> Result<usize> {
        let mut done = 0;
        while let Some((held, job)) = self.next(kinds).await? {
            attempt(self.kalends.clone(), held, job, self.stop.clone()).await;
            done += 1;
        }
        Ok(done)
    }

    /// Takes what has been due for the longest, of `kinds`.
    async fn next(&self, kinds: &[JobKind]) -> Result<Option<(JobLease, Job)>> {
        if !self.kalends.db.once().await?.has_due_job(kinds).await? {
            return Ok(None);
        }
        let mut tx = self.kalends.db.write().await?;
        let claimed = tx.claim_job(kinds, LEASE).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    fn told<T>(&self, outcome: Result<T>) -> Option<T> {
        outcome.inspect_err(|error| tracing::warn!(%error, "the queue of jobs cannot be read")).ok()
    }
}

/// Which of [`SHARES`] a kind belongs to.
fn share_of(kind: JobKind) -> Option<usize> {
    SHARES.iter().position(|(kinds, _)| kinds.contains(&kind))
}

fn is_urgent(kind: JobKind) -> bool {
    matches!(kind, JobKind::Remind | JobKind::Deliver)
}

/// One attempt at a job, to its end, its failure, or the end of this node.
async fn attempt(kalends: Kalends, held: JobLease, job: Job, stop: CancellationToken) {
    let attempts = job.attempts;
    tracing::debug!(job = held.id.0, kind = held.kind.name(), attempts, "a job begins");
    if attempts > MAX_ATTEMPTS {
        return fail(&kalends, (held, job.owner), attempts, "the nodes that did it went away each time").await;
    }
    let owner = job.owner;
    let lease = Lease::new(kalends.clone(), held, job);
    // A task of its own: a panic is one failure of the job, and of nothing else.
    let mut doing = JoinSet::new();
    doing.spawn(async move {
        tokio::select! {
            ended = perform(&lease) => ended,
            never = keep(&lease) => match never {},
        }
    });
    tokio::select! {
        Some(ended) = doing.join_next() => conclude(&kalends, (held, owner), attempts, ended).await,
        () = stop.cancelled() => {
            doing.abort_all();
            match doing.join_next().await {
                // It ended at the same moment.
                Some(ended) if !ended.as_ref().is_err_and(JoinError::is_cancelled) => conclude(&kalends, (held, owner), attempts, ended).await,
                _ => hand_back(&kalends, held).await,
            }
        }
    }
}

/// A lease, with whoever began its job.
type Owned = (JobLease, Option<PrincipalId>);

async fn conclude(kalends: &Kalends, (held, owner): Owned, attempts: u32, ended: Result<Result<Ended>, JoinError>) {
    let kind = held.kind;
    match ended {
        Ok(Ok(Ended { .. })) => kalends.job_counter.add(kind, true),
        Ok(Err(Error::LeaseLost)) => {
            tracing::warn!(job = held.id.0, kind = kind.name(), "another node has taken the job over");
        }
        Ok(Err(error)) => {
            tracing::warn!(job = held.id.0, kind = kind.name(), attempts, ?error, "a job failed");
            fail(kalends, (held, owner), attempts, &error.to_string()).await;
        }
        Err(panicked) => {
            tracing::error!(job = held.id.0, kind = kind.name(), error = %panicked, "a job panicked");
            fail(kalends, (held, owner), attempts, "it panicked; the log says more").await;
        }
    }
}

async fn hand_back(kalends: &Kalends, held: JobLease) {
    let hand_back = async {
        let mut tx = kalends.db.write().await?;
        tx.hand_back_job(held).await?;
        tx.commit().await
    };
    // What is not handed back is taken when its lease is over.
    if !matches!(timeout(HAND_BACK, hand_back).await, Ok(Ok(()))) {
        tracing::warn!(job = held.id.0, "a job could not be handed back");
    }
}

async fn perform(lease: &Lease) -> Result<Ended> {
    match lease.held.kind {
        JobKind::Clean => cleaning::clean(lease).await,
        JobKind::Reindex => lease.kalends.reindex_as(lease).await,
        JobKind::Import => import::import(lease).await,
        JobKind::Backup => backups::back_up(lease).await,
        JobKind::EndShares => super::shares::end(lease).await,
        JobKind::MoveIn => move_in::move_in(lease).await,
        JobKind::Sync => crate::sync::run(lease).await,
        JobKind::Subscribe => crate::sync::settle_notifications(lease).await,
        JobKind::TakeBack => crate::sync::take_back(lease).await,
        JobKind::Invitations => crate::scheduling::take_up(lease).await,
        JobKind::Mail => crate::outgoing_mail::send(lease).await,
        JobKind::Remind => crate::reminders::remind(lease).await,
        JobKind::Deliver => crate::reminders::deliver(lease).await,
        JobKind::MailLook => crate::mail::look(lease).await,
        JobKind::MailPush => crate::mail::push(lease).await,
        JobKind::MailSave => crate::mail::save(lease).await,
        JobKind::MailSend => crate::mail::send(lease).await,
        JobKind::InvitationMail => crate::scheduling::bring_outside(lease).await,
        JobKind::MailInvitations => crate::mail::take_invitations(lease).await,
    }
}

/// Says again and again that this node is at the job. When it is not its any more, its next transaction is refused.
async fn keep(lease: &Lease) -> Infallible {
    let mut ticks = interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first comes at once, and the lease has just begun.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let hold = async {
            let mut tx = lease.kalends.db.write().await?;
            tx.hold_job(lease.held, LEASE, None).await?;
            tx.commit().await
        };
        if let Err(error) = hold.await {
            tracing::debug!(%error, job = lease.held.id.0, "a job could not be held");
        }
    }
}

async fn fail(kalends: &Kalends, (held, owner): Owned, attempts: u32, error: &str) {
    kalends.job_counter.add(held.kind, false);
    let most = if is_urgent(held.kind) { MAX_URGENT_WAIT } else { MAX_WAIT };
    let again = (attempts < MAX_ATTEMPTS).then(|| Utc::now() + wait(attempts, most));
    let failing = async {
        let mut tx = kalends.db.write().await?;
        if tx.fail_job(held, error, again).await? && again.is_none() {
            lease::again(kalends, &mut tx, held.kind).await?;
        }
        let news = owner.map(|owner| Announcement::Job { owner, job: held.id });
        kalends.commit_with_news(tx, news).await
    };
    if let Err(error) = failing.await {
        tracing::warn!(%error, job = held.id.0, "the failure of a job cannot be kept; it is tried again when its lease is over");
    }
    if again.is_none() {
        tracing::error!(job = held.id.0, kind = held.kind.name(), error, "a job is dead: see `kalends jobs`");
    }
}

/// How long a job waits after its `attempt`th failure: twice as long each time, and not all that failed at once for the same time.
fn wait(attempt: u32, most: TimeDelta) -> TimeDelta {
    let longest = (FIRST_WAIT * (1 << attempt.saturating_sub(1).min(20))).min(most).num_milliseconds();
    TimeDelta::milliseconds(rand::rng().random_range(longest / 2..=longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_up_to_an_hour() {
        for (attempt, most) in [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (50, 3600)] {
            for _ in 0..50 {
                let wait = wait(attempt, MAX_WAIT);
                assert!(wait <= TimeDelta::seconds(most) && wait >= TimeDelta::seconds(most) / 2, "{attempt}: {wait}");
            }
        }
    }
}
