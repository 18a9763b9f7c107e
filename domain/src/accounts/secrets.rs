//! Making, hashing and comparing secrets.

use super::Secret;
use crate::store::SecretHash;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use rand::{Rng, TryRngCore};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Letters and digits that are not taken for one another when a person types them.
const LEGIBLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Argon2 needs 19 MiB and a core for each password; more at once would let a burst of sign-ins exhaust the machine.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Compared with when there is no account, so that its absence takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| argon2_hash(&random_token().0));

/// SHA-256: enough for secrets that are random and long.
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// 160 random bits.
pub fn random_token() -> Secret {
    Secret(random_text(32))
}

/// 100 random bits in groups of five that a person can type.
pub fn random_app_password() -> Secret {
    let text = random_text(20);
    Secret([&text[0..5], &text[5..10], &text[10..15], &text[15..20]].join("-"))
}

/// An app password as it was made: people type it with capitals and stray spaces.
pub fn normal_app_password(typed: &str) -> String {
    typed.trim().to_lowercase()
}

fn random_text(length: usize) -> String {
    let mut source = rand::rngs::OsRng.unwrap_err();
    (0..length).map(|_| char::from(LEGIBLE[source.random_range(0..LEGIBLE.len())])).collect()
}

/// Argon2id with the library's parameters, in the PHC string format.
pub async fn hash_password(password: &str) -> String {
    let password = password.to_owned();
    on_a_thread(move || argon2_hash(&password)).await
}

/// Whether `password` has `hash`; takes as long when there is no hash.
pub async fn verify_password(password: &str, hash: Option<String>) -> bool {
    let password = password.to_owned();
    on_a_thread(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let right = PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && right
    })
    .await
}

fn argon2_hash(password: &str) -> String {
    let salt: [u8; 16] = rand::rngs::OsRng.unwrap_err().random();
    let salt = SaltString::encode_b64(&salt).expect("16 octets are a valid salt");
    Argon2::default().hash_password(password.as_bytes(), &salt).expect("the default parameters are valid").to_string()
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _permit = HASHING.acquire().await.expect("the semaphore is never closed");
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let hash = hash_password("correct horse battery").await;
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse battery", Some(hash.clone())).await);
        assert!(!verify_password("correct horse", Some(hash)).await);
        assert!(!verify_password("anything", None).await);
    }

    #[test]
    fn app_passwords_are_typed_carelessly() {
        let secret = random_app_password();
        assert_eq!(secret.0.len(), 23);
        assert_eq!(normal_app_password(&format!(" {} ", secret.0.to_uppercase())), secret.0);
    }
}
