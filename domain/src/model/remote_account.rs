//! Accounts that people have at services elsewhere.

use super::principal::PrincipalId;
use chrono::{DateTime, Utc};

/// Identifies a remote account in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RemoteAccountId(pub i64);

/// By which protocol a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// RFC 4791
    CalDav,
    /// Microsoft Graph
    Graph,
    /// Files of iCalendar that are fetched again and again
    Ics,
}

impl ProviderKind {
    pub const ALL: [ProviderKind; 3] = [ProviderKind::CalDav, ProviderKind::Graph, ProviderKind::Ics];

    pub fn name(self) -> &'static str {
        match self {
            ProviderKind::CalDav => "caldav",
            ProviderKind::Graph => "graph",
            ProviderKind::Ics => "ics",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether such a service invites whoever is among the attendees of what is written there, and knows how not to
    /// ([`crate::sync::provider::Provider::allow_invitations`]).
    pub fn invites_by_itself(self) -> bool {
        self == ProviderKind::Graph
    }
}

/// Whether a service is asked, and if not, what has to happen before it is again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountState {
    Active,
    /// Its owner does not want it to be asked for now.
    Paused,
    /// The service does not take the credentials, or they cannot be read: its owner has to give others.
    Unauthenticated,
    /// The service has no such account (any more).
    Missing,
}

impl AccountState {
    pub const ALL: [AccountState; 4] =
        [AccountState::Active, AccountState::Paused, AccountState::Unauthenticated, AccountState::Missing];

    pub fn name(self) -> &'static str {
        match self {
            AccountState::Active => "active",
            AccountState::Paused => "paused",
            AccountState::Unauthenticated => "unauthenticated",
            AccountState::Missing => "missing",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An account that a person has at a service, without the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAccount {
    pub id: RemoteAccountId,
    /// Whose it is.
    pub owner: PrincipalId,
    pub provider: ProviderKind,
    /// The service, by the name that it has among those that are known; `None`: any other.
    pub preset: Option<String>,
    /// For people, such as the e-mail address.
    pub name: String,
    /// JSON of the provider's own form: where the account is. No credentials.
    pub settings: String,
    pub state: AccountState,
    /// What the service said; `None`: nothing is wrong.
    pub why: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When its name, state, settings or credentials became what they are.
    pub changed_at: DateTime<Utc>,
    /// When the service last let it in.
    pub checked_at: Option<DateTime<Utc>>,
    /// How many calendars it has that its owner was not shown, and that are in step with none here.
    pub new_calendars: u64,
}
