//! What only whoever holds a secret can read: sealed with a key that is made of it, so that the database alone gives nothing away.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

/// The key for one text: a secret is random and long, and seals no more than one, so that the nonce need not differ.
fn key(secret: &str) -> Option<LessSafeKey> {
    let octets = Sha256::new().chain_update(b"kalends sealed\0").chain_update(secret.as_bytes()).finalize();
    UnboundKey::new(&CHACHA20_POLY1305, &octets).ok().map(LessSafeKey::new)
}

/// `secret` must seal nothing else.
pub fn seal(secret: &str, text: &str) -> Option<Vec<u8>> {
    let mut octets = text.as_bytes().to_vec();
    key(secret)?.seal_in_place_append_tag(nonce(), Aad::empty(), &mut octets).ok()?;
    Some(octets)
}

/// `None` for what was sealed by another secret, or changed.
pub fn unseal(secret: &str, mut sealed: Vec<u8>) -> Option<String> {
    let text = key(secret)?.open_in_place(nonce(), Aad::empty(), &mut sealed).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_secret_opens_what_it_sealed() {
        let mut sealed = seal("one", "a token").unwrap();
        assert!(!sealed.windows(5).any(|octets| octets == b"token"));
        assert_eq!(unseal("one", sealed.clone()).as_deref(), Some("a token"));
        assert_eq!(unseal("two", sealed.clone()), None);
        sealed[0] ^= 1;
        assert_eq!(unseal("one", sealed), None);
        assert_eq!(unseal("one", Vec::new()), None);
    }
}
