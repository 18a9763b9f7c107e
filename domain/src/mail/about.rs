//! The mail that an event has to do with: the message that it was made of, what came and went about the meeting, and whom to write to.
//! All of it is looked for in the caller's own accounts; for others it does not exist.

use super::MAX_RECIPIENTS;
use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
use crate::events::stored_event;
use crate::model::mail_message::{MailAddress, MailMessage, MailThreadId};
use crate::objects::Object;
use crate::scheduling::Invitation;
use crate::scheduling::addresses::Known;
use crate::{Error, Kalends, Missing, Result};
use kalends_ical::itip::email;
use kalends_ical::message_link::linked_message;
use kalends_ical::{CalendarObject, edit};
use std::collections::BTreeSet;

/// Most messages that are listed, the newest.
const MAX_MESSAGES: usize = 200;
/// Most messages of which the threads are looked at.
const MAX_FOUND: usize = 50;
/// Most messages of one thread.
const MAX_IN_THREAD: i64 = 200;
/// How many messages are read to see which of several meetings they are about.
const MAX_READ: usize = 10;

/// The mail about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAboutEvent {
    /// What the event is called.
    pub title: String,
    /// The oldest first.
    pub messages: Vec<MailMessage>,
}

impl Kalends {
    /// The message with this Message-ID in one of the caller's accounts, if there is one.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn mail_by_message_id(&self, caller: Caller, message_id: &str) -> Result<Option<MailMessage>> {
        access::require_own(caller)?;
        self.db.once().await?.mail_by_message_id(caller.principal, message_id).await
    }

    /// Whom somebody writes to about a meeting: everybody who takes part but the caller, and rooms and things.
    ///
    /// # Errors
    /// `Forbidden` as [`Kalends::mail_by_message_id`].
    pub async fn recipients_about(&self, caller: Caller, meeting: &Invitation) -> Result<Vec<MailAddress>> {
        access::require_own(caller)?;
        let mut tx = self.db.read().await?;
        let user = tx.user(caller.principal).await?.ok_or(Error::NotFound(Missing::Account))?;
        let me = Known::of_person(&mut tx, caller.principal, &user.principal.slug).await?;
        drop(tx);
        let mut people: Vec<MailAddress> = Vec::new();
        for party in meeting.organizer.iter().chain(&meeting.attendees) {
            let is_thing = matches!(party.kind.as_str(), "ROOM" | "RESOURCE");
            // The address of a principal is for programs.
            let Some(address) = email(&party.address).filter(|_| !is_thing && !me.invited.contains(&party.address))
            else {
                continue;
            };
            let is_known = people.iter().any(|known| known.address.eq_ignore_ascii_case(&address));
            if !is_known && people.len() < MAX_RECIPIENTS {
                let name = party.name.clone().filter(|name| *name != address).unwrap_or_default();
                people.push(MailAddress { name, address });
            }
        }
        Ok(people)
    }

    /// The mail about an event in the caller's accounts: the message that it was made of, invitations and answers that came or went, with
    /// their threads. At most 200 messages, the newest.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` as [`Kalends::mail_by_message_id`].
    pub async fn mail_about_event(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<MailAboutEvent> {
        access::require_own(caller)?;
        let owner = caller.principal;
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let stored = stored_event(&mut tx, &held, name).await?;
        let sent_by = held.may_write().then_some(calendar);
        let Object { head, text } = self.shown_object(&mut tx, caller, &held, stored).await?;
        drop(tx);
        let limits = self.limits.clone();
        let (title, linked) = self
            .parse_on_a_thread(text.len(), move || {
                let object = CalendarObject::parse(&text, &limits.text)?;
                let linked = object.entries().find_map(|entry| linked_message(object.component(entry)));
                Ok((edit::draft_of(&object, None)?.summary, linked))
            })
            .await?;
        let mut tx = self.db.read().await?;
        let mut found = match linked {
            Some(message_id) => tx.mail_by_message_id(owner, &message_id).await?.into_iter().collect(),
            None => Vec::new(),
        };
        if let Some(calendar) = sent_by {
            found.extend(tx.mail_sent_about(owner, calendar, &head.uid, MAX_FOUND).await?);
        }
        let came = tx.mail_come_about(owner, &head.uid, MAX_FOUND).await?;
        drop(tx);
        let (doubtful, certain): (Vec<_>, Vec<_>) = came.into_iter().partition(|(_, is_doubtful)| *is_doubtful);
        found.extend(certain.into_iter().map(|(message, _)| message));
        // Of mail that is called as another one from the same person is, what it says is looked at.
        for (message, _) in doubtful.into_iter().take(MAX_READ) {
            let read = self.mail_invitation(caller, message.id).await;
            if matches!(read, Ok(Some(invitation)) if invitation.uid == head.uid) {
                found.push(message);
            }
        }
        found.truncate(MAX_FOUND);
        Ok(MailAboutEvent { title, messages: self.with_threads(found).await? })
    }

    /// Messages with those of their threads, each once.
    async fn with_threads(&self, found: Vec<MailMessage>) -> Result<Vec<MailMessage>> {
        let threads: BTreeSet<(_, MailThreadId)> =
            found.iter().map(|message| (message.account, message.thread)).collect();
        let mut all: Vec<MailMessage> = found;
        let mut tx = self.db.read().await?;
        for (account, thread) in threads {
            all.extend(tx.mail_thread(account, thread, MAX_IN_THREAD).await?);
        }
        drop(tx);
        let mut known = BTreeSet::new();
        // One that is in several folders or accounts is the same.
        let key = |message: &MailMessage| message.message_id.clone().unwrap_or_else(|| format!("{}\n", message.id.0));
        all.retain(|message| known.insert(key(message)));
        all.sort_by_key(|message| (message.received_at, message.id));
        let older = all.len().saturating_sub(MAX_MESSAGES);
        Ok(all.split_off(older))
    }
}
