//! What people and their programs do with the account itself: what signs in to it. A credential that is not for all
//! that its owner may do is not for these.

use super::credentials::{check_label, make};
use super::{AppPassword, CredentialKind, NewAppPassword, Secret, SessionId, Sessions};
use crate::access::{self, Caller, Way};
use crate::idempotency::{Once, take_key};
use crate::retry::retry;
use crate::{Error, Kalends, Missing, Result};

impl Kalends {
    /// The caller's app passwords or tokens, the oldest first.
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn own_credentials(&self, caller: Caller, kind: CredentialKind) -> Result<Vec<AppPassword>> {
        access::require_own(caller)?;
        let all = self.app_passwords(caller.principal).await?;
        Ok(all.into_iter().filter(|one| one.kind == kind).collect())
    }

    /// Makes an app password or a token. A person does that in a browser: what a program could make for itself would outlive it when it is
    /// revoked or ends.
    ///
    /// # Errors
    /// `Forbidden` for programs; those of [`Kalends::create_app_password`].
    pub async fn create_own_credential(&self, caller: Caller, new: NewAppPassword) -> Result<(AppPassword, Secret)> {
        access::require_in_person(caller)?;
        self.create_app_password(caller.principal, new).await
    }

    /// [`Kalends::create_own_credential`], of which a request that is repeated with the same key makes one; its secret is told to the first
    /// alone.
    ///
    /// # Errors
    /// Those of [`Kalends::create_own_credential`]; `BadInput` (Idempotency-Key) for the key of another request; `NotFound` where what the
    /// key made was revoked.
    pub async fn create_own_credential_once(
        &self,
        caller: Caller,
        new: NewAppPassword,
        once: Option<&Once>,
    ) -> Result<(AppPassword, Option<Secret>)> {
        access::require_in_person(caller)?;
        check_label(&new)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            let (made, secret) = make(&mut tx, caller.principal, new.clone()).await?;
            if let Some(before) = take_key(&mut tx, caller.principal, once, &made.id.to_string()).await? {
                // What was just made goes with the transaction.
                let all = tx.app_passwords(caller.principal).await?;
                let found = all.into_iter().find(|one| one.id != made.id && one.id.to_string() == before);
                return found.map(|found| (found, None)).ok_or(Error::NotFound(Missing::AppPassword));
            }
            tx.commit().await?;
            Ok((made, Some(secret)))
        })
        .await
    }

    /// Revokes an app password or token of the caller's. Every program may revoke its own.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden`
    pub async fn revoke_own_credential(&self, caller: Caller, kind: CredentialKind, id: i64) -> Result<()> {
        if caller.way != Way::AppPassword(id) {
            access::require_own(caller)?;
        }
        let all = self.app_passwords(caller.principal).await?;
        if !all.iter().any(|one| one.id == id && one.kind == kind) {
            return Err(Error::NotFound(Missing::AppPassword));
        }
        self.revoke_app_password(caller.principal, id).await
    }

    /// The open sessions of the caller's account; `secret` is that of the session that asks, if one does.
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn own_sessions(&self, caller: Caller, secret: Option<&str>) -> Result<Sessions> {
        access::require_own(caller)?;
        self.sessions(caller.principal, secret.unwrap_or_default()).await
    }

    /// Ends a session of the caller's account.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden`
    pub async fn end_own_session(&self, caller: Caller, session: SessionId) -> Result<()> {
        access::require_own(caller)?;
        self.end_session(caller.principal, session).await
    }
}
