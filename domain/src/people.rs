//! People as administrators look after them: who there is, inviting, changing, and keeping out.

mod deletion;
mod take_out;

use crate::access::{self, Caller, PrincipalId};
use crate::accounts::{AccountState, NewUser, Secret, check_profile};
pub use crate::accounts::{Person, User};
use crate::retry::retry;
use crate::store::Transaction;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::Utc;
pub use deletion::{HandedOver, Inheritance};
pub use take_out::{Around, TakeOut};

/// Most people that are listed at once.
pub const MAX_LISTED: usize = 50;
/// Longest text that is searched for, in characters.
const MAX_SEARCH: usize = 100;

/// Who looks after the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administrator {
    /// An administrator on a page.
    Person(Caller),
    /// Whoever runs commands on the server's own machine.
    Operator,
}

impl Administrator {
    /// For whoever is none there is nobody to look after.
    ///
    /// # Errors
    /// `NotFound`
    pub(crate) async fn check(self, tx: &mut Transaction) -> Result<()> {
        let Administrator::Person(caller) = self else { return Ok(()) };
        let is_on_a_page = access::require_at_a_page(caller).is_ok();
        match tx.user(caller.principal).await? {
            Some(user) if is_on_a_page && user.is_admin && user.state == AccountState::Active => Ok(()),
            _ => Err(NOT_THERE),
        }
    }

    /// As whom what is done to the account `of` is logged.
    pub(crate) fn caller(self, of: PrincipalId) -> Caller {
        match self {
            Administrator::Person(caller) => caller,
            Administrator::Operator => Caller::command(of),
        }
    }
}

const NOT_THERE: Error = Error::NotFound(Missing::Account);

/// Some of the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    pub people: Vec<Person>,
    /// There are more after these.
    pub more: bool,
}

/// A change to an account. `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonPatch {
    pub display_name: Option<String>,
    /// The address that is shown in the place of the one that was; it is theirs by the word of whoever says so.
    pub email: Option<Option<String>>,
    pub is_admin: Option<bool>,
}

impl Kalends {
    /// Those whose user name, name or e-mail have `search` in them, in the order of their names, in pieces of [`MAX_LISTED`] from 0.
    ///
    /// # Errors
    /// `NotFound` for whoever is no administrator.
    pub async fn people(&self, by: Administrator, search: &str, piece: usize) -> Result<People> {
        let search: String = search.trim().chars().take(MAX_SEARCH).collect();
        let mut tx = self.db.read().await?;
        by.check(&mut tx).await?;
        let mut people = tx.people(&search, (piece.saturating_mul(MAX_LISTED), MAX_LISTED + 1)).await?;
        let more = people.len() > MAX_LISTED;
        people.truncate(MAX_LISTED);
        Ok(People { people, more })
    }

    /// # Errors
    /// `NotFound`
    pub async fn person(&self, by: Administrator, id: PrincipalId) -> Result<Person> {
        let mut tx = self.db.read().await?;
        by.check(&mut tx).await?;
        tx.person(id).await?.ok_or(NOT_THERE)
    }

    /// Makes an account, with a link by which its owner chooses the password within a day.
    ///
    /// # Errors
    /// `BadInput`, `AlreadyExists`; `NotFound` for whoever is no administrator.
    pub async fn invite(&self, by: Administrator, user: NewUser) -> Result<(User, Secret)> {
        by.check(&mut self.db.read().await?).await?;
        let user = self.create_user(user).await?;
        let link = self.create_sign_in_link(user.principal.id).await?;
        Ok((user, link))
    }

    /// A link by which the owner of an account chooses a new password within a day; earlier ones end, the password holds until then.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` for an account that nobody can sign in with.
    pub async fn new_link(&self, by: Administrator, id: PrincipalId) -> Result<Secret> {
        let mut tx = self.db.read().await?;
        by.check(&mut tx).await?;
        let user = tx.user(id).await?.ok_or(NOT_THERE)?;
        drop(tx);
        if user.state != AccountState::Active {
            return Err(Error::bad_input("account", Problem::NotActive));
        }
        self.create_sign_in_link(id).await
    }

    /// Changes an account; all of `patch` or nothing.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` also for taking the role from the last administrator.
    pub async fn change_person(&self, by: Administrator, id: PrincipalId, patch: PersonPatch) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            by.check(&mut tx).await?;
            let user = tx.user(id).await?.ok_or(NOT_THERE)?;
            let display_name = patch.display_name.clone().unwrap_or(user.principal.display_name);
            let before = user.principal.email;
            let email = patch.email.clone().unwrap_or_else(|| before.clone());
            let is_admin = patch.is_admin.unwrap_or(user.is_admin);
            check_profile(&display_name, email.as_deref())?;
            if email != before {
                if let Some(before) = &before {
                    tx.delete_email_address(id, before).await?;
                }
                if let Some(email) = &email {
                    tx.put_email_address(id, email, None, true, Utc::now()).await?;
                }
                tx.set_main_email(id, email.as_deref()).await?;
            }
            if !is_admin {
                keep_an_administrator(&mut tx, id).await?;
            }
            tx.set_profile(id, display_name.trim(), is_admin).await?;
            // Programs are told who they are without the database being asked.
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }

    /// Has nobody sign in with the account any more, or lets them again. What is open with it ends at once: sessions and links for good,
    /// app passwords and tokens until it is enabled again. Its calendars stay.
    ///
    /// # Errors
    /// `NotFound`, also for an account that rests in the bin; `BadInput` for the last administrator.
    pub async fn set_enabled(&self, by: Administrator, id: PrincipalId, is_enabled: bool) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            by.check(&mut tx).await?;
            let user = tx.user(id).await?.ok_or(NOT_THERE)?;
            match (user.state, is_enabled) {
                (AccountState::Deleted(_), _) => return Err(NOT_THERE),
                (AccountState::Active, true) | (AccountState::Disabled(_), false) => return Ok(()),
                (AccountState::Disabled(_), true) => {
                    tx.set_disabled(id, None).await?;
                    tx.mark_person_stale(id).await?;
                }
                (AccountState::Active, false) => {
                    keep_an_administrator(&mut tx, id).await?;
                    tx.set_disabled(id, Some(Utc::now())).await?;
                    keep_out(&mut tx, id).await?;
                }
            }
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }
}

/// Refuses what would leave nobody to look after the accounts: `id` is about to be none who does.
///
/// # Errors
/// `BadInput`
pub(crate) async fn keep_an_administrator(tx: &mut Transaction, id: PrincipalId) -> Result<()> {
    match tx.lock_administrators().await?[..] {
        [last] if last == id => Err(Error::bad_input("account", Problem::LastAdministrator)),
        _ => Ok(()),
    }
}

/// Ends what is open with an account, on every node once this is committed.
async fn keep_out(tx: &mut Transaction, id: PrincipalId) -> Result<()> {
    tx.delete_sessions(id).await?;
    tx.delete_sign_in_links(id).await?;
    tx.delete_login_flows(id).await?;
    tx.tell_revoked().await
}
