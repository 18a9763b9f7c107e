//! What a person says of themselves: name, address of e-mail, picture.

use super::addresses::choose_main;
use super::{EmailAddress, Picture, Preferences, User, check_profile, picture};
use crate::access::{self, Caller};
use crate::retry::retry;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Missing, Problem, Result};
use tokio::sync::Semaphore;

/// Longest time between a reminder and its event that can be the default: four weeks.
pub const MAX_REMINDER_MINUTES: u32 = 28 * 24 * 60;
/// The right to decode a picture, which takes much memory: one at a time has it.
static DECODING: Semaphore = Semaphore::const_new(1);

/// A change to one's profile. `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    pub display_name: Option<String>,
    /// The address that is shown. One that was not shown to be theirs is kept beside it until it is.
    pub email: Option<Option<String>>,
    pub preferences: Option<Preferences>,
}

impl Kalends {
    /// Changes what the caller says of themselves to what `change` makes of it; all of it or nothing, with nobody coming between.
    ///
    /// # Errors
    /// `BadInput`; `AlreadyExists` for the address of somebody else; `Forbidden`; those of `change`.
    pub async fn change_profile(&self, caller: Caller, change: impl Fn(&User) -> Result<ProfilePatch>) -> Result<User> {
        self.change_profile_if(caller, |user, _| change(user)).await
    }

    /// [`Kalends::change_profile`], where `change` is told the caller's addresses as well.
    ///
    /// # Errors
    /// Those of [`Kalends::change_profile`].
    pub async fn change_profile_if(
        &self,
        caller: Caller,
        change: impl Fn(&User, Vec<EmailAddress>) -> Result<ProfilePatch>,
    ) -> Result<User> {
        access::require_own(caller)?;
        let id = caller.principal;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.lock_home(id).await?;
            let mut user = tx.user(id).await?.ok_or(Error::NotFound(Missing::Account))?;
            let addresses = tx.email_addresses(id).await?;
            let patch = change(&user, addresses)?;
            let name = patch.display_name.unwrap_or_else(|| user.principal.display_name.clone()).trim().to_owned();
            let email = patch.email.unwrap_or_else(|| user.principal.email.clone());
            let is_other = name != user.principal.display_name || email != user.principal.email;
            if is_other {
                check_profile(&name, email.as_deref())?;
                let email = match email == user.principal.email {
                    true => email,
                    // By its address somebody is found and invited: it has to be theirs.
                    false => choose_main(&mut tx, &user, email.as_deref()).await?,
                };
                tx.set_profile(id, &name, user.is_admin).await?;
                (user.principal.display_name, user.principal.email) = (name, email);
                // Programs are told who they are without the database being asked.
                tx.tell_revoked().await?;
            }
            if let Some(preferences) = patch.preferences {
                if preferences.reminder_minutes.is_some_and(|minutes| minutes > MAX_REMINDER_MINUTES) {
                    return Err(Error::bad_input("reminder", Problem::TooEarly { most: MAX_REMINDER_MINUTES }));
                }
                tx.set_preferences(id, &preferences).await?;
                let of_reminders = |of: &Preferences| (of.time_zone, of.reminder_minutes);
                if of_reminders(&preferences) != of_reminders(&user.preferences) {
                    tx.mark_person_stale(id).await?;
                }
                user.preferences = preferences;
            }
            tx.commit().await?;
            if is_other {
                self.verified.forget_all();
            }
            Ok(user)
        })
        .await
    }

    /// Takes a picture of the caller: PNG, JPEG or WebP, whatever it is called. It is decoded and written anew, square and of one size, so
    /// that nothing of what was sent is served but what can be seen.
    ///
    /// # Errors
    /// `BadInput` for what is none of these, broken, or too large; `Forbidden`
    pub async fn set_picture(&self, caller: Caller, content: Vec<u8>) -> Result<Picture> {
        access::require_own(caller)?;
        let turn = DECODING.acquire().await.map_err(|error| Error::Internal(error.into()))?;
        let made = on_a_thread(move || picture::make_safe(&content)).await?;
        drop(turn);
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_picture(caller.principal, &made).await?;
            tx.commit().await
        })
        .await?;
        Ok(made)
    }

    /// # Errors
    /// `Forbidden`
    pub async fn remove_picture(&self, caller: Caller) -> Result<()> {
        access::require_own(caller)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.delete_picture(caller.principal).await?;
            tx.commit().await
        })
        .await
    }

    /// The picture of somebody who can sign in, for everybody who can.
    ///
    /// # Errors
    /// `NotFound` where there is no such person, or no picture of them; `Forbidden` for what is not for all that its owner may do.
    pub async fn picture(&self, caller: Caller, slug: &str) -> Result<Picture> {
        access::require_own(caller)?;
        self.db.once().await?.picture_of(slug).await?.ok_or(Error::NotFound(Missing::Picture))
    }

    /// Those of the accounts named `slugs` that have a picture, with what it is told from earlier ones by.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn pictures_among(&self, slugs: &[String]) -> Result<Vec<(String, [u8; 16])>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.db.once().await?.pictures_among(slugs).await
    }
}
