//! Whether what a mail says about a meeting counts, and what it would do.

use super::letter::Letter;
use crate::scheduling::addresses::Known;
use crate::{Limits, Result};
use chrono::{DateTime, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::itip::{self, Incoming, Method, Party, Role, Version, Why, canonical};

/// Whether what a mail says about a meeting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailInvitationVerdict {
    Fit,
    /// The mail is not from whoever it would have to be from: the organizer, or who answers.
    NotSender,
    /// The account's server has found that the mail is not from whom it says.
    Failed,
    /// It is for somebody else: it was forwarded.
    NotInvited,
    /// It is an answer to what its reader does not organize.
    NotOrganizer,
    /// Its reader organizes what it says.
    Own,
    /// It is for everybody, and nobody is asked (PUBLISH).
    Published,
}

impl MailInvitationVerdict {
    pub fn name(self) -> &'static str {
        match self {
            MailInvitationVerdict::Fit => "fit",
            MailInvitationVerdict::NotSender => "not-sender",
            MailInvitationVerdict::Failed => "failed-authentication",
            MailInvitationVerdict::NotInvited => "not-invited",
            MailInvitationVerdict::NotOrganizer => "not-organizer",
            MailInvitationVerdict::Own => "own",
            MailInvitationVerdict::Published => "published",
        }
    }
}

/// What is made of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub verdict: MailInvitationVerdict,
    /// What taking it up does, or did where that is done: [`Why::Same`].
    pub would: Why,
}

/// Judges a message. `current`: the object that it is about, as it stands here.
///
/// # Errors
/// Those of [`itip::apply`].
pub(super) fn judge(
    message: &Incoming,
    letter: &Letter,
    current: Option<&str>,
    me: &Known,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Judged> {
    let object = current.map(|text| CalendarObject::parse(text, &limits.text)).transpose()?;
    let version = object.as_ref().zip(current).map(|(object, text)| Version { object, text });
    let would = itip::apply(version, message, &me.invited, now)?;
    // An answer that stands there already changes nothing but its own time.
    let would = if would.text.is_none() && would.why == Why::Updated { Why::Same } else { would.why };
    Ok(Judged { verdict: verdict(message, letter, object.as_ref(), me), would })
}

fn verdict(message: &Incoming, letter: &Letter, current: Option<&CalendarObject>, me: &Known) -> MailInvitationVerdict {
    if message.method == Method::Publish {
        return MailInvitationVerdict::Published;
    }
    if message.method.is_for_organizer() {
        if current.is_none_or(|object| me.role(object) != Ok(Role::Organizer)) {
            return MailInvitationVerdict::NotOrganizer;
        }
    } else if message.organizer_address().is_some_and(|organizer| me.invited.contains(organizer)) {
        return MailInvitationVerdict::Own;
    }
    if letter.results.as_ref().is_some_and(|results| results.has_failed()) {
        return MailInvitationVerdict::Failed;
    }
    if !is_from_author(message, letter, current) {
        return MailInvitationVerdict::NotSender;
    }
    let asks = matches!(message.method, Method::Request | Method::Add);
    if asks && !message.invites(&me.invited) {
        return MailInvitationVerdict::NotInvited;
    }
    MailInvitationVerdict::Fit
}

/// Whether the mail is from whoever each part of the message would have to be from. Who says to act for somebody else (SENT-BY) has to be
/// known to do so: anybody can say it.
fn is_from_author(message: &Incoming, letter: &Letter, current: Option<&CalendarObject>) -> bool {
    let acts = |author: &Party, by: &str| {
        let lines = current.into_iter().flat_map(|object| {
            object.entries().flat_map(|entry| {
                let (organizer, attendees) = itip::parties_of(object.component(entry));
                organizer.into_iter().chain(attendees)
            })
        });
        lines.into_iter().any(|known| {
            canonical(&known.address) == canonical(&author.address)
                && known.sent_by.is_some_and(|sender| canonical(&sender) == canonical(by))
        })
    };
    let is_it = |author: &Party| {
        letter.senders.contains(&author.address)
            || author.sent_by.as_deref().is_some_and(|by| letter.senders.contains(by) && acts(author, by))
    };
    let authors = message.authors();
    !authors.is_empty() && authors.iter().all(|of_part| of_part.iter().any(is_it))
}

/// In whose name a message is: of those who may be, whoever the mail is from.
pub(super) fn author(message: &Incoming, letter: &Letter) -> String {
    let mut authors = message.authors().into_iter().flatten();
    let first = authors.next().map(|author| author.address).unwrap_or_default();
    match letter.senders.contains(&first) {
        true => first,
        false => authors.map(|author| author.address).find(|other| letter.senders.contains(other)).unwrap_or(first),
    }
}
