//! Sending what was written: after a moment in which it can be taken back, or later.

use super::drafts::{NO_DRAFT, open_draft, own_draft};
use crate::access::Caller;
use crate::jobs::JobKind;
use crate::model::job::NewJob;
use crate::model::mail_draft::{DraftState, MailDraft, MailDraftId};
use crate::write::Write;
use crate::{Announcement, Error, Kalends, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};

/// How long what is sent at once can be taken back.
pub const UNDO_SECONDS: i64 = 10;
/// How far ahead something can be sent.
const MAX_AHEAD: TimeDelta = TimeDelta::days(400);

/// The job that sends a draft.
fn send_job(id: MailDraftId, due_at: DateTime<Utc>) -> NewJob {
    let key = id.0.to_string();
    NewJob { kind: JobKind::MailSend, payload: key.clone(), key, owner: None, due_at }
}

/// Whether it can be an address that mail is sent to.
fn is_address(address: &str) -> bool {
    let plain =
        !address.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"()".contains(letter));
    let parts = address.rsplit_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
    plain && parts && address.len() <= 320
}

/// What has to be right before something is sent.
fn check_to_send(draft: &MailDraft) -> Result<()> {
    let content = &draft.content;
    let mut people = content.to.iter().chain(&content.cc).chain(&content.bcc).peekable();
    if people.peek().is_none() {
        return Err(Error::bad_input("to", Problem::Request("at least one recipient")));
    }
    match people.find(|who| !is_address(&who.address)) {
        Some(_) => Err(Error::bad_input("to", Problem::Email)),
        None => Ok(()),
    }
}

impl Kalends {
    /// Sends a draft: at `at`, or else in [`UNDO_SECONDS`]. Until then it can be taken back by [`Kalends::unsend_mail`].
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed` for one that is on its way, or is not at `revision`; `BadInput` (to, at).
    pub async fn send_mail(
        &self,
        caller: Caller,
        id: MailDraftId,
        revision: Option<i64>,
        at: Option<DateTime<Utc>>,
    ) -> Result<MailDraft> {
        let now = Utc::now();
        if at.is_some_and(|at| at > now + MAX_AHEAD) {
            return Err(Error::bad_input("at", Problem::Request("at most 400 days ahead")));
        }
        let at = at.unwrap_or(now).max(now + TimeDelta::seconds(UNDO_SECONDS));
        self.write(caller, async |mut write: Write| {
            let draft = open_draft(&mut write.tx, caller, id).await?;
            if revision.is_some_and(|seen| seen != draft.revision) {
                return Err(Error::PreconditionFailed);
            }
            check_to_send(&draft)?;
            write.tx.set_draft_state(id, draft.state, DraftState::Waiting, Some(at), None).await?;
            let job = send_job(id, at);
            write.tx.delete_waiting_jobs(JobKind::MailSend, &job.key).await?;
            write.tx.enqueue_job(&job).await?;
            write.announce(Announcement::Mail { owner: caller.principal, account: draft.account });
            write.commit(()).await
        })
        .await?;
        self.mail_draft(caller, id).await
    }

    /// Takes back what waits to be sent: it is a draft again.
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed` where it is too late.
    pub async fn unsend_mail(&self, caller: Caller, id: MailDraftId) -> Result<MailDraft> {
        self.write(caller, async |mut write: Write| {
            let draft = own_draft(&mut write.tx, caller, id).await?;
            if !write.tx.set_draft_state(id, DraftState::Waiting, DraftState::Draft, None, None).await? {
                return Err(if draft.state == DraftState::Sent { NO_DRAFT } else { Error::PreconditionFailed });
            }
            write.tx.delete_waiting_jobs(JobKind::MailSend, &id.0.to_string()).await?;
            write.announce(Announcement::Mail { owner: caller.principal, account: draft.account });
            write.commit(()).await
        })
        .await?;
        self.mail_draft(caller, id).await
    }
}
