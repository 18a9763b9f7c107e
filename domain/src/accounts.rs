//! People: local accounts, sessions, app passwords.

pub(crate) mod hashing;
pub(crate) mod login_throttle;
mod secrets;
pub(crate) mod sign_in_counter;
pub(crate) mod verified;

use crate::access::{Caller, Principal, PrincipalId};
use crate::calendars::CalendarDetails;
pub use crate::model::account::{AppPassword, NewUser, Preferences, Theme, User};
use crate::{Error, Kalends, Problem, Result};
use chrono::{TimeDelta, Utc};
use login_throttle::LoginThrottle;
pub use sign_in_counter::SignIns;

/// Shortest password of an account, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Longest password of an account, in characters; hashing more only costs time.
pub const MAX_PASSWORD: usize = 200;
/// Names that no account gets: those that begin the other paths beside `/api/v1.0/caldav/{name}/`, and the one for all accounts.
pub const RESERVED_USER_NAMES: [&str; 3] = ["calendars", "principals", crate::sharing::EVERYONE];
const LINK_HOURS: i64 = 24;
const MAX_LABEL: usize = 100;
const MAX_DISPLAY_NAME: usize = 250;
/// "Last used" of an app password or a session is kept to this precision, so that reading does not turn into writing.
const TOUCH_MINUTES: i64 = 10;

/// A secret that is shown to its owner once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl NewUser {
    fn check(&self) -> Result<()> {
        let slug_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        if self.slug.is_empty()
            || self.slug.len() > 64
            || self.slug.starts_with('.')
            || !self.slug.chars().all(slug_char)
        {
            return Err(Error::bad_input("user name", Problem::UserName));
        }
        if RESERVED_USER_NAMES.contains(&self.slug.as_str()) {
            return Err(Error::bad_input("user name", Problem::Reserved(self.slug.clone())));
        }
        if self.display_name.trim().is_empty() || self.display_name.chars().count() > MAX_DISPLAY_NAME {
            return Err(Error::bad_input("display name", Problem::Length { least: 1, most: MAX_DISPLAY_NAME }));
        }
        if self.email.as_ref().is_some_and(|email| !email.contains('@') || email.contains(char::is_whitespace)) {
            return Err(Error::bad_input("e-mail", Problem::Email));
        }
        Ok(())
    }
}

fn check_password(password: &str) -> Result<()> {
    let length = password.chars().count();
    if (MIN_PASSWORD..=MAX_PASSWORD).contains(&length) {
        return Ok(());
    }
    Err(Error::bad_input("password", Problem::Length { least: MIN_PASSWORD, most: MAX_PASSWORD }))
}

impl Kalends {
    /// Whether any account exists; a new installation has none.
    pub async fn has_users(&self) -> Result<bool> {
        self.db.read().await?.has_users().await
    }

    /// Makes an account with one calendar in its home.
    ///
    /// # Errors
    /// `BadInput`, `AlreadyExists`.
    pub async fn create_user(&self, user: NewUser) -> Result<User> {
        user.check()?;
        let now = Utc::now();
        let mut tx = self.db.write().await?;
        let id = tx.insert_user(&user, now).await?.ok_or(Error::AlreadyExists("the user name"))?;
        tx.insert_calendar(id, "personal", &CalendarDetails::named("Personal", 0), now).await?;
        let user = tx.user(id).await?.ok_or(Error::NotFound("the account"))?;
        tx.commit().await?;
        Ok(user)
    }

    pub async fn user(&self, id: PrincipalId) -> Result<User> {
        self.db.read().await?.user(id).await?.ok_or(Error::NotFound("the account"))
    }

    pub async fn user_by_slug(&self, slug: &str) -> Result<User> {
        self.db.read().await?.user_by_slug(slug).await?.ok_or(Error::NotFound("the account"))
    }

    pub async fn set_preferences(&self, id: PrincipalId, preferences: Preferences) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.set_preferences(id, &preferences).await?;
        tx.commit().await
    }

    /// Whether the account's password has been chosen.
    pub async fn has_password(&self, id: PrincipalId) -> Result<bool> {
        Ok(self.db.read().await?.password_hash(id).await?.is_some())
    }

    /// Sets a new password and ends every session of the account.
    ///
    /// # Errors
    /// `BadInput` for a password that is too short or too long; `Busy`.
    pub async fn set_password(&self, id: PrincipalId, password: &str) -> Result<()> {
        check_password(password)?;
        let hash = self.hashing.hash_password(password).await?;
        let mut tx = self.db.write().await?;
        tx.set_password_hash(id, &hash).await?;
        tx.delete_sessions(id).await?;
        tx.commit().await
    }

    /// Sets a new password for someone who knows the old one, and opens a session in place of those that it ends.
    ///
    /// # Errors
    /// `BadCredentials` when `old` is wrong, `TooManyTries` when it was too often; `BadInput`; `Busy`.
    pub async fn change_password(&self, id: PrincipalId, old: &str, new: &str) -> Result<Secret> {
        let mut tx = self.db.read().await?;
        let user = tx.user(id).await?.ok_or(Error::NotFound("the account"))?;
        let hash = tx.password_hash(id).await?;
        drop(tx);
        self.verify_password(&user.principal.slug, old, hash).await?;
        self.set_password(id, new).await?;
        self.open_session(id).await
    }

    /// A secret that lets its holder choose a password once, within a day. Earlier links of the account end.
    pub async fn create_sign_in_link(&self, id: PrincipalId) -> Result<Secret> {
        let secret = secrets::random_token();
        let mut tx = self.db.write().await?;
        tx.delete_sign_in_links(id).await?;
        tx.insert_sign_in_link(&secrets::hash(&secret.0), id, Utc::now() + TimeDelta::hours(LINK_HOURS)).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The account that an unused link is for; the link stays usable.
    pub async fn sign_in_link_user(&self, secret: &str) -> Result<User> {
        let found = self.db.read().await?.sign_in_link_user(&secrets::hash(secret), Utc::now()).await?;
        found.ok_or(Error::NotFound("the link"))
    }

    /// Sets the password, uses the link up and opens a session.
    ///
    /// # Errors
    /// `NotFound` for a link that is unknown, used or expired; `BadInput` for the password, which leaves the link usable.
    pub async fn redeem_sign_in_link(&self, secret: &str, password: &str) -> Result<Secret> {
        check_password(password)?;
        let hash = self.hashing.hash_password(password).await?;
        let now = Utc::now();
        let mut tx = self.db.write().await?;
        // Of two uses of the same link one finds it.
        let user = tx.take_sign_in_link(&secrets::hash(secret), now).await?.ok_or(Error::NotFound("the link"))?;
        tx.delete_sign_in_links(user).await?;
        tx.set_password_hash(user, &hash).await?;
        tx.delete_sessions(user).await?;
        tx.commit().await?;
        self.open_session(user).await
    }

    /// Opens a session; takes the same time for an unknown name as for a wrong password.
    ///
    /// # Errors
    /// `BadCredentials`; `TooManyTries` after several wrong passwords, without looking at this one; `Busy`.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Secret> {
        let mut tx = self.db.read().await?;
        let name = name.trim().to_lowercase();
        let user = tx.user_by_slug(&name).await?;
        let hash = match &user {
            Some(user) => tx.password_hash(user.principal.id).await?,
            None => None,
        };
        drop(tx);
        self.verify_password(&name, password, hash).await?;
        self.open_session(user.ok_or(Error::BadCredentials)?.principal.id).await
    }

    /// How often a password of an account was tried.
    pub fn password_sign_ins(&self) -> SignIns {
        self.password_sign_ins.get()
    }

    /// How often an app password was tried; a client sends its own with every request.
    pub fn app_password_sign_ins(&self) -> SignIns {
        self.app_password_sign_ins.get()
    }

    /// Compares a password, unless there were too many wrong ones for this name.
    async fn verify_password(&self, name: &str, password: &str, hash: Option<String>) -> Result<()> {
        // A try that finds no room is none: it must not count as a wrong one.
        let room = self.hashing.room().await?;
        let throttle = LoginThrottle(&self.db);
        if let Err(error) = throttle.begin(name).await {
            self.password_sign_ins.add(false);
            return Err(error);
        }
        let is_good = room.verify_password(password, hash).await;
        self.password_sign_ins.add(is_good);
        if !is_good {
            return Err(Error::BadCredentials);
        }
        throttle.release(name).await
    }

    async fn open_session(&self, id: PrincipalId) -> Result<Secret> {
        let secret = secrets::random_token();
        let now = Utc::now();
        let mut tx = self.db.write().await?;
        tx.insert_session(&secrets::hash(&secret.0), id, now, now + self.limits.session_life).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The account of a session that is open, which counts as a use of it.
    ///
    /// # Errors
    /// `BadCredentials` for a session that is unknown or over: too old, or not used for too long (see [`crate::Limits`]).
    pub async fn session_user(&self, secret: &str) -> Result<User> {
        let (hash, now) = (secrets::hash(secret), Utc::now());
        let found = self.db.once().await?.session_user(&hash, now, now - self.limits.session_idle).await?;
        let (user, used_at) = found.ok_or(Error::BadCredentials)?;
        if now - used_at > TimeDelta::minutes(TOUCH_MINUTES).min(self.limits.session_idle / 4) {
            let mut tx = self.db.write().await?;
            tx.touch_session(&hash, now).await?;
            tx.commit().await?;
        }
        Ok(user)
    }

    /// Whether a session is open, which does not count as a use of it.
    ///
    /// # Errors
    /// `BadCredentials` for a session that is unknown or over.
    pub async fn check_session(&self, secret: &str) -> Result<()> {
        let (hash, now) = (secrets::hash(secret), Utc::now());
        let found = self.db.once().await?.session_user(&hash, now, now - self.limits.session_idle).await?;
        found.map(drop).ok_or(Error::BadCredentials)
    }

    pub async fn sign_out(&self, secret: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.delete_session(&secrets::hash(secret)).await?;
        tx.commit().await
    }

    /// The oldest first.
    pub async fn app_passwords(&self, id: PrincipalId) -> Result<Vec<AppPassword>> {
        self.db.read().await?.app_passwords(id).await
    }

    /// # Errors
    /// `BadInput` for an empty or overlong label.
    pub async fn create_app_password(&self, id: PrincipalId, label: &str) -> Result<(AppPassword, Secret)> {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > MAX_LABEL {
            return Err(Error::bad_input("label", Problem::Length { least: 1, most: MAX_LABEL }));
        }
        let secret = secrets::random_app_password();
        let now = Utc::now();
        let mut tx = self.db.write().await?;
        let new_id = tx.insert_app_password(id, label, &secrets::hash(&secret.0), now).await?;
        tx.commit().await?;
        Ok((AppPassword { id: new_id, label: label.to_owned(), created_at: now, last_used_at: None }, secret))
    }

    /// # Errors
    /// `NotFound` for one that is not there or not of this account.
    pub async fn revoke_app_password(&self, id: PrincipalId, app_password: i64) -> Result<()> {
        let mut tx = self.db.write().await?;
        if !tx.delete_app_password(id, app_password).await? {
            return Err(Error::NotFound("the app password"));
        }
        tx.tell_revoked().await?;
        tx.commit().await?;
        self.verified.forget_all();
        Ok(())
    }

    /// HTTP Basic for CalDAV clients: only app passwords, never the account's own.
    ///
    /// # Errors
    /// `BadCredentials`.
    pub async fn authenticate_client(&self, name: &str, secret: &str) -> Result<(Principal, Caller)> {
        let name = name.trim().to_lowercase();
        let secret = secrets::normal_app_password(secret);
        let (principal, app_password) = match self.verified.get(&name, &secret) {
            Some(known) => known,
            None => {
                let asked = self.verified.begin();
                let found = self.db.once().await?.app_password_owner(&name, &secrets::hash(&secret)).await?;
                let Some(found) = found else {
                    self.app_password_sign_ins.add(false);
                    return Err(Error::BadCredentials);
                };
                self.verified.insert(&name, &secret, &found, asked);
                found
            }
        };
        self.app_password_sign_ins.add(true);
        let now = Utc::now();
        if app_password.last_used_at.is_none_or(|used| now - used > TimeDelta::minutes(TOUCH_MINUTES)) {
            let mut tx = self.db.write().await?;
            tx.touch_app_password(app_password.id, now).await?;
            tx.commit().await?;
            self.verified.forget(&name, &secret);
        }
        let caller = Caller::app_password(principal.id, app_password.id);
        Ok((principal, caller))
    }
}
