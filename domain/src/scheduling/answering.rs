//! What people do with meetings by hand: answer, invite, and look at who comes and what was sent.

use super::addresses::{Known, PRINCIPALS, checked_email, of_calendar, people};
use super::implicit::MAX_INVITED;
use super::meeting::{Meeting, checked_comment, deciders};
use super::proposing::{Proposal, read_proposals};
use crate::access::{self, Access, Caller, PrincipalId};
use crate::calendars::CalendarId;
use crate::events::{Created, Undo, stored_event};
use crate::model::object::{Object, Precondition};
use crate::model::scheduling::Sent;
use crate::model::share::PartyKind;
use crate::objects::index;
use crate::thread::on_a_thread;
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result, SchedulingProblem};
use kalends_ical::edit::EventDraft;
use kalends_ical::itip::{self, Agent, Answer, Party, Role, Version};
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, edit};

/// Most of what was sent that is listed.
const MAX_SENT: usize = 500;

/// Somebody to invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttendee {
    /// Of e-mail; or the name of somebody here, whom one may find by it.
    pub email: String,
    pub name: Option<String>,
    pub is_optional: bool,
}

/// Who takes part in an event, and what was sent about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub etag: String,
    /// What whoever owns the calendar is in it.
    pub role: Role,
    pub organizer: Option<Party>,
    pub attendees: Vec<Party>,
    /// What whoever owns the calendar has answered (PARTSTAT), where they are invited.
    pub answer: Option<String>,
    /// Whether the caller can answer.
    pub can_answer: bool,
    /// Whether the caller can say who is invited.
    pub can_invite: bool,
    /// What attendees would have it be, of what the owner of the calendar organizes; for those who may write to the calendar.
    pub proposals: Vec<Proposal>,
    /// The last first; for those who may write to the calendar.
    pub sent: Vec<Sent>,
}

impl Kalends {
    /// Who takes part in an event, or in one instance of it, and what was sent about it.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn invitation(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        instance: Option<&Moment>,
    ) -> Result<Invitation> {
        self.invitation_with(caller, (calendar, name), instance, MAX_SENT).await
    }

    /// [`Kalends::invitation`] without what was sent.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn participants(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        instance: Option<&Moment>,
    ) -> Result<Invitation> {
        self.invitation_with(caller, (calendar, name), instance, 0).await
    }

    /// `sent`: at most so much of what was sent.
    async fn invitation_with(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        instance: Option<&Moment>,
        sent: usize,
    ) -> Result<Invitation> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let stored = stored_event(&mut tx, &held, name).await?;
        let me = of_calendar(&mut tx, &held).await?;
        let sent = match held.may_write() && sent > 0 {
            true => tx.sent_messages(calendar, &stored.head.uid, sent).await?,
            false => Vec::new(),
        };
        let open = match held.may_write() {
            true => tx.open_proposals(&deciders(&held, caller), &stored.head.uid).await?,
            false => Vec::new(),
        };
        let Object { head, text } = self.shown_object(&mut tx, caller, &held, stored).await?;
        drop(tx);
        let (limits, instance) = (self.limits.clone(), instance.cloned());
        self.parse_on_a_thread(text.len(), move || {
            let object = CalendarObject::parse(&text, &limits.text)?;
            let instance = instance.filter(|_| object.recurs());
            let entry = edit::shown_of(&object, instance.as_ref())?.entry;
            let (organizer, attendees) = itip::parties_of(object.component(entry));
            let role = me.role(&object).unwrap_or(Role::Neither);
            let own = attendees.iter().find(|attendee| me.invited.contains(&attendee.address));
            let answer = own.filter(|_| role == Role::Attendee).map(|own| own.partstat.clone());
            let by_server = organizer.as_ref().is_some_and(|organizer| organizer.agent == Agent::Server);
            let can_invite = held.may_write()
                && (role == Role::Organizer || role == Role::Neither && organizer.is_none() && attendees.is_empty());
            let proposals = match role {
                Role::Organizer => read_proposals(open, &object, &limits),
                Role::Attendee | Role::Neither => Vec::new(),
            };
            Ok(Invitation {
                proposals,
                etag: head.etag,
                role,
                can_answer: held.may_write() && answer.is_some() && by_server,
                can_invite,
                answer,
                organizer,
                attendees,
                sent,
            })
        })
        .await
    }

    /// Answers an invitation, for all of it or for one instance, with a word to whoever invites. Of whom somebody sends in their place
    /// (RFC 5546 section 3.2.2.3) whoever invites is told, and asks them. `etag`: the version that the person saw; `None`: whatever there
    /// is.
    ///
    /// # Errors
    /// `NotFound` for what is not there, and where the owner of the calendar is not invited; `PreconditionFailed`; `BadInput` (comment;
    /// delegate: no address of e-mail, or one of those who are asked or who ask).
    pub async fn answer_invitation(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        etag: Option<&str>,
        instance: Option<&Moment>,
        answer: Answer,
        comment: Option<&str>,
    ) -> Result<Undo> {
        let (instance, comment) = (instance.cloned(), checked_comment(comment)?);
        let wrong = |problem| Error::bad_input("delegate", problem);
        let email = |written: &str| checked_email(written).ok_or_else(|| wrong(Problem::Email));
        let delegate = answer.delegate.as_deref().map(email).transpose()?;
        let answer = Answer { delegate: delegate.map(|email| format!("mailto:{email}")), ..answer };
        if let Some(delegate) = &answer.delegate {
            // Whoever invites may be named otherwise there.
            let organizer = self.participants(caller, calendar, name, instance.as_ref()).await?.organizer;
            let both: Vec<String> =
                organizer.map(|party| party.address).into_iter().chain([delegate.clone()]).collect();
            let found = people(&mut self.db.read().await?, &both).await?;
            let who: Vec<_> = both.iter().map(|address| found.get(&itip::canonical(address))).collect();
            if let [Some(organizer), Some(delegate)] = who[..]
                && organizer == delegate
            {
                return Err(wrong(Problem::Oneself));
            }
        }
        let edit = move |version: Version<'_>, me: &Known| {
            let instance = instance.filter(|_| version.object.recurs());
            if me.role(version.object) != Ok(Role::Attendee) {
                return Err(Error::NotFound(Missing::Invitation));
            }
            let organizer = itip::organizer_of(version.object).ok().flatten();
            let is_organizer =
                |to: &str| organizer.is_some_and(|line| itip::canonical(&line.value) == itip::canonical(to));
            if answer.delegate.as_deref().is_some_and(|to| me.invited.contains(to) || is_organizer(to)) {
                return Err(wrong(Problem::Oneself));
            }
            Ok(itip::answered(version, &me.invited, instance.as_ref(), &answer)?)
        };
        self.change_parties(caller, (calendar, name), etag, comment, edit).await
    }

    /// Says who is invited to an event, in all of its instances. Who was invited before and is not named is no more.
    ///
    /// # Errors
    /// `NotFound`; `PreconditionFailed`; `BadInput` (attendees); `Scheduling`: who invites has no address, or somebody else invites.
    pub async fn set_attendees(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        etag: Option<&str>,
        attendees: Vec<NewAttendee>,
    ) -> Result<Undo> {
        let invitees = self.invitees(caller, attendees).await?;
        let organizer = self.organizer(caller, calendar).await?;
        let edit = move |version: Version<'_>, me: &Known| {
            match me.role(version.object) {
                Ok(Role::Attendee) => {
                    return Err(SchedulingProblem::Refused(itip::Refusal::NotYours("ATTENDEE".into())).into());
                }
                Err(refusal) => return Err(SchedulingProblem::Refused(refusal).into()),
                Ok(_) => {}
            }
            Ok(itip::with_attendees(version, &me.all, &organizer, &invitees))
        };
        self.change_parties(caller, (calendar, name), etag, None, edit).await
    }

    /// Stores a new event to which these people are invited, as [`Kalends::create_event`] does one without.
    ///
    /// # Errors
    /// Those of [`Kalends::create_event`] and of [`Kalends::set_attendees`].
    pub async fn create_meeting(
        &self,
        caller: Caller,
        calendar: CalendarId,
        draft: &EventDraft,
        attendees: Vec<NewAttendee>,
    ) -> Result<Created> {
        let mut new = self.new_event(caller, draft).await?;
        if !attendees.is_empty() {
            let invitees = self.invitees(caller, attendees).await?;
            let organizer = self.organizer(caller, calendar).await?;
            let me = {
                let mut tx = self.db.read().await?;
                let held = access::calendar(&mut tx, caller, calendar, Access::Write).await?;
                of_calendar(&mut tx, &held).await?.all
            };
            let limits = self.limits.clone();
            new.text = on_a_thread(move || {
                let object = CalendarObject::parse(&new.text, &limits.text)?;
                Ok(itip::with_attendees(Version { object: &object, text: &new.text }, &me, &organizer, &invitees))
            })
            .await?;
        }
        self.store_event(caller, calendar, new, None).await
    }

    /// Those who are to be invited, each with an address.
    async fn invitees(&self, caller: Caller, attendees: Vec<NewAttendee>) -> Result<Vec<itip::Invitee>> {
        if attendees.len() > MAX_INVITED {
            return Err(SchedulingProblem::TooMany { limit: MAX_INVITED }.into());
        }
        let mut invitees = Vec::with_capacity(attendees.len());
        for NewAttendee { email, name, is_optional } in attendees {
            if let Some(email) = checked_email(&email) {
                invitees.push(itip::Invitee { address: format!("mailto:{email}"), name, is_optional });
                continue;
            }
            let slug = email.trim().strip_prefix(PRINCIPALS).unwrap_or(email.trim()).trim_end_matches('/');
            let party = match self.party_named(caller, slug).await {
                Ok(party) if party.kind == PartyKind::Person => party,
                Ok(_) | Err(Error::NotFound(_)) => return Err(Error::bad_input("attendees", Problem::Email)),
                Err(error) => return Err(error),
            };
            let address = format!("{PRINCIPALS}{}/", party.slug);
            invitees.push(itip::Invitee { address, name: name.or(Some(party.display_name)), is_optional });
        }
        Ok(invitees)
    }

    /// Who invites to what is in a calendar.
    async fn organizer(&self, caller: Caller, calendar: CalendarId) -> Result<itip::Inviting> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Write).await?;
        let owner = held.owner();
        let who = if owner.kind == PartyKind::Person { owner.id } else { caller.principal };
        let address = main_address(&mut tx, who).await?.ok_or(SchedulingProblem::NoAddress)?;
        let sent_by = match who == caller.principal {
            true => None,
            false => main_address(&mut tx, caller.principal).await?,
        };
        let name = tx.party(who).await?.map(|party| party.display_name);
        Ok(itip::Inviting { address, name, sent_by })
    }

    async fn change_parties(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        etag: Option<&str>,
        comment: Option<String>,
        edit: impl FnOnce(Version<'_>, &Known) -> Result<String> + Send + 'static,
    ) -> Result<Undo> {
        let Meeting { stored, me, .. } = self.meeting(caller, (calendar, name), etag).await?;
        let limits = self.limits.clone();
        let (tag, octets) = (stored.head.etag.clone(), stored.text.len());
        let (text, index) = self
            .parse_on_a_thread(octets, move || {
                let object = CalendarObject::parse(&stored.text, &limits.text)?;
                let text = edit(Version { object: &object, text: &stored.text }, &me)?;
                let index = index(&text, &limits)?;
                Ok((text, index))
            })
            .await?;
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            write.scheduling.comment = comment.clone();
            let unchanged = Precondition::Matches(vec![tag.clone()]);
            write.store(&held, name, &text, &index, &unchanged).await?;
            let undo = write.undo();
            write.commit(undo).await
        })
        .await
    }
}

async fn main_address(tx: &mut crate::store::Transaction, who: PrincipalId) -> Result<Option<String>> {
    Ok(tx.verified_addresses(who).await?.into_iter().next().map(|address| format!("mailto:{address}")))
}
