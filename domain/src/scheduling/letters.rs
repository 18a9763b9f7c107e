//! Messages about meetings as mail (iMIP, RFC 6047): what there is to say, which is worded elsewhere, and the parts by which programs of
//! mail know that it is an invitation.

use super::moved::{InstanceChange, instance_changes};
use super::outside::Carrier;
use crate::accounts::User;
use crate::model::scheduling::OutsideDelivery;
use crate::outgoing_mail::Mailbox;
use crate::{Error, Limits, Result};
use chrono_tz::Tz;
use kalends_ical::edit::{self, EventDraft};
use kalends_ical::itip::{self, Incoming, Method, canonical};
use kalends_ical::syntax::Property;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, ComponentKind};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use sha2::{Digest, Sha256};

/// Most octets of a message that are there a second time, as a file for programs that want one.
const MAX_ATTACHED: usize = 512 * 1024;

/// What a mail about a meeting says, to be put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingLetter {
    pub method: Method,
    /// Who invites, or who answers.
    pub from: Mailbox,
    /// Whose mail it is in their name; `None`: their own.
    pub via: Option<Mailbox>,
    pub to: Mailbox,
    /// The language that the recipient is known to read, else that of whoever has it sent.
    pub locale: Option<String>,
    /// Of whoever has it sent: for times that have no zone of their own.
    pub zone: Tz,
    pub event: MeetingFacts,
    /// What the recipient was told last, where this changes it.
    pub before: Option<MeetingFacts>,
    /// The instances of the series of which something else was said then than of the series.
    pub moved: Vec<InstanceChange>,
    /// PARTSTAT of who answers.
    pub answer: Option<String>,
    pub comment: Option<String>,
    /// What leads the recipient to where they answer without an account ([`Kalends::invited_by_link`](crate::Kalends::invited_by_link)).
    pub answer_token: Option<String>,
}

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingFacts {
    pub title: String,
    /// `None`: it is no event.
    pub draft: Option<EventDraft>,
    /// The instance of a series that it is about, where it is about one alone.
    pub instance: Option<Moment>,
}

/// What a mail says, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingWords {
    /// The name that it is from.
    pub from: String,
    pub subject: String,
    /// Plain text; lines end with `\n`.
    pub text: String,
    pub html: String,
}

/// Writes what mail about meetings says: the domain knows no words.
pub trait MeetingWriter: Send + Sync {
    fn letter(&self, letter: &MeetingLetter) -> MeetingWords;
}

/// Of an installation without words: METHOD and title.
pub(crate) struct NoMeetingWriter;

impl MeetingWriter for NoMeetingWriter {
    fn letter(&self, letter: &MeetingLetter) -> MeetingWords {
        let subject = format!("{}: {}", letter.method.name(), letter.event.title);
        let html = subject.replace('&', "&amp;").replace('<', "&lt;");
        MeetingWords { from: letter.from.name.clone(), text: format!("{subject}\n"), html, subject }
    }
}

/// A message as it was read, with what there is to say of it.
pub(super) struct Read {
    message: Incoming,
    event: MeetingFacts,
    before: Option<MeetingFacts>,
    moved: Vec<InstanceChange>,
}

pub(crate) fn facts(object: &CalendarObject, instance: Option<Moment>) -> MeetingFacts {
    let draft = edit::draft_of(object, None).ok();
    let summary = object.entries().find_map(|entry| object.component(entry).property("SUMMARY")).map(Property::text);
    MeetingFacts { title: summary.unwrap_or_default(), draft, instance }
}

impl Read {
    /// `stands`: the object that it is about, as it is now: some messages do not say what they are about.
    ///
    /// # Errors
    /// `InvalidCalendarData` and the like, for what is no message.
    pub fn new(delivery: &OutsideDelivery, stands: Option<&str>, limits: &Limits) -> Result<Self> {
        let message = Incoming::read(&delivery.text, &limits.text)?;
        let of = |message: &Incoming| {
            let (object, _) = message.object().ok()?;
            Some(facts(&object, message.recurrence_id())).filter(|facts| facts.draft.is_some())
        };
        let of_object = || {
            let object = CalendarObject::parse(stands?, &limits.text).ok()?;
            let instance = message.recurrence_id();
            let draft = edit::draft_of(&object, instance.as_ref()).ok();
            let facts = facts(&object, instance);
            Some(MeetingFacts { draft: draft.or(facts.draft), ..facts })
        };
        let before = delivery.before.as_deref().and_then(|text| Incoming::read(text, &limits.text).ok());
        // What was said of an instance says nothing of the series.
        let before = before.filter(|before| before.recurrence_id() == message.recurrence_id());
        let moved = match before.as_ref().filter(|_| message.recurrence_id().is_none()) {
            Some(before) => before.object().ok().zip(message.object().ok()),
            None => None,
        };
        let moved = moved.map(|((was, _), (is, _))| instance_changes(&was, &is)).unwrap_or_default();
        let event = of(&message).or_else(of_object).unwrap_or_else(|| MeetingFacts {
            title: message.summary().unwrap_or_default(),
            draft: None,
            instance: message.recurrence_id(),
        });
        Ok(Read { before: before.as_ref().and_then(of), event, message, moved })
    }

    /// What is to be put into words. `user`: who has it sent.
    pub fn letter(&self, delivery: &OutsideDelivery, user: Option<&User>, carrier: &Carrier) -> MeetingLetter {
        let Read { message, event, before, moved } = self;
        let known = self.line(&delivery.recipient).and_then(|line| line.param("LANGUAGE")).map(str::to_owned);
        let own = user.map(|user| user.principal.display_name.as_str());
        let is_reply = message.method == Method::Reply;
        MeetingLetter {
            method: message.method,
            from: self.mailbox(&delivery.sender, own),
            via: (!carrier.is_own).then(|| carrier.from.clone()),
            to: self.mailbox(&delivery.recipient, None),
            locale: known.or_else(|| user.and_then(|user| user.preferences.locale.clone())),
            zone: user.and_then(|user| user.preferences.time_zone).unwrap_or(Tz::UTC),
            answer: message.partstat().filter(|_| is_reply),
            comment: message.comment(),
            answer_token: None,
            before: before.clone().filter(|_| message.method == Method::Request),
            moved: if message.method == Method::Request { moved.clone() } else { Vec::new() },
            event: event.clone(),
        }
    }

    /// What it says of a calendar user.
    fn line(&self, address: &str) -> Option<&Property> {
        let lines = |name| self.message.components().flat_map(move |component| component.properties(name));
        let address = canonical(address);
        lines("ORGANIZER").chain(lines("ATTENDEE")).find(|line| canonical(&line.value) == address)
    }

    /// A calendar user with the name that it says, else `otherwise`.
    pub fn mailbox(&self, address: &str, otherwise: Option<&str>) -> Mailbox {
        let written = self.line(address).and_then(|line| line.param("CN")).or(otherwise).unwrap_or_default();
        let email = itip::email(address).unwrap_or_default();
        Mailbox {
            name: Some(written.trim()).filter(|name| *name != email).unwrap_or_default().to_owned(),
            address: email,
        }
    }
}

fn address(mailbox: &Mailbox) -> Address<'static> {
    let name = Some(mailbox.name.clone()).filter(|name| !name.is_empty());
    Address::new_address(name, mailbox.address.clone())
}

fn component(text: &str) -> &'static str {
    let is_todo = text.lines().any(|line| line.trim_end().eq_ignore_ascii_case("BEGIN:VTODO"));
    if is_todo { ComponentKind::Todo.name() } else { ComponentKind::Event.name() }
}

fn domain(carrier: &Carrier) -> &str {
    carrier.from.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}

/// Message-ID of what goes out, without the angle brackets.
pub(super) fn message_id(delivery: &OutsideDelivery, carrier: &Carrier) -> String {
    format!("{}.{}.meeting@{}", delivery.id.0, delivery.sent_at.timestamp_millis(), domain(carrier))
}

/// The message as it goes out: the same however often it is tried, so that it is known where it has come already. `to`: whom its header
/// names.
pub(super) fn message(
    delivery: &OutsideDelivery,
    letter: &MeetingLetter,
    words: &MeetingWords,
    carrier: &Carrier,
    to: &[Mailbox],
) -> Result<Vec<u8>> {
    let domain = domain(carrier);
    let uid: String = Sha256::digest(&delivery.uid).iter().take(10).map(|octet| format!("{octet:02x}")).collect();
    let kind = |name: &'static str| {
        let kind = ContentType::new(name).attribute("charset", "utf-8").attribute("method", letter.method.name());
        kind.attribute("component", component(&delivery.text))
    };
    let alternatives = vec![
        MimePart::new("text/plain", words.text.as_str()),
        MimePart::new("text/html", words.html.as_str()),
        MimePart::new(kind("text/calendar"), delivery.text.as_str()),
    ];
    let mut parts = vec![MimePart::new("multipart/alternative", alternatives)];
    if delivery.text.len() <= MAX_ATTACHED {
        let file = MimePart::new(kind("application/ics").attribute("name", "invite.ics"), delivery.text.as_bytes());
        parts.push(file.attachment("invite.ics"));
    }
    let from = match carrier.is_own {
        // As the account calls itself, whatever a text calls its organizer.
        true => carrier.from.clone(),
        false => Mailbox { name: words.from.clone(), address: carrier.from.address.clone() },
    };
    let mut message = MessageBuilder::new()
        .message_id(message_id(delivery, carrier))
        // All about one meeting stands together.
        .references(format!("{uid}.meeting@{domain}"))
        .date(delivery.sent_at.timestamp())
        .from(address(&from))
        .to(Address::new_list(to.iter().map(address).collect()))
        .subject(words.subject.clone())
        // Nobody's holiday answers to it (RFC 3834 section 5).
        .header("Auto-Submitted", Raw::new("auto-generated"));
    if !carrier.from.address.eq_ignore_ascii_case(&letter.from.address) {
        message = message.reply_to(address(&letter.from));
    }
    message.body(MimePart::new("multipart/mixed", parts)).write_to_vec().map_err(|error| Error::Internal(error.into()))
}
