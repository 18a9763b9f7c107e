//! Taking a run back, as a job: each side gets what it had before, but for what something else has changed since. The link rests from the
//! moment in which it is asked for; what was brought back counts as an edit of its side, and what the run had made may come again, when
//! somebody has it go on. How far it has come is kept in each transaction, and what is as it was before is taken back already: a node that
//! dies over it leaves the rest to the next.

use super::decide::forget_remote;
use super::engine::{Halt, entry};
use super::fetching::{Read, fetch};
use super::provider::{FetchOutcome, Provider, ProviderError, RemoteObjectId, RemoteTag};
use crate::access::Caller;
use crate::jobs::{Ended, Job, JobId, JobKind, JobState, Lease};
use crate::model::job::NewJob;
use crate::model::remote_account::RemoteAccount;
use crate::model::sync_link::{LinkState, SyncLink};
use crate::model::sync_object::{RemoteState, SyncObject};
use crate::model::sync_run::{RunEntry, RunOutcome, Side, SyncOutcome, SyncRun, SyncRunId};
use crate::model::version::{Change, Run, RunKind};
use crate::retry::retry;
use crate::store::{JobProgress, LinkStanding, Transaction};
use crate::transfer::Named;
use crate::undo::{NotesUndone, folded};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use chrono::Utc;
use kalends_ical::meaning::same_meaning;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How many lines of a receipt, or objects here, are handled at once.
const PAGE: usize = 100;

/// What taking a run back has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// How many objects are as they were, here and there.
    pub here: u64,
    pub there: u64,
    /// Titles of those that something else has changed since, which are left as they are.
    pub left: Named<String>,
    /// Why it does not go on.
    pub refused: Option<String>,
}

/// How far taking a run back has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakingBack {
    pub job: JobId,
    /// How many objects were handled, of how many; `None`: not known yet.
    pub done: u64,
    pub of: Option<u64>,
    pub is_done: bool,
    /// Why it waits to be tried again.
    pub waits: Option<String>,
    pub outcome: TakenBack,
}

/// What there is to do, and how far it has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payload {
    run: i64,
    /// The run that does it, once there is one.
    back: Option<i64>,
    /// What that is called in the log.
    log: Uuid,
    of: Option<u64>,
    done: u64,
    /// Here, changes from this revision on were handled.
    down_to: Option<i64>,
    /// Of the receipt, lines up to this one were.
    after: i64,
    outcome: TakenBack,
}

impl Payload {
    fn read(job: &Job) -> Result<Self> {
        serde_json::from_str(&job.payload).map_err(|error| Error::Internal(error.into()))
    }

    fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Internal(error.into()))
    }
}

/// The job of a link: it takes one run back at a time.
fn key(link: &SyncLink) -> String {
    link.id.0.to_string()
}

impl Kalends {
    /// Has a run taken back, and its link rest. Asked for again while that goes on, it is the same job.
    ///
    /// # Errors
    /// `NotFound` for a run that is not there, goes on, or was taken back already; `Busy` while the link runs, or another run is taken
    /// back.
    pub async fn begin_taking_back(&self, caller: Caller, id: SyncRunId) -> Result<JobId> {
        let missing = || Error::NotFound(Missing::Run);
        let begun = self.write(caller, async |mut write: Write| {
            let run = write.tx.sync_run(id).await?.ok_or_else(missing)?;
            let link = self.held_link(&mut write.tx, caller, run.link).await.map_err(|_| missing())?;
            if run.ended_at.is_none() || run.taken_back || run.takes_back {
                return Err(missing());
            }
            if let Some(open) = write.tx.newest_job(JobKind::TakeBack, &key(&link)).await?.filter(is_open) {
                let is_the_same = Payload::read(&open)?.run == id.0;
                return if is_the_same { Ok(open.id) } else { Err(Error::Busy { seconds: 5 }) };
            }
            if link.progress.is_some() {
                return Err(Error::Busy { seconds: 5 });
            }
            let (state, trouble) = (LinkState::Paused, None);
            let standing = LinkStanding { state, trouble, why: None, failures: 0, next_run_at: None };
            write.tx.set_sync_standing(link.id, &standing).await?;
            let (log, outcome) = (Uuid::new_v4(), TakenBack::default());
            let payload = Payload { run: id.0, back: None, log, of: None, done: 0, down_to: None, after: 0, outcome };
            let (kind, owner) = (JobKind::TakeBack, Some(caller.principal));
            let new = NewJob { kind, key: key(&link), owner, payload: payload.written()?, due_at: Utc::now() };
            let job = write.tx.enqueue_job(&new).await?;
            write.calendar_changed(link.calendar).await?;
            write.commit(job).await
        });
        let job = begun.await?;
        self.wake.notify_one();
        Ok(job)
    }

    /// How far taking a run back has come; `None`: nobody has asked for it, or that was long ago.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn taking_back(&self, caller: Caller, id: SyncRunId) -> Result<Option<TakingBack>> {
        let (run, _) = self.sync_run(caller, id).await?;
        let found = self.taking_back_of(caller, run.link).await?;
        Ok(found.filter(|(of, _)| *of == id).map(|(_, progress)| progress))
    }

    /// The run of a link that is taken back, or was the last to be, and how far that has come.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn taking_back_of(
        &self,
        caller: Caller,
        link: super::SyncLinkId,
    ) -> Result<Option<(SyncRunId, TakingBack)>> {
        let mut tx = self.db.read().await?;
        let link = self.held_link(&mut tx, caller, link).await?;
        let Some(job) = tx.newest_job(JobKind::TakeBack, &key(&link)).await? else { return Ok(None) };
        let Payload { run, done, of, mut outcome, .. } = Payload::read(&job)?;
        let error = job.error.clone();
        if job.state == JobState::Dead {
            outcome.refused = error.clone();
        }
        let (is_done, waits) = (job.state == JobState::Done, error.filter(|_| job.state == JobState::Waiting));
        Ok(Some((SyncRunId(run), TakingBack { job: job.id, done, of, is_done, waits, outcome })))
    }

    /// Whether a run of a link is being taken back.
    pub(super) async fn is_taking_back(&self, tx: &mut Transaction, link: &SyncLink) -> Result<bool> {
        Ok(tx.newest_job(JobKind::TakeBack, &key(link)).await?.is_some_and(|job| is_open(&job)))
    }
}

fn is_open(job: &Job) -> bool {
    matches!(job.state, JobState::Waiting | JobState::Running)
}

/// A job under way.
struct Taking<'a> {
    lease: &'a Lease,
    link: SyncLink,
    account: RemoteAccount,
    run: SyncRun,
    back: SyncRunId,
    payload: Payload,
}

/// Does the job.
pub(crate) async fn take_back(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut payload = Payload::read(&lease.job)?;
    let mut tx = kalends.db.read().await?;
    let run = tx.sync_run(SyncRunId(payload.run)).await?.filter(|run| !run.taken_back);
    let link = match &run {
        Some(run) => tx.sync_link(run.link).await?.filter(|link| !link.removing),
        None => None,
    };
    let account = match &link {
        Some(link) => tx.remote_account(link.account).await?,
        None => None,
    };
    drop(tx);
    let (Some(run), Some(link), Some(account)) = (run, link, account) else {
        // The link is no more.
        let mut tx = kalends.db.write().await?;
        let ended = lease.end(&mut tx, None).await?;
        kalends.commit_with_news(tx, lease.news(true)).await?;
        return Ok(ended);
    };
    let back = match payload.back {
        Some(back) => SyncRunId(back),
        None => {
            let mut tx = kalends.db.write().await?;
            let back = tx.insert_sync_run(link.id, payload.log, true, Utc::now()).await?;
            payload.back = Some(back.0);
            keep(lease, &mut tx, &payload).await?;
            tx.commit().await?;
            back
        }
    };
    let mut taking = Taking { lease, link, account, run, back, payload };
    match taking.both_sides().await {
        Ok(()) => taking.conclude(None).await,
        // What was put back stays so; the next attempt goes on from there.
        Err(Halt::Remote(error)) if error.is_transient() => Err(Error::Remote(error.into())),
        Err(Halt::Store(error)) => Err(error),
        Err(Halt::Remote(error)) => taking.conclude(Some(error.to_string())).await,
        Err(Halt::Here(_, why)) => taking.conclude(Some(why)).await,
    }
}

async fn keep(lease: &Lease, tx: &mut Transaction, payload: &Payload) -> Result<()> {
    let written = payload.written()?;
    lease.progress(tx, JobProgress { done: payload.done, of: payload.of, payload: Some(&written) }).await
}

impl Taking<'_> {
    async fn both_sides(&mut self) -> std::result::Result<(), Halt> {
        let mut tx = self.lease.kalends.db.read().await?;
        let changes = folded(tx.changes_of_run(self.link.calendar, self.run.run).await?);
        let counts = tx.sync_run_counts(self.run.id).await?;
        drop(tx);
        let there = counts.iter().filter(|count| count.side == Side::There && is_deed(count.deed));
        let there: u64 = there.map(|count| count.count).sum();
        self.payload.of = Some(changes.len() as u64 + there);
        let names: HashSet<String> = changes.iter().map(|change| change.name.clone()).collect();
        let down_to = self.payload.down_to;
        let open: Vec<Change> =
            changes.into_iter().filter(|change| down_to.is_none_or(|at| change.revision.0 < at)).collect();
        let mut batches: Vec<&[Change]> = open.chunks(PAGE).rev().collect();
        while let Some(batch) = batches.pop() {
            match self.here(batch).await {
                // Of one of them: it is left, and the others are not concerned.
                Err(Error::NotFound(Missing::Version)) if batch.len() > 1 => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second, first]);
                }
                Err(Error::NotFound(Missing::Version)) => self.left_here(batch).await?,
                done => done?,
            }
        }
        // Nobody is asked for what is here alone.
        if there > 0 { self.there(&names).await } else { Ok(()) }
    }

    async fn here(&mut self, batch: &[Change]) -> Result<()> {
        let by = Caller::sync(self.account.owner, self.link.id.0, self.link.calendar);
        let label = format!("{} ({})", self.link.remote_name, self.account.name);
        let log = Run { id: self.payload.log, ..Run::new(RunKind::TakenBack, label) };
        let down_to = batch.iter().map(|change| change.revision.0).min();
        let notes = Notes { taking: self, down_to, payload: Mutex::new(self.payload.clone()) };
        self.lease.kalends.undo_changes(by, self.link.calendar, &log, batch, &notes).await?;
        let payload = notes.payload.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.payload = payload;
        Ok(())
    }

    /// What it was before is not kept any more.
    async fn left_here(&mut self, batch: &[Change]) -> Result<()> {
        let outcomes: Vec<(String, bool)> = batch.iter().map(|change| (change.name.clone(), false)).collect();
        let mut payload = self.payload.clone();
        payload.down_to = batch.iter().map(|change| change.revision.0).min();
        let mut tx = self.lease.kalends.db.write().await?;
        self.note_here(&mut tx, &mut payload, &outcomes).await?;
        self.lease.kalends.commit_with_news(tx, self.lease.news(false)).await?;
        self.payload = payload;
        Ok(())
    }

    /// Notes in the receipt, and in what is known of the objects, what became of some that are here.
    async fn note_here(&self, tx: &mut Transaction, payload: &mut Payload, outcomes: &[(String, bool)]) -> Result<()> {
        let names: Vec<&str> = outcomes.iter().map(|(name, _)| name.as_str()).collect();
        let lines = tx.sync_run_entries_of(self.run.id, Side::Here, &names).await?;
        for (name, is_back) in outcomes {
            let line = lines.iter().find(|line| line.name.as_ref() == Some(name) && is_deed(line.deed));
            if let Some(line) = line {
                let deed = is_back.then(|| back(line.deed));
                note(tx, &self.link, self.back, line, deed, &mut payload.outcome).await?;
            }
        }
        payload.done += outcomes.len() as u64;
        keep(self.lease, tx, payload).await
    }

    async fn there(&mut self, names: &HashSet<String>) -> std::result::Result<(), Halt> {
        let kalends = &self.lease.kalends;
        let provider = kalends.remote_provider(&self.account).await?.map_err(Halt::Remote)?;
        provider.allow_invitations(self.link.settings.invites);
        loop {
            let lines = kalends.db.read().await?.sync_run_entries(self.run.id, self.payload.after, PAGE).await?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in &lines {
                let is_handled = line.name.as_ref().is_some_and(|name| names.contains(name));
                let deed = match line.side {
                    _ if !is_deed(line.deed) => None,
                    Side::Here if is_handled => None,
                    // The log does not have it any more.
                    Side::Here => Some(None),
                    Side::There => {
                        let limits = &kalends.limits.text;
                        Some(put_back(&*provider, &self.link, line, limits).await.map_err(Halt::Remote)?)
                    }
                };
                let mut payload = self.payload.clone();
                payload.after = line.id;
                if let Some(deed) = deed {
                    payload.done += u64::from(line.side == Side::There);
                    let noted = retry(async || {
                        let mut payload = payload.clone();
                        let mut tx = kalends.db.write().await?;
                        note(&mut tx, &self.link, self.back, line, deed, &mut payload.outcome).await?;
                        keep(self.lease, &mut tx, &payload).await?;
                        kalends.commit_with_news(tx, self.lease.news(false)).await?;
                        Ok(payload)
                    });
                    payload = noted.await?;
                }
                self.payload = payload;
            }
        }
    }

    async fn conclude(&self, refused: Option<String>) -> Result<Ended> {
        retry(async || {
            let kalends = &self.lease.kalends;
            let mut payload = self.payload.clone();
            payload.outcome.refused.clone_from(&refused);
            let mut tx = kalends.db.write().await?;
            let outcome = if refused.is_none() { RunOutcome::Done } else { RunOutcome::Partly };
            tx.end_sync_run(self.back, Utc::now(), outcome, None).await?;
            if refused.is_none() {
                tx.set_sync_run_taken_back(self.run.id).await?;
            }
            keep(self.lease, &mut tx, &payload).await?;
            let ended = self.lease.end(&mut tx, None).await?;
            let raised = tx.raise_homes(self.link.calendar).await?;
            let home = |(principal, revision)| crate::Announcement::Home { principal, revision };
            let news = raised.into_iter().map(home).chain(self.lease.news(true));
            kalends.commit_with_news(tx, news).await?;
            Ok(ended)
        })
        .await
    }
}

/// Notes in the write in which objects here are put back what became of them.
struct Notes<'a> {
    taking: &'a Taking<'a>,
    down_to: Option<i64>,
    /// As it is once the write counts.
    payload: Mutex<Payload>,
}

impl NotesUndone for Notes<'_> {
    async fn note(&self, write: &mut Write, outcomes: &[(String, bool)]) -> Result<()> {
        let mut payload = Payload { down_to: self.down_to, ..self.taking.payload.clone() };
        self.taking.note_here(&mut write.tx, &mut payload, outcomes).await?;
        if let Some(news) = self.taking.lease.news(false) {
            write.announce(news);
        }
        *self.payload.lock().unwrap_or_else(PoisonError::into_inner) = payload;
        Ok(())
    }
}

async fn note(
    tx: &mut Transaction,
    link: &SyncLink,
    run: SyncRunId,
    line: &RunEntry,
    deed: Option<SyncOutcome>,
    outcome: &mut TakenBack,
) -> Result<()> {
    let row = tx.sync_object_of_uid(link.id, &line.uid).await?;
    match (line.side, deed, row) {
        // It would be deleted on the other side as well: it is not known any more, and may come again.
        (Side::Here, Some(SyncOutcome::Deleted), Some(row)) => {
            let mut unknown = SyncObject { remote_state: RemoteState::Seen, remote: row.remote.clone(), ..row };
            (unknown.local_base, unknown.base_text, unknown.remote_base_text) = (None, None, None);
            (unknown.remote_base, unknown.remote_digest, unknown.local_pending) = (None, None, false);
            tx.update_sync_object(&unknown).await?;
        }
        (Side::There, Some(SyncOutcome::Deleted), Some(mut row)) => {
            forget_remote(&mut row);
            row.local_pending = true;
            tx.update_sync_object(&row).await?;
        }
        _ => {}
    }
    match (line.side, deed) {
        (Side::Here, Some(_)) => outcome.here += 1,
        (Side::There, Some(_)) => outcome.there += 1,
        (_, None) => outcome.left.push(line.title.clone().unwrap_or_default()),
    }
    let said = entry(line.side, deed.unwrap_or(SyncOutcome::Left), Some(&line.uid), line.title.as_deref());
    tx.add_sync_entry(run, &RunEntry { name: line.name.clone(), ..said }).await
}

/// Whether something was done that can be taken back.
fn is_deed(deed: SyncOutcome) -> bool {
    matches!(deed, SyncOutcome::Created | SyncOutcome::Changed | SyncOutcome::Deleted | SyncOutcome::Merged)
}

/// What takes something back.
fn back(deed: SyncOutcome) -> SyncOutcome {
    match deed {
        SyncOutcome::Created => SyncOutcome::Deleted,
        SyncOutcome::Deleted => SyncOutcome::Created,
        SyncOutcome::Merged => SyncOutcome::Changed,
        other => other,
    }
}

/// Puts one object back there; `None`: something else has changed it since.
async fn put_back(
    provider: &dyn Provider,
    link: &SyncLink,
    line: &RunEntry,
    limits: &kalends_ical::Limits,
) -> std::result::Result<Option<SyncOutcome>, ProviderError> {
    let undo = &line.undo;
    let tag = undo.tag.clone().map(RemoteTag);
    let id = undo.remote.clone().map(RemoteObjectId);
    let outcome = match (line.deed, &id, tag, &undo.before) {
        // One that is not there any more is deleted already.
        (SyncOutcome::Created, Some(id), Some(tag), _) => provider.delete(&link.remote, id, Some(&tag)).await,
        (SyncOutcome::Changed, Some(id), Some(tag), Some(before)) => {
            provider.update(&link.remote, id, Some(&tag), before).await.map(drop)
        }
        (SyncOutcome::Deleted, _, _, Some(before)) => provider.create(&link.remote, &line.uid, before).await.map(drop),
        _ => return Ok(None),
    };
    let at = match outcome {
        Ok(()) => return Ok(Some(back(line.deed))),
        Err(ProviderError::UidTaken { by }) => by.or(id),
        Err(ProviderError::Changed) => id,
        Err(ProviderError::Rejected(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    // An earlier attempt may have put it back already, and not have lived to note it.
    let (Some(at), Some(before)) = (at, &undo.before) else { return Ok(None) };
    let read = fetch(provider, &link.remote, &[at]).await?;
    Ok(match read.first() {
        Some(Read::Answer(FetchOutcome::Text { text, .. })) if same_meaning(text, before, limits).unwrap_or(false) => {
            Some(back(line.deed))
        }
        _ => None,
    })
}
