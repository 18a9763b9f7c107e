//! The addresses of e-mail of a person. One that they enter is theirs once it was shown to be: by the word of an administrator, of a
//! provider of sign-in, or by a link that came to that address. Until then nobody is found by it.

use super::{EmailAddress, LINK_HOURS, Secret, User, check_profile, secrets};
use crate::access::{self, Caller, PrincipalId};
use crate::jobs::JobKind;
use crate::outgoing_mail::{IfLost, Letter};
use crate::people::Administrator;
use crate::retry::retry;
use crate::store::Transaction;
use crate::{Error, Existing, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};

/// Most addresses of one person.
pub const MAX_ADDRESSES: usize = 20;
/// Most letters by which somebody shows within a day that addresses are theirs.
const MAX_PROOFS_A_DAY: u64 = 20;

const NOT_THERE: Error = Error::NotFound(Missing::EmailAddress);
const NO_ACCOUNT: Error = Error::NotFound(Missing::Account);

/// Somebody says that an address is theirs.
///
/// # Errors
/// `BadInput`; `AlreadyExists` for one that somebody else has shown to be theirs; `QuotaExceeded`.
pub(crate) async fn claim(tx: &mut Transaction, id: PrincipalId, address: &str, is_verified: bool) -> Result<()> {
    check_profile("x", Some(address))?;
    // Of two who claim it at once one is told.
    tx.lock_email(address).await?;
    if tx.has_email(&address.to_lowercase(), id).await? {
        return Err(Error::AlreadyExists(Existing::EmailAddress));
    }
    let is_known = tx.email_addresses(id).await?.iter().any(|known| is_same(&known.address, address));
    if !is_known && tx.count_email_addresses(id).await? >= MAX_ADDRESSES as u64 {
        return Err(Error::QuotaExceeded { limit: MAX_ADDRESSES as u64, unit: "e-mail addresses" });
    }
    tx.put_email_address(id, address, None, is_verified, Utc::now()).await
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Has `address` be what is shown of somebody, who has shown it to be theirs; of one that was not, nothing is shown.
///
/// # Errors
/// Those of [`claim`].
pub(crate) async fn choose_main(tx: &mut Transaction, user: &User, address: Option<&str>) -> Result<Option<String>> {
    let id = user.principal.id;
    let Some(address) = address.map(str::trim) else {
        if let Some(main) = &user.principal.email {
            tx.delete_email_address(id, main).await?;
        }
        tx.set_main_email(id, None).await?;
        return Ok(None);
    };
    // Those who look after the accounts give their word for themselves too.
    claim(tx, id, address, user.is_admin).await?;
    let is_theirs = |known: &EmailAddress| known.is_verified && is_same(&known.address, address);
    if tx.email_addresses(id).await?.iter().any(is_theirs) {
        tx.set_main_email(id, Some(address)).await?;
        return Ok(Some(address.to_owned()));
    }
    Ok(user.principal.email.clone())
}

/// Takes an address from somebody; where it was the one that is shown, another that is theirs is.
async fn remove(tx: &mut Transaction, user: &User, address: &str) -> Result<()> {
    let id = user.principal.id;
    if !tx.delete_email_address(id, address).await? {
        return Err(NOT_THERE);
    }
    if user.principal.email.as_deref().is_some_and(|main| is_same(main, address)) {
        let left = tx.email_addresses(id).await?;
        let next = left.iter().find(|known| known.is_verified).map(|known| known.address.as_str());
        tx.set_main_email(id, next).await?;
    }
    Ok(())
}

/// An address is somebody's from now on; where they had none, it is the one that is shown.
async fn verify(tx: &mut Transaction, user: &User, address: &str) -> Result<()> {
    claim(tx, user.principal.id, address, true).await?;
    if user.principal.email.is_none() {
        tx.set_main_email(user.principal.id, Some(address)).await?;
    }
    Ok(())
}

/// Has an address of somebody, which is theirs, be the one that is shown.
async fn show(tx: &mut Transaction, id: PrincipalId, address: &str) -> Result<()> {
    let all = tx.email_addresses(id).await?;
    let found = all.iter().find(|known| is_same(&known.address, address)).ok_or(NOT_THERE)?;
    if !found.is_verified {
        return Err(Error::bad_input("e-mail", Problem::NotVerified));
    }
    tx.set_main_email(id, Some(&found.address)).await
}

/// What becomes of an address.
#[derive(Clone, Copy)]
enum Change {
    Add,
    Verify,
    Remove,
    Main,
}

impl Kalends {
    /// The caller's addresses: the one that is shown, those that are theirs, and those that were not shown to be.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn own_addresses(&self, caller: Caller) -> Result<Vec<EmailAddress>> {
        self.db.once().await?.email_addresses(caller.principal).await
    }

    /// The addresses that the caller, or somebody for whom they act, has shown to be theirs; of others none.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn verified_addresses(&self, caller: Caller, person: PrincipalId) -> Result<Vec<String>> {
        let mut tx = self.db.read().await?;
        let acts_for = |all: Vec<crate::delegates::Delegation>| all.iter().any(|acting| acting.with.id == person);
        if person != caller.principal && !acts_for(tx.delegating(caller.principal).await?) {
            return Ok(Vec::new());
        }
        let all = tx.email_addresses(person).await?.into_iter();
        Ok(all.filter(|known| known.is_verified).map(|known| known.address).collect())
    }

    /// The caller says that an address is theirs. Who looks after the accounts is believed.
    ///
    /// # Errors
    /// `BadInput`; `AlreadyExists` for one that is somebody else's; `QuotaExceeded`; `Forbidden`
    pub async fn add_address(&self, caller: Caller, address: &str) -> Result<()> {
        self.change_own(caller, Change::Add, address).await
    }

    /// # Errors
    /// `NotFound` for what is none of theirs; `Forbidden`
    pub async fn remove_address(&self, caller: Caller, address: &str) -> Result<()> {
        self.change_own(caller, Change::Remove, address).await
    }

    /// Has an address of the caller's, which is theirs, be the one that is shown.
    ///
    /// # Errors
    /// `NotFound` for what is none of theirs; `BadInput` (e-mail) for one that was not shown to be; `Forbidden`
    pub async fn make_main_address(&self, caller: Caller, address: &str) -> Result<()> {
        self.change_own(caller, Change::Main, address).await
    }

    /// Takes a link that came to an address as the proof that it is the caller's. Yields the address.
    ///
    /// # Errors
    /// `NotFound` for a link that is of somebody else, was used, or has expired; `AlreadyExists` for an address that is somebody else's by
    /// now; `Forbidden`
    pub async fn prove_address(&self, caller: Caller, link: &str) -> Result<String> {
        access::require_own(caller)?;
        let secret = secrets::hash(link);
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.lock_home(caller.principal).await?;
            let user = tx.user(caller.principal).await?.ok_or(NO_ACCOUNT)?;
            let address = tx.address_of_link(&secret, caller.principal, Utc::now()).await?;
            let address = address.ok_or(Error::NotFound(Missing::Link))?;
            verify(&mut tx, &user, &address).await?;
            tx.delete_address_link(&secret).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(address)
        })
        .await
    }

    /// The addresses of somebody.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn addresses_of(&self, by: Administrator, id: PrincipalId) -> Result<Vec<EmailAddress>> {
        let mut tx = self.db.read().await?;
        by.check(&mut tx).await?;
        tx.user(id).await?.ok_or(NO_ACCOUNT)?;
        tx.email_addresses(id).await
    }

    /// An address is somebody's by the word of whoever looks after the accounts, whether or not they had said so.
    ///
    /// # Errors
    /// `NotFound`; `BadInput`; `AlreadyExists` for one that is somebody else's; `QuotaExceeded`
    pub async fn verify_address(&self, by: Administrator, id: PrincipalId, address: &str) -> Result<()> {
        self.change_of(by, id, Change::Verify, address).await
    }

    /// # Errors
    /// `NotFound`
    pub async fn remove_address_of(&self, by: Administrator, id: PrincipalId, address: &str) -> Result<()> {
        self.change_of(by, id, Change::Remove, address).await
    }

    /// A link that is to be sent to an address which somebody says is theirs: who opens it within a day, signed in as them, has shown that
    /// it is. Earlier ones for it end.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn address_link(&self, by: Administrator, id: PrincipalId, address: &str) -> Result<Secret> {
        let link = secrets::random_token();
        retry(async || {
            let mut tx = self.db.write().await?;
            by.check(&mut tx).await?;
            let all = tx.email_addresses(id).await?;
            let found =
                all.iter().find(|known| !known.is_verified && is_same(&known.address, address)).ok_or(NOT_THERE)?;
            let expires = Utc::now() + TimeDelta::hours(LINK_HOURS);
            tx.insert_address_link(&secrets::hash(&link.0), id, &found.address, expires).await?;
            tx.commit().await
        })
        .await?;
        Ok(link)
    }

    /// Has a letter sent to an address of which the caller says that it is theirs: who opens the link in it within a day, signed in as
    /// them, has shown that it is. Earlier links for it end.
    ///
    /// # Errors
    /// `NotFound` for what is none of theirs or was shown to be, and where no mail goes out; `TooManyTries`; `Forbidden`
    pub async fn send_address_proof(
        &self,
        caller: Caller,
        address: &str,
        write: impl Fn(&User, &str, &Secret) -> Letter,
    ) -> Result<()> {
        access::require_own(caller)?;
        let (id, link, now) = (caller.principal, secrets::random_token(), Utc::now());
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.lock_home(id).await?;
            let user = tx.user(id).await?.ok_or(NO_ACCOUNT)?;
            let all = tx.email_addresses(id).await?;
            let found = all.iter().find(|known| !known.is_verified && is_same(&known.address, address.trim()));
            let found = found.ok_or(NOT_THERE)?;
            // Nobody has letters sent to others all day.
            if tx.jobs_begun_since(JobKind::Mail, id, now - TimeDelta::days(1)).await? >= MAX_PROOFS_A_DAY {
                return Err(Error::TooManyTries { seconds: TimeDelta::hours(1).num_seconds() });
            }
            tx.insert_address_link(&secrets::hash(&link.0), id, &found.address, now + TimeDelta::hours(LINK_HOURS))
                .await?;
            let letter = write(&user, &found.address, &link);
            self.enqueue_letter(&mut tx, Some(id), &letter, IfLost::SendAgain).await?;
            tx.commit().await?;
            self.wake.notify_one();
            Ok(())
        })
        .await
    }

    async fn change_own(&self, caller: Caller, change: Change, address: &str) -> Result<()> {
        access::require_own(caller)?;
        retry(async || self.change_addresses(self.db.write().await?, caller.principal, change, address).await).await
    }

    async fn change_of(&self, by: Administrator, id: PrincipalId, change: Change, address: &str) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            by.check(&mut tx).await?;
            self.change_addresses(tx, id, change, address).await
        })
        .await
    }

    async fn change_addresses(
        &self,
        mut tx: Transaction,
        id: PrincipalId,
        change: Change,
        address: &str,
    ) -> Result<()> {
        let address = address.trim();
        tx.lock_home(id).await?;
        let user = tx.user(id).await?.ok_or(NO_ACCOUNT)?;
        match change {
            // Who looks after the accounts is believed.
            Change::Add if !user.is_admin => claim(&mut tx, id, address, false).await?,
            Change::Add | Change::Verify => verify(&mut tx, &user, address).await?,
            Change::Remove => remove(&mut tx, &user, address).await?,
            Change::Main => show(&mut tx, id, address).await?,
        }
        // Programs are told who they are without the database being asked.
        tx.tell_revoked().await?;
        tx.commit().await?;
        self.verified.forget_all();
        Ok(())
    }
}
