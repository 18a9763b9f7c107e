//! Who people are elsewhere.

use super::principal::PrincipalId;
use super::share::Role;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Who somebody is at a provider, and what it says of them. Whoever makes one has verified it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The provider; with [`Claims::subject`] it never means anybody else (OpenID Connect Core section 5.7).
    pub issuer: String,
    pub subject: String,
    /// What the account is to be called, as far as that can be a user name; of a new account alone.
    pub user_name: Option<String>,
    pub display_name: Option<String>,
    /// One that is theirs, as the provider has seen.
    pub email: Option<String>,
    /// Whether they look after the accounts; `None`: the provider has no say in that.
    pub is_admin: Option<bool>,
    /// The groups that they are in; `None`: the provider has no say in that.
    pub groups: Option<Vec<ClaimedGroup>>,
    /// Of a new account alone.
    pub time_zone: Option<Tz>,
    /// BCP 47; of a new account alone.
    pub locale: Option<String>,
}

/// That somebody is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedGroup {
    pub group: GroupOfProvider,
    pub role: Role,
}

/// Which group a provider means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupOfProvider {
    /// One of that name that is the provider's own: it is made where there is none.
    Named(String),
    /// The one with that name in addresses, which somebody made here.
    Existing(String),
}

/// Who may come in by a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Whether whoever has no account gets one.
    pub creates: bool,
    /// Only those with an address of e-mail of one of these domains, in lower case; empty: anybody.
    pub domains: Vec<String>,
}

/// Why somebody whom a provider knows does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They have no account, and get none.
    NoAccount,
    /// They have no address of e-mail of an admitted domain.
    Domain,
    /// Nobody can sign in with their account.
    NotActive,
    /// They are somebody else here already.
    OtherAccount,
    /// The account is somebody else's at the provider already.
    OtherIdentity,
}

/// The session at a provider that somebody signed in by.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSession {
    pub issuer: String,
    pub subject: String,
    /// The provider's name for its session (`sid`, OpenID Connect Front-Channel Logout section 3).
    pub id: Option<String>,
    /// As the provider wrote it.
    pub id_token: Option<String>,
}

impl std::fmt::Debug for ProviderSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSession").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// That an account is somebody's at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub created_at: DateTime<Utc>,
    /// When they signed in so last, or were connected.
    pub used_at: DateTime<Utc>,
}

/// A sign-in that has begun at a provider and comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The provider by its name in the configuration.
    pub provider: String,
    /// Where it leads to.
    pub next: String,
    /// Whose account is to be connected; `None`: whoever it is signs in.
    pub user: Option<PrincipalId>,
}
