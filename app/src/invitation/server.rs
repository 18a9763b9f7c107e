//! The server's side of who takes part in an event.

use super::{Guests, InvitationRefused, SentLine};
use crate::agenda::format::title_or_none;
use crate::history::words_of::Reader;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::scheduling::{NO_WAY, NewAttendee, Sent};
use kalends_ical::instance_key;
use kalends_ical::itip::{Answer, PartStat, Party};
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
    let reader = Reader::of(user);
    let addresses = found.attendees.iter().filter_map(|guest| guest.address.get(7..)).collect::<Vec<_>>().join("\n");
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
        sent: found.sent.iter().map(|sent| line(sent, &reader)).collect(),
        outcome: use_context::<InvitationRefused>().map(|InvitationRefused(error)| error),
    })
}

fn moment(instance: Option<&str>) -> Result<Option<Moment>, ApiError> {
    let missing = || ApiError::NotFound(words::server_event_not_found().into());
    instance.map(|key| instance_key::decode(key).ok_or_else(missing)).transpose()
}

/// A name with an address, or the address.
fn shown(party: &Party) -> String {
    let address = party.address.strip_prefix("mailto:").unwrap_or(&party.address);
    match &party.name {
        Some(name) if name != address => format!("{name} <{address}>"),
        _ => address.to_owned(),
    }
}

fn answered(partstat: &str) -> &'static str {
    match partstat {
        "ACCEPTED" => words::server_invitation_accepted(),
        "TENTATIVE" => words::server_invitation_tentative(),
        "DECLINED" => words::server_invitation_declined(),
        "DELEGATED" => words::server_invitation_delegated(),
        _ => words::server_invitation_needs_action(),
    }
}

fn line(sent: &Sent, reader: &Reader) -> SentLine {
    let what = match sent.method.as_str() {
        "REQUEST" | "ADD" => words::server_invitation_request(),
        "CANCEL" => words::server_invitation_cancel(),
        "REPLY" => words::server_invitation_reply(),
        _ => words::server_invitation_other(),
    };
    let became = match (&sent.problem, sent.way.as_str(), sent.waiting) {
        (Some(why), ..) => words::server_invitation_failed(why),
        (None, NO_WAY, _) => words::server_invitation_unreached().to_owned(),
        (None, _, true) => words::server_invitation_waiting().to_owned(),
        (None, _, false) => words::server_invitation_arrived().to_owned(),
    };
    let to = sent.recipient.strip_prefix("mailto:").unwrap_or(&sent.recipient);
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
    pub comment: Option<&'a str>,
    /// Addresses, one on each line or with commas between them.
    pub attendees: Option<&'a str>,
}

/// Does what somebody wishes.
pub async fn carry_out(kalends: &Kalends, user: &User, wish: Wish<'_>) -> Result<(), ApiError> {
    let (caller, place) = (user.on_a_page(), (Calendar(wish.calendar), wish.name));
    if let Some(partstat) = wish.answer.and_then(PartStat::from_name) {
        let instance = moment(wish.instance)?;
        let answer = Answer { partstat, delegate: None };
        kalends.answer_invitation(caller, place, wish.etag, instance.as_ref(), answer, wish.comment).await?;
    } else if let Some(attendees) = wish.attendees {
        let emails = attendees.split([',', '\n', '\r', ';']).map(str::trim).filter(|email| !email.is_empty());
        let invited = emails.map(|email| NewAttendee { email: email.to_owned(), name: None, is_optional: false });
        kalends.set_attendees(caller, place, wish.etag, invited.collect()).await?;
    }
    Ok(())
}
