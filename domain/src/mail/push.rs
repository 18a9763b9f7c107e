//! Telling a server what was done here, as a job: what is shown is compared with what the server has, so that it can be done again at any
//! time, and what was taken back meanwhile is not done at all.

use super::look::Halt;
use super::mailbox::Mailbox;
use super::standing::{back_off, standing};
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::model::mail_folder::{MailFolder, MailFolderId};
use crate::model::mail_message::{MailMessageId, MessageFlags};
use crate::model::remote_account::AccountState;
use crate::store::{JobProgress, PendingMail};
use crate::sync::provider::ProviderError;
use crate::{Announcement, Kalends, Result};
use chrono::{TimeDelta, Utc};
use std::collections::BTreeMap;

/// How many messages are told of at once.
const PIECE: i64 = 500;
/// How soon it is looked again where something is left.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

type Told<T> = std::result::Result<T, Halt>;

/// Does the job of an account.
pub(crate) async fn push(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(MailAccountId).unwrap_or(MailAccountId(0));
    let account = kalends.db.read().await?.mail_account(id).await?;
    let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
        // It is done when the account works again.
        return end(lease, id).await;
    };
    let told = match kalends.connect_mail(&account).await? {
        Err(error) => Err(Halt::Remote(error)),
        Ok(connected) => {
            let told = tell_all(lease, &account, &*connected.mailbox()).await;
            if told.is_ok() {
                kalends.mailboxes.connections.give_back(account.id, connected);
            }
            told
        }
    };
    match told {
        Ok(()) => end(lease, id).await,
        Err(Halt::Store(error)) => Err(error),
        Err(Halt::Remote(error)) => {
            let mut tx = kalends.db.write().await?;
            tx.set_mail_standing(id, &standing(&account, Some(&error), Utc::now())).await?;
            let ended = lease.end(&mut tx, None).await?;
            tx.delete_ended_jobs(JobKind::MailPush, &lease.job.payload).await?;
            if !matches!(error, ProviderError::Unauthenticated(_)) {
                let wait = back_off(account.failures.saturating_add(1), None);
                tx.enqueue_job(&super::bulk::push_job(id, wait)).await?;
            }
            let news = Announcement::Mail { owner: account.owner, account: id };
            kalends.commit_with_all_news(tx, vec![news]).await?;
            Ok(ended)
        }
    }
}

async fn end(lease: &Lease, id: MailAccountId) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailPush, &id.0.to_string()).await?;
    let is_active = tx.mail_account(id).await?.is_some_and(|account| account.state == AccountState::Active);
    // Something was done after the last that was told.
    if is_active && tx.count_pending_mail(id).await? > 0 {
        tx.enqueue_job(&super::bulk::push_job(id, AGAIN)).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

async fn tell_all(lease: &Lease, account: &MailAccount, mailbox: &dyn Mailbox) -> Told<()> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.read().await?;
    let folders = tx.mail_folders(account.id).await?;
    let of = tx.count_pending_mail(account.id).await?;
    drop(tx);
    let mut done = 0;
    for folder in folders.iter().filter(|folder| folder.selectable) {
        let mut before: Vec<MailMessageId> = Vec::new();
        loop {
            let pending = kalends.db.read().await?.pending_mail(account.id, folder.id, PIECE).await?;
            let these: Vec<MailMessageId> = pending.iter().map(|message| message.id).collect();
            // What is left as it was will be so the next time.
            if pending.is_empty() || these == before {
                break;
            }
            before = these;
            let teller = Teller { kalends, mailbox, folder, folders: &folders };
            teller.tell(&pending).await?;
            done += pending.len() as u64;
            let mut tx = kalends.db.write().await?;
            lease.progress(&mut tx, JobProgress { done, of: Some(of.max(done)), payload: None }).await?;
            let news = Announcement::Mail { owner: account.owner, account: account.id };
            kalends.commit_with_all_news(tx, vec![news]).await?;
        }
    }
    Ok(())
}

/// Tells of messages that the server has in one folder.
struct Teller<'t> {
    kalends: &'t Kalends,
    mailbox: &'t dyn Mailbox,
    folder: &'t MailFolder,
    folders: &'t [MailFolder],
}

impl Teller<'_> {
    async fn tell(&self, pending: &[PendingMail]) -> Told<()> {
        self.tell_flags(pending).await?;
        let mut moves: BTreeMap<MailFolderId, Vec<&PendingMail>> = BTreeMap::new();
        let mut deleted: Vec<&PendingMail> = Vec::new();
        for message in pending {
            match message.folder {
                None => deleted.push(message),
                Some(to) if to != self.folder.id => moves.entry(to).or_default().push(message),
                Some(_) => {}
            }
        }
        for (to, messages) in moves {
            if let Some(to) = self.folders.iter().find(|folder| folder.id == to) {
                self.move_to(to, &messages).await?;
            }
        }
        if !deleted.is_empty() {
            let uids: Vec<u32> = deleted.iter().map(|message| message.uid).collect();
            self.mailbox.delete(&self.folder.path, &uids).await?;
            let ids: Vec<MailMessageId> = deleted.iter().map(|message| message.id).collect();
            let mut tx = self.kalends.db.write().await?;
            tx.delete_mail(&ids).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// All messages for which the same is to be said, at once.
    async fn tell_flags(&self, pending: &[PendingMail]) -> Told<()> {
        let mut groups: BTreeMap<(i64, i64), Vec<&PendingMail>> = BTreeMap::new();
        for message in pending.iter().filter(|message| !message.pending.is_none()) {
            let key = (message.pending.0, message.flags.0 & message.pending.0);
            groups.entry(key).or_default().push(message);
        }
        for ((changed, values), messages) in groups {
            let uids: Vec<u32> = messages.iter().map(|message| message.uid).collect();
            let (set, unset) = (MessageFlags(values), MessageFlags(changed & !values));
            if !set.is_none() {
                self.mailbox.store(&self.folder.path, &uids, set, true).await?;
            }
            if !unset.is_none() {
                self.mailbox.store(&self.folder.path, &uids, unset, false).await?;
            }
            let ids: Vec<MailMessageId> = messages.iter().map(|message| message.id).collect();
            let mut tx = self.kalends.db.write().await?;
            tx.mail_flags_known(&ids, MessageFlags(changed), MessageFlags(values)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn move_to(&self, to: &MailFolder, messages: &[&PendingMail]) -> Told<()> {
        let uids: Vec<u32> = messages.iter().map(|message| message.uid).collect();
        let moved: BTreeMap<u32, u32> =
            self.mailbox.move_to(&self.folder.path, &uids, &to.path).await?.into_iter().collect();
        let mut tx = self.kalends.db.write().await?;
        for message in messages {
            // Where the server does not say, the next look finds it by its Message-ID.
            tx.mail_moved(message.id, to.id, moved.get(&message.uid).copied()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
