//! What comes about meetings by mail (iMIP, RFC 6047): found as mail is indexed, taken up by a job by the rules that hold for messages from
//! people here (`scheduling`), shown with the mail, and answered there.
//!
//! Who sends a message is not what it says: it counts by itself only where the mail is From whoever it has to be from (RFC 6047 section 2.2),
//! and where the account's own server has not found otherwise ([`AuthenticationResults`]). Everything else is shown, and waits for a person.
//! A message is known again by its text and its Message-ID, wherever the mail is moved and whatever becomes of UIDs.

mod answering;
mod authentication;
mod calendar_part;
mod conflicts;
mod finding;
mod judging;
mod letter;
mod showing;
mod taking;

pub use authentication::AuthenticationResults;
pub use conflicts::InvitationConflicts;
pub(super) use finding::find_calendars;
pub use judging::MailInvitationVerdict;
pub use showing::{InvitationAction, InvitationStanding, MailInvitation};
pub(crate) use taking::take;
pub(super) use taking::take_job;
