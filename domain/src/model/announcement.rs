//! What is said of a change once it is committed.

use super::calendar::{CalendarId, Revision};
use super::job::JobId;
use super::mail_account::MailAccountId;
use super::principal::PrincipalId;

/// Something that has changed, said after it was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// What is in a calendar: it came to this revision.
    Calendar { calendar: CalendarId, revision: Revision },
    /// A person's list of calendars, or what it says of one of them.
    Home { principal: PrincipalId, revision: Revision },
    /// A job that somebody began has got on, or has ended.
    Job { owner: PrincipalId, job: JobId },
    /// Something is to appear in the pages of a person, or is answered.
    Reminder { owner: PrincipalId },
    /// What somebody's mail account has, or how it is.
    Mail { owner: PrincipalId, account: MailAccountId },
    /// Anything may have changed: other nodes were not heard for a while.
    Missed,
}
