//! What is shared with whom.

use super::principal::{Access, PrincipalId};
use chrono::{DateTime, NaiveDate, Utc};

/// What a principal is (CALDAV:calendar-user-type, RFC 6638 section 2.4.2, has only people and groups).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyKind {
    Person,
    /// A standing team.
    Group,
    /// A project with a team, a start and an end.
    Mission,
    /// All who have an account.
    Everyone,
}

impl PartyKind {
    /// As programs are told.
    pub fn name(self) -> &'static str {
        match self {
            PartyKind::Person => "person",
            PartyKind::Group => "group",
            PartyKind::Mission => "mission",
            PartyKind::Everyone => "everyone",
        }
    }
}

/// Somebody a calendar can be shared with, or who owns one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub id: PrincipalId,
    pub kind: PartyKind,
    /// The name in URLs.
    pub slug: String,
    pub display_name: String,
}

/// Who has access to a calendar, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessList {
    pub owner: Party,
    /// Of a team that owns it: who belongs to it, with the access that they have as such now.
    pub members: Vec<(Party, Access)>,
    /// What those act with who act for the person who owns it, each once.
    pub delegated: Vec<Access>,
    pub shares: Vec<Share>,
}

/// What a person said to a calendar that was shared with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stands among their calendars.
    Accepted,
    /// It does not, until they say otherwise.
    Declined,
}

impl Answer {
    pub fn name(self) -> &'static str {
        match self {
            Answer::Accepted => "accepted",
            Answer::Declined => "declined",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Answer::Accepted, Answer::Declined].into_iter().find(|answer| answer.name() == name)
    }
}

/// That somebody was given access to a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub with: Party,
    pub access: Access,
    /// It holds until then; `None`: until it is taken back.
    pub ends_at: Option<DateTime<Utc>>,
    /// Of a person that it was shared with; groups, missions and everyone are not asked.
    pub answer: Option<Answer>,
    pub granted_at: DateTime<Utc>,
}

/// A group or a mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub party: Party,
    pub details: TeamDetails,
    /// What whoever asked may do in it; `None` for those who do not belong to it.
    pub role: Option<Role>,
}

/// What its managers set on a group or a mission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamDetails {
    pub name: String,
    pub description: String,
    /// Of a mission: its first day.
    pub starts_on: Option<NaiveDate>,
    /// Of a mission: its last day. After it, members other than its managers only read.
    pub ends_on: Option<NaiveDate>,
}

/// What a member may do with a team and with what it owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads its calendars.
    Guest,
    /// Changes what is in its calendars.
    Member,
    /// Makes and removes its calendars, and says who belongs to it.
    Manager,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Guest, Role::Member, Role::Manager];

    pub fn name(self) -> &'static str {
        match self {
            Role::Guest => "guest",
            Role::Member => "member",
            Role::Manager => "manager",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The access to the team's calendars that comes with it.
    pub fn access(self) -> Access {
        match self {
            Role::Guest => Access::Read,
            Role::Member => Access::Write,
            Role::Manager => Access::Owner,
        }
    }

    /// The highest role whose access is within `access`.
    pub(crate) fn of(access: Access) -> Option<Self> {
        match access {
            Access::None | Access::FreeBusy => None,
            Access::Read => Some(Role::Guest),
            Access::Write | Access::Administer => Some(Role::Member),
            Access::Owner => Some(Role::Manager),
        }
    }
}

/// Somebody who belongs to a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: Party,
    pub role: Role,
}
