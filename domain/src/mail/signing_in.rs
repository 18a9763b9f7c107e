//! Mail accounts at services at which their owners sign in, instead of giving a password here.

use super::accounts::{NewMailAccount, is_of};
use super::checks::checked_address;
use crate::access::{self, Caller};
use crate::model::mail_account::{MailAccount, MailAccountId, MailSettings};
use crate::sync::credentials::Credentials;
use crate::{Error, Kalends, Missing, Result};

/// What signing in has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSignedIn {
    /// An account that was not there before.
    Added(MailAccountId),
    /// One that was there has other credentials.
    Renewed(MailAccountId),
}

impl Kalends {
    /// Adds the account that somebody has at a service where they have signed in, once its servers have taken what the service gave for
    /// that; or gives it to the account of the same address that is there. `service`: [`super::connector::MailService::id`].
    ///
    /// # Errors
    /// As [`Kalends::add_mail_account`]; `NotFound` for a service that is not known.
    pub async fn sign_in_mail_account(
        &self,
        caller: Caller,
        service: &str,
        address: &str,
        display_name: &str,
        credentials: Credentials,
    ) -> Result<MailSignedIn> {
        access::require_own(caller)?;
        let address = checked_address(address)?;
        let known = self.mailboxes.connector.at_service(service, &address);
        let settings = known.ok_or(Error::NotFound(Missing::MailService))?;
        if let Some(account) = self.signed_in_before(caller, service, &address).await? {
            return self.sign_in_again(caller, account, credentials).await;
        }
        let new = NewMailAccount {
            name: String::new(),
            address,
            display_name: display_name.to_owned(),
            color: None,
            preset: Some(service.to_owned()),
            settings: MailSettings { signs_in: true, ..settings },
            credentials,
        };
        match self.add_mail_account(caller, &new, None).await {
            Ok(id) => Ok(MailSignedIn::Added(id)),
            // Two tabs that come back at once are one account.
            Err(error @ Error::AlreadyExists(_)) => {
                let known = self.signed_in_before(caller, service, &new.address).await?.ok_or(error)?;
                self.sign_in_again(caller, known, new.credentials).await
            }
            Err(error) => Err(error),
        }
    }

    /// The caller's account of this address at a service.
    async fn signed_in_before(&self, caller: Caller, service: &str, address: &str) -> Result<Option<MailAccount>> {
        let accounts = self.mail_accounts(caller).await?;
        Ok(accounts.into_iter().find(|account| is_of(account, Some(service), address)))
    }

    async fn sign_in_again(
        &self,
        caller: Caller,
        mut account: MailAccount,
        credentials: Credentials,
    ) -> Result<MailSignedIn> {
        account.settings.signs_in = true;
        let id = account.id;
        self.renew_mail_account(caller, account, credentials).await?;
        Ok(MailSignedIn::Renewed(id))
    }
}
