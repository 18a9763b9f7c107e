//! Messages between those who organize and those who are invited, and what became of them.

use super::calendar::CalendarId;
use super::principal::PrincipalId;
use chrono::{DateTime, Utc};

/// Identifies a message in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i64);

pub use super::calendar_id::DeliveryId;

/// A message about to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    pub sender_id: Option<PrincipalId>,
    /// Address of a calendar user.
    pub sender: &'a str,
    pub method: &'a str,
    pub uid: &'a str,
    pub text: &'a str,
    /// Of the object that it is about.
    pub calendar: Option<CalendarId>,
    pub at: DateTime<Utc>,
    /// `None`: a change of a calendar asked for it; [`ANSWER_LINK`], [`BY_MAIL`].
    pub came_by: Option<&'static str>,
}

/// To whom a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// As the object has it.
    pub recipient: String,
    /// Who that is here.
    pub principal: Option<PrincipalId>,
    /// [`HERE`], [`NO_WAY`], or what reaches others.
    pub way: String,
    /// SCHEDULE-STATUS (RFC 6638 section 3.2.9).
    pub status: String,
}

/// The way to people of this installation.
pub const HERE: &str = "here";
/// Nothing reaches them.
pub const NO_WAY: &str = "none";
/// How a message came: by the address in an invitation.
pub const ANSWER_LINK: &str = "answer-link";
/// How a message came: by mail, to a mail account (RFC 6047).
pub const BY_MAIL: &str = "mail-account";
/// By mail from the installation (RFC 6047).
pub const MAIL: &str = "mail";
/// By mail from the sender's own account.
pub const OWN_MAIL: &str = "own-mail";

/// A message to somebody elsewhere that is to be brought there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideDelivery {
    pub id: DeliveryId,
    /// Who had it sent.
    pub sender_id: Option<PrincipalId>,
    /// Address of a calendar user.
    pub sender: String,
    pub method: String,
    pub uid: String,
    /// iCalendar with METHOD.
    pub text: String,
    pub calendar: Option<CalendarId>,
    pub sent_at: DateTime<Utc>,
    pub recipient: String,
    pub way: String,
    /// What the same sender brought to the same recipient about the same object before, of the same METHOD.
    pub before: Option<String>,
    /// A later REQUEST about the same object is for the same recipient: it says all that this one would.
    pub is_replaced: bool,
}

/// What became of bringing a message elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought<'a> {
    /// SCHEDULE-STATUS
    pub status: &'a str,
    /// Whether it is tried again.
    pub waits: bool,
    pub problem: Option<&'a str>,
    /// The way by which it was brought; `None`: the one that was thought of.
    pub way: Option<&'a str>,
}

/// A message to somebody that something is still to be done with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: DeliveryId,
    pub sender: Option<PrincipalId>,
    pub text: String,
    pub came_by: CameBy,
    /// Where it goes, of what is not there; `None`: where invitations go.
    pub calendar: Option<CalendarId>,
}

/// How a message came to whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameBy {
    /// From somebody here.
    Here,
    /// By the address in an invitation.
    AnswerLink,
    /// By mail, to one of their mail accounts.
    Mail,
}

/// Where somebody's inbox has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InboxState {
    pub revision: i64,
    /// What went up to this revision is not known any more.
    pub whole_after: i64,
}

/// That a message came to an inbox or went from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxChange {
    pub item: InboxItem,
    pub revision: i64,
    /// Whether it is in the inbox now.
    pub is_there: bool,
}

/// A COUNTER to somebody who has not decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenProposal {
    pub id: DeliveryId,
    /// Who proposes it: address of a calendar user.
    pub sender: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

/// A message in somebody's scheduling inbox (RFC 6638 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxItem {
    pub id: DeliveryId,
    pub method: String,
    pub uid: String,
    /// iCalendar with METHOD.
    pub text: String,
    pub received_at: DateTime<Utc>,
}

impl InboxItem {
    /// The segment of its address.
    pub fn name(&self) -> String {
        format!("{}.ics", self.id.0)
    }

    /// The one of this name.
    pub fn id_of(name: &str) -> Option<DeliveryId> {
        let id = name.strip_suffix(".ics")?;
        id.parse().ok().filter(|number: &i64| number.to_string() == id).map(DeliveryId)
    }
}

/// What was sent to somebody about an object, for those who may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub recipient: String,
    /// REQUEST, CANCEL, REPLY and so on.
    pub method: String,
    pub at: DateTime<Utc>,
    pub way: String,
    pub status: String,
    /// Whether something is still to be done with it.
    pub waiting: bool,
    /// What it did to the object of whom it was sent to; `None`: nothing yet.
    pub outcome: Option<String>,
    pub problem: Option<String>,
    /// When a server took it, or it was given up, of what goes elsewhere.
    pub done_at: Option<DateTime<Utc>>,
}
