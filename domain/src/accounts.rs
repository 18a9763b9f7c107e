//! People: local accounts, sessions, app passwords.

use crate::access::{Principal, PrincipalId};
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub principal: Principal,
    pub is_admin: bool,
    pub preferences: Preferences,
}

/// How a person wants dates and times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// `None` until the person or their browser says; then pages use UTC.
    pub time_zone: Option<Tz>,
    /// BCP 47, such as `en-GB`; `None`: what the browser asks for.
    pub locale: Option<String>,
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

/// A secret that is shown to its owner once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Kalends {
    /// Whether any account exists; a new installation has none.
    pub async fn has_users(&self) -> Result<bool> {
        todo!()
    }

    /// Makes an account with one calendar in its home.
    pub async fn create_user(&self, user: NewUser) -> Result<User> {
        let _ = user;
        todo!()
    }

    pub async fn user(&self, id: PrincipalId) -> Result<User> {
        let _ = id;
        todo!()
    }

    pub async fn user_by_slug(&self, slug: &str) -> Result<User> {
        let _ = slug;
        todo!()
    }

    pub async fn set_preferences(&self, id: PrincipalId, preferences: Preferences) -> Result<()> {
        let _ = (id, preferences);
        todo!()
    }

    /// # Errors
    /// `BadInput` for a password shorter than 10 characters.
    pub async fn set_password(&self, id: PrincipalId, password: &str) -> Result<()> {
        let _ = (id, password);
        todo!()
    }

    /// A secret that lets its holder choose a password once, within a day.
    pub async fn create_sign_in_link(&self, id: PrincipalId) -> Result<Secret> {
        let _ = id;
        todo!()
    }

    /// The account that an unused link is for; the link stays usable.
    pub async fn sign_in_link_user(&self, secret: &str) -> Result<User> {
        let _ = secret;
        todo!()
    }

    /// Sets the password, uses the link up and opens a session.
    pub async fn redeem_sign_in_link(&self, secret: &str, password: &str) -> Result<Secret> {
        let _ = (secret, password);
        todo!()
    }

    /// Opens a session; takes the same time for an unknown name as for a wrong password.
    ///
    /// # Errors
    /// `BadCredentials`.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Secret> {
        let _ = (name, password);
        todo!()
    }

    /// The account of a session that is open.
    pub async fn session_user(&self, secret: &str) -> Result<User> {
        let _ = secret;
        todo!()
    }

    pub async fn sign_out(&self, secret: &str) -> Result<()> {
        let _ = secret;
        todo!()
    }

    pub async fn app_passwords(&self, id: PrincipalId) -> Result<Vec<AppPassword>> {
        let _ = id;
        todo!()
    }

    pub async fn create_app_password(&self, id: PrincipalId, label: &str) -> Result<(AppPassword, Secret)> {
        let _ = (id, label);
        todo!()
    }

    pub async fn revoke_app_password(&self, id: PrincipalId, app_password: i64) -> Result<()> {
        let _ = (id, app_password);
        todo!()
    }

    /// HTTP Basic for CalDAV clients: only app passwords, never the account's own.
    ///
    /// # Errors
    /// `BadCredentials`.
    pub async fn authenticate_client(&self, name: &str, secret: &str) -> Result<Principal> {
        let _ = (name, secret);
        todo!()
    }
}
