//! What mail of an account may be sent as.

use super::accounts::own_account;
use super::checks::{check_signature, checked_address, checked_name};
use crate::access::{Access, Caller};
use crate::model::mail_account::{MailAccountId, MailIdentity, MailIdentityId};
use crate::write::Write;
use crate::{Error, Existing, Kalends, Missing, Result};

/// Most identities of one account.
const MAX_IDENTITIES: usize = 100;

impl Kalends {
    /// What mail of an account may be sent as; the first is the account's own address.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn mail_identities(&self, caller: Caller, id: MailAccountId) -> Result<Vec<MailIdentity>> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, id).await?;
        tx.mail_identities(id).await
    }

    /// Changes an identity; its address stays. `None`: as it is.
    ///
    /// # Errors
    /// `NotFound`, `BadInput` (name, signature).
    pub async fn change_mail_identity(
        &self,
        caller: Caller,
        id: MailAccountId,
        identity: MailIdentityId,
        name: Option<&str>,
        signature: Option<Option<&str>>,
    ) -> Result<MailIdentity> {
        let name = name.map(|name| checked_name("name", name, 0)).transpose()?;
        signature.flatten().map_or(Ok(()), check_signature)?;
        self.write(caller, async |mut write: Write| {
            own_account(&mut write.tx, caller, id).await?;
            let known = write.tx.mail_identities(id).await?.into_iter().find(|known| known.id == identity);
            let mut known = known.ok_or(Error::NotFound(Missing::Identity))?;
            known.name = name.map_or(known.name, str::to_owned);
            known.signature = signature.map_or(known.signature, |signature| signature.map(str::to_owned));
            write.tx.put_mail_identity(id, &known.name, &known.address, known.signature.as_deref()).await?;
            write.commit(known).await
        })
        .await
    }

    /// Adds an identity with an address that none of the account has. `signature`: `None`: the account's.
    ///
    /// # Errors
    /// `NotFound`, `BadInput` (name, address, signature), `QuotaExceeded`; `AlreadyExists`.
    pub async fn add_mail_identity(
        &self,
        caller: Caller,
        id: MailAccountId,
        name: &str,
        address: &str,
        signature: Option<&str>,
    ) -> Result<MailIdentity> {
        let name = checked_name("name", name, 0)?;
        let address = checked_address(address)?;
        signature.map_or(Ok(()), check_signature)?;
        self.write(caller, async |mut write: Write| {
            own_account(&mut write.tx, caller, id).await?;
            // Of two who add the same at once one is told that it is there.
            let added = write.tx.insert_mail_identity(id, name, &address, signature).await?;
            let added = added.ok_or(Error::AlreadyExists(Existing::MailIdentity))?;
            let known = write.tx.mail_identities(id).await?;
            if known.len() > MAX_IDENTITIES {
                return Err(Error::QuotaExceeded { limit: MAX_IDENTITIES as u64, unit: "identities" });
            }
            let identity =
                known.into_iter().find(|known| known.id == added).ok_or(Error::NotFound(Missing::Identity))?;
            write.commit(identity).await
        })
        .await
    }

    /// Removes an identity; the first stays.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for the account's own address; `PreconditionFailed` while mail waits to be sent from it.
    pub async fn remove_mail_identity(
        &self,
        caller: Caller,
        id: MailAccountId,
        identity: MailIdentityId,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            own_account(&mut write.tx, caller, id).await?;
            let first = write.tx.mail_identities(id).await?.into_iter().next();
            if first.is_some_and(|first| first.id == identity) {
                return Err(Error::Forbidden { needed: Access::Owner });
            }
            if write.tx.has_mail_on_its_way_from(identity).await? {
                return Err(Error::PreconditionFailed);
            }
            match write.tx.delete_mail_identity(id, identity).await? {
                true => write.commit(()).await,
                false => Err(Error::NotFound(Missing::Identity)),
            }
        })
        .await
    }
}
