//! Reading a message: fetched when it is opened, taken apart on a thread of its own, and shown with nothing in it that runs.

use super::drafts::file_name;
use super::html::{SafeHtml, sanitised};
use super::lists::NO_MESSAGE;
use super::mime::{self, Part};
use super::{MAX_MESSAGE, MailSelection};
use crate::access::{self, Caller};
use crate::mail::bulk::MailChange;
use crate::model::mail_message::{MailAddress, MailMessage, MailMessageId};
use crate::retry::retry;
use crate::sync::connector::FindError;
use crate::sync::provider::ProviderError;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, PartType};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many octets of messages that were opened last are kept in memory.
const MAX_KEPT: u64 = 64 * 1024 * 1024;
/// About how many messages those are.
const KEPT: usize = 500;
/// Largest text that is shown, in octets.
const MAX_TEXT: usize = 2 * 1024 * 1024;
/// Most people of a header that are shown, and most fields of a header.
const MAX_PEOPLE: usize = 1_000;
const MAX_FIELDS: usize = 500;

/// Messages that were opened last, as they came.
pub(crate) type OpenedMessages = Cache<MailMessageId, Arc<Vec<u8>>, Octets>;

/// A message weighs what it has.
#[derive(Clone)]
pub(crate) struct Octets;

impl Weighter<MailMessageId, Arc<Vec<u8>>> for Octets {
    fn weight(&self, _: &MailMessageId, message: &Arc<Vec<u8>>) -> u64 {
        message.len() as u64 + 100
    }
}

pub(super) fn opened_messages() -> OpenedMessages {
    Cache::with_weighter(KEPT, MAX_KEPT, Octets)
}

/// Pictures of a mail that are elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// Shown where the caller has said so of the sender.
    AsAllowed,
    /// Shown this once.
    Shown,
}

/// What is attached to a message, or shown within its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPart {
    /// By which [`Kalends::mail_part`] finds it.
    pub number: usize,
    /// Safe to save a file by.
    pub name: String,
    /// Lower case, such as `application/pdf`.
    pub media_type: String,
    /// In octets.
    pub size: u64,
    /// It is shown within the text.
    pub is_inline: bool,
}

/// A part with its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartContent {
    pub part: MailPart,
    pub content: Vec<u8>,
}

/// A message that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenMail {
    pub message: MailMessage,
    pub from: Vec<MailAddress>,
    pub to: Vec<MailAddress>,
    pub cc: Vec<MailAddress>,
    pub bcc: Vec<MailAddress>,
    pub reply_to: Vec<MailAddress>,
    pub sent_at: Option<DateTime<Utc>>,
    /// `None`: it has plain text alone.
    pub html: Option<SafeHtml>,
    /// The plain text; where there is none, what the HTML says.
    pub text: String,
    /// Whether text was left out because there is too much of it.
    pub is_cut: bool,
    /// The pictures of this sender that are elsewhere are shown without asking.
    pub shows_pictures: bool,
    pub parts: Vec<MailPart>,
    /// The fields of its header, in their order.
    pub header: Vec<(String, String)>,
}

fn shown(part: &Part) -> MailPart {
    let fallback = match part.media_type.split_once('/') {
        Some(("image", kind)) => format!("image.{}", kind.split('+').next().unwrap_or(kind)),
        Some(("text", "calendar")) => "invitation.ics".to_owned(),
        _ => "attachment".to_owned(),
    };
    MailPart {
        number: part.number,
        name: file_name(part.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&fallback)),
        media_type: part.media_type.clone(),
        size: part.size as u64,
        is_inline: part.is_inline,
    }
}

/// At most [`MAX_TEXT`] octets of a text, without what nobody sees.
fn cut(text: &str) -> (String, bool) {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text[..end].replace('\0', ""), end < text.len())
}

/// Takes a message apart. `parts_at`: what the address of a part begins with.
fn opened(raw: &[u8], message: MailMessage, parts_at: &str, shows_pictures: bool, wants_pictures: bool) -> OpenMail {
    let Some(read) = MessageParser::default().parse(raw) else {
        let (text, is_cut) = cut(&String::from_utf8_lossy(raw));
        let from = vec![message.from.clone()];
        let sent_at = message.sent_at;
        let (to, cc, bcc, reply_to) = (message.to.clone(), Vec::new(), Vec::new(), Vec::new());
        let (html, parts, header) = (None, Vec::new(), Vec::new());
        return OpenMail {
            message,
            from,
            to,
            cc,
            bcc,
            reply_to,
            sent_at,
            html,
            text,
            is_cut,
            shows_pictures,
            parts,
            header,
        };
    };
    let parts = mime::parts(&read);
    let pictures = parts.iter().filter(|part| part.media_type.starts_with("image/"));
    let pictures = pictures.filter_map(|part| Some((part.content_id.clone()?, format!("{parts_at}{}", part.number))));
    let has_html = read.html_bodies().any(|part| matches!(part.body, PartType::Html(_)));
    let html = has_html.then(|| {
        let bodies = (0..read.html_body_count()).filter_map(|number| read.body_html(number));
        sanitised(&bodies.collect::<Vec<_>>().join("<hr>"), pictures.collect(), wants_pictures)
    });
    let texts: Vec<_> = (0..read.text_body_count()).filter_map(|number| read.body_text(number)).collect();
    let mut text = texts.join("\n");
    if text.trim().is_empty() && !has_html {
        text = mime::broken_off(&read).unwrap_or(text);
    }
    let (text, is_cut) = cut(&text);
    let people = |address| mime::people(address).into_iter().take(MAX_PEOPLE).collect::<Vec<_>>();
    OpenMail {
        from: people(read.from()),
        to: people(read.to()),
        cc: people(read.cc()),
        bcc: people(read.bcc()),
        reply_to: people(read.reply_to()),
        sent_at: mime::sent_at(&read),
        html,
        text,
        is_cut,
        shows_pictures,
        parts: parts.iter().map(shown).collect(),
        header: mime::fields(&read).into_iter().take(MAX_FIELDS).collect(),
        message,
    }
}

impl Kalends {
    /// Opens a message: it is read from now on. `parts_at`: what the address of its parts begins with, to which the number of a part is
    /// added.
    ///
    /// # Errors
    /// `NotFound`, also where the server has it no more; `Remote` with what the server said.
    pub async fn open_mail(
        &self,
        caller: Caller,
        id: MailMessageId,
        parts_at: &str,
        pictures: Pictures,
    ) -> Result<OpenMail> {
        let open = self.look_into_mail(caller, id, parts_at, pictures).await?;
        if open.message.is_unread() {
            self.change_mail(caller, &MailSelection::Messages(vec![id]), MailChange::Read(true)).await?;
        }
        Ok(open)
    }

    /// [`Kalends::open_mail`], and whether it was read stays as it is.
    ///
    /// # Errors
    /// The same.
    pub async fn look_into_mail(
        &self,
        caller: Caller,
        id: MailMessageId,
        parts_at: &str,
        pictures: Pictures,
    ) -> Result<OpenMail> {
        let message = self.mail_message(caller, id).await?;
        let raw = self.original_mail(caller, id).await?;
        let shows = self.db.once().await?.shows_pictures(caller.principal, &message.from.address).await?;
        let parts_at = parts_at.to_owned();
        let wants = shows || pictures == Pictures::Shown;
        self.parse_on_a_thread(raw.len(), move || Ok(opened(&raw, message, &parts_at, shows, wants))).await
    }

    /// A part of a message.
    ///
    /// # Errors
    /// As [`Kalends::open_mail`].
    pub async fn mail_part(&self, caller: Caller, id: MailMessageId, number: usize) -> Result<PartContent> {
        let raw = self.original_mail(caller, id).await?;
        let missing = || Error::NotFound(Missing::Attachment);
        self.parse_on_a_thread(raw.len(), move || {
            let read = MessageParser::default().parse(&raw[..]).ok_or_else(missing)?;
            let part = mime::parts(&read).into_iter().find(|part| part.number == number).ok_or_else(missing)?;
            let content = read.parts.get(number).map(|part| mime::octets(part).to_vec()).ok_or_else(missing)?;
            Ok(PartContent { part: shown(&part), content })
        })
        .await
    }

    /// A message as it was sent.
    ///
    /// # Errors
    /// As [`Kalends::open_mail`].
    pub async fn original_mail(&self, caller: Caller, id: MailMessageId) -> Result<Arc<Vec<u8>>> {
        let message = self.mail_message(caller, id).await?;
        if let Some(kept) = self.mailboxes.opened.get(&id) {
            return Ok(kept);
        }
        let mut tx = self.db.read().await?;
        let place = tx.mail_place_on_server(id).await?.ok_or(NO_MESSAGE)?;
        let account = tx.mail_account(message.account).await?.ok_or(NO_MESSAGE)?;
        let folders = tx.mail_folders(message.account).await?;
        drop(tx);
        let folder = folders.into_iter().find(|folder| folder.id == place.folder).ok_or(NO_MESSAGE)?;
        let (path, message_id) = (folder.path.as_str(), message.message_id.as_deref());
        let asked = self
            .ask_mail(&account, |mailbox| async move {
                let uid = match (place.uid, message_id) {
                    (Some(uid), _) => Some(uid),
                    // It was moved by a server that does not say to where.
                    (None, Some(message_id)) => mailbox.find(path, message_id).await?.last().copied(),
                    (None, None) => None,
                };
                match uid {
                    Some(uid) => mailbox.message(path, uid, MAX_MESSAGE).await,
                    None => Ok(None),
                }
            })
            .await?;
        if let Err(error @ ProviderError::Unauthenticated(_)) = &asked {
            self.note_mail_answer(&account, Some(error)).await?;
        }
        let raw = asked.map_err(FindError::from)?.map(Arc::new).ok_or(NO_MESSAGE)?;
        self.mailboxes.opened.insert(id, raw.clone());
        self.learn_from_body(&message, &raw, place.folder, place.uid).await?;
        Ok(raw)
    }

    /// What lists show of a message, known better once its body is there.
    async fn learn_from_body(
        &self,
        message: &MailMessage,
        raw: &Arc<Vec<u8>>,
        folder: crate::mail::MailFolderId,
        uid: Option<u32>,
    ) -> Result<()> {
        let (Some(uid), None) = (uid, &message.preview) else { return Ok(()) };
        let text = raw.clone();
        let (preview, attached) = self.parse_on_a_thread(raw.len(), move || Ok(mime::preview(&text, true))).await?;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_mail_preview(folder, uid, &preview, attached).await?;
            tx.commit().await
        })
        .await
    }

    /// The senders whose pictures are shown to the caller without asking.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn picture_senders(&self, caller: Caller) -> Result<Vec<String>> {
        access::require_own(caller)?;
        self.db.once().await?.picture_senders(caller.principal).await
    }

    /// Has pictures of a sender be shown from now on, or not any more.
    ///
    /// # Errors
    /// `BadInput` (address); `Forbidden` as [`Kalends::picture_senders`].
    pub async fn show_pictures_of(&self, caller: Caller, address: &str, shows: bool) -> Result<()> {
        access::require_own(caller)?;
        let address = address.trim();
        if address.is_empty() || address.len() > 320 {
            return Err(Error::bad_input("address", Problem::Email));
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_shows_pictures(caller.principal, address, shows).await?;
            tx.commit().await
        })
        .await
    }
}
