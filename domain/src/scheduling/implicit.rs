//! What a change of a calendar asks for by itself (RFC 6638 section 3): called by the one gate, for each object that is written.

use super::addresses::{self, Known};
use super::outside::Ways;
use crate::access::{Caller, Held, PrincipalId, Way};
use crate::calendars::CalendarId;
use crate::indexing::index;
use crate::model::job::{JobKind, NewJob};
use crate::model::scheduling::{HERE, NO_WAY, NewDelivery, NewMessage};
use crate::model::share::PartyKind;
use crate::model::version::RunKind;
use crate::outgoing_mail::is_sendable;
use crate::retry::ahead;
use crate::store::{Index, Transaction};
use crate::{Limits, Result, SchedulingProblem};
use chrono::{TimeDelta, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::itip::{self, Message, Role, Version, canonical};
use std::collections::HashMap;

/// Most people to whom a change of one object is sent.
pub(crate) const MAX_INVITED: usize = 5_000;

/// So long after its end something is over for people elsewhere, in whatever zone they are.
const OVER: TimeDelta = TimeDelta::hours(24);

/// SCHEDULE-STATUS (RFC 6638 section 3.2.9): it is in the inbox of whom it was sent to.
pub(crate) const DELIVERED: &str = "1.2";
/// It is on its way.
pub(super) const PENDING: &str = "1.0";
/// No address of a calendar user.
const NO_USER: &str = "3.7";
/// Nothing reaches them.
const UNREACHED: &str = "5.2";

/// What one write knows of the meetings in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    /// Whoever removes what they are invited to does not say so (Schedule-Reply: F, RFC 6638 section 8.1).
    pub keeps_silent: bool,
    /// A word that goes with an answer.
    pub comment: Option<String>,
    /// Schedule-Tags of which what stands there must have one (If-Schedule-Tag-Match, RFC 6638 section 8.3).
    pub tag: Option<String>,
    moved: Option<Moved>,
    /// Whether messages were stored.
    pub has_sent: bool,
}

/// An object that was taken out of a calendar and is put elsewhere in the same write.
#[derive(Clone, Debug)]
struct Moved {
    owner: PrincipalId,
    uid: String,
    text: String,
}

/// Who changes what, and by which means.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    pub caller: Caller,
    pub run: Option<RunKind>,
    pub calendar: &'a Held,
    pub limits: &'a Limits,
    pub ways: Option<&'a Ways>,
}

impl Circumstances<'_> {
    /// Whether somebody changes it for whom messages are sent: not what came from a file, from another server or by a message.
    fn is_by_hand(&self) -> bool {
        let by_way = matches!(self.caller.way, Way::Page | Way::AppPassword(_));
        by_way && !matches!(self.run, Some(RunKind::Import | RunKind::Sync | RunKind::TakenBack))
    }
}

/// What a change asks for.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// What is stored in the place of what was given.
    pub text: Option<(String, Index)>,
    messages: Vec<(Message, Vec<NewDelivery>)>,
    uid: String,
}

impl Session {
    /// An object is taken out, and put elsewhere in the same write.
    pub fn move_out(&mut self, calendar: &Held, uid: &str, text: &str) {
        self.moved = Some(Moved { owner: calendar.owner, uid: uid.to_owned(), text: text.to_owned() });
    }
}

/// Whether a text may have an organizer, without reading it.
fn may_be_scheduled(text: &str) -> bool {
    const ORGANIZER: &[u8] = b"ORGANIZER";
    text.as_bytes().windows(ORGANIZER.len()).any(|window| window.eq_ignore_ascii_case(ORGANIZER))
}

/// What becomes of a text that takes the place of `before` (`None`: of nothing); `returns`: one was removed from there before.
///
/// # Errors
/// `Scheduling`
pub(crate) async fn stored(
    tx: &mut Transaction,
    session: &mut Session,
    circumstances: Circumstances<'_>,
    before: Option<&str>,
    returns: bool,
    after: (&str, &Index),
) -> Result<Planned> {
    let (text, index) = after;
    let moved = session.moved.take().filter(|moved| moved.uid == index.uid);
    let was = before.filter(|before| may_be_scheduled(before));
    if !circumstances.is_by_hand() || !index.scheduled && was.is_none() {
        return Ok(Planned::default());
    }
    let was = match (was, &moved) {
        (None, Some(moved)) if moved.owner == circumstances.calendar.owner => Some(moved.text.as_str()),
        // Of a meeting that goes to somebody else nobody is told: it takes place as before.
        (None, Some(_)) => return Ok(Planned::default()),
        (was, _) => was,
    };
    let returns = returns && was.is_none();
    plan(tx, session, circumstances, was, Some(text), returns, &index.uid).await
}

/// What the removal of `before` asks for.
///
/// # Errors
/// `Scheduling`
pub(crate) async fn removed(
    tx: &mut Transaction,
    session: &Session,
    circumstances: Circumstances<'_>,
    before: &str,
    uid: &str,
) -> Result<Planned> {
    if !circumstances.is_by_hand() || !may_be_scheduled(before) {
        return Ok(Planned::default());
    }
    plan(tx, session, circumstances, Some(before), None, false, uid).await
}

/// # Errors
/// `NotUnique`: another calendar of the same owner has it (RFC 6638 section 3.2.4.1).
async fn require_unique(tx: &mut Transaction, calendar: &Held, uid: &str) -> Result<()> {
    match tx.holder_of_uid(calendar.owner, uid, Some(calendar.id)).await? {
        None => Ok(()),
        Some((_, slug, name)) => {
            let owner = calendar.owner_slug.clone();
            Err(SchedulingProblem::NotUnique { owner, slug, name }.into())
        }
    }
}

/// Who is concerned by a change.
#[derive(PartialEq)]
struct Concerned {
    me: Known,
    /// Of the owner, where that is a person for whom somebody else acts: what they are written with, and their name.
    owner: Option<(String, String)>,
    /// Of whoever acts for them.
    actor: Option<Known>,
}

async fn concerned(tx: &mut Transaction, circumstances: Circumstances<'_>) -> Result<Concerned> {
    let (calendar, caller) = (circumstances.calendar, circumstances.caller);
    let known = addresses::of_calendar(tx, calendar).await?;
    let owner = calendar.owner();
    let is_anothers = owner.kind == PartyKind::Person && owner.id != caller.principal;
    let actor = match is_anothers {
        true => Some(Known::of_person(tx, caller.principal, "").await?),
        false => None,
    };
    let main = known.main.clone().filter(|_| is_anothers).map(|main| (main, owner.display_name.clone()));
    Ok(Concerned { me: known, owner: main, actor })
}

/// What a change is worked out of.
#[derive(PartialEq)]
struct Change {
    concerned: Concerned,
    before: Option<String>,
    after: Option<String>,
    keeps_silent: bool,
    comment: Option<String>,
    returns: bool,
}

/// What was worked out of the texts.
#[derive(Clone)]
struct Worked {
    text: Option<String>,
    messages: Vec<Message>,
    /// The lines that say what became of the messages.
    told: &'static str,
    /// Whether the owner takes part in what is stored.
    is_theirs: bool,
    /// Whether it was over some time ago, and was before.
    is_over: bool,
}

async fn plan(
    tx: &mut Transaction,
    session: &Session,
    circumstances: Circumstances<'_>,
    before: Option<&str>,
    after: Option<&str>,
    returns: bool,
    uid: &str,
) -> Result<Planned> {
    let concerned = concerned(tx, circumstances).await?;
    let change = Change {
        concerned,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        keeps_silent: session.keeps_silent,
        comment: session.comment.clone(),
        returns,
    };
    let (octets, limits) = (before.map_or(0, str::len) + after.map_or(0, str::len), circumstances.limits.clone());
    let worked = ahead(octets, change, move |change| work(change, &limits)).await?;
    let Worked { text, messages, told, is_theirs, is_over } = worked;
    // A copy of what others do is no meeting of one's own, and may be where it likes.
    if is_theirs && before.is_none() {
        require_unique(tx, circumstances.calendar, uid).await?;
    }
    let recipients: Vec<String> = messages.iter().flat_map(|message| message.recipients.clone()).collect();
    if recipients.len() > MAX_INVITED {
        return Err(SchedulingProblem::TooMany { limit: MAX_INVITED }.into());
    }
    // Nobody elsewhere gets mail about what is over, such as everything that somebody brings along from another calendar.
    let ways = circumstances.ways.filter(|_| !is_over);
    let messages = addressed(tx, ways, circumstances.caller.principal, messages).await?;
    let statuses: HashMap<String, String> = messages
        .iter()
        .flat_map(|(_, deliveries)| deliveries)
        .map(|delivery| (canonical(&delivery.recipient), delivery.status.clone()))
        .collect();
    let planned = Planned { text: None, messages, uid: uid.to_owned() };
    let Some(given) = after.filter(|_| text.is_some() || !statuses.is_empty()) else { return Ok(planned) };
    let (text, limits) = (text.unwrap_or_else(|| given.to_owned()), circumstances.limits.clone());
    let (octets, told) = (text.len(), Told { text, statuses, line: told });
    let (text, index) = ahead(octets, told, move |told| told.told(&limits)).await?;
    Ok(Planned { text: (text != given).then_some((text, index)), ..planned })
}

/// A text that is to say what becomes of the messages about it.
#[derive(PartialEq)]
struct Told {
    text: String,
    statuses: HashMap<String, String>,
    line: &'static str,
}

impl Told {
    fn told(&self, limits: &Limits) -> Result<(String, Index)> {
        let object = CalendarObject::parse(&self.text, &limits.text)?;
        let status = |address: &str, _: Option<&str>| self.statuses.get(address).cloned();
        let text = itip::with_statuses(&object, &self.text, self.line, status);
        let index = index(&text, limits)?;
        Ok((text, index))
    }
}

fn work(change: &Change, limits: &Limits) -> Result<Worked> {
    let Change { concerned, before, after, keeps_silent, comment, returns } = change;
    let parse =
        |text: &Option<String>| text.as_deref().map(|text| CalendarObject::parse(text, &limits.text)).transpose();
    let old = parse(before)?;
    let mut after = after.clone();
    let mut new = parse(&after)?;
    let me = &concerned.me;
    let refused = |refusal| crate::Error::Scheduling(SchedulingProblem::Refused(refusal));
    let role = |object: &Option<CalendarObject>| match object {
        Some(object) => me.role(object).map_err(refused),
        None => Ok(Role::Neither),
    };
    let was = role(&old)?;
    // Whoever acts for somebody invites in their name (SENT-BY, RFC 5545 section 3.2.18).
    if let (Some(text), Some(object), Some(actor)) = (&after, &new, &concerned.actor) {
        let sender = actor.main.as_deref();
        let by_actor = itip::organizer_of(object).map_err(refused)?.is_some_and(|organizer| actor.all.is(organizer));
        let changed = match &concerned.owner {
            Some((owner, name)) if by_actor && was == Role::Neither && itip::is_scheduled(object) => {
                Some(itip::with_organizer(object, text, owner, Some(name), sender))
            }
            _ => None,
        };
        if let Some(changed) = changed {
            new = Some(CalendarObject::parse(&changed, &limits.text)?);
            after = Some(changed);
        }
    }
    let is = role(&new)?;
    let version = |object: &'_ Option<CalendarObject>, text: &'_ Option<String>| -> Option<(CalendarObject, String)> {
        object.clone().zip(text.clone())
    };
    let (old, new) = (version(&old, before), version(&new, &after));
    let old_version = old.as_ref().map(|(object, text)| Version { object, text });
    let new_version = new.as_ref().map(|(object, text)| Version { object, text });
    let now = Utc::now();
    let (outgoing, told) = match (was, is) {
        (Role::Organizer, Role::Attendee) => return Err(refused(itip::Refusal::OtherOrganizer)),
        (Role::Organizer, _) | (_, Role::Organizer) => {
            if was == Role::Attendee {
                return Err(refused(itip::Refusal::NotYours("ORGANIZER".to_owned())));
            }
            let old = old_version.filter(|_| was == Role::Organizer);
            (itip::changed_by_organizer(old, new_version, &me.all, *returns, now).map_err(refused)?, "ATTENDEE")
        }
        (Role::Attendee, _) if new_version.is_none() && *keeps_silent => (itip::Outgoing::default(), "ORGANIZER"),
        (Role::Attendee, Role::Neither) if new_version.is_some() => {
            return Err(refused(itip::Refusal::NotYours("ATTENDEE".to_owned())));
        }
        (Role::Attendee, _) | (_, Role::Attendee) => {
            let comment = comment.as_deref();
            (
                itip::changed_by_attendee(old_version, new_version, &me.invited, comment, now).map_err(refused)?,
                "ORGANIZER",
            )
        }
        (Role::Neither, Role::Neither) => (itip::Outgoing::default(), "ATTENDEE"),
    };
    let ended = |text: &String| {
        let last = index(text, limits).ok().and_then(|index| index.extent.last_end);
        last.is_some_and(|last| last < (now - OVER).timestamp())
    };
    let is_over = [before, &after].into_iter().flatten().all(ended);
    let text = outgoing.text.or(new.map(|(_, text)| text));
    Ok(Worked { text, messages: outgoing.messages, told, is_theirs: is != Role::Neither, is_over })
}

/// Whether mail can go to a calendar user.
fn is_reachable(address: &str) -> bool {
    itip::email(address).is_some_and(|address| is_sendable(&address))
}

/// To whom each message goes, and on which way.
async fn addressed(
    tx: &mut Transaction,
    ways: Option<&Ways>,
    sender: PrincipalId,
    messages: Vec<Message>,
) -> Result<Vec<(Message, Vec<NewDelivery>)>> {
    let recipients: Vec<String> = messages.iter().flat_map(|message| message.recipients.clone()).collect();
    let senders = messages.iter().map(|message| message.sender.clone());
    let people = match recipients.is_empty() {
        true => HashMap::new(),
        false => {
            let named: Vec<String> = recipients.iter().cloned().chain(senders).collect();
            addresses::people(tx, &named).await?
        }
    };
    // Of an address that was not shown to be the sender's, people here are told by mail, where it is seen who sends it.
    let is_shown = |message: &Message| people.contains_key(&canonical(&message.sender));
    let goes_elsewhere = |message: &Message| {
        !is_shown(message) || message.recipients.iter().any(|recipient| !people.contains_key(&canonical(recipient)))
    };
    // By the address that a message is from: a way may be open to one of somebody's and not to another.
    let mut open: HashMap<String, Option<&'static str>> = HashMap::new();
    for message in messages.iter().filter(|message| goes_elsewhere(message)) {
        // An answer has to reach who sends it.
        let from = itip::email(&message.sender).filter(|_| is_reachable(&message.sender));
        if let (Some(ways), Some(from)) = (ways, from)
            && !open.contains_key(&message.sender)
        {
            open.insert(message.sender.clone(), ways.open_to(tx, sender, &from).await?);
        }
    }
    let addressed = messages.into_iter().map(|message| {
        let (way, is_shown) = (open.get(&message.sender).copied().flatten(), is_shown(&message));
        let deliveries = message.recipients.iter().map(|recipient| {
            let address = canonical(recipient);
            let principal = people.get(&address).copied().filter(|_| is_shown);
            let (way, status) = match (principal, way.filter(|_| is_reachable(recipient))) {
                (Some(_), _) => (HERE, DELIVERED),
                (None, Some(way)) => (way, PENDING),
                (None, None) if address.starts_with("mailto:") && address.contains('@') => (NO_WAY, UNREACHED),
                (None, None) => (NO_WAY, NO_USER),
            };
            NewDelivery { recipient: recipient.clone(), principal, way: way.to_owned(), status: status.to_owned() }
        });
        let deliveries = deliveries.collect();
        (message, deliveries)
    });
    Ok(addressed.collect())
}

/// What has messages taken up, or brought elsewhere.
pub(crate) fn job_of(kind: JobKind, messages: &[i64]) -> NewJob {
    let payload = serde_json::json!({ "messages": messages }).to_string();
    NewJob { kind, key: uuid::Uuid::new_v4().to_string(), owner: None, payload, due_at: Utc::now() }
}

impl Planned {
    /// Stores the messages, with what has them taken up.
    pub async fn send(
        self,
        tx: &mut Transaction,
        session: &mut Session,
        caller: Caller,
        calendar: CalendarId,
    ) -> Result<()> {
        let (mut here, mut elsewhere): (Vec<i64>, Vec<i64>) = Default::default();
        for (message, deliveries) in &self.messages {
            let new = NewMessage {
                sender_id: Some(caller.principal),
                sender: &message.sender,
                method: message.method.name(),
                uid: &self.uid,
                text: &message.text,
                calendar: Some(calendar),
                at: Utc::now(),
                came_by: None,
            };
            let id = tx.insert_message(&new).await?;
            let people: Vec<PrincipalId> = deliveries.iter().filter_map(|delivery| delivery.principal).collect();
            let mut inboxes = match people.is_empty() {
                true => HashMap::new(),
                false => tx.raise_inboxes(&people, new.at).await?,
            };
            for delivery in deliveries {
                let is_open = delivery.way != NO_WAY;
                let inbox = match delivery.principal {
                    // A second one to the same person, by another of their addresses, is a change of its own.
                    Some(who) if !inboxes.contains_key(&who) => tx.raise_inboxes(&[who], new.at).await?.remove(&who),
                    Some(who) => inboxes.remove(&who),
                    None => None,
                };
                tx.insert_delivery(id, delivery, is_open, inbox).await?;
            }
            let is_to = |here: bool| deliveries.iter().any(|to| to.way != NO_WAY && (to.way == HERE) == here);
            here.extend(is_to(true).then_some(id.0));
            elsewhere.extend(is_to(false).then_some(id.0));
        }
        for (kind, messages) in [(JobKind::Invitations, here), (JobKind::InvitationMail, elsewhere)] {
            if messages.is_empty() {
                continue;
            }
            session.has_sent = true;
            tx.enqueue_job(&job_of(kind, &messages)).await?;
        }
        Ok(())
    }

    /// Messages that taking up another asks for.
    pub async fn of(
        tx: &mut Transaction,
        ways: Option<&Ways>,
        sender: PrincipalId,
        messages: Vec<Message>,
        uid: &str,
    ) -> Result<Self> {
        Ok(Planned { text: None, messages: addressed(tx, ways, sender, messages).await?, uid: uid.to_owned() })
    }
}
