//! Another time, as an attendee proposes it (COUNTER), the organizer takes or declines it (DECLINECOUNTER), and asking for what there is now
//! (REFRESH): RFC 5546 sections 3.2.6 to 3.2.8.

use super::addresses::Known;
use super::implicit::Planned;
use super::meeting::{Meeting, checked_comment};
use crate::access::{Access, Caller};
use crate::calendars::CalendarId;
use crate::events::Undo;
use crate::model::object::Precondition;
use crate::model::scheduling::{DeliveryId, OpenProposal};
use crate::objects::index;
use crate::write::Write;
use crate::{Error, Kalends, Limits, Missing, Problem, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kalends_ical::CalendarObject;
use kalends_ical::edit::{self, EventDraft, Scope, Timing};
use kalends_ical::itip::{self, Addresses, Agent, Incoming, Message, Role, Version, canonical};
use kalends_ical::placement::When;
use kalends_ical::value::Moment;

const NO_PROPOSAL: Error = Error::NotFound(Missing::Proposal);
const NOT_INVITED: Error = Error::NotFound(Missing::Invitation);

/// What an attendee would have an event be, until the organizer decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: DeliveryId,
    /// Of who proposes it.
    pub address: String,
    pub name: Option<String>,
    pub at: DateTime<Utc>,
    /// The instance that it is about; `None`: all of it.
    pub instance: Option<Moment>,
    pub timing: Timing,
    /// Another place than the event has; `None`: the proposal is about the time alone.
    pub location: Option<String>,
    pub comment: Option<String>,
}

/// What an attendee would have otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub timing: Timing,
    /// `None`: the place that it has.
    pub location: Option<String>,
}

/// What is proposed, the last of each attendee for each instance. What cannot be read is none.
pub(super) fn read_proposals(open: Vec<OpenProposal>, object: &CalendarObject, limits: &Limits) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = Vec::new();
    for OpenProposal { id, sender, text, at } in open {
        let Ok(message) = Incoming::read(&text, &limits.text) else { continue };
        let Ok((proposed, _)) = message.object() else { continue };
        let Ok(draft) = edit::draft_of(&proposed, None) else { continue };
        let who = canonical(&sender);
        let parties = object.entries().flat_map(|entry| itip::parties_of(object.component(entry)).1);
        let name = parties.into_iter().find(|party| canonical(&party.address) == who).and_then(|party| party.name);
        let instance = message.recurrence_id_in(object);
        let stands = edit::draft_of(object, instance.as_ref().filter(|_| object.recurs())).ok();
        let location = draft.location.filter(|_| says(&message, "LOCATION"));
        let location = location.filter(|place| stands.and_then(|stands| stands.location).as_ref() != Some(place));
        found.retain(|other| canonical(&other.address) != who || other.instance != instance);
        found.push(Proposal {
            id,
            address: sender,
            name,
            at,
            instance,
            timing: draft.timing,
            location,
            comment: message.comment(),
        });
    }
    found
}

/// Longest place that is proposed, in characters.
const MAX_PLACE: usize = 1000;

/// # Errors
/// `BadInput` (location) for one that is too long.
fn checked_place(place: Option<String>) -> Result<Option<String>> {
    let place = place.map(|place| place.trim().to_owned()).filter(|place| !place.is_empty());
    match place {
        Some(place) if place.chars().count() > MAX_PLACE => {
            Err(Error::bad_input("location", Problem::Length { least: 1, most: MAX_PLACE }))
        }
        place => Ok(place),
    }
}

/// Whether a proposal says what a property is to be. One of Outlook's is about the time alone: its title says that there is a proposal, in
/// words of whoever makes it, and its place is the one that they knew.
fn says(message: &Incoming, name: &str) -> bool {
    let mut parts = message.components();
    parts.next().is_some_and(|part| {
        part.property(name).is_some() && !part.properties.iter().any(|line| line.name.starts_with("X-MS-OLK-ORIGINAL"))
    })
}

/// The object with what is proposed; what the proposal does not say stays as it is.
fn with_proposed(object: &CalendarObject, text: &str, message: &Incoming) -> Result<String> {
    let (proposed, _) = message.object()?;
    let wanted = edit::draft_of(&proposed, None)?;
    let instance = message.recurrence_id_in(object).filter(|_| object.recurs());
    let stands = edit::draft_of(object, instance.as_ref())?;
    let says = |name: &str| says(message, name);
    let summary = if says("SUMMARY") { wanted.summary } else { stands.summary.clone() };
    let description = if says("DESCRIPTION") { wanted.description } else { stands.description.clone() };
    let location = if says("LOCATION") { wanted.location } else { stands.location.clone() };
    let is_series = instance.is_none();
    let timing = match wanted.timing {
        Timing::AllDay { first, last } => stands.moved(When::Days { first, last }, Tz::UTC, is_series),
        Timing::Timed { start, end, zone: Some(zone) } => {
            let moved = stands.moved(When::Times { start, end }, zone, is_series);
            EventDraft { timing: wanted.timing, ..moved }
        }
        Timing::Timed { zone: None, .. } => EventDraft { timing: wanted.timing, ..stands },
    };
    let draft = EventDraft { summary, description, location, ..timing };
    let scope = instance.map_or(Scope::All { opened_at: None }, Scope::This);
    let edited = edit::update(object, text, &scope, &draft, Utc::now())?;
    edited.text.ok_or(Error::NotFound(Missing::Event))
}

/// The COUNTER that `me` would have what `stands` be at another time or place, or one instance of it.
///
/// # Errors
/// `BadInput` for a time that cannot be, and for the time and place that it has; `NotFound` where they are not invited.
pub(super) fn proposed(
    stands: Version<'_>,
    me: &Addresses,
    instance: Option<&Moment>,
    wanted: Wanted,
    comment: Option<&str>,
    limits: &Limits,
) -> Result<Message> {
    let draft = edit::draft_of(stands.object, instance)?;
    let location = wanted.location.filter(|place| draft.location.as_ref() != Some(place));
    if draft.timing == wanted.timing && location.is_none() {
        return Err(Error::bad_input("start", Problem::Request("another time or place than it has")));
    }
    // A place that is not proposed is not said: it may be another by the time at which somebody decides.
    let wanted = EventDraft { timing: wanted.timing, location, ..draft };
    let scope = instance.cloned().map_or(Scope::All { opened_at: None }, Scope::This);
    let edited = edit::update(stands.object, stands.text, &scope, &wanted, Utc::now())?;
    let text = edited.text.ok_or(NOT_INVITED)?;
    let object = CalendarObject::parse(&text, &limits.text)?;
    let proposed = Version { object: &object, text: &text };
    itip::counter(stands, proposed, instance, me, comment, Utc::now()).ok_or(NOT_INVITED)
}

impl Kalends {
    /// Proposes another time or place for what the owner of the calendar is invited to, or for one instance of it, to whoever invites.
    /// Nothing of it changes by that. `etag`: the version that the person saw; `None`: whatever there is.
    ///
    /// # Errors
    /// `NotFound` for what is not there, and where the owner of the calendar is not invited; `PreconditionFailed`; `BadInput` for a time that
    /// cannot be, for the time and place that it has, and for a comment or a place that is too long.
    pub async fn propose_time(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        etag: Option<&str>,
        instance: Option<&Moment>,
        wanted: Wanted,
        comment: Option<&str>,
    ) -> Result<()> {
        let comment = checked_comment(comment)?;
        let wanted = Wanted { location: checked_place(wanted.location)?, ..wanted };
        let Meeting { stored, me, .. } = self.meeting(caller, (calendar, name), etag).await?;
        let (limits, instance, head) = (self.limits.clone(), instance.cloned(), stored.head);
        let message = self
            .parse_on_a_thread(stored.text.len(), move || {
                let object = CalendarObject::parse(&stored.text, &limits.text)?;
                let stands = Version { object: &object, text: &stored.text };
                require_attendee(&object, &me)?;
                let instance = instance.filter(|_| object.recurs());
                proposed(stands, &me.invited, instance.as_ref(), wanted, comment.as_deref(), &limits)
            })
            .await?;
        self.send_about(caller, calendar, (name, &head.etag, &head.uid), message).await
    }

    /// Asks whoever invites for what there is now (REFRESH), which comes as any invitation does.
    ///
    /// # Errors
    /// `NotFound` for what is not there, and where the owner of the calendar is not invited.
    pub async fn refresh_invitation(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<()> {
        let Meeting { stored, me, .. } = self.meeting(caller, (calendar, name), None).await?;
        let (limits, head) = (self.limits.clone(), stored.head);
        let message = self
            .parse_on_a_thread(stored.text.len(), move || {
                let object = CalendarObject::parse(&stored.text, &limits.text)?;
                require_attendee(&object, &me)?;
                let stands = Version { object: &object, text: &stored.text };
                itip::refresh(stands, &me.invited, Utc::now()).ok_or(NOT_INVITED)
            })
            .await?;
        self.send_about(caller, calendar, (name, &head.etag, &head.uid), message).await
    }

    /// Makes the event what an attendee has proposed; everybody who is invited is asked anew.
    ///
    /// # Errors
    /// `NotFound` for what is not there, and for what was decided already; `PreconditionFailed`.
    pub async fn accept_proposal(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        id: DeliveryId,
    ) -> Result<Undo> {
        let (meeting, proposal) = self.proposal(caller, (calendar, name), id).await?;
        let Meeting { stored, me, .. } = meeting;
        let (limits, etag) = (self.limits.clone(), stored.head.etag.clone());
        let octets = stored.text.len() + proposal.text.len();
        let (text, index) = self
            .parse_on_a_thread(octets, move || {
                let object = CalendarObject::parse(&stored.text, &limits.text)?;
                require_organizer(&object, &me)?;
                let message = Incoming::read(&proposal.text, &limits.text)?;
                let text = with_proposed(&object, &stored.text, &message)?;
                let index = index(&text, &limits)?;
                Ok((text, index))
            })
            .await?;
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            if !write.tx.decide_proposal(id, "accepted").await? {
                return Err(NO_PROPOSAL);
            }
            let unchanged = Precondition::Matches(vec![etag.clone()]);
            write.store(&held, name, &text, &index, &unchanged).await?;
            let undo = write.undo();
            write.commit(undo).await
        })
        .await
    }

    /// Leaves the event as it is, and says so to whoever has proposed something else.
    ///
    /// # Errors
    /// Those of [`Kalends::accept_proposal`]; `BadInput` (comment).
    pub async fn decline_proposal(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        id: DeliveryId,
        comment: Option<&str>,
    ) -> Result<()> {
        let comment = checked_comment(comment)?;
        let (meeting, proposal) = self.proposal(caller, (calendar, name), id).await?;
        let Meeting { stored, me, .. } = meeting;
        let (limits, uid) = (self.limits.clone(), stored.head.uid.clone());
        let octets = stored.text.len() + proposal.text.len();
        let message = self
            .parse_on_a_thread(octets, move || {
                let object = CalendarObject::parse(&stored.text, &limits.text)?;
                require_organizer(&object, &me)?;
                let stands = Version { object: &object, text: &stored.text };
                let instance = Incoming::read(&proposal.text, &limits.text)?.recurrence_id_in(&object);
                let instance = instance.filter(|_| object.recurs());
                let comment = comment.as_deref();
                itip::decline_counter(stands, &proposal.sender, instance.as_ref(), comment, Utc::now())
                    .ok_or(NO_PROPOSAL)
            })
            .await?;
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            if !write.tx.decide_proposal(id, "declined").await? {
                return Err(NO_PROPOSAL);
            }
            let planned = Planned::of(
                &mut write.tx,
                self.ways_from(&held).as_ref(),
                caller.principal,
                vec![message.clone()],
                &uid,
            )
            .await?;
            write.send(planned, held.id).await?;
            write.commit(()).await
        })
        .await
    }

    /// An event with something that was proposed of it and not decided.
    async fn proposal(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        id: DeliveryId,
    ) -> Result<(Meeting, OpenProposal)> {
        let meeting = self.meeting(caller, (calendar, name), None).await?;
        let mut tx = self.db.once().await?;
        let open = tx.open_proposals(&meeting.deciders, &meeting.stored.head.uid).await?;
        let proposal = open.into_iter().find(|open| open.id == id).ok_or(NO_PROPOSAL)?;
        Ok((meeting, proposal))
    }

    /// Sends a message about an event that is still as it was when the message was made.
    async fn send_about(
        &self,
        caller: Caller,
        calendar: CalendarId,
        (name, etag, uid): (&str, &str, &str),
        message: Message,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            let head = write.tx.object_head(held.id, name).await?.ok_or(Error::NotFound(Missing::Event))?;
            if head.etag != etag {
                return Err(Error::PreconditionFailed);
            }
            let planned = Planned::of(
                &mut write.tx,
                self.ways_from(&held).as_ref(),
                caller.principal,
                vec![message.clone()],
                uid,
            )
            .await?;
            write.send(planned, held.id).await?;
            write.commit(()).await
        })
        .await
    }
}

/// # Errors
/// `NotFound` where `me` is not invited, or by somebody to whom messages are not sent from here (SCHEDULE-AGENT).
fn require_attendee(object: &CalendarObject, me: &Known) -> Result<()> {
    let organizer = itip::organizer_of(object).ok().flatten();
    let by_server = organizer.is_some_and(|organizer| Agent::of(organizer) == Agent::Server);
    if me.role(object) == Ok(Role::Attendee) && by_server { Ok(()) } else { Err(NOT_INVITED) }
}

/// # Errors
/// `NotFound` where `me` does not invite.
fn require_organizer(object: &CalendarObject, me: &Known) -> Result<()> {
    if me.role(object) == Ok(Role::Organizer) { Ok(()) } else { Err(NO_PROPOSAL) }
}
