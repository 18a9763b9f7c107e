//! Taking up what came about meetings by mail, as a job: each message once, in the order in which mail came.

use super::calendar_part::Found;
use super::judging::{Judged, MailInvitationVerdict, author, judge};
use super::letter::{Letter, letter};
use crate::access::{self, Access, Caller, PrincipalId};
use crate::calendars::CalendarId;
use crate::jobs::{Ended, JobKind, Lease};
use crate::mail::mailbox::RemoteCalendar;
use crate::mail::standing::MAX_WHOLE_TIME;
use crate::model::job::NewJob;
use crate::model::mail_account::{InvitationRule, MailAccount, MailAccountId};
use crate::model::scheduling::{BY_MAIL, DeliveryId, HERE, NewDelivery, NewMessage};
use crate::retry::retry;
use crate::scheduling::addresses::Known;
use crate::scheduling::implicit::{DELIVERED, job_of};
use crate::scheduling::processing::place_of;
use crate::store::{MailWithCalendar, NO_CALENDAR, NewMailInvitation, TAKEN_UP, Transaction};
use crate::sync::provider::ProviderError;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, Utc};
use kalends_ical::itip::{Incoming, Method};
use tokio::time::timeout;

/// How many messages one attempt at the job takes up.
const MAX_TAKEN: i64 = 200;
/// Longest UID of a meeting that comes by mail, in octets.
const MAX_UID: usize = 1_000;
/// Most instances that one message answers for or calls off.
const MAX_PARTS: usize = 100;
/// In how many meetings whoever invites is looked for.
const MEETINGS: i64 = 1_000;

/// What takes up what an account has.
pub(in crate::mail) fn take_job(account: MailAccountId) -> NewJob {
    let key = account.0.to_string();
    NewJob { kind: JobKind::MailInvitations, payload: key.clone(), key, owner: None, due_at: Utc::now() }
}

/// Does the job of an account.
pub(crate) async fn take(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(MailAccountId).unwrap_or(MailAccountId(0));
    let account = kalends.db.read().await?.mail_account(id).await?;
    let mut has_more = false;
    if let Some(account) = account {
        let pending = kalends.db.read().await?.mail_with_calendars(id, MAX_TAKEN).await?;
        has_more = pending.len() as i64 == MAX_TAKEN;
        if !pending.is_empty() {
            // The next look says what is wrong, and has it tried again.
            let all = timeout(MAX_WHOLE_TIME, take_pending(kalends, &account, pending)).await;
            has_more &= all.unwrap_or(Ok(false))?;
        }
    }
    let mut tx = kalends.db.write().await?;
    let ended = lease.end(&mut tx, None).await?;
    tx.delete_ended_jobs(JobKind::MailInvitations, &lease.job.payload).await?;
    if has_more {
        tx.enqueue_job(&take_job(id)).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Yields whether the server answered to the end.
async fn take_pending(kalends: &Kalends, account: &MailAccount, pending: Vec<MailWithCalendar>) -> Result<bool> {
    let connected = match kalends.connect_mail(account).await? {
        Ok(connected) => connected,
        Err(error) => {
            tracing::debug!(%error, "invitations are taken up later");
            return Ok(false);
        }
    };
    let is_through = take_all(kalends, account, &*connected.mailbox(), pending).await?;
    if is_through {
        kalends.mailboxes.connections.give_back(account.id, connected);
    }
    Ok(is_through)
}

/// Yields whether the server answered to the end.
async fn take_all(
    kalends: &Kalends,
    account: &MailAccount,
    mailbox: &dyn crate::mail::mailbox::Mailbox,
    pending: Vec<MailWithCalendar>,
) -> Result<bool> {
    for mail in pending {
        let calendar = match mailbox.calendar(&mail.folder, mail.uid, &mail.section).await {
            Ok(calendar) => calendar,
            // It does not give this one.
            Err(ProviderError::Rejected(_) | ProviderError::Refused(_)) => None,
            Err(error) => {
                tracing::debug!(%error, "invitations are taken up later");
                return Ok(false);
            }
        };
        let done = match calendar {
            Some(calendar) => kalends.take_mail(account, &mail, calendar).await,
            None => kalends.calendar_is_done(&mail, NO_CALENDAR).await,
        };
        match done {
            Ok(()) => {}
            // One at which something here breaks is not to stand in the way of the others.
            Err(error) if error.is_of_the_store() && !matches!(error, Error::Internal(_)) => return Err(error),
            // What a message is in the way of itself is said where it is shown.
            Err(error) => {
                tracing::debug!(%error, mail = mail.id.0, "a message about a meeting is not taken up");
                kalends.calendar_is_done(&mail, TAKEN_UP).await?;
            }
        }
    }
    Ok(true)
}

/// The object that a message is about, as it stands here.
pub(super) struct Stands {
    pub calendar: CalendarId,
    pub name: String,
    pub text: String,
    /// The calendar is kept in step with one elsewhere, whose server takes up messages itself.
    pub is_linked: bool,
}

/// A message with what is here about it.
pub(super) struct Told {
    pub letter: Letter,
    pub message: Incoming,
    pub stands: Option<Stands>,
    pub me: Known,
    pub judged: Judged,
}

impl Kalends {
    async fn calendar_is_done(&self, mail: &MailWithCalendar, section: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.calendar_of_mail_is_done(mail.id, section).await?;
        tx.commit().await
    }

    /// Takes up one message, where it counts by itself.
    async fn take_mail(&self, account: &MailAccount, mail: &MailWithCalendar, calendar: RemoteCalendar) -> Result<()> {
        let imap = account.settings.imap.host.clone();
        let octets = calendar.header.len() + calendar.part.len();
        let read = self.parse_on_a_thread(octets, move || Ok(letter(&calendar.header, &calendar.part, &imap))).await?;
        let Some(read) = read else { return self.calendar_is_done(mail, NO_CALENDAR).await };
        let told = match self.told_by_mail(account.owner, read).await? {
            Some(told) => told,
            None => return self.calendar_is_done(mail, TAKEN_UP).await,
        };
        let counts = told.judged.verdict == MailInvitationVerdict::Fit
            && match &told.stands {
                Some(stands) => !stands.is_linked,
                // What is called off may come before what it calls off.
                None => {
                    matches!(told.message.method, Method::Request | Method::Cancel)
                        && self.is_welcome(account, &told).await?
                }
            };
        let mut tx = self.db.write().await?;
        let new = NewMailInvitation {
            account: account.id,
            digest: &told.letter.digest,
            sender: &told.letter.from.address,
            subject: &told.letter.subject,
            at: Utc::now(),
        };
        let fresh = tx.insert_mail_invitation(&new).await?;
        // One that did not count, as it came another way, is no reason not to take up this one.
        let open = match fresh {
            Some(id) => Some(id),
            None if counts => tx.lock_open_mail_invitation(account.id, &told.letter.digest).await?,
            None => None,
        };
        if let Some(id) = open.filter(|_| counts) {
            hand_in(&mut tx, account, &told, id, None).await?;
        }
        tx.calendar_of_mail_is_done(mail.id, TAKEN_UP).await?;
        tx.commit().await?;
        if open.is_some() && counts {
            self.wake.notify_one();
            self.take_up_messages(account.owner).await?;
        }
        Ok(())
    }

    /// What is here about what a mail says. `None`: it cannot be read.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn told_by_mail(&self, owner: PrincipalId, letter: Letter) -> Result<Option<Told>> {
        let Found::Text(text) = &letter.calendar else { return Ok(None) };
        let (text, limits) = (text.clone(), self.limits.clone());
        let read = self.parse_on_a_thread(text.len(), move || Ok(Incoming::read(&text, &limits.text).ok())).await?;
        // What nobody who means well sends would cost much: each part of these is a change of its own.
        let is_reasonable = |message: &Incoming| {
            message.uid.len() <= MAX_UID && (message.method == Method::Request || message.authors().len() <= MAX_PARTS)
        };
        let Some(message) = read.filter(is_reasonable) else { return Ok(None) };
        let mut tx = self.db.read().await?;
        let party = tx.party(owner).await?.ok_or(Error::NotFound(Missing::Account))?;
        let me = Known::of_owner(&mut tx, &party).await?;
        let stands = match place_of(&mut tx, owner, &message).await? {
            Some((calendar, name)) => {
                let held = access::calendar(&mut tx, Caller::page(owner), calendar, Access::Read).await?;
                let object = tx.object(calendar, &name).await?;
                object.map(|object| Stands { calendar, name, text: object.text, is_linked: held.is_linked() })
            }
            None => None,
        };
        drop(tx);
        let limits = self.limits.clone();
        on_a_thread(move || {
            let current = stands.as_ref().map(|stands: &Stands| stands.text.as_str());
            let judged = judge(&message, &letter, current, &me, &limits, Utc::now());
            Ok(judged.ok().map(|judged| Told { letter, message, stands, me, judged }))
        })
        .await
    }

    /// Whether an invitation stands in the calendar before anybody has looked at the mail.
    async fn is_welcome(&self, account: &MailAccount, told: &Told) -> Result<bool> {
        match account.settings.invitations {
            InvitationRule::Nobody => Ok(false),
            InvitationRule::Everyone => Ok(true),
            InvitationRule::Known => self.is_acquaintance(account.owner, &told.letter.from.address).await,
        }
    }

    /// Whether a person has written to an address, or has a meeting with it.
    async fn is_acquaintance(&self, owner: PrincipalId, address: &str) -> Result<bool> {
        let address = address.to_lowercase();
        if address.is_empty() {
            return Ok(false);
        }
        let mut tx = self.db.read().await?;
        if tx.has_written_to(owner, &address).await? {
            return Ok(true);
        }
        let meetings = tx.newest_meetings(owner, MEETINGS).await?;
        drop(tx);
        let wanted = format!("mailto:{address}");
        let names = move |text: &String| {
            text.to_lowercase().contains("mailto:")
                && text.replace('\r', "").replace("\n ", "").replace("\n\t", "").to_lowercase().lines().any(|line| {
                    (line.starts_with("attendee") || line.starts_with("organizer"))
                        && line.trim_end().ends_with(&wanted)
                })
        };
        on_a_thread(move || Ok(meetings.iter().any(names))).await
    }

    /// Has a message be taken up because a person says so, into `calendar` where it is about what is not there.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`, `Contended`
    pub(super) async fn take_by_hand(
        &self,
        account: &MailAccount,
        told: &Told,
        calendar: Option<CalendarId>,
    ) -> Result<DeliveryId> {
        let digest = &told.letter.digest;
        let (sender, subject) = (told.letter.from.address.as_str(), told.letter.subject.as_str());
        let at: DateTime<Utc> = Utc::now();
        let new = NewMailInvitation { account: account.id, digest, sender, subject, at };
        let delivery = retry(async || {
            let mut tx = self.db.write().await?;
            let id = match tx.insert_mail_invitation(&new).await? {
                Some(id) => id,
                None => tx.mail_invitation_id(account.id, digest).await?.ok_or(Error::Contended)?,
            };
            let delivery = hand_in(&mut tx, account, told, id, calendar).await?;
            tx.commit().await?;
            Ok(delivery)
        })
        .await?;
        self.take_up_messages(account.owner).await?;
        Ok(delivery)
    }
}

/// Puts a message into the inbox of whom it is for, and has it taken up.
async fn hand_in(
    tx: &mut Transaction,
    account: &MailAccount,
    told: &Told,
    id: i64,
    calendar: Option<CalendarId>,
) -> Result<DeliveryId> {
    let Found::Text(text) = &told.letter.calendar else { return Err(Error::NotFound(Missing::Invitation)) };
    let now = Utc::now();
    let sender = author(&told.message, &told.letter);
    let new = NewMessage {
        sender_id: None,
        sender: &sender,
        method: told.message.method.name(),
        uid: &told.message.uid,
        text,
        calendar: None,
        at: now,
        came_by: Some(BY_MAIL),
    };
    let message = tx.insert_message(&new).await?;
    let inbox = tx.raise_inboxes(&[account.owner], now).await?.remove(&account.owner);
    let delivery = NewDelivery {
        recipient: format!("mailto:{}", account.address.to_lowercase()),
        principal: Some(account.owner),
        way: HERE.to_owned(),
        status: DELIVERED.to_owned(),
    };
    let delivery = tx.insert_delivery(message, &delivery, true, inbox).await?;
    tx.take_mail_invitation(id, delivery, calendar).await?;
    tx.enqueue_job(&job_of(JobKind::Invitations, &[message.0])).await?;
    Ok(delivery)
}
