//! Scheduling (RFC 5546), as functions of texts: which messages a change of an object asks for, what an attendee may change, and what a
//! message does to the object that is there. Who is reached, and how, is not decided here.
//!
//! A message is a VCALENDAR with METHOD. Of two messages about a component the one with the higher SEQUENCE counts, and of those with the
//! same SEQUENCE the one with the later DTSTAMP (section 2.1.5), so that it does not matter in which order they arrive, or how often. What
//! an attendee last answered, and which revision an answer must be for, stands in the organizer's object at the ATTENDEE, as
//! `X-KALENDS-ANSWERED`; it is in no message.

mod add;
mod address;
mod answer;
mod attendee;
mod cancel;
mod component;
mod copy;
mod inbound;
mod incoming;
mod merging;
mod organizer;
mod outcome;
mod parties;
mod proposal;
mod reply;
mod request;
mod revision;
mod view;

pub use address::{Addresses, canonical, email};
pub use answer::{Answer, PartStat, answered};
pub use attendee::changed as changed_by_attendee;
pub use copy::copied;
pub use inbound::apply;
pub use incoming::Incoming;
pub use organizer::{changed as changed_by_organizer, split_off};
pub use outcome::{Outcome, Why};
pub use parties::{
    Agent, Invitee, Inviting, Party, Role, is_scheduled, is_unanswered, organizer_of, parties_of, role_of,
    with_attendees, with_organizer, with_statuses,
};
pub use proposal::{counter, decline_counter, refresh};
pub use view::{differ_in_answers_alone, request_to};

use crate::object::CalendarObject;

/// METHOD of a message (RFC 5546 section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Publish,
    Request,
    Reply,
    Add,
    Cancel,
    Refresh,
    Counter,
    DeclineCounter,
}

impl Method {
    const ALL: [Method; 8] = [
        Method::Publish,
        Method::Request,
        Method::Reply,
        Method::Add,
        Method::Cancel,
        Method::Refresh,
        Method::Counter,
        Method::DeclineCounter,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Method::Publish => "PUBLISH",
            Method::Request => "REQUEST",
            Method::Reply => "REPLY",
            Method::Add => "ADD",
            Method::Cancel => "CANCEL",
            Method::Refresh => "REFRESH",
            Method::Counter => "COUNTER",
            Method::DeclineCounter => "DECLINECOUNTER",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Whether an attendee sends it to the organizer.
    pub fn is_for_organizer(self) -> bool {
        matches!(self, Method::Reply | Method::Refresh | Method::Counter)
    }
}

/// A text, with what was read from it.
#[derive(Clone, Copy)]
pub struct Version<'a> {
    pub object: &'a CalendarObject,
    pub text: &'a str,
}

/// A message that is to be sent, the same to each of `recipients`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub method: Method,
    /// As the object has it.
    pub sender: String,
    /// As the object has them.
    pub recipients: Vec<String>,
    pub text: String,
}

/// What a change asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// What is to be stored in the place of the text that was given; `None`: that itself.
    pub text: Option<String>,
    pub messages: Vec<Message>,
}

/// Why a change is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// CALDAV:same-organizer-in-all-components (RFC 6638 section 3.2.4.2)
    #[error("line {line}: its components have different organizers")]
    SeveralOrganizers { line: usize },
    /// CALDAV:allowed-organizer-scheduling-object-change (section 3.2.4.3)
    #[error("the organizer of a meeting cannot become another")]
    OtherOrganizer,
    /// CALDAV:allowed-attendee-scheduling-object-change (section 3.2.4.4); what it is that differs.
    #[error(
        "only the organizer can change {0}; what is yours is your answer, your reminders and whether it keeps you busy"
    )]
    NotYours(String),
}
