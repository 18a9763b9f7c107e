//! Going on with what another program has begun to write: a message of the folder for drafts.

use super::answers::Prepared;
use super::drafts::NO_DRAFT;
use super::mime;
use crate::access::Caller;
use crate::idempotency::Once;
use crate::model::mail_account::MailIdentity;
use crate::model::mail_draft::{DraftContent, MailDraft, SavedDraft};
use crate::model::mail_folder::FolderRole;
use crate::model::mail_message::MailMessageId;
use crate::{Error, Kalends, Problem, Result};
use mail_parser::{MessageParser, PartType};

impl Kalends {
    /// Has a message of the folder for drafts be written on: the draft whose copy it is, or one that is made of it and whose copy it is
    /// from now on.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (message) for one that is no draft; `Remote` where it cannot be read; `BadInput` for more than a draft can
    /// hold; `QuotaExceeded`.
    pub async fn edit_mail(&self, caller: Caller, id: MailMessageId, once: Option<&Once>) -> Result<MailDraft> {
        let message = self.mail_message(caller, id).await?;
        let folder = self.mail_folder(caller, message.folder).await?;
        if folder.role != Some(FolderRole::Drafts) {
            return Err(Error::bad_input("message", Problem::Request("a message of the folder for drafts")));
        }
        if let Some(message_id) = &message.message_id {
            let known = self.db.read().await?.mail_draft_saved_as(message.account, message_id).await?;
            if let Some(known) = known {
                return Ok(known);
            }
        }
        let raw = self.original_mail(caller, id).await?;
        let account = self.mail_account(caller, message.account).await?;
        let identities = self.mail_identities(caller, message.account).await?;
        let prepared = self.parse_on_a_thread(raw.len(), move || Ok(written(&raw, &identities))).await?;
        let place = self.db.read().await?.mail_place_on_server(id).await?;
        let uid = place.filter(|place| place.folder == folder.id).and_then(|place| place.uid);
        // What is saved takes the place of that program's copy, which is found by its Message-ID.
        let saved = SavedDraft { revision: 1, at: uid.map(|uid| (folder.path.clone(), uid)) };
        let known_as = message.message_id.as_deref().map(|message_id| (message_id, &saved));
        let draft = self.insert_draft(caller, &account, prepared, None, known_as, once).await?;
        self.mail_draft(caller, draft).await.map_err(|error| match error {
            Error::NotFound(_) => NO_DRAFT,
            error => error,
        })
    }
}

/// A message as the content of a draft.
fn written(raw: &[u8], identities: &[MailIdentity]) -> Prepared {
    let Some(read) = MessageParser::default().parse(raw) else { return Prepared::default() };
    let has_html = read.html_bodies().any(|part| matches!(part.body, PartType::Html(_)));
    let from = mime::people(read.from());
    let is_from = |identity: &&MailIdentity| from.iter().any(|who| who.address.eq_ignore_ascii_case(&identity.address));
    let mut references = mime::references(&read);
    let in_reply_to = mime::ids(read.in_reply_to()).pop();
    references.truncate(super::MAX_REFERENCES);
    let content = DraftContent {
        to: mime::people(read.to()),
        cc: mime::people(read.cc()),
        bcc: mime::people(read.bcc()),
        subject: read.subject().unwrap_or_default().to_owned(),
        text: read.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
        html: read.body_html(0).filter(|_| has_html).map(|html| html.into_owned()),
        in_reply_to,
        references,
    };
    let attachments = mime::parts(&read).into_iter().filter_map(|part| {
        let content = read.parts.get(part.number).map(|part| mime::octets(part).to_vec())?;
        Some((part.name.unwrap_or_default(), part.media_type, content))
    });
    let identity = identities.iter().find(is_from).or(identities.first()).map(|identity| identity.id);
    Prepared { content, identity, attachments: attachments.collect() }
}
