//! App passwords that were right a moment ago: a client sends its own with every request.

use crate::model::account::AppPassword;
use crate::model::principal::Principal;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many are remembered.
const MAX_REMEMBERED: usize = 10_000;
/// For how long one is taken without asking the database. What was revoked on another node works no longer than this where that is
/// not heard of.
const MAX_AGE: Duration = Duration::from_secs(10);

type Key = [u8; 32];

/// Keyed by a digest with a key that only this process knows, so that memory holds neither secrets nor what the database has of them.
pub(crate) struct VerifiedPasswords {
    key: [u8; 32],
    known: Cache<Key, Known>,
    /// Counts the times that something was revoked: what was asked before does not count as known after.
    revoked: AtomicU64,
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
        VerifiedPasswords { key: rand::random(), known: Cache::new(MAX_REMEMBERED), revoked: AtomicU64::new(0) }
    }
}

/// When the database was asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    revoked: u64,
    at: Instant,
}

impl VerifiedPasswords {
    fn digest(&self, name: &str, secret: &str) -> Key {
        // Each part is of known length or ends the input, so that no two inputs are the same octets.
        let name = Sha256::digest(name);
        Sha256::new().chain_update(self.key).chain_update(name).chain_update(secret).finalize().into()
    }

    /// Before the database is asked.
    pub fn begin(&self) -> Asked {
        Asked { revoked: self.revoked.load(Ordering::SeqCst), at: Instant::now() }
    }

    pub fn get(&self, name: &str, secret: &str) -> Option<(Principal, AppPassword)> {
        let known = self.known.get(&self.digest(name, secret))?;
        let is_fresh = known.at.elapsed() < MAX_AGE && known.revoked == self.revoked.load(Ordering::SeqCst);
        is_fresh.then_some((known.principal, known.app_password))
    }

    pub fn insert(&self, name: &str, secret: &str, found: &(Principal, AppPassword), asked: Asked) {
        let (principal, app_password) = found.clone();
        let known = Known { principal, app_password, revoked: asked.revoked, at: asked.at };
        self.known.insert(self.digest(name, secret), known);
    }

    pub fn forget(&self, name: &str, secret: &str) {
        self.known.remove(&self.digest(name, secret));
    }

    pub fn forget_all(&self) {
        self.revoked.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::principal::PrincipalId;
    use chrono::Utc;

    #[test]
    fn what_was_asked_before_a_revocation_is_not_known_after_it() {
        let verified = VerifiedPasswords::default();
        let principal = Principal { id: PrincipalId(1), slug: "ada".into(), display_name: "Ada".into(), email: None };
        let app_password = AppPassword { id: 1, label: String::new(), created_at: Utc::now(), last_used_at: None };
        let found = (principal, app_password);
        let asked = verified.begin();
        verified.insert("ada", "secret", &found, asked);
        assert_eq!(verified.get("ada", "secret"), Some(found.clone()));
        assert_eq!(verified.get("ada", "secret2"), None);
        assert_eq!(verified.get("adas", "ecret"), None);
        let asked = verified.begin();
        verified.forget_all();
        assert_eq!(verified.get("ada", "secret"), None);
        verified.insert("ada", "secret", &found, asked);
        assert_eq!(verified.get("ada", "secret"), None);
        verified.insert("ada", "secret", &found, verified.begin());
        assert!(verified.get("ada", "secret").is_some());
        verified.forget("ada", "secret");
        assert_eq!(verified.get("ada", "secret"), None);
    }
}
