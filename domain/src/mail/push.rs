//! Telling a server what was done here, as a job: what is shown is compared with what the server has, so that it can be done again at any
//! time, and what was taken back meanwhile is not done at all.

use super::look::Halt;
use super::mailbox::Mailbox;
use super::standing::{MAX_WHOLE_TIME, back_off, standing, too_slow};
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::model::mail_folder::{MailFolder, MailFolderId};
use crate::model::mail_message::{MailMessageId, MessageFlags};
use crate::model::remote_account::AccountState;
use crate::store::{JobProgress, PendingMail};
use crate::sync::provider::ProviderError;
use crate::{Announcement, Kalends, Result};
use chrono::{TimeDelta, Utc};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How many messages are told of at once.
const PIECE: i64 = 500;
/// How soon it is looked again where something is left.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// How long one job may take before others are let in.
const MAX_TIME: Duration = Duration::from_secs(300);

/// What is said of changes that a server does not make.
fn not_done(count: usize, folder: &str, why: &str) -> String {
    let messages = if count == 1 { "a message".to_owned() } else { format!("{count} messages") };
    format!(
        "the server did not do what was done here with {messages} of “{folder}”, which is as it is there again: {why}"
    )
}

type Told<T> = std::result::Result<T, Halt>;

/// Does the job of an account.
pub(crate) async fn push(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(MailAccountId).unwrap_or(MailAccountId(0));
    let account = kalends.db.read().await?.working_mail_account(id).await?;
    let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
        // It is done when the account works again.
        return end(lease, id).await;
    };
    let told = match timeout(MAX_WHOLE_TIME, tell(lease, &account)).await {
        Ok(told) => told,
        Err(_) => Err(Halt::Remote(too_slow(&account))),
    };
    match told {
        Ok(()) => end(lease, id).await,
        Err(Halt::Store(error)) => Err(error),
        Err(Halt::Remote(error)) => {
            let mut tx = kalends.db.write().await?;
            let mut next = standing(&account, Some(&error), Utc::now());
            if !is_of_the_account(&error) {
                // What comes is looked for as before.
                next.next_look_at = account.next_look_at;
            }
            tx.set_mail_standing(id, &next).await?;
            let ended = lease.end(&mut tx, None).await?;
            tx.delete_ended_jobs(JobKind::MailPush, &lease.job.payload).await?;
            if !matches!(error, ProviderError::Unauthenticated(_)) {
                let wait = back_off(account.failures.saturating_add(1), None);
                tx.enqueue_job(&super::bulk::push_job(id, wait)).await?;
            }
            let news = Announcement::Mail { owner: account.owner, account: id };
            kalends.commit_with_news(tx, [news]).await?;
            Ok(ended)
        }
    }
}

async fn end(lease: &Lease, id: MailAccountId) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailPush, &id.0.to_string()).await?;
    let is_active = tx.working_mail_account(id).await?.is_some_and(|account| account.state == AccountState::Active);
    // Something was done after the last that was told.
    if is_active && tx.count_pending_mail(id).await? > 0 {
        tx.enqueue_job(&super::bulk::push_job(id, AGAIN)).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

async fn tell(lease: &Lease, account: &MailAccount) -> Told<()> {
    let kalends = &lease.kalends;
    let connected = kalends.connect_mail(account).await??;
    tell_all(lease, account, &*connected.mailbox()).await?;
    kalends.mailboxes.connections.give_back(account.id, connected);
    Ok(())
}

async fn tell_all(lease: &Lease, account: &MailAccount, mailbox: &dyn Mailbox) -> Told<()> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.read().await?;
    let folders = tx.mail_folders(account.id).await?;
    let of = tx.count_pending_mail(account.id).await?;
    drop(tx);
    let (mut done, began) = (0, Instant::now());
    for folder in folders.iter().filter(|folder| folder.selectable) {
        let mut before: Vec<MailMessageId> = Vec::new();
        loop {
            // The rest comes with the next job.
            if began.elapsed() > MAX_TIME {
                return Ok(());
            }
            let pending = kalends.db.read().await?.pending_mail(account.id, folder.id, PIECE).await?;
            let these: Vec<MailMessageId> = pending.iter().map(|message| message.id).collect();
            // What is left as it was will be so the next time.
            if pending.is_empty() || these == before {
                break;
            }
            before = these;
            let teller = Teller { kalends, mailbox, folder, folders: &folders };
            let refused = teller.tell(&pending).await?;
            done += pending.len() as u64;
            let mut tx = kalends.db.write().await?;
            lease.progress(&mut tx, JobProgress { done, of: Some(of.max(done)), payload: None }).await?;
            if let Some((count, why)) = refused {
                tx.note_about_mail(account.id, &not_done(count, &folder.path, &why), Utc::now()).await?;
            }
            let news = Announcement::Mail { owner: account.owner, account: account.id };
            kalends.commit_with_news(tx, [news]).await?;
        }
    }
    Ok(())
}

/// Something that is done to messages of one folder at once.
enum Step<'t> {
    Flags { changed: MessageFlags, values: MessageFlags },
    Move(&'t MailFolder),
    Delete,
}

/// Tells of messages that the server has in one folder.
struct Teller<'t> {
    kalends: &'t Kalends,
    mailbox: &'t dyn Mailbox,
    folder: &'t MailFolder,
    folders: &'t [MailFolder],
}

impl Teller<'_> {
    /// Yields of how many messages the server did not do what was asked, and why not of the last of them.
    async fn tell(&self, pending: &[PendingMail]) -> Told<Option<(usize, String)>> {
        let mut refused: Option<(usize, String)> = None;
        let mut aside: HashSet<MailMessageId> = HashSet::new();
        for (step, mut messages) in self.steps(pending) {
            messages.retain(|message| !aside.contains(&message.id));
            if messages.is_empty() {
                continue;
            }
            // A server that cannot move copies, and may have done so.
            let is_undivided = matches!(step, Step::Move(_)) && !self.mailbox.capabilities().moves;
            // Halves of what is refused, down to the one that is: it holds no other back.
            let mut open: Vec<&[&PendingMail]> = vec![&messages];
            while let Some(these) = open.pop() {
                let why = match self.do_step(&step, these).await {
                    Ok(()) => continue,
                    Err(Halt::Remote(error)) if !is_of_the_account(&error) => error,
                    Err(halt) => return Err(halt),
                };
                if these.len() == 1 || is_undivided {
                    for message in these {
                        self.set_aside(message).await?;
                        aside.insert(message.id);
                    }
                    let count = refused.map_or(0, |(count, _)| count) + these.len();
                    refused = Some((count, why.to_string()));
                } else {
                    let (first, second) = these.split_at(these.len() / 2);
                    open.extend([second, first]);
                }
            }
        }
        Ok(refused)
    }

    /// Flags first: a message that is moved has another UID. All messages for which the same is to be said, at once.
    fn steps<'p>(&self, pending: &'p [PendingMail]) -> Vec<(Step<'_>, Vec<&'p PendingMail>)> {
        let mut flags: BTreeMap<(i64, i64), Vec<&PendingMail>> = BTreeMap::new();
        let mut moves: BTreeMap<MailFolderId, Vec<&PendingMail>> = BTreeMap::new();
        let mut deleted: Vec<&PendingMail> = Vec::new();
        for message in pending {
            if !message.pending.is_none() {
                flags.entry((message.pending.0, message.flags.0 & message.pending.0)).or_default().push(message);
            }
            match message.folder {
                None => deleted.push(message),
                Some(to) if to != self.folder.id => moves.entry(to).or_default().push(message),
                Some(_) => {}
            }
        }
        let flags = flags.into_iter().map(|((changed, values), messages)| {
            (Step::Flags { changed: MessageFlags(changed), values: MessageFlags(values) }, messages)
        });
        let moves = moves.into_iter().filter_map(|(to, messages)| {
            let to = self.folders.iter().find(|folder| folder.id == to)?;
            Some((Step::Move(to), messages))
        });
        let deleted = (!deleted.is_empty()).then_some((Step::Delete, deleted));
        flags.chain(moves).chain(deleted).collect()
    }

    async fn do_step(&self, step: &Step<'_>, messages: &[&PendingMail]) -> Told<()> {
        let uids: Vec<u32> = messages.iter().map(|message| message.uid).collect();
        let ids: Vec<MailMessageId> = messages.iter().map(|message| message.id).collect();
        let path = self.folder.path.as_str();
        match step {
            Step::Flags { changed, values } => {
                let unset = MessageFlags(changed.0 & !values.0);
                if !values.is_none() {
                    self.mailbox.store(path, &uids, *values, true).await?;
                }
                if !unset.is_none() {
                    self.mailbox.store(path, &uids, unset, false).await?;
                }
                let mut tx = self.kalends.db.write().await?;
                tx.mail_flags_known(&ids, *changed, *values).await?;
                tx.commit().await?;
            }
            Step::Move(to) => {
                let moved: BTreeMap<u32, u32> =
                    self.mailbox.move_to(path, &uids, &to.path).await?.into_iter().collect();
                let mut tx = self.kalends.db.write().await?;
                for message in messages {
                    // Where the server does not say, the next look finds it by its Message-ID.
                    tx.mail_moved(message.id, to.id, moved.get(&message.uid).copied()).await?;
                }
                tx.commit().await?;
            }
            Step::Delete => {
                self.mailbox.delete(path, &uids).await?;
                let mut tx = self.kalends.db.write().await?;
                tx.delete_mail(&ids).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// A message with which the server does not do what was asked is as it is there.
    async fn set_aside(&self, message: &PendingMail) -> Told<()> {
        let there = match self.mailbox.flags(&self.folder.path, message.uid, message.uid, None).await {
            Ok(there) => there.flags.into_iter().find(|(uid, _)| *uid == message.uid).map(|(_, flags)| flags),
            Err(error) if is_of_the_account(&error) => return Err(error.into()),
            Err(_) => None,
        };
        let mut tx = self.kalends.db.write().await?;
        tx.take_mail_back(message.id, there).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether it is for all that is asked of a server, and not for one message.
fn is_of_the_account(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Transient { .. } | ProviderError::Unauthenticated(_))
}
