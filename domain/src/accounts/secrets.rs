//! Making secrets, and hashing those that are random.

use super::Secret;
use crate::store::SecretHash;
use rand::{Rng, TryRngCore};
use sha2::{Digest, Sha256};

/// Letters and digits that are not taken for one another when a person types them.
const LEGIBLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// SHA-256: enough for secrets that are random and long.
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// 160 random bits.
pub fn random_token() -> Secret {
    Secret(random_text(32))
}

/// 160 random bits with a word before them, by which a token is known where it lies about.
pub fn random_bearer_token() -> Secret {
    Secret(format!("{}{}", super::TOKEN_PREFIX, random_text(32)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_passwords_are_typed_carelessly() {
        let secret = random_app_password();
        assert_eq!(secret.0.len(), 23);
        assert_eq!(normal_app_password(&format!(" {} ", secret.0.to_uppercase())), secret.0);
    }
}
