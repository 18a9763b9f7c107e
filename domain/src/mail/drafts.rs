//! What is being written: stored here at each change, and on the server a little later.

use super::accounts::own_account;
use super::answers::Prepared;
use super::html::sanitised_draft;
use super::lists::NO_MESSAGE;
use super::saving::removal_key;
use super::{MAX_ATTACHED, MAX_RECIPIENTS, MAX_REFERENCES, MAX_SUBJECT, MAX_TEXT, answers};
use crate::access::{self, Caller};
use crate::idempotency::Once;
use crate::jobs::JobKind;
use crate::model::job::NewJob;
use crate::model::mail_account::{MailAccount, MailAccountId, MailIdentityId};
use crate::model::mail_draft::{
    AnswerKind, Attachment, AttachmentId, DraftContent, MailDraft, MailDraftId, SavedDraft,
};
use crate::model::mail_message::{MailAddress, MailMessageId};
use crate::store::{NewMailDraft, Transaction};
use crate::write::Write;
use crate::{Announcement, Error, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};

/// Most attachments of a draft, and drafts of an account.
const MAX_ATTACHMENTS: usize = 100;
const MAX_DRAFTS: u64 = 500;
/// Longest name and address of a recipient, in octets. What is indexed of a message that came is shorter.
const MAX_WHO: usize = 1_000;
/// How long after a change a draft is saved on the server: not at each key.
const SAVE_AFTER: TimeDelta = TimeDelta::seconds(10);

pub(super) const NO_DRAFT: Error = Error::NotFound(Missing::Draft);

/// What somebody has written is kept whatever it is, as long as it is no more than can be kept.
fn checked(content: &DraftContent) -> Result<DraftContent> {
    let people = content.to.len() + content.cc.len() + content.bcc.len();
    if people > MAX_RECIPIENTS {
        return Err(Error::bad_input("to", Problem::Request("at most 500 recipients; a list is better for more")));
    }
    let long = |who: &MailAddress| who.name.len() > MAX_WHO || who.address.len() > MAX_WHO;
    if content.to.iter().chain(&content.cc).chain(&content.bcc).any(long) {
        return Err(Error::bad_input("to", Problem::Octets { limit: MAX_WHO }));
    }
    if content.subject.chars().count() > MAX_SUBJECT {
        return Err(Error::bad_input("subject", Problem::Length { least: 0, most: MAX_SUBJECT }));
    }
    if content.text.len() > MAX_TEXT || content.html.as_ref().is_some_and(|html| html.len() > MAX_TEXT) {
        return Err(Error::bad_input("text", Problem::Octets { limit: MAX_TEXT }));
    }
    let mut content = content.clone();
    // A subject is one line.
    content.subject = content.subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    content.html = content.html.as_deref().map(sanitised_draft);
    content.references.truncate(MAX_REFERENCES);
    Ok(content)
}

/// A name that is safe to save a file by, wherever it came from.
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |letter: &char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = last
        .chars()
        .filter(|letter| !hidden(letter))
        .map(|letter| if r#":*?"<>|"#.contains(letter) { '_' } else { letter })
        .take(150)
        .collect();
    let name = name.trim().trim_start_matches('.').trim().to_owned();
    if name.is_empty() { "attachment".to_owned() } else { name }
}

/// The job that saves a draft on the server.
fn save_job(id: MailDraftId, delay: TimeDelta) -> NewJob {
    let key = id.0.to_string();
    NewJob { kind: JobKind::MailSave, payload: key.clone(), key, owner: None, due_at: Utc::now() + delay }
}

pub(super) async fn own_draft(tx: &mut Transaction, caller: Caller, id: MailDraftId) -> Result<MailDraft> {
    access::require_own(caller)?;
    tx.mail_draft_of(caller.principal, id).await?.ok_or(NO_DRAFT)
}

/// One that can be changed.
pub(super) async fn open_draft(tx: &mut Transaction, caller: Caller, id: MailDraftId) -> Result<MailDraft> {
    let draft = own_draft(tx, caller, id).await?;
    if draft.state.is_open() { Ok(draft) } else { Err(Error::PreconditionFailed) }
}

impl Kalends {
    /// What the caller is writing, or what waits to be sent, the last one written at first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn mail_drafts(&self, caller: Caller) -> Result<Vec<MailDraft>> {
        access::require_own(caller)?;
        self.db.read().await?.mail_drafts_of(caller.principal).await
    }

    /// # Errors
    /// `NotFound`, also for somebody else's.
    pub async fn mail_draft(&self, caller: Caller, id: MailDraftId) -> Result<MailDraft> {
        own_draft(&mut self.db.read().await?, caller, id).await
    }

    /// Begins a mail; `answers`: to a message, with its text quoted and, of one that is forwarded, what is attached to it.
    ///
    /// # Errors
    /// `NotFound`; `Remote` where the message that is answered cannot be read; `QuotaExceeded`.
    pub async fn begin_mail(
        &self,
        caller: Caller,
        account: MailAccountId,
        answered: Option<(MailMessageId, AnswerKind)>,
    ) -> Result<MailDraft> {
        self.begin_mail_once(caller, account, answered, None).await
    }

    /// [`Kalends::begin_mail`] of a request that may come twice.
    ///
    /// # Errors
    /// Those, and that the key was another request's.
    pub async fn begin_mail_once(
        &self,
        caller: Caller,
        account: MailAccountId,
        answered: Option<(MailMessageId, AnswerKind)>,
        once: Option<&Once>,
    ) -> Result<MailDraft> {
        let of = self.mail_account(caller, account).await?;
        let identities = self.mail_identities(caller, account).await?;
        let prepared = match answered {
            Some((message, kind)) => {
                let raw = self.original_mail(caller, message).await?;
                let writer = self.user(caller.principal).await?;
                let begun = answers::prepare(&raw, kind, &of, &identities).await?;
                begun.headed(|quoted| self.quotation_writer.head(quoted, kind, &writer))
            }
            None => answers::empty(&of, &identities),
        };
        let id = self.insert_draft(caller, &of, prepared, answered, None, once).await?;
        self.mail_draft(caller, id).await
    }

    /// Stores a draft as it begins. `known_as`: the Message-ID of the copy that the server has of it, and where that is.
    pub(super) async fn insert_draft(
        &self,
        caller: Caller,
        of: &MailAccount,
        prepared: Prepared,
        answered: Option<(MailMessageId, AnswerKind)>,
        known_as: Option<(&str, &SavedDraft)>,
        once: Option<&Once>,
    ) -> Result<MailDraftId> {
        let account = of.id;
        let content = checked(&prepared.content)?;
        let octets: usize = prepared.attachments.iter().map(|(_, _, octets)| octets.len()).sum();
        if octets as u64 > MAX_ATTACHED {
            return Err(Error::TooLarge { limit: usize::try_from(MAX_ATTACHED).unwrap_or(usize::MAX) });
        }
        let message_id = match known_as {
            Some((message_id, _)) => message_id.to_owned(),
            None => super::mime::new_message_id(&of.address),
        };
        self.write(caller, async |mut write: Write| {
            own_account(&mut write.tx, caller, account).await?;
            if let Some((message_id, _)) = known_as {
                // Of two that want to go on with the same at once the second goes on with what the first has made.
                write.tx.lock_home(caller.principal).await?;
                if let Some(known) = write.tx.mail_draft_saved_as(account, message_id).await? {
                    return Ok(known.id);
                }
            }
            if let Some((message, _)) = answered {
                write.tx.mail_message(caller.principal, message).await?.ok_or(NO_MESSAGE)?;
            }
            if write.tx.count_mail_drafts(account).await?.0 >= MAX_DRAFTS {
                return Err(Error::QuotaExceeded { limit: MAX_DRAFTS, unit: "drafts" });
            }
            let new = NewMailDraft {
                account,
                identity: prepared.identity,
                message_id: &message_id,
                content: &content,
                answers: answered,
                at: Utc::now(),
            };
            let id = write.tx.insert_mail_draft(new).await?;
            if let Some(made) = write.take_key(once, &id.0.to_string()).await? {
                return made.parse().map(MailDraftId).map_err(|_| NO_DRAFT);
            }
            for (name, media_type, octets) in &prepared.attachments {
                write.tx.insert_attachment(id, &file_name(name), media_type, octets).await?;
            }
            if let Some((_, saved)) = known_as {
                write.tx.set_saved_draft(id, saved).await?;
            }
            write.commit(id).await
        })
        .await
    }

    /// Stores what was written so far. `revision`: the one that was seen; `None`: whichever there is.
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed` where another page has stored it meanwhile, or it is on its way; `BadInput` for more than is kept.
    pub async fn save_mail_draft(
        &self,
        caller: Caller,
        id: MailDraftId,
        revision: Option<i64>,
        identity: Option<MailIdentityId>,
        content: &DraftContent,
    ) -> Result<MailDraft> {
        let content = checked(content)?;
        self.write(caller, async |mut write: Write| {
            let draft = open_draft(&mut write.tx, caller, id).await?;
            let known = write.tx.mail_identities(draft.account).await?;
            let identity = match identity {
                Some(identity) if known.iter().all(|known| known.id != identity) => {
                    return Err(Error::NotFound(Missing::Identity));
                }
                identity => identity,
            };
            // What it answers is not the page's to say.
            let content = DraftContent {
                in_reply_to: draft.content.in_reply_to.clone(),
                references: draft.content.references.clone(),
                ..content.clone()
            };
            if !write.tx.update_mail_draft(id, revision, identity, &content, Utc::now()).await? {
                return Err(Error::PreconditionFailed);
            }
            write.tx.enqueue_job(&save_job(id, SAVE_AFTER)).await?;
            write.commit(()).await
        })
        .await?;
        self.mail_draft(caller, id).await
    }

    /// Attaches something to a draft.
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed` for one that is on its way; `TooLarge` where all that is attached would be more than
    /// [`MAX_ATTACHED`]; `QuotaExceeded`.
    pub async fn attach_to_draft(
        &self,
        caller: Caller,
        id: MailDraftId,
        name: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<AttachmentId> {
        let media_type = match media_type.len() < 100 && media_type.parse::<MediaType>().is_ok() {
            true => media_type,
            false => "application/octet-stream",
        };
        let attached = self
            .write(caller, async |mut write: Write| {
                own_draft(&mut write.tx, caller, id).await?;
                // Before it is counted: of two at once the second waits here.
                write.tx.raise_draft(id, Utc::now()).await?;
                let draft = open_draft(&mut write.tx, caller, id).await?;
                if draft.attachments.len() >= MAX_ATTACHMENTS {
                    return Err(Error::QuotaExceeded { limit: MAX_ATTACHMENTS as u64, unit: "attachments" });
                }
                let octets: u64 = draft.attachments.iter().map(|attachment| attachment.size).sum();
                if octets + content.len() as u64 > MAX_ATTACHED {
                    return Err(Error::TooLarge { limit: usize::try_from(MAX_ATTACHED).unwrap_or(usize::MAX) });
                }
                let attached = write.tx.insert_attachment(id, &file_name(name), media_type, content).await?;
                write.tx.enqueue_job(&save_job(id, SAVE_AFTER)).await?;
                write.commit(attached).await
            })
            .await?;
        Ok(attached)
    }

    /// # Errors
    /// `NotFound`, `PreconditionFailed` for a draft that is on its way.
    pub async fn detach_from_draft(&self, caller: Caller, id: MailDraftId, attachment: AttachmentId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            open_draft(&mut write.tx, caller, id).await?;
            if !write.tx.delete_attachment(id, attachment).await? {
                return Err(Error::NotFound(Missing::Attachment));
            }
            write.tx.raise_draft(id, Utc::now()).await?;
            write.tx.enqueue_job(&save_job(id, SAVE_AFTER)).await?;
            write.commit(()).await
        })
        .await
    }

    /// What is attached to a draft.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn draft_attachment(
        &self,
        caller: Caller,
        id: MailDraftId,
        attachment: AttachmentId,
    ) -> Result<(Attachment, Vec<u8>)> {
        let mut tx = self.db.read().await?;
        let draft = own_draft(&mut tx, caller, id).await?;
        let missing = || Error::NotFound(Missing::Attachment);
        let found = draft.attachments.into_iter().find(|known| known.id == attachment).ok_or_else(missing)?;
        let content = tx.attachment_content(id, attachment).await?.ok_or_else(missing)?;
        Ok((found, content))
    }

    /// Throws a draft away, here and on the server. For a day it can be brought back by [`Kalends::restore_mail_draft`].
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed` for one that is on its way.
    pub async fn discard_mail_draft(&self, caller: Caller, id: MailDraftId) -> Result<()> {
        let draft = self
            .write(caller, async |mut write: Write| {
                let draft = open_draft(&mut write.tx, caller, id).await?;
                write.tx.discard_mail_draft(id, Utc::now()).await?;
                write.tx.delete_waiting_jobs(JobKind::MailSave, &id.0.to_string()).await?;
                if let Some((folder, uid)) = &draft.saved.at {
                    write.tx.enqueue_job(&super::saving::removal(&draft, folder, *uid)?).await?;
                }
                write.announce(Announcement::Mail { owner: caller.principal, account: draft.account });
                write.commit(draft).await
            })
            .await?;
        if draft.saved.at.is_some() {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Brings a draft back that was thrown away, here and a little later on the server.
    ///
    /// # Errors
    /// `NotFound`, also for one that was not thrown away, or too long ago.
    pub async fn restore_mail_draft(&self, caller: Caller, id: MailDraftId) -> Result<MailDraft> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            if !write.tx.restore_mail_draft(caller.principal, id).await? {
                return Err(NO_DRAFT);
            }
            let draft = own_draft(&mut write.tx, caller, id).await?;
            // Its copy there may not be gone yet.
            write.tx.delete_waiting_jobs(JobKind::MailSave, &removal_key(id)).await?;
            write.tx.enqueue_job(&save_job(id, SAVE_AFTER)).await?;
            write.announce(Announcement::Mail { owner: caller.principal, account: draft.account });
            write.commit(()).await
        })
        .await?;
        self.mail_draft(caller, id).await
    }
}

/// `type/subtype`, of tokens (RFC 9110 section 5.6.2).
struct MediaType;

impl std::str::FromStr for MediaType {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let is_token = |text: &str| {
            !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&octet))
        };
        match text.split_once('/') {
            Some((one, other)) if is_token(one) && is_token(other) => Ok(MediaType),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\report.pdf", "report.pdf"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("..", "attachment"),
            (".bashrc", "bashrc"),
            ("a\r\nb:c?.txt", "ab_c_.txt"),
            ("", "attachment"),
        ] {
            assert_eq!(file_name(name), safe, "{name}");
        }
    }
}
