//! Local accounts: their passwords, and the links by which one is chosen.

pub(crate) mod addresses;
pub(crate) mod credentials;
pub(crate) mod hashing;
mod login_flows;
pub(crate) mod login_throttle;
mod own;
mod picture;
mod profile;
mod sealed;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod sign_in_counter;
pub(crate) mod verified;

use crate::access::PrincipalId;
use crate::calendars::CalendarDetails;
pub use crate::model::account::{
    AccountState, AppPassword, CredentialKind, EmailAddress, LoginFlow, NewAppPassword, NewUser, Origin, Person,
    Preferences, Session, SessionId, Theme, User,
};
pub use crate::model::profile::{DAY_MINUTES, DefaultView, Picture, WorkingHours, WorkingTime};
use crate::retry::retry;
use crate::{Error, Existing, Kalends, Missing, Problem, Result};
pub use addresses::MAX_ADDRESSES;
use chrono::{TimeDelta, Utc};
pub use credentials::MAX_APP_PASSWORDS;
pub use login_flows::{LOGIN_FLOW_LIFE, LetIn, LoginFlowSecrets};
use login_throttle::LoginThrottle;
pub use picture::MAX_PICTURE_OCTETS;
pub use profile::{MAX_REMINDER_MINUTES, ProfilePatch};
pub use sessions::{Sessions, SignedIn};
pub use sign_in_counter::SignIns;

/// Shortest password of an account, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Longest password of an account, in characters; hashing more only costs time.
pub const MAX_PASSWORD: usize = 200;
/// Names that no account gets: those that begin the other paths beside `/api/v1.0/caldav/{name}/`, and the one for all accounts.
pub const RESERVED_USER_NAMES: [&str; 3] = ["calendars", "principals", crate::sharing::EVERYONE];
/// What every token begins with.
pub const TOKEN_PREFIX: &str = "kalends_";
const LINK_HOURS: i64 = 24;
const MAX_DISPLAY_NAME: usize = 250;
/// Longest address of e-mail, in octets (RFC 5321 section 4.5.3.1.3).
const MAX_EMAIL: usize = 254;
/// "Last used" of a credential is kept to this precision, so that reading does not turn into writing.
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
    /// # Errors
    /// `BadInput`
    fn check(&self) -> Result<()> {
        if !is_user_name(&self.slug) {
            return Err(Error::bad_input("user name", Problem::UserName));
        }
        if RESERVED_USER_NAMES.contains(&self.slug.as_str()) {
            return Err(Error::bad_input("user name", Problem::Reserved(self.slug.clone())));
        }
        check_profile(&self.display_name, self.email.as_deref())
    }
}

/// Whether an account can be called so.
pub(crate) fn is_user_name(name: &str) -> bool {
    let slug_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && name.len() <= 64 && !name.starts_with('.') && name.chars().all(slug_char)
}

/// # Errors
/// `BadInput`
pub(crate) fn check_profile(display_name: &str, email: Option<&str>) -> Result<()> {
    let is_name = !display_name.trim().is_empty()
        && display_name.chars().count() <= MAX_DISPLAY_NAME
        && !display_name.chars().any(char::is_control);
    if !is_name {
        return Err(Error::bad_input("display name", Problem::Name { least: 1, most: MAX_DISPLAY_NAME }));
    }
    let is_address =
        |email: &str| email.contains('@') && !email.contains(|c: char| c.is_whitespace() || c.is_control());
    match email {
        Some(email) if email.len() > MAX_EMAIL || !is_address(email) => Err(Error::bad_input("e-mail", Problem::Email)),
        _ => Ok(()),
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
        retry(async || {
            let mut tx = self.db.write().await?;
            let id = tx.insert_user(&user, now).await?.ok_or(Error::AlreadyExists(Existing::UserName))?;
            tx.insert_calendar(id, "personal", &CalendarDetails::named("Personal", 0), now).await?;
            let user = tx.user(id).await?.ok_or(Error::NotFound(Missing::Account))?;
            tx.commit().await?;
            Ok(user)
        })
        .await
    }

    pub async fn user(&self, id: PrincipalId) -> Result<User> {
        self.db.read().await?.user(id).await?.ok_or(Error::NotFound(Missing::Account))
    }

    pub async fn user_by_slug(&self, slug: &str) -> Result<User> {
        self.db.read().await?.user_by_slug(slug).await?.ok_or(Error::NotFound(Missing::Account))
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
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_password_hash(id, &hash).await?;
            tx.delete_sessions(id).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }

    /// Sets a new password for someone who knows the old one, and opens a session in place of those that it ends.
    ///
    /// # Errors
    /// `BadCredentials` when `old` is wrong, `TooManyTries` when it was too often; `BadInput`; `Busy`.
    pub async fn change_password(&self, id: PrincipalId, old: &str, new: &str, origin: &Origin) -> Result<SignedIn> {
        let mut tx = self.db.read().await?;
        let user = tx.user(id).await?.ok_or(Error::NotFound(Missing::Account))?;
        let hash = tx.password_hash(id).await?;
        drop(tx);
        self.verify_password(&user.principal.slug, old, hash, origin).await?;
        self.set_password(id, new).await?;
        self.open_session(id, origin).await
    }

    /// A secret that lets its holder choose a password once, within a day. Earlier links of the account end.
    pub async fn create_sign_in_link(&self, id: PrincipalId) -> Result<Secret> {
        let secret = secrets::random_token();
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.delete_sign_in_links(id).await?;
            tx.insert_sign_in_link(&secrets::hash(&secret.0), id, Utc::now() + TimeDelta::hours(LINK_HOURS)).await?;
            tx.commit().await
        })
        .await?;
        Ok(secret)
    }

    /// The account that an unused link is for; the link stays usable.
    pub async fn sign_in_link_user(&self, secret: &str) -> Result<User> {
        let found = self.db.read().await?.sign_in_link_user(&secrets::hash(secret), Utc::now()).await?;
        found.ok_or(Error::NotFound(Missing::Link))
    }

    /// Sets the password, uses the link up and opens a session.
    ///
    /// # Errors
    /// `NotFound` for a link that is unknown, used or expired; `BadInput` for the password, which leaves the link usable.
    pub async fn redeem_sign_in_link(&self, secret: &str, password: &str, origin: &Origin) -> Result<SignedIn> {
        check_password(password)?;
        let hash = self.hashing.hash_password(password).await?;
        let now = Utc::now();
        let user = retry(async || {
            let mut tx = self.db.write().await?;
            // Of two uses of the same link one finds it.
            let user =
                tx.take_sign_in_link(&secrets::hash(secret), now).await?.ok_or(Error::NotFound(Missing::Link))?;
            tx.delete_sign_in_links(user).await?;
            tx.set_password_hash(user, &hash).await?;
            tx.delete_sessions(user).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            Ok(user)
        })
        .await?;
        self.verified.forget_all();
        self.open_session(user, origin).await
    }

    /// Opens a session; takes the same time for a name without an account, or with one that nobody can sign in with, as for a wrong
    /// password.
    ///
    /// # Errors
    /// `BadCredentials`; `TooManyTries` after several wrong passwords, without looking at this one; `Busy`; `BadInput` where nobody signs
    /// in with a password.
    pub async fn sign_in(&self, name: &str, password: &str, origin: &Origin) -> Result<SignedIn> {
        if !self.limits.password_sign_in {
            return Err(Error::bad_input("password", Problem::PasswordsOff));
        }
        let mut tx = self.db.read().await?;
        let name = name.trim().to_lowercase();
        let user = tx.user_by_slug(&name).await?.filter(|user| user.state == AccountState::Active);
        let hash = match &user {
            Some(user) => tx.password_hash(user.principal.id).await?,
            None => None,
        };
        drop(tx);
        self.verify_password(&name, password, hash, origin).await?;
        self.open_session(user.ok_or(Error::BadCredentials)?.principal.id, origin).await
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
    async fn verify_password(&self, name: &str, password: &str, hash: Option<String>, origin: &Origin) -> Result<()> {
        // A try that finds no room is none: it must not count as a wrong one.
        let room = self.hashing.room().await?;
        let throttle = LoginThrottle::new(&self.db, name, origin).await?;
        if let Err(error) = throttle.begin().await {
            self.password_sign_ins.add(false);
            return Err(error);
        }
        let is_good = room.verify_password(password, hash).await;
        self.password_sign_ins.add(is_good);
        if !is_good {
            return Err(Error::BadCredentials);
        }
        throttle.release().await
    }
}
