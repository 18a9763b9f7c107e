//! The credentials of mail accounts, sealed as those of accounts of calendars are.

use crate::model::mail_account::{MailAccount, MailAccountId, MailServer};
use crate::outgoing_mail::MailError;
use crate::retry::retry;
use crate::sync::connector::CredentialKeeper;
use crate::sync::credentials::Credentials;
use crate::sync::provider::{Answer, ProviderError};
use crate::sync::vault::Resealed;
use crate::{Kalends, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// How many accounts are sealed anew at once.
const RESEALED_AT_ONCE: i64 = 100;

const KEY_LOST: &str = "the password that was kept cannot be read any more, because the server's secret key is another";

/// For what the credentials of an account are sealed: no account of calendars has such a name.
pub(crate) fn purpose(id: MailAccountId) -> Vec<u8> {
    [b"mail account ".as_slice(), &id.0.to_be_bytes()].concat()
}

/// Keeps what a service gives in the place of the credentials that it was asked with.
pub(super) struct Keeper {
    pub kalends: Kalends,
    pub account: MailAccountId,
    /// Those that it was asked with, as they are sealed.
    pub sealed: Mutex<Vec<u8>>,
}

impl CredentialKeeper for Keeper {
    fn replace(&self, credentials: Credentials) -> Answer<'_, ()> {
        Box::pin(async move {
            let known = self.sealed.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let kept = self.kalends.keep_mail_credentials(self.account, &known, &credentials).await;
            let kept = kept.map(|sealed| *self.sealed.lock().unwrap_or_else(PoisonError::into_inner) = sealed);
            kept.map_err(|error| ProviderError::Transient { why: error.to_string(), retry_after: None })
        })
    }
}

impl Kalends {
    /// Credentials with which the servers of an account can be asked now. `Ok(Err(…))`: there are none.
    pub(super) async fn fresh_mail_credentials(
        &self,
        account: &MailAccount,
    ) -> Result<std::result::Result<Credentials, ProviderError>> {
        let sealed = self.db.read().await?.mail_credentials(account.id).await?;
        let opened = sealed.and_then(|sealed| {
            let credentials = self.vault.open_for::<Credentials>(&purpose(account.id), &sealed)?;
            Some((credentials, Mutex::new(sealed)))
        });
        let Some((credentials, sealed)) = opened else {
            return Ok(Err(ProviderError::Unauthenticated(KEY_LOST.into())));
        };
        let keeper = Arc::new(Keeper { kalends: self.clone(), account: account.id, sealed });
        Ok(self.mailboxes.connector.fresh(account.preset.as_deref(), credentials, keeper).await)
    }

    /// Whether a server that takes mail lets the person in.
    pub(super) async fn test_sending(
        &self,
        server: &MailServer,
        credentials: &Credentials,
    ) -> std::result::Result<(), ProviderError> {
        let transport = self.mailboxes.connector.transport(server, credentials)?;
        match transport.check().await {
            Ok(_) => Ok(()),
            Err(MailError::Unauthenticated(why)) => Err(ProviderError::Unauthenticated(why)),
            Err(error) if error.is_transient() => {
                Err(ProviderError::Transient { why: error.to_string(), retry_after: None })
            }
            Err(error) => Err(ProviderError::Refused(error.to_string())),
        }
    }

    /// Seals everybody's credentials by the first key that another key sealed.
    pub(crate) async fn reseal_mail_credentials(&self, outcome: &mut Resealed) -> Result<()> {
        let mut after = MailAccountId(0);
        loop {
            let page = self.db.read().await?.all_mail_credentials(after, RESEALED_AT_ONCE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (id, sealed) in page {
                if self.vault.is_current_for::<Credentials>(&purpose(id), &sealed) {
                    outcome.current += 1;
                    continue;
                }
                let Some(credentials) = self.vault.open_for::<Credentials>(&purpose(id), &sealed) else {
                    outcome.lost_mail.push(id);
                    continue;
                };
                let anew = self.vault.seal_for(&purpose(id), &credentials)?;
                let mut tx = self.db.write().await?;
                outcome.resealed += usize::from(tx.reseal_mail_credentials(id, &sealed, &anew).await?);
                tx.commit().await?;
            }
        }
    }

    /// Keeps credentials in the place of those that were `known`: where somebody has signed in again meanwhile, theirs stay. Yields the
    /// new ones as they are sealed.
    async fn keep_mail_credentials(
        &self,
        id: MailAccountId,
        known: &[u8],
        credentials: &Credentials,
    ) -> Result<Vec<u8>> {
        let sealed = self.vault.seal_for(&purpose(id), credentials)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.reseal_mail_credentials(id, known, &sealed).await?;
            tx.commit().await
        })
        .await?;
        Ok(sealed)
    }
}
