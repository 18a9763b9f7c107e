//! Answers by those who have no account: the address in an invitation by mail leads to a page on which it is answered.
//!
//! What an address says is sealed by the installation's secret key (authenticated encryption, as [`crate::sync::vault`] has it): whose
//! calendar it is about, the UID, who answers and, where they are invited to one instance alone, which. Nobody can make one or change one,
//! and who sees one in a log learns nobody's address from it. Nothing is stored for it: whether it still counts follows from the event as it
//! is now. An answer is a message as it would come from a program, and taken up by the same rules.

use super::addresses::people;
use super::implicit::job_of;
use super::letters::{MeetingFacts, facts};
use super::meeting::checked_comment;
use super::proposing::{Wanted, proposed};
use crate::access::{self, Access, Caller, PrincipalId};
use crate::model::job::JobKind;
use crate::model::scheduling::{ANSWER_LINK, DeliveryId, HERE, NewDelivery, NewMessage};
use crate::model::share::PartyKind;
use crate::outgoing_mail::Mailbox;
use crate::retry::retry;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Limits, Missing, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::CalendarObject;
use kalends_ical::edit::{self, Timing};
use kalends_ical::instance_key;
use kalends_ical::instances::extent;
use kalends_ical::itip::{self, Addresses, Answer, Incoming, Message, PartStat, Version, Why, canonical};
use kalends_ical::value::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What addresses are sealed for.
const PURPOSE: &[u8] = b"answers to invitations";
/// How long after the end of what it is about an address leads there.
const MAX_AFTER: TimeDelta = TimeDelta::days(30);
/// Longest UID, in octets, for which there are addresses: more than programs make, less than servers of mail cut off.
const MAX_UID: usize = 400;
/// Most answers of one person about one event within an hour.
const MAX_AN_HOUR: u64 = 20;

/// What an address says.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Link {
    #[serde(rename = "o")]
    owner: i64,
    #[serde(rename = "u")]
    uid: String,
    #[serde(rename = "r")]
    recipient: String,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

/// Why an address leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInvitation {
    /// It was never given out, or not by this installation.
    Unknown,
    /// The event is not there any more, or was cancelled.
    Cancelled,
    /// Who has the address is not invited any more.
    NotInvited,
    /// The event was too long ago.
    Over,
}

/// What somebody is invited to, for who has the address alone: nobody else's is in it but the organizer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub event: MeetingFacts,
    pub organizer: Mailbox,
    /// Who is asked.
    pub address: String,
    /// PARTSTAT
    pub answer: String,
    /// Of the organizer: for times that have no zone of their own.
    pub zone: Tz,
    pub is_series: bool,
    /// What was seen: another where the event is another.
    pub seen: String,
}

/// What somebody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Answer(PartStat),
    /// On the clock of the event's own zone.
    Proposal(Timing),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The organizer has it.
    Yes,
    /// The event is another than was seen; nothing was noted.
    Changed,
    /// It says what was said before.
    Same,
    /// It is kept, and taken up in a moment.
    Later,
    /// It could not be put into the organizer's calendar.
    NotStored,
}

/// Something that is there, or why it is not.
type OrNot<T> = Result<std::result::Result<T, NoInvitation>>;

/// An event as one of its attendees has it.
struct Attended {
    object: CalendarObject,
    text: String,
    me: Addresses,
    instance: Option<Moment>,
    organizer: Mailbox,
    answer: String,
}

impl Attended {
    /// `Err`: it does not concern them any more.
    fn read(text: &str, link: &Link, limits: &Limits) -> OrNot<Self> {
        let whole = CalendarObject::parse(text, &limits.text)?;
        let Some(message) = itip::request_to(Version { object: &whole, text }, &link.recipient, Utc::now()) else {
            return Ok(Err(NoInvitation::NotInvited));
        };
        let (object, text) = Incoming::read(&message.text, &limits.text)?.object()?;
        let instance = match link.instance.as_deref().map(instance_key::decode) {
            Some(None) => return Ok(Err(NoInvitation::Unknown)),
            found => found.flatten(),
        };
        let me = Addresses::new([link.recipient.as_str()]);
        let Ok(shown) = edit::shown_of(&object, instance.as_ref()) else { return Ok(Err(NoInvitation::Cancelled)) };
        let entry = shown.entry;
        if entry.status.as_deref() == Some("CANCELLED") {
            return Ok(Err(NoInvitation::Cancelled));
        }
        let last = match &instance {
            Some(_) => Some(object.zones.instant(&shown.end, &kalends_ical::time::Zone::UTC).timestamp()),
            None => extent(&object).last_end,
        };
        if last.is_some_and(|last| last < (Utc::now() - MAX_AFTER).timestamp()) {
            return Ok(Err(NoInvitation::Over));
        }
        let (organizer, attendees) = itip::parties_of(object.component(entry));
        let own = attendees.into_iter().find(|attendee| me.contains(&attendee.address));
        let (Some(organizer), Some(own)) = (organizer, own) else { return Ok(Err(NoInvitation::NotInvited)) };
        let address = itip::email(&organizer.address).unwrap_or_default();
        let organizer = Mailbox { name: organizer.name.unwrap_or_default(), address };
        Ok(Ok(Attended { me, instance, organizer, answer: own.partstat, object, text }))
    }

    fn facts(&self) -> MeetingFacts {
        let facts = facts(&self.object, self.instance.clone());
        MeetingFacts { draft: edit::draft_of(&self.object, self.instance.as_ref()).ok(), ..facts }
    }

    /// Another text whenever what is shown is another.
    fn seen(&self) -> String {
        let digest = Sha256::digest(format!("{:?}", self.facts()));
        digest.iter().take(8).map(|octet| format!("{octet:02x}")).collect()
    }

    /// The message that says it to the organizer; `None`: it was said before.
    fn said(&self, said: &Said, comment: Option<&str>, limits: &Limits) -> Result<Option<Message>> {
        let stands = Version { object: &self.object, text: &self.text };
        let instance = self.instance.as_ref().filter(|_| self.object.recurs());
        match said {
            Said::Proposal(timing) => {
                let wanted = Wanted { timing: *timing, location: None };
                proposed(stands, &self.me, instance, wanted, comment, limits).map(Some)
            }
            Said::Answer(partstat) => {
                let answer = Answer { partstat: *partstat, delegate: None };
                let text = itip::answered(stands, &self.me, instance, &answer)?;
                let object = CalendarObject::parse(&text, &limits.text)?;
                let answered = Version { object: &object, text: &text };
                let outgoing = itip::changed_by_attendee(Some(stands), Some(answered), &self.me, comment, Utc::now())
                    .map_err(|refusal| Error::Scheduling(crate::SchedulingProblem::Refused(refusal)))?;
                Ok(outgoing.messages.into_iter().next())
            }
        }
    }
}

/// What to say of what became of a message; `None`: nothing yet.
fn heard(outcome: Option<&str>) -> std::result::Result<Heard, NoInvitation> {
    let Some(outcome) = outcome else { return Ok(Heard::Later) };
    let is = |whys: &[Why]| whys.iter().any(|why| why.name() == outcome);
    if is(&[Why::Answered, Why::Updated, Why::Created, Why::ForPerson]) {
        Ok(Heard::Yes)
    } else if is(&[Why::Same]) {
        Ok(Heard::Same)
    } else if is(&[Why::Outdated]) {
        Ok(Heard::Changed)
    } else if is(&[Why::NotInvited]) {
        Err(NoInvitation::NotInvited)
    } else if is(&[Why::Unknown, Why::OtherOrganizer, Why::Cancelled]) {
        Err(NoInvitation::Cancelled)
    } else {
        Ok(Heard::NotStored)
    }
}

impl Kalends {
    /// What leads `recipient` to the page on which they answer; `None` where there is no key that seals it.
    pub(super) fn answer_token(&self, owner: PrincipalId, uid: &str, to: &str, of: Option<&Moment>) -> Option<String> {
        let (uid, recipient) = (uid.to_owned(), canonical(to));
        let link = Link { owner: owner.0, uid, recipient, instance: of.map(instance_key::encode) };
        let sealed = self.vault.seal_for(PURPOSE, &link).ok().filter(|_| link.uid.len() <= MAX_UID)?;
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    fn answer_link(&self, token: &str) -> Option<Link> {
        self.vault.open_for(PURPOSE, &URL_SAFE_NO_PAD.decode(token).ok()?)
    }

    /// What somebody is invited to who has this address. Looking changes nothing.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn invited_by_link(&self, token: &str) -> OrNot<Invited> {
        let Some(link) = self.answer_link(token) else { return Ok(Err(NoInvitation::Unknown)) };
        let attended = match self.attended(&link).await? {
            Ok(attended) => attended,
            Err(gone) => return Ok(Err(gone)),
        };
        let owner = self.db.once().await?.user(PrincipalId(link.owner)).await?;
        Ok(Ok(Invited {
            event: attended.facts(),
            seen: attended.seen(),
            is_series: attended.object.recurs() && attended.instance.is_none(),
            organizer: attended.organizer,
            address: itip::email(&link.recipient).unwrap_or_default(),
            answer: attended.answer,
            zone: owner.and_then(|owner| owner.preferences.time_zone).unwrap_or(Tz::UTC),
        }))
    }

    async fn attended(&self, link: &Link) -> OrNot<Attended> {
        let owner = PrincipalId(link.owner);
        let mut tx = self.db.read().await?;
        let Some((calendar, _, name)) = tx.holder_of_uid(owner, &link.uid, None).await? else {
            return Ok(Err(NoInvitation::Cancelled));
        };
        let caller = Caller::answer_link(owner, DeliveryId(0));
        let held = match access::calendar(&mut tx, caller, calendar, Access::Read).await {
            Ok(held) => held,
            Err(Error::NotFound(_)) => return Ok(Err(NoInvitation::Cancelled)),
            Err(error) => return Err(error),
        };
        let Some(object) = tx.object(held.id, &name).await? else { return Ok(Err(NoInvitation::Cancelled)) };
        drop(tx);
        let (limits, link) = (self.limits.clone(), link.clone());
        self.parse_on_a_thread(object.text.len(), move || Attended::read(&object.text, &link, &limits)).await
    }

    /// Says something to the organizer for whoever has this address, who saw the event as `seen`.
    ///
    /// # Errors
    /// `BadInput`: a comment that is too long, a time that cannot be or that it has already; `TooManyTries`.
    pub async fn answer_by_link(&self, token: &str, seen: &str, said: Said, comment: Option<&str>) -> OrNot<Heard> {
        let comment = checked_comment(comment)?;
        let Some(link) = self.answer_link(token) else { return Ok(Err(NoInvitation::Unknown)) };
        let attended = match self.attended(&link).await? {
            Ok(attended) => attended,
            Err(gone) => return Ok(Err(gone)),
        };
        if attended.seen() != seen {
            return Ok(Ok(Heard::Changed));
        }
        let limits = self.limits.clone();
        let message = on_a_thread(move || attended.said(&said, comment.as_deref(), &limits)).await?;
        let Some(message) = message else { return Ok(Ok(Heard::Same)) };
        self.hand_in(&link, &message).await
    }

    /// Puts a message into the inbox of whom it is for, and has it taken up.
    async fn hand_in(&self, link: &Link, message: &Message) -> OrNot<Heard> {
        let (organizer, delivered) = retry(async || {
            let mut tx = self.db.write().await?;
            let now = Utc::now();
            let sender = canonical(&message.sender);
            if tx.answers_by_link(&sender, &link.uid, now - TimeDelta::hours(1)).await? >= MAX_AN_HOUR {
                return Err(Error::TooManyTries { seconds: TimeDelta::hours(1).num_seconds() });
            }
            let recipient = message.recipients.first().map(String::as_str).unwrap_or_default().to_owned();
            let owner = tx.party(PrincipalId(link.owner)).await?.filter(|owner| owner.kind == PartyKind::Person);
            let known = people(&mut tx, std::slice::from_ref(&recipient)).await?.get(&canonical(&recipient)).copied();
            let organizer = known.or(owner.map(|owner| owner.id)).ok_or(Error::NotFound(Missing::Organizer))?;
            let new = NewMessage {
                sender_id: None,
                sender: &sender,
                method: message.method.name(),
                uid: &link.uid,
                text: &message.text,
                calendar: None,
                at: now,
                came_by: Some(ANSWER_LINK),
            };
            let id = tx.insert_message(&new).await?;
            let inbox = tx.raise_inboxes(&[organizer], now).await?.remove(&organizer);
            let (way, status) = (HERE.to_owned(), super::implicit::DELIVERED.to_owned());
            let delivery = NewDelivery { recipient, principal: Some(organizer), way, status };
            let delivered = tx.insert_delivery(id, &delivery, true, inbox).await?;
            tx.enqueue_job(&job_of(JobKind::Invitations, &[id.0])).await?;
            tx.commit().await?;
            Ok((organizer, delivered))
        })
        .await?;
        self.wake.notify_one();
        // Who answers sees it done; where that does not work out now, the job does it.
        if let Err(error) = self.take_up_messages(organizer).await {
            tracing::warn!(%error, "an answer by a link is taken up later");
        }
        let outcome = self.db.once().await?.outcome(delivered).await?;
        Ok(heard(outcome.as_deref()))
    }
}
