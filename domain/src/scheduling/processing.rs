//! Taking up messages for whom they are: what they do to the recipient's own objects (RFC 6638 sections 4.1 to 4.3).

use super::addresses::{Known, of_calendar};
use super::implicit::Planned;
use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::jobs::{Ended, Lease};
use crate::model::object::Precondition;
use crate::model::scheduling::{CameBy, DeliveryId, MessageId, Waiting};
use crate::objects::{free_name, index};
use crate::retry::ahead;
use crate::store::{Index, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Limits, Missing, Result};
use chrono::Utc;
use kalends_ical::itip::{self, Addresses, Incoming, Method, Outcome, Version, Why};
use kalends_ical::{CalendarObject, ComponentKind};
use serde::Deserialize;

/// What the job of some messages is told.
#[derive(Deserialize)]
struct Payload {
    messages: Vec<i64>,
}

/// Has the messages of a job taken up by everybody here to whom they are, with what came to them before.
pub(crate) async fn take_up(lease: &Lease) -> Result<Ended> {
    let payload: Payload = serde_json::from_str(&lease.job.payload).map_err(|error| Error::Internal(error.into()))?;
    let messages: Vec<MessageId> = payload.messages.into_iter().map(MessageId).collect();
    let recipients = lease.kalends.db.read().await?.waiting_recipients(&messages).await?;
    for recipient in &recipients {
        lease.kalends.take_up_messages(*recipient).await?;
    }
    let mut tx = lease.kalends.db.write().await?;
    // What became of each message is told with the event.
    let ended = lease.end_without_trace(&mut tx).await?;
    tx.commit().await?;
    Ok(ended)
}

/// What a message is applied to.
#[derive(PartialEq)]
struct Applied {
    /// Of the message.
    text: String,
    current: Option<String>,
    me: Addresses,
    /// Cancellations that came before it.
    cancels: Vec<String>,
}

/// What came of a message: the text to be stored with its index, and messages that it asks for.
#[derive(Clone)]
struct Done {
    why: Why,
    text: Option<(String, Index)>,
    messages: Vec<itip::Message>,
    /// Whether more than who comes is otherwise, so that the Schedule-Tag is another (RFC 6638 section 3.2.10).
    is_more_than_answers: bool,
}

impl Kalends {
    /// Takes up what waits for somebody, in its order. Others may do so at the same time: each message is taken up once.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`, `Contended`. What a message itself is in the way of is noted with it.
    pub async fn take_up_messages(&self, recipient: PrincipalId) -> Result<()> {
        let mut after = DeliveryId(0);
        loop {
            let mut tx = self.db.read().await?;
            let Some(next) = tx.next_waiting(recipient, after).await? else { return Ok(()) };
            drop(tx);
            match self.take_up_one(recipient, next).await {
                Ok(()) => {}
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    let mut tx = self.db.write().await?;
                    tx.set_outcome(next, "failed", Some(&error.to_string())).await?;
                    tx.commit().await?;
                }
            }
            after = next;
        }
    }

    async fn take_up_one(&self, recipient: PrincipalId, id: DeliveryId) -> Result<()> {
        let Some(waiting) = self.db.read().await?.waiting(id).await? else { return Ok(()) };
        let caller = match waiting.came_by {
            CameBy::AnswerLink => Caller::answer_link(recipient, id),
            CameBy::Mail => Caller::mail(recipient, id),
            CameBy::Here => Caller::invitation(recipient, waiting.sender),
        };
        let (text, limits) = (waiting.text, self.limits.clone());
        let message = self.parse_on_a_thread(text.len(), move || Ok(Incoming::read(&text, &limits.text)?)).await?;
        self.write(caller, async |mut write: Write| {
            // Another may have done it meanwhile.
            let Some(Waiting { calendar, .. }) = write.tx.take_waiting(id).await? else { return Ok(()) };
            let place = place_of(&mut write.tx, recipient, &message).await?;
            let why = match place {
                Some((calendar, name)) => self.change(&mut write, recipient, &message, calendar, &name).await?,
                None => self.add(&mut write, recipient, &message, calendar).await?,
            };
            write.tx.set_outcome(id, why.name(), None).await?;
            write.commit(()).await
        })
        .await
    }

    /// A message about an object that is there.
    async fn change(
        &self,
        write: &mut Write,
        recipient: PrincipalId,
        message: &Incoming,
        calendar: CalendarId,
        name: &str,
    ) -> Result<Why> {
        let calendar = write.calendar(calendar, Access::Write).await?;
        let Some(object) = write.tx.object(calendar.id, name).await? else { return Err(Error::Contended) };
        let me = of_calendar(&mut write.tx, &calendar).await?.invited;
        let cancels = came_before(&mut write.tx, recipient, message).await?;
        let done = self.apply(message, Some(object.text), me, cancels).await?;
        if let Some((text, index)) = &done.text {
            write.store(&calendar, name, text, index, &Precondition::None).await?;
            if done.is_more_than_answers {
                write.tx.set_schedule_tag(calendar.id, name, Some(&new_tag())).await?;
            }
        }
        if !done.messages.is_empty() {
            let caller = write.caller().principal;
            let planned =
                Planned::of(&mut write.tx, self.ways_from(&calendar).as_ref(), caller, done.messages, &message.uid)
                    .await?;
            write.send(planned, calendar.id).await?;
        }
        Ok(done.why)
    }

    /// A message about what is not there. `into`: where it goes, where somebody has chosen that.
    async fn add(
        &self,
        write: &mut Write,
        recipient: PrincipalId,
        message: &Incoming,
        into: Option<CalendarId>,
    ) -> Result<Why> {
        let Some(party) = write.tx.party(recipient).await? else { return Ok(Why::Ignored) };
        let me = Known::of_owner(&mut write.tx, &party).await?.invited;
        let cancels = came_before(&mut write.tx, recipient, message).await?;
        let done = self.apply(message, None, me, cancels).await?;
        let Some((text, index)) = &done.text else { return Ok(done.why) };
        let caller = write.caller();
        let id = match into {
            Some(chosen) => chosen,
            None => default_calendar(&mut write.tx, caller, message.kind).await?.id,
        };
        let calendar = write.calendar(id, Access::Write).await?;
        // It has come to be there meanwhile.
        if write.tx.holder_of_uid(recipient, &index.uid, None).await?.is_some() {
            return Err(Error::Contended);
        }
        let name = free_name(&mut write.tx, calendar.id, &index.uid).await?;
        write.store(&calendar, &name, text, index, &Precondition::Absent).await?;
        write.tx.set_schedule_tag(calendar.id, &name, Some(&new_tag())).await?;
        Ok(done.why)
    }

    async fn apply(
        &self,
        message: &Incoming,
        current: Option<String>,
        me: Addresses,
        cancels: Vec<String>,
    ) -> Result<Done> {
        let octets = message.text().len() + current.as_deref().map_or(0, str::len);
        let applied = Applied { text: message.text().to_owned(), current, me, cancels };
        let (message, limits) = (message.clone(), self.limits.clone());
        ahead(octets, applied, move |applied| applied.done(&message, &limits)).await
    }
}

/// Most CANCELs that came before what they cancel which are looked at again.
const MAX_CANCELS: i64 = 20;

/// What was cancelled of an event before the invitation to it was here: mail comes in any order.
async fn came_before(tx: &mut Transaction, recipient: PrincipalId, message: &Incoming) -> Result<Vec<String>> {
    match message.method {
        Method::Request | Method::Add => tx.cancels_of_unknown(recipient, &message.uid, MAX_CANCELS).await,
        _ => Ok(Vec::new()),
    }
}

/// The text with what was cancelled of it by messages that came before it, where these are not of before it.
fn cancelled(text: String, cancels: &[String], me: &Addresses, limits: &Limits) -> Result<String> {
    let mut stands = text;
    for cancel in cancels {
        let Ok(message) = Incoming::read(cancel, &limits.text) else { continue };
        let object = CalendarObject::parse(&stands, &limits.text)?;
        let version = Version { object: &object, text: &stands };
        if let Some(text) = itip::apply(Some(version), &message, me, Utc::now())?.text {
            stands = text;
        }
    }
    Ok(stands)
}

fn new_tag() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl Applied {
    fn done(&self, message: &Incoming, limits: &Limits) -> Result<Done> {
        let (current, now) = (self.current.as_deref(), Utc::now());
        let object = current.map(|text| CalendarObject::parse(text, &limits.text)).transpose()?;
        let version = object.as_ref().zip(current).map(|(object, text)| Version { object, text });
        let Outcome { why, text, request_to } = itip::apply(version, message, &self.me, now)?;
        let text = text.map(|text| cancelled(text, &self.cancels, &self.me, limits)).transpose()?;
        let stands = text.as_deref().or(current);
        let mut messages = Vec::new();
        if let Some(stands) = stands.filter(|_| !request_to.is_empty()) {
            let object = CalendarObject::parse(stands, &limits.text)?;
            let stands = Version { object: &object, text: stands };
            messages.extend(request_to.iter().filter_map(|who| itip::request_to(stands, who, now)));
        }
        let changed = text.as_deref().map(|text| CalendarObject::parse(text, &limits.text)).transpose()?;
        let changed = changed.as_ref().zip(text.as_deref()).map(|(object, text)| Version { object, text });
        let is_answers =
            version.zip(changed).is_some_and(|(old, new)| itip::differ_in_answers_alone(old, new, &self.me));
        let is_more_than_answers = message.method != Method::Reply && !is_answers;
        let text = text.map(|text| index(&text, limits).map(|index| (text, index))).transpose()?;
        Ok(Done { why, text, messages, is_more_than_answers })
    }
}

/// Where the object is that a message is about: among the calendars of whom it is for, and for what they organize, of their teams.
pub(crate) async fn place_of(
    tx: &mut Transaction,
    recipient: PrincipalId,
    message: &Incoming,
) -> Result<Option<(CalendarId, String)>> {
    let mut owners = vec![recipient];
    if message.method.is_for_organizer() {
        owners.extend(tx.teams_of(recipient).await?.into_iter().map(|team| team.party.id));
    }
    for owner in owners {
        if let Some((calendar, _, name)) = tx.holder_of_uid(owner, &message.uid, None).await? {
            return Ok(Some((calendar, name)));
        }
    }
    Ok(None)
}

/// Where invitations go (CALDAV:schedule-default-calendar-URL, RFC 6638 section 9.2): where new events go, else the first calendar that they
/// can be written to.
///
/// # Errors
/// `NotFound` where there is none.
pub(crate) async fn default_calendar(tx: &mut Transaction, caller: Caller, kind: ComponentKind) -> Result<Held> {
    let all = access::listed_calendars(tx, caller).await?;
    let takes = |held: &Held| {
        held.owner().id == caller.principal && held.may_write() && held.details.components.contains(&kind)
    };
    let mut taking: Vec<Held> = all.into_iter().filter(takes).collect();
    let at = taking.iter().position(|held| held.view().is_default).unwrap_or(0);
    if taking.is_empty() {
        return Err(Error::NotFound(Missing::InvitationCalendar));
    }
    Ok(taking.swap_remove(at))
}

impl Write {
    /// Stores messages that are no consequence of a write itself.
    pub async fn send(&mut self, planned: Planned, calendar: CalendarId) -> Result<()> {
        let caller = self.caller();
        planned.send(&mut self.tx, &mut self.scheduling, caller, calendar).await
    }
}
