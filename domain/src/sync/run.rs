//! A run of a link, as a job: looks at both sides, brings them into step, and says how the link is.

use super::engine::{Done, Engine, Halt, Tally};
use super::failures::trouble;
use super::inbound::{lossy, rules};
use super::plan::Stop;
use super::provider::{Provider, ProviderError};
use super::schedule;
use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount};
use crate::model::sync_link::{LinkSettings, LinkState, SyncLink, SyncLinkId, Trouble};
use crate::model::sync_object::SyncObjectId;
use crate::model::sync_run::RunOutcome;
use crate::model::version::{Run, RunKind};
use crate::retry::retry;
use crate::store::{JobProgress, LinkStanding, SyncObjects, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Instant;

/// How often a run looks again because something has moved under it.
const MAX_ROUNDS: usize = 4;
/// How soon a run follows on one that did not get to the end of what moves.
const SOON: TimeDelta = TimeDelta::seconds(20);
/// How long after everything there was listed it is again.
const RELIST: TimeDelta = TimeDelta::days(1);

/// The job of a link that is due at `due_at`.
pub(super) fn job(link: SyncLinkId, account: &RemoteAccount, due_at: DateTime<Utc>) -> NewJob {
    // The same in both: who does the job is told the payload alone.
    let key = link.0.to_string();
    NewJob { kind: JobKind::Sync, payload: key.clone(), key, owner: Some(account.owner), due_at }
}

/// What a run of a link is called in the log.
pub(super) fn run_label(link: &SyncLink, account: &RemoteAccount) -> String {
    format!("{} ({})", link.remote_name, account.name)
}

/// How a run ended.
struct Conclusion {
    outcome: RunOutcome,
    state: LinkState,
    trouble: Option<Trouble>,
    why: Option<String>,
    failures: u32,
    next: Option<DateTime<Utc>>,
}

/// Does the job of a link.
pub(crate) async fn run(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(SyncLinkId).unwrap_or(SyncLinkId(0));
    let mut tx = kalends.db.read().await?;
    let link = tx.sync_link(id).await?;
    let account = match &link {
        Some(link) => tx.remote_account(link.account).await?,
        None => None,
    };
    drop(tx);
    let (Some(link), Some(account)) = (link, account) else { return end_without_link(lease).await };
    if link.state.rests() && !link.removing {
        return end_without_link(lease).await;
    }
    let began = Instant::now();
    let wanted = Utc::now();
    let caller = Caller::sync(account.owner, link.id.0, link.calendar);
    if !link.removing && access::seen(&mut kalends.db.read().await?, caller, link.calendar).await?.is_none() {
        // It rests in the bin, or its owner has taken it away.
        return conclude(lease, &link, &account, wanted, no_access(&link), None).await;
    }
    if let Some(conclusion) = not_now(kalends, &link, &account) {
        return conclude(lease, &link, &account, wanted, conclusion, None).await;
    }
    let log = Run::new(RunKind::Sync, run_label(&link, &account));
    let mut tx = kalends.db.write().await?;
    tx.end_broken_sync_runs(link.id, wanted).await?;
    let run = tx.insert_sync_run(link.id, log.id, false, wanted).await?;
    tx.set_sync_progress(link.id, crate::model::sync_link::RunProgress { done: 0, of: None }).await?;
    // A node that slept since it took the job ends no run of the one that has it now.
    lease.progress(&mut tx, JobProgress { done: 0, of: None, payload: None }).await?;
    tx.commit().await?;
    let done = match kalends.remote_provider(&account).await? {
        Ok(provider) => {
            provider.allow_invitations(link.settings.invites);
            provider.hold_meetings_online(link.settings.online_meetings);
            let rules = rules(&link.settings, lossy(&provider), link.components.clone(), (*kalends.limits).clone());
            let mut engine = Engine {
                kalends,
                lease,
                caller,
                provider: provider.clone(),
                rules: Arc::new(rules),
                run: log,
                id: run,
                tally: Tally::default(),
                relists: relists(&link, &account),
                listed_everything: false,
                link: link.clone(),
            };
            let stop = if link.removing { engine.remove_all().await } else { engine.bring_into_step().await };
            (stop, engine.tally, Some(provider))
        }
        Err(error) => (Err(Halt::Remote(error)), Tally::default(), None),
    };
    let (stop, tally, provider) = done;
    let remote_error = match &stop {
        Err(Halt::Remote(error)) => Some(error.clone()),
        _ => None,
    };
    kalends.sync_breaker.note(&account, remote_error.as_ref(), Utc::now());
    let link = as_wished(link, provider.as_deref().filter(|_| stop.is_ok()));
    let conclusion = match stop {
        Err(Halt::Store(error)) => return Err(error),
        Ok(None) if link.removing => return removed(lease, &link).await,
        Ok(stop) => reached(&link, stop, tally),
        Err(Halt::Remote(error)) => failed(&link, &account, &error, provider.as_deref()).await,
        Err(Halt::Here(trouble, why)) => needs(&link, trouble, Some(why)),
    };
    kalends.note_remote_answer(&account, remote_error.as_ref().filter(|_| conclusion.state != LinkState::Gone)).await?;
    let failed = matches!(conclusion.outcome, RunOutcome::Failed);
    kalends.sync_counter.add(account.provider, failed, tally.changes, began.elapsed());
    conclude(lease, &link, &account, wanted, conclusion, Some((run, tally))).await
}

/// Whether everything there is listed once more. A server that names changes may miss one: some give a cursor while a write is under way
/// that began before it, and never name that. Graph does not, and a feed is everything each time: these are when somebody asks for it.
fn relists(link: &SyncLink, account: &RemoteAccount) -> bool {
    let is_old = |at: DateTime<Utc>| account.provider == ProviderKind::CalDav && Utc::now() - at > RELIST;
    !link.listing_open && link.listed_at.is_none_or(is_old)
}

/// A link whose calendar elsewhere says how often it wishes to be asked, after it was: with that interval. Without a wish it is the usual
/// one of what is followed.
fn as_wished(link: SyncLink, answered: Option<&dyn Provider>) -> SyncLink {
    match answered.filter(|_| link.as_wished) {
        Some(provider) => {
            let interval = Some(schedule::wished(provider.wished_interval()));
            SyncLink { settings: LinkSettings { interval, ..link.settings }, ..link }
        }
        None => link,
    }
}

/// The link is no more, or rests.
async fn end_without_link(lease: &Lease) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn removed(lease: &Lease, link: &SyncLink) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_sync_link(link.id).await?;
    tx.delete_remote_account_without_links(link.account).await?;
    let raised = tx.raise_homes(link.calendar).await?;
    let news = raised.into_iter().map(|(principal, revision)| crate::Announcement::Home { principal, revision });
    let news: Vec<crate::Announcement> = news.chain(lease.news(true)).collect();
    lease.kalends.commit_with_news(tx, news).await?;
    Ok(ended)
}

/// What keeps a link from running at all.
fn not_now(kalends: &Kalends, link: &SyncLink, account: &RemoteAccount) -> Option<Conclusion> {
    let now = Utc::now();
    match account.state {
        AccountState::Paused => return Some(needs(link, Trouble::AccountPaused, None)),
        AccountState::Unauthenticated => return Some(needs(link, Trouble::Unauthenticated, account.why.clone())),
        AccountState::Active | AccountState::Missing => {}
    }
    let until = kalends.sync_breaker.open_until(account, now)?;
    let next = Some(until + schedule::jittered(TimeDelta::seconds(30)));
    Some(Conclusion { next, ..waits(link, Trouble::Unreachable, link.why.clone(), None) })
}

fn no_access(link: &SyncLink) -> Conclusion {
    needs(link, Trouble::NoAccess, None)
}

fn needs(link: &SyncLink, trouble: Trouble, why: Option<String>) -> Conclusion {
    let wait = schedule::attention(trouble).map(schedule::jittered);
    let next = wait.map(|wait| Utc::now() + wait);
    let (outcome, state) = (RunOutcome::Failed, LinkState::Attention);
    Conclusion { outcome, state, trouble: Some(trouble), why, failures: link.failures + 1, next }
}

fn waits(link: &SyncLink, trouble: Trouble, why: Option<String>, retry_after: Option<TimeDelta>) -> Conclusion {
    let failures = link.failures + 1;
    let next = Some(Utc::now() + schedule::back_off(failures, retry_after));
    let (outcome, state) = (RunOutcome::Failed, LinkState::Waiting);
    Conclusion { outcome, state, trouble: Some(trouble), why, failures, next }
}

async fn failed(
    link: &SyncLink,
    account: &RemoteAccount,
    error: &ProviderError,
    provider: Option<&dyn Provider>,
) -> Conclusion {
    let why = Some(error.to_string());
    if let ProviderError::Transient { retry_after, .. } = error {
        return waits(link, Trouble::Unreachable, why, *retry_after);
    }
    // Whether the calendar alone is gone, or the account.
    if let (ProviderError::Missing(_), Some(provider)) = (error, provider) {
        return match provider.calendars().await {
            Ok(calendars) if calendars.iter().any(|calendar| calendar.id == link.remote) => {
                waits(link, Trouble::Unreadable, why, None)
            }
            Ok(_) => Conclusion { state: LinkState::Gone, next: None, ..needs(link, Trouble::Missing, why) },
            Err(ProviderError::Transient { retry_after, .. }) => waits(link, Trouble::Unreachable, why, retry_after),
            Err(_) => needs(link, Trouble::Missing, why),
        };
    }
    tracing::info!(link = link.id.0, account = account.id.0, %error, "a calendar elsewhere cannot be brought into step");
    needs(link, trouble(error).unwrap_or(Trouble::Unreadable), why)
}

fn reached(link: &SyncLink, stop: Option<Stop>, tally: Tally) -> Conclusion {
    let now = Utc::now();
    let quiet = if tally.changes > 0 { 0 } else { link.quiet_runs.saturating_add(1) };
    let next = schedule::interval(link, quiet, now).map(|interval| now + schedule::jittered(interval));
    if let Some(stop) = stop {
        let trouble = match stop {
            Stop::EmptySource { .. } => Trouble::EmptySource,
            Stop::TooMany { .. } => Trouble::TooManyDeletions,
        };
        let (outcome, why) = (RunOutcome::Asks, Some(stop.to_string()));
        return Conclusion { outcome, state: LinkState::Asks, trouble: Some(trouble), why, failures: 0, next };
    }
    if tally.failed > 0 {
        let why = Some(format!("{} objects could not be brought into step this time", tally.failed));
        return Conclusion { outcome: RunOutcome::Partly, ..waits(link, Trouble::SomeFailed, why, None) };
    }
    let next = if tally.again { Some(now + SOON) } else { next };
    let (outcome, state) = (RunOutcome::Done, LinkState::InStep);
    Conclusion { outcome, state, trouble: None, why: None, failures: 0, next }
}

/// Whether a link that is so runs sooner because something has changed.
pub(super) fn heeds_hints(state: LinkState, trouble: Option<Trouble>) -> bool {
    match state {
        LinkState::New | LinkState::InStep | LinkState::Syncing | LinkState::Asks => true,
        LinkState::Waiting => trouble == Some(Trouble::SomeFailed),
        LinkState::Attention | LinkState::Paused | LinkState::Gone => false,
    }
}

/// Says how the link is, and has its next run wait for its time.
async fn conclude(
    lease: &Lease,
    link: &SyncLink,
    account: &RemoteAccount,
    wanted: DateTime<Utc>,
    conclusion: Conclusion,
    run: Option<(crate::model::sync_run::SyncRunId, Tally)>,
) -> Result<Ended> {
    retry(async || conclude_once(lease, link, account, wanted, &conclusion, run).await).await
}

async fn conclude_once(
    lease: &Lease,
    link: &SyncLink,
    account: &RemoteAccount,
    wanted: DateTime<Utc>,
    conclusion: &Conclusion,
    run: Option<(crate::model::sync_run::SyncRunId, Tally)>,
) -> Result<Ended> {
    let now = Utc::now();
    let kalends = &lease.kalends;
    let mut tx = kalends.db.write().await?;
    let Conclusion { outcome, trouble, why, failures, .. } = conclusion;
    let (outcome, trouble, failures) = (*outcome, *trouble, *failures);
    let (mut state, mut next) = (conclusion.state, conclusion.next);
    let current = tx.sync_link(link.id).await?;
    // Somebody may have paused it, or asked for another run, while this one went on.
    if current.as_ref().is_some_and(|now| now.state == LinkState::Paused) {
        (state, next) = (LinkState::Paused, None);
    }
    let since =
        |at: fn(&SyncLink) -> Option<DateTime<Utc>>| current.as_ref().and_then(at).is_some_and(|at| at > wanted);
    let is_wanted = since(|link| link.wanted_at) && !state.rests();
    // What changes meanwhile is no reason to ask a service sooner that has said when to come back, or that does not answer.
    let is_hinted = since(|link| link.hinted_at) && heeds_hints(state, trouble);
    if is_wanted || is_hinted {
        next = Some(next.unwrap_or(now).min(now + TimeDelta::seconds(3)));
    }
    if let Some((run, tally)) = run {
        let is_quiet = tally.changes == 0 && outcome == RunOutcome::Done && tx.sync_run_counts(run).await?.is_empty();
        if is_quiet && link.state != LinkState::New {
            tx.delete_sync_run(run).await?;
        } else {
            let trouble = trouble.map(|trouble| (trouble, why.as_deref().unwrap_or_default()));
            tx.end_sync_run(run, now, outcome, trouble).await?;
        }
        let quiet = if tally.changes > 0 { 0 } else { link.quiet_runs.saturating_add(1) };
        let in_step = outcome == RunOutcome::Done && !tally.again;
        tx.set_sync_ran(link.id, now, in_step, quiet).await?;
        if let Some(interval) = link.settings.interval.filter(|_| link.as_wished) {
            tx.set_sync_wished(link.id, interval).await?;
        }
    }
    let standing = LinkStanding { state, trouble, why: why.as_deref(), failures, next_run_at: next };
    tx.set_sync_standing(link.id, &standing).await?;
    tx.delete_ended_jobs(JobKind::Sync, &lease.job.payload).await?;
    let ended = lease.end(&mut tx, None).await?;
    if let (Some(due_at), Some(_)) = (next, current) {
        tx.enqueue_job(&job(link.id, account, due_at)).await?;
    }
    let mut news: Vec<crate::Announcement> = lease.news(true).into_iter().collect();
    let raised = match (state, trouble) != (link.state, link.trouble) {
        true => tx.raise_homes(link.calendar).await?,
        // Its owner's pages may have seen that it was being brought into step, and say until when it is.
        false if run.is_some() => vec![tx.raise_home(account.owner).await?],
        false => Vec::new(),
    };
    news.extend(raised.into_iter().map(|(principal, revision)| crate::Announcement::Home { principal, revision }));
    kalends.commit_with_news(tx, news).await?;
    Ok(ended)
}

impl Engine<'_> {
    /// Looks at both sides and brings them into step, again while something moves.
    async fn bring_into_step(&mut self) -> Done<Option<Stop>> {
        self.know_remote().await?;
        let mut stop = None;
        for _ in 0..MAX_ROUNDS {
            (self.tally.again, self.tally.failed) = (false, 0);
            self.look_there().await?;
            self.look_here().await?;
            let mut tx = self.kalends.db.read().await?;
            let seen = tx.count_sync_objects(self.link.id, SyncObjects::Seen).await?;
            let local = tx.count_sync_objects(self.link.id, SyncObjects::Local).await?;
            drop(tx);
            self.tally.of = Some(self.tally.done + seen + local);
            self.take_in().await?;
            let here = self.delete_here().await?;
            let mut there = None;
            if self.link.settings.direction.pushes() && self.provider.capabilities().writes && self.link.remote_writable
            {
                self.send_out().await?;
                there = self.delete_there().await?;
            }
            stop = here.or(there);
            self.tally.again |= self.look_at_twins().await?;
            if !self.tally.again {
                break;
            }
        }
        Ok(stop)
    }

    /// Deletes everything that is in step there.
    async fn remove_all(&mut self) -> Done<Option<Stop>> {
        let mut after = SyncObjectId(0);
        let mut failed = 0;
        loop {
            let mut tx = self.kalends.db.read().await?;
            let rows = tx.sync_objects(self.link.id, SyncObjects::All, after, 50).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
            drop(tx);
            after = last;
            self.tally.done += rows.len() as u64;
            // What nobody here has seen stays there.
            let seen = rows.into_iter().filter(crate::model::sync_object::SyncObject::is_based).collect();
            self.delete_rows_there(seen, &mut failed).await?;
        }
    }
}

impl Kalends {
    /// Has links run that are to and have no job.
    pub(crate) async fn begin_links(&self) -> Result<()> {
        let links = self.db.read().await?.sync_links_without_job().await?;
        if links.is_empty() {
            return Ok(());
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            for link in &links {
                if let Some(account) = tx.remote_account(link.account).await? {
                    let due_at = link.next_run_at.unwrap_or_else(Utc::now).max(Utc::now());
                    tx.enqueue_job(&job(link.id, &account, due_at)).await?;
                }
            }
            tx.commit().await
        })
        .await
    }

    /// Has a link run now, or again as soon as the run under way has ended.
    pub(super) async fn want_run(&self, tx: &mut Transaction, link: &SyncLink, at: DateTime<Utc>) -> Result<()> {
        let Some(account) = tx.remote_account(link.account).await? else { return Ok(()) };
        tx.set_sync_wanted(link.id, at).await?;
        tx.enqueue_job(&job(link.id, &account, at)).await?;
        tx.hasten_job(JobKind::Sync, &link.id.0.to_string(), at).await
    }

    /// Has a link run soon, as something has changed; one that waits for a service does so all the same.
    pub(super) async fn hint_run(&self, tx: &mut Transaction, link: &SyncLink, at: DateTime<Utc>) -> Result<()> {
        let account = tx.remote_account(link.account).await?.filter(|_| heeds_hints(link.state, link.trouble));
        let Some(account) = account else { return Ok(()) };
        tx.set_sync_hinted(link.id, Utc::now()).await?;
        tx.enqueue_job(&job(link.id, &account, at)).await?;
        tx.hasten_job(JobKind::Sync, &link.id.0.to_string(), at).await
    }

    /// The link of a calendar whose owner the caller is.
    ///
    /// # Errors
    /// `NotFound` for everybody else.
    pub(super) async fn held_link(&self, tx: &mut Transaction, caller: Caller, id: SyncLinkId) -> Result<SyncLink> {
        let missing = || Error::NotFound(Missing::Link);
        let link = tx.sync_link(id).await?.ok_or_else(missing)?;
        may_link(tx, caller, link.calendar).await.map_err(|_| missing())?;
        Ok(link)
    }
}

/// # Errors
/// `NotFound`, `Forbidden` for whoever does not own the calendar.
pub(super) async fn may_link(tx: &mut Transaction, caller: Caller, calendar: CalendarId) -> Result<()> {
    access::calendar(tx, caller, calendar, Access::Owner).await.map(drop)
}

/// Ends a write that changed how a link is: whoever has the calendar in their list is told.
pub(super) async fn link_changed(mut write: Write, link: &SyncLink) -> Result<()> {
    write.calendar_changed(link.calendar).await?;
    write.commit(()).await
}
