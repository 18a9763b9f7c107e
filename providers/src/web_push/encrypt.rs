//! Encryption of a message for one browser (RFC 8291), in one record (RFC 8188). The primitives are those of `ring`.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

/// Longest message: services take bodies of 4096 octets (RFC 8030 section 7.2), of which header, padding and tag are 103.
const MAX_MESSAGE: usize = 3993;
const RECORD: u32 = 4096;
const SALT: usize = 16;
const KEY: usize = 16;

/// How much HKDF is asked for.
struct Octets(usize);

impl KeyType for Octets {
    fn len(&self) -> usize {
        self.0
    }
}

/// The body of the request. `None` for keys that are none, and for a message that is too long.
pub fn encrypt(browser: &[u8], secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &random).ok()?;
    let public = private.compute_public_key().ok()?.as_ref().to_vec();
    let mut salt = [0; SALT];
    random.fill(&mut salt).ok()?;
    let other = UnparsedPublicKey::new(&ECDH_P256, browser);
    let keys = agree_ephemeral(private, &other, |shared| keys(shared, secret, (browser, &public), &salt)).ok()??;
    seal(keys, &salt, &public, message)
}

type Keys = ([u8; KEY], [u8; NONCE_LEN]);

/// RFC 8291 section 3.4. `publics`: of the browser, and of this message.
fn keys(shared: &[u8], secret: &[u8], publics: (&[u8], &[u8]), salt: &[u8; SALT]) -> Option<Keys> {
    let mut of_both = [0; 32];
    let of_exchange = Salt::new(HKDF_SHA256, secret).extract(shared);
    let info = [b"WebPush: info\0".as_slice(), publics.0, publics.1];
    of_exchange.expand(&info, Octets(32)).ok()?.fill(&mut of_both).ok()?;
    let of_message = Salt::new(HKDF_SHA256, salt).extract(&of_both);
    let (mut key, mut nonce) = ([0; KEY], [0; NONCE_LEN]);
    of_message.expand(&[b"Content-Encoding: aes128gcm\0"], Octets(KEY)).ok()?.fill(&mut key).ok()?;
    of_message.expand(&[b"Content-Encoding: nonce\0"], Octets(NONCE_LEN)).ok()?.fill(&mut nonce).ok()?;
    Some((key, nonce))
}

/// One record with its header (RFC 8188 section 2).
fn seal((key, nonce): Keys, salt: &[u8; SALT], public: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    if message.len() > MAX_MESSAGE {
        return None;
    }
    // The delimiter of the last record.
    let mut sealed = [message, &[2]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    let length = u8::try_from(public.len()).ok()?;
    Some([salt.as_slice(), &RECORD.to_be_bytes(), &[length], public, &sealed].concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn octets(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_rfc_is_encrypted_as_it_says() {
        let browser = octets("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let public = octets("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let shared = octets("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let secret = octets("BTBZMqHH6r4Tts7J_aSIgg");
        let salt: [u8; SALT] = octets("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let keys = keys(&shared, &secret, (&browser, &public), &salt).unwrap();
        assert_eq!(keys.0.as_slice(), octets("oIhVW04MRdy2XN9CiKLxTg"));
        assert_eq!(keys.1.as_slice(), octets("4h_95klXJ5E_qnoN"));
        let sealed = seal(keys, &salt, &public, b"When I grow up, I want to be a watermelon").unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn what_cannot_be_encrypted_is_not() {
        assert_eq!(encrypt(&[4; 65], &[0; 16], b"x"), None);
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let browser = private.compute_public_key().unwrap();
        assert!(encrypt(browser.as_ref(), &[0; 16], &[b'x'; MAX_MESSAGE]).is_some_and(|body| body.len() == 4096));
        assert_eq!(encrypt(browser.as_ref(), &[0; 16], &[b'x'; MAX_MESSAGE + 1]), None);
    }
}
