//! Who acts for whom, and what clients are told of shares.

use super::calendar::CalendarId;
use super::principal::Access;
use super::share::Party;
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// That somebody acts for another, as one of them sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The other one.
    pub with: Party,
    /// The e-mail address of the one for whom somebody acts, who is to know by whom invitations are sent; of a delegate it is not told.
    pub email: Option<String>,
    /// `Read` or `Write`, with all calendars that belong to the one for whom somebody acts.
    pub access: Access,
    pub since: DateTime<Utc>,
}

/// How it stands with a share that somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// Whom it was shared with has said nothing to it.
    Asked,
    Accepted,
    Declined,
    /// It was taken back, or its time is over.
    Ended,
}

impl ShareState {
    const ALL: [(ShareState, &str); 4] = [
        (ShareState::Asked, "asked"),
        (ShareState::Accepted, "accepted"),
        (ShareState::Declined, "declined"),
        (ShareState::Ended, "ended"),
    ];

    pub(crate) fn name(self) -> &'static str {
        ShareState::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        ShareState::ALL.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }
}

/// What somebody is told of a share, until they have removed it: whom it was shared with, that it is offered, is another now or has
/// ended; the owner, what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareNotice {
    pub id: i64,
    /// It is the owner who is told.
    pub is_reply: bool,
    pub calendar: CalendarId,
    /// Where its owner has it.
    pub slug: String,
    pub owner: Party,
    /// What it is called, as it was shared.
    pub name: String,
    pub components: Vec<ComponentKind>,
    /// Whom it was shared with.
    pub about: Party,
    /// What it was shared for.
    pub access: Access,
    pub state: ShareState,
    pub at: DateTime<Utc>,
}
