//! Taking a run back: each side gets what it had before, but for what something else has changed since. The link rests after that; what
//! was brought back counts as an edit of its side, and what the run had made may come again, when somebody has it go on.

use super::decide::forget_remote;
use super::engine::entry;
use super::links::remote_error;
use super::provider::{Provider, ProviderError, RemoteObjectId, RemoteTag};
use crate::access::Caller;
use crate::model::sync_link::{LinkState, SyncLink};
use crate::model::sync_object::{RemoteState, SyncObject};
use crate::model::sync_run::{Deed, RunEntry, RunOutcome, Side, SyncRun, SyncRunId};
use crate::store::LinkStanding;
use crate::{Error, Kalends, Result};
use chrono::Utc;
use std::collections::HashSet;

/// How many lines of a receipt are read at once.
const PAGE: usize = 200;

/// What taking a run back came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunTakenBack {
    /// The run that did it, with a receipt of its own.
    pub run: SyncRunId,
    /// How many objects are as they were, here and there.
    pub here: usize,
    pub there: usize,
    /// Titles of those that something else has changed since, which are left as they are.
    pub left: Vec<String>,
}

impl Kalends {
    /// Takes a run back, and has its link rest.
    ///
    /// # Errors
    /// `NotFound` for a run that is not there, goes on, or was taken back already; `Busy` while the link runs; `Remote` when the service
    /// does not answer: then what was put back before stays so, and it can be asked for again.
    pub async fn take_back_sync_run(&self, caller: Caller, id: SyncRunId) -> Result<RunTakenBack> {
        let (run, _) = self.sync_run(caller, id).await?;
        if run.ended_at.is_none() || run.taken_back || run.takes_back {
            return Err(Error::NotFound("the run"));
        }
        let link = self.sync_link(caller, run.link).await?;
        if link.progress.is_some() {
            return Err(Error::Busy { seconds: 5 });
        }
        if link.state != LinkState::Paused {
            self.pause_sync_link(caller, link.id).await?;
        }
        let account = self.db.read().await?.remote_account(link.account).await?;
        let account = account.ok_or(Error::NotFound("the remote account"))?;
        let provider = self.remote_provider(&account).await?.map_err(remote_error)?;
        provider.allow_invitations(link.settings.invites);
        let by = Caller::sync(account.owner, link.id.0, link.calendar);
        let here = self.take_back_here(by, &link, &run).await?;
        let mut tx = self.db.write().await?;
        let back = tx.insert_sync_run(link.id, here.1, true, Utc::now()).await?;
        tx.commit().await?;
        let mut done = RunTakenBack { run: back, here: 0, there: 0, left: Vec::new() };
        let taken = self.take_back_lines(&link, &run, &*provider, &here.0, &mut done).await;
        let mut tx = self.db.write().await?;
        let outcome = if taken.is_ok() { RunOutcome::Done } else { RunOutcome::Partly };
        tx.end_sync_run(back, Utc::now(), outcome, None).await?;
        if taken.is_ok() {
            tx.set_sync_run_taken_back(id).await?;
        }
        let (state, trouble) = (LinkState::Paused, None);
        let standing = LinkStanding { state, trouble, why: None, failures: 0, next_run_at: None };
        tx.set_sync_standing(link.id, &standing).await?;
        tx.commit().await?;
        taken.map(|()| done)
    }

    /// What the run had changed here. Yields the names of the objects that are as they were, and the run in the log that did it.
    async fn take_back_here(
        &self,
        by: Caller,
        link: &SyncLink,
        run: &SyncRun,
    ) -> Result<(HashSet<String>, uuid::Uuid)> {
        match self.undo_run(by, link.calendar, run.run).await {
            Ok(undone) => {
                let changes = self.db.read().await?.changes_of_run(link.calendar, undone.run).await?;
                Ok((changes.into_iter().map(|change| change.name).collect(), undone.run))
            }
            // It changed nothing here.
            Err(Error::NotFound("the change")) => Ok((HashSet::new(), uuid::Uuid::new_v4())),
            Err(error) => Err(error),
        }
    }

    async fn take_back_lines(
        &self,
        link: &SyncLink,
        run: &SyncRun,
        provider: &dyn Provider,
        names: &HashSet<String>,
        done: &mut RunTakenBack,
    ) -> Result<()> {
        let mut after = 0;
        loop {
            let lines = self.db.read().await?.sync_run_entries(run.id, after, PAGE).await?;
            let Some(last) = lines.last() else { return Ok(()) };
            after = last.id;
            for line in &lines {
                let deed = match (line.side, line.deed) {
                    (_, Deed::Conflict | Deed::SetAside | Deed::Held | Deed::Left) => continue,
                    (Side::Here, _) => line.name.as_ref().filter(|name| names.contains(*name)).map(|_| back(line.deed)),
                    (Side::There, _) => take_back_there(provider, link, line).await.map_err(remote_error)?,
                };
                self.note_taken_back(link, line, deed, done).await?;
            }
        }
    }

    async fn note_taken_back(
        &self,
        link: &SyncLink,
        line: &RunEntry,
        deed: Option<Deed>,
        done: &mut RunTakenBack,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let row = tx.sync_object_of_uid(link.id, &line.uid).await?;
        match (line.side, deed, row) {
            // It would be deleted on the other side as well: it is not known any more, and may come again.
            (Side::Here, Some(Deed::Deleted), Some(row)) => {
                let mut unknown = SyncObject { remote_state: RemoteState::Seen, remote: row.remote.clone(), ..row };
                (unknown.local_base, unknown.base_text, unknown.remote_base_text) = (None, None, None);
                (unknown.remote_base, unknown.remote_digest, unknown.local_pending) = (None, None, false);
                tx.update_sync_object(&unknown).await?;
            }
            (Side::There, Some(Deed::Deleted), Some(mut row)) => {
                forget_remote(&mut row);
                row.local_pending = true;
                tx.update_sync_object(&row).await?;
            }
            _ => {}
        }
        match (line.side, deed) {
            (Side::Here, Some(_)) => done.here += 1,
            (Side::There, Some(_)) => done.there += 1,
            (_, None) => done.left.push(line.title.clone().unwrap_or_default()),
        }
        let said = entry(line.side, deed.unwrap_or(Deed::Left), Some(&line.uid), line.title.as_deref());
        tx.add_sync_entry(done.run, &RunEntry { name: line.name.clone(), ..said }).await?;
        tx.commit().await
    }
}

/// What takes something back.
fn back(deed: Deed) -> Deed {
    match deed {
        Deed::Created => Deed::Deleted,
        Deed::Deleted => Deed::Created,
        Deed::Merged => Deed::Changed,
        other => other,
    }
}

/// Puts one object back there; `None`: something else has changed it since.
async fn take_back_there(
    provider: &dyn Provider,
    link: &SyncLink,
    line: &RunEntry,
) -> std::result::Result<Option<Deed>, ProviderError> {
    let undo = &line.undo;
    let tag = undo.tag.clone().map(RemoteTag);
    let id = undo.remote.clone().map(RemoteObjectId);
    let outcome = match (line.deed, id, tag, &undo.before) {
        (Deed::Created, Some(id), Some(tag), _) => provider.delete(&link.remote, &id, Some(&tag)).await,
        (Deed::Changed, Some(id), Some(tag), Some(before)) => {
            provider.update(&link.remote, &id, Some(&tag), before).await.map(drop)
        }
        (Deed::Deleted, _, _, Some(before)) => provider.create(&link.remote, &line.uid, before).await.map(drop),
        _ => return Ok(None),
    };
    match outcome {
        Ok(()) => Ok(Some(back(line.deed))),
        Err(ProviderError::Changed | ProviderError::UidTaken { .. } | ProviderError::Rejected(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
