//! Drafts on the server, as a job: one copy of each, whatever dies in between; and messages as they are written (RFC 5322).

use super::answers::html_of;
use super::connections::Asked;
use super::filing::{Copied, file_copy};
use super::mailbox::Mailbox;
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::mail_account::{MailAccount, MailAccountId, MailIdentity};
use crate::model::mail_draft::{DraftState, MailDraft, MailDraftId, SavedDraft};
use crate::model::mail_folder::FolderRole;
use crate::model::mail_message::{MailAddress, MessageFlags};
use crate::model::principal::PrincipalId;
use crate::model::remote_account::AccountState;
use crate::store::Transaction;
use crate::sync::provider::ProviderError;
use crate::{Announcement, Error, Kalends, Result};
use chrono::{DateTime, Utc};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use serde::{Deserialize, Serialize};

/// What the job is told of a draft that was thrown away.
#[derive(Serialize, Deserialize)]
struct Removed {
    account: i64,
    folder: String,
    uid: u32,
    message_id: String,
}

pub(super) fn removal_key(draft: MailDraftId) -> String {
    format!("gone-{}", draft.0)
}

/// The job that takes a draft off the server that was thrown away, or sent.
pub(super) fn removal(draft: &MailDraft, folder: &str, uid: u32) -> Result<NewJob> {
    let message_id = draft.message_id.clone();
    let removed = Removed { account: draft.account.0, folder: folder.to_owned(), uid, message_id };
    let payload = serde_json::to_string(&removed).map_err(|error| Error::Internal(error.into()))?;
    let key = removal_key(draft.id);
    Ok(NewJob { kind: JobKind::MailSave, key, owner: None, payload, due_at: Utc::now() })
}

fn person(who: &MailAddress) -> Address<'static> {
    let name = Some(who.name.clone()).filter(|name| !name.is_empty());
    Address::new_address(name, who.address.clone())
}

fn people(people: &[MailAddress]) -> Address<'static> {
    Address::new_list(people.iter().map(person).collect())
}

/// A name, media type and content for each attachment.
pub(super) type Attached = Vec<(String, String, Vec<u8>)>;

/// What is attached to a draft, with its content.
pub(super) async fn attached(tx: &mut Transaction, draft: &MailDraft) -> Result<Attached> {
    let mut attached = Vec::new();
    for attachment in &draft.attachments {
        if let Some(content) = tx.attachment_content(draft.id, attachment.id).await? {
            attached.push((attachment.name.clone(), attachment.media_type.clone(), content));
        }
    }
    Ok(attached)
}

/// Who a draft is from.
pub(super) fn sender(draft: &MailDraft, account: &MailAccount, identities: &[MailIdentity]) -> MailAddress {
    let chosen = identities.iter().find(|identity| Some(identity.id) == draft.identity).or(identities.first());
    match chosen {
        Some(identity) => MailAddress { name: identity.name.clone(), address: identity.address.clone() },
        None => MailAddress { name: String::new(), address: account.address.clone() },
    }
}

/// A draft as a message. `with_bcc`: those whom nobody else is to see are named, for the copy that one keeps.
///
/// # Errors
/// `Internal`
pub(super) fn message(
    draft: &MailDraft,
    from: &MailAddress,
    attached: &Attached,
    at: DateTime<Utc>,
    with_bcc: bool,
) -> Result<Vec<u8>> {
    let content = &draft.content;
    let mut message = MessageBuilder::new()
        .message_id(draft.message_id.clone())
        .date(at.timestamp())
        .from(person(from))
        .subject(content.subject.clone())
        .text_body(content.text.clone());
    if !content.to.is_empty() {
        message = message.to(people(&content.to));
    }
    if !content.cc.is_empty() {
        message = message.cc(people(&content.cc));
    }
    if with_bcc && !content.bcc.is_empty() {
        message = message.bcc(people(&content.bcc));
    }
    if let Some(answered) = &content.in_reply_to {
        message = message.in_reply_to(MessageId::new(answered.clone()));
    }
    if !content.references.is_empty() {
        message = message.references(MessageId::new_list(content.references.iter().cloned()));
    }
    if let Some(html) = html_of(content) {
        message = message.html_body(html);
    }
    for (name, media_type, octets) in attached {
        message = message.attachment(media_type.clone(), name.clone(), octets.clone());
    }
    message.write_to_vec().map_err(|error| Error::Internal(error.into()))
}

impl Kalends {
    /// A draft of somebody as a message, with everybody to whom it is and what is attached to it.
    pub(crate) async fn draft_as_message(&self, owner: PrincipalId, id: MailDraftId) -> Result<Option<Vec<u8>>> {
        let mut tx = self.db.read().await?;
        let Some(draft) = tx.mail_draft_of(owner, id).await? else { return Ok(None) };
        let Some(account) = tx.mail_account(draft.account).await? else { return Ok(None) };
        let identities = tx.mail_identities(account.id).await?;
        let attached = attached(&mut tx, &draft).await?;
        drop(tx);
        let from = sender(&draft, &account, &identities);
        message(&draft, &from, &attached, draft.changed_at, true).map(Some)
    }
}

/// Does the job of a draft.
pub(crate) async fn save(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    if let Ok(removed) = serde_json::from_str::<Removed>(&lease.job.payload) {
        return remove(lease, removed).await;
    }
    if let Ok(copied) = serde_json::from_str::<Copied>(&lease.job.payload) {
        return file_copy(lease, copied).await;
    }
    let id = lease.job.payload.parse().map(MailDraftId).unwrap_or(MailDraftId(0));
    let mut tx = kalends.db.read().await?;
    let draft = tx.mail_draft(id).await?.filter(|draft| draft.state == DraftState::Draft);
    let Some(draft) = draft.filter(|draft| draft.saved.revision < draft.revision) else { return end(lease).await };
    let Some(account) = tx.working_mail_account(draft.account).await? else { return end(lease).await };
    let identities = tx.mail_identities(account.id).await?;
    let attached = attached(&mut tx, &draft).await?;
    drop(tx);
    if account.state != AccountState::Active {
        return end(lease).await;
    }
    let folder = match kalends.folder_or_new(&account, FolderRole::Drafts).await? {
        Ok(folder) => folder,
        Err(error) if error.is_transient() => return Err(Error::Remote(error.into())),
        Err(error) => return kept_here(lease, &account, &error).await,
    };
    let from = sender(&draft, &account, &identities);
    let text = message(&draft, &from, &attached, draft.changed_at, true)?;
    let (path, message_id, text) = (folder.as_str(), draft.message_id.as_str(), &text[..]);
    let saved: Asked<Option<u32>> = kalends
        .ask_mail(&account, |mailbox| async move {
            let flags = MessageFlags::DRAFT.with(MessageFlags::SEEN);
            mailbox.append(path, flags, text).await?;
            keep_newest(&*mailbox, path, message_id).await
        })
        .await;
    match saved? {
        Ok(uid) => {
            let mut tx = kalends.db.write().await?;
            let saved = SavedDraft { revision: draft.revision, at: uid.map(|uid| (folder.clone(), uid)) };
            tx.set_saved_draft(id, &saved).await?;
            tx.commit().await?;
            end(lease).await
        }
        Err(error) if !error.is_transient() => kept_here(lease, &account, &error).await,
        Err(error) => Err(Error::Remote(error.into())),
    }
}

/// Of several copies of a draft the last one alone stays. Yields its UID.
async fn keep_newest(
    mailbox: &dyn Mailbox,
    folder: &str,
    message_id: &str,
) -> std::result::Result<Option<u32>, ProviderError> {
    let mut uids = mailbox.find(folder, message_id).await?;
    uids.sort_unstable();
    let newest = uids.pop();
    if !uids.is_empty() {
        mailbox.delete(folder, &uids).await?;
    }
    Ok(newest)
}

/// The draft is kept here, and the next change has it saved there as well: the account says that it is not there now.
async fn kept_here(lease: &Lease, account: &MailAccount, error: &ProviderError) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let what = format!("a draft is kept here alone, and not at the server: {error}");
    tx.note_about_mail(account.id, &what, Utc::now()).await?;
    let ended = lease.end(&mut tx, None).await?;
    let news = Announcement::Mail { owner: account.owner, account: account.id };
    lease.kalends.commit_with_news(tx, [news]).await?;
    Ok(ended)
}

async fn remove(lease: &Lease, removed: Removed) -> Result<Ended> {
    let kalends = &lease.kalends;
    let account = kalends.db.read().await?.working_mail_account(MailAccountId(removed.account)).await?;
    let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
        return end(lease).await;
    };
    let (folder, message_id) = (removed.folder.as_str(), removed.message_id.as_str());
    let gone = kalends
        .ask_mail(&account, |mailbox| async move {
            let uids = mailbox.find(folder, message_id).await?;
            if uids.is_empty() { Ok(()) } else { mailbox.delete(folder, &uids).await }
        })
        .await?;
    match gone {
        Err(error) if error.is_transient() => Err(Error::Remote(error.into())),
        _ => end(lease).await,
    }
}

async fn end(lease: &Lease) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.commit().await?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::mail_draft::DraftContent;
    use mail_parser::{MessageParser, MimeHeaders};

    #[test]
    fn what_is_written_reads_as_it_was_meant() {
        let who = |address: &str| MailAddress { name: "Zoë\r\nBcc: evil@x".into(), address: address.into() };
        let content = DraftContent {
            to: vec![who("a@x")],
            cc: vec![who("b@x")],
            bcc: vec![who("c@x")],
            subject: "Déjà vu".into(),
            text: "Hello\n.\n".into(),
            html: Some("<p>Hello</p>".into()),
            in_reply_to: Some("1@x".into()),
            references: vec!["0@x".into(), "1@x".into()],
        };
        let now = Utc::now();
        let draft = MailDraft {
            id: MailDraftId(1),
            account: MailAccountId(1),
            identity: None,
            content,
            answers: None,
            state: DraftState::Draft,
            send_at: None,
            why: None,
            attachments: Vec::new(),
            revision: 1,
            created_at: now,
            changed_at: now,
            message_id: "own@x".into(),
            saved: SavedDraft::default(),
            refused: Vec::new(),
        };
        let attached = vec![("naïve.pdf".to_owned(), "application/pdf".to_owned(), vec![0, 255, 10])];
        let raw = message(&draft, &who("me@x"), &attached, now, false).unwrap();
        let read = MessageParser::default().parse(&raw).unwrap();
        assert_eq!((read.subject(), read.message_id()), (Some("Déjà vu"), Some("own@x")));
        assert!(read.bcc().is_none() && !String::from_utf8_lossy(&raw).contains("\r\nBcc:"));
        assert_eq!(super::super::mime::references(&read), ["0@x", "1@x"]);
        assert_eq!(read.body_text(0).unwrap().trim_end(), "Hello\r\n.");
        assert!(read.body_html(0).unwrap().contains("<p>Hello</p>"));
        let part = read.attachment(0).unwrap();
        assert_eq!((part.attachment_name(), part.contents()), (Some("naïve.pdf"), &[0, 255, 10][..]));
        let kept = message(&draft, &who("me@x"), &attached, now, true).unwrap();
        assert_eq!(MessageParser::default().parse(&kept).unwrap().bcc().unwrap().iter().count(), 1);
    }
}
