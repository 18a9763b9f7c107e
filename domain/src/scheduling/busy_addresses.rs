//! Where people elsewhere publish when they are busy, as one has it of them (FBURL, RFC 2739): of each person here their own, shown to nobody
//! else.

use super::addresses::checked_email;
use crate::access::{self, Caller, PrincipalId};
use crate::retry::retry;
use crate::sync::vault::Resealed;
use crate::{Error, Kalends, Missing, Problem, Result};
use std::collections::HashMap;

/// Most of one person.
const MAX_ADDRESSES: usize = 200;
/// Longest place, in octets.
const MAX_PLACE: usize = 2048;

/// Where somebody elsewhere publishes when they are busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyAddress {
    /// Their address of e-mail.
    pub email: String,
    /// The host of that place. All of its address may be a secret, which is told nobody again.
    pub host: String,
}

/// What it is sealed for.
fn purpose(who: PrincipalId) -> Vec<u8> {
    format!("busy address of {}", who.0).into_bytes()
}

impl Kalends {
    /// Those that the caller has said, in the order of their addresses of e-mail.
    ///
    /// # Errors
    /// `Forbidden` for a credential that is not for all that its principal may.
    pub async fn busy_addresses(&self, caller: Caller) -> Result<Vec<BusyAddress>> {
        access::require_own(caller)?;
        let known = self.known_busy_addresses(caller.principal).await?.into_iter();
        let mut known: Vec<_> = known
            .map(|(email, url)| BusyAddress { email, host: self.published.host(&url).unwrap_or_default() })
            .collect();
        known.sort_by(|one, other| one.email.cmp(&other.email));
        Ok(known)
    }

    /// What no key opens any more is not known.
    pub(super) async fn known_busy_addresses(&self, who: PrincipalId) -> Result<HashMap<String, String>> {
        let stored = self.db.once().await?.busy_addresses(who).await?.into_iter();
        let purpose = purpose(who);
        Ok(stored.filter_map(|(email, sealed)| Some((email, self.vault.open_for(&purpose, &sealed)?))).collect())
    }

    /// Seals by the first key what another key sealed. What no key opens is said anew by whoever said it.
    pub(crate) async fn reseal_busy_addresses(&self, outcome: &mut Resealed) -> Result<()> {
        let holders = self.db.once().await?.busy_address_holders().await?;
        for who in holders {
            let purpose = purpose(who);
            for (email, sealed) in self.db.once().await?.busy_addresses(who).await? {
                if self.vault.is_current_for::<String>(&purpose, &sealed) {
                    outcome.current += 1;
                    continue;
                }
                let Some(url) = self.vault.open_for::<String>(&purpose, &sealed) else { continue };
                let anew = self.vault.seal_for(&purpose, &url)?;
                let mut tx = self.db.write().await?;
                // What has taken its place meanwhile was sealed by a server; the next run finds it.
                outcome.resealed += usize::from(tx.reseal_busy_address(who, &email, &sealed, &anew).await?);
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Says where somebody publishes when they are busy, instead of what was said of them before. Yields their address as it is kept.
    ///
    /// # Errors
    /// `BadInput` (email, url); `Forbidden`
    pub async fn set_busy_address(&self, caller: Caller, email: &str, url: &str) -> Result<String> {
        access::require_own(caller)?;
        let email = checked_email(email).ok_or(Error::bad_input("email", Problem::Email))?;
        let url = url.trim();
        if url.len() > MAX_PLACE {
            return Err(Error::bad_input("url", Problem::Octets { limit: MAX_PLACE }));
        }
        if self.published.host(url).is_err() {
            return Err(Error::bad_input("url", Problem::WebAddress));
        }
        let sealed = self.vault.seal_for(&purpose(caller.principal), &url)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            let known = tx.busy_addresses(caller.principal).await?;
            if known.len() >= MAX_ADDRESSES && known.iter().all(|(known, _)| *known != email) {
                return Err(Error::QuotaExceeded { limit: MAX_ADDRESSES as u64, unit: "busy addresses" });
            }
            tx.set_busy_address(caller.principal, &email, &sealed).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        Ok(email)
    }

    /// Forgets where somebody publishes it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`
    pub async fn remove_busy_address(&self, caller: Caller, email: &str) -> Result<()> {
        access::require_own(caller)?;
        let email = checked_email(email).unwrap_or_default();
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.delete_busy_address(caller.principal, &email).await? {
                return Err(Error::NotFound(Missing::BusyAddress));
            }
            tx.commit().await
        })
        .await
    }
}
