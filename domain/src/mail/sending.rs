//! Sending a mail, as a job: to each at most once, and put among what was sent exactly once.

use super::filing::{not_filed, wait_of};
use super::mime;
use super::saving::{attached, message, removal, sender};
use super::standing::back_off;
use super::words::words;
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::mail_account::MailAccount;
use crate::model::mail_draft::{AnswerKind, DraftState, MailDraft, MailDraftId};
use crate::model::mail_message::{MailAddress, MessageFlags};
use crate::outgoing_mail::{Envelope, MailError, Sent};
use crate::store::Transaction;
use crate::sync::provider::ProviderError;
use crate::{Announcement, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// For how long something is tried again that a server does not take just now.
const MAX_TRYING: TimeDelta = TimeDelta::days(2);
/// Why something waits no more whose sender may not sign in any more.
const NOT_ACTIVE: &str = "it was not sent, as the account here was disabled or deleted at that time";

/// Does the job of a draft.
pub(crate) async fn send(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(MailDraftId).unwrap_or(MailDraftId(0));
    let mut tx = kalends.db.read().await?;
    let Some(draft) = tx.mail_draft(id).await? else { return end(lease).await };
    let Some(account) = tx.mail_account(draft.account).await? else { return end(lease).await };
    let is_working = tx.working_mail_account(draft.account).await?.is_some();
    drop(tx);
    match draft.state {
        DraftState::Waiting if !is_working => refuse(lease, &draft, DraftState::Waiting, NOT_ACTIVE).await,
        DraftState::Waiting if draft.send_at.is_some_and(|at| at > Utc::now() + TimeDelta::seconds(1)) => {
            // It was asked for again, for later.
            again(lease, &draft, draft.send_at.unwrap_or_else(Utc::now) - Utc::now()).await
        }
        DraftState::Waiting => go(lease, &draft, &account).await,
        // A node went away while it was on its way: nobody knows whether it arrived, and twice is worse than asking.
        DraftState::Sending => {
            let why = "the server was interrupted while the mail was on its way: look whether it arrived before you send it again";
            refuse(lease, &draft, DraftState::Sending, why).await
        }
        DraftState::Filing => file(lease, &draft, &account).await,
        DraftState::Draft | DraftState::Sent | DraftState::Refused => end(lease).await,
    }
}

async fn end(lease: &Lease) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailSend, &lease.job.payload).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The job is done again after a while.
async fn again(lease: &Lease, draft: &MailDraft, wait: TimeDelta) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    let key = draft.id.0.to_string();
    tx.delete_ended_jobs(JobKind::MailSend, &key).await?;
    let job = NewJob { kind: JobKind::MailSend, payload: key.clone(), key, owner: None, due_at: Utc::now() + wait };
    tx.enqueue_job(&job).await?;
    told(&lease.kalends, tx, draft).await?;
    Ok(ended)
}

async fn told(kalends: &Kalends, mut tx: Transaction, draft: &MailDraft) -> Result<()> {
    let Some(account) = tx.mail_account(draft.account).await? else { return tx.commit().await };
    let news = Announcement::Mail { owner: account.owner, account: account.id };
    kalends.commit_with_news(tx, [news]).await
}

/// The draft can be changed again, with why it was not sent.
async fn refuse(lease: &Lease, draft: &MailDraft, from: DraftState, why: &str) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    tx.set_draft_state(draft.id, from, DraftState::Refused, None, Some(why)).await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailSend, &lease.job.payload).await?;
    told(&lease.kalends, tx, draft).await?;
    Ok(ended)
}

/// The date of a mail: when it was to go out, in the copy that is kept as in the one that is sent.
fn dated(draft: &MailDraft) -> DateTime<Utc> {
    draft.send_at.unwrap_or_else(Utc::now)
}

async fn go(lease: &Lease, draft: &MailDraft, account: &MailAccount) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.read().await?;
    let identities = tx.mail_identities(account.id).await?;
    let attached = attached(&mut tx, draft).await?;
    drop(tx);
    let from = sender(draft, account, &identities);
    let text = message(draft, &from, &attached, dated(draft), false)?;
    let mut to: Vec<String> = Vec::new();
    for who in draft.content.to.iter().chain(&draft.content.cc).chain(&draft.content.bcc) {
        if !to.iter().any(|known| known.eq_ignore_ascii_case(&who.address)) {
            to.push(who.address.clone());
        }
    }
    let envelope = Envelope { from: from.address.clone(), to };
    let credentials = match kalends.fresh_mail_credentials(account).await? {
        Ok(credentials) => credentials,
        Err(error) => return not_sent(lease, draft, DraftState::Waiting, &of_provider(&error)).await,
    };
    let transport = match kalends.mailboxes.connector.transport(&account.settings.smtp, &credentials) {
        Ok(transport) => transport,
        Err(error) => return not_sent(lease, draft, DraftState::Waiting, &of_provider(&error)).await,
    };
    let mut tx = kalends.db.write().await?;
    if !tx.set_draft_state(draft.id, DraftState::Waiting, DraftState::Sending, draft.send_at, None).await? {
        // It was taken back at the last moment.
        drop(tx);
        return end(lease).await;
    }
    tx.commit().await?;
    match transport.send(&envelope, &text).await {
        Ok(sent) => {
            taken(lease, draft, &sent).await?;
            let draft = MailDraft { state: DraftState::Filing, ..draft.clone() };
            file(lease, &draft, account).await
        }
        Err(error) => not_sent(lease, draft, DraftState::Sending, &error).await,
    }
}

fn of_provider(error: &ProviderError) -> MailError {
    match error {
        ProviderError::Unauthenticated(why) => MailError::Unauthenticated(why.clone()),
        ProviderError::Transient { why, .. } => MailError::TryAgain(why.clone()),
        error => MailError::Refused(error.to_string()),
    }
}

async fn not_sent(lease: &Lease, draft: &MailDraft, from: DraftState, error: &MailError) -> Result<Ended> {
    let since = draft.send_at.unwrap_or(draft.changed_at);
    if !error.is_transient() || Utc::now() - since > MAX_TRYING {
        let why = match error {
            MailError::Uncertain(why) => {
                format!("{why}; look whether it arrived before you send it again")
            }
            error => error.to_string(),
        };
        return refuse(lease, draft, from, &why).await;
    }
    let mut tx = lease.kalends.db.write().await?;
    tx.set_draft_state(draft.id, from, DraftState::Waiting, draft.send_at, Some(&error.to_string())).await?;
    tx.commit().await?;
    let tries = (Utc::now() - since).num_minutes().max(1).ilog2() + 1;
    again(lease, draft, back_off(tries, None)).await
}

/// The server has the mail: whom it went to is remembered, and the message that it answers is marked.
async fn taken(lease: &Lease, draft: &MailDraft, sent: &Sent) -> Result<()> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.write().await?;
    let why = (!sent.refused.is_empty()).then(|| {
        let each = sent.refused.iter().map(|refused| format!("{}: {}", refused.address, refused.reply));
        format!("not taken for {}", each.collect::<Vec<_>>().join("; "))
    });
    let refused: Vec<String> = sent.refused.iter().map(|refused| refused.address.clone()).collect();
    tx.set_draft_taken(draft.id, draft.send_at, &refused, why.as_deref()).await?;
    let Some(account) = tx.mail_account(draft.account).await? else { return tx.commit().await };
    for who in draft.content.to.iter().chain(&draft.content.cc).chain(&draft.content.bcc) {
        let text = words([who.name.as_str(), who.address.as_str()]).join(" ");
        tx.note_correspondent(account.owner, who, &text, Utc::now()).await?;
    }
    if let Some((answered, kind)) = draft.answers {
        let flag = if kind == AnswerKind::Forward { MessageFlags::FORWARDED } else { MessageFlags::ANSWERED };
        let batch = Uuid::new_v4();
        if tx.select_mail(batch, account.owner, &[answered], Utc::now()).await? > 0 {
            tx.flag_batch(batch, flag, MessageFlags::NONE).await?;
            tx.enqueue_job(&super::bulk::push_job(account.id, TimeDelta::zero())).await?;
        }
    }
    told(kalends, tx, draft).await
}

/// Puts what was sent among what was sent; what is left of it is for those who did not get it.
async fn file(lease: &Lease, draft: &MailDraft, account: &MailAccount) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut tx = kalends.db.read().await?;
    let identities = tx.mail_identities(account.id).await?;
    let attached = attached(&mut tx, draft).await?;
    let stands = tx.mail_draft(draft.id).await?;
    let is_working = tx.working_mail_account(account.id).await?.is_some();
    drop(tx);
    let Some(MailDraft { why, refused, .. }) = stands else { return end(lease).await };
    let mut notice = None;
    // Of somebody who may not sign in any more nothing is asked.
    if is_working {
        let from = sender(draft, account, &identities);
        let text = message(draft, &from, &attached, dated(draft), true)?;
        if let Err(error) = kalends.put_among_sent(account, &draft.message_id, &text).await? {
            if let Some(wait) = wait_of(dated(draft), &error, Utc::now()) {
                return again(lease, draft, wait).await;
            }
            // It was sent; that the copy is not kept is no reason to say otherwise.
            tracing::warn!(%error, "a mail that was sent is not in the folder for it");
            notice = Some(not_filed(&draft.content.subject, &error));
        }
    }
    let mut tx = kalends.db.write().await?;
    if let Some((folder, uid)) = &draft.saved.at {
        tx.enqueue_job(&removal(draft, folder, *uid)?).await?;
    }
    if let Some(notice) = notice {
        tx.note_about_mail(account.id, &notice, Utc::now()).await?;
    }
    if refused.is_empty() {
        tx.delete_mail_draft(draft.id).await?;
    } else {
        // Those who did not get it: what is left of the draft is for them.
        let is_left = |who: &MailAddress| refused.iter().any(|refused| refused.eq_ignore_ascii_case(&who.address));
        let mut content = draft.content.clone();
        for people in [&mut content.to, &mut content.cc, &mut content.bcc] {
            people.retain(is_left);
        }
        tx.set_draft_state(draft.id, DraftState::Filing, DraftState::Draft, None, None).await?;
        // What was sent has its Message-ID: this is another mail.
        tx.rename_mail_draft(draft.id, &mime::new_message_id(&account.address)).await?;
        tx.update_mail_draft(draft.id, None, draft.identity, &content, Utc::now()).await?;
        tx.set_draft_state(draft.id, DraftState::Draft, DraftState::Refused, None, why.as_deref()).await?;
    }
    super::accounts::look_soon(&mut tx, account).await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailSend, &lease.job.payload).await?;
    let news = Announcement::Mail { owner: account.owner, account: account.id };
    kalends.commit_with_news(tx, [news]).await?;
    Ok(ended)
}
