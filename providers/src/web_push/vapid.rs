//! By what push services know who sends (RFC 8292): a token that is signed for one service and some hours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::accounts::Secret;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use url::Url;

/// How long a token holds; services take none of more than a day.
const LIFE: TimeDelta = TimeDelta::hours(12);

/// A key that was not there before: PKCS #8 in base64.
pub fn new_key() -> Option<Secret> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
    Some(Secret(URL_SAFE_NO_PAD.encode(key.as_ref())))
}

fn pair(key: &Secret) -> Option<EcdsaKeyPair> {
    let octets = URL_SAFE_NO_PAD.decode(&key.0).ok()?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &octets, &SystemRandom::new()).ok()
}

/// Uncompressed.
pub fn public_key(key: &Secret) -> Option<Vec<u8>> {
    Some(pair(key)?.public_key().as_ref().to_vec())
}

/// The value of `Authorization` for messages to the service of `url`.
pub fn authorization(key: &Secret, url: &Url, contact: &str, now: DateTime<Utc>) -> Option<String> {
    let pair = pair(key)?;
    let header = json!({ "typ": "JWT", "alg": "ES256" }).to_string();
    let claims = json!({
        "aud": url.origin().ascii_serialization(), "exp": (now + LIFE).timestamp(), "sub": contact,
    });
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Some(format!("vapid t={signed}.{}, k={public}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn a_token_is_signed_for_one_service() {
        let key = new_key().unwrap();
        let url = "https://push.example.org:444/a/b?c".parse().unwrap();
        let value = authorization(&key, &url, "mailto:ops@example.org", Utc::now()).unwrap();
        let (token, public) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(public).unwrap(), public_key(&key).unwrap());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key(&key).unwrap());
        verified.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(
            (claims["aud"].as_str(), claims["sub"].as_str()),
            (Some("https://push.example.org:444"), Some("mailto:ops@example.org"))
        );
        assert_eq!(authorization(&Secret("x".into()), &url, "", Utc::now()), None);
    }
}
