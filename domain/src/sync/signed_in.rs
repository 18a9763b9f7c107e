//! Accounts whose owners signed in at the service itself.

use super::connector::Found;
use super::{AccountState, RemoteAccount, RemoteAccountId};
use crate::access::Caller;
use crate::write::Write;
use crate::{Kalends, Result};
use chrono::Utc;

/// What came of signing in at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedInAt {
    /// The account is new.
    Added(RemoteAccountId),
    /// It was there, and has other credentials now.
    Renewed(RemoteAccountId),
}

impl Kalends {
    /// Adds an account whose owner has signed in at its service; the one for which `is_same` holds gets the new credentials instead, and
    /// works again.
    ///
    /// # Errors
    /// `BadInput` (name), `QuotaExceeded`, `Forbidden`.
    pub async fn sign_in_remote_account(
        &self,
        caller: Caller,
        name: &str,
        found: &Found,
        is_same: impl Fn(&RemoteAccount) -> bool,
    ) -> Result<SignedInAt> {
        let known = self.remote_accounts(caller).await?;
        let Some(same) = known.into_iter().find(|known| known.provider == found.provider && is_same(known)) else {
            return self.store_remote_account(caller, name, found, None).await.map(SignedInAt::Added);
        };
        let id = same.id;
        let sealed = self.vault.seal(id, &found.credentials)?;
        self.write(caller, async |mut write: Write| {
            write.tx.set_remote_credentials(id, &sealed).await?;
            let state = if same.state == AccountState::Paused { AccountState::Paused } else { AccountState::Active };
            write.tx.set_remote_account_state(id, state, None, Utc::now()).await?;
            write.tx.touch_remote_account(id, Utc::now()).await?;
            self.want_notifications(&mut write.tx, id).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await?;
        // What waited for it goes on.
        self.sync_account_now(caller, id).await?;
        Ok(SignedInAt::Renewed(id))
    }
}
