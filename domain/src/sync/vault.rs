//! Credentials of remote services, sealed with keys that are not in the database: whoever has a copy of it has none of them.

use super::credentials::Credentials;
use crate::accounts::Secret;
use crate::model::mail_account::MailAccountId;
use crate::model::remote_account::RemoteAccountId;
use crate::{Error, Result};
use rand::{Rng, TryRngCore};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Shortest key, in characters: it is no password that somebody thinks of, but random.
pub const MIN_KEY: usize = 32;
/// The first octet of what is sealed: which form it has.
const FORM: u8 = 1;

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret key has at least {MIN_KEY} characters, such as `openssl rand -hex 32` prints")]
pub struct KeyTooShort;

/// The keys by which credentials are sealed. Without any nothing can be sealed.
#[derive(Clone, Default)]
pub struct Vault {
    /// The first seals, all open.
    keys: Vec<Secret>,
}

/// What became of what is sealed in the database when it was sealed anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Sealed by another key than the first, and now by the first.
    pub resealed: usize,
    /// Sealed by the first already.
    pub current: usize,
    /// No key opens them.
    pub lost: Vec<RemoteAccountId>,
    /// The same of mail accounts.
    pub lost_mail: Vec<MailAccountId>,
}

impl Vault {
    /// # Errors
    /// A key that is too short.
    pub fn new(keys: Vec<Secret>) -> Result<Self, KeyTooShort> {
        match keys.iter().all(|key| key.0.chars().count() >= MIN_KEY) {
            true => Ok(Vault { keys }),
            false => Err(KeyTooShort),
        }
    }

    /// A key that was not there before, as a text of 64 characters.
    pub fn new_key() -> Secret {
        let octets: [u8; 32] = rand::rngs::OsRng.unwrap_err().random();
        Secret(octets.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    /// # Errors
    /// `Internal`, where there is no key.
    pub(crate) fn seal(&self, account: RemoteAccountId, credentials: &Credentials) -> Result<Vec<u8>> {
        self.seal_for(&account.0.to_be_bytes(), credentials)
    }

    /// Seals what is for one purpose, whose name is no shorter than nine octets where it is no account's.
    ///
    /// # Errors
    /// `Internal`, where there is no key.
    pub(crate) fn seal_for(&self, purpose: &[u8], secrets: &impl Serialize) -> Result<Vec<u8>> {
        let secret = self.keys.first().ok_or_else(|| internal("there is no secret key to seal credentials with"))?;
        let mut sealed = serde_json::to_vec(secrets).map_err(|error| Error::Internal(error.into()))?;
        let nonce: [u8; NONCE_LEN] = rand::rngs::OsRng.unwrap_err().random();
        let key = key(secret, purpose).ok_or_else(|| internal("the secret key cannot be used"))?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(|_| internal("credentials cannot be sealed"))?;
        Ok([&[FORM][..], &nonce, &sealed].concat())
    }

    /// `None`: no key opens them, or they were changed, or are another account's.
    pub(crate) fn open(&self, account: RemoteAccountId, sealed: &[u8]) -> Option<Credentials> {
        self.open_for(&account.0.to_be_bytes(), sealed)
    }

    /// `None`: no key opens it, or it was changed, or is for another purpose.
    pub(crate) fn open_for<T: DeserializeOwned>(&self, purpose: &[u8], sealed: &[u8]) -> Option<T> {
        self.keys.iter().find_map(|key| open(key, purpose, sealed))
    }

    /// Whether it is the first key that opens them.
    pub(crate) fn is_current(&self, account: RemoteAccountId, sealed: &[u8]) -> bool {
        self.is_current_for(&account.0.to_be_bytes(), sealed)
    }

    /// [`Vault::is_current`], of credentials that are for one purpose.
    pub(crate) fn is_current_for(&self, purpose: &[u8], sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|key| open::<Credentials>(key, purpose, sealed).is_some())
    }
}

/// Of each account its own, so that a nonce would have to come twice for one account to tell anything.
fn key(secret: &Secret, purpose: &[u8]) -> Option<LessSafeKey> {
    let of_account = Salt::new(HKDF_SHA256, b"kalends remote credentials").extract(secret.0.as_bytes());
    let info = [purpose];
    let key = of_account.expand(&info, &CHACHA20_POLY1305).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(key)))
}

fn open<T: DeserializeOwned>(secret: &Secret, purpose: &[u8], sealed: &[u8]) -> Option<T> {
    let (form, sealed) = sealed.split_first()?;
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    if *form != FORM || sealed.len() < MAX_TAG_LEN {
        return None;
    }
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = sealed.to_vec();
    serde_json::from_slice(key(secret, purpose)?.open_in_place(nonce, Aad::from(purpose), &mut text).ok()?).ok()
}

fn internal(why: &'static str) -> Error {
    Error::Internal(why.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ONE: RemoteAccountId = RemoteAccountId(1);

    fn basic() -> Credentials {
        Credentials::Basic { user: "ada".into(), password: "correct horse".into() }
    }

    #[test]
    fn every_key_opens_and_the_first_one_seals() {
        let (old, new) = (Vault::new_key(), Vault::new_key());
        assert_ne!(old, new);
        let before = Vault::new(vec![old.clone()]).unwrap();
        let sealed = before.seal(ONE, &basic()).unwrap();
        assert!(!sealed.windows(7).any(|octets| octets == b"correct"));
        assert_ne!(before.seal(ONE, &basic()).unwrap(), sealed);
        let both = Vault::new(vec![new.clone(), old]).unwrap();
        assert_eq!(both.open(ONE, &sealed), Some(basic()));
        assert!(before.is_current(ONE, &sealed) && !both.is_current(ONE, &sealed));
        assert!(both.is_current(ONE, &both.seal(ONE, &basic()).unwrap()));
        assert_eq!(Vault::new(vec![new]).unwrap().open(ONE, &sealed), None);
    }

    #[test]
    fn nothing_opens_what_is_another_accounts_or_was_changed() {
        let vault = Vault::new(vec![Vault::new_key()]).unwrap();
        let sealed = vault.seal(ONE, &basic()).unwrap();
        assert_eq!(vault.open(RemoteAccountId(2), &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open(ONE, &changed), None, "{at}");
            assert_eq!(vault.open(ONE, &sealed[..at]), None, "{at}");
        }
    }

    #[test]
    fn without_a_key_nothing_is_sealed_and_a_short_one_is_none() {
        assert!(matches!(Vault::default().seal(ONE, &basic()), Err(Error::Internal(_))));
        assert_eq!(Vault::new(vec![Secret("too short".into())]).err(), Some(KeyTooShort));
    }
}
