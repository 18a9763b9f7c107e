//! The server's side of who takes part in an event.

use super::{Guests, InvitationRefused, Proposable, ProposalLine, SentLine};
use crate::agenda::format::title_or_none;
use crate::event::seen::{when, zone_of};
use crate::history::words_of::Reader;
use crate::mail::about_server::ways;
use crate::undo::keys::key;
use crate::wire::{ApiError, CalendarId, UndoKey, When};
use crate::words;
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::scheduling::{DeliveryId, MAIL, NO_WAY, NewAttendee, OWN_MAIL, PRINCIPALS, Sent, Wanted};
use kalends_ical::edit::Timing;
use kalends_ical::instance_key;
use kalends_ical::itip::{Answer, PartStat, Party, canonical};
use kalends_ical::value::Moment;
use leptos::prelude::use_context;

/// Who takes part in the event, or in one instance of it.
pub async fn guests(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    name: &str,
    instance: Option<&str>,
) -> Result<Guests, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let instance = moment(instance)?;
    let event = kalends.event(caller, id, name, instance.as_ref()).await?;
    let found = kalends.invitation(caller, id, name, instance.as_ref()).await?;
    let ways = ways(kalends, user, &event, Some(&found)).await?;
    let reader = Reader::of(user);
    let mut proposals = Vec::with_capacity(found.proposals.len());
    for proposal in &found.proposals {
        let who = proposal.name.as_deref().unwrap_or_else(|| plain(&proposal.address));
        let when = reader.timing(proposal.timing);
        let text = match &proposal.instance {
            Some(instance) if event.recurring => {
                let stands = kalends.event(caller, id, name, Some(instance)).await;
                let instead = stands.map(|stands| reader.timing(stands.draft.timing)).unwrap_or_default();
                words::server_invitation_proposes_instead(who, &when, &instead)
            }
            _ => words::server_invitation_proposes(who, &when),
        };
        let text = match &proposal.location {
            Some(place) => words::server_invitation_proposes_at(&text, place),
            None => text,
        };
        proposals.push(ProposalLine { id: proposal.id.0, text, comment: proposal.comment.clone() });
    }
    let proposable = found.can_answer.then(|| {
        let (start, end) = as_controls(event.draft.timing, reader.zone());
        Proposable { start, end, location: event.draft.location.clone().unwrap_or_default() }
    });
    let addresses = found.attendees.iter().map(|guest| written(&guest.address)).collect::<Vec<_>>().join("\n");
    Ok(Guests {
        calendar,
        name: name.to_owned(),
        title: title_or_none(&event.draft.summary).to_owned(),
        etag: found.etag,
        is_series: event.recurring && instance.is_none(),
        organizer: found.organizer.as_ref().map(shown),
        guests: found.attendees.iter().map(|guest| (shown(guest), answered(&guest.partstat).to_owned())).collect(),
        answer: found.answer.filter(|_| found.can_answer),
        addresses: found.can_invite.then_some(addresses),
        proposals,
        proposable,
        write: ways.write,
        mails: ways.about,
        sent: found.sent.iter().map(|sent| line(sent, &found.attendees, &reader)).collect(),
        outcome: use_context::<InvitationRefused>().map(|InvitationRefused(error)| error),
    })
}

fn moment(instance: Option<&str>) -> Result<Option<Moment>, ApiError> {
    let missing = || ApiError::NotFound(words::server_event_not_found().into());
    instance.map(|key| instance_key::decode(key).ok_or_else(missing)).transpose()
}

/// A name with an address, or the address.
pub fn shown(party: &Party) -> String {
    let address = plain(&party.address);
    match &party.name {
        // The address of a principal is for programs.
        Some(name) if !address.contains('@') => name.clone(),
        Some(name) if name != address => format!("{name} <{address}>"),
        _ => address.to_owned(),
    }
}

/// An address as people write it.
fn plain(address: &str) -> &str {
    address.strip_prefix("mailto:").unwrap_or(address)
}

/// An address as it is typed: of e-mail, or the name of somebody here.
pub fn written(address: &str) -> String {
    match address.strip_prefix(PRINCIPALS) {
        Some(slug) => slug.trim_end_matches('/').to_owned(),
        None => plain(address).to_owned(),
    }
}

/// PARTSTAT in words.
pub fn answered(partstat: &str) -> &'static str {
    match partstat {
        "ACCEPTED" => words::server_invitation_accepted(),
        "TENTATIVE" => words::server_invitation_tentative(),
        "DECLINED" => words::server_invitation_declined(),
        "DELEGATED" => words::server_invitation_delegated(),
        _ => words::server_invitation_needs_action(),
    }
}

/// SCHEDULE-STATUS (RFC 6638 section 3.2.9): a server has it.
const SENT: &str = "1.1";

fn line(sent: &Sent, guests: &[Party], reader: &Reader) -> SentLine {
    let what = match sent.method.as_str() {
        "REQUEST" | "ADD" => words::server_invitation_request(),
        "CANCEL" => words::server_invitation_cancel(),
        "REPLY" => words::server_invitation_reply(),
        "COUNTER" => words::server_invitation_counter(),
        "DECLINECOUNTER" => words::server_invitation_decline_counter(),
        "REFRESH" => words::server_invitation_refreshing(),
        _ => words::server_invitation_other(),
    };
    let became = match (&sent.problem, sent.way.as_str(), sent.waiting) {
        (Some(why), MAIL, false) if sent.status == SENT => {
            let when = reader.moment(reader.local(sent.done_at.unwrap_or(sent.at)));
            words::server_imip_mailed_otherwise(&when, why)
        }
        (Some(why), MAIL | OWN_MAIL, true) => words::server_imip_mail_again(why),
        (Some(why), MAIL | OWN_MAIL, false) => words::server_imip_mail_refused(why),
        (None, MAIL | OWN_MAIL, false) => {
            words::server_imip_mailed(&reader.moment(reader.local(sent.done_at.unwrap_or(sent.at))))
        }
        (Some(why), ..) => words::server_invitation_failed(why),
        (None, NO_WAY, _) => words::server_invitation_unreached().to_owned(),
        (None, _, true) => words::server_invitation_waiting().to_owned(),
        (None, _, false) => match (sent.method.as_str(), sent.outcome.as_deref()) {
            ("COUNTER", Some("accepted")) => words::server_invitation_taken(),
            ("COUNTER", Some("declined")) => words::server_invitation_not_taken(),
            ("COUNTER", Some("for-person")) => words::server_invitation_undecided(),
            _ => words::server_invitation_arrived(),
        }
        .to_owned(),
    };
    // What it was answered by: the answer of now to what was asked last.
    let guest = guests.iter().find(|guest| canonical(&guest.address) == canonical(&sent.recipient));
    let became = match guest.filter(|_| sent.method == "REQUEST") {
        Some(guest) => words::server_imip_answered(&became, answered(&guest.partstat)),
        None => became,
    };
    let to = plain(&sent.recipient);
    SentLine {
        what: what.to_owned(),
        to: words::server_invitation_sent_to(to),
        at: reader.moment(reader.local(sent.at)),
        became,
    }
}

/// What somebody wishes on the page.
pub struct Wish<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    pub instance: Option<&'a str>,
    pub etag: Option<&'a str>,
    /// PARTSTAT
    pub answer: Option<&'a str>,
    /// The address of whom somebody sends in their place.
    pub delegate: Option<&'a str>,
    pub comment: Option<&'a str>,
    /// Addresses, one on each line or with commas between them.
    pub attendees: Option<&'a str>,
    /// Start and end of another time, or of the one that it has.
    pub proposed: Option<(&'a str, &'a str)>,
    /// Another place, or the one that it has.
    pub location: Option<&'a str>,
    /// Which proposal is decided, and whether it is taken.
    pub decided: Option<(i64, bool)>,
    /// What there is now is asked for.
    pub refreshes: bool,
}

/// As a control for a time has it.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

/// A time as the controls for a start and an end have it.
fn as_controls(timing: Timing, zone: Tz) -> (String, String) {
    match when(timing, zone).0 {
        When::Days { first, last } => (first.to_string(), last.to_string()),
        When::Times { start, end } => (start.format(MINUTE).to_string(), end.format(MINUTE).to_string()),
    }
}

/// What the controls for a start and an end have.
///
/// # Errors
/// `BadInput` for what is no time, and for an end before the start.
fn read_when(is_day: bool, (start, end): (&str, &str)) -> Result<When, ApiError> {
    let wrong = || ApiError::BadInput { field: String::new(), message: words::server_invitation_no_time().into() };
    let time = |text: &str| {
        let read = |format| NaiveDateTime::parse_from_str(text.trim(), format).ok();
        read(MINUTE).or_else(|| read("%Y-%m-%dT%H:%M:%S")).ok_or_else(wrong)
    };
    let day = |text: &str| text.trim().parse::<NaiveDate>().map_err(|_| wrong());
    let (when, in_order) = match is_day {
        true => {
            let (first, last) = (day(start)?, day(end)?);
            (When::Days { first, last }, first <= last)
        }
        false => {
            let (start, end) = (time(start)?, time(end)?);
            (When::Times { start, end }, start <= end)
        }
    };
    if in_order { Ok(when) } else { Err(wrong()) }
}

/// A text as a control of one line has it.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], "").trim().to_owned()
}

/// Does what somebody wishes. Yields what takes it back.
pub async fn carry_out(kalends: &Kalends, user: &User, wish: Wish<'_>) -> Result<UndoKey, ApiError> {
    let (caller, place) = (user.on_a_page(), (Calendar(wish.calendar), wish.name));
    // Whoever sends somebody is not asked any more.
    let partstat = wish.delegate.map(|_| PartStat::Accepted).or_else(|| wish.answer.and_then(PartStat::from_name));
    if let Some(partstat) = partstat {
        let instance = moment(wish.instance)?;
        let answer = Answer { partstat, delegate: wish.delegate.map(str::to_owned) };
        let undo = kalends.answer_invitation(caller, place, wish.etag, instance.as_ref(), answer, wish.comment).await?;
        return Ok(key(&undo));
    }
    if let Some((id, is_taken)) = wish.decided {
        let id = DeliveryId(id);
        if is_taken {
            return Ok(key(&kalends.accept_proposal(caller, place, id).await?));
        }
        kalends.decline_proposal(caller, place, id, wish.comment).await?;
    } else if let Some(proposed) = wish.proposed {
        let instance = moment(wish.instance)?;
        let event = kalends.event(caller, place.0, wish.name, instance.as_ref()).await?;
        let to = read_when(matches!(event.draft.timing, Timing::AllDay { .. }), proposed)?;
        // What its controls say of the time that it has may be less than that: without seconds, in another zone.
        let (start, end) = as_controls(event.draft.timing, zone_of(user));
        let timing = match (start.as_str(), end.as_str()) == proposed {
            true => event.draft.timing,
            false => event.draft.moved(to, zone_of(user), false).timing,
        };
        // Nor do they have more than one line of the place.
        let shown = event.draft.location.as_deref().map(one_line).unwrap_or_default();
        let location = wish.location.map(one_line).filter(|place| *place != shown);
        let wanted = Wanted { timing, location };
        kalends.propose_time(caller, place, wish.etag, instance.as_ref(), wanted, wish.comment).await?;
    } else if wish.refreshes {
        kalends.refresh_invitation(caller, place.0, wish.name).await?;
    } else if let Some(attendees) = wish.attendees {
        let emails = attendees.split([',', '\n', '\r', ';']).map(str::trim).filter(|email| !email.is_empty());
        let invited = emails.map(|email| NewAttendee { email: email.to_owned(), name: None, is_optional: false });
        let undo = kalends.set_attendees(caller, place, wish.etag, invited.collect()).await?;
        return Ok(key(&undo));
    }
    Ok(UndoKey::new())
}
