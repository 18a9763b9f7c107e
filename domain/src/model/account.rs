//! People's accounts as they are stored.

use super::calendar_id::CalendarId;
use super::principal::{Access, Caller, Principal};
use super::profile::{DefaultView, WorkingHours};
use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;
use std::net::IpAddr;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub principal: Principal,
    pub is_admin: bool,
    pub state: AccountState,
    pub preferences: Preferences,
    /// By what their picture is told from earlier ones: the first octets of its SHA-256; `None`: they have none.
    pub picture: Option<[u8; 16]>,
}

/// Whether somebody can sign in with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    Active,
    /// Not since then. The calendars stay.
    Disabled(DateTime<Utc>),
    /// It rests in the bin since then.
    Deleted(DateTime<Utc>),
}

/// How a person wants dates, times and the agenda.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `None` until the person or their browser says; then pages use UTC.
    pub time_zone: Option<Tz>,
    /// BCP 47, such as `en-GB`; `None`: what the browser asks for.
    pub locale: Option<String>,
    /// `None`: as in the locale.
    pub week_start: Option<Weekday>,
    /// Times as `3:30 PM` rather than `15:30`; `None`: as in the locale.
    pub hour12: Option<bool>,
    /// `None`: as in the browser.
    pub theme: Option<Theme>,
    /// The view that the agenda begins with; `None`: the one that was used last in the browser.
    pub view: Option<DefaultView>,
    /// How long before a new event with a time its reminder is, in minutes; `None`: new events have none.
    pub reminder_minutes: Option<u32>,
    /// `None`: not said.
    pub working_hours: Option<WorkingHours>,
}

/// Colours of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.name() == name)
    }
}

/// An account as those see it who look after accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: User,
    pub created_at: DateTime<Utc>,
    /// Whether the password has been chosen.
    pub has_password: bool,
    /// When somebody was there with it last, in a browser or another program, as far as that is known.
    pub seen_at: Option<DateTime<Utc>>,
    /// Their own calendars, without those that rest in the bin,
    pub calendars: u64,
    /// and how many objects are in them.
    pub objects: u64,
}

/// An address of e-mail that somebody says is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    /// As it was written.
    pub address: String,
    /// Whether it was shown to be theirs; by others nobody is found.
    pub is_verified: bool,
    /// Whether it is the one that is shown of them.
    pub is_main: bool,
    /// The provider by whose word it is theirs.
    pub issuer: Option<String>,
}

/// A new account; the password may come later through a one-time link.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub slug: String,
    pub display_name: String,
    pub email: Option<String>,
    pub is_admin: bool,
    pub preferences: Preferences,
}

/// How a program presents its credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialKind {
    /// With the name of the account (HTTP Basic, RFC 7617), as CalDAV clients do.
    #[default]
    AppPassword,
    /// Alone (bearer token, RFC 6750).
    Token,
}

impl CredentialKind {
    pub fn name(self) -> &'static str {
        match self {
            CredentialKind::AppPassword => "app-password",
            CredentialKind::Token => "token",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [CredentialKind::AppPassword, CredentialKind::Token].into_iter().find(|kind| kind.name() == name)
    }
}

/// An app password or a token as listed: its secret is stored only as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    pub id: i64,
    pub kind: CredentialKind,
    pub label: String,
    /// The most that it may be used for, whatever its owner may do.
    pub ceiling: Access,
    /// The one calendar that it is for; `None`: all.
    pub only: Option<CalendarId>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// It is refused from then on; `None`: it has no end.
    pub expires_at: Option<DateTime<Utc>>,
}

impl AppPassword {
    /// Whether nothing can be changed with it.
    pub fn reads_only(&self) -> bool {
        !self.ceiling.may_write()
    }

    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// An app password or a token to make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAppPassword {
    pub kind: CredentialKind,
    pub label: String,
    /// Nothing can be changed with it.
    pub reads_only: bool,
    /// The one calendar that it is for; `None`: all.
    pub only: Option<CalendarId>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl From<&str> for NewAppPassword {
    /// An app password for all that its owner may do.
    fn from(label: &str) -> Self {
        NewAppPassword { label: label.to_owned(), ..NewAppPassword::default() }
    }
}

impl From<&String> for NewAppPassword {
    fn from(label: &String) -> Self {
        label.as_str().into()
    }
}

/// A program that asks to be let in (Nextcloud's login flow, version 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginFlow {
    /// What it calls itself (RFC 9110 section 10.1.5).
    pub client: String,
    /// Where it asked from, as far as that is known.
    pub address: Option<String>,
    pub expires_at: DateTime<Utc>,
    /// Whether somebody has let it in; it has not fetched its app password yet.
    pub is_granted: bool,
}

/// Where somebody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where the request comes from, as far as that is known.
    pub address: Option<IpAddr>,
    /// What the browser calls itself (RFC 9110 section 10.1.5).
    pub user_agent: Option<String>,
    /// The secret of the device, which an earlier sign-in in it yielded.
    pub device: Option<String>,
}

/// An open session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    /// To within some minutes.
    pub used_at: DateTime<Utc>,
    pub user_agent: Option<String>,
    /// Where it was opened from.
    pub address: Option<String>,
}

/// Names a session to its owner: what its secret is stored as, which says nothing of it. Its text is hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionId(pub [u8; 32]);

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl std::str::FromStr for SessionId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut id = [0; 32];
        if text.len() != 64 || !text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
            return Err(());
        }
        for (octet, digits) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(drop)?;
            *octet = u8::from_str_radix(digits, 16).map_err(drop)?;
        }
        Ok(SessionId(id))
    }
}

impl User {
    /// Whether somebody can sign in with the account.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }

    /// The person through a page in a browser.
    pub fn on_a_page(&self) -> Caller {
        Caller::page(self.principal.id)
    }
}
