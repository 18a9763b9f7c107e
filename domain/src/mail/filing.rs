//! Putting what was sent among what was sent, once: the server may have done it, or a try before this one.

use super::connections::Asked;
use super::standing::back_off;
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::mail_account::{MailAccount, MailAccountId, SentBy};
use crate::model::mail_folder::FolderRole;
use crate::model::mail_message::MessageFlags;
use crate::store::{MailCopy, Transaction};
use crate::sync::provider::ProviderError;
use crate::{Announcement, Error, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// For how long it is tried.
const MAX_FILING: TimeDelta = TimeDelta::days(3);

/// What the job is told of what was no draft.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Copied {
    copy: i64,
}

/// How long it waits that did not work since `since`; `None`: it is given up.
pub(super) fn wait_of(since: DateTime<Utc>, error: &ProviderError, now: DateTime<Utc>) -> Option<TimeDelta> {
    let age = now - since;
    if !error.is_transient() || age > MAX_FILING {
        return None;
    }
    Some(back_off(age.num_minutes().max(1).ilog2() + 1, None))
}

/// What is said of a mail that is not among what was sent.
pub(super) fn not_filed(subject: &str, error: &ProviderError) -> String {
    format!("“{subject}” was sent, and could not be put among what was sent: {error}")
}

fn job(id: i64, due_at: DateTime<Utc>) -> Result<NewJob> {
    let payload = serde_json::to_string(&Copied { copy: id }).map_err(|error| Error::Internal(error.into()))?;
    Ok(NewJob { kind: JobKind::MailSave, key: format!("copy-{id}"), owner: None, payload, due_at })
}

/// Has a message that an account has sent be put among what was sent, in the transaction that says that it was.
pub(crate) async fn file_later(
    tx: &mut Transaction,
    account: MailAccountId,
    message_id: &str,
    subject: &str,
    content: Vec<u8>,
) -> Result<()> {
    let at = Utc::now();
    let (message_id, subject) = (message_id.to_owned(), subject.to_owned());
    let copy = MailCopy { id: 0, account, message_id, subject, content, at };
    if let Some(id) = tx.insert_mail_copy(&copy).await? {
        tx.enqueue_job(&job(id, at)?).await?;
    }
    Ok(())
}

/// Does the job of what was no draft.
pub(super) async fn file_copy(lease: &Lease, Copied { copy: id }: Copied) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.read().await?;
    let Some(copy) = tx.mail_copy(id).await? else { return end(lease, None).await };
    let account = tx.working_mail_account(copy.account).await?;
    drop(tx);
    let Some(account) = account else { return end(lease, Some((&copy, None))).await };
    let error = match kalends.put_among_sent(&account, &copy.message_id, &copy.content).await? {
        Ok(()) => return end(lease, Some((&copy, None))).await,
        Err(error) => error,
    };
    let Some(wait) = wait_of(copy.at, &error, Utc::now()) else {
        return end(lease, Some((&copy, Some((&account, &error))))).await;
    };
    let mut tx = kalends.db.write().await?;
    let ended = lease.end_without_trace(&mut tx).await?;
    tx.enqueue_job(&job(id, Utc::now() + wait)?).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Why a copy was given up, and of which account.
type GivenUp<'a> = (&'a MailAccount, &'a ProviderError);

async fn end(lease: &Lease, done: Option<(&MailCopy, Option<GivenUp<'_>>)>) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let mut news = Vec::new();
    if let Some((copy, given_up)) = done {
        tx.delete_mail_copy(copy.id).await?;
        if let Some((account, error)) = given_up {
            tx.note_about_mail(account.id, &not_filed(&copy.subject, error), Utc::now()).await?;
            news.push(Announcement::Mail { owner: account.owner, account: account.id });
        }
    }
    let ended = lease.end_without_trace(&mut tx).await?;
    lease.kalends.commit_with_news(tx, news).await?;
    Ok(ended)
}

impl Kalends {
    /// Puts a message into the folder for what was sent, where nobody else does and it is not there. Where there is no such folder, it is
    /// made.
    pub(super) async fn put_among_sent(&self, account: &MailAccount, message_id: &str, text: &[u8]) -> Asked<()> {
        if account.settings.sent_by == SentBy::Server {
            return Ok(Ok(()));
        }
        let folder = match self.folder_or_new(account, FolderRole::Sent).await? {
            Ok(folder) => folder,
            Err(error) => return Ok(Err(error)),
        };
        let path = folder.as_str();
        self.ask_mail(account, |mailbox| async move {
            if !mailbox.capabilities().gmail && mailbox.find(path, message_id).await?.is_empty() {
                mailbox.append(path, MessageFlags::SEEN, text).await?;
            }
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_filed_is_tried_more_and_more_seldom_and_given_up() {
        let (now, away) = (Utc::now(), ProviderError::Transient { why: "away".into(), retry_after: None });
        let wait = |age: TimeDelta| wait_of(now - age, &away, now);
        assert!(wait(TimeDelta::zero()).is_some_and(|wait| wait <= TimeDelta::seconds(30)));
        assert!(wait(TimeDelta::days(1)).is_some_and(|wait| wait >= TimeDelta::minutes(30)));
        assert_eq!(wait(TimeDelta::days(4)), None);
        assert_eq!(wait_of(now, &ProviderError::Rejected("full".into()), now), None);
    }
}
