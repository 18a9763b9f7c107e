//! Who may do what: the one access check that every surface goes through.

use crate::calendars::Calendar;

/// Identifies a principal (RFC 3744 section 2) in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub i64);

/// A person, group or mission that can own calendars and be granted access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub id: PrincipalId,
    /// The name in URLs and the sign-in name: lower-case letters, digits, `.`, `_`, `-`.
    pub slug: String,
    pub display_name: String,
    /// Used for CALDAV:calendar-user-address-set (RFC 6638 section 2.4.1).
    pub email: Option<String>,
}

/// What a principal may do with a calendar, from nothing to everything; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    None,
    FreeBusy,
    Read,
    Write,
    Owner,
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Access::None => "no",
            Access::FreeBusy => "free-busy",
            Access::Read => "read",
            Access::Write => "write",
            Access::Owner => "owner",
        })
    }
}

/// The access of `who` to `calendar`.
pub fn access(who: PrincipalId, calendar: &Calendar) -> Access {
    if calendar.owner == who { Access::Owner } else { Access::None }
}
