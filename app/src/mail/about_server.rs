//! The mail that an event has to do with: the message that it was made of, the way to write to those who take part, and what was written.

use super::folders::{folders, local, page_of};
use super::paths::{WRITE, about_path};
use super::records::Folders;
use super::writing::written;
use crate::agenda::format::title_or_none;
use crate::agenda::links;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use chrono::NaiveDateTime;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::events::EventDetails;
use kalends_domain::mail::MailAddress;
use kalends_domain::scheduling::Invitation;
use kalends_ical::instance_key;

/// Most people whom a link of another program names: its address has an end.
const MAX_LINKED: usize = 50;

/// The ways from an event to its mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The message that it was made of: where it is, and what it is called.
    pub made_of: Option<(String, String)>,
    /// Where one writes to those who take part.
    pub write: Option<String>,
    /// The page of the mail about it.
    pub about: Option<String>,
}

/// The ways from an event to its mail; `meeting`: who takes part, where somebody does.
pub async fn ways(
    kalends: &Kalends,
    user: &User,
    event: &EventDetails,
    meeting: Option<&Invitation>,
) -> Result<Ways, ApiError> {
    if event.message_id.is_none() && meeting.is_none() {
        return Ok(Ways::default());
    }
    let caller = user.on_a_page();
    let made_of = match &event.message_id {
        Some(id) => kalends.mail_by_message_id(caller, id).await?,
        None => None,
    };
    let has_mail = !kalends.mail_accounts(caller).await?.is_empty();
    let people = match meeting {
        Some(meeting) => kalends.recipients_about(caller, meeting).await?,
        None => Vec::new(),
    };
    let instance = event.recurrence_id.as_ref().filter(|_| event.recurring).map(instance_key::encode);
    let write = match has_mail {
        _ if people.is_empty() => None,
        true => {
            let mut path = format!("{WRITE}?calendar={}&event=", event.calendar.0);
            links::escape(&mut path, &event.name);
            if let Some(key) = instance {
                path.push_str("&instance=");
                links::escape(&mut path, &key);
            }
            Some(path)
        }
        false => Some(mailto(&people, &event.draft.summary)),
    };
    let is_meeting = meeting.is_some_and(|meeting| meeting.organizer.is_some() || !meeting.attendees.is_empty());
    let is_about = has_mail && (made_of.is_some() || is_meeting);
    Ok(Ways {
        about: is_about.then(|| about_path(event.calendar.0, &event.name)),
        made_of: made_of.map(|message| (page_of(&message), subject(&message.subject))),
        write,
    })
}

fn subject(subject: &str) -> String {
    if subject.is_empty() { words::server_mail_no_subject().to_owned() } else { subject.to_owned() }
}

/// For whoever has their mail in another program (RFC 6068).
fn mailto(people: &[MailAddress], title: &str) -> String {
    let mut link = String::from("mailto:");
    for (at, who) in people.iter().take(MAX_LINKED).enumerate() {
        if at > 0 {
            link.push(',');
        }
        let (local, domain) = who.address.rsplit_once('@').unwrap_or((&who.address, ""));
        links::escape(&mut link, local);
        link.push('@');
        links::escape(&mut link, domain);
    }
    link.push_str("?subject=");
    links::escape(&mut link, title);
    link
}

/// Which event somebody writes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutEvent {
    pub calendar: CalendarId,
    pub name: String,
    pub instance: Option<String>,
}

/// Everybody who takes part, as a field of addresses has them, and what the event is called.
pub async fn addressed(kalends: &Kalends, user: &User, about: &AboutEvent) -> Result<(String, String), ApiError> {
    let (caller, calendar) = (user.on_a_page(), Calendar(about.calendar));
    let missing = || ApiError::NotFound(words::server_event_not_found().into());
    let instance = about.instance.as_deref().map(|key| instance_key::decode(key).ok_or_else(missing)).transpose()?;
    let event = kalends.event(caller, calendar, &about.name, instance.as_ref()).await?;
    let meeting = kalends.participants(caller, calendar, &about.name, instance.as_ref()).await?;
    let people = kalends.recipients_about(caller, &meeting).await?;
    Ok((written(&people), event.draft.summary))
}

/// A message about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutRow {
    pub path: String,
    pub subject: String,
    pub from: String,
    /// Where the viewer is.
    pub at: NaiveDateTime,
}

/// Everything on the page of the mail about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutData {
    pub folders: Folders,
    pub title: String,
    /// The page of the event.
    pub event: String,
    /// The oldest first.
    pub rows: Vec<AboutRow>,
}

pub async fn about(kalends: &Kalends, user: &User, calendar: CalendarId, name: &str) -> Result<AboutData, ApiError> {
    let found = kalends.mail_about_event(user.on_a_page(), Calendar(calendar), name).await?;
    let rows = found.messages.iter().map(|message| AboutRow {
        path: page_of(message),
        subject: subject(&message.subject),
        from: if message.from.name.is_empty() { message.from.address.clone() } else { message.from.name.clone() },
        at: local(message.received_at, user),
    });
    Ok(AboutData {
        folders: folders(kalends, user).await?,
        title: title_or_none(&found.title).to_owned(),
        event: links::event_of(calendar, name),
        rows: rows.collect(),
    })
}
