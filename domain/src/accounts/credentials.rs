//! What other programs than browsers sign in with: app passwords and tokens.

use super::{AppPassword, CredentialKind, NewAppPassword, Secret, TOUCH_MINUTES, secrets};
use crate::access::{self, Access, Caller, Principal, PrincipalId};
use crate::retry::retry;
use crate::store::Transaction;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};

/// Longest name of a credential, in characters.
const MAX_LABEL: usize = 100;
/// Most app passwords and tokens of an account.
pub const MAX_APP_PASSWORDS: usize = 500;

impl NewAppPassword {
    /// Nothing but what is in it can be changed of a calendar by a credential for that one alone.
    fn ceiling(&self) -> Access {
        match (self.reads_only, self.only) {
            (true, _) => Access::Read,
            (false, Some(_)) => Access::Write,
            (false, None) => Access::Owner,
        }
    }
}

/// The name of a credential without what stands around it.
///
/// # Errors
/// `BadInput`
pub(super) fn check_label(new: &NewAppPassword) -> Result<&str> {
    let label = new.label.trim();
    match label.chars().count() {
        1..=MAX_LABEL => Ok(label),
        _ => Err(Error::bad_input("label", Problem::Length { least: 1, most: MAX_LABEL })),
    }
}

/// Whether the account may have one more.
///
/// # Errors
/// `QuotaExceeded`
pub(super) async fn check_room(tx: &mut Transaction, id: PrincipalId) -> Result<()> {
    if tx.app_passwords(id).await?.len() >= MAX_APP_PASSWORDS {
        return Err(Error::QuotaExceeded { limit: MAX_APP_PASSWORDS as u64, unit: "app passwords" });
    }
    Ok(())
}

/// Makes a credential within a transaction.
///
/// # Errors
/// Those of [`Kalends::create_app_password`].
pub(super) async fn make(tx: &mut Transaction, id: PrincipalId, new: NewAppPassword) -> Result<(AppPassword, Secret)> {
    let (label, now) = (check_label(&new)?.to_owned(), Utc::now());
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::bad_input("end", Problem::Past));
    }
    if let Some(calendar) = new.only {
        access::calendar(tx, Caller::page(id), calendar, Access::Read).await?;
    }
    check_room(tx, id).await?;
    let secret = match new.kind {
        CredentialKind::AppPassword => secrets::random_app_password(),
        CredentialKind::Token => secrets::random_bearer_token(),
    };
    let mut made = AppPassword {
        id: 0,
        kind: new.kind,
        label,
        ceiling: new.ceiling(),
        only: new.only,
        created_at: now,
        last_used_at: None,
        expires_at: new.expires_at,
    };
    made.id = tx.insert_app_password(id, &made, &secrets::hash(&secret.0)).await?;
    Ok((made, secret))
}

impl Kalends {
    /// App passwords and tokens, the oldest first.
    pub async fn app_passwords(&self, id: PrincipalId) -> Result<Vec<AppPassword>> {
        self.db.read().await?.app_passwords(id).await
    }

    /// # Errors
    /// `BadInput` for an empty or overlong label, or an end that has passed; `NotFound` for a calendar that the account may not read;
    /// `QuotaExceeded`.
    pub async fn create_app_password(
        &self,
        id: PrincipalId,
        new: impl Into<NewAppPassword>,
    ) -> Result<(AppPassword, Secret)> {
        let new: NewAppPassword = new.into();
        check_label(&new)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            let made = make(&mut tx, id, new.clone()).await?;
            tx.commit().await?;
            Ok(made)
        })
        .await
    }

    /// # Errors
    /// `NotFound` for one that is not there or not of this account.
    pub async fn revoke_app_password(&self, id: PrincipalId, app_password: i64) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.delete_app_password(id, app_password).await? {
                return Err(Error::NotFound(Missing::AppPassword));
            }
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }

    /// HTTP Basic: only app passwords, never the account's own. Clients that were given nothing but an address of e-mail send that in the
    /// place of the name (RFC 6764 section 6).
    ///
    /// # Errors
    /// `BadCredentials`.
    pub async fn authenticate_client(&self, name: &str, secret: &str) -> Result<(Principal, Caller)> {
        let (name, secret) = (name.trim().to_lowercase(), secrets::normal_app_password(secret));
        self.authenticate(CredentialKind::AppPassword, Some(&name), &secret).await
    }

    /// A bearer token (RFC 6750).
    ///
    /// # Errors
    /// `BadCredentials`.
    pub async fn authenticate_token(&self, secret: &str) -> Result<(Principal, Caller)> {
        self.authenticate(CredentialKind::Token, None, secret).await
    }

    async fn authenticate(
        &self,
        kind: CredentialKind,
        name: Option<&str>,
        secret: &str,
    ) -> Result<(Principal, Caller)> {
        let key = (kind, name.unwrap_or_default(), secret);
        let now = Utc::now();
        let (principal, app_password) = match self.verified.get(key) {
            Some(known) => known,
            None => {
                let asked = self.verified.begin();
                let found = self.db.once().await?.app_password_owner(kind, name, &secrets::hash(secret)).await?;
                let Some(found) = found.filter(|(_, app_password)| !app_password.has_ended(now)) else {
                    self.app_password_sign_ins.add(false);
                    return Err(Error::BadCredentials);
                };
                self.verified.insert(key, &found, asked);
                found
            }
        };
        self.app_password_sign_ins.add(true);
        if app_password.last_used_at.is_none_or(|used| now - used > TimeDelta::minutes(TOUCH_MINUTES)) {
            retry(async || {
                let mut tx = self.db.write().await?;
                tx.touch_app_password(app_password.id, now).await?;
                tx.commit().await
            })
            .await?;
            self.verified.forget(key);
        }
        let caller = Caller::program(principal.id, app_password.id, app_password.ceiling, app_password.only);
        Ok((principal, caller))
    }
}
