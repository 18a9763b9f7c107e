//! Public links.

use super::calendar::CalendarId;
use super::principal::{Access, PrincipalId};
use super::share::Party;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Identifies a public link in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub i64);

/// An address at which everybody who has it sees some calendars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: LinkId,
    /// Who made it: it shows what they administer.
    pub maker: Party,
    pub name: String,
    /// Free-busy or read.
    pub access: Access,
    /// It holds until then; `None`: until it is revoked.
    pub ends_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// When its name, level, end, address or calendars became what they are.
    pub changed_at: DateTime<Utc>,
    /// How often what it shows was asked for.
    pub uses: u64,
    pub last_used_at: Option<DateTime<Utc>>,
    /// In the order of their ids; of those that whoever made it does not administer any more nothing is shown.
    pub calendars: Vec<CalendarId>,
    /// Where whoever made it lives.
    pub(crate) zone: Option<Tz>,
}

impl Link {
    /// Whether its time is over.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// What a link is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDetails {
    pub name: String,
    pub access: Access,
    pub ends_at: Option<DateTime<Utc>>,
    pub calendars: Vec<CalendarId>,
}

/// A link as it is stored anew or again.
#[derive(Clone, Copy, Debug)]
pub struct StoredLink<'a> {
    pub maker: PrincipalId,
    pub details: &'a LinkDetails,
    pub at: DateTime<Utc>,
}
