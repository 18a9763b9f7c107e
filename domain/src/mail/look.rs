//! Looking at an account, as a job: its folders, and what has come about in each of them since the last time. What is taken over is
//! committed piece by piece, so that a look that dies goes on where it was.

use super::accounts::look_job;
use super::bulk::push_job;
use super::invitations::take_job;
use super::mailbox::{Mailbox, RemoteFolder};
use super::roles::roles;
use super::standing::{MAX_WHOLE_TIME, standing, too_slow};
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::model::mail_folder::{FolderRole, MailFolder};
use crate::model::remote_account::AccountState;
use crate::model::sync_link::RunProgress;
use crate::store::{ListedFolder, Transaction};
use crate::sync::provider::ProviderError;
use crate::{Announcement, Error, Kalends, Result};
use chrono::{TimeDelta, Utc};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Most folders of an account that are looked at.
const MAX_FOLDERS: usize = 2_000;
/// How long one look may take before others are let in; the rest comes with the next one.
const MAX_TIME: Duration = Duration::from_secs(300);
/// How often it is looked whether somebody may sign in again.
const REST: TimeDelta = TimeDelta::hours(1);
/// How soon the next look follows on one that did not get to the end.
const SOON: TimeDelta = TimeDelta::seconds(1);

/// Why a look does not go on.
pub(super) enum Halt {
    Remote(ProviderError),
    Store(Error),
}

impl From<ProviderError> for Halt {
    fn from(error: ProviderError) -> Self {
        Halt::Remote(error)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Halt::Store(error)
    }
}

/// A look at an account.
pub(super) struct Look<'l> {
    pub kalends: &'l Kalends,
    pub account: &'l MailAccount,
    pub mailbox: Arc<dyn Mailbox>,
    pub began: Instant,
    /// How many messages are indexed, of how many that all folders have.
    pub progress: RunProgress,
}

impl Look<'_> {
    /// Whether others are to be let in.
    pub fn is_long(&self) -> bool {
        self.began.elapsed() > MAX_TIME
    }

    /// Commits what was taken over, and tells whoever looks on.
    pub async fn commit(&self, mut tx: Transaction) -> Result<()> {
        tx.set_mail_progress(self.account.id, self.progress).await?;
        let news = Announcement::Mail { owner: self.account.owner, account: self.account.id };
        self.kalends.commit_with_news(tx, [news]).await
    }
}

/// Looks at the account of a job.
pub(crate) async fn look(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(MailAccountId).unwrap_or(MailAccountId(0));
    let began = Utc::now();
    let mut tx = kalends.db.read().await?;
    let account = tx.mail_account(id).await?.filter(|account| account.state == AccountState::Active);
    let is_working = tx.working_mail_account(id).await?.is_some();
    drop(tx);
    let Some(account) = account else { return end(lease, id, None).await };
    if !is_working {
        return rest(lease, &account).await;
    }
    // The connection has times of its own; nothing keeps the place of others for longer than this.
    let looked = match timeout(MAX_WHOLE_TIME, look_at(kalends, &account)).await {
        Ok(looked) => looked,
        Err(_) => Err(Halt::Remote(too_slow(&account))),
    };
    let (error, is_whole) = match looked {
        Ok(is_whole) => (None, is_whole),
        Err(Halt::Store(error)) => return Err(error),
        Err(Halt::Remote(error)) => (Some(error), true),
    };
    let mut next = standing(&account, error.as_ref(), Utc::now());
    if !is_whole {
        next.next_look_at = Some(Utc::now() + SOON);
        next.looked_at = None;
    }
    let mut tx = kalends.db.write().await?;
    // It was wanted again meanwhile: something may have come after its folder was looked at.
    let wanted = tx.mail_account(id).await?.and_then(|account| account.next_look_at);
    if error.is_none() && wanted.is_some_and(|at| at > began) {
        next.next_look_at = wanted;
    }
    tx.set_mail_standing(id, &next).await?;
    if tx.count_pending_mail(id).await? > 0 && error.is_none() {
        tx.enqueue_job(&push_job(id, TimeDelta::zero())).await?;
    }
    if error.is_none() && !tx.mail_with_calendars(id, 1).await?.is_empty() {
        tx.enqueue_job(&take_job(id)).await?;
    }
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailLook, &lease.job.payload).await?;
    if let Some(at) = next.next_look_at {
        tx.enqueue_job(&look_job(&account, at)).await?;
    }
    let news = Announcement::Mail { owner: account.owner, account: id };
    kalends.commit_with_news(tx, [news]).await?;
    Ok(ended)
}

/// Its owner may not sign in: the server is not asked until they may again.
async fn rest(lease: &Lease, account: &MailAccount) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailLook, &lease.job.payload).await?;
    tx.enqueue_job(&look_job(account, Utc::now() + REST)).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn look_at(kalends: &Kalends, account: &MailAccount) -> std::result::Result<bool, Halt> {
    let connected = kalends.connect_mail(account).await??;
    let (mailbox, progress) = (connected.mailbox(), RunProgress { done: 0, of: None });
    let looked = Look { kalends, account, mailbox, began: Instant::now(), progress }.all().await?;
    kalends.mailboxes.connections.give_back(account.id, connected);
    Ok(looked)
}

async fn end(lease: &Lease, id: MailAccountId, result: Option<&str>) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, result).await?;
    tx.delete_ended_jobs(JobKind::MailLook, &id.0.to_string()).await?;
    tx.commit().await?;
    Ok(ended)
}

impl Look<'_> {
    /// Looks at all folders. Yields whether that came to its end.
    async fn all(&mut self) -> std::result::Result<bool, Halt> {
        let remote = self.mailbox.folders().await?;
        let folders = self.take_folders(&remote).await?;
        let mut states = Vec::new();
        let mut of = 0;
        for folder in folders.into_iter().filter(|folder| folder.selectable) {
            match self.mailbox.status(&folder.path).await {
                Ok(status) => {
                    of += u64::from(status.messages);
                    states.push((folder, status));
                }
                // It was deleted in between, or cannot be looked at by this person.
                Err(ProviderError::Missing(_) | ProviderError::Forbidden(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let indexed: u64 = states.iter().map(|(folder, _)| folder.messages).sum();
        self.progress = RunProgress { done: indexed.min(of), of: Some(of) };
        let place = |folder: &MailFolder| FolderRole::ALL.iter().position(|role| Some(*role) == folder.role);
        // What people look at first.
        states.sort_by_key(|(folder, _)| place(folder).unwrap_or(usize::MAX));
        let mut is_whole = true;
        for (folder, status) in &states {
            is_whole &= self.folder(folder, *status).await?;
            if self.is_long() {
                return Ok(false);
            }
        }
        Ok(is_whole)
    }

    /// Takes over which folders there are. One that is called otherwise keeps its messages.
    async fn take_folders(&self, remote: &[RemoteFolder]) -> std::result::Result<Vec<MailFolder>, Halt> {
        let roles = roles(remote, &self.account.settings.folders);
        let mut known = self.kalends.db.read().await?.mail_folders(self.account.id).await?;
        let mut gone: Vec<MailFolder> = Vec::new();
        known.retain(|folder| {
            let is_there = remote.iter().any(|there| there.path == folder.path);
            if !is_there {
                gone.push(folder.clone());
            }
            is_there
        });
        let fresh: Vec<&RemoteFolder> =
            remote.iter().take(MAX_FOLDERS).filter(|there| !known.iter().any(|own| own.path == there.path)).collect();
        let mut renamed: Vec<(MailFolder, &str)> = Vec::new();
        for there in fresh.into_iter().filter(|there| there.selectable) {
            if gone.iter().all(|folder| folder.place.uid_validity.is_none()) {
                break;
            }
            let Ok(status) = self.mailbox.status(&there.path).await else { continue };
            // UIDVALIDITY moves along with a folder that is renamed, and hardly ever is another's by chance.
            let same = gone.iter().position(|folder| {
                folder.place.uid_validity == Some(status.uid_validity) && folder.place.uid_next <= status.uid_next
            });
            if let Some(same) = same {
                renamed.push((gone.remove(same), &there.path));
            }
        }
        let mut tx = self.kalends.db.write().await?;
        for (folder, path) in renamed {
            tx.rename_mail_folder(folder.id, path).await?;
        }
        for folder in gone {
            tx.delete_mail_folder(folder.id).await?;
        }
        for there in remote.iter().take(MAX_FOLDERS) {
            let listed = ListedFolder {
                path: &there.path,
                delimiter: there.delimiter.as_deref(),
                role: roles.get(&there.path).copied(),
                selectable: there.selectable,
            };
            tx.put_mail_folder(self.account.id, &listed).await?;
        }
        let folders = tx.mail_folders(self.account.id).await?;
        self.commit(tx).await?;
        Ok(folders)
    }
}
