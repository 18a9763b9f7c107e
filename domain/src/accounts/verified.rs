//! App passwords and tokens that were right a moment ago: a client sends its own with every request.

use crate::model::account::{AppPassword, CredentialKind};
use crate::model::principal::Principal;
use chrono::Utc;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How many are remembered.
const MAX_REMEMBERED: usize = 10_000;
/// For how long one is taken without asking the database. What was revoked on another node works no longer than this where that is
/// not heard of.
const MAX_AGE: Duration = Duration::from_secs(10);

type Key = [u8; 32];
/// What a client sends: the kind, the name (empty: none) and the secret.
type Sent<'a> = (CredentialKind, &'a str, &'a str);

/// Keyed by a digest with a key that only this process knows, so that memory holds neither secrets nor what the database has of them.
pub(crate) struct VerifiedPasswords {
    key: [u8; 32],
    known: Cache<Key, Known>,
    /// Counts the times that something was revoked: what was asked before does not count as known after.
    revoked: watch::Sender<u64>,
}

#[derive(Clone)]
struct Known {
    principal: Principal,
    app_password: AppPassword,
    revoked: u64,
    at: Instant,
}

impl Default for VerifiedPasswords {
    fn default() -> Self {
        VerifiedPasswords { key: rand::random(), known: Cache::new(MAX_REMEMBERED), revoked: watch::Sender::new(0) }
    }
}

/// When the database was asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    revoked: u64,
    at: Instant,
}

impl VerifiedPasswords {
    fn digest(&self, (kind, name, secret): Sent<'_>) -> Key {
        // Each part is of known length or ends the input, so that no two inputs are the same octets.
        let (kind, name) = (Sha256::digest(kind.name()), Sha256::digest(name));
        Sha256::new()
            .chain_update(self.key)
            .chain_update(kind)
            .chain_update(name)
            .chain_update(secret)
            .finalize()
            .into()
    }

    /// Before the database is asked.
    pub fn begin(&self) -> Asked {
        Asked { revoked: *self.revoked.borrow(), at: Instant::now() }
    }

    pub fn get(&self, sent: Sent<'_>) -> Option<(Principal, AppPassword)> {
        let known = self.known.get(&self.digest(sent))?;
        let is_fresh = known.at.elapsed() < MAX_AGE
            && known.revoked == *self.revoked.borrow()
            && !known.app_password.has_ended(Utc::now());
        is_fresh.then_some((known.principal, known.app_password))
    }

    pub fn insert(&self, sent: Sent<'_>, found: &(Principal, AppPassword), asked: Asked) {
        let (principal, app_password) = found.clone();
        let known = Known { principal, app_password, revoked: asked.revoked, at: asked.at };
        self.known.insert(self.digest(sent), known);
    }

    pub fn forget(&self, sent: Sent<'_>) {
        self.known.remove(&self.digest(sent));
    }

    pub fn forget_all(&self) {
        self.revoked.send_modify(|count| *count += 1);
    }

    /// Changes with [`VerifiedPasswords::forget_all`].
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.revoked.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::principal::{Access, PrincipalId};
    use chrono::TimeDelta;

    fn found(ends_in: Option<TimeDelta>) -> (Principal, AppPassword) {
        let principal = Principal { id: PrincipalId(1), slug: "ada".into(), display_name: "Ada".into(), email: None };
        let (created_at, expires_at) = (Utc::now(), ends_in.map(|left| Utc::now() + left));
        let (kind, ceiling, label) = (CredentialKind::AppPassword, Access::Owner, String::new());
        let only = None;
        (principal, AppPassword { id: 1, kind, label, ceiling, only, created_at, last_used_at: None, expires_at })
    }

    const SENT: Sent<'static> = (CredentialKind::AppPassword, "ada", "secret");

    #[test]
    fn what_was_asked_before_a_revocation_is_not_known_after_it() {
        let verified = VerifiedPasswords::default();
        let found = found(None);
        let asked = verified.begin();
        verified.insert(SENT, &found, asked);
        assert_eq!(verified.get(SENT), Some(found.clone()));
        for other in [
            (CredentialKind::AppPassword, "ada", "secret2"),
            (CredentialKind::AppPassword, "adas", "ecret"),
            (CredentialKind::Token, "ada", "secret"),
        ] {
            assert_eq!(verified.get(other), None);
        }
        let asked = verified.begin();
        verified.forget_all();
        assert_eq!(verified.get(SENT), None);
        verified.insert(SENT, &found, asked);
        assert_eq!(verified.get(SENT), None);
        verified.insert(SENT, &found, verified.begin());
        assert!(verified.get(SENT).is_some());
        verified.forget(SENT);
        assert_eq!(verified.get(SENT), None);
    }

    #[test]
    fn what_has_ended_is_not_known() {
        let verified = VerifiedPasswords::default();
        for (left, is_known) in [(TimeDelta::minutes(1), true), (TimeDelta::milliseconds(-1), false)] {
            verified.insert(SENT, &found(Some(left)), verified.begin());
            assert_eq!(verified.get(SENT).is_some(), is_known);
        }
    }
}
