//! Meetings: what is sent to those who are invited and to those who invite, and what becomes of it (RFC 6638, RFC 5546).
//!
//! A change of a calendar, whoever makes it by hand or by a program, asks for messages by itself (`implicit`, from within the one gate).
//! They are stored with their recipients in the same transaction: those to people of this installation are in their inboxes then, and a
//! job that was put into the queue with them takes them up, in their order, each in a transaction of its own (`processing`); to people
//! elsewhere another brings them (`mailing`, by the ways of `outside`). So a change
//! locks no calendar but its own, is never refused for what is in another's, and costs the same however many are invited.

pub(crate) mod addresses;
mod answer_links;
mod answering;
mod availability;
mod busy_addresses;
mod busy_times;
mod finding;
mod handing;
pub(crate) mod implicit;
mod inbox;
pub(crate) mod letters;
mod mailing;
mod meeting;
mod moved;
pub mod outside;
pub(crate) mod processing;
mod proposing;
pub mod published;

pub use crate::model::scheduling::{DeliveryId, HERE, InboxItem, MAIL, NO_WAY, OWN_MAIL, Sent};
pub use addresses::PRINCIPALS;
pub use answer_links::{Heard, Invited, NoInvitation, Said};
pub use answering::{Invitation, NewAttendee};
pub use busy_addresses::BusyAddress;
pub use busy_times::BusyAnswer;
pub use finding::{FoundTimes, Knowledge, MovedMeeting, PersonTimes, TimeGuest, TimeQuestion};
pub(crate) use inbox::INBOX_LIFE;
pub use inbox::InboxChanges;
pub(crate) use letters::NoMeetingWriter;
pub use letters::{MeetingFacts, MeetingLetter, MeetingWords, MeetingWriter};
pub(crate) use mailing::bring_outside;
pub(crate) use meeting::checked_comment as check_comment;
pub use moved::InstanceChange;
pub(crate) use processing::take_up;
pub use proposing::{Proposal, Wanted};
