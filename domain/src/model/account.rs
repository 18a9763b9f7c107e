//! People's accounts as they are stored.

use super::principal::{Caller, Principal};
use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub principal: Principal,
    pub is_admin: bool,
    pub preferences: Preferences,
}

/// How a person wants dates and times.
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

/// A new account; the password may come later through a one-time link.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub slug: String,
    pub display_name: String,
    pub email: Option<String>,
    pub is_admin: bool,
    pub preferences: Preferences,
}

/// An app password as listed: its secret is stored only as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    pub id: i64,
    pub label: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl User {
    /// The person through a page in a browser.
    pub fn on_a_page(&self) -> Caller {
        Caller::page(self.principal.id)
    }
}
