//! What is done to messages, one or many: here at once, on the server by a job, and taken back as long as that is wanted.

use super::lists::NO_MESSAGE;
use crate::access::{self, Caller};
use crate::jobs::JobKind;
use crate::model::job::NewJob;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::{FolderRole, MailFolderId};
use crate::model::mail_message::{MailMessageId, MessageFlags};
use crate::store::Transaction;
use crate::write::Write;
use crate::{Announcement, Error, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most messages that are named one by one.
const MAX_NAMED: usize = 10_000;
/// How long what was deleted for good rests here before the server is told.
const REGRET: TimeDelta = TimeDelta::seconds(10);

/// To which messages something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailSelection {
    Messages(Vec<MailMessageId>),
    /// All that are in the same folder and thread as one of these: what a list of threads shows as one row.
    Threads(Vec<MailMessageId>),
    Folder(MailFolderId),
}

/// What is done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailChange {
    Read(bool),
    Flagged(bool),
    Archive,
    /// Into the bin; what is there already is deleted for good.
    Delete,
    /// Into the folder for spam, or from there into the inbox.
    Spam(bool),
    /// Into a folder of the same account.
    Move(MailFolderId),
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailChanged {
    pub messages: u64,
    /// By which it is taken back.
    pub undo: Uuid,
}

/// The job that tells the server of an account what was done.
pub(super) fn push_job(account: MailAccountId, delay: TimeDelta) -> NewJob {
    let key = account.0.to_string();
    NewJob { kind: JobKind::MailPush, payload: key.clone(), key, owner: None, due_at: Utc::now() + delay }
}

/// The folder of an account that is for something.
pub(super) async fn folder_for(
    tx: &mut Transaction,
    account: MailAccountId,
    role: FolderRole,
) -> Result<Option<MailFolderId>> {
    let folders = tx.mail_folders(account).await?;
    Ok(folders.into_iter().find(|folder| folder.role == Some(role)).map(|folder| folder.id))
}

impl Kalends {
    /// Does something to messages. `change` is done to all of them or to none.
    ///
    /// # Errors
    /// `NotFound` where none of them is the caller's, or the folder is not; `BadInput` (folder) where an account has no folder for it, or
    /// it is another account's; `BadInput` (messages) for too many.
    pub async fn change_mail(
        &self,
        caller: Caller,
        selection: &MailSelection,
        change: MailChange,
    ) -> Result<MailChanged> {
        access::require_own(caller)?;
        let batch = Uuid::new_v4();
        let changed = self
            .write(caller, async |mut write: Write| {
                let messages = select(&mut write.tx, caller, batch, selection).await?;
                let touched = write.tx.folders_of_batch(batch).await?;
                let mut for_good = false;
                let targets = match change {
                    MailChange::Read(read) => flag(&mut write.tx, batch, MessageFlags::SEEN, read).await?,
                    MailChange::Flagged(flagged) => flag(&mut write.tx, batch, MessageFlags::FLAGGED, flagged).await?,
                    MailChange::Archive => file(&mut write.tx, batch, &touched, FolderRole::Archive).await?,
                    MailChange::Spam(true) => {
                        write.tx.flag_batch(batch, MessageFlags::JUNK, MessageFlags::NOT_JUNK).await?;
                        file(&mut write.tx, batch, &touched, FolderRole::Spam).await?
                    }
                    MailChange::Spam(false) => {
                        write.tx.flag_batch(batch, MessageFlags::NOT_JUNK, MessageFlags::JUNK).await?;
                        file(&mut write.tx, batch, &touched, FolderRole::Inbox).await?
                    }
                    MailChange::Delete => {
                        let (targets, is_for_good) = delete(&mut write.tx, batch, &touched).await?;
                        for_good = is_for_good;
                        targets
                    }
                    MailChange::Move(to) => {
                        let folder = write.tx.mail_folder_of(caller.principal, to).await?;
                        let folder =
                            folder.filter(|folder| folder.selectable).ok_or(Error::NotFound(Missing::Folder))?;
                        if touched.iter().any(|(account, _)| *account != folder.account) {
                            return Err(Error::bad_input("folder", Problem::Request("a folder of the same account")));
                        }
                        write.tx.move_batch(batch, folder.account, Some(to)).await?;
                        vec![to]
                    }
                };
                let folders = touched.iter().map(|(_, folder)| *folder).chain(targets);
                tell(&mut write, caller, &touched, folders.collect(), for_good).await?;
                write.commit(MailChanged { messages, undo: batch }).await
            })
            .await?;
        self.wake.notify_one();
        Ok(changed)
    }

    /// Takes back what was done: the messages are where they were, with the flags that they had. Yields how many those are; those that the
    /// server has deleted meanwhile are not among them.
    ///
    /// # Errors
    /// `NotFound` for what was not done by the caller, or was taken back already.
    pub async fn undo_mail(&self, caller: Caller, undo: Uuid) -> Result<u64> {
        access::require_own(caller)?;
        let done = self
            .write(caller, async |mut write: Write| {
                let touched = write.tx.folders_of_batch(undo).await?;
                let own: Vec<MailAccountId> =
                    write.tx.mail_accounts(caller.principal).await?.into_iter().map(|account| account.id).collect();
                if touched.is_empty() || touched.iter().any(|(account, _)| !own.contains(account)) {
                    return Err(Error::NotFound(Missing::MailBatch));
                }
                let done = write.tx.take_batch_back(undo, caller.principal).await?;
                let mut folders = BTreeSet::new();
                for account in touched.iter().map(|(account, _)| *account).collect::<BTreeSet<_>>() {
                    // Wherever they were put.
                    folders.extend(write.tx.mail_folders(account).await?.into_iter().map(|folder| folder.id));
                }
                tell(&mut write, caller, &touched, folders, false).await?;
                write.commit(done).await
            })
            .await?;
        self.wake.notify_one();
        Ok(done)
    }
}

/// Notes the messages of a selection. Yields how many there are.
async fn select(tx: &mut Transaction, caller: Caller, batch: Uuid, selection: &MailSelection) -> Result<u64> {
    let at = Utc::now();
    let named = |messages: &Vec<MailMessageId>| match messages.len() > MAX_NAMED {
        true => Err(Error::bad_input("messages", Problem::Request("at most 10,000 messages"))),
        false => Ok(()),
    };
    let messages = match selection {
        MailSelection::Messages(messages) => {
            named(messages)?;
            tx.select_mail(batch, caller.principal, messages, at).await?
        }
        MailSelection::Threads(messages) => {
            named(messages)?;
            tx.select_mail_threads(batch, caller.principal, messages, at).await?
        }
        MailSelection::Folder(id) => {
            let folder = tx.mail_folder_of(caller.principal, *id).await?.ok_or(Error::NotFound(Missing::Folder))?;
            return tx.select_mail_folder(batch, folder.id, at).await;
        }
    };
    if messages == 0 { Err(NO_MESSAGE) } else { Ok(messages) }
}

async fn flag(tx: &mut Transaction, batch: Uuid, flag: MessageFlags, is_set: bool) -> Result<Vec<MailFolderId>> {
    let (set, unset) = if is_set { (flag, MessageFlags::NONE) } else { (MessageFlags::NONE, flag) };
    tx.flag_batch(batch, set, unset).await?;
    Ok(Vec::new())
}

/// Moves the messages of a batch to the folder of each account that is for something. Yields the folders.
async fn file(
    tx: &mut Transaction,
    batch: Uuid,
    touched: &[(MailAccountId, MailFolderId)],
    role: FolderRole,
) -> Result<Vec<MailFolderId>> {
    let mut targets = Vec::new();
    for account in touched.iter().map(|(account, _)| *account).collect::<BTreeSet<_>>() {
        let to = match folder_for(tx, account, role).await? {
            Some(to) => to,
            // What has everything is where what is archived stays.
            None if role == FolderRole::Archive => {
                let all = folder_for(tx, account, FolderRole::All).await?;
                all.ok_or(Error::bad_input(
                    "folder",
                    Problem::Request("the account has no folder for that; choose one"),
                ))?
            }
            None => {
                return Err(Error::bad_input(
                    "folder",
                    Problem::Request("the account has no folder for that; choose one"),
                ));
            }
        };
        tx.move_batch(batch, account, Some(to)).await?;
        targets.push(to);
    }
    Ok(targets)
}

/// Into the bin, or out of it for good. Yields the folders, and whether something is deleted for good.
async fn delete(
    tx: &mut Transaction,
    batch: Uuid,
    touched: &[(MailAccountId, MailFolderId)],
) -> Result<(Vec<MailFolderId>, bool)> {
    let mut targets = Vec::new();
    let mut for_good = false;
    for account in touched.iter().map(|(account, _)| *account).collect::<BTreeSet<_>>() {
        // Where none is known as that, nothing is deleted: there would be no way back.
        let bin = folder_for(tx, account, FolderRole::Bin).await?.ok_or(Error::bad_input(
            "folder",
            Problem::Request("the account has no folder for what is deleted; move it to one"),
        ))?;
        let mut from = touched.iter().filter(|(of, _)| *of == account).map(|(_, folder)| *folder);
        let is_from_bin = from.all(|folder| folder == bin);
        tx.move_batch(batch, account, (!is_from_bin).then_some(bin)).await?;
        for_good |= is_from_bin;
        targets.push(bin);
    }
    Ok((targets, for_good))
}

/// Counts the folders anew, and has the servers and whoever looks on told.
async fn tell(
    write: &mut Write,
    caller: Caller,
    touched: &[(MailAccountId, MailFolderId)],
    folders: BTreeSet<MailFolderId>,
    rests: bool,
) -> Result<()> {
    for folder in folders {
        write.tx.count_mail_folder(folder).await?;
    }
    for account in touched.iter().map(|(account, _)| *account).collect::<BTreeSet<_>>() {
        let delay = if rests { REGRET } else { TimeDelta::zero() };
        let job = push_job(account, delay);
        write.tx.enqueue_job(&job).await?;
        write.announce(Announcement::Mail { owner: caller.principal, account });
    }
    Ok(())
}
